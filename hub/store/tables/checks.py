"""The questions that this node asked, what peers signed for, and candidates that were dismissed."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel


class CheckRecord(SQLModel, table=True):
    """A question this node asked, with what came of it (sealed).

    `to_ring`: 1 while an area of it gave no answer and nobody has rung it; else empty, as in rows of before.
    """

    __tablename__ = "check_record"

    check_id: str = Field(primary_key=True)
    asked_at: int
    outcome: str
    to_ring: int | None = Field(default=None, index=True)
    sealed: bytes


class Receipt(SQLModel, table=True):
    """A peer's signed answer, kept as evidence. It does not say whether anybody was known."""

    __tablename__ = "receipt"

    id: int | None = Field(default=None, primary_key=True)
    check_id: str = Field(index=True)
    peer: str
    token: str


class NotSamePair(SQLModel, table=True):
    """A candidate that a person dismissed as not the same, by a keyed digest of its evidence."""

    __tablename__ = "not_same_pair"

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    set_aside_at: int


class ToldCandidate(SQLModel, table=True):
    """A record of another area's (`handle`) that it was told of, and by which checks: ids, the newest last."""

    __tablename__ = "told_candidate"

    peer: str = Field(primary_key=True)
    handle: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    checks: str
