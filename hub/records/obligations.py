"""Obligations that decisions leave, and the evidence that a person closed them with, opened and sealed here.

Does not judge evidence (`hub.consent.evidence`) or say who may see what (`hub.cases.access`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import RowMapping

from hub.consent import Obligation
from hub.consent.evidence import Closing
from hub.crypto.vault import Vault
from hub.node.transaction import Reading, Transaction
from hub.records import notices
from hub.records.notices import Matter, Waits
from hub.store import obligations
from hub.store.obligations import Activity, NewObligation, obligation_row
from hub.store.obligations import ObligationRow as ObligationRow

COMPLETE_EMERGENCY: Final = "complete_emergency"
TOLD: Final = frozenset({COMPLETE_EMERGENCY, "countersign", "review_unsealing", "review_telling"})
MORNING: Final = dt.time(7)  # UTC
"""When whoever completes an emergency's form is told of it again: the last time that it is so before it is due."""
_DAY_S: Final = 86_400


class Item(NamedTuple):
    """An obligation and its place in its decision. `closed`: the hub's own record is the evidence already."""

    place: int
    obligation: Obligation
    closed: bool = False


def due_at(code: str, due: dt.date | None, made_at: int) -> int | None:
    """When an emergency's form is due, in seconds since 1970: so many times 24 hours after it was decided.

    None of anything else, which is due by the end of its day.
    """
    if code != COMPLETE_EMERGENCY or due is None:
        return None
    days = (due - dt.datetime.fromtimestamp(made_at, dt.UTC).date()).days
    return made_at + max(0, days) * _DAY_S


class NewObligations(NamedTuple):
    """The obligations that one decision leaves."""

    matter: Activity
    decision_id: int
    items: tuple[Item, ...]


def in_state(tx: Reading, state: str, due_by: dt.date | None) -> tuple[ObligationRow, ...]:
    """Those in that state, due by that day (None: all, also undated), the longest overdue first.

    None of them is missing; the very same while the table stays as it is. Raises RowsError.
    """
    every = tx.every_row("obligation_record", _row)

    def found() -> tuple[ObligationRow, ...]:
        some = (
            row
            for row in every
            if row.state == state and (due_by is None or (row.due is not None and row.due <= due_by))
        )
        return tuple(sorted(some, key=lambda row: (row.due or dt.date.max, row.code, row.id)))

    return tx.node.derived.get(("obligations", state, due_by), (every,), found)


def _row(_: Vault, values: RowMapping) -> ObligationRow:
    return obligation_row(values)


def add_obligations(tx: Transaction, arisen: Iterable[NewObligations]) -> None:
    """Add what decisions left, and have whose work it is told of what cannot wait for its day."""
    arisen = list(arisen)
    obligations.add(
        tx.session,
        tx.now,
        (
            NewObligation(
                one.matter,
                one.decision_id,
                item.place,
                item.obligation.code,
                item.obligation.due,
                item.closed,
            )
            for one in arisen
            for item in one.items
        ),
    )
    for one in arisen:
        for item in one.items:
            if item.obligation.code in TOLD and not item.closed:
                _tell(tx, one, item.obligation)


def _tell(tx: Transaction, arisen: NewObligations, owed: Obligation) -> None:
    """That it arose; and of an emergency's completion once more on the last morning before it is due."""
    emergency = any(one.obligation.code == COMPLETE_EMERGENCY for one in arisen.items)
    about = (arisen.matter.name, owed.code)
    matter = Matter(waits=Waits.obligation, about=about, urgent=emergency)
    notices.arises(tx, matter, arisen.matter.case_digest)
    if (until := due_at(owed.code, owed.due, tx.now)) is not None:
        day = dt.datetime.fromtimestamp(until, dt.UTC).date()
        morning = int(dt.datetime.combine(day, MORNING, dt.UTC).timestamp())
        morning -= _DAY_S if morning >= until else 0
        if (wait_s := morning - tx.now) > 0:
            notices.arises(tx, matter, arisen.matter.case_digest, wait_s=wait_s)


def close_obligation(tx: Transaction, row: ObligationRow, closing: Closing | None) -> None:
    """Close one with a person's evidence, or (None) by the hub's own record."""
    sealed = None
    if closing is not None:
        sealed = tx.vault.seal(_place(row), closing.model_dump_json(exclude_defaults=True).encode())
    obligations.close(tx.session, row.id, tx.now, sealed)


def evidence_of(tx: Reading, row: ObligationRow) -> Closing | None:
    """Return the evidence that a person closed it with. Raises StorageError."""
    return Closing.model_validate_json(tx.vault.open(_place(row), row.evidence)) if row.evidence else None


def _place(row: ObligationRow) -> str:
    return f"obligation_record/{row.id}"
