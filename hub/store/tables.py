"""The tables. Identity stands only in `sealed` columns, encrypted under a key that is not in the database.

Plain columns hold what queries need: random handles, keyed digests, tokens, states and times. Does not encrypt
(`hub.keys.Vault`) and holds no queries. Times are whole seconds since 1970, UTC.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary
from sqlmodel import Field, SQLModel

_Serial = BigInteger().with_variant(Integer, "sqlite")


class CaseRecord(SQLModel, table=True):
    """One case. `ref_digest` finds it again by its reference; `sealed` holds the reference and the rest.

    `may_publish` is the outcome of the publication decision `decision_id`. `handle` is what labels carry.
    """

    __tablename__ = "case_record"

    id: int | None = Field(default=None, primary_key=True)
    ref_digest: bytes = Field(unique=True)
    content_digest: bytes
    kind: str
    handle: bytes = Field(unique=True)
    sealed_case: bool
    may_publish: bool
    decision_id: int | None = Field(default=None, foreign_key="decision_record.id")
    sealed: bytes


class PersonRecord(SQLModel, table=True):
    """One person of one case, wholly sealed. `handle` is what labels carry; it is random and new each epoch.

    A retired record was replaced or withdrawn: it stays until its entries have left the feed.
    """

    __tablename__ = "person_record"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_record.id", index=True)
    handle: bytes = Field(unique=True)
    retired: bool = False
    sealed: bytes


class DecisionRecord(SQLModel, table=True):
    """A decision of the consent engine and the form it was made on (sealed together)."""

    __tablename__ = "decision_record"

    id: int | None = Field(default=None, primary_key=True)
    made_at: int
    purpose: str
    outcome: str
    sealed: bytes


class ObligationRecord(SQLModel, table=True):
    """Something a permit left to be done: obligation number `place` of a decision; its words are sealed there.

    `case_digest` is the keyed digest of the case's reference. `matter` is what it arose from: "publish", a check
    of ours, or a peer's check ("PEER:CHECK"). `sealed` is what a person closed it with; the hub's own record
    closes without. `id` is random: numbers in a row would count the cases that somebody must not know of.
    """

    __tablename__ = "obligation_record"
    __table_args__ = (Index("obligation_due", "state", "due"),)

    id: str = Field(primary_key=True)
    decision_id: int = Field(foreign_key="decision_record.id")
    place: int
    case_digest: bytes = Field(index=True)
    matter: str
    code: str
    due: dt.date | None = None
    state: str = "open"
    closed_at: int | None = None
    escalated_at: int | None = None
    sealed: bytes | None = None


class SharingRecord(SQLModel, table=True):
    """A row of the record of disclosures of a case: who was told, asked or answered (sealed)."""

    __tablename__ = "sharing_record"

    id: str = Field(primary_key=True)
    case_digest: bytes = Field(index=True)
    matter: str
    recorded_at: int
    sealed: bytes


class FeedEntry(SQLModel, table=True):
    """One line of the node's own feed, in the order of publication. A withdrawn one has no label.

    `person_id` is empty for test people and fillers. Nothing here groups entries by match-key, so a stolen
    database shows no frequencies. A number is never used again, or copies that read past it would miss it.
    """

    __tablename__ = "feed_entry"
    __table_args__ = (
        Index("feed_entry_live", "epoch", "token", unique=True),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, sa_column=Column(_Serial, primary_key=True, autoincrement=True))
    epoch: int
    token: bytes
    label: bytes | None
    person_id: int | None = Field(default=None, index=True)
    filler: bool = False


class FeedState(SQLModel, table=True):
    """The state of the node's own feed: its epoch, live entries and their digest."""

    __tablename__ = "feed_state"

    id: int = Field(default=1, primary_key=True)
    epoch: int
    published_at: int
    last_seq: int
    entries: int
    people: int
    digest: bytes


class Peer(SQLModel, table=True):
    """A node that we trust, pinned by the thumbprint of its root key, with its last verified metadata."""

    __tablename__ = "peer"

    node_id: str = Field(primary_key=True)
    area: str
    url: str
    root_thumbprint: str
    metadata_json: str
    feed_id: int | None = None
    epoch: int = 0
    cursor: str = ""
    people: int = 0
    max_gap: int = 0
    feed_at: int = Field(default=0, sa_column=Column(_Serial, nullable=False))
    synced_at: int | None = None


class PeerFeed(SQLModel, table=True):
    """One downloaded copy of a peer's feed. A full resync fills a new one and then drops the old.

    `entries` and `digest` are its own as last counted; None once a page has changed it.
    """

    __tablename__ = "peer_feed"

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(foreign_key="peer.node_id", index=True)
    epoch: int
    cursor: str = ""
    entries: int | None = None
    digest: bytes | None = None


class PeerEntry(SQLModel, table=True):
    """A peer's published entry, clustered by copy and token so that a look-up is one seek."""

    __tablename__ = "peer_entry"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    feed_id: int = Field(primary_key=True)
    token: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    label: bytes


class CheckRecord(SQLModel, table=True):
    """A question this node asked, with what came of it (sealed)."""

    __tablename__ = "check_record"

    check_id: str = Field(primary_key=True)
    asked_at: int
    outcome: str
    sealed: bytes


class ReceivedCheck(SQLModel, table=True):
    """A question a peer asked us: its salted commitment to the subject and how much was evaluated."""

    __tablename__ = "received_check"

    check_id: str = Field(primary_key=True)
    peer: str = Field(primary_key=True)
    received_at: int
    purpose: str
    commitment: bytes
    asked: bytes


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
    """The stored answer to a POST, kept for a day under the peer and its Idempotency-Key."""

    __tablename__ = "idempotent_answer"

    peer: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    request_digest: str
    answer: bytes | None
    expires_at: int


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


class Receipt(SQLModel, table=True):
    """A peer's signed answer, kept as evidence. It does not say whether anybody was known."""

    __tablename__ = "receipt"

    id: int | None = Field(default=None, primary_key=True)
    check_id: str = Field(index=True)
    peer: str
    token: str


class NotSamePair(SQLModel, table=True):
    """A pair that a person set aside as not the same, by a keyed digest of its evidence."""

    __tablename__ = "not_same_pair"

    digest: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    set_aside_at: int


class AuditEntry(SQLModel, table=True):
    """One link of the audit chain (`hub.audit`). Append-only."""

    __tablename__ = "audit_entry"

    seq: int = Field(sa_column=Column(_Serial, primary_key=True, autoincrement=False))
    at: str
    action: str
    body: str
    prev: str
    hash: str
