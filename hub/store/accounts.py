"""Queries on organisations, accounts, sessions and sign-ins that were tried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store.bulk import insert_or_replace
from hub.store.tables import AccountRecord, OrganisationRecord, SessionRecord, SessionSeen, SignInTries

_SEEN = SessionSeen.__table__  # type: ignore[attr-defined]
_TRIES = SignInTries.__table__  # type: ignore[attr-defined]


class AccountRow(NamedTuple):
    """An account as it is kept."""

    id: bytes
    sign_in: bytes
    sealed: bytes


class SessionRow(NamedTuple):
    """A session as it is kept."""

    id: bytes
    account: bytes
    sealed: bytes


class Tries(NamedTuple):
    """How many tries were left to somebody at a time."""

    level: float
    level_at: int


def organisation(session: Session, number: bytes) -> bytes | None:
    """What is sealed of an organisation."""
    found = session.get(OrganisationRecord, number)
    return found.sealed if found else None


def add_organisation(session: Session, number: bytes, sealed: bytes) -> None:
    """Keep a new organisation."""
    session.add(OrganisationRecord(id=number, sealed=sealed))
    session.flush()


def replace_organisation(session: Session, number: bytes, sealed: bytes) -> None:
    """Keep an organisation as it is now."""
    session.execute(
        update(OrganisationRecord).where(col(OrganisationRecord.id) == number).values(sealed=sealed)
    )


def is_any(session: Session) -> bool:
    """Whether there is any account."""
    return session.connection().execute(sql_select(func.count()).select_from(AccountRecord)).scalar_one() > 0


def find(session: Session, number: bytes) -> AccountRow | None:
    """The account of that id."""
    found = session.get(AccountRecord, number)
    return _account(found) if found else None


def signing_in_as(session: Session, sign_in: bytes) -> AccountRow | None:
    """The account of whoever signs in so."""
    found = session.exec(select(AccountRecord).where(AccountRecord.sign_in == sign_in)).first()
    return _account(found) if found else None


def add(session: Session, row: AccountRow) -> None:
    """Keep a new account."""
    session.add(AccountRecord(**row._asdict()))
    session.flush()


def replace(session: Session, row: AccountRow) -> None:
    """Keep an account as it is now."""
    mine = col(AccountRecord.id) == row.id
    session.execute(update(AccountRecord).where(mine).values(sign_in=row.sign_in, sealed=row.sealed))


def find_session(session: Session, number: bytes) -> SessionRow | None:
    """The session of that id."""
    found = session.get(SessionRecord, number)
    return SessionRow(found.id, found.account, found.sealed) if found else None


def sessions_of(session: Session, account: bytes) -> list[SessionRow]:
    """The sessions of an account that have not ended."""
    query = select(SessionRecord).where(SessionRecord.account == account)
    return [SessionRow(row.id, row.account, row.sealed) for row in session.exec(query)]


def add_session(session: Session, row: SessionRow) -> None:
    """Keep a session that begins."""
    session.add(SessionRecord(**row._asdict()))
    session.flush()


def replace_session(session: Session, row: SessionRow) -> None:
    """Keep a session as it is now."""
    mine = col(SessionRecord.id) == row.id
    session.execute(update(SessionRecord).where(mine).values(sealed=row.sealed))


def end_sessions(session: Session, numbers: Sequence[bytes]) -> None:
    """Forget sessions, and what was typed in them."""
    for number in numbers:
        session.execute(delete(SessionRecord).where(col(SessionRecord.id) == number))
        session.execute(delete(SessionSeen).where(col(SessionSeen.id) == number))


def seen(session: Session, number: bytes) -> bytes | None:
    """What is sealed of a session's last use."""
    found = session.get(SessionSeen, number)
    return found.sealed if found else None


def put_seen(session: Session, number: bytes, sealed: bytes) -> None:
    """Keep a session's last use."""
    session.execute(insert_or_replace(session, _SEEN).values(id=number, sealed=sealed))


def tries(session: Session, owner: bytes) -> Tries | None:
    """How many tries were left to somebody."""
    found = session.get(SignInTries, owner)
    return Tries(found.level, found.level_at) if found else None


def put_tries(session: Session, owner: bytes, left: Tries) -> None:
    """Keep how many tries are left to somebody."""
    session.execute(insert_or_replace(session, _TRIES).values(owner=owner, **left._asdict()))


def forget_tries(session: Session, before: int) -> None:
    """Forget who tried to sign in before a time."""
    session.execute(delete(SignInTries).where(col(SignInTries.level_at) < before))


def _account(row: AccountRecord) -> AccountRow:
    return AccountRow(row.id, row.sign_in, row.sealed)
