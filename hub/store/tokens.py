"""Queries on the tokens by which programs act for accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from hub.store.bulk import insert_or_replace
from hub.store.tables import ApiTokenRecord, ApiTokenSeen

_SEEN = ApiTokenSeen.__table__  # type: ignore[attr-defined]


class TokenRow(NamedTuple):
    """A token as it is kept. `id` is a digest of it."""

    id: bytes
    account: bytes
    sealed: bytes


def every(session: Session) -> list[TokenRow]:
    """All tokens that were not taken back."""
    return [_row(one) for one in session.exec(select(ApiTokenRecord))]


def find(session: Session, number: bytes) -> TokenRow | None:
    """The token of that digest."""
    found = session.get(ApiTokenRecord, number)
    return _row(found) if found else None


def of_account(session: Session, account: bytes) -> list[bytes]:
    """The digests of an account's tokens."""
    return [row.id for row in session.exec(select(ApiTokenRecord).where(ApiTokenRecord.account == account))]


def add(session: Session, row: TokenRow) -> None:
    """Keep a new token."""
    session.add(ApiTokenRecord(**row._asdict()))
    session.flush()


def end(session: Session, numbers: Sequence[bytes]) -> None:
    """Forget tokens."""
    for number in numbers:
        session.execute(delete(ApiTokenRecord).where(col(ApiTokenRecord.id) == number))
        session.execute(delete(ApiTokenSeen).where(col(ApiTokenSeen.id) == number))


def seen(session: Session, number: bytes) -> bytes | None:
    """What is sealed of the day of a token's last use."""
    found = session.get(ApiTokenSeen, number)
    return found.sealed if found else None


def put_seen(session: Session, number: bytes, sealed: bytes) -> None:
    """Keep the day of a token's last use."""
    session.execute(insert_or_replace(session, _SEEN).values(id=number, sealed=sealed))


def _row(one: ApiTokenRecord) -> TokenRow:
    return TokenRow(one.id, one.account, one.sealed)
