"""Tokens of programs between memory and the store: what is sealed, and under which place.

A token itself is kept nowhere: the database has a digest of it. What is read here was held to the log first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from enum import StrEnum

from hub.errors import StorageError
from hub.node.transaction import Reading, Transaction
from hub.records.accounts import Account
from hub.store import tokens
from hub.store.tokens import TokenRow
from hub.values import ShortText, Value


class TokenScope(StrEnum):
    """What a token is for. What takes a person is in none of them."""

    ask = "ask"
    read = "read"


class KeptToken(Value):
    """A token as it is kept. Times are whole seconds since 1970; `program` says what uses it."""

    account: str
    program: ShortText
    scopes: tuple[TokenScope, ...]
    made_at: int
    until: int


def token_id(token: str) -> bytes:
    """What a token is kept under: whoever reads the database has no token."""
    return hashlib.sha256(b"marac-hub/api-token/v1\x00" + token.encode()).digest()


def token_of(tx: Reading, key: bytes) -> KeptToken | None:
    """The token of that digest. Raises RowsError, StorageError."""
    row = tokens.find(tx.session, key)
    if row is None:
        return None
    tx.require_as_bound({"api_token": [(key,)]})
    return _kept(tx, row)


def every_token(tx: Reading) -> list[tuple[bytes, KeptToken]]:
    """All tokens, by digest. Raises RowsError, StorageError."""
    rows = tokens.every(tx.session)
    tx.require_tables_as_bound("api_token")
    return [(row.id, _kept(tx, row)) for row in rows]


def keep_token(tx: Transaction, key: bytes, kept: KeptToken) -> None:
    """Keep a new token."""
    sealed = tx.vault.seal(_place(key), kept.model_dump_json().encode())
    tokens.add(tx.session, TokenRow(key, bytes.fromhex(kept.account), sealed))


def tokens_of(tx: Reading, account: Account) -> list[bytes]:
    """The digests of an account's tokens."""
    return tokens.of_account(tx.session, account.key)


def end_tokens(tx: Transaction, keys: Iterable[bytes]) -> None:
    """Forget tokens."""
    tokens.end(tx.session, list(keys))


def used_on(tx: Reading, key: bytes) -> dt.date | None:
    """The day on which a token was last used; None where it was not, or that was lost."""
    sealed = tokens.seen(tx.session, key)
    if sealed is None:
        return None
    try:
        return dt.date.fromisoformat(tx.vault.open(_seen_place(key), sealed).decode())
    except (StorageError, ValueError):
        return None


def keep_used_on(tx: Transaction, key: bytes, day: dt.date) -> None:
    """Keep the day of a token's last use, unless it has ended."""
    if tokens.find(tx.session, key) is not None:
        tokens.put_seen(tx.session, key, tx.vault.seal(_seen_place(key), day.isoformat().encode()))


def _kept(tx: Reading, row: TokenRow) -> KeptToken:
    kept = KeptToken.model_validate_json(tx.vault.open(_place(row.id), row.sealed))
    if row.account.hex() != kept.account:
        raise StorageError("A token does not stand under its own account.", kept="Nothing was changed.")
    return kept


def _place(key: bytes) -> str:
    return f"api_token/{key.hex()}"


def _seen_place(key: bytes) -> str:
    return f"api_token_seen/{key.hex()}"
