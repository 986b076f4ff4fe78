"""Queries on the disclosure log: who was asked, informed or answered about a case, sealed row by row.

Does not know what a row says (`hub.records.disclosures`) or who may read it (`hub.cases.access`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, insert
from sqlmodel import Session, col, select

from hub.store.obligations import Activity
from hub.store.tables import SharingRecord


class SharingRow(NamedTuple):
    """A row as it is kept, with its number and matter."""

    number: str
    matter: str
    recorded_at: int
    sealed: bytes


def of_case(session: Session, case_digest: bytes) -> list[SharingRow]:
    """The rows of a case, in no order."""
    return _rows(session, col(SharingRecord.case_digest) == case_digest)


def cases_with_any(session: Session) -> frozenset[bytes]:
    """The digests of the cases that have a row."""
    return frozenset(session.exec(select(SharingRecord.case_digest).distinct()))


def every(session: Session) -> list[tuple[bytes, SharingRow]]:
    """All rows with the digest of their case, the newest first."""
    order = (col(SharingRecord.recorded_at).desc(), col(SharingRecord.id))
    found = session.exec(select(SharingRecord).order_by(*order))
    return [(row.case_digest, SharingRow(row.id, row.matter, row.recorded_at, row.sealed)) for row in found]


def of_matter(session: Session, matter: Activity) -> list[SharingRow]:
    """The rows of one matter, in no order."""
    its_case = col(SharingRecord.case_digest) == matter.case_digest
    return _rows(session, its_case & (col(SharingRecord.matter) == matter.name))


def add(session: Session, now: int, matter: Activity, sealed: Mapping[str, bytes]) -> None:
    """Add rows, by their numbers."""
    common = {"case_digest": matter.case_digest, "matter": matter.name, "recorded_at": now}
    rows = [{"id": number, "sealed": row} | common for number, row in sealed.items()]
    if rows:
        session.execute(insert(SharingRecord), rows)


def replace(session: Session, number: str, sealed: bytes) -> None:
    """Put a row's completed form in its place."""
    row = session.get_one(SharingRecord, number)
    row.sealed = sealed
    session.add(row)


def _rows(session: Session, which: ColumnElement[bool]) -> list[SharingRow]:
    found = session.exec(select(SharingRecord).where(which))
    return [SharingRow(row.id, row.matter, row.recorded_at, row.sealed) for row in found]
