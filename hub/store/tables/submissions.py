"""What caseworkers put before a manager, who signs it or sends it back before anything moves."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class SubmissionRecord(SQLModel, table=True):
    """One of them. `account`: whose it is; `check_id`: of the check that it is about. `sealed` is all else."""

    __tablename__ = "submission"

    id: bytes = Field(primary_key=True)
    account: bytes
    check_id: str = Field(index=True)
    sealed: bytes
