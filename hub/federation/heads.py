"""Heads of logs, shown by one node and kept by another: both sides.

Each hour, whatever was done in it, a node shows every peer its newest signed head, with its entry at the head that
the peer holds: never at an act, whose moment would be told by it. The peer keeps a head that goes on from that, and
refuses any other, on its own record: an alarm that names the area. Only a
restoration that it has not heard of leads past; then what goes on from the head that was gone back to is kept. Does
not read another node's log: an outsider does, with these heads.
"""

from __future__ import annotations

import logging
from typing import Final, Literal

from hub.audit.chain import Head, head_after
from hub.audit.checkpoint import read_checkpoint
from hub.audit.events import NODE, Action, Refs, peer_actor
from hub.audit.witness import BREAKS_IN_WORDS, Break, Shown, judge
from hub.crypto.encoding import b64
from hub.crypto.signing import public_key, thumbprint
from hub.errors import ConflictError, LogError, PeerError
from hub.federation.authentication import Caller, Request, admit
from hub.federation.client import HeadRefusedError, PeerClient
from hub.federation.peers import up_to_date
from hub.federation.receipts import Refused, Reply
from hub.federation.shown_before import Proof, judge_refusal
from hub.node.home import advance_audit_checkpoint
from hub.node.node import CHECKPOINT, Node
from hub.node.transaction import Transaction
from hub.records import restorations, witness
from hub.records.witness import PeerHead, SignedHead
from hub.store import witness as rows
from hub.store.audit import DatabaseAudit
from hub.values import NodeId
from hub.wire.messages import MessageType, encode, parse_answer
from hub.wire.problem import HEAD_INCONSISTENT, HeldNotice
from hub.wire.witness import (
    CHECKPOINTS_PATH,
    CheckpointNotice,
    CheckpointTaken,
    HeadTold,
    RestoredTold,
)

KEPT_EVERY_S: Final = 600
logger = logging.getLogger("hub")


class HeadInconsistentError(ConflictError):
    """A head that does not go on from the one before: `held`, as its node signed it."""

    code = HEAD_INCONSISTENT

    def __init__(self, found: Break, held: PeerHead | None) -> None:
        super().__init__(
            f"The head does not go on from the one that was shown before. {BREAKS_IN_WORDS[found]}",
            kept="Both heads.",
            do="Keep the database and the home as they are, and call your auditor.",
        )
        self.held = _as_shown(held)


def _as_shown(held: PeerHead | None) -> HeldNotice | None:
    """What the peer signed when it showed a head that is held."""
    if held is None:
        return None
    signed = held.signed
    return HeldNotice(request=signed.request, body=signed.body, certificate=signed.certificate)


def receive_head(node: Node, caller: Caller, signed: Request, notice: CheckpointNotice) -> Reply | Refused:
    """Keep a peer's head, refuse it, or ask for the entry at the one that is held.

    Raises AuthenticationError on a replay, or a note that the peer's certified key did not sign.
    """
    peer = caller.node_id
    head = read_checkpoint(notice.note, peer, public_key(caller.certificate.keys.signing))
    with node.write() as tx:
        admit(tx, caller)
        tx.hold_others_off()
        base, begins_again = _base(tx, peer, notice.restored)
        lost = _as_shown(witness.to_go_on_from(tx, peer)) if begins_again else None
        found = judge(base.head if base else None, Shown(head, _head(notice.since)))
        if isinstance(found, Head):
            return _taken("show", found)
        kept = _signed(signed, notice, head, found)
        if found is None and base is not None and _enough(tx, base, kept, begins_again=begins_again):
            return _taken("kept", base.head, lost)
        if found is None and begins_again and notice.restored:
            rows.lose(tx.session, peer, notice.restored.head.size)
        refused_before = witness.refused_now(tx, peer)
        new = refused_before is None or not _lately(tx, refused_before)
        if found is None or new:
            witness.keep(tx, peer, kept)
        if found is None:
            tx.record(
                Action.checkpoint_received,
                by=peer_actor(peer),
                about=Refs(peer=peer),
                peer_log_size=head.size,
                status="restored" if begins_again else None,
            )
    if found is None:
        return _taken("kept", head, lost)
    if new:
        logger.error("%s", alarm(node, peer, found))
    return Refused(HeadInconsistentError(found, base), found.value, Action.checkpoint_refused)


def _signed(signed: Request, notice: CheckpointNotice, head: Head, found: Break | None) -> SignedHead:
    """What is kept of a head."""
    return SignedHead(
        size=head.size,
        hash=head.hash,
        checkpoint=notice.checkpoint,
        request=signed.authorization.partition(" ")[2],
        body=b64(signed.body),
        certificate=signed.certificate,
        restored=notice.restored.mark if notice.restored else "",
        why=found.value if found else "",
    )


def _enough(tx: Transaction, base: PeerHead, shown: SignedHead, *, begins_again: bool) -> bool:
    """Whether the head that is held will do for now: the same, or a little older, with no restoration between.

    Of several restorations at once the first is enough, whatever they are called.
    """
    if base.signed.restored == shown.restored and not begins_again:
        return (base.head.size, base.head.hash) == (shown.size, shown.hash) or _lately(tx, base)
    newest = witness.to_go_on_from(tx, base.row.node_id)
    return newest is not None and bool(newest.signed.restored) and _lately(tx, newest)


def _lately(tx: Transaction, held: PeerHead) -> bool:
    """So that a peer which shows heads without end does not fill our disk."""
    return tx.now - held.row.received_at < KEPT_EVERY_S


