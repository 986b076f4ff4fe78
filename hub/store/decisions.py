"""Queries on decisions, each kept sealed with the form it was made on."""

from __future__ import annotations

from typing import NamedTuple

from sqlmodel import Session

from hub.errors import StorageError
from hub.store.tables import DecisionRecord


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


def get(session: Session, decision_id: int) -> DecisionRow:
    """A kept decision. Raises StorageError when it is missing."""
    row = session.get(DecisionRecord, decision_id)
    if row is None:
        raise StorageError(
            "A recorded decision is missing from the database.",
            kept="Nothing was changed.",
            do="Run `hub audit verify`, and call your auditor.",
        )
    return DecisionRow(row.made_at, row.purpose, row.outcome, row.sealed)
