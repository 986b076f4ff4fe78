"""What somebody with an account is still to be told of, and when each was told last."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class NoticeRecord(SQLModel, table=True):
    """That something waits. No `account`: nobody has looked yet whom it concerns. `sealed` says what it is.

    An open row is tried at `next_at`; one that failed waits for a person. `fault` is the last try's.
    """

    __tablename__ = "notice"

    id: str = Field(primary_key=True)
    account: bytes | None = Field(default=None, index=True)
    case_digest: bytes | None = None
    state: str = "open"
    created_at: int
    next_at: int
    tries: int = 0
    fault: str | None = None
    sealed: bytes


class LastNotice(SQLModel, table=True):
    """When an account was last sent a notice. Its loss has the next one sent sooner."""

    __tablename__ = "last_notice"

    account: bytes = Field(primary_key=True)
    sealed: bytes
