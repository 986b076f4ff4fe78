"""Trusted peers: pinning one, refreshing its metadata, and reading it back as the client needs it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sqlmodel import Session

from hub.audit.events import OPERATOR, Action, Refs
from hub.crypto.encoding import unb64
from hub.crypto.signing import CLOCK_SKEW_S
from hub.crypto.vault import key_id
from hub.errors import ConflictError, NotFoundError, PeerError, StorageError, UsageError
from hub.federation.client import PeerClient, PinnedPeer
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.store import peers
from hub.wire.messages import Metadata, parse_answer
from hub.wire.metadata import Identity, verify_metadata


@dataclass(frozen=True)
class KnownPeer:
    """A pinned peer with the state of our copy of its feed."""

    pinned: PinnedPeer
    prf_key_id: str
    weak_prf_key_id: str
    sealing_key_id: str
    contact: str
    root_thumbprint: str
    feed_id: int | None
    epoch: int
    people: int
    max_gap: int
    feed_at: int
    synced_at: int | None


class UnreadablePeerError(StorageError):
    """What is kept of one peer cannot be read: it can neither ask nor be asked."""

    def __init__(self, node_id: str) -> None:
        super().__init__(
            "What this node keeps of the area cannot be read.",
            kept="All else.",
            do=f"Run `hub peer remove {node_id}`, and add it again by its thumbprint.",
        )
        self.node_id = node_id


async def add_peer(node: Node, client: PeerClient, url: str, thumbprint: str | None) -> Identity:
    """Pin the node at `url`.

    Raises PeerError when it cannot be verified, ConflictError on a changed pin, UsageError when it is this node.
    """
    identity = verify_metadata(await client.metadata(url), thumbprint, node.clock())
    told = identity.metadata
    if told.iss == node.node_id:
        raise UsageError("A node cannot be its own peer.", do="Give another node's address.")
    with node.write() as tx:
        row = peers.get(tx.session, told.iss)
        if row and row.root_thumbprint != identity.root_thumbprint:
            raise ConflictError(
                "An area of that name is pinned with another root key.",
                kept="The pin as it was.",
                do="Telephone the area; if it made a new root key, `hub peer remove` it first.",
            )
        _pin(tx, identity, url)
        tx.record(Action.peer_added, by=OPERATOR, about=Refs(peer=told.iss))
    return identity


def remove_peer(node: Node, node_id: str) -> None:
    """Trust a peer no more: its pin and our copies of its feed go; what was asked and answered stays.

    Raises NotFoundError.
    """
    with node.write() as tx:
        peers.remove(tx.session, _row(tx.session, node_id).node_id)
        tx.record(Action.peer_removed, by=OPERATOR, about=Refs(peer=node_id))


async def refresh(node: Node, client: PeerClient, node_id: str) -> KnownPeer:
    """Fetch and verify a pinned peer's metadata anew, and store it.

    Raises PeerError, NotFoundError where it is not pinned.
    """
    with node.read() as tx:
        row = _row(tx.session, node_id)
        url, pin, before = row.url, row.root_thumbprint, _metadata(row)
    identity = verify_metadata(await client.metadata(url), pin, node.clock())
    if identity.metadata.iss != node_id:
        raise PeerError(
            "The node at this address now says that it is another area.", do="Tell both operators."
        )
    if identity.metadata.iat < before.iat - CLOCK_SKEW_S:
        raise PeerError("The area's metadata is older than what it sent before.", do="Tell both operators.")
    with node.write() as tx:
        require(tx.session, node_id)
        _pin(tx, identity, url)
    return known(node, node_id)


def known(node: Node, node_id: str) -> KnownPeer:
    """A pinned peer. Raises NotFoundError, UnreadablePeerError."""
    with node.read() as tx:
        return _known(_row(tx.session, node_id))


def every_known(node: Node) -> dict[str, KnownPeer | UnreadablePeerError]:
    """All pinned peers by node id. One that cannot be read disables itself alone: its error stands in its place."""
    found: dict[str, KnownPeer | UnreadablePeerError] = {}
    with node.read() as tx:
        for row in peers.every(tx.session):
            try:
                found[row.node_id] = _known(row)
            except UnreadablePeerError as error:
                found[row.node_id] = error
    return found


def _row(session: Session, node_id: str) -> peers.PeerRow:
    row = peers.get(session, node_id)
    if row is None:
        raise NotFoundError("That area is not a peer of this node.", do="Add it with `hub peer add`.")
    return row


def require(session: Session, node_id: str) -> peers.PeerRow:
    """A pinned peer's row, in a step of its sync. Raises PeerError where it was removed meanwhile."""
    row = peers.get(session, node_id)
    if row is None:
        raise PeerError("The area was removed while it was synced.", kept="Nothing of it.")
    return row


def _metadata(row: peers.PeerRow) -> Metadata:
    try:
        return _parsed(row.metadata_json)
    except PeerError as error:
        raise UnreadablePeerError(row.node_id) from error


@lru_cache(maxsize=1_024)
def _parsed(text: str) -> Metadata:
    return parse_answer(Metadata, text.encode())


def _known(row: peers.PeerRow) -> KnownPeer:
    metadata = _metadata(row)
    keys = metadata.keys
    pinned = PinnedPeer(
        row.node_id,
        row.area,
        row.url,
        unb64(keys.signing),
        unb64(keys.sealing),
        unb64(keys.prf),
        unb64(keys.prf_weak),
    )
    return KnownPeer(
        pinned,
        key_id(pinned.prf),
        key_id(pinned.prf_weak),
        key_id(pinned.sealing),
        metadata.contact,
        row.root_thumbprint,
        row.feed_id,
        row.epoch,
        row.people,
        row.max_gap,
        row.feed_at,
        row.synced_at,
    )


def _pin(tx: Transaction, identity: Identity, url: str) -> None:
    told = identity.metadata
    text = told.model_dump_json()
    if _parsed(text) != told:  # Or it could not be read again as it was verified.
        raise PeerError("The area's metadata cannot be kept as it is.", do="Tell both operators.")
    pinned = peers.PinRow(told.iss, told.area, url, identity.root_thumbprint, text)
    peers.pin(tx.session, pinned)
