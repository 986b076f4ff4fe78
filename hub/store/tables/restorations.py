"""That the node was brought back from a backup, and what became of what it had lost."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class RestorationRecord(SQLModel, table=True):
    """A restoration: which head of the log it went back to. While `ended_at` is empty, the node answers no peer.

    `lost_size`: the newest head known of what was lost, if any. `sealed` holds the reasons that people gave.
    """

    __tablename__ = "restoration_record"

    id: int | None = Field(default=None, primary_key=True)
    restored_at: int
    backup_at: int
    head_size: int
    lost_size: int | None = None
    ended_at: int | None = None
    sealed: bytes
