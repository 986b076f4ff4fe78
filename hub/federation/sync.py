"""Syncing: pull a peer's feed into a copy of our own, page by page, and verify all of it against its manifest.

Pulling tells the peer nothing about anyone. A copy is used only when its digest is the signed one; until then
checks look into the copy before. An interrupted sync goes on where it stopped.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from sqlmodel import Session

from hub.audit.events import OPERATOR, Action, Refs
from hub.crypto.encoding import unb64
from hub.crypto.signing import Expected, public_key, verify
from hub.errors import AuthenticationError, PeerError
from hub.federation.client import PeerClient
from hub.federation.faults import fault_of
from hub.federation.peers import KnownPeer, refresh, require
from hub.node.node import Node
from hub.store import peers
from hub.store.peers import CopyRow
from hub.wire.messages import (
    FEED_PATH,
    FeedPage,
    Manifest,
    MessageType,
    parse_answer,
    split_entries,
    split_tokens,
)

MANIFEST_LIFE_S: Final = 86_400
MOST_PAGES: Final = 64  # of an increment, held in memory; more is a full resync
SLACK_LINES: Final = 4_096  # what may be published and withdrawn again while we pull
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync of one peer came to: entries in the copy, or what went wrong."""

    node_id: str
    area: str
    entries: int
    people: int
    error: str = ""


class _ResyncError(Exception):
    """The copy cannot be continued; begin a new one."""


async def sync_peer(node: Node, client: PeerClient, node_id: str, progress: Progress) -> Synced:
    """Bring our copy of one peer's feed up to date; where that fails, the copy in use stays as it was.

    Raises PeerError, NotFoundError where it is no peer of ours.
    """
    try:
        peer = await refresh(node, client, node_id)
        try:
            manifest, entries = await _pull(node, client, peer, progress, fresh=False)
        except _ResyncError:
            manifest, entries = await _pull(node, client, peer, progress, fresh=True)
    except _ResyncError as error:
        raise PeerError(
            "The area's feed does not match its signed manifest.", kept="Our last good copy."
        ) from error
    return Synced(node_id, peer.pinned.area, entries, manifest.people)


async def sync_all(node: Node, client: PeerClient, progress: Progress = lambda *_: None) -> list[Synced]:
    """Sync every peer, one after the other; one that fails is reported and does not stop the others."""
    with node.read() as tx:
        rows = peers.every(tx.session)
    return [await _sync_safely(node, client, row, progress) for row in rows]


async def _sync_safely(node: Node, client: PeerClient, row: peers.PeerRow, progress: Progress) -> Synced:
    """Sync one peer; what goes wrong there, foreseen or not, is recorded and said, and stays there."""
    try:
        return await sync_peer(node, client, row.node_id, progress)
    except Exception as error:  # noqa: BLE001 - one area's fault is not the others'
        fault = fault_of(error)
        with node.write() as tx:
            tx.record(Action.peer_fault, by=OPERATOR, about=Refs(peer=row.node_id), fault=fault.code)
        return Synced(row.node_id, row.area, 0, 0, fault.text)


async def _pull(
    node: Node, client: PeerClient, peer: KnownPeer, progress: Progress, *, fresh: bool
) -> tuple[Manifest, int]:
    """Fill a new copy page by page, or bring the one in use up to date in one step."""
    feed_id, _, cursor = _copy_to_fill(node, peer, fresh=fresh)
    in_use = feed_id == peer.feed_id
    received: list[FeedPage] = []
    done = 0
    while True:
        page = await _page(client, peer, cursor)
        manifest = _manifest(node, peer, page)
        lines = len(split_entries(page.entries)) + len(split_tokens(page.withdrawn))
        done += lines
        if page.more and (not lines or page.cursor == cursor):
            raise PeerError("The area's feed does not go on.")
        if done > 2 * manifest.entries + SLACK_LINES:
            raise _ResyncError
        cursor = page.cursor
        received.append(page)
        if in_use and len(received) > MOST_PAGES:
            raise _ResyncError
        if not in_use:
            with node.write() as tx:
                require(tx.session, peer.pinned.node_id)
                _apply(tx.session, feed_id, received)
            received = []
        progress(peer.pinned.area, done, max(done, manifest.entries))
        if not page.more:
            return manifest, _finish(node, peer, feed_id, manifest, received)


