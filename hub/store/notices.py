"""Queries on notices that are still to be sent, and on when each account was sent one.

No row is bound by the audit log, whose length peers are shown: that somebody here was told of a request would say
that the person in it is known. Does not know what a row is about (`hub.records.notices`).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from hub.store.bulk import insert_or_replace
from hub.store.outbox import DeliveryState
from hub.store.tables import LastNotice, NoticeRecord

_LAST: Final = LastNotice.__table__  # type: ignore[attr-defined]


class NoticeRow(NamedTuple):
    """A row as it is kept; see `hub.store.tables.notices.NoticeRecord`."""

    id: str
    account: bytes | None
    case_digest: bytes | None
    state: DeliveryState
    created_at: int
    next_at: int
    tries: int
    fault: str | None
    sealed: bytes


def add(session: Session, row: NoticeRow) -> None:
    """Keep a new row."""
    session.add(NoticeRecord(**row._asdict()))


def get(session: Session, number: str) -> NoticeRow | None:
    """A row, locked until the transaction ends."""
    found = session.get(NoticeRecord, number, with_for_update=True)
    return _row(found) if found else None


def every(session: Session) -> list[NoticeRow]:
    """All rows, the oldest first."""
    order = (col(NoticeRecord.created_at), col(NoticeRecord.id))
    return [_row(row) for row in session.exec(select(NoticeRecord).order_by(*order))]


def due(session: Session, now: int) -> list[tuple[str, bytes | None]]:
    """The open rows whose time has come, by number and account, the longest waiting first."""
    query = select(NoticeRecord.id, NoticeRecord.account).where(
        NoticeRecord.state == DeliveryState.open.value, col(NoticeRecord.next_at) <= now
    )
    return [(row[0], row[1]) for row in session.exec(query.order_by(col(NoticeRecord.next_at)))]


def change(session: Session, row: NoticeRow) -> None:
    """Keep when a row is tried next, how often it was and what went wrong, and whether the node goes on."""
    now = {"state": row.state.value, "next_at": row.next_at, "tries": row.tries, "fault": row.fault}
    session.execute(update(NoticeRecord).where(col(NoticeRecord.id) == row.id).values(now))


def remove(session: Session, number: str) -> None:
    """Drop a row."""
    session.execute(delete(NoticeRecord).where(col(NoticeRecord.id) == number))


def remove_until(session: Session, account: bytes, at: int) -> None:
    """Drop what an account was to be told of until then, also what had failed."""
    theirs = (col(NoticeRecord.account) == account) & (col(NoticeRecord.created_at) <= at)
    session.execute(delete(NoticeRecord).where(theirs))


def last(session: Session, account: bytes) -> bytes | None:
    """What is sealed of an account's last notice."""
    found = session.get(LastNotice, account)
    return found.sealed if found else None


def put_last(session: Session, account: bytes, sealed: bytes) -> None:
    """Keep when an account was sent a notice."""
    session.execute(insert_or_replace(session, _LAST).values(account=account, sealed=sealed))


def _row(row: NoticeRecord) -> NoticeRow:
    fields = {name: getattr(row, name) for name in NoticeRow._fields}
    return NoticeRow(**{**fields, "state": DeliveryState(row.state)})
