"""Organisations, accounts and sessions between memory and the store: what is sealed, and under which place.

What is read here was held to the log first: nobody who writes the database makes an account, or a manager of one.
Says nothing of who may do what (`hub.accounts`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field, StringConstraints
from sqlalchemy import RowMapping

from hub.crypto.vault import Vault
from hub.errors import NotFoundError, StorageError
from hub.node.transaction import Reading, Transaction
from hub.store import accounts
from hub.store.accounts import AccountRow, SessionRow
from hub.values import AgencyKind, ShortText, Value

_FLOW_PLACE: Final = "provider_flow"
MOST_WRONG_CODES: Final = 10
"""So many in a row behind the right password are no slips of whoever has the app."""


class Duty(Value):
    """Who is on duty for a body, and the number to ring, for other areas. `by` kept it, `at` (since 1970)."""

    worker: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    phone: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    by: ShortText = ""
    at: int = 0


class Organisation(Value):
    """A body whose people have accounts. `id` is random, in hex; `agency_kind` decides which powers it has."""

    id: str
    name: ShortText
    agency_kind: AgencyKind
    idva_service: bool = False
    duty: Duty | None = None


class AccountRole(StrEnum):
    """What an account is for. One account has one role."""

    coordinator = "coordinator"
    idva = "idva"
    representative = "representative"
    manager = "manager"
    data_protection_officer = "data_protection_officer"
    operator = "operator"

    @property
    def casework(self) -> bool:
        """Whether it opens cases. The operator's opens none."""
        return self is not AccountRole.operator


class AccountState(StrEnum):
    """Invited: nobody has chosen a password yet. Awaiting: a manager has to confirm it first."""

    awaiting = "awaiting"
    invited = "invited"
    open = "open"
    disabled = "disabled"


class Account(Value):
    """An account. `id` and `organisation` are random ids in hex; times are whole seconds since 1970.

    `invitation` is a keyed digest of the code that opens it, until `invited_until`. `last_step` is the last time
    step whose code was used, `recovery` the keyed digests of the codes that are left. `wrong_codes`: how often in a
    row the password was right and the code was not. `reset_asked_by`: the account that asked for a new second
    factor, which another has to confirm. `identity`: a keyed digest of who they are at the provider by which they
    sign in, where they have no password; `last_flow`: when the last sign-in there was begun that was used, in
    milliseconds.
    """

    id: str
    sign_in: ShortText
    name: ShortText
    organisation: str
    role: AccountRole
    state: AccountState
    invitation: str = ""
    invited_until: int = 0
    invited_by: ShortText = ""
    password: ShortText = ""
    factor: ShortText = ""
    last_step: int = 0
    wrong_codes: int = 0
    recovery: tuple[str, ...] = Field(default=(), max_length=20)
    reset_asked_by: str = ""
    identity: str = ""
    last_flow: int = 0

    @property
    def key(self) -> bytes:
        """Its id as the store has it."""
        return bytes.fromhex(self.id)

    @property
    def by_provider(self) -> bool:
        """Whether its user signs in by the organisation's own provider, and has no password here."""
        return bool(self.identity)

    @property
    def guessed(self) -> bool:
        """Whether codes were guessed with its password in hand: nobody signs in before two people mend that."""
        return self.wrong_codes >= MOST_WRONG_CODES


class KeptSession(Value):
    """A session as it is kept. `authenticated_at`: when its user last showed in it who they are.

    `ended_at`: when they signed out, where something was begun in it and not sent; nobody is signed in by it then.
    """

    account: str
    began_at: int
    authenticated_at: int
    ended_at: int | None = None


class SessionUse(Value):
    """When a session was last used, and its draft: what was typed, of the form at an address, and not sent.

    `forms`: those of several pages that were begun and not sent, by address, the latest last. `left`: what was
    typed in an earlier session, that had ended, of the form at `left_of`, and when it was left.
    """

    at: int
    draft: str = ""
    draft_of: str = ""
    forms: dict[str, str] = Field(default_factory=dict)
    left: str = ""
    left_of: str = ""
    left_at: int = 0


def organisations(tx: Reading) -> tuple[Organisation, ...]:
    """All organisations. Raises RowsError where the log does not vouch for one."""
    return tx.every_row("organisation", _organisation_row)


def organisation_of(tx: Reading, number: str) -> Organisation:
    """The organisation of that id. Raises NotFoundError, RowsError."""
    key = bytes.fromhex(number)
    tx.require_as_bound({"organisation": [(key,)]})
    sealed = accounts.organisation(tx.session, key)
    if sealed is None:
        raise NotFoundError("There is no such organisation.")
    return _organisation(tx.vault, key, sealed)


def keep_organisation(tx: Transaction, organisation: Organisation, *, new: bool = True) -> None:
    """Keep an organisation as it is now."""
    key = bytes.fromhex(organisation.id)
    sealed = tx.vault.seal(f"organisation/{organisation.id}", organisation.model_dump_json().encode())
    (accounts.add_organisation if new else accounts.replace_organisation)(tx.session, key, sealed)


def every(tx: Reading) -> tuple[Account, ...]:
    """All accounts. Raises RowsError where the log does not vouch for one."""
    return tx.every_row("account", _account_row)


