"""Queries on decisions, each kept sealed with the form it was made on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlmodel import Session, col, select

from hub.errors import StorageError
from hub.store.tables import DecisionRecord

_BOUND = 1_000  # parameters of one statement


class DecisionRow(NamedTuple):
    """A decision as it is kept."""

    made_at: int
    purpose: str
    outcome: str
    sealed: bytes


def add(session: Session, row: DecisionRow) -> int:
    """Keep a decision; returns its number."""
    record = DecisionRecord(**row._asdict())
    session.add(record)
    session.flush()
    return record.id or 0


def several(session: Session, numbers: Iterable[int]) -> dict[int, bytes]:
    """Kept decisions, sealed, by their number. Raises StorageError when one is missing."""
    every, found = sorted(set(numbers)), dict[int, bytes]()
    for at in range(0, len(every), _BOUND):
        some = every[at : at + _BOUND]
        query = select(DecisionRecord.id, DecisionRecord.sealed).where(col(DecisionRecord.id).in_(some))
        found |= {number: sealed for number, sealed in session.exec(query) if number is not None}
    if len(found) < len(every):
        raise _missing()
    return found


def made_at(session: Session, numbers: Iterable[int]) -> dict[int, int]:
    """When decisions were made, in seconds since 1970, by their number."""
    every, found = sorted(set(numbers)), dict[int, int]()
    for at in range(0, len(every), _BOUND):
        some = every[at : at + _BOUND]
        query = select(DecisionRecord.id, DecisionRecord.made_at).where(col(DecisionRecord.id).in_(some))
        found |= {number: made for number, made in session.exec(query) if number is not None}
    return found


def get(session: Session, decision_id: int) -> DecisionRow:
    """A kept decision. Raises StorageError when it is missing."""
    row = session.get(DecisionRecord, decision_id)
    if row is None:
        raise _missing()
    return DecisionRow(row.made_at, row.purpose, row.outcome, row.sealed)


def _missing() -> StorageError:
    return StorageError(
        "A recorded decision is missing from the database.",
        kept="Nothing was changed.",
        do="Run `hub audit verify`, and call your auditor.",
    )
