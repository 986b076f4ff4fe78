"""Sealed channels between managers: the envelopes that every node has, full or empty, and those we opened."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class EnvelopeRecord(SQLModel, table=True):
    """One of them: made by the clock, whether anybody uses it or not. `sealed` is always as long."""

    __tablename__ = "envelope"

    id: bytes = Field(primary_key=True)
    made_at: int = Field(index=True)
    sealed: bytes


class ArrivedRecord(SQLModel, table=True):
    """What came in an envelope, with something in it or not: the last of each peer. `sealed` is always as long."""

    __tablename__ = "arrived"

    peer: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    at: int
    sealed: bytes


class ChannelRecord(SQLModel, table=True):
    """A channel that a manager of this area opened to the area that somebody fled. `sealed` is all of it."""

    __tablename__ = "channel"

    id: bytes = Field(primary_key=True)
    sealed: bytes