def account_of(tx: Reading, number: str) -> Account:
    """The account of that id. Raises NotFoundError, RowsError."""
    try:
        key = bytes.fromhex(number)
    except ValueError:
        raise NotFoundError("There is no such account.") from None
    tx.require_as_bound({"account": [(key,)]})
    row = accounts.find(tx.session, key)
    if row is None:
        raise NotFoundError("There is no such account.")
    return _account(tx.vault, row)


def signing_in_with(tx: Reading, digest: bytes) -> Account | None:
    """The account of whoever signs in with what has that digest. Raises RowsError."""
    row = accounts.signing_in_as(tx.session, digest)
    if row is None:
        return None
    tx.require_as_bound({"account": [(row.id,)]})
    return _account(tx.vault, row)


def keep_account(tx: Transaction, account: Account, digest: bytes, *, new: bool = False) -> None:
    """Keep an account as it is now. `digest`: of what its user signs in with."""
    sealed = tx.vault.seal(f"account/{account.id}", account.model_dump_json().encode())
    row = AccountRow(account.key, digest, sealed)
    (accounts.add if new else accounts.replace)(tx.session, row)


def sealed_factor(vault: Vault, account: Account, secret: str) -> str:
    """The second factor that is shown to whoever opens an account, as their form brings it back: in hex."""
    return vault.seal(_factor_place(account), secret.encode()).hex()


def opened_factor(vault: Vault, account: Account, sealed: str) -> str:
    """The second factor that a form brings back; nothing where it was shown to another, or is none."""
    try:
        return vault.open(_factor_place(account), bytes.fromhex(sealed)).decode()
    except (StorageError, ValueError):
        return ""


def sealed_flow(vault: Vault, flow: str) -> str:
    """A sign-in at the provider that is under way, as the browser that began it keeps it: in hex."""
    return vault.seal(_FLOW_PLACE, flow.encode()).hex()


def opened_flow(vault: Vault, sealed: str) -> str:
    """The sign-in that a browser brings back; nothing where it brings none of ours."""
    try:
        return vault.open(_FLOW_PLACE, bytes.fromhex(sealed)).decode()
    except (StorageError, ValueError):
        return ""


def session_id(token: str) -> bytes:
    """What a session is kept under, of its cookie's value: whoever reads the database has no cookie."""
    return hashlib.sha256(b"marac-hub/session/v1\x00" + token.encode()).digest()


def session_of(tx: Reading, key: bytes) -> KeptSession | None:
    """The session of that id. Raises RowsError, StorageError."""
    row = accounts.find_session(tx.session, key)
    if row is None:
        return None
    tx.require_as_bound({"session": [(key,)]})
    kept = KeptSession.model_validate_json(tx.vault.open(_session_place(key), row.sealed))
    if row.account.hex() != kept.account:
        raise StorageError("A session does not stand under its own account.", kept="Nothing was changed.")
    return kept


def keep_session(tx: Transaction, key: bytes, kept: KeptSession, *, new: bool = False) -> None:
    """Keep a session as it is now."""
    sealed = tx.vault.seal(_session_place(key), kept.model_dump_json().encode())
    row = SessionRow(key, bytes.fromhex(kept.account), sealed)
    (accounts.add_session if new else accounts.replace_session)(tx.session, row)


def use_of(tx: Reading, key: bytes) -> SessionUse:
    """A session's last use. Where that was lost or changed, it counts as long ago."""
    sealed = accounts.seen(tx.session, key)
    if sealed is None:
        return SessionUse(at=0)
    try:
        return SessionUse.model_validate_json(tx.vault.open(_use_place(key), sealed))
    except StorageError:
        return SessionUse(at=0)


def keep_use(tx: Transaction, key: bytes, use: SessionUse) -> None:
    """Keep a session's last use, unless it has ended."""
    if accounts.find_session(tx.session, key) is not None:
        accounts.put_seen(tx.session, key, tx.vault.seal(_use_place(key), use.model_dump_json().encode()))


def end_sessions(tx: Transaction, keys: Iterable[bytes]) -> None:
    """Forget sessions, and what was typed in them."""
    accounts.end_sessions(tx.session, list(keys))


def sessions_of(tx: Reading, account: Account) -> list[bytes]:
    """The ids of an account's sessions."""
    return [row.id for row in accounts.sessions_of(tx.session, account.key)]


def _organisation(vault: Vault, key: bytes, sealed: bytes) -> Organisation:
    return Organisation.model_validate_json(vault.open(f"organisation/{key.hex()}", sealed))


def _account(vault: Vault, row: AccountRow) -> Account:
    return Account.model_validate_json(vault.open(f"account/{row.id.hex()}", row.sealed))


def _organisation_row(vault: Vault, row: RowMapping) -> Organisation:
    return _organisation(vault, row["id"], row["sealed"])


def _account_row(vault: Vault, row: RowMapping) -> Account:
    return _account(vault, AccountRow(row["id"], row["sign_in"], row["sealed"]))


def _factor_place(account: Account) -> str:
    return f"new_factor/{account.id}/{account.invitation}"


def _session_place(key: bytes) -> str:
    return f"session/{key.hex()}"


def _use_place(key: bytes) -> str:
    return f"session_seen/{key.hex()}"
