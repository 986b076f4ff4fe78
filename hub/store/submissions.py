"""Queries on what was put before a manager."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import update
from sqlmodel import Session, col, select

from hub.store.tables import SubmissionRecord


class SubmissionRow(NamedTuple):
    """A submission as it is kept."""

    id: bytes
    account: bytes
    check_id: str
    sealed: bytes


def find(session: Session, number: bytes) -> SubmissionRow | None:
    """The submission of that id."""
    found = session.get(SubmissionRecord, number)
    return _row(found) if found else None


def of_check(session: Session, check_id: str) -> list[SubmissionRow]:
    """Those about a check."""
    query = select(SubmissionRecord).where(SubmissionRecord.check_id == check_id)
    return [_row(one) for one in session.exec(query)]


def add(session: Session, row: SubmissionRow) -> None:
    """Keep a new one."""
    session.add(SubmissionRecord(**row._asdict()))
    session.flush()


def replace(session: Session, row: SubmissionRow) -> None:
    """Keep what became of one."""
    statement = update(SubmissionRecord).where(col(SubmissionRecord.id) == row.id)
    session.execute(statement.values(sealed=row.sealed))


def _row(one: SubmissionRecord) -> SubmissionRow:
    return SubmissionRow(one.id, one.account, one.check_id, one.sealed)
