"""Tokens of programs: a program acts for the account of whoever made its token, and may ask and read at most.

A token is shown once, to the person of its account alone: whoever has it reads what they may read, and a manager
who is kept out of a case would read it by another's. It ends on its day, when it is taken back, and with its
account. What takes a person (a signature, a release, telling an area, a change of an account) no token does.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from hub.accounts.accounts import Acting, acting_as, decided_about
from hub.audit.events import Action, Refs
from hub.errors import HubError, InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import tokens as records
from hub.records.accounts import Account, AccountState, account_of
from hub.records.restorations import require_none_open
from hub.records.tokens import KeptToken, TokenScope
from hub.values import ShortText, Value

DEFAULT_DAYS: Final = 90
MOST_DAYS: Final = 365
MOST_OF_ONE: Final = 20
PREFIX: Final = "marac-hub-"
"""What every token begins with, so that scanners for secrets find one that was left somewhere."""
_DAY_S: Final = 86_400
_SECRET_BYTES: Final = 32


class NoTokenError(HubError):
    """No token that holds was shown."""

    code = "no_token"
    status = 401
    exit_code = 1


class NotAllowedError(HubError):
    """A token that is right is not for this, or it takes a person."""

    code = "not_allowed"
    status = 403
    exit_code = 1


class TokenWanted(Value):
    """What somebody wants a token for."""

    program: ShortText = Field(min_length=1)
    scopes: Annotated[tuple[TokenScope, ...], Field(min_length=1, max_length=2)]
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] = DEFAULT_DAYS


@dataclass(frozen=True, slots=True)
class TokenBearer:
    """A program that showed a token: for whom it acts, and what the token is for. `id` is the token's digest."""

    id: bytes
    acting: Acting
    scopes: frozenset[TokenScope]


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token as people see it. `number` is its digest in hex; `over` where its day has passed."""

    number: str
    account: Account
    kept: KeptToken
    used_on: dt.date | None
    over: bool


def make(tx: Transaction, acting: Acting, wanted: TokenWanted) -> str:
    """Make a token for somebody's own account, and give it: it is shown this once. Raises InputError."""
    account = acting.account
    if len(records.tokens_of(tx, account)) >= MOST_OF_ONE:
        raise InputError(
            f"You have {MOST_OF_ONE} tokens already.", kept="None was made.", do="Take one back first."
        )
    token = PREFIX + secrets.token_urlsafe(_SECRET_BYTES)
    kept = KeptToken(
        account=account.id,
        program=wanted.program,
        scopes=tuple(dict.fromkeys(wanted.scopes)),
        made_at=tx.now,
        until=tx.now + wanted.days * _DAY_S,
    )
    records.keep_token(tx, records.token_id(token), kept)
    tx.record(Action.program_admitted, by=tx.node.actor(account.name), about=Refs(account=account.id))
    return token


def bearer(node: Node, token: str) -> TokenBearer | None:
    """Who acts by a token; None where there is none, its day has passed, or its account may do nothing.

    Raises RowsError, and RestoringError while the node is brought back: nobody knows which was taken back since.
    """
    key = records.token_id(token)
    with node.read() as tx:
        require_none_open(tx)
        kept = records.token_of(tx, key)
        if kept is None or not kept.made_at <= tx.now < kept.until:
            return None
        try:
            account = account_of(tx, kept.account)
        except NotFoundError:
            return None
        if account.state is not AccountState.open:
            return None
        found = TokenBearer(key, acting_as(tx, account), frozenset(kept.scopes))
        noted = records.used_on(tx, key) == tx.today
    if not noted:
        with node.write() as tx:
            records.keep_used_on(tx, key, tx.today)
    return found


def tokens_for(tx: Reading, by: Account) -> list[ListedToken]:
    """Somebody's own tokens and, for a manager, those of the accounts that they decide about; the newest first."""
    every = records.every_token(tx)
    accounts = {kept.account: account_of(tx, kept.account) for _, kept in every}
    seen = {by.id, *(one.id for one in decided_about(tx, by))}
    found = [
        ListedToken(key.hex(), accounts[kept.account], kept, records.used_on(tx, key), tx.now >= kept.until)
        for key, kept in every
        if kept.account in seen
    ]
    return sorted(found, key=lambda one: -one.kept.made_at)


def take_back(tx: Transaction, number: str, by: Account) -> None:
    """End a token at once. Raises NotFoundError where it is not theirs to end."""
    one = next((one for one in tokens_for(tx, by) if one.number == number), None)
    if one is None:
        raise NotFoundError("There is no such token.")
    records.end_tokens(tx, [bytes.fromhex(number)])
    about = Refs(account=one.account.id)
    tx.record(Action.program_ended, by=tx.node.actor(by.name), about=about, times=1)
