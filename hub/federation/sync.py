"""Syncing: pull a peer's feed into a copy of our own, page by page, and verify all of it against its manifest.

Pulling tells the peer nothing about anyone. A copy is used only when its digest is the signed one; until then
checks look into the copy before. An interrupted sync goes on where it stopped. How much is taken is the node's own
to say: a feed beyond that is dropped.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from hub.audit.events import Action, Refs
from hub.crypto.encoding import unb64
from hub.crypto.signing import Expected, public_key, verify
from hub.errors import AuthenticationError, PeerError, does_not_verify
from hub.federation.client import PeerClient
from hub.federation.faults import fault_of
from hub.federation.peers import ROTATES, WENT_BACK, KnownPeer, Peer, every_known, refresh, require
from hub.files import locked
from hub.node.node import Node
from hub.store import peers
from hub.store.peers import CopyRow, PeerRow
from hub.wire.messages import (
    FEED_PATH,
    FeedPage,
    Manifest,
    MessageType,
    parse_answer,
)
from hub.wire.tokens import split_entries, split_tokens

MANIFEST_LIFE_S: Final = 86_400
AT_ONCE: Final = 4
LOOK_AGAIN_S: Final = 0.1
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


class TooLargeError(PeerError):
    """The feed is larger than this node takes."""

    code = "feed_too_large"


async def sync_peer(node: Node, client: PeerClient, node_id: str, progress: Progress) -> Synced:
    """Bring our copy of one peer's feed up to date; where that fails, the copy in use stays as it was.

    Waits for another sync of that peer to end. Raises PeerError, NotFoundError where it is no peer of ours.
    """
    while True:
        with _alone(node, node_id) as mine:
            if mine:
                return await _sync(node, client, node_id, progress)
        await asyncio.sleep(LOOK_AGAIN_S)


async def catch_up(
    node: Node, client: PeerClient, node_id: str, enough: Callable[[PeerRow], bool]
) -> PeerRow:
    """The same within a check, which does not wait for long; another sync of that peer will do if it brings enough.

    Returns what is kept of the peer then. Raises PeerError, NotFoundError.
    """
    try:
        async with asyncio.timeout(node.settings.feeds.catch_up_s):
            while not enough(row := _row(node, node_id)):
                with _alone(node, node_id) as mine:
                    if mine:
                        await _sync(node, client, node_id, lambda *_: None)
                        return _row(node, node_id)
                await asyncio.sleep(LOOK_AGAIN_S)
            return row
    except TimeoutError as error:
        raise PeerError(
            "Its feed has changed, and could not be brought up to date in time.",
            kept="What was pulled.",
            do="Run `hub sync`, which goes on from there, and ask again.",
        ) from error


def _row(node: Node, node_id: str) -> PeerRow:
    with node.read() as tx:
        return require(tx.session, node_id)


def _alone(node: Node, node_id: str) -> AbstractContextManager[bool]:
    """Hold the lock on our copies of a peer's feed, if no other process or check does."""
    return locked(node.home / f"sync-{node_id}.lock")


async def _sync(node: Node, client: PeerClient, node_id: str, progress: Progress) -> Synced:
    peer = await refresh(node, client, node_id)
    try:
        try:
            manifest, entries = await _pull(node, client, peer, progress, fresh=False)
        except _ResyncError:
            peer = await refresh(node, client, node_id)  # It may have new keys since.
            manifest, entries = await _pull(node, client, peer, progress, fresh=True)
    except _ResyncError as error:
        await client.beside(_drop_unfinished, node, node_id)
        raise PeerError(
            "The area's feed does not match its signed manifest.", kept="Our last good copy."
        ) from error
    except TooLargeError:
        await client.beside(_drop_unfinished, node, node_id)
        raise
    return Synced(node_id, peer.pinned.area, entries, manifest.people)


