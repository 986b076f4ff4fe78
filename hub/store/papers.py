"""Queries on the papers of cases, and on the bytes of files."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store.tables import CaseAttachment, CasePaper


class PaperRow(NamedTuple):
    """A paper as it is kept: number `number` of its case."""

    case_id: int
    number: int
    handle: bytes
    kind: str
    sealed: bytes


_COLUMNS: Final = tuple(getattr(CasePaper, name) for name in PaperRow._fields)


def of_case(session: Session, case_id: int) -> list[PaperRow]:
    """The papers of a case, in the order of their numbers."""
    mine = col(CasePaper.case_id) == case_id
    query = sql_select(*_COLUMNS).where(mine).order_by(col(CasePaper.number))
    return [PaperRow(*row) for row in session.connection().execute(query)]


def add(session: Session, row: PaperRow) -> None:
    """Keep a new one."""
    session.add(CasePaper(**row._asdict()))
    session.flush()


def add_file(session: Session, handle: bytes, sealed: bytes) -> None:
    """Keep the bytes of a file."""
    session.add(CaseAttachment(handle=handle, sealed=sealed))
    session.flush()


def file_of(session: Session, handle: bytes) -> bytes | None:
    """The bytes of a file, sealed."""
    return session.exec(select(CaseAttachment.sealed).where(col(CaseAttachment.handle) == handle)).first()
