"""Delivering what two areas say about papers asked for, sealed to the area's key of the moment.

What waits in the outbox names the request and what is to be said of it; papers that go stand in their own row, and
are sealed at each try. A message that comes twice changes nothing there (`state`). Does not decide.
"""

from __future__ import annotations

from hub.audit.events import NODE, Action
from hub.checks.papers.sides import KIND, act_of, asked, hear, refs
from hub.checks.papers.wanted import asking_act, wanted_of
from hub.crypto.hpke import SealContext
from hub.errors import NotFoundError, PeerError
from hub.federation.client import PeerClient, arrived
from hub.federation.sealed import FIRST_TRY_S, Said, first_try, post_sealed
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
from hub.wire.messages import MessageType, encode, parse_answer
from hub.wire.papers import (
    PAPERS_PATH,
    PapersAnswer,
    PapersAsk,
    PapersKind,
    PapersMessage,
    PapersState,
    PapersWithdrawn,
)


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
    return await first_try(node, number, lambda one: deliver(node, client, one))


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
    answer = await post_sealed(node, client, one.peer, _said(one, waiting.kind, plain))
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
            check_id=one.told_as or one.check_id,
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


def _said(one: PapersRequest, kind: PapersKind, plain: bytes) -> Said:
    return Said(
        MessageType.papers,
        PAPERS_PATH,
        f"{one.id}-{kind.value}",
        plain,
        lambda sender, recipient, key_id: context_of(sender, recipient, key_id, one.id, kind),
        lambda key_id, sealed: PapersMessage(request_id=one.id, kind=kind, key_id=key_id, sealed=sealed),
    )


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
