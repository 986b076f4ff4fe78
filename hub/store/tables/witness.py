"""What peers signed of what passed between them and this node: heads of their logs, and what they have read."""

from __future__ import annotations

from sqlalchemy import Column
from sqlmodel import Field, SQLModel

from hub.store.tables.columns import Serial


class PeerHead(SQLModel, table=True):
    """A head of a peer's log as it signed it. `state`: kept, refused, or lost by the peer when it was restored.

    `sealed` holds the signed note and the signed request that brought it.
    """

    __tablename__ = "peer_head"

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(index=True)
    size: int = Field(sa_column=Column(Serial, nullable=False))
    state: str
    received_at: int
    sealed: bytes


class AcknowledgementRecord(SQLModel, table=True):
    """That a peer has read our answer to a disclosure; `sealed` holds its signed request."""

    __tablename__ = "acknowledgement"

    check_id: str = Field(primary_key=True)
    peer: str = Field(primary_key=True)
    handle: bytes = Field(primary_key=True)
    level: str = Field(primary_key=True)
    received_at: int
    sealed: bytes
