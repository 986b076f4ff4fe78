"""Read events, in the batches in which they were brought into the log."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class ReadBatch(SQLModel, table=True):
    """What was opened in a time. `id` is that of the journal's file; `sealed` is who opened what, and when."""

    __tablename__ = "read_batch"

    id: bytes = Field(primary_key=True)
    kept_at: int = Field(index=True)
    sealed: bytes
