"""Queries on pairs set aside as not the same person. A pair is a keyed digest of the evidence that made it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from hub.store.tables import NotSamePair


def known(session: Session, digests: Sequence[bytes]) -> set[bytes]:
    """Which of the pairs were set aside."""
    return set(session.exec(select(NotSamePair.digest).where(col(NotSamePair.digest).in_(digests))))


def add(session: Session, digest: bytes, now: int) -> None:
    """Set a pair aside."""
    session.merge(NotSamePair(digest=digest, set_aside_at=now))


def remove(session: Session, digest: bytes) -> bool:
    """Take that back; whether there was such a pair."""
    row = session.get(NotSamePair, digest)
    if row is not None:
        session.delete(row)
    return row is not None
