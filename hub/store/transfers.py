"""Queries on cases that move between areas, and on what of one waits here."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import delete, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store.tables import TransferPack, TransferRecord


class TransferRow(NamedTuple):
    """A transfer as it is kept."""

    id: bytes
    open_key: bytes | None
    case_digest: bytes | None
    state: str
    sealed: bytes


_COLUMNS: Final = tuple(getattr(TransferRecord, name) for name in TransferRow._fields)


def find(session: Session, number: bytes) -> TransferRow | None:
    """The transfer of that id."""
    row = session.connection().execute(sql_select(*_COLUMNS).where(col(TransferRecord.id) == number)).first()
    return TransferRow(*row) if row else None


def of_case(session: Session, case_digest: bytes) -> list[TransferRow]:
    """Those of a case of ours."""
    query = sql_select(*_COLUMNS).where(col(TransferRecord.case_digest) == case_digest)
    return [TransferRow(*row) for row in session.connection().execute(query)]


def is_open(session: Session, open_key: bytes) -> bool:
    """Whether one is open of that case and area."""
    query = select(TransferRecord.id).where(col(TransferRecord.open_key) == open_key)
    return session.exec(query).first() is not None


def add(session: Session, row: TransferRow) -> None:
    """Keep a new one."""
    session.add(TransferRecord(**row._asdict()))
    session.flush()


def replace(session: Session, row: TransferRow) -> None:
    """Keep one as it is now."""
    statement = update(TransferRecord).where(col(TransferRecord.id) == row.id)
    session.execute(statement.values(**row._asdict()))


def pack_of(session: Session, number: bytes) -> bytes | None:
    """What moves by it, sealed."""
    return session.exec(select(TransferPack.sealed).where(col(TransferPack.id) == number)).first()


def add_pack(session: Session, number: bytes, sealed: bytes) -> None:
    """Keep what moves by it."""
    session.add(TransferPack(id=number, sealed=sealed))
    session.flush()


def drop_pack(session: Session, number: bytes) -> None:
    """Keep it no more."""
    session.execute(delete(TransferPack).where(col(TransferPack.id) == number))
