"""The node's own feed."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer
from sqlmodel import Field, SQLModel

from hub.store.tables.columns import Serial


class FeedEntry(SQLModel, table=True):
    """One line of the node's own feed, in the order of publication. A withdrawn one has no label.

    Lines of another epoch than the feed's are not in it: staged for the next, or left of the last.

    `person_id` is empty for test people and fillers. Nothing here groups entries by match-key, so a stolen
    database shows no frequencies. A number is never used again, or copies that read past it would miss it.
    """

    __tablename__ = "feed_entry"
    __table_args__ = (
        Index("feed_entry_live", "epoch", "token", unique=True),
        Index("feed_entry_of", "person_id", "epoch"),
        {"sqlite_autoincrement": True},
    )

    seq: int | None = Field(default=None, sa_column=Column(Serial, primary_key=True, autoincrement=True))
    epoch: int
    token: bytes
    label: bytes | None
    person_id: int | None = None
    filler: bool = False


class FeedState(SQLModel, table=True):
    """The state of the node's own feed: its epoch, live entries and their digest.

    `max_gap` is what the epoch was laid out with, `size` the class of its number of people that peers are told.
    `lines_digest` covers live entries with whose they are. All three are empty in a feed
    that was last written before they were kept.
    """

    __tablename__ = "feed_state"

    id: int = Field(default=1, primary_key=True)
    epoch: int
    published_at: int
    last_seq: int
    entries: int
    people: int
    digest: bytes
    max_gap: int | None = None
    size: int | None = None
    lines_digest: bytes | None = None


class CrowdedKeys(SQLModel, table=True):
    """Which match-keys of an epoch more people share than a gap is long (sealed).

    Empty for a feed that was last laid out before they were kept.
    """

    __tablename__ = "crowded_keys"

    epoch: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    sealed: bytes
