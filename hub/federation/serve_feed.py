"""Serving the node's own feed to a peer, a page at a time, each with the signed manifest of all.

A cursor is a place in the order of publication. Tells nothing that the feed does not. Does not publish (`publish`).
"""

from __future__ import annotations

import re
import secrets
from typing import Any, Final, NamedTuple

from hub.crypto import encoding, signing
from hub.errors import AuthenticationError, ConflictError, InputError, NotFoundError
from hub.federation.authentication import Caller, admit
from hub.federation.receipts import Refused, Reply
from hub.node.node import Node
from hub.store import feeds
from hub.wire.messages import PAGE_LINES, FeedPage, MessageType, encode, join_entries

_CURSOR: Final = re.compile(rb"([0-9]{1,15})\.([0-9]{1,15})")


def feed_page(node: Node, caller: Caller, cursor: str) -> Reply | Refused:
    """A page of the feed after `cursor` (empty: from the beginning), with the signed manifest."""
    with node.write() as tx:
        admit(tx, caller)
        state = feeds.state(tx.session)
        if state is None:
            return Refused(NotFoundError("This area has not published yet."))
        epoch, after = _read_cursor(cursor) if cursor else (state.epoch, 0)
        if epoch != state.epoch or after > state.last_seq:
            return Refused(_CursorExpiredError("The cursor has expired.", do="Sync the complete feed again."))
        lines = feeds.page(tx.session, epoch, after, PAGE_LINES)
    last = lines[-1].seq if lines else after
    page = FeedPage(
        epoch=epoch,
        withdrawn=encoding.b64(b"".join(line.token for line in lines if line.label is None)),
        entries=join_entries([(line.token, line.label) for line in lines if line.label is not None]),
        cursor=encoding.b64(f"{epoch}.{last}".encode()),
        more=last < state.last_seq and bool(lines),
        manifest=_manifest(node, state),
    )
    return Reply(encode(page))


class _CursorExpiredError(ConflictError):
    code = "cursor_expired"
    status = 410


class _Cursor(NamedTuple):
    """How far a peer has come in our feed: the epoch, and the last change it has."""

    epoch: int
    after: int


def _read_cursor(cursor: str) -> _Cursor:
    try:
        found = _CURSOR.fullmatch(encoding.unb64(cursor))
    except AuthenticationError:
        found = None
    if found is None:
        raise InputError("The cursor cannot be read.", do="Sync the complete feed again.")
    return _Cursor(int(found[1]), int(found[2]))


def _manifest(node: Node, state: feeds.State) -> str:
    now = node.now()
    claims: dict[str, Any] = {
        "iss": node.node_id,
        "sub": node.node_id,
        "iat": now,
        "exp": now + 3_600,
        "jti": secrets.token_hex(16),
        "epoch": state.epoch,
        "feed_at": state.last_seq,
        "key_id": node.prf_key_id,
        "weak_key_id": node.weak_prf_key_id,
        "entries": state.entries,
        "people": state.people,
        "digest": encoding.b64(state.digest),
        "max_gap": node.settings.max_gap,
    }
    return signing.sign(node.keys.signing, MessageType.manifest, claims)
