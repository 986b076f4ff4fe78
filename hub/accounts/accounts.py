"""One person's account: who they are, for which organisation, in which role; and how each of that changes.

Every change is an event of the audit log, which binds the row: nobody who writes the database makes an account, or
a manager of one. Does not sign anybody in (`sign_in`).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.accounts.organisations import ID_BYTES, folded
from hub.audit.events import Action, Refs
from hub.crypto.one_time import new_code, new_secret
from hub.errors import ConflictError, UsageError
from hub.node.transaction import Reading, Transaction
from hub.records import accounts as records
from hub.records.accounts import Account, AccountRole, AccountState, Organisation
from hub.values import Requester, RequesterRole

INVITED_FOR_S: Final = 7 * 86_400
_CODE_GROUPS: Final = 5  # of 20 bits


@dataclass(frozen=True, slots=True)
class Acting:
    """An account that acts, and the organisation that it acts for."""

    account: Account
    organisation: Organisation

    @property
    def requester(self) -> Requester:
        """As whom it asks and decides. Raises UsageError for a role that does neither."""
        try:
            role = RequesterRole(self.account.role.value)
        except ValueError:
            raise UsageError("This role asks nothing of other areas.", do="Ask your coordinator.") from None
        return Requester(
            name=self.account.name,
            role=role,
            agency=self.organisation.name,
            agency_kind=self.organisation.agency_kind,
        )


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whom somebody invites: what they sign in with (an address of theirs), their name and what they will be."""

    sign_in: str
    name: str
    organisation: Organisation
    role: AccountRole


def every_account(tx: Reading) -> list[Account]:
    """All accounts, by name. Raises RowsError where the log does not vouch for one."""
    return sorted(records.every(tx), key=lambda one: folded(one.name))


def signing_in_as(tx: Reading, sign_in: str) -> Account | None:
    """The account of whoever signs in so. Raises RowsError."""
    return records.signing_in_with(tx, sign_in_digest(tx, sign_in))


def sign_in_digest(tx: Reading, sign_in: str) -> bytes:
    """The keyed digest by which an account is found again."""
    return tx.vault.lookup("sign_in", folded(sign_in))


def acting_as(tx: Reading, account: Account) -> Acting:
    """An account with its organisation."""
    return Acting(account, records.organisation_of(tx, account.organisation))


def invite(tx: Transaction, invitation: Invitation, by: Account | None) -> tuple[Account, str]:
    """Invite somebody; gives the account, and the code that opens it, which is shown once.

    `by`: the account that invites; None on the machine. A casework account waits for a manager's word, unless a
    manager invites it or there is no manager yet: an operator makes no caseworker, and least of all themselves one.
    Names are one each: two signatories are two people. Raises ConflictError, UsageError.
    """
    everybody = every_account(tx)
    _require_new(everybody, invitation)
    managers = [
        one for one in everybody if one.role is AccountRole.manager and one.state is AccountState.open
    ]
    confirmed = (
        not invitation.role.casework or not managers or (by is not None and by.role is AccountRole.manager)
    )
    if by is not None and by.role not in (AccountRole.manager, AccountRole.operator):
        raise UsageError("Only a manager or the operator invites people.", kept="Nobody was invited.")
    code = new_code(_CODE_GROUPS)
    made = Account(
        id=secrets.token_hex(ID_BYTES),
        sign_in=invitation.sign_in,
        name=invitation.name,
        organisation=invitation.organisation.id,
        role=invitation.role,
        state=AccountState.invited if confirmed else AccountState.awaiting,
        invitation=code_digest(tx, code),
        invited_until=tx.now + INVITED_FOR_S,
        invited_by=by.id if by else "",
        factor=new_secret(),
    )
    records.keep_account(tx, made, sign_in_digest(tx, made.sign_in), new=True)
    _record(tx, Action.account_invited, made, by)
    return made, code


