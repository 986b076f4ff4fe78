"""Trusted peers: pinning one, refreshing its metadata, and reading it back as the client needs it.

Whom we trust says `pins.json` (`hub.node.pins`). The database keeps what a peer last said of itself, as it signed
it. That is verified against the pin whenever it is read: whoever writes the database alone makes nobody a peer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Final

from sqlmodel import Session

from hub.audit.events import OPERATOR, Action, Event, Refs
from hub.crypto.encoding import unb64
from hub.crypto.signing import CLOCK_SKEW_S
from hub.crypto.vault import key_id
from hub.errors import ConflictError, HubError, NotFoundError, PeerError, StorageError, UsageError
from hub.federation.client import PeerClient, PinnedPeer
from hub.node.node import Node
from hub.node.pins import (
    PINS,
    CertificateError,
    Pin,
    Pins,
    accept_certificate,
    change_pins,
    load_pins,
    renew_pin,
)
from hub.node.revocations import learn_revocations
from hub.node.settings import Contact
from hub.node.transaction import Transaction
from hub.store import peers
from hub.store.audit import DatabaseAudit
from hub.values import Mode
from hub.wire.certificates import Certificate
from hub.wire.messages import AgreementTold
from hub.wire.metadata import Identity, read_metadata, verify_metadata

WENT_BACK: Final = "The area's feed went back to an earlier state."
ROTATES: Final = (
    "Telephone the area: after restoring a backup it has to run `hub keys rotate`, and all goes on."
)
"""What mends it: a rotation begins an epoch later than any before, also those that the backup does not know."""


@dataclass(frozen=True)
class KnownPeer:
    """A pinned peer with the state of our copy of its feed.

    `key_epoch` is the epoch of the PRF keys that its metadata names, `epoch` that of our copy: they differ between
    a rotation there and the next sync. `agreements` are those that it said it holds.
    """

    pinned: PinnedPeer
    certificate: Certificate
    prf_key_id: str
    weak_prf_key_id: str
    key_epoch: int
    sealing_key_id: str
    contact: str
    feed_id: int | None
    epoch: int
    people: int
    max_gap: int
    feed_at: int
    synced_at: int | None
    agreements: tuple[AgreementTold, ...] = ()

    asked: ClassVar = True

    @property
    def node_id(self) -> str:
        """Its node id."""
        return self.pinned.node_id

    @property
    def area(self) -> str:
        """Its area's name."""
        return self.pinned.area

    @property
    def root_thumbprint(self) -> str:
        """The thumbprint of its root key."""
        return self.certificate.root_thumbprint


@dataclass(frozen=True)
class DisabledPeer:
    """A peer that is neither asked nor answered as things stand, and why.

    `outdated`: what is kept of it was good once, and may be again when its metadata is fetched anew. `area` and
    `contact` are as the pin has them.
    """

    node_id: str
    area: str
    contact: str
    why: HubError
    outdated: bool = False

    @property
    def asked(self) -> bool:
        """Whether it is asked all the same, once its metadata was fetched anew."""
        return self.outdated


Peer = KnownPeer | DisabledPeer


async def add_peer(node: Node, client: PeerClient, url: str, thumbprint: str | None) -> Identity:
    """Pin the node at `url`. `thumbprint`: that of its root key, where somebody had it read out.

    Raises PeerError when it cannot be verified, ConflictError on a changed pin, UsageError when it is this node, or
    where this node is live and was given no thumbprint.
    """
    if thumbprint is None and node.settings.mode is Mode.live:
        raise UsageError(
            "This node is live: it believes no area at first sight.",
            kept="Nobody was asked.",
            do="Telephone the area, have it read its thumbprint out, and give it with --thumbprint.",
        )
    identity = verify_metadata(await client.metadata(url), node.clock())
    if thumbprint is not None and identity.root_thumbprint != thumbprint:
        raise _other_root()
    if identity.node_id == node.node_id:
        raise UsageError("A node cannot be its own peer.", do="Give another node's address.")

    def pinned(pins: Pins) -> Pins:
        trusted = pins.trusted(identity.node_id)
        if trusted is not None and trusted.root != identity.root_thumbprint:
            raise ConflictError(
                "An area of that name is pinned with another root key.",
                kept="The pin as it was.",
                do="Telephone the area; if it made a new root key, `hub peer remove` it first.",
            )
        before = pins.of_root(identity.node_id, identity.root_thumbprint)
        pin = before or Pin(node_id=identity.node_id, root=identity.root_thumbprint, url=url, area="")
        pin = pin.model_copy(update={"compared": pin.compared or thumbprint is not None})
        _judge(node, pins, pin, identity)
        told = identity.metadata.model_dump(include={"area", "contact", "certificate", "epoch"})
        return pins.put(pin.model_copy(update={**told, "url": url, "trusted": True}))

    # The pin first: without its row in the database it makes nobody a peer, and the command can be run again.
    change_pins(node, pinned, anew=thumbprint is not None)
    learn_revocations(node, identity.metadata.revocations)
    with node.write() as tx:
        _keep(tx, identity, url)
        tx.record(Action.peer_added, by=node.acts_as, about=Refs(peer=identity.node_id))
    return identity


