"""Envelopes between nodes, by the clock: each hour one to every peer and one back, with something in it or not.

So neither the line, nor either node's record of requests, tells when a channel is used. Everything that arrives is
kept for a while, unread: which of it is a question, a manager finds by the reference (`answering`). What they gave
is sent back to an envelope that asks for it, sealed anew each time, and noise to any other. Reads nothing.
"""

from __future__ import annotations

from hub.audit.events import Action, Refs, peer_actor
from hub.crypto import encoding, hpke
from hub.crypto.hpke import PAD_CLASSES
from hub.crypto.vault import key_id
from hub.errors import HubError
from hub.federation.authentication import Caller, admit
from hub.federation.client import PeerClient, VerifiedAnswer
from hub.federation.client import arrived as as_arrived
from hub.federation.peers import up_to_date
from hub.federation.receipts import Refused, Reply
from hub.federation.stored_answers import sealed_to_another
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import arrived, envelopes
from hub.records.channels import Channel, ChannelState, channel_of, every_channel, keep_channel
from hub.records.transfers import SignedMessage
from hub.values import NodeId
from hub.wire.channel import (
    ENVELOPES_PATH,
    EnvelopeAnswer,
    EnvelopeMessage,
    Given,
    Question,
    Reference,
    Says,
    digest_of,
    envelope_context,
)
from hub.wire.messages import MessageType, encode, parse_answer


def receive(node: Node, caller: Caller, message: EnvelopeMessage) -> Reply | Refused:
    """Take an envelope, and send one back. Raises AuthenticationError on a replay or what does not open."""
    if message.key_id != node.sealing_key_id:
        return sealed_to_another(node, caller)
    there = envelope_context(caller.node_id, node.node_id, message.key_id, "there")
    question = Question.unpacked(hpke.unseal(encoding.unb64(message.sealed), node.keys.sealing, there))
    with node.write() as tx:
        admit(tx, caller)
        tx.hold_others_off()
        arrived.keep(tx, caller.node_id, question.asked)
        given = envelopes.answer(tx, caller.node_id, question)
    key = key_id(caller.certificate.keys.sealing)
    back = envelope_context(node.node_id, caller.node_id, key, "back")
    sealed = hpke.seal(given, caller.certificate.keys.sealing, back, PAD_CLASSES)
    return Reply(encode(EnvelopeAnswer(key_id=key, sealed=encoding.b64(sealed))))


async def exchange(node: Node, client: PeerClient, peer: NodeId) -> None:
    """Send an envelope to a peer, and take the one that comes back. Raises PeerError."""
    with node.read() as tx:
        waiting = [one for one in every_channel(tx) if one.peer == peer and one.sends]
        over = [one for one in waiting if one.given is None and tx.now >= one.until]
        one = min((one for one in waiting if one not in over), key=lambda one: one.tried_at, default=None)
    if over:
        with node.write() as writing:
            for each in over:
                _ended(writing, channel_of(writing, each.id))
    there = await up_to_date(node, client, peer)
    context = envelope_context(node.node_id, peer, there.sealing_key_id, "there")
    sealed = hpke.seal(_question(node, one).packed, there.pinned.sealing, context, PAD_CLASSES)
    message = EnvelopeMessage(key_id=there.sealing_key_id, sealed=encoding.b64(sealed))
    answer = await client.post(there.pinned, MessageType.envelope, ENVELOPES_PATH, encode(message))
    try:
        back = _opened(node, peer, answer)
        given = _given(node, one, back) if one is not None else None
    except HubError:
        if one is not None:
            _tried(node, one)  # What is asked of that area beside it has its turn.
        raise
    if one is not None:
        _take(node, one, given, answer)


def _question(node: Node, one: Channel | None) -> Question:
    """What is sent this time: sealed anew, so that no two are alike."""
    if one is None:
        return Question.empty()
    says = Says.asks if one.given is None else Says.holds
    return Question.put(Reference(one.reference), says, one.asked, node.node_id, one.peer)


def _opened(node: Node, peer: NodeId, answer: VerifiedAnswer) -> bytes:
    said = parse_answer(EnvelopeAnswer, answer.body)
    context = envelope_context(peer, node.node_id, said.key_id, "back")
    return hpke.unseal(encoding.unb64(said.sealed), node.keys.sealing, context)


def _given(node: Node, sent: Channel, back: bytes) -> Given | None:
    """What was given under the reference; None for noise: nobody there has answered. Raises PeerError."""
    reference, bound = Reference(sent.reference), (node.node_id, sent.peer)
    kept = reference.post.opened(back, *bound)
    plain = None if kept is None else reference.open("given", kept, *bound, digest_of(sent.asked))
    with as_arrived():
        return None if plain is None else parse_answer(Given, plain)


def _tried(node: Node, sent: Channel) -> None:
    with node.write() as tx:
        tx.hold_others_off()
        keep_channel(tx, channel_of(tx, sent.id).model_copy(update={"tried_at": tx.now}))


def _take(node: Node, sent: Channel, given: Given | None, answer: VerifiedAnswer) -> None:
    """What came back: an answer, or none yet."""
    with node.write() as tx:
        tx.hold_others_off()
        one = channel_of(tx, sent.id)
        if sent.given is not None:
            keep_channel(tx, one.model_copy(update={"held": True, "tried_at": tx.now}))
        elif given is None or one.state is not ChannelState.asked:
            keep_channel(tx, one.model_copy(update={"tried_at": tx.now}))
        else:
            word = SignedMessage(
                token=answer.token, certificate=answer.certificate, body=answer.body.decode()
            )
            state = ChannelState.refused if given.refused else ChannelState.answered
            kept = one.model_copy(update={"given": given, "word": word, "state": state, "tried_at": tx.now})
            keep_channel(tx, kept)
            tx.record(
                Action.channel_answered,
                by=peer_actor(one.peer),
                about=Refs(message=one.id, peer=one.peer, case=one.case),
                status=state.value,
            )


def _ended(tx: Transaction, one: Channel) -> None:
    keep_channel(tx, one.model_copy(update={"state": ChannelState.closed}))
    about = Refs(message=one.id, peer=one.peer, case=one.case)
    tx.record(Action.channel_ended, about=about, status="expired")


def renew(node: Node) -> None:
    """Make the envelopes of the day, seal all of them anew, and drop what came long ago. By the clock alone."""
    with node.write() as tx:
        tx.hold_others_off()
        arrived.drop_old(tx)
        envelopes.renew(tx)
