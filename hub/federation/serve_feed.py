"""Serving the node's own feed to a peer, a page at a time, each with the signed manifest of all.

A cursor is a place in the order of publication. Tells nothing that the feed does not. Does not publish (`publish`).
"""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

from hub.audit.events import Action
from hub.crypto import encoding, signing
from hub.errors import AuthenticationError, ConflictError, InputError, NotFoundError
from hub.federation.authentication import Caller, admit
from hub.federation.receipts import Refused, Reply
from hub.node.node import Node
from hub.node.prf_keys import PrfKeys
from hub.store import feeds
from hub.store.feeds import Place
from hub.wire.messages import PAGE_LINES, FeedPage, MessageType, encode
from hub.wire.tokens import join_entries

_CURSOR: Final = re.compile(rb"([0-9]{1,15})\.([0-9]{1,15})(?:\.([0-9]{1,15}))?")


def feed_page(node: Node, caller: Caller, cursor: str) -> Reply | Refused:
    """A page of the feed after `cursor` (empty: from the beginning), with the signed manifest."""
    with node.write() as tx:
        admit(tx, caller)
        tx.require_as_bound({"feed_state": [(1,)]})
        state = feeds.state(tx.session)
        if state is None:
            return Refused(NotFoundError("This area has not published yet."))
        place = _read_cursor(cursor) if cursor else Place(state.epoch, 0, state.last_seq)
        if place.epoch != state.epoch or max(place.after, place.without_until) > state.last_seq:
            return Refused(_CursorExpiredError("The cursor has expired.", do="Sync the complete feed again."))
        prf = node.prf_keys(state.epoch)
        lines = feeds.page(tx.session, place, state.last_seq, PAGE_LINES)
    more = len(lines) == PAGE_LINES
    last = lines[-1].seq if more else state.last_seq
    page = FeedPage(
        epoch=place.epoch,
        withdrawn=encoding.b64(b"".join(line.token for line in lines if line.label is None)),
        entries=join_entries([(line.token, line.label) for line in lines if line.label is not None]),
        cursor=_cursor(place._replace(after=last)),
        more=more,
        manifest=_manifest(node, state, prf),
    )
    return Reply(encode(page), counted=Action.feed_pulled)


class _CursorExpiredError(ConflictError):
    code = "cursor_expired"
    status = 410


def _cursor(place: Place) -> str:
    parts = place if place.after < place.without_until else place[:2]
    return encoding.b64(".".join(map(str, parts)).encode())


def _read_cursor(cursor: str) -> Place:
    try:
        found = _CURSOR.fullmatch(encoding.unb64(cursor))
    except AuthenticationError:
        found = None
    if found is None:
        raise InputError("The cursor cannot be read.", do="Sync the complete feed again.")
    return Place(*map(int, found.groups(default=0)))


def _manifest(node: Node, state: feeds.State, prf: PrfKeys) -> str:
    now = node.now()
    claims: dict[str, Any] = {
        "iss": node.node_id,
        "sub": node.node_id,
        "iat": now,
        "exp": now + 3_600,
        "jti": secrets.token_hex(16),
        "epoch": state.epoch,
        "feed_at": state.last_seq,
        "key_id": prf.key_id,
        "weak_key_id": prf.weak_key_id,
        "entries": state.entries,
        "people": state.size,
        "digest": encoding.b64(state.digest),
        "max_gap": state.gap(node.settings.max_gap),
    }
    return signing.sign(node.keys.signing, MessageType.manifest, claims)