def _taken(status: Literal["kept", "show"], head: Head, lost: HeldNotice | None = None) -> Reply:
    return Reply(encode(CheckpointTaken(status=status, held=_told(head), lost=lost)))


def _base(tx: Transaction, peer: NodeId, restored: RestoredTold | None) -> tuple[PeerHead | None, bool]:
    """The head that the peer's next has to go on from, and whether it begins again there after a restoration.

    A restoration that was heard of before explains nothing new.
    """
    newest = witness.to_go_on_from(tx, peer)
    if newest is None or restored is None or newest.head.size <= restored.head.size:
        return newest, False
    if any(one.signed.restored == restored.mark for one in witness.heads_of(tx, peer) if not one.signed.why):
        return newest, False
    return witness.to_go_on_from(tx, peer, most=restored.head.size), True


async def show_head(node: Node, client: PeerClient, peer: NodeId) -> Head:
    """Show a peer the newest head of our log, signed now, and return it.

    What the peer holds from before a restoration that it hears of now is kept with that. Raises LogError when our
    log does not hold, or the peer proves that it was shown another; PeerError.
    """
    advance_audit_checkpoint(node)
    notice = _notice(node, None)
    pinned = (await up_to_date(node, client, peer)).pinned
    for _ in range(2):
        try:
            answer = await client.post(pinned, MessageType.checkpoint, CHECKPOINTS_PATH, encode(notice))
        except HeadRefusedError as error:
            raise _refused(node, peer, error.held) from error
        taken = parse_answer(CheckpointTaken, answer.body)
        if taken.status == "kept":
            break
        notice = _notice(node, taken.held)
    else:
        raise PeerError("The area asks again for what it was shown.", do="Tell both operators.")
    head = read_checkpoint(notice.note, node.node_id, node.keys.signing.private.public_key())
    proof, before = judge_refusal(node, peer, taken.lost)
    with node.write() as tx:
        if proof is Proof.restored and before is not None:
            restorations.learn_lost(tx, before.head.size)
        tx.record(Action.checkpoint_sent, by=NODE, about=Refs(peer=peer), peer_log_size=head.size)
    return head


def _notice(node: Node, held: HeadTold | None) -> CheckpointNotice:
    """What is shown to a peer that holds this head of ours; where our log is shorter, no entry stands there."""
    note = (node.home / CHECKPOINT).read_text(encoding="utf-8")
    with node.read() as tx:
        since = DatabaseAudit(tx.session).at(held.size) if held else None
        restored = restorations.newest(tx)
    return CheckpointNotice(
        checkpoint=note,
        since=_told(head_after(since)) if since else None,
        restored=RestoredTold(
            mark=restored.mark, head=HeadTold(size=restored.head_size, hash=restored.head_hash)
        )
        if restored and restored.mark
        else None,
    )


def _refused(node: Node, peer: NodeId, held: HeldNotice | None) -> LogError | PeerError:
    """The error, and its record, that a peer refuses our head: of our log where our own signature proves that."""
    proof, shown = judge_refusal(node, peer, held)
    with node.write() as tx:
        tx.record(Action.checkpoint_refused, by=NODE, about=Refs(peer=peer), status=proof.value)
    if proof is Proof.changed and shown is not None:
        earlier = thumbprint(shown.key) != node.keys.signing.kid
        return LogError(
            f"{peer} was shown another log of this node before: entries were removed or rewritten, or the database"
            " and the home are an older copy that was not brought back by `hub restore`."
            f" It holds a head of {shown.head.size} entries that this node signed{_EARLIER if earlier else ''}.",
            kept="The database and the home, as they are.",
            do="Keep both, stop the node, and call your auditor: the area holds the signed head of before.",
        )
    name, ring = _whom(node, peer)
    return PeerError(
        f"{name} refuses the head of our log, {_UNPROVEN[proof]}. That says nothing against our log.",
        problem=HEAD_INCONSISTENT,
        do=f"Ring {name}, {ring}. Both operators compare: `hub audit heads` there, `hub audit verify` here.",
    )


_EARLIER: Final = ", with an earlier key: whoever stole that may have signed it too"
_UNPROVEN: Final = {
    Proof.none: "and shows no earlier one that this node signed for it",
    Proof.in_log: "and the earlier one that it shows is in our log",
    Proof.restored: "which it was shown before this node was brought back from a backup",
    Proof.changed: "",
}


def alarm(node: Node, peer: NodeId, found: Break) -> str:
    """What people are told of a peer whose head was refused: which area, what is wrong, and whom to ring."""
    name, contact = _whom(node, peer)
    return (
        f"The audit log of {name} does not go on from the head that it showed before. {BREAKS_IN_WORDS[found]}"
        f" Kept: both heads, as the area signed them (`hub audit heads`). To do: ring {name}, {contact}, and your"
        " auditor; tell it nothing by the hub until it is known why."
    )


def _whom(node: Node, peer: NodeId) -> tuple[str, str]:
    """An area's name and telephone, as this node's own list has them."""
    area = node.areas.get(peer)
    return (area.area, str(area.contact)) if area else (peer, "its phone route (`hub peer list`)")


def alarms(node: Node) -> list[str]:
    """The same for every peer whose newest head was refused. Raises StorageError."""
    with node.read() as tx:
        refused = {
            peer: found
            for peer in rows.peers_with_heads(tx.session)
            if (found := witness.refused_now(tx, peer))
        }
    return [alarm(node, peer, Break(found.signed.why)) for peer, found in refused.items()]


def _told(head: Head) -> HeadTold:
    return HeadTold(size=head.size, hash=head.hash)


def _head(told: HeadTold | None) -> Head | None:
    return Head(told.size, told.hash) if told else None
