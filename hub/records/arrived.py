"""What came to this node in envelopes of sealed channels, between memory and the store: all of it, unread.

Questions and noise, which the node cannot tell apart: a manager who types a reference finds what is sealed under
it. Of each peer as many are kept, whatever is in them. A question comes again until it is answered, so none is
missed by what is dropped.
"""

from __future__ import annotations

from typing import Final

from hub.node.transaction import Reading, Transaction
from hub.store import arrived
from hub.store.arrived import ArrivedRow
from hub.values import NodeId

EACH: Final = 24
"""CHOICE: how many are kept of each peer, of an hour each: so many channels to one area can be open at once."""
KEPT_S: Final = 2 * 86_400


def keep(tx: Transaction, peer: NodeId, asked: bytes) -> None:
    """Keep what came from a peer, and as many as before of what came earlier."""
    rows = arrived.of_peer(tx.session, peer)
    number = rows[0].number + 1 if rows else 0
    arrived.add(tx.session, ArrivedRow(peer, number, tx.now, tx.vault.seal(_place(peer, number), asked)))
    arrived.drop_before(tx.session, peer, number - EACH + 1)


def of_peer(tx: Reading, peer: NodeId) -> list[bytes]:
    """What came from a peer, the newest first."""
    return [tx.vault.open(_place(peer, row.number), row.sealed) for row in arrived.of_peer(tx.session, peer)]


def drop_old(tx: Transaction) -> None:
    """Drop what came from a peer that sends no more."""
    arrived.drop_old(tx.session, tx.now - KEPT_S)


def _place(peer: NodeId, number: int) -> str:
    return f"arrived/{peer}/{number}"
