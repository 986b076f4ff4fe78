"""One person's account: who they are, for which organisation, in which role; and how each of that changes.

Every change is an event of the audit log, which binds the row: nobody who writes the database makes an account, or
a manager of one. Does not sign anybody in (`sign_in`).
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from hub.accounts.organisations import ID_BYTES, folded
from hub.audit.events import Action, Refs
from hub.crypto.one_time import new_code
from hub.errors import ConflictError, InputError, UsageError
from hub.matching import name_words
from hub.node.node import THE_OPERATOR, Node
from hub.node.transaction import Reading, Transaction
from hub.parsing import hidden_characters
from hub.records import accounts as records
from hub.records import tokens
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


def has_accounts(node: Node) -> bool:
    """Whether anybody has an account, in whatever state: then nobody acts by a typed name. Raises RowsError."""
    with node.read() as tx:
        return bool(records.every(tx))


def signing_in_as(tx: Reading, sign_in: str) -> Account | None:
    """The account of whoever signs in so. Raises RowsError."""
    return records.signing_in_with(tx, sign_in_digest(tx, sign_in))


def opens_by_provider(tx: Reading, account: Account) -> bool:
    """Whether an account is opened at the provider, where its organisation's people sign in: with no password."""
    settings = tx.node.settings.provider
    if settings is None:
        return False
    body = records.organisation_of(tx, account.organisation)
    return folded(body.name) in map(folded, settings.organisations)


def sign_in_digest(tx: Reading, sign_in: str) -> bytes:
    """The keyed digest by which an account is found again."""
    return tx.vault.lookup("sign_in", folded(sign_in))


def acting_as(tx: Reading, account: Account) -> Acting:
    """An account with its organisation."""
    return Acting(account, records.organisation_of(tx, account.organisation))


def invite(tx: Transaction, invitation: Invitation, by: Account | None) -> tuple[Account, str]:
    """Invite somebody; gives the account, and the code that opens it, which is shown once: none where it waits.

    `by`: the account that invites; None on the machine. The first manager, and operators, are made by whoever
    invites them. An account that opens cases else waits for a manager who did not invite it, and who is told its
    code: an operator makes no caseworker, and opens no account in another's place. As long as no manager has ever
    opened their account, the first may be invited anew. Names are one each: two signatories are two people.
    Raises InputError, ConflictError, UsageError.
    """
    everybody = every_account(tx)
    if by is not None and by.role not in (AccountRole.manager, AccountRole.operator):
        raise UsageError("Only a manager or the operator invites people.", kept="Nobody was invited.")
    managers = [one for one in everybody if one.role is AccountRole.manager]
    first = invitation.role is AccountRole.manager and not any(map(_was_opened, managers))
    again = [one for one in managers if first and folded(one.sign_in) == folded(invitation.sign_in)]
    _require_new([one for one in everybody if one not in again], invitation)
    by_manager = (
        by is not None
        and by.role is AccountRole.manager
        and _rules(records.organisation_of(tx, by.organisation), invitation.organisation)
    )
    is_first = first and (not managers or any(one.state is AccountState.invited for one in again))
    confirmed = not invitation.role.casework or by_manager or is_first
    code = new_code(_CODE_GROUPS) if confirmed else ""
    made = Account(
        id=again[0].id if again else secrets.token_hex(ID_BYTES),
        sign_in=invitation.sign_in,
        name=invitation.name,
        organisation=invitation.organisation.id,
        role=invitation.role,
        state=AccountState.invited if confirmed else AccountState.awaiting,
        invitation=code_digest(tx, code) if code else "",
        invited_until=tx.now + INVITED_FOR_S if code else 0,
        invited_by=by.id if by else "",
    )
    records.keep_account(tx, made, sign_in_digest(tx, made.sign_in), new=not again)
    _record(tx, Action.account_invited, made, by)
    return made, code


def confirm(tx: Transaction, account: Account, by: Account) -> tuple[Account, str]:
    """Let an account be opened that waits for a manager's word; gives its code, for the manager to tell its user.

    Raises UsageError, ConflictError.
    """
    if account.id == by.id or account.invited_by == by.id:
        raise UsageError(
            "Somebody else has to confirm this account.", kept="It waits.", do="Ask another manager."
        )
    _require_rules(tx, by, account)
    if account.state is not AccountState.awaiting:
        raise ConflictError("This account does not wait for anybody.", kept="It is as it was.")
    return _invited_anew(tx, account, Action.account_confirmed, by)


def disable(tx: Transaction, account: Account, by: Account | None) -> Account:
    """Let an account do nothing more, at once: its sessions and tokens end. Raises UsageError.

    Not the last manager's: nobody could confirm another one.
    """
    everybody = every_account(tx)
    if by is not None and by.role is not AccountRole.operator:
        _require_rules(tx, by, account)
    left = [one for one in everybody if _is_manager(one) and one.id != account.id]
    if _is_manager(account) and not left:
        raise UsageError(
            "This is the last manager: nobody could confirm another one.",
            kept="The account is as it was.",
            do="Invite another manager first, and have this one confirm them.",
        )
    changed = put(
        tx,
        account,
        Action.account_disabled,
        by,
        state=AccountState.disabled,
        invitation="",
        invited_until=0,
        reset_asked_by="",
    )
    end_all_access(tx, changed)
    return changed


def ask_for_reset(tx: Transaction, account: Account, by: Account | None) -> Account:
    """Ask that somebody who has lost their second factor gets a new one: a manager has to confirm it."""
    if account.state is not AccountState.open or account.reset_asked_by:
        raise ConflictError(
            "This account is not open, or that is asked for already.", kept="It is as it was."
        )
    if by is not None and by.role is not AccountRole.operator:
        _require_rules(tx, by, account)
    return put(tx, account, Action.factor_reset_asked, by, reset_asked_by=by.id if by else "machine")


