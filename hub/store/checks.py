"""Queries on the questions this node asked, each kept as one sealed record, and on what peers signed for.

And on which of their own records peers were told of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from hub.store.tables import CheckRecord, Receipt, ToldCandidate


class ReceiptRow(NamedTuple):
    """A peer's signed answer."""

    number: int
    peer: str
    token: str


def add(
    session: Session, check_id: str, asked_at: int, outcome: str, sealed: bytes, *, to_ring: bool
) -> None:
    """Keep a new check. `to_ring`: an area of it is still to be rung."""
    rings = 1 if to_ring else None
    session.add(
        CheckRecord(check_id=check_id, asked_at=asked_at, outcome=outcome, to_ring=rings, sealed=sealed)
    )


def replace(session: Session, check_id: str, sealed: bytes, *, to_ring: bool) -> None:
    """Replace what is kept of a check. `to_ring`: an area of it is still to be rung."""
    row = session.get_one(CheckRecord, check_id)
    row.sealed, row.to_ring = sealed, 1 if to_ring else None
    session.add(row)


def get(session: Session, check_id: str) -> bytes | None:
    """What is kept of a check, sealed; None where there is no such check."""
    row = session.get(CheckRecord, check_id)
    return row.sealed if row else None


def newest_first(session: Session) -> Iterator[tuple[str, int, bytes]]:
    """All checks: id, when it was asked, and what is kept of it, sealed."""
    order = (col(CheckRecord.asked_at).desc(), col(CheckRecord.check_id))
    query = select(CheckRecord.check_id, CheckRecord.asked_at, CheckRecord.sealed).order_by(*order)
    yield from session.exec(query.execution_options(yield_per=50))


def add_receipt(session: Session, check_id: str, peer: str, token: str) -> None:
    """Keep a peer's signed answer as evidence."""
    session.add(Receipt(check_id=check_id, peer=peer, token=token))


def asked_at(session: Session, check_id: str) -> int | None:
    """When a check was asked; None where there is no such check."""
    row = session.get(CheckRecord, check_id)
    return row.asked_at if row else None


def receipts(session: Session, check_id: str) -> list[ReceiptRow]:
    """What peers signed for in a check, in the order in which it came."""
    query = select(Receipt).where(Receipt.check_id == check_id).order_by(col(Receipt.id))
    return [ReceiptRow(row.id or 0, row.peer, row.token) for row in session.exec(query)]


def newest_receipts(session: Session, peer: str, most: int) -> list[str]:
    """What a peer signed for last."""
    query = select(Receipt.token).where(Receipt.peer == peer).order_by(col(Receipt.id).desc()).limit(most)
    return list(session.exec(query))


def told_by(session: Session, peer: str, handle: bytes) -> list[str]:
    """The checks by which a peer was told of a record of its own, the newest last."""
    row = session.get(ToldCandidate, (peer, handle))
    return row.checks.split() if row else []


def put_told(session: Session, peer: str, handle: bytes, checks: Sequence[str]) -> None:
    """Keep by which checks a peer was told of a record of its own."""
    session.merge(ToldCandidate(peer=peer, handle=handle, checks=" ".join(checks)))


def forget_told(session: Session) -> None:
    """Keep of nothing that a peer was told of it."""
    session.execute(delete(ToldCandidate))