async def sync_all(node: Node, client: PeerClient, progress: Progress = lambda *_: None) -> list[Synced]:
    """Sync every peer, a few at a time; one that fails is reported and does not stop the others."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(peer: Peer) -> Synced:
        async with turn:
            return await _sync_safely(node, client, peer, progress)

    return await asyncio.gather(*map(one, every_known(node).values()))


async def _sync_safely(node: Node, client: PeerClient, peer: Peer, progress: Progress) -> Synced:
    """Sync one peer; what goes wrong there, foreseen or not, is recorded and said, and stays there."""
    try:
        return await sync_in_time(node, client, peer.node_id, progress)
    except Exception as error:  # noqa: BLE001 - one area's fault is not the others'
        fault = fault_of(error)
        with node.write() as tx:
            tx.record(Action.peer_fault, by=node.acts_as, about=Refs(peer=peer.node_id), fault=fault.code)
        return Synced(peer.node_id, peer.area, 0, 0, fault.text)


async def sync_in_time(node: Node, client: PeerClient, node_id: str, progress: Progress) -> Synced:
    """`sync_peer` within the time of `[feeds]`. Raises as that does."""
    try:
        async with asyncio.timeout(node.settings.feeds.sync_s):
            return await sync_peer(node, client, node_id, progress)
    except TimeoutError as error:
        raise PeerError(
            f"The area's feed could not be pulled within {node.settings.feeds.sync_s:g} s.",
            kept="What was pulled: the next `hub sync` goes on from there.",
        ) from error


async def _pull(
    node: Node, client: PeerClient, peer: KnownPeer, progress: Progress, *, fresh: bool
) -> tuple[Manifest, int]:
    """Fill a new copy, or gather the changes to the one in use, page by page; put it to use when it is whole."""
    copy, done = await client.beside(_copy_to_fill, node, peer, fresh=fresh)
    most, taken = 0, 0
    while True:
        answer = await _page(client, peer, copy.cursor)
        page = parse_answer(FeedPage, answer)
        manifest = _manifest(node, peer, page)
        changes = peers.Changes(split_tokens(page.withdrawn), split_entries(page.entries))
        most = most or _most_lines(node, peer, copy, manifest)
        done, taken = done + changes.lines, taken + len(answer)
        if page.more and (not changes.lines or page.cursor == copy.cursor):
            raise PeerError("The area's feed does not go on.")
        if done > most:
            raise _ResyncError
        if taken > node.settings.feeds.most_bytes:
            raise _too_large(f"It goes on beyond {node.settings.feeds.most_bytes:,} bytes", "most_bytes")
        if changes.lines:
            copy = await client.beside(_keep, node, peer, copy, page, changes)
        progress(peer.pinned.area, done, max(done, manifest.entries))
        if not page.more:
            return manifest, await client.beside(_finish, node, peer, copy, manifest)


def _most_lines(node: Node, peer: KnownPeer, copy: CopyRow, manifest: Manifest) -> int:
    """The lines that a pull may have, by its first page's manifest and our own ceiling. Raises TooLargeError."""
    ceiling = node.settings.feeds.most_entries
    if manifest.entries > ceiling:
        raise _too_large(f"It says that it has {manifest.entries:,} entries", "most_entries")
    whole = copy.onto is None and copy.id != peer.feed_id
    lines = manifest.entries if whole else max(0, manifest.feed_at - peer.feed_at)
    return min(lines, ceiling) + SLACK_LINES


def _too_large(how: str, setting: str) -> TooLargeError:
    return TooLargeError(
        f"The area's feed is larger than this node takes. {how}.",
        kept="Our last good copy; what was pulled of the new one is dropped.",
        do=f"Telephone the area. If its feed is rightly so large, raise {setting} under [feeds] in node.toml.",
    )


