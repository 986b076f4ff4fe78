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
from hub.accounts.accounts import opens_by_provider, put, signing_in_as
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
        before = sessions.found(tx, bytes.fromhex(flow.session)) if flow.session else None
        if account is None or not _may(tx, account, proof):
            return refuse(tx, Unproven.nobody_here, account)
        identity = _identity(tx, proof)
        if flow.opening:
            if not _opens(tx, account, flow):
                return refuse(tx, Unproven.nobody_here, account)
            opened = put(
                tx,
                account,
                Action.account_opened,
                account,
                state=AccountState.open,
                invitation="",
                invited_until=0,
                identity=identity,
                last_flow=flow.begun_at,
            )
            return Entered(sessions.begin(tx, opened, proof.shown_at))
        theirs = account.state is AccountState.open and hmac.compare_digest(account.identity, identity)
        if not theirs:
            return refuse(tx, Unproven.nobody_here, account)
        if flow.begun_at <= account.last_flow:
            return refuse(tx, Unproven.begun_elsewhere, account)
        if not flow.anew:
            account = put(tx, account, Action.signed_in, account, last_flow=flow.begun_at)
            sessions.end_what_is_over(tx, account)
            token = sessions.begin(tx, account, proof.shown_at)
            if before is not None:
                sessions.take_the_place_of(tx, token, before, account)
            return Entered(token)
        if before is None or before.acting.account.id != account.id:
            return refuse(tx, Unproven.begun_elsewhere, account)
        put(tx, account, Action.authenticated_anew, account, last_flow=flow.begun_at)
        sessions.freshen(tx, before, proof.shown_at)
        return Entered("", before.draft_of or "/")


def refuse(tx: Transaction, why: Unproven, account: Account | None = None) -> Unproven:
    """Write down that somebody was not signed in by the provider, and why."""
    about = Refs(account=account.id if account else None)
    tx.record(Action.sign_in_refused, by=NODE, about=about, reasons=(why.value,))
    return why


def _may(tx: Reading, account: Account, proof: Proof) -> bool:
    """Whether the provider speaks for the account's organisation, and says that they are what the account is."""
    settings = tx.node.settings.provider
    if settings is None or not opens_by_provider(tx, account):
        return False
    called = getattr(settings.roles, account.role.value)
    return bool(called) and called in proof.roles


def _opens(tx: Reading, account: Account, flow: Flow) -> bool:
    """Whether it is the account whose invitation was given when this began, and nobody has opened it since."""
    return (
        account.state is AccountState.invited
        and account.id == flow.opening
        and hmac.compare_digest(account.invitation, flow.invitation)
        and tx.now <= account.invited_until
    )


def _identity(tx: Reading, proof: Proof) -> str:
    """The keyed digest of who somebody is at the provider: its own name of them never becomes another's."""
    return tx.vault.lookup("provider_identity", json.dumps([proof.issuer, proof.subject])).hex()