async def _page(client: PeerClient, peer: KnownPeer, cursor: str) -> FeedPage:
    path = FEED_PATH + (f"?cursor={quote(cursor, safe='')}" if cursor else "")
    try:
        return parse_answer(FeedPage, (await client.get(peer.pinned, MessageType.feed, path)).body)
    except PeerError as error:
        if cursor and error.problem in ("cursor_expired", "invalid_input"):
            raise _ResyncError from error
        raise


def _apply(session: Session, feed_id: int, pages: Sequence[FeedPage]) -> None:
    for page in pages:
        if peers.copy(session, feed_id).epoch not in (0, page.epoch):
            raise _ResyncError
        withdrawn, entries = split_tokens(page.withdrawn), split_entries(page.entries)
        reached = CopyRow(feed_id, page.epoch, page.cursor)
        peers.apply_page(session, reached, withdrawn, entries)


def _copy_to_fill(node: Node, peer: KnownPeer, *, fresh: bool) -> CopyRow:
    with node.write() as tx:
        require(tx.session, peer.pinned.node_id)
        if not fresh:
            begun = peers.unfinished_copy(tx.session, peer.pinned.node_id)
            if begun:
                return begun
            if peer.feed_id is not None:
                return peers.copy(tx.session, peer.feed_id)
        return peers.start_copy(tx.session, peer.pinned.node_id)


def _manifest(node: Node, peer: KnownPeer, page: FeedPage) -> Manifest:
    try:
        key = public_key(peer.pinned.signing)
        expected = Expected(MessageType.manifest, peer.pinned.node_id, None, MANIFEST_LIFE_S)
        manifest = verify(Manifest, page.manifest, key, expected, node.clock())
    except AuthenticationError as error:
        raise PeerError(f"The area's manifest does not verify. {error.text}") from error
    if (manifest.key_id, manifest.weak_key_id) != (peer.prf_key_id, peer.weak_prf_key_id):
        raise PeerError("The area's feed was made with another key than its metadata names.")
    if manifest.epoch != page.epoch:
        raise _ResyncError
    return manifest


def _finish(node: Node, peer: KnownPeer, feed_id: int, manifest: Manifest, pages: Sequence[FeedPage]) -> int:
    """Apply what is left, verify the copy against its manifest and put it to use; or leave all as it was."""
    with node.write() as tx:
        row = require(tx.session, peer.pinned.node_id)
        _apply(tx.session, feed_id, pages)
        count, digest = peers.kept_digest(tx.session, feed_id)
        if count != manifest.entries or not secrets.compare_digest(digest, unb64(manifest.digest)):
            raise _ResyncError
        if (manifest.epoch, manifest.feed_at) < (row.epoch, row.feed_at):
            # People sealed or withdrawn since would be matched again: a restored backup, or an old feed replayed.
            raise PeerError(
                "The area's feed went back to an earlier state.",
                kept="Our last good copy.",
                do=(
                    "Telephone the area; if it restored a backup and published again, remove the peer and add it"
                    " again."
                ),
            )
        state = peers.CopyState(
            manifest.epoch, manifest.people, manifest.max_gap, manifest.feed_at, synced_at=tx.now
        )
        peers.use_copy(tx.session, row.node_id, feed_id, state)
        tx.record(
            Action.feed_synced,
            by=OPERATOR,
            about=Refs(peer=peer.pinned.node_id),
            epoch=manifest.epoch,
            entries=count,
            persons=manifest.people,
        )
    return count
