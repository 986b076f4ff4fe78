"""Signing in: what somebody signs in with, password and second factor together, all of them or nothing.

Whoever is refused learns neither whether there is such an account nor which of the three was wrong: the work is the
same, and the words are. How often somebody may try is kept in the database, by the name tried and by the address.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Final, TypeVar

from hub.accounts import sessions
from hub.accounts.accounts import code_digest, opens_by_provider, put, sign_in_digest, signing_in_as
from hub.accounts.organisations import folded
from hub.accounts.sessions import SignedIn
from hub.audit.events import NODE, Action, Refs
from hub.crypto.one_time import as_typed, new_code, new_secret, step_of
from hub.crypto.passwords import hash_password, is_password
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records.accounts import Account, AccountState, opened_factor, sealed_factor
from hub.records.restorations import require_none_open
from hub.store import accounts
from hub.store.accounts import Tries

LEAST_PASSWORD: Final = 12
MOST_PASSWORD: Final = 200
RECOVERY_CODES: Final = 10
_RECOVERY_GROUPS: Final = 4
_BY_NAME: Final = (5.0, 1 / 180)  # five at once, then one in three minutes
_BY_ADDRESS: Final = (30.0, 1 / 10)  # a building behind one address

_FORGOTTEN_AFTER_S: Final = 3_600  # all of them are there again by then
T = TypeVar("T")


class Refused(StrEnum):
    """Why somebody is not signed in, as far as they are told."""

    wrong = "wrong"
    too_often = "too_often"


class Unopened(StrEnum):
    """Why an account cannot be opened, as far as they are told."""

    invitation = "invitation"
    too_often = "too_often"
    short = "short"
    known = "known"
    code = "code"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody types to sign in. `code`: of the app, or a recovery code. `address`: where they are."""

    sign_in: str
    password: str = field(repr=False)
    code: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opening:
    """What somebody types to open the account that they were invited to. `factor`: as `new_factor` sealed it."""

    sign_in: str
    invitation: str = field(repr=False)
    factor: str = field(repr=False)
    password: str = field(repr=False)
    code: str = field(repr=False)
    address: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewFactor:
    """The second factor that is shown once to whoever opens an account. `sealed`: as their form brings it back."""

    secret: str = field(repr=False)
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """An account that was opened: its session's cookie, and the recovery codes, which are shown once."""

    token: str
    recovery: tuple[str, ...] = field(repr=False)


def sign_in(node: Node, typed: Credentials, before: SignedIn | None = None) -> str | Refused:
    """Sign somebody in; gives the value of their cookie. `before`: a session of theirs, whose draft goes on.

    Raises RowsError, StorageError, and RestoringError while the node is brought back.
    """

    def then(tx: Transaction, account: Account) -> str:
        token = sessions.begin(tx, account)
        if before is not None:
            sessions.take_the_place_of(tx, token, before, account)
        return token

    return _authenticated(node, typed, Action.signed_in, then)


def authenticate_anew(node: Node, typed: Credentials, signed_in: SignedIn) -> Refused | None:
    """Let whoever has a session show again that it is they, before they sign or release. Raises as `sign_in`."""
    if folded(typed.sign_in) != folded(signed_in.acting.account.sign_in):
        return Refused.wrong

    def then(tx: Transaction, _: Account) -> None:
        sessions.freshen(tx, signed_in)

    return _authenticated(node, typed, Action.authenticated_anew, then)


def _authenticated(
    node: Node, typed: Credentials, action: Action, then: Callable[[Transaction, Account], T]
) -> T | Refused:
    """Do something for whoever proves to be the user of an account, in the transaction that uses up their code."""
    if not may_try(node, typed.sign_in, typed.address):
        return Refused.too_often
    with node.read() as tx:
        account = signing_in_as(tx, typed.sign_in)
    usable = account.password if account and _may_sign_in(account) else ""
    right = is_password(usable, typed.password)
    with node.write() as tx:
        tx.hold_others_off()
        account = signing_in_as(tx, typed.sign_in)
        if account is None or not right or account.password != usable or not _may_sign_in(account):
            return _refuse(tx, account)
        used = _with_code_used(tx, account, typed.code)
        if used is None:
            put(tx, account, Action.sign_in_refused, None, wrong_codes=account.wrong_codes + 1)
            return Refused.wrong
        account = put(tx, account, action, account, wrong_codes=0, **used)
        _forgive(tx, typed.sign_in)
        return then(tx, account)


def invited(node: Node, sign_in: str, invitation: str) -> Account | None:
    """The account that an invitation opens; None where it opens none. For what `may_try` allowed."""
    with node.read() as tx:
        account = signing_in_as(tx, sign_in)
        if account is None or account.state is not AccountState.invited or tx.now > account.invited_until:
            return None
        given = code_digest(tx, as_typed(invitation))
        return account if hmac.compare_digest(given, account.invitation) else None


def new_factor(node: Node, account: Account, before: str = "") -> NewFactor:
    """A second factor for whoever opens an account: another at each showing, so that nobody who looked has it.

    `before`: the one that their form brought back, which their app has read already.
    """
    vault = node.keys.vault
    secret = opened_factor(vault, account, before) or new_secret()
    return NewFactor(secret, sealed_factor(vault, account, secret))


