"""The papers of a case, and the bytes of files that are attached to it."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class CasePaper(SQLModel, table=True):
    """One paper: number `number` of its case, counted from 1. `handle` is random; `sealed` is all else.

    The number is in the key, so that one taken away from a case leaves a gap, and one moved to another case is none
    of its own.
    """

    __tablename__ = "case_paper"

    case_id: int = Field(primary_key=True, foreign_key="case_record.id")
    number: int = Field(primary_key=True)
    handle: bytes = Field(unique=True)
    kind: str
    sealed: bytes


class CaseAttachment(SQLModel, table=True):
    """The bytes of a file, sealed, under the handle of the paper that says what it is. Read when asked for."""

    __tablename__ = "case_attachment"

    handle: bytes = Field(primary_key=True)
    sealed: bytes