async def _page(client: PeerClient, peer: KnownPeer, cursor: str) -> bytes:
    path = FEED_PATH + (f"?cursor={quote(cursor, safe='')}" if cursor else "")
    try:
        return (await client.get(peer.pinned, MessageType.feed, path)).body
    except PeerError as error:
        if cursor and error.problem in ("cursor_expired", "invalid_input"):
            raise _ResyncError from error
        raise


def _copy_to_fill(node: Node, peer: KnownPeer, *, fresh: bool) -> tuple[CopyRow, int]:
    """What to go on with, and how many lines of it are there: what was begun, the copy in use, or a new one."""
    node_id = peer.pinned.node_id
    with node.write() as tx:
        require(tx.session, node_id)
        begun = None if fresh else peers.unfinished_copy(tx.session, node_id)
        if begun:
            return begun, peers.size(tx.session, begun.id)
        if peer.feed_id is not None and not fresh:
            return peers.copy(tx.session, peer.feed_id), 0
        return peers.start_copy(tx.session, node_id), 0


def _keep(node: Node, peer: KnownPeer, copy: CopyRow, page: FeedPage, changes: peers.Changes) -> CopyRow:
    """Keep a page: in the new copy, or among the changes to the one in use."""
    if copy.epoch not in (0, page.epoch):
        raise _ResyncError
    with node.write() as tx:
        require(tx.session, peer.pinned.node_id)
        if copy.id == peer.feed_id:
            copy = peers.start_changes(tx.session, peer.pinned.node_id, copy)
        reached = copy._replace(epoch=page.epoch, cursor=page.cursor)
        peers.apply_page(tx.session, reached, changes)
    return reached


def _drop_unfinished(node: Node, node_id: str) -> None:
    with node.write() as tx:
        require(tx.session, node_id)
        peers.drop_unfinished(tx.session, node_id)


def _manifest(node: Node, peer: KnownPeer, page: FeedPage) -> Manifest:
    try:
        key = public_key(peer.pinned.signing)
        expected = Expected(MessageType.manifest, peer.pinned.node_id, None, MANIFEST_LIFE_S)
        manifest = verify(Manifest, page.manifest, key, expected, node.clock())
    except AuthenticationError as error:
        raise does_not_verify("The area's manifest", error) from error
    if manifest.epoch > peer.key_epoch or manifest.epoch != page.epoch:
        raise _ResyncError  # It has new keys since its metadata was fetched, or had while it answered.
    if (manifest.epoch, manifest.key_id, manifest.weak_key_id) != (
        peer.key_epoch,
        peer.prf_key_id,
        peer.weak_prf_key_id,
    ):
        raise PeerError("The area's feed was made with another key than its metadata names.")
    return manifest


def _finish(node: Node, peer: KnownPeer, copy: CopyRow, manifest: Manifest) -> int:
    """Verify the copy, with the changes to it, against its manifest and put it to use; or leave all as it was."""
    with node.write() as tx:
        row = require(tx.session, peer.pinned.node_id)
        feed_id = copy.id if copy.onto is None else peers.put_changes(tx.session, copy)
        count, digest = peers.kept_digest(tx.session, feed_id)
        if count != manifest.entries or not secrets.compare_digest(digest, unb64(manifest.digest)):
            raise _ResyncError
        if (manifest.epoch, manifest.feed_at) < (row.epoch, row.feed_at):
            # People sealed or withdrawn since would be matched again: a restored backup, or an old feed replayed.
            raise PeerError(WENT_BACK, kept="Our last good copy.", do=ROTATES)
        state = peers.CopyState(
            manifest.epoch,
            manifest.people,
            manifest.max_gap,
            manifest.feed_at,
            synced_at=tx.now,
            copy_entries=count,
            copy_digest=digest,
        )
        peers.use_copy(tx.session, row.node_id, feed_id, state)
        tx.record(
            Action.feed_synced,
            by=node.acts_as,
            about=Refs(peer=peer.pinned.node_id),
            epoch=manifest.epoch,
            entries=count,
            persons=manifest.people,
        )
    return count
