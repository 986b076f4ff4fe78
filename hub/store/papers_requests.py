"""Queries on papers that areas ask of each other, and on those that wait here to be sent."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import delete, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store.tables import PapersPack, PapersRequestRecord


class PapersRow(NamedTuple):
    """A request as it is kept."""

    id: bytes
    open_key: bytes | None
    case_digest: bytes
    state: str
    sealed: bytes


_COLUMNS: Final = tuple(getattr(PapersRequestRecord, name) for name in PapersRow._fields)


def find(session: Session, number: bytes) -> PapersRow | None:
    """The request of that id."""
    query = sql_select(*_COLUMNS).where(col(PapersRequestRecord.id) == number)
    row = session.connection().execute(query).first()
    return PapersRow(*row) if row else None


def of_case(session: Session, case_digest: bytes) -> list[PapersRow]:
    """Those of a case of ours."""
    query = sql_select(*_COLUMNS).where(col(PapersRequestRecord.case_digest) == case_digest)
    return [PapersRow(*row) for row in session.connection().execute(query)]


def open_with(session: Session, open_key: bytes) -> bytes | None:
    """The id of the one that is open of that key."""
    query = select(PapersRequestRecord.id).where(col(PapersRequestRecord.open_key) == open_key)
    return session.exec(query).first()


def add(session: Session, row: PapersRow) -> None:
    """Keep a new one."""
    session.add(PapersRequestRecord(**row._asdict()))
    session.flush()


def replace(session: Session, row: PapersRow) -> None:
    """Keep one as it is now."""
    statement = update(PapersRequestRecord).where(col(PapersRequestRecord.id) == row.id)
    session.execute(statement.values(**row._asdict()))


def pack_of(session: Session, number: bytes) -> bytes | None:
    """The papers that were released, sealed."""
    return session.exec(select(PapersPack.sealed).where(col(PapersPack.id) == number)).first()


def add_pack(session: Session, number: bytes, sealed: bytes) -> None:
    """Keep them."""
    session.add(PapersPack(id=number, sealed=sealed))
    session.flush()


def drop_pack(session: Session, number: bytes) -> None:
    """Keep them no more."""
    session.execute(delete(PapersPack).where(col(PapersPack.id) == number))
