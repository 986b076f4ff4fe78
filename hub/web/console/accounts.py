"""The accounts of a node, for its managers and its operator: who is there, who waits for a word, who is out.

Decides nothing: `hub.accounts.accounts` does. Inviting is done on the machine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import Response

from hub.accounts import accounts
from hub.accounts.accounts import decided_about, every_account
from hub.accounts.organisations import every_organisation
from hub.errors import NotFoundError
from hub.node.transaction import Transaction
from hub.records.accounts import Account, AccountRole, AccountState, account_of
from hub.web.console.asked import Asked, Page, see
from hub.web.console.words import home_of, role_in_words, state_in_words


def _begin(asked: Asked) -> Response:
    """Where somebody goes who has signed in: first to what they left in a session that ended."""
    if asked.session is not None and asked.session.left_of:
        return see("/left")
    return see(home_of(asked.acting.account.role))


def _list(asked: Asked) -> Response:
    with asked.node.read() as tx:
        mine, bodies = asked.acting.account, {one.id: one.name for one in every_organisation(tx)}
        every = decided_about(tx, mine) if mine.role is AccountRole.manager else every_account(tx)
    rows = [
        {
            "account": one,
            "role": role_in_words(one.role),
            "state": state_in_words(one),
            "organisation": bodies.get(one.organisation, ""),
            "acts": _acts(one, mine),
        }
        for one in every
    ]
    return asked.page("accounts.html", rows=rows)


def _acts(account: Account, mine: Account) -> tuple[str, ...]:
    """What this person may do with an account, by the last part of its address."""
    manager = mine.role is AccountRole.manager
    found = []
    if manager and account.state is AccountState.awaiting and mine.id not in (account.id, account.invited_by):
        found.append("confirm")
    if manager and account.reset_asked_by and mine.id not in (account.id, account.reset_asked_by):
        found.append("reset")
    if account.state is AccountState.open and not account.reset_asked_by and account.id != mine.id:
        found.append("ask-for-reset")
    if account.state is not AccountState.disabled and account.id != mine.id:
        found.append("disable")
    return tuple(found)


def _confirm(asked: Asked) -> Response:
    return _with_code(asked, accounts.confirm)


def _disable(asked: Asked) -> Response:
    return _done(asked, accounts.disable)


def _ask_for_reset(asked: Asked) -> Response:
    return _done(asked, accounts.ask_for_reset)


def _reset(asked: Asked) -> Response:
    return _with_code(asked, accounts.reset_factor)


def _with_code(asked: Asked, act: Callable[[Transaction, Account, Account], tuple[Account, str]]) -> Response:
    asked.pressed()
    with asked.node.write() as tx:
        _, code = act(tx, _account(asked, tx), asked.acting.account)
    return asked.page("account_reset.html", code=code)


def _done(asked: Asked, act: Callable[[Transaction, Account, Account], object]) -> Response:
    asked.pressed()
    with asked.node.write() as tx:
        act(tx, _account(asked, tx), asked.acting.account)
    return see("/accounts")


def _account(asked: Asked, tx: Transaction) -> Account:
    """The account that the address names. Raises NotFoundError."""
    try:
        return account_of(tx, asked.place("account"))
    except ValueError:
        raise NotFoundError("There is no such account.") from None


PAGES: Final = (
    Page("GET", "/", _begin),
    Page("GET", "/accounts", _list),
    Page("POST", "/accounts/{account}/confirm", _confirm),
    Page("POST", "/accounts/{account}/disable", _disable),
    Page("POST", "/accounts/{account}/ask-for-reset", _ask_for_reset),
    Page("POST", "/accounts/{account}/reset", _reset),
)