def remove_peer(node: Node, node_id: str) -> None:
    """Trust a peer no more: its pin and our copies of its feed go; what was asked and answered stays.

    Raises NotFoundError.
    """
    known_here = load_pins(node).trusted(node_id) is not None
    with node.read() as tx:
        if not known_here and peers.get(tx.session, node_id) is None:
            raise _not_a_peer()

    def removed(pins: Pins) -> Pins:
        pin = pins.trusted(node_id)
        return pins.put(pin.model_copy(update={"trusted": False})) if pin else pins

    change_pins(node, removed)  # First: a crash leaves a row in the database that nobody believes.
    with node.write() as tx:
        if peers.get(tx.session, node_id) is not None:
            peers.remove(tx.session, node_id)
        tx.record(Action.peer_removed, by=OPERATOR, about=Refs(peer=node_id))


def take_over_pins(node: Node) -> int:
    """Once, in the home of an earlier version, believe the peers that its database names; return how many.

    In any other home a missing file of pins stays missing: nobody is believed again for the database's word.
    """
    with node.read() as tx:
        log, rows = DatabaseAudit(tx.session), peers.every(tx.session)
        first, certified = log.first(), log.first_of(Action.node_certified) is not None
    earlier = first is not None and Event.model_validate_json(first.body).detail.serial is None
    if not earlier or certified or (node.home / PINS).exists():
        return 0
    pins = tuple(
        Pin(node_id=row.node_id, root=row.root_thumbprint, url=row.url, area=row.area, contact=str(Contact()))
        for row in rows
    )
    change_pins(node, lambda _: Pins(pins=pins), anew=True)
    with node.write() as tx:
        tx.record(Action.pins_taken_over, by=OPERATOR, peers=len(pins))
    return len(pins)


async def refresh(node: Node, client: PeerClient, node_id: str) -> KnownPeer:
    """Fetch and verify a pinned peer's metadata anew, and store it.

    Raises PeerError, NotFoundError where it is not pinned, StorageError where the database differs from the pin.
    """
    pin, row = _pinned(node, node_id)
    identity = verify_metadata(await client.metadata(pin.url), node.clock())
    if identity.node_id != node_id:
        raise PeerError(
            "The node at this address now says that it is another area.", do="Tell both operators."
        )
    _judge(node, learn_revocations(node, identity.metadata.revocations), pin, identity)
    before = _kept(pin, row)
    if before is not None and identity.metadata.iat < before.metadata.iat - CLOCK_SKEW_S:
        raise PeerError("The area's metadata is older than what it sent before.", do="Tell both operators.")
    if identity.metadata.epoch < row.epoch:
        raise PeerError(WENT_BACK, kept="Our last good copy.", do=ROTATES)
    told = identity.metadata
    renew_pin(node, node_id, told.certificate, epoch=told.epoch, area=told.area, contact=told.contact)
    with node.write() as tx:
        require(tx.session, node_id)
        _keep(tx, identity, pin.url)
    return known(node, node_id)


def known(node: Node, node_id: str) -> KnownPeer:
    """A pinned peer. Raises NotFoundError, PeerError or StorageError where it cannot be believed now."""
    peer = every_known(node).get(node_id)
    if peer is None:
        raise _not_a_peer()
    if isinstance(peer, DisabledPeer):
        raise peer.why
    return peer


def believed(node: Node, node_id: str, certificate: str) -> Certificate:
    """The certificate that came with a peer's message, where pins and database agree that it is a peer.

    Raises NotFoundError, AuthenticationError, StorageError.
    """
    _pinned(node, node_id)
    return accept_certificate(node, node_id, certificate)


async def up_to_date(node: Node, client: PeerClient, node_id: str) -> KnownPeer:
    """A pinned peer, its metadata fetched anew where what is kept of it has been overtaken.

    Raises as `known` and `refresh` do.
    """
    peer = every_known(node).get(node_id)
    if isinstance(peer, DisabledPeer) and peer.outdated:
        return await refresh(node, client, node_id)
    return known(node, node_id)


def every_known(node: Node) -> dict[str, Peer]:
    """All peers by node id, those of the pins and those of the database; what is not in both is disabled."""
    with node.read() as tx:
        rows = {row.node_id: row for row in peers.every(tx.session)}
    try:
        pins = load_pins(node)
    except StorageError as error:
        return {node_id: DisabledPeer(node_id, node_id, str(Contact()), error) for node_id in rows}
    ids = sorted(rows.keys() | {pin.node_id for pin in pins.pins if pin.trusted})
    return {node_id: _peer(node, pins, node_id, rows.get(node_id)) for node_id in ids}


