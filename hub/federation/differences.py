"""Where an area and this node do not hold the same agreement, by what each peer last said of itself.

Compared before anybody asks, and again by the holder when somebody does (`hub.federation.evaluate`). Pure of the
network: reads what is kept of the peers.
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.consent import SharingAgreement, digest_said
from hub.errors import PeerError
from hub.federation.peers import KnownPeer, every_known
from hub.node.node import Node


def differences(node: Node) -> list[PeerError]:
    """Each agreement in force that a peer's area has signed, and that the peer holds otherwise or not at all."""
    today = node.today()
    ours = [one for one in node.agreements.held if not one.why_not_on(today)]
    known = [peer for peer in every_known(node).values() if isinstance(peer, KnownPeer)]
    return [found for peer in known for found in differences_with(peer, ours)]


def differences_with(peer: KnownPeer, ours: list[SharingAgreement]) -> Iterator[PeerError]:
    """Those with one peer, in words."""
    theirs = {one.ref: one.digest for one in peer.agreements}
    for one in ours:
        if peer.node_id not in one.areas or theirs.get(one.ref) == one.digest:
            continue
        if one.ref in theirs:
            text = f"{peer.area} holds another version of our agreement {one.ref}."
            said = f" Theirs is {digest_said(theirs[one.ref])}."
        else:
            text, said = f"{peer.area} does not hold our agreement {one.ref}.", ""
        yield PeerError(
            text,
            kept="Neither area answers the other under it.",
            do=f"Ask them to compare the digest. Ours is {digest_said(one.digest)}.{said}",
        )
