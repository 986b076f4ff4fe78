"""Queries on the envelopes of sealed channels, and on the channels that managers of this area opened."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from hub.store.tables import ChannelRecord, EnvelopeRecord


class EnvelopeRow(NamedTuple):
    """An envelope as it is kept."""

    id: bytes
    made_at: int
    sealed: bytes


class ChannelRow(NamedTuple):
    """A channel as it is kept."""

    id: bytes
    sealed: bytes


def envelopes(session: Session, since: int = 0) -> list[EnvelopeRow]:
    """Those made since a time, the oldest first."""
    query = (
        select(EnvelopeRecord)
        .where(col(EnvelopeRecord.made_at) >= since)
        .order_by(col(EnvelopeRecord.made_at), col(EnvelopeRecord.id))
    )
    return [EnvelopeRow(one.id, one.made_at, one.sealed) for one in session.exec(query)]


def add_envelope(session: Session, row: EnvelopeRow) -> None:
    """Keep a new one."""
    session.add(EnvelopeRecord(**row._asdict()))
    session.flush()


def replace_envelope(session: Session, row: EnvelopeRow) -> None:
    """Keep what is in one now."""
    statement = update(EnvelopeRecord).where(col(EnvelopeRecord.id) == row.id)
    session.execute(statement.values(sealed=row.sealed))


def drop_envelopes(session: Session, before: int) -> None:
    """Keep those made before a time no more."""
    session.execute(delete(EnvelopeRecord).where(col(EnvelopeRecord.made_at) < before))


def find(session: Session, number: bytes) -> ChannelRow | None:
    """The channel of that id."""
    found = session.get(ChannelRecord, number)
    return ChannelRow(found.id, found.sealed) if found else None


def add(session: Session, row: ChannelRow) -> None:
    """Keep a new channel."""
    session.add(ChannelRecord(**row._asdict()))
    session.flush()


def replace(session: Session, row: ChannelRow) -> None:
    """Keep what became of one."""
    statement = update(ChannelRecord).where(col(ChannelRecord.id) == row.id)
    session.execute(statement.values(sealed=row.sealed))
