"""Queries on referrals of a Marac's cases to an Idva service."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import Session, col

from hub.store.tables import IdvaReferralRecord


def find(session: Session, number: bytes) -> bytes | None:
    """The one of that id, sealed."""
    found = session.get(IdvaReferralRecord, number)
    return found.sealed if found else None


def add(session: Session, number: bytes, sealed: bytes) -> None:
    """Keep a new one."""
    session.add(IdvaReferralRecord(id=number, sealed=sealed))
    session.flush()


def replace(session: Session, number: bytes, sealed: bytes) -> None:
    """Keep one as it is now."""
    mine = col(IdvaReferralRecord.id) == number
    session.execute(update(IdvaReferralRecord).where(mine).values(sealed=sealed))
