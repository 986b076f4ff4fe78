"""Whom the provider proves, as the node knows them: which account they sign in to, open, or act by anew.

The provider says who somebody is, and takes away: whom it names no role, or another, does not sign in. It gives
nothing: the account was invited here, for a role that somebody here decided. Whoever is refused learns nothing of
any account.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field

from hub.accounts import sessions
from hub.accounts.accounts import every_account, opens_by_provider, put, signing_in_as
from hub.accounts.provider import Flow, Proof, Unproven
from hub.audit.events import NODE, Action, Refs
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.accounts import Account, AccountState
from hub.records.restorations import require_none_open


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody who is signed in. `token`: the cookie of their session, if it is new; `back`: where they were."""

    token: str = field(repr=False)
    back: str = "/"


def finish(node: Node, flow: Flow, proof: Proof) -> Entered | Unproven:
    """Sign in whom the provider proves, once for each sign-in that was begun; or say in the log why not.

    Raises RowsError, StorageError, and RestoringError while the node is brought back.
    """
    with node.write() as tx:
        tx.hold_others_off()
        require_none_open(tx)
        account = signing_in_as(tx, proof.sign_in)
        if account is None or not _speaks_for(tx, account, proof):
            return refuse(tx, Unproven.nobody_here, account)
        if flow.invitation:
            return _open(tx, flow, proof, account)
        if not hmac.compare_digest(account.identity, _identity(tx, proof)):
            return refuse(tx, Unproven.nobody_here, account)
        return _enter(tx, flow, proof, account)


def _open(tx: Transaction, flow: Flow, proof: Proof, account: Account) -> Entered | Unproven:
    """Open the account whose invitation was given when this began, for whoever has no other: two are two people."""
    identity = _identity(tx, proof)
    theirs = any(one.identity == identity and one.state is AccountState.open for one in every_account(tx))
    given = hmac.compare_digest(account.invitation, flow.invitation) and tx.now <= account.invited_until
    if theirs or not given:
        return refuse(tx, Unproven.nobody_here, account)
    changes = {"invitation": "", "invited_until": 0, "identity": identity, "last_flow": flow.begun_at}
    opened = put(tx, account, Action.account_opened, account, state=AccountState.open, **changes)
    return Entered(sessions.begin(tx, opened, proof.shown_at))


def _enter(tx: Transaction, flow: Flow, proof: Proof, account: Account) -> Entered | Unproven:
    """Begin a session of an account, or make fresh the one that its user has."""
    if account.state is not AccountState.open:
        return refuse(tx, Unproven.nobody_here, account)
    before = sessions.found(tx, bytes.fromhex(flow.session)) if flow.session else None
    own = before is not None and before.acting.account.id == account.id
    if flow.begun_at <= account.last_flow or (flow.anew and not own):
        return refuse(tx, Unproven.begun_elsewhere, account)
    action = Action.authenticated_anew if flow.anew else Action.signed_in
    account = put(tx, account, action, account, last_flow=flow.begun_at)
    if flow.anew and before is not None:
        sessions.freshen(tx, before, proof.shown_at)
        return Entered("", before.draft_of or "/")
    token = sessions.begin(tx, account, proof.shown_at)
    if before is not None:
        sessions.take_the_place_of(tx, token, before, account)
    return Entered(token)


def refuse(tx: Transaction, why: Unproven, account: Account | None = None) -> Unproven:
    """Write down that somebody was not signed in by the provider, and why."""
    about = Refs(account=account.id if account else None)
    tx.record(Action.sign_in_refused, by=NODE, about=about, reasons=(why.value,))
    return why


def _speaks_for(tx: Reading, account: Account, proof: Proof) -> bool:
    """Whether the provider speaks for the account's organisation, and says that they are what the account is."""
    settings = tx.node.settings.provider
    if settings is None or not opens_by_provider(tx, account):
        return False
    called = getattr(settings.roles, account.role.value)
    return bool(called) and called in proof.roles


def _identity(tx: Reading, proof: Proof) -> str:
    """The keyed digest of who somebody is at the provider: its own name of them never becomes another's."""
    return tx.vault.lookup("provider_identity", json.dumps([proof.issuer, proof.subject])).hex()
