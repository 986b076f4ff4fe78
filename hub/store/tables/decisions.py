"""Decisions, the obligations that they leave, and the log of disclosures."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class DecisionRecord(SQLModel, table=True):
    """A decision of the consent engine and the form it was made on (sealed together)."""

    __tablename__ = "decision_record"

    id: int | None = Field(default=None, primary_key=True)
    made_at: int
    purpose: str
    outcome: str
    sealed: bytes


class ObligationRecord(SQLModel, table=True):
    """Something a permit left to be done: obligation number `place` of a decision; its words are sealed there.

    `case_digest` is the keyed digest of the case's reference. `matter` is what it arose from: "publish", a check
    of ours, or a peer's check ("PEER:CHECK"). `sealed` is what a person closed it with; the hub's own record
    closes without. `id` is random: numbers in a row would count the cases that somebody must not know of.
    """

    __tablename__ = "obligation_record"
    __table_args__ = (Index("obligation_due", "state", "due"),)

    id: str = Field(primary_key=True)
    decision_id: int = Field(foreign_key="decision_record.id")
    place: int
    case_digest: bytes = Field(index=True)
    matter: str
    code: str
    due: dt.date | None = None
    state: str = "open"
    closed_at: int | None = None
    escalated_at: int | None = None
    sealed: bytes | None = None


class SharingRecord(SQLModel, table=True):
    """A row of the disclosure log of a case: who was asked, informed or answered (sealed)."""

    __tablename__ = "sharing_record"

    id: str = Field(primary_key=True)
    case_digest: bytes = Field(index=True)
    matter: str
    recorded_at: int
    sealed: bytes
