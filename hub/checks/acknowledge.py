"""Acknowledging a holder's answer to a disclosure: both sides.

Whoever asked says, signed, that it has read the answer: then it is on both sides' record, and neither can say later
that it was never there. It waits in the outbox from the transaction that recorded the answer.
"""

from __future__ import annotations

from typing import Final

from hub.audit.events import NODE, Action, Refs, peer_actor
from hub.crypto.encoding import b64
from hub.crypto.signing import digest
from hub.errors import NotFoundError
from hub.federation.authentication import Caller, Request, admit
from hub.federation.client import PeerClient
from hub.federation.peers import up_to_date
from hub.federation.receipts import Refused, Reply
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import outbox, received, witness
from hub.records.bodies import ExchangeName
from hub.records.outbox import Delivery, Parcel
from hub.records.received import DisclosureKey
from hub.records.witness import SignedAcknowledgement
from hub.wire.messages import MessageType, encode, parse_answer
from hub.wire.witness import ACKNOWLEDGEMENTS_PATH, Acknowledged, Acknowledgement

KIND: Final = "acknowledgement"


def acknowledge(tx: Transaction, peer: str, of: tuple[str, ExchangeName], answer: bytes, case: bytes) -> None:
    """Put the acknowledgement of an answer into the outbox. `of`: the act here, and what both nodes call it."""
    act, name = of
    message = Acknowledgement(**name._asdict(), answer=digest(answer))
    outbox.put(tx, Parcel(KIND, peer, f"{act}/read", encode(message), case))


async def deliver_acknowledgement(node: Node, client: PeerClient, delivery: Delivery) -> None:
    """Send one, and record that the holder has it. Raises PeerError."""
    parcel = delivery.parcel
    sent = Acknowledgement.model_validate_json(parcel.content)
    pinned = (await up_to_date(node, client, parcel.peer)).pinned
    answer = await client.post(pinned, MessageType.acknowledgement, ACKNOWLEDGEMENTS_PATH, parcel.content)
    parse_answer(Acknowledged, answer.body)
    with node.write() as tx:
        outbox.done(tx, delivery.id)
        ours = parcel.act.partition("/")[0]
        told_as = sent.check_id if sent.check_id != ours else None
        refs = Refs(check_id=ours, told_as=told_as, handle=sent.handle, peer=parcel.peer)
        tx.record(Action.acknowledgement_sent, by=NODE, about=refs)


def receive_acknowledgement(
    node: Node, caller: Caller, signed: Request, said: Acknowledgement
) -> Reply | Refused:
    """Keep that a peer has read our answer; of several to one disclosure, the first.

    Raises AuthenticationError on a replay. Of a disclosure that was never here it is refused. One that is kept
    already is counted alone.
    """
    key = DisclosureKey(caller.node_id, said.check_id, bytes.fromhex(said.handle), said.level)
    refs = Refs(check_id=said.check_id, handle=said.handle, peer=caller.node_id)
    reply = encode(Acknowledged(check_id=said.check_id, handle=said.handle))
    with node.write() as tx:
        admit(tx, caller)
        tx.hold_others_off()
        if received.disclosure(tx, key) is None:
            return Refused(NotFoundError("No such disclosure was answered here."), "not_asked")
        token = signed.authorization.partition(" ")[2]
        kept = SignedAcknowledgement(
            answer=said.answer, request=token, body=b64(signed.body), certificate=signed.certificate
        )
        if not witness.keep_acknowledgement(tx, key, kept):
            return Reply(reply, counted=Action.acknowledgement_received)
        tx.record(Action.acknowledgement_received, by=peer_actor(caller.node_id), about=refs)
    return Reply(reply)