def open_account(node: Node, typed: Opening) -> Opened | Unopened:
    """Open the account that somebody was invited to, with a password of theirs and a code of their app."""
    if not may_try(node, typed.sign_in, typed.address):
        return Unopened.too_often
    account = invited(node, typed.sign_in, typed.invitation)
    if account is None:
        return Unopened.invitation
    if len(typed.password) < LEAST_PASSWORD:
        return Unopened.short
    known = {*account.name.casefold().split(), *account.sign_in.casefold().split("@")}
    if len(typed.password) > MOST_PASSWORD or _easily_guessed(typed.password, known):
        return Unopened.known
    factor = opened_factor(node.keys.vault, account, typed.factor)
    password, codes = (
        hash_password(typed.password),
        tuple(new_code(_RECOVERY_GROUPS) for _ in range(RECOVERY_CODES)),
    )
    with node.write() as tx:
        tx.hold_others_off()
        account = signing_in_as(tx, typed.sign_in)
        if account is None or account.state is not AccountState.invited or opens_by_provider(tx, account):
            return Unopened.invitation
        step = step_of(factor, typed.code, tx.now, after=account.last_step) if factor else None
        if step is None:
            return Unopened.code
        account = put(
            tx,
            account,
            Action.account_opened,
            account,
            state=AccountState.open,
            invitation="",
            invited_until=0,
            password=password,
            factor=factor,
            last_step=step,
            recovery=tuple(code_digest(tx, one) for one in codes),
        )
        _forgive(tx, typed.sign_in)
        return Opened(sessions.begin(tx, account), codes)


def may_try(node: Node, name: str | None, address: str) -> bool:
    """Take one try from the name's, if one was typed, and from the address's; whether all had one left."""
    with node.write() as tx:
        tx.hold_others_off()
        require_none_open(tx)
        owners = {tx.vault.lookup("tries_of", _network(address)): _BY_ADDRESS}
        if name is not None:
            owners[sign_in_digest(tx, name)] = _BY_NAME
        left = {owner: _left(tx, owner, *limit) for owner, limit in owners.items()}
        if any(one < 1 for one in left.values()):
            return False
        accounts.forget_tries(tx.session, before=tx.now - _FORGOTTEN_AFTER_S)
        for owner, level in left.items():
            accounts.put_tries(tx.session, owner, Tries(level - 1, tx.now))
        if any(one < 2 for one in left.values()):
            tx.record(Action.sign_in_refused, by=NODE, reasons=("too_often",))
        return True


def _may_sign_in(account: Account) -> bool:
    """Whether it is open, and nobody seems to guess its codes with its password in hand."""
    return account.state is AccountState.open and not account.guessed


def _with_code_used(tx: Transaction, account: Account, code: str) -> dict[str, object] | None:
    """What changes in an account whose code, or recovery code, was used; None where it is neither."""
    step = step_of(account.factor, code, tx.now, after=account.last_step)
    if step is not None:
        return {"last_step": step}
    given = code_digest(tx, as_typed(code))
    left = tuple(one for one in account.recovery if not hmac.compare_digest(one, given))
    return {"recovery": left} if len(left) < len(account.recovery) else None


def _refuse(tx: Transaction, account: Account | None) -> Refused:
    tx.record(Action.sign_in_refused, by=NODE, about=Refs(account=account.id if account else None))
    return Refused.wrong


def _network(address: str) -> str:
    """What counts as one address: of IPv6 the 64 bits that one household has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return address if found.version == 4 else str(ip_network(f"{address}/64", strict=False))


def _left(tx: Transaction, owner: bytes, burst: float, per_s: float) -> float:
    kept = accounts.tries(tx.session, owner)
    if kept is None:
        return burst
    return min(burst, kept.level + max(0, tx.now - kept.level_at) * per_s)


def came_back(node: Node, address: str) -> None:
    """Who came back from the provider and is proven took no try by it: their address has it again."""
    with node.write() as tx:
        tx.hold_others_off()
        _give_back(tx, tx.vault.lookup("tries_of", _network(address)), _BY_ADDRESS)


def _forgive(tx: Transaction, name: str) -> None:
    """Who signs in has not guessed: the name has the try again that it took, and no more."""
    _give_back(tx, sign_in_digest(tx, name), _BY_NAME)


def _give_back(tx: Transaction, owner: bytes, limit: tuple[float, float]) -> None:
    left = min(limit[0], _left(tx, owner, *limit) + 1)
    accounts.put_tries(tx.session, owner, Tries(left, tx.now))


def _easily_guessed(password: str, known: set[str]) -> bool:
    """Whether a password is one letter again and again, digits alone, or the user's own name with little else."""
    rest = letters = password.casefold()
    for word in sorted(known, key=len, reverse=True):
        if len(word) > 2:
            rest = rest.replace(word, "")
    return len(set(letters)) < 5 or len(rest) < 8 or rest.isdigit()
