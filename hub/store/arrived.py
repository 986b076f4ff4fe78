"""Queries on what came in envelopes of sealed channels."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from hub.store.tables import ArrivedRecord


class ArrivedRow(NamedTuple):
    """What came in one, as it is kept."""

    peer: str
    number: int
    at: int
    sealed: bytes


def add(session: Session, row: ArrivedRow) -> None:
    """Keep what came."""
    session.add(ArrivedRecord(**row._asdict()))
    session.flush()


def of_peer(session: Session, peer: str) -> list[ArrivedRow]:
    """What came from a peer, the newest first."""
    query = (
        select(ArrivedRecord)
        .where(col(ArrivedRecord.peer) == peer)
        .order_by(col(ArrivedRecord.number).desc())
    )
    return [ArrivedRow(one.peer, one.number, one.at, one.sealed) for one in session.exec(query)]


def drop_before(session: Session, peer: str, number: int) -> None:
    """Keep no more what came from a peer before that number."""
    earlier = col(ArrivedRecord.number) < number
    session.execute(delete(ArrivedRecord).where(col(ArrivedRecord.peer) == peer, earlier))


def drop_old(session: Session, before: int) -> None:
    """Keep no more what came before a time."""
    session.execute(delete(ArrivedRecord).where(col(ArrivedRecord.at) < before))
