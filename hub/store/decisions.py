"""Queries on decisions, each kept sealed with the form it was made on."""

from __future__ import annotations

from typing import NamedTuple

from sqlmodel import Session

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
    """A kept decision."""
    row = session.get_one(DecisionRecord, decision_id)
    return DecisionRow(row.made_at, row.purpose, row.outcome, row.sealed)
