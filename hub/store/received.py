"""Queries on what peers asked of us: replays, quotas, checks, disclosures and stored answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

from sqlalchemy import RowMapping, delete
from sqlmodel import Session, col, select

from hub.errors import AuthenticationError
from hub.store.bulk import insert_into, insert_or_replace
from hub.store.tables import IdempotentAnswer, QuotaUse, ReceivedCheck, ReceivedDisclosure, SeenMessage
from hub.wire.quota import QuotaState


class CheckRow(NamedTuple):
    """A check that a peer asked, as it is kept; `asked` is what it asserted, sealed.

    `epoch` is the one whose handles the peer has; None where handles in labels were the records' own.
    """

    check_id: str
    peer: str
    received_at: int
    purpose: str
    commitment: bytes
    asked: bytes
    epoch: int | None

    @property
    def commits_to_role(self) -> bool:
        """Whether it was asked since questions commit to the subject's part too; since then none says a purpose."""
        return not self.purpose


class DisclosureId(NamedTuple):
    """What a disclosure request is known by."""

    check_id: str
    peer: str
    handle: bytes
    level: str


class DisclosureRow(NamedTuple):
    """A disclosure that a peer asked, as it is kept; `sealed` holds what was asked and answered.

    `pending`: it waits for a person here, whatever the peer reads meanwhile. `case_digest`: of the case that the
    handle was in when it was decided.
    """

    check_id: str
    peer: str
    handle: bytes
    level: str
    received_at: int
    pending: bool
    decision_id: int | None
    case_digest: bytes | None
    sealed: bytes


class AnswerRow(NamedTuple):
    """An answer stored under a peer's Idempotency-Key, sealed."""

    peer: str
    key: str
    request_digest: str
    answer: bytes | None
    expires_at: int


_SEEN = SeenMessage.__table__  # type: ignore[attr-defined]
_QUOTAS = QuotaUse.__table__  # type: ignore[attr-defined]


def first_use(session: Session, peer: str, jti: str, expires_at: int, now: int) -> None:
    """Remember a message identifier. Raises AuthenticationError when it was used before."""
    session.execute(delete(SeenMessage).where(col(SeenMessage.expires_at) < now))
    fresh = insert_into(session, _SEEN).on_conflict_do_nothing().returning(_SEEN.c.jti)
    added = session.connection().execute(fresh, {"peer": peer, "jti": jti, "expires_at": expires_at})
    if added.first() is None:
        raise AuthenticationError("This message was received before: a replay.")


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


def add_check(session: Session, row: CheckRow) -> None:
    """Store a peer's check; asked again, it is the same check."""
    session.merge(ReceivedCheck(**row._asdict()))


def check(session: Session, peer: str, check_id: str) -> CheckRow | None:
    """A peer's earlier check."""
    row = session.get(ReceivedCheck, (check_id, peer))
    return CheckRow(*(getattr(row, name) for name in CheckRow._fields)) if row else None


def disclosure(session: Session, key: DisclosureId) -> DisclosureRow | None:
    """A peer's earlier disclosure request."""
    row = session.get(ReceivedDisclosure, key)
    return _disclosure(row) if row else None


def of_check(session: Session, check_id: str) -> tuple[list[CheckRow], list[DisclosureRow]]:
    """What peers asked under that check's name: themselves, and their disclosures of it."""
    checks = session.exec(select(ReceivedCheck).where(ReceivedCheck.check_id == check_id))
    query = select(ReceivedDisclosure).where(ReceivedDisclosure.check_id == check_id)
    order = (col(ReceivedDisclosure.peer), col(ReceivedDisclosure.handle), col(ReceivedDisclosure.level))
    return (
        [CheckRow(*(getattr(row, name) for name in CheckRow._fields)) for row in checks],
        [_disclosure(row) for row in session.exec(query.order_by(*order))],
    )


def put_disclosure(session: Session, row: DisclosureRow) -> None:
    """Store a disclosure request, in place of what was kept of it."""
    session.merge(ReceivedDisclosure(**row._asdict()))


def disclosure_row(row: RowMapping) -> DisclosureRow:
    """One of its row."""
    return DisclosureRow(*[row[name] for name in DisclosureRow._fields])


def disclosures_of_case(session: Session, case_digest: bytes) -> list[DisclosureRow]:
    """What peers asked about a case, the newest first."""
    query = select(ReceivedDisclosure).where(col(ReceivedDisclosure.case_digest) == case_digest)
    return [
        _disclosure(row) for row in session.exec(query.order_by(col(ReceivedDisclosure.received_at).desc()))
    ]


def disclosure_ids(session: Session) -> list[DisclosureId]:
    """What disclosures about a case of ours are known by, the newest first."""
    columns = [getattr(ReceivedDisclosure, name) for name in DisclosureId._fields]
    query = select(*columns).where(col(ReceivedDisclosure.case_digest).is_not(None))
    return [
        DisclosureId(*row) for row in session.exec(query.order_by(col(ReceivedDisclosure.received_at).desc()))
    ]


def stored_answer(session: Session, peer: str, key: str, now: int) -> AnswerRow | None:
    """The answer stored under an Idempotency-Key, if it is not too old."""
    session.execute(delete(IdempotentAnswer).where(col(IdempotentAnswer.expires_at) < now))
    row = session.get(IdempotentAnswer, (peer, key))
    return AnswerRow(*(getattr(row, name) for name in AnswerRow._fields)) if row else None


def store_answer(session: Session, row: AnswerRow) -> None:
    """Store an answer under its Idempotency-Key."""
    session.merge(IdempotentAnswer(**row._asdict()))


def _disclosure(row: ReceivedDisclosure) -> DisclosureRow:
    return DisclosureRow(*(getattr(row, name) for name in DisclosureRow._fields))
