"""Delivering what two areas say about papers asked for, sealed to the area's key of the moment.

What waits in the outbox names the request and what is to be said of it; papers that go stand in their own row, and
are sealed at each try. A message that comes twice changes nothing there (`state`). Does not decide.
"""

from __future__ import annotations

from typing import Final

from hub.audit.events import NODE, Action
from hub.checks.papers.sides import KIND, act_of, asked, hear, refs
from hub.checks.papers.wanted import asking_act, wanted_of
from hub.crypto import encoding, hpke
from hub.crypto.hpke import PACK_PAD_CLASSES, SealContext
from hub.crypto.signing import digest
from hub.errors import HubError, NotFoundError, PeerError
from hub.federation.client import PeerClient, VerifiedAnswer, arrived
from hub.federation.peers import KnownPeer, refresh, up_to_date
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import outbox
from hub.records.outbox import Delivery, Parcel
from hub.records.papers_requests import (
    PapersRequest,
    drop_released,
    keep_papers_request,
    papers_request_of,
    released_of,
)
from hub.values import Value
from hub.wire.messages import KEY_NOT_IN_USE, MessageType, encode, parse_answer
from hub.wire.papers import (
    PAPERS_PATH,
    PapersAnswer,
    PapersAsk,
    PapersKind,
    PapersMessage,
    PapersState,
    PapersWithdrawn,
)

FIRST_TRY_S: Final = 120
"""Who decides tries to deliver first; then, or if that process died, the worker does."""


class Waiting(Value):
    """What waits in the outbox: of which request what is to be said."""

    request: str
    kind: PapersKind


def put(tx: Transaction, one: PapersRequest, kind: PapersKind, *, wait_s: int = FIRST_TRY_S) -> str:
    """Have something be said of a request to the other area; returns the number of the delivery.

    What waits already to be said is tried anew.
    """
    waiting = outbox.of_act(tx, KIND, act_of(one.id, kind))
    if waiting is not None:
        outbox.reopen(tx, waiting.row, NODE, wait_s=wait_s)
        return waiting.id
    content = Waiting(request=one.id, kind=kind).model_dump_json().encode()
    parcel = Parcel(KIND, one.peer, act_of(one.id, kind), content, bytes.fromhex(one.case))
    return outbox.put(tx, parcel, wait_s=wait_s)


async def deliver_first(node: Node, client: PeerClient, number: str) -> str:
    """The first try to deliver what was decided just now; why it waits, in words, where it could not be."""
    with node.read() as tx:
        delivery = outbox.get(tx, number)
    if delivery is None:
        return ""
    try:
        await deliver(node, client, delivery)
    except HubError as error:
        with node.write() as tx:
            outbox.put_off(tx, number, str(error))
        return error.text
    return ""


async def deliver(node: Node, client: PeerClient, delivery: Delivery) -> None:
    """Say it, and follow the answer. Raises PeerError where the area fails, NotFoundError where it is no peer."""
    waiting = Waiting.model_validate_json(delivery.parcel.content)
    with node.read() as tx:
        one = papers_request_of(tx, waiting.request)
        plain = None if one is None else _plain(tx, one, waiting.kind)
    if one is None or plain is None:
        with node.write() as writing:
            outbox.done(writing, delivery.id)
        return
    if waiting.kind is PapersKind.ask and (why := _lapsed(node, one)):
        with node.write() as writing:
            outbox.lapse(writing, delivery.id, why)
        return
    answer = await _post(node, client, one, waiting.kind, plain)
    with arrived():
        said = parse_answer(PapersAnswer, answer.body)
        if said.request_id != one.id:
            raise PeerError("The area's answer is about another request.")
    with node.write() as writing:
        writing.hold_others_off()
        now = papers_request_of(writing, one.id)
        if now is not None:
            _follow(writing, now, waiting.kind, said)
        outbox.done(writing, delivery.id)


def _plain(tx: Reading, one: PapersRequest, kind: PapersKind) -> bytes | None:
    """What is said; nothing where there is nothing more to say of it."""
    if kind is PapersKind.word:
        return encode(asked(one).word)
    if kind is PapersKind.release:
        return released_of(tx, one) if one.state is PapersState.released else None
    if not one.open:
        return None
    if kind is PapersKind.withdraw:
        return encode(PapersWithdrawn(to=one.wanted_end)) if one.wanted_end else None
    return encode(
        PapersAsk(
            check_id=one.check_id,
            handle=one.handle,
            question=one.question,
            wanted=one.wanted,
            why=one.why,
            needed_by=one.needed_by,
            until=one.until,
        )
    )


def _lapsed(node: Node, one: PapersRequest) -> str:
    """Why a request that waits must not be sent any more, if so."""
    if one.over(node.now()):
        return "Its time has passed."
    if one.wanted_end is not None:
        return "It is not wanted any more."
    try:
        act = asking_act(node, wanted_of(one), one.asked_by)
    except NotFoundError as error:
        return error.text
    return "" if act.decided(node).permitted else "It would not be permitted today: withdraw it."


async def _post(
    node: Node, client: PeerClient, one: PapersRequest, kind: PapersKind, plain: bytes
) -> VerifiedAnswer:
    """Send it; once more where the area has given up the key that it was sealed to."""
    peer = await up_to_date(node, client, one.peer)
    try:
        return await _once(node, client, peer, (one.id, kind, plain))
    except PeerError as error:
        if error.problem != KEY_NOT_IN_USE:
            raise
        again = await refresh(node, client, one.peer)
        if again.sealing_key_id == peer.sealing_key_id:
            raise
        return await _once(node, client, again, (one.id, kind, plain))


async def _once(
    node: Node, client: PeerClient, peer: KnownPeer, said: tuple[str, PapersKind, bytes]
) -> VerifiedAnswer:
    number, kind, plain = said
    context = context_of(node.node_id, peer.node_id, peer.sealing_key_id, number, kind)
    sealed = hpke.seal(plain, peer.pinned.sealing, context, PACK_PAD_CLASSES)
    message = PapersMessage(
        request_id=number, kind=kind, key_id=peer.sealing_key_id, sealed=encoding.b64(sealed)
    )
    body = message.model_dump_json().encode()  # Its own digest is signed: it need not be canonical.
    key = f"{number}-{kind.value}-{digest(body)}"
    return await client.post(peer.pinned, MessageType.papers, PAPERS_PATH, body, key=key)


def context_of(sender: str, recipient: str, key_id: str, number: str, kind: PapersKind) -> SealContext:
    """What a message is bound to: who says what of which request to whom."""
    return SealContext("papers", sender, recipient, key_id, number, "", kind.value)


def _follow(tx: Transaction, one: PapersRequest, kind: PapersKind, said: PapersAnswer) -> None:
    if one.direction == "out":
        hear(tx, one, said.word)
        return
    if kind is PapersKind.word and one.state is PapersState.released:
        return  # They are told by the papers themselves.
    if kind is PapersKind.release:
        drop_released(tx, one.id)
    differs = said.word.state is not one.state
    keep_papers_request(tx, one.model_copy(update={"told": True, "differs": differs}))
    tx.record(Action.papers_told, by=NODE, about=refs(one), status=one.state.value)