def require(session: Session, node_id: str) -> peers.PeerRow:
    """A pinned peer's row, in a step of its sync. Raises PeerError where it was removed meanwhile."""
    row = peers.get(session, node_id)
    if row is None:
        raise PeerError("The area was removed while it was synced.", kept="Nothing of it.")
    return row


def _peer(node: Node, pins: Pins, node_id: str, row: peers.PeerRow | None) -> Peer:
    pin = pins.trusted(node_id)
    area, contact = (pin.area, pin.contact) if pin else (node_id, str(Contact()))
    disabled = partial(DisabledPeer, node_id, area, contact)
    try:
        if pin is None or row is None or (row.root_thumbprint, row.url) != (pin.root, pin.url):
            raise _differs(node_id, pin, row)
        identity = _kept(pin, row)
        if identity is None:
            why = PeerError("What is kept of the area is of an earlier version.", do="Run `hub sync`.")
            return disabled(why, outdated=True)
        if identity.metadata.epoch < pin.epoch:
            return disabled(PeerError(WENT_BACK, do="Run `hub sync`."), outdated=True)
        pins.judge(pin, identity.certificate, node.clock(), node.settings.mode)
    except CertificateError as error:
        return disabled(PeerError(error.text, do=error.do), outdated=True)
    except HubError as error:
        return disabled(error)
    return _known(identity, row)


def _kept(pin: Pin, row: peers.PeerRow) -> Identity | None:
    """What a peer last said of itself, verified but for its time; None where an earlier version kept it."""
    if not row.signed_metadata:
        return None
    altered = _altered(pin.node_id, "What the database keeps of this area is not what the area signed.")
    try:
        identity = read_metadata(row.signed_metadata)
    except PeerError as error:
        raise altered from error
    if (identity.node_id, identity.root_thumbprint) != (pin.node_id, pin.root):
        raise altered
    return identity


def _known(identity: Identity, row: peers.PeerRow) -> KnownPeer:
    told, certified = identity.metadata, identity.certificate.keys
    pinned = PinnedPeer(
        identity.node_id,
        told.area,
        row.url,
        certified.signing,
        certified.sealing,
        unb64(told.keys.prf),
        unb64(told.keys.prf_weak),
    )
    return KnownPeer(
        pinned,
        identity.certificate,
        key_id(pinned.prf),
        key_id(pinned.prf_weak),
        told.epoch,
        key_id(pinned.sealing),
        told.contact,
        row.feed_id,
        row.epoch,
        row.people,
        row.max_gap,
        row.feed_at,
        row.synced_at,
        told.agreements,
    )


def _pinned(node: Node, node_id: str) -> tuple[Pin, peers.PeerRow]:
    """A trusted pin and the row that belongs to it. Raises NotFoundError, StorageError where they differ."""
    pin = load_pins(node).trusted(node_id)
    with node.read() as tx:
        row = peers.get(tx.session, node_id)
    if pin is None and row is None:
        raise _not_a_peer()
    if pin is None or row is None or (row.root_thumbprint, row.url) != (pin.root, pin.url):
        raise _differs(node_id, pin, row)
    return pin, row


def _judge(node: Node, pins: Pins, pin: Pin, identity: Identity) -> None:
    """Raise PeerError unless this is the pinned root key's word, in force, the newest, and of no earlier epoch."""
    if identity.root_thumbprint != pin.root:
        raise _other_root()
    try:
        pins.judge(pin, identity.certificate, node.clock(), node.settings.mode)
    except CertificateError as error:
        raise PeerError(error.text, kept="What we had of it.", do=error.do) from error
    if identity.metadata.epoch < pin.epoch:
        raise PeerError(WENT_BACK, kept="Our last good copy.", do=ROTATES)


def _keep(tx: Transaction, identity: Identity, url: str) -> None:
    told = peers.PinRow(
        identity.node_id, identity.metadata.area, url, identity.root_thumbprint, identity.token
    )
    peers.pin(tx.session, told)


def _not_a_peer() -> NotFoundError:
    return NotFoundError("That area is not a peer of this node.", do="Add it with `hub peer add`.")


def _other_root() -> PeerError:
    return PeerError(
        "The node at this address has another root key than its thumbprint here says.",
        kept="Nothing was sent to it.",
        do="Telephone the area and compare. If it made a new root key, add the peer again with that.",
    )


def _differs(node_id: str, pin: Pin | None, row: peers.PeerRow | None) -> StorageError:
    if pin is None:
        return _altered(node_id, "The database names a peer that nobody added here.")
    if row is None:
        return _altered(node_id, "The database has lost a peer that was added here.")
    return _altered(
        node_id, "The database names another address or root key for this area than it was added with."
    )


def _altered(node_id: str, text: str) -> StorageError:
    return StorageError(
        text,
        kept="The pin in the home. The area is neither asked nor answered.",
        do="Find out who wrote into the database, and call your auditor. Then run"
        f" `hub peer remove {node_id}`, and add it again by its thumbprint.",
    )