def confirm(tx: Transaction, account: Account, by: Account) -> Account:
    """Let an account be opened that waits for a manager's word. Raises UsageError, ConflictError."""
    if by.role is not AccountRole.manager:
        raise UsageError("Only a manager confirms an account.", kept="It waits.")
    if account.id == by.id or account.invited_by == by.id:
        raise UsageError(
            "Somebody else has to confirm this account.", kept="It waits.", do="Ask another manager."
        )
    if account.state is not AccountState.awaiting:
        raise ConflictError("This account does not wait for anybody.", kept="It is as it was.")
    return put(tx, account, Action.account_confirmed, by, state=AccountState.invited)


def disable(tx: Transaction, account: Account, by: Account | None) -> Account:
    """Let an account do nothing more, at once: its sessions end. Raises UsageError."""
    if by is not None and by.role not in (AccountRole.manager, AccountRole.operator):
        raise UsageError("Only a manager or the operator disables an account.", kept="It is as it was.")
    changed = put(
        tx, account, Action.account_disabled, by, state=AccountState.disabled, invitation="", invited_until=0
    )
    end_all_sessions(tx, changed)
    return changed


def ask_for_reset(tx: Transaction, account: Account, by: Account | None) -> Account:
    """Ask that somebody who has lost their second factor gets a new one: a manager has to confirm it."""
    if account.state is not AccountState.open:
        raise ConflictError("This account is not open.", kept="It is as it was.")
    return put(tx, account, Action.factor_reset_asked, by, reset_asked_by=by.id if by else "machine")


def reset_factor(tx: Transaction, account: Account, by: Account) -> tuple[Account, str]:
    """Invite somebody anew, with a new second factor, as another asked; gives the code that opens the account."""
    if not account.reset_asked_by:
        raise ConflictError("Nobody has asked for that.", kept="It is as it was.")
    if by.role is not AccountRole.manager or by.id in (account.id, account.reset_asked_by):
        raise UsageError(
            "A manager who did not ask for it, and whose account it is not, confirms it.", kept="It waits."
        )
    code = new_code(_CODE_GROUPS)
    changed = put(
        tx,
        account,
        Action.factor_reset,
        by,
        state=AccountState.invited,
        invitation=code_digest(tx, code),
        invited_until=tx.now + INVITED_FOR_S,
        password="",
        factor=new_secret(),
        recovery=(),
        last_step=0,
        reset_asked_by="",
    )
    end_all_sessions(tx, changed)
    return changed, code


def put(tx: Transaction, account: Account, action: Action, by: Account | None, **changes: object) -> Account:
    """Keep an account as it becomes, with the event that says so."""
    changed = account.model_copy(update=changes)
    records.keep_account(tx, changed, sign_in_digest(tx, changed.sign_in))
    _record(tx, action, changed, by)
    return changed


def end_all_sessions(tx: Transaction, account: Account) -> None:
    """End whatever sessions an account has."""
    numbers = records.sessions_of(tx, account)
    records.end_sessions(tx, numbers)
    if numbers:
        tx.record(Action.session_ended, about=Refs(account=account.id), times=len(numbers))


def code_digest(tx: Reading, code: str) -> str:
    """The keyed digest of a code that is typed once."""
    return tx.vault.lookup("account_code", code).hex()


def _record(tx: Transaction, action: Action, account: Account, by: Account | None) -> None:
    actor = tx.node.actor(by.name) if by else tx.node.acts_as
    tx.record(action, by=actor, about=Refs(account=account.id), kind=account.role.value)


def _require_new(everybody: Sequence[Account], invitation: Invitation) -> None:
    for one in everybody:
        if folded(one.sign_in) == folded(invitation.sign_in):
            raise ConflictError(
                "Somebody signs in so already.", kept="That account is as it was.", do="Use another address."
            )
        if folded(one.name) == folded(invitation.name):
            raise ConflictError(
                "There is an account of that name.",
                kept="It is as it was.",
                do="Write the name so that the two are told apart, with a middle name or an initial.",
            )
