"""Queries on dismissals: candidates judged not the same person, each by a keyed digest of its evidence."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from hub.store.tables import NotSamePair


def known(session: Session, digests: Sequence[bytes]) -> set[bytes]:
    """Which of the candidates were dismissed."""
    return set(session.exec(select(NotSamePair.digest).where(col(NotSamePair.digest).in_(digests))))


def add(session: Session, digest: bytes, now: int) -> None:
    """Dismiss a candidate."""
    session.merge(NotSamePair(digest=digest, set_aside_at=now))


def remove(session: Session, digest: bytes) -> bool:
    """Undo a dismissal; returns whether there was one."""
    row = session.get(NotSamePair, digest)
    if row is not None:
        session.delete(row)
    return row is not None
