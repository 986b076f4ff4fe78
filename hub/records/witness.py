"""What peers signed and this node holds, opened and sealed here: heads of their logs, and acknowledgements.

An outsider verifies a peer's database with them. Does not judge a head (`hub.audit.witness`) or ask for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hub.audit.chain import Head
from hub.errors import StorageError
from hub.node.transaction import Reading, Transaction
from hub.records.received import DisclosureKey
from hub.store import witness
from hub.store.witness import AcknowledgementRow, HeadRow, HeadState
from hub.values import NodeId, Value

DAY_S: Final = 86_400


class SignedHead(Value):
    """What a peer signed: the note of its head, and the request that brought it (a JWT), with its body (base64url).

    `size` and `hash` are the head's. `certificate` came with the request; earlier versions kept none. `restored` is
    the mark of its newest restoration, if it named one. `why`: a code for why it was refused.
    """

    size: int
    hash: str
    checkpoint: str
    request: str
    body: str
    certificate: str = ""
    restored: str = ""
    why: str = ""

    @property
    def note(self) -> str:
        """The signed note as it stands in a file."""
        return self.checkpoint + "\n"


@dataclass(frozen=True, slots=True)
class PeerHead:
    """A head of a peer's log."""

    row: HeadRow
    signed: SignedHead

    @property
    def head(self) -> Head:
        """The head itself."""
        return Head(self.signed.size, self.signed.hash)


def keep(tx: Transaction, peer: NodeId, signed: SignedHead) -> None:
    """Keep a head, or with a reason why not, that it was refused. Holds other writers off.

    Of those kept on an earlier day the last one stays: it goes on from the others.
    """
    tx.hold_others_off()
    number = witness.next_id(tx.session)
    state = HeadState.refused if signed.why else HeadState.kept
    sealed = tx.vault.seal(_place(number, peer), signed.model_dump_json().encode())
    witness.add(tx.session, HeadRow(number, peer, signed.size, state, tx.now, sealed))
    if state is HeadState.kept:
        witness.thin(tx.session, peer, tx.now - tx.now % DAY_S)


def to_go_on_from(tx: Reading, peer: NodeId, most: int | None = None) -> PeerHead | None:
    """The head that a peer's next one has to go on from; of a log no larger than `most`, if given."""
    row = witness.newest(tx.session, peer, HeadState.kept, most=most)
    return _opened(tx, row) if row else None


def heads_of(tx: Reading, peer: NodeId) -> list[PeerHead]:
    """All heads of a peer, the newest first. Raises StorageError."""
    return [_opened(tx, row) for row in witness.of_peer(tx.session, peer)]


def refused_now(tx: Reading, peer: NodeId) -> PeerHead | None:
    """The head that was refused, where no good one came since. Raises StorageError."""
    row = witness.newest(tx.session, peer, HeadState.refused, HeadState.kept)
    return _opened(tx, row) if row and row.state is HeadState.refused else None


class SignedAcknowledgement(Value):
    """What is kept of one: the answer's digest, and the peer's signed request (a JWT) with its body (base64url).

    `certificate` came with the request; earlier versions kept none.
    """

    answer: str
    request: str
    body: str
    certificate: str = ""


def keep_acknowledgement(tx: Transaction, key: DisclosureKey, signed: SignedAcknowledgement) -> bool:
    """Keep that a peer has read our answer to a disclosure, and return whether it is the first that says so."""
    place = f"acknowledgement/{key.peer}/{key.check_id}/{key.handle.hex()}/{key.level}"
    sealed = tx.vault.seal(place, signed.model_dump_json().encode())
    return witness.keep_acknowledgement(tx.session, AcknowledgementRow(*key.row, tx.now, sealed))


def open_acknowledgement(tx: Reading, row: AcknowledgementRow) -> SignedAcknowledgement:
    """What a peer signed. Raises StorageError."""
    place = f"acknowledgement/{row.peer}/{row.check_id}/{row.handle.hex()}/{row.level}"
    return SignedAcknowledgement.model_validate_json(tx.vault.open(place, row.sealed))


def _opened(tx: Reading, row: HeadRow) -> PeerHead:
    """Raises StorageError where the row does not say what was sealed."""
    signed = SignedHead.model_validate_json(tx.vault.open(_place(row.id, row.node_id), row.sealed))
    if (row.size, row.state is HeadState.refused) != (signed.size, bool(signed.why)):
        raise StorageError(
            f"What is held of the log of {row.node_id} was altered in the database.",
            kept="The row as it is.",
            do="Run `hub audit verify`, and call your auditor.",
        )
    return PeerHead(row, signed)


def _place(number: int, peer: NodeId) -> str:
    return f"peer_head/{number}/{peer}"
