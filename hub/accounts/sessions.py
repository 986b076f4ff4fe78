"""Sessions: who a browser is signed in as, since when, and whether it is locked.

Kept here, not in the cookie, which is a random key alone. A session is locked when it was not used for twenty
minutes, and is over after twelve hours; what was typed in it and not sent stays with it. When it is over, or its
user signs out, that is offered to the same account's next sign-in within a day, and to nobody else; whoever's
access was ended has none. Signs nobody in (`sign_in`).
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
LEFT_S: Final = 24 * 3_600
"""How long what was typed in a session that ended is offered to its account."""
_TOUCH_S: Final = 30
_MOST_DRAFT: Final = 200_000
_MOST_FORMS: Final = 5
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that holds. `locked`: it was not used for long, and does nothing before its user signs in anew.

    `left_of`: the address of a form that was typed in an earlier session, which ended before it was sent.
    """

    id: bytes
    acting: Acting
    began_at: int
    authenticated_at: int
    used_at: int
    locked: bool
    draft: str = ""
    draft_of: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)
    left_of: str = ""

    def fresh(self, now: int) -> bool:
        """Whether its user showed a moment ago who they are."""
        return now - self.authenticated_at <= FRESH_S


def begin(tx: Transaction, account: Account, shown_at: int | None = None) -> str:
    """Begin a session for somebody who showed who they are, just now or then; gives its cookie's value.

    What they began to fill in elsewhere and did not send goes on in it; of what is over, what is of the last day.
    """
    before = _before(tx, account)
    _end_what_is_over(tx, account)
    forms = {of: text for one in before for of, text in one.use.forms.items()}
    left = max((one.left for one in before), key=lambda one: one.left_at, default=_NOTHING)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    key = records.session_id(token)
    kept = KeptSession(account=account.id, began_at=tx.now, authenticated_at=_at(tx, shown_at))
    records.keep_session(tx, key, kept, new=True)
    records.keep_use(tx, key, left.model_copy(update={"at": tx.now, "forms": forms}))
    return token


@dataclass(frozen=True, slots=True)
class _Before:
    """An earlier session of an account. `left`: what is offered of it, with nothing else in it."""

    use: SessionUse
    left: SessionUse


_NOTHING: Final = SessionUse(at=0)


def _before(tx: Reading, account: Account) -> list[_Before]:
    """An account's sessions, the last used last; of those that ended, what was left within a day alone."""
    found = []
    for key in records.sessions_of(tx, account):
        kept, use = records.session_of(tx, key), records.use_of(tx, key)
        if kept is None:
            continue
        left = SessionUse(at=0, left=use.left, left_of=use.left_of, left_at=use.left_at)
        if _is_over(tx, kept):
            at = use.at if kept.ended_at is None else kept.ended_at
            of = use.draft_of or next(reversed(use.forms), "")
            if of:
                left = SessionUse(at=0, left=use.draft, left_of=of, left_at=at)
            if not 0 <= tx.now - at <= LEFT_S:
                use = use.model_copy(update={"forms": {}})
        if not 0 <= tx.now - left.left_at <= LEFT_S:
            left = _NOTHING
        found.append(_Before(use, left))
    return sorted(found, key=lambda one: one.use.at)


def _is_over(tx: Reading, kept: KeptSession) -> bool:
    return kept.ended_at is not None or not 0 <= tx.now - kept.began_at <= ABSOLUTE_S


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
    if kept is None or _is_over(tx, kept):
        return None
    account = _open_account(tx, kept)
    if account is None:
        return None
    use = records.use_of(tx, key)
    offered = 0 <= tx.now - use.left_at <= LEFT_S
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
        left_of=use.left_of if offered else "",
    )


def _open_account(tx: Reading, kept: KeptSession) -> Account | None:
    """The account of a session, where it may do anything."""
    try:
        account = records.account_of(tx, kept.account)
    except NotFoundError:
        return None
    return account if account.state is AccountState.open else None


def keep_left(node: Node, token: str, of: str, draft: str) -> bool:
    """Keep what came by the cookie of a session that is over by the clock, for its account; says whether it did.

    Nothing of one whose user signed out, or whose access was ended.
    """
    if len(draft) > _MOST_DRAFT:
        return False
    with node.write() as tx:
        tx.hold_others_off()
        require_none_open(tx)
        key = records.session_id(token)
        kept = records.session_of(tx, key)
        if kept is None or kept.ended_at is not None or not _is_over(tx, kept):
            return False
        if not 0 <= tx.now - kept.began_at <= ABSOLUTE_S + LEFT_S or _open_account(tx, kept) is None:
            return False
        use = records.use_of(tx, key).model_copy(update={"at": tx.now, "draft_of": of, "draft": draft})
        records.keep_use(tx, key, use)
    return True


def take_up(node: Node, signed_in: SignedIn, *, go_on: bool) -> None:
    """Go on with what was left in an earlier session, or throw it away: its form of several pages too."""
    with node.write() as tx:
        tx.hold_others_off()
        use = records.use_of(tx, signed_in.id)
        changed: dict[str, object] = {"left": "", "left_of": "", "left_at": 0}
        if go_on and use.left:
            changed |= {"draft": use.left, "draft_of": use.left_of}
        if not go_on:
            changed["forms"] = {of: text for of, text in use.forms.items() if of != use.left_of}
        records.keep_use(tx, signed_in.id, use.model_copy(update=changed))


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
    """End a session; what was begun in it and not sent waits a day for its account's next one."""
    with node.write() as tx:
        tx.hold_others_off()
        kept, use = records.session_of(tx, signed_in.id), records.use_of(tx, signed_in.id)
        if kept is not None and (use.draft_of or use.forms):
            records.keep_session(tx, signed_in.id, kept.model_copy(update={"ended_at": tx.now}))
        else:
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


def _end_what_is_over(tx: Transaction, account: Account) -> None:
    """Forget those of an account's sessions that are over."""
    every = {key: records.session_of(tx, key) for key in records.sessions_of(tx, account)}
    records.end_sessions(tx, [key for key, kept in every.items() if kept and _is_over(tx, kept)])


def _at(tx: Transaction, shown_at: int | None) -> int:
    return tx.now if shown_at is None else min(tx.now, shown_at)
