"""Queries on batches of read events."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import delete
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store.tables import ReadBatch


class BatchRow(NamedTuple):
    """A batch as it is kept."""

    id: bytes
    kept_at: int
    sealed: bytes


_COLUMNS: Final = tuple(getattr(ReadBatch, name) for name in BatchRow._fields)


def is_kept(session: Session, number: bytes) -> bool:
    """Whether there is a batch of that id."""
    return session.exec(select(ReadBatch.id).where(col(ReadBatch.id) == number)).first() is not None


def add(session: Session, row: BatchRow) -> None:
    """Keep a new one. Raises ConflictError where it is there, as the transaction ends."""
    session.add(ReadBatch(**row._asdict()))
    session.flush()


def since(session: Session, at: int) -> list[BatchRow]:
    """Those that were kept since, the oldest first."""
    query = sql_select(*_COLUMNS).where(col(ReadBatch.kept_at) >= at).order_by(col(ReadBatch.kept_at))
    return [BatchRow(*row) for row in session.connection().execute(query)]


def erase_before(session: Session, at: int) -> int:
    """Erase those that were kept before; gives how many."""
    old = session.exec(select(ReadBatch.id).where(col(ReadBatch.kept_at) < at)).all()
    if old:
        session.execute(delete(ReadBatch).where(col(ReadBatch.kept_at) < at))
    return len(old)
