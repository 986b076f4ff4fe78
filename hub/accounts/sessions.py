"""Sessions: who a browser is signed in as, since when, and whether it is locked.

Kept here, not in the cookie, which is a random key alone. A session is locked when it was not used for twenty
minutes, and is over after twelve hours; what was typed in it and not sent stays with it. Signs nobody in
(`sign_in`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.accounts.accounts import Acting, acting_as
from hub.audit.events import Action, Refs
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import accounts as records
from hub.records.accounts import Account, AccountState, KeptSession, SessionUse
from hub.records.restorations import require_none_open

IDLE_S: Final = 20 * 60
ABSOLUTE_S: Final = 12 * 3_600
FRESH_S: Final = 5 * 60
"""How long after somebody showed who they are something may be signed or released without it."""
_TOUCH_S: Final = 30
_MOST_DRAFT: Final = 200_000
_MOST_FORMS: Final = 5
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that holds. `locked`: it was not used for long, and does nothing before its user signs in anew."""

    id: bytes
    acting: Acting
    began_at: int
    authenticated_at: int
    used_at: int
    locked: bool
    draft: str = ""
    draft_of: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)

    def fresh(self, now: int) -> bool:
        """Whether its user showed a moment ago who they are."""
        return now - self.authenticated_at <= FRESH_S


def begin(tx: Transaction, account: Account, shown_at: int | None = None) -> str:
    """Begin a session for somebody who showed who they are, just now or then; gives its cookie's value.

    What they began to fill in elsewhere and did not send goes on in it.
    """
    uses = sorted(
        (records.use_of(tx, one) for one in records.sessions_of(tx, account)), key=lambda one: one.at
    )
    forms = {of: text for use in uses for of, text in use.forms.items()}
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    key = records.session_id(token)
    kept = KeptSession(account=account.id, began_at=tx.now, authenticated_at=_at(tx, shown_at))
    records.keep_session(tx, key, kept, new=True)
    records.keep_use(tx, key, SessionUse(at=tx.now, forms=forms))
    return token


def find(node: Node, token: str) -> SignedIn | None:
    """The session of a cookie; None where there is none, it is over, or its account may do nothing.

    Raises RowsError, and RestoringError while the node is brought back: nobody knows who was disabled since.
    """
    with node.read() as tx:
        require_none_open(tx)
        return found(tx, records.session_id(token))


def found(tx: Reading, key: bytes) -> SignedIn | None:
    """The session of that id, as `find` finds it. Raises RowsError."""
    kept = records.session_of(tx, key)
    if kept is None or not 0 <= tx.now - kept.began_at <= ABSOLUTE_S:
        return None
    try:
        account = records.account_of(tx, kept.account)
    except NotFoundError:
        return None
    if account.state is not AccountState.open:
        return None
    use = records.use_of(tx, key)
    return SignedIn(
        id=key,
        acting=acting_as(tx, account),
        began_at=kept.began_at,
        authenticated_at=kept.authenticated_at,
        used_at=use.at,
        locked=tx.now - use.at > IDLE_S,
        draft=use.draft,
        draft_of=use.draft_of,
        forms=use.forms,
    )


def touch(node: Node, signed_in: SignedIn) -> None:
    """Note that a session is in use, at most twice a minute."""
    if not signed_in.locked and node.now() - signed_in.used_at >= _TOUCH_S:
        keep_draft(node, signed_in, signed_in.draft_of, signed_in.draft)


def keep_draft(node: Node, signed_in: SignedIn, of: str, draft: str) -> None:
    """Keep what was typed in a form and not sent; what is too long to keep is not."""
    at = signed_in.used_at if signed_in.locked else node.now()
    kept = {"at": at, "draft_of": of, "draft": draft if len(draft) <= _MOST_DRAFT else ""}
    with node.write() as tx:
        records.keep_use(tx, signed_in.id, records.use_of(tx, signed_in.id).model_copy(update=kept))


def change_form(node: Node, signed_in: SignedIn, of: str, change: Callable[[str], str]) -> str:
    """Change what is kept of a form of several pages, by its address: from what it is now; empty forgets it.

    Gives what is kept. What is too long to keep stays as it was; of more than a few the oldest goes.
    """
    with node.write() as tx:
        tx.hold_others_off()
        use = records.use_of(tx, signed_in.id)
        before = use.forms.get(of, "")
        after = change(before)
        if len(after) > _MOST_DRAFT:
            return before
        others = {place: text for place, text in use.forms.items() if place != of}
        forms = {**others, of: after} if after else others
        latest = dict(list(forms.items())[-_MOST_FORMS:])
        records.keep_use(tx, signed_in.id, use.model_copy(update={"forms": latest}))
    return after


def end(node: Node, signed_in: SignedIn) -> None:
    """End a session."""
    with node.write() as tx:
        records.end_sessions(tx, [signed_in.id])
        account = signed_in.acting.account
        by, about = tx.node.actor(account.name), Refs(account=account.id)
        tx.record(Action.session_ended, by=by, about=about, times=1)


def freshen(tx: Transaction, signed_in: SignedIn, shown_at: int | None = None) -> None:
    """Note that the user of a session showed again who they are, just now or then."""
    account, began = signed_in.acting.account.id, signed_in.began_at
    kept = KeptSession(account=account, began_at=began, authenticated_at=_at(tx, shown_at))
    records.keep_session(tx, signed_in.id, kept)


def take_the_place_of(tx: Transaction, token: str, before: SignedIn, account: Account) -> None:
    """End the session that a browser had before, and give what was typed in it to its own user alone."""
    if before.acting.account.id == account.id:
        key, kept = records.session_id(token), {"draft": before.draft, "draft_of": before.draft_of}
        records.keep_use(tx, key, records.use_of(tx, key).model_copy(update=kept))
    records.end_sessions(tx, [before.id])


def end_what_is_over(tx: Transaction, account: Account) -> None:
    """Forget those of an account's sessions that are over."""
    every = {key: records.session_of(tx, key) for key in records.sessions_of(tx, account)}
    over = [key for key, kept in every.items() if kept and tx.now - kept.began_at > ABSOLUTE_S]
    records.end_sessions(tx, over)


def _at(tx: Transaction, shown_at: int | None) -> int:
    return tx.now if shown_at is None else min(tx.now, shown_at)
