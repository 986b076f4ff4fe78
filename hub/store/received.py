"""Queries on what peers asked of us: replays, quotas, checks, disclosures and stored answers."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from hub.errors import AuthenticationError
from hub.federation.quota import QuotaState
from hub.store.tables import IdempotentAnswer, QuotaUse, ReceivedCheck, ReceivedDisclosure, SeenMessage


def first_use(session: Session, peer: str, jti: str, expires_at: int, now: int) -> None:
    """Remember a message identifier. Raises AuthenticationError when it was used before."""
    session.execute(delete(SeenMessage).where(col(SeenMessage.expires_at) < now))
    try:
        with session.begin_nested():
            session.add(SeenMessage(peer=peer, jti=jti, expires_at=expires_at))
    except IntegrityError as error:
        raise AuthenticationError("this message was received before: a replay") from error


def quota(session: Session, owner: str, pool: str) -> QuotaState | None:
    """What is left of a quota, locked until the transaction ends."""
    row = session.get(QuotaUse, (owner, pool), with_for_update=True)
    return QuotaState(row.level, row.level_at, row.month, row.month_used) if row else None


def set_quota(session: Session, owner: str, pool: str, state: QuotaState) -> None:
    """Store what is left of a quota."""
    session.merge(
        QuotaUse(
            owner=owner,
            pool=pool,
            level=state.level,
            level_at=state.level_at,
            month=state.month,
            month_used=state.month_used,
        )
    )


def add_check(session: Session, check: ReceivedCheck) -> None:
    """Store a peer's check; asked again, it is the same check."""
    session.merge(check)


def check(session: Session, peer: str, check_id: str) -> ReceivedCheck | None:
    """A peer's earlier check."""
    return session.get(ReceivedCheck, (check_id, peer))


def disclosure(session: Session, key: tuple[str, str, bytes, str]) -> ReceivedDisclosure | None:
    """A peer's earlier disclosure request, by check, peer, handle and level."""
    return session.get(ReceivedDisclosure, key)


def pending_disclosures(session: Session) -> list[ReceivedDisclosure]:
    """Disclosures that wait for a person, oldest first."""
    query = select(ReceivedDisclosure).where(col(ReceivedDisclosure.pending))
    return list(session.exec(query.order_by(col(ReceivedDisclosure.received_at))))


def stored_answer(session: Session, peer: str, key: str, now: int) -> IdempotentAnswer | None:
    """The answer stored under an Idempotency-Key, if it is not too old."""
    session.execute(delete(IdempotentAnswer).where(col(IdempotentAnswer.expires_at) < now))
    return session.get(IdempotentAnswer, (peer, key))
