"""Cases that move between areas, both sides of it, and what of one waits here to be sent or decided."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class TransferRecord(SQLModel, table=True):
    """One of them. `open_key`: a digest of case and area while it is open here, of which there is one at a time.

    `case_digest`: of our own case; empty for one that is offered to us and not accepted. `sealed` is all else.
    """

    __tablename__ = "transfer"

    id: bytes = Field(primary_key=True)
    open_key: bytes | None = Field(default=None, unique=True)
    case_digest: bytes | None = Field(default=None, index=True)
    state: str
    sealed: bytes


class TransferPack(SQLModel, table=True):
    """What moves by a transfer, sealed: kept until it has ended."""

    __tablename__ = "transfer_pack"

    id: bytes = Field(primary_key=True)
    sealed: bytes
