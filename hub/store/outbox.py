"""Queries on what still has to be sent to peers. A row is here until it was delivered or a person cancelled it.

Does not know what a row sends (`hub.records.outbox`) or when to try again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from hub.store.tables import OutboxRow


class DeliveryState(StrEnum):
    """Whether the node goes on trying. What failed or lapsed waits for a person to say what becomes of it."""

    open = "open"
    failed = "failed"
    lapsed = "lapsed"


class DeliveryRow(NamedTuple):
    """A row as it is kept; the content is sealed. `case_digest`: of the case that it is about, if any."""

    id: str
    kind: str
    peer: str
    act: str
    case_digest: bytes | None
    state: DeliveryState
    created_at: int
    next_at: int
    tries: int
    fault: str | None
    sealed: bytes


class DueRow(NamedTuple):
    """What is to be sent now, and to whom."""

    id: str
    kind: str
    peer: str


def add(session: Session, row: DeliveryRow) -> None:
    """Keep a new row."""
    session.add(OutboxRow(**row._asdict()))


def get(session: Session, number: str) -> DeliveryRow | None:
    """A row, locked until the transaction ends."""
    row = session.get(OutboxRow, number, with_for_update=True)
    return _row(row) if row else None


def of_act(session: Session, kind: str, act: str) -> DeliveryRow | None:
    """The row that is there for an act, locked until the transaction ends."""
    query = select(OutboxRow).where(OutboxRow.kind == kind, OutboxRow.act == act).with_for_update()
    row = session.exec(query).first()
    return _row(row) if row else None


def every(session: Session) -> list[DeliveryRow]:
    """All rows, the oldest first."""
    order = (col(OutboxRow.created_at), col(OutboxRow.id))
    return [_row(row) for row in session.exec(select(OutboxRow).order_by(*order))]


def due(session: Session, now: int) -> list[DueRow]:
    """The open rows whose time has come, the longest waiting first."""
    query = select(OutboxRow.id, OutboxRow.kind, OutboxRow.peer).where(
        OutboxRow.state == DeliveryState.open.value, col(OutboxRow.next_at) <= now
    )
    return [DueRow(*row) for row in session.exec(query.order_by(col(OutboxRow.next_at)))]


def change(session: Session, row: DeliveryRow) -> None:
    """Keep when a row is tried next, how often it was and what went wrong, and whether the node goes on."""
    now = {"state": row.state.value, "next_at": row.next_at, "tries": row.tries, "fault": row.fault}
    session.execute(update(OutboxRow).where(col(OutboxRow.id) == row.id).values(now))


def replace_bytes(session: Session, number: str, sealed: bytes) -> None:
    """Keep other sealed bytes in a row."""
    session.execute(update(OutboxRow).where(col(OutboxRow.id) == number).values(sealed=sealed))


def remove(session: Session, number: str) -> None:
    """Drop a row; that it was there is on the audit log."""
    session.execute(delete(OutboxRow).where(col(OutboxRow.id) == number))


def _row(row: OutboxRow) -> DeliveryRow:
    fields = {name: getattr(row, name) for name in DeliveryRow._fields}
    return DeliveryRow(**{**fields, "state": DeliveryState(row.state)})
