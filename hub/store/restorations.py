"""Queries on restorations: the one that is not ended, and all that there were."""

from __future__ import annotations

from typing import NamedTuple

from sqlmodel import Session, col, select

from hub.store.tables import RestorationRecord


class RestorationRow(NamedTuple):
    """A restoration as it is kept."""

    id: int
    restored_at: int
    backup_at: int
    head_size: int
    lost_size: int | None
    ended_at: int | None
    sealed: bytes


def add(session: Session, row: RestorationRow) -> None:
    """Keep a restoration."""
    session.add(RestorationRecord(**row._asdict()))


def open_one(session: Session) -> RestorationRow | None:
    """The restoration that is not ended, if there is one."""
    query = select(RestorationRecord).where(col(RestorationRecord.ended_at).is_(None))
    row = session.exec(query).first()
    return _row(row) if row else None


def newest(session: Session) -> RestorationRow | None:
    """The newest; None where the node was never brought back."""
    row = session.exec(select(RestorationRecord).order_by(col(RestorationRecord.id).desc()).limit(1)).first()
    return _row(row) if row else None


def every(session: Session) -> list[RestorationRow]:
    """All that there were, the newest last."""
    return [_row(one) for one in session.exec(select(RestorationRecord).order_by(col(RestorationRecord.id)))]


def newest_number(session: Session) -> int:
    """The number of the newest; 0 where the node was never brought back."""
    row = newest(session)
    return row.id if row else 0


def change(session: Session, number: int, sealed: bytes) -> None:
    """Keep what one that is open now reads."""
    row = session.get_one(RestorationRecord, number)
    row.sealed = sealed
    session.add(row)


def end(session: Session, number: int, at: int, sealed: bytes) -> None:
    """End one, with the reasons as they now read."""
    row = session.get_one(RestorationRecord, number)
    row.ended_at, row.sealed = at, sealed
    session.add(row)


def _row(row: RestorationRecord) -> RestorationRow:
    return RestorationRow(*(getattr(row, name) for name in RestorationRow._fields))