def reset_factor(tx: Transaction, account: Account, by: Account) -> tuple[Account, str]:
    """Invite somebody anew, with a new second factor, as another asked; gives the code that opens the account."""
    if not account.reset_asked_by or account.state is not AccountState.open:
        raise ConflictError("Nobody has asked for that.", kept="It is as it was.")
    if by.id in (account.id, account.reset_asked_by):
        raise UsageError(
            "A manager who did not ask for it, and whose account it is not, confirms it.", kept="It waits."
        )
    _require_rules(tx, by, account)
    changed, code = _invited_anew(tx, account, Action.factor_reset, by)
    end_all_access(tx, changed)
    return changed, code


def _invited_anew(tx: Transaction, account: Account, action: Action, by: Account) -> tuple[Account, str]:
    """An account as its user opens it: with another code than anybody has seen, and the second factor of then."""
    code = new_code(_CODE_GROUPS)
    changed = put(
        tx,
        account,
        action,
        by,
        state=AccountState.invited,
        invitation=code_digest(tx, code),
        invited_until=tx.now + INVITED_FOR_S,
        password="",
        factor="",
        recovery=(),
        last_step=0,
        wrong_codes=0,
        reset_asked_by="",
        identity="",
    )
    return changed, code


def _was_opened(account: Account) -> bool:
    return bool(account.password) or account.state in (AccountState.open, AccountState.disabled)


def _is_manager(account: Account) -> bool:
    return account.role is AccountRole.manager and account.state is AccountState.open


def _rules(own: Organisation, organisation: Organisation) -> bool:
    """Whether managers of the one rule the other's accounts: the Marac's its agencies', an Idva service's its own.

    A service that has no manager yet gets its first from the Marac's.
    """
    return own.id == organisation.id or not (own.idva_service or organisation.idva_service)


def decides_about(tx: Reading, by: Account, account: Account) -> bool:
    """Whether somebody decides about an account, as a manager: see `_rules`. Raises RowsError."""
    return _decides(every_account(tx), by, account, partial(records.organisation_of, tx))


def decided_about(tx: Reading, by: Account) -> list[Account]:
    """All accounts that somebody decides about. Raises RowsError."""
    every, bodies = every_account(tx), {one.id: one for one in records.organisations(tx)}
    return [one for one in every if _decides(every, by, one, bodies.__getitem__)]


def _decides(
    every: Iterable[Account], by: Account, account: Account, body_of: Callable[[str], Organisation]
) -> bool:
    if by.role is not AccountRole.manager:
        return False
    own, body = body_of(by.organisation), body_of(account.organisation)
    first = account.role is AccountRole.manager and not any(
        one.role is AccountRole.manager and one.organisation == body.id and _was_opened(one) for one in every
    )
    return _rules(own, body) or (first and not own.idva_service)


def _require_rules(tx: Transaction, by: Account, account: Account) -> None:
    if not decides_about(tx, by, account):
        raise UsageError(
            "A manager of that organisation decides about its accounts.",
            kept="The account is as it was.",
            do="Ask one. Those of an Idva service are its own managers' alone.",
        )


def put(tx: Transaction, account: Account, action: Action, by: Account | None, **changes: object) -> Account:
    """Keep an account as it becomes, with the event that says so."""
    changed = account.model_copy(update=changes)
    records.keep_account(tx, changed, sign_in_digest(tx, changed.sign_in))
    _record(tx, action, changed, by)
    return changed


def end_all_access(tx: Transaction, account: Account) -> None:
    """End whatever sessions an account has, and its programs' tokens."""
    sessions, programs = records.sessions_of(tx, account), tokens.tokens_of(tx, account)
    records.end_sessions(tx, sessions)
    if sessions:
        tx.record(Action.session_ended, about=Refs(account=account.id), times=len(sessions))
    tokens.end_tokens(tx, programs)
    if programs:
        tx.record(Action.program_ended, about=Refs(account=account.id), times=len(programs))


def code_digest(tx: Reading, code: str) -> str:
    """The keyed digest of a code that is typed once."""
    return tx.vault.lookup("account_code", code).hex()


def _record(tx: Transaction, action: Action, account: Account, by: Account | None) -> None:
    actor = tx.node.actor(by.name) if by else tx.node.acts_as
    tx.record(action, by=actor, about=Refs(account=account.id), kind=account.role.value)


def _require_new(everybody: Sequence[Account], invitation: Invitation) -> None:
    """Raise InputError for a name that is none, ConflictError for one that reads like another's."""
    words = name_words(invitation.name)
    for text in (invitation.name, invitation.sign_in, invitation.organisation.name):
        if (
            hidden_characters(text, "line")
            or unicodedata.normalize("NFKC", text) != text
            or not text.isprintable()
        ):
            raise InputError(
                "The invitation has characters that cannot be seen, or that look like others.",
                kept="Nobody was invited.",
                do="Type the name, the address and the organisation again, by hand.",
            )
    if len(words) < 2:
        raise InputError(
            "The name is not one in full.", kept="Nobody was invited.", do="Write given name and surname."
        )
    if sorted(words) == sorted(name_words(THE_OPERATOR)):
        raise InputError("That is nobody's name.", kept="Nobody was invited.", do="Write their own.")
    for one in everybody:
        if folded(one.sign_in) == folded(invitation.sign_in):
            raise ConflictError(
                "Somebody signs in so already.", kept="That account is as it was.", do="Use another address."
            )
        if sorted(words) == sorted(name_words(one.name)):
            raise ConflictError(
                "There is an account of that name.",
                kept="It is as it was.",
                do="Write the name so that the two are told apart, with a middle name or an initial.",
            )
