"""Cases and the people in them."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class CaseRecord(SQLModel, table=True):
    """One case. `ref_digest` finds it again by its reference; `sealed` holds the reference and the rest.

    `may_publish` is the outcome of the publication decision `decision_id`: it finds who may be published, and their
    sealed records say whether they may. `handle` is random, and stays; labels carry another one in each epoch, made
    of it.
    """

    __tablename__ = "case_record"

    id: int | None = Field(default=None, primary_key=True)
    ref_digest: bytes = Field(unique=True)
    kind: str
    handle: bytes = Field(unique=True)
    sealed_case: bool
    may_publish: bool
    decision_id: int | None = Field(default=None, foreign_key="decision_record.id")
    sealed: bytes


class PersonRecord(SQLModel, table=True):
    """One person of one case, wholly sealed. `handle` is random, and stays while names and date of birth do.

    Labels carry another one in each epoch, made of it. A retired record was replaced or withdrawn: it stays until
    its entries have left the feed.
    """

    __tablename__ = "person_record"

    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="case_record.id", index=True)
    handle: bytes = Field(unique=True)
    retired: bool = False
    sealed: bytes


class PersonKeys(SQLModel, table=True):
    """The match-keys of a person record, sealed and of one size for nearly everybody: for the node's own search.

    Of the record with that handle, as it is sealed. They can be made of it anew at any time, and go when it is
    retired.
    """

    __tablename__ = "person_keys"

    handle: bytes = Field(primary_key=True)
    sealed: bytes
