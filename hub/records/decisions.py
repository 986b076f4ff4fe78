"""Decisions of the consent engine as they are kept: each sealed with the form it was made on."""

from __future__ import annotations

import datetime as dt
import os
from typing import Final

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


def add(tx: Transaction, decided: RecordedDecision) -> int:
    """Keep a decision, and return its number."""
    place = os.urandom(_PLACE_BYTES)
    sealed = tx.vault.seal(_place(place), decided.model_dump_json().encode())
    purpose = decided.form.purpose.value if decided.form.purpose else ""
    row = decisions.DecisionRow(tx.now, purpose, decided.decision.outcome.value, place + sealed)
    return decisions.add(tx.session, row)


def get(tx: Reading, decision_id: int) -> RecordedDecision:
    """A kept decision. Raises StorageError."""
    kept = decisions.get(tx.session, decision_id).sealed
    place, sealed = kept[:_PLACE_BYTES], kept[_PLACE_BYTES:]
    return RecordedDecision.model_validate_json(tx.vault.open(_place(place), sealed))


def made_on(tx: Reading, decision_id: int) -> dt.date:
    """The day of a decision, UTC."""
    return dt.datetime.fromtimestamp(decisions.get(tx.session, decision_id).made_at, dt.UTC).date()


def _place(place: bytes) -> str:
    return f"decision_record/{place.hex()}"
