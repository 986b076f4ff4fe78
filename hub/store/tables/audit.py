"""The audit chain."""

from __future__ import annotations

from sqlalchemy import Column, Index, text
from sqlmodel import Field, SQLModel

from hub.store.tables.columns import Serial


class AuditEntry(SQLModel, table=True):
    """One link of the audit chain (`hub.audit`). Append-only. `mark` is empty where an earlier version wrote it."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("audit_entry_of", "action", "at"),)

    seq: int = Field(sa_column=Column(Serial, primary_key=True, autoincrement=False))
    at: str
    action: str
    body: str
    prev: str
    hash: str
    mark: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
