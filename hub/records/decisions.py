"""Decisions of the consent engine as they are kept: each sealed with the form it was made on."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from functools import partial
from typing import Final, NamedTuple

from hub.consent import Decision, SharingForm
from hub.node.transaction import Reading, Transaction
from hub.store import decisions
from hub.values import ShortText, Value

_PLACE_BYTES: Final = 16


class RecordedDecision(Value):
    """A form, what was decided on it, and for which case."""

    form: SharingForm
    decision: Decision
    case_ref: ShortText = ""


class NamedDecision(NamedTuple):
    """A kept decision with its name (hex): random, and part of what its sealed bytes are bound to."""

    name: str
    recorded: RecordedDecision


class KeptDecision(NamedTuple):
    """A decision just kept: its number and its name."""

    number: int
    name: str


def add(tx: Transaction, decided: RecordedDecision) -> KeptDecision:
    """Keep a decision."""
    place = os.urandom(_PLACE_BYTES)
    sealed = tx.vault.seal(_place(place), decided.model_dump_json().encode())
    purpose = decided.form.purpose.value if decided.form.purpose else ""
    row = decisions.DecisionRow(tx.now, purpose, decided.decision.outcome.value, place + sealed)
    return KeptDecision(decisions.add(tx.session, row), place.hex())


def get(tx: Reading, decision_id: int) -> RecordedDecision:
    """A kept decision. Raises StorageError."""
    return named(tx, decision_id).recorded


def named(tx: Reading, decision_id: int) -> NamedDecision:
    """A kept decision with its name. Raises StorageError."""
    return _opened(tx, decisions.get(tx.session, decision_id).sealed)


class DecisionGist(NamedTuple):
    """A kept decision in a word: for which case, for what purpose, who owes what of it, and each in its words."""

    case_ref: str
    purpose: str
    owner: str
    owed: tuple[str, ...]


def gists(tx: Reading, numbers: Iterable[int]) -> dict[int, DecisionGist]:
    """Kept decisions in a word by their number, each opened once. Raises RowsError, StorageError."""
    numbers = list(numbers)
    tx.require_as_bound({"decision_record": [(number,) for number in numbers]})
    found = decisions.several(tx.session, numbers)
    return {
        number: tx.node.derived.get(("decision", number, kept), (), partial(_gist, tx, kept))
        for number, kept in found.items()
    }


def _gist(tx: Reading, kept: bytes) -> DecisionGist:
    read = _opened(tx, kept).recorded
    form = read.form
    return DecisionGist(
        case_ref=read.case_ref,
        purpose=form.purpose.value if form.purpose else "",
        owner=form.review.owner or form.requester.name,
        owed=tuple(one.text for one in read.decision.obligations),
    )


def _opened(tx: Reading, kept: bytes) -> NamedDecision:
    place, sealed = kept[:_PLACE_BYTES], kept[_PLACE_BYTES:]
    recorded = RecordedDecision.model_validate_json(tx.vault.open(_place(place), sealed))
    return NamedDecision(place.hex(), recorded)


def made_on(tx: Reading, decision_id: int) -> dt.date:
    """The day of a decision, UTC."""
    return dt.datetime.fromtimestamp(decisions.get(tx.session, decision_id).made_at, dt.UTC).date()


def made_at(tx: Reading, numbers: Iterable[int]) -> dict[int, int]:
    """When decisions were made, in seconds since 1970, by their number. Raises RowsError."""
    numbers = list(numbers)
    tx.require_as_bound({"decision_record": [(number,) for number in numbers]})
    return decisions.made_at(tx.session, numbers)


def _place(place: bytes) -> str:
    return f"decision_record/{place.hex()}"
