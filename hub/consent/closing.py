"""Obligations after the decision: which are due, and whether evidence closes one.

Pure: whoever keeps them passes them in. Overdue obligations are escalated by the caller and never block a
check, an emergency or a transfer: nothing here is asked by `decide`. Not here: creating them (`obligations`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from hub.consent.context import same
from hub.consent.decision import Obligation
from hub.consent.terms import answered
from hub.values import LongText, ShortText, Value


class Sharing(Value):
    """One recipient's row of the form's record, with its response or that none came."""

    date: dt.date
    agency: ShortText
    person: ShortText = ""
    method: ShortText = ""
    authority: ShortText = ""
    response: LongText = ""


class Closing(Value):
    """What closes an obligation: who, when, and what was done or why not. `sharings` for each recipient."""

    by: ShortText
    on: dt.date
    text: LongText = ""
    sharings: tuple[Sharing, ...] = ()


def due(obligations: Iterable[Obligation], on: dt.date) -> tuple[Obligation, ...]:
    """Those due by that day, the longest overdue first. One without a date is never due: it applies
    throughout.
    """
    dated = [(item.due, item.code, item) for item in obligations if item.due is not None and item.due <= on]
    return tuple(item for _, _, item in sorted(dated, key=lambda entry: entry[:2]))


def lacking(
    obligation: Obligation, closing: Closing, caseworker: str, recipients: Iterable[str]
) -> tuple[str, ...]:
    """What the evidence still lacks to close the obligation; nothing means that it closes."""
    found = [] if answered(closing.by) else ["by"]
    if obligation.code == "countersign":
        return (*found, *(["by: another person than the caseworker"] if same(closing.by, caseworker) else []))
    if obligation.code in ("record_recipients", "review"):
        parts = ("response",) if obligation.code == "review" else ("person", "method", "authority")
        return (*found, *_rows(closing, recipients, parts))
    return (*found, *([] if answered(closing.text) else ["text"]))


def _rows(closing: Closing, recipients: Iterable[str], parts: tuple[str, ...]) -> list[str]:
    """Each recipient needs a row with the named parts; "no response by DATE" is a response."""
    lacks = []
    for recipient in recipients:
        row = next((row for row in closing.sharings if same(row.agency, recipient)), None)
        if row is None:
            lacks.append(f"sharings[{recipient}]")
        else:
            lacks += [f"sharings[{recipient}].{part}" for part in parts if not answered(getattr(row, part))]
    return lacks
