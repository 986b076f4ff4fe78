"""What peers asked of this node: checks, disclosures, stored answers, replays and quotas."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class ReceivedCheck(SQLModel, table=True):
    """A question a peer asked us: its salted commitment to the subject and how much was evaluated.

    `epoch` is the one whose handles the peer has. Empty where handles in labels were the records' own.
    `purpose`: as questions said it before; since then they do not, and it is empty.
    """

    __tablename__ = "received_check"

    check_id: str = Field(primary_key=True)
    peer: str = Field(primary_key=True)
    received_at: int
    purpose: str
    commitment: bytes
    asked: bytes
    epoch: int | None = None


class ReceivedDisclosure(SQLModel, table=True):
    """A disclosure a peer asked of us, once per check, handle and level. `sealed` holds request and answer.

    `case_digest`: of the case that the handle was in when it was decided.
    """

    __tablename__ = "received_disclosure"

    check_id: str = Field(primary_key=True)
    peer: str = Field(primary_key=True)
    handle: bytes = Field(primary_key=True)
    level: str = Field(primary_key=True)
    received_at: int
    pending: bool = Field(index=True)
    decision_id: int | None = Field(default=None, foreign_key="decision_record.id")
    case_digest: bytes | None = None
    sealed: bytes


class IdempotentAnswer(SQLModel, table=True):
    """The stored answer to a POST (sealed), kept for minutes or a day under the peer and its Idempotency-Key."""

    __tablename__ = "idempotent_answer"

    peer: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_digest: str
    answer: bytes | None
    expires_at: int = Field(index=True)


class SeenMessage(SQLModel, table=True):
    """A message identifier already used by a peer: a second one is a replay."""

    __tablename__ = "seen_message"

    peer: str = Field(primary_key=True)
    jti: str = Field(primary_key=True)
    expires_at: int = Field(index=True)


class QuotaUse(SQLModel, table=True):
    """How much of a quota is left: `owner` is a peer or a user pseudonym at a peer; `pool` strong or weak."""

    __tablename__ = "quota_use"

    owner: str = Field(primary_key=True)
    pool: str = Field(primary_key=True)
    level: float
    level_at: int
    month: str
    month_used: int
