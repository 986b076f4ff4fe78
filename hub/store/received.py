"""Queries on what peers asked of us: replays, quotas, checks, disclosures and stored answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import delete
from sqlmodel import Session, col, select

from hub.errors import AuthenticationError
from hub.store.bulk import insert_into, insert_or_replace
from hub.store.tables import IdempotentAnswer, QuotaUse, ReceivedCheck, ReceivedDisclosure, SeenMessage
from hub.wire.quota import QuotaState

# Rows as the rest of the hub makes and reads them.
CheckRow = ReceivedCheck
DisclosureRow = ReceivedDisclosure
AnswerRow = IdempotentAnswer

_SEEN = SeenMessage.__table__  # type: ignore[attr-defined]
_QUOTAS = QuotaUse.__table__  # type: ignore[attr-defined]


def first_use(session: Session, peer: str, jti: str, expires_at: int, now: int) -> None:
    """Remember a message identifier. Raises AuthenticationError when it was used before."""
    session.execute(delete(SeenMessage).where(col(SeenMessage.expires_at) < now))
    fresh = insert_into(session, _SEEN).on_conflict_do_nothing().returning(_SEEN.c.jti)
    added = session.connection().execute(fresh, {"peer": peer, "jti": jti, "expires_at": expires_at})
    if added.first() is None:
        raise AuthenticationError("this message was received before: a replay")


def quotas(session: Session, owners: Sequence[str]) -> dict[tuple[str, str], QuotaState]:
    """What is left of these owners' quotas, by owner and pool, locked until the transaction ends."""
    query = select(QuotaUse).where(col(QuotaUse.owner).in_(owners)).with_for_update()
    return {
        (row.owner, row.pool): QuotaState(row.level, row.level_at, row.month, row.month_used)
        for row in session.exec(query)
    }


def set_quotas(session: Session, states: Mapping[tuple[str, str], QuotaState]) -> None:
    """Store what is left of quotas, by owner and pool."""
    rows = [{"owner": owner, "pool": pool, **asdict(state)} for (owner, pool), state in states.items()]
    session.connection().execute(insert_or_replace(session, _QUOTAS), rows)


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
