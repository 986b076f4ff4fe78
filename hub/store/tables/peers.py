"""Peers, and the copies of their feeds."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from hub.store.tables.columns import Serial


class Peer(SQLModel, table=True):
    """A node that we trust, pinned by the thumbprint of its root key, with its last metadata as it signed them.

    `signed_metadata` is empty where an earlier version kept it. `copy_entries` and `copy_digest` are of the copy in
    use, as it was verified; empty where that was by an earlier version.
    """

    __tablename__ = "peer"

    node_id: str = Field(primary_key=True)
    area: str
    url: str
    root_thumbprint: str
    signed_metadata: str
    feed_id: int | None = None
    epoch: int = 0
    cursor: str = ""
    people: int = 0
    max_gap: int = 0
    feed_at: int = Field(default=0, sa_column=Column(Serial, nullable=False))
    synced_at: int | None = None
    copy_entries: int | None = None
    copy_digest: bytes | None = None


class PeerFeed(SQLModel, table=True):
    """One downloaded copy of a peer's feed. A full resync fills a new one and then drops the old.

    `onto`: what is here are changes to that copy, not put into it yet; an entry of it without a label is withdrawn.
    `entries` and `digest` are its own as last counted; None once a page has changed it.
    """

    __tablename__ = "peer_feed"

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(foreign_key="peer.node_id", index=True)
    epoch: int
    cursor: str = ""
    entries: int | None = None
    digest: bytes | None = None
    onto: int | None = None


class PeerEntry(SQLModel, table=True):
    """A peer's published entry, clustered by copy and token so that a look-up is one seek."""

    __tablename__ = "peer_entry"
    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    feed_id: int = Field(primary_key=True)
    token: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    label: bytes
