"""Who may sign in: organisations, accounts, sessions, tokens of programs, and how often a sign-in was tried."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class OrganisationRecord(SQLModel, table=True):
    """A body whose people have accounts here. `sealed` says what it is."""

    __tablename__ = "organisation"

    id: bytes = Field(primary_key=True)
    sealed: bytes


class AccountRecord(SQLModel, table=True):
    """One person's account. `sign_in` is a keyed digest of what they sign in with; `sealed` is all else."""

    __tablename__ = "account"

    id: bytes = Field(primary_key=True)
    sign_in: bytes = Field(unique=True)
    sealed: bytes


class SessionRecord(SQLModel, table=True):
    """A session that began with a sign-in. `id` is a digest of its cookie."""

    __tablename__ = "session"

    id: bytes = Field(primary_key=True)
    account: bytes = Field(index=True)
    sealed: bytes


class SessionSeen(SQLModel, table=True):
    """When a session was last used, and what its user has typed and not sent. Its loss locks the session."""

    __tablename__ = "session_seen"

    id: bytes = Field(primary_key=True)
    sealed: bytes


class ApiTokenRecord(SQLModel, table=True):
    """A token by which a program acts for an account. `id` is a digest of it."""

    __tablename__ = "api_token"

    id: bytes = Field(primary_key=True)
    account: bytes = Field(index=True)
    sealed: bytes


class ApiTokenSeen(SQLModel, table=True):
    """The day on which a token was last used. Its loss changes nothing but what the list of tokens says."""

    __tablename__ = "api_token_seen"

    id: bytes = Field(primary_key=True)
    sealed: bytes


class SignInTries(SQLModel, table=True):
    """How often somebody tried to sign in: by a keyed digest of the name tried, or of the address."""

    __tablename__ = "sign_in_tries"

    owner: bytes = Field(primary_key=True)
    level: float
    level_at: int
