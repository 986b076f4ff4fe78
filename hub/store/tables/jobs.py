"""What the node still has to send, and what it does at its times."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class OutboxRow(SQLModel, table=True):
    """Something decided that a peer still has to be sent, written in the transaction of the act itself.

    `sealed` holds what is sent, the same bytes at each try; `act` names what it is of by random identifiers. An
    open row is tried at `next_at`; one that failed or lapsed waits for a person. `fault` is the last try's.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_due", "state", "next_at"),)

    id: str = Field(primary_key=True)
    kind: str
    peer: str
    act: str = Field(index=True)
    case_digest: bytes | None = None
    state: str = "open"
    created_at: int
    next_at: int
    tries: int = 0
    fault: str | None = None
    sealed: bytes


class ScheduledJob(SQLModel, table=True):
    """Something that the node does by itself, when it was last done, and when it is next.

    No `next_at`: done once, and not to be done again. `failing_since`: the first of the tries that failed in a row.
    """

    __tablename__ = "scheduled_job"

    name: str = Field(primary_key=True)
    next_at: int | None = None
    ended_at: int | None = None
    done_at: int | None = None
    failing_since: int | None = None
    tries: int = 0
    fault: str | None = None
