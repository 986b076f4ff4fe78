"""Papers of a case that one area asks of another, both sides of it, and those that wait here to be sent."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class PapersRequestRecord(SQLModel, table=True):
    """One of them. `open_key`: a digest of check, area and handle while we ask, of which there is one at a time.

    `case_digest`: of our own case, which asks or is asked about. `sealed` is all else.
    """

    __tablename__ = "papers_request"

    id: bytes = Field(primary_key=True)
    open_key: bytes | None = Field(default=None, unique=True)
    case_digest: bytes = Field(index=True)
    state: str
    sealed: bytes


class PapersPack(SQLModel, table=True):
    """The papers that were released, sealed: kept until the other area has them."""

    __tablename__ = "papers_pack"

    id: bytes = Field(primary_key=True)
    sealed: bytes
