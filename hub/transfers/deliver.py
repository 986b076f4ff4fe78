"""Delivering what two areas say about a transfer: sealed to the area's key of the moment, and its answer followed.

What waits in the outbox names the transfer and what is to be said of it; what moves stands in the transfer's own
pack, and is sealed at each try. A message that comes twice changes nothing there (`state`). What one Idva service
hands over to another waits as it was sealed to that, and what is refused of it is not said again. Does not decide.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final, Literal

from hub.audit.events import NODE, Action
from hub.consent import decide
from hub.crypto.hpke import SealContext
from hub.errors import ConflictError, InputError, NotFoundError, PeerError, UsageError
from hub.federation.client import PeerClient, VerifiedAnswer, arrived
from hub.federation.sealed import FIRST_TRY_S, Said, first_try, post_sealed
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import outbox
from hub.records.outbox import Delivery, Parcel
from hub.records.transfers import (
    SignedMessage,
    Transfer,
    every_transfer,
    keep_transfer,
    packed_of,
    transfer_of,
)
from hub.transfers.decided import context_now
from hub.transfers.service_keys import owe_handover, said_key, to_tell
from hub.transfers.sides import KIND, act_of, hear, held, refs
from hub.values import Value
from hub.wire.messages import MessageType, encode, parse_answer
from hub.wire.transfers import (
    TRANSFERS_PATH,
    AskBack,
    Handover,
    MessageKind,
    TransferAnswer,
    TransferMessage,
    TransferState,
)

_OF_SERVICES: Final = frozenset({MessageKind.service_key, MessageKind.handover})
_FOR_GOOD: Final = frozenset({InputError.code, ConflictError.code, NotFoundError.code})
"""The problems of what is refused once and for all; a node of an earlier version knows no such message either."""


class Waiting(Value):
    """What waits in the outbox: of which transfer what is to be said, and what a service hands over to another."""

    transfer: str
    kind: MessageKind
    handover: Handover | None = None


def put(tx: Transaction, transfer: Transfer, kind: MessageKind, *, wait_s: int = FIRST_TRY_S) -> str:
    """Have something be said of a transfer to the other area; returns the number of the delivery.

    What waits already to be said is tried anew.
    """
    waiting = outbox.of_act(tx, KIND, act_of(transfer.id, kind))
    if waiting is not None:
        outbox.reopen(tx, waiting.row, NODE, wait_s=wait_s)
        return waiting.id
    return _put(tx, transfer, Waiting(transfer=transfer.id, kind=kind), wait_s)


def put_handover(tx: Transaction, transfer: Transfer, handover: Handover) -> str:
    """Have what was handed over be sent, as it is sealed; what waits of it for another service is sent no more."""
    kind = MessageKind.handover
    waiting = outbox.of_act(tx, KIND, act_of(transfer.id, kind))
    if waiting is not None:
        outbox.done(tx, waiting.id)
    return _put(tx, transfer, Waiting(transfer=transfer.id, kind=kind, handover=handover), FIRST_TRY_S)


def tell_key(tx: Transaction, transfer: Transfer) -> bool:
    """Have the other area be told the key of the Idva service that the case went to, where it has not that one.

    Raises UsageError where the node has no secret for services and may not write one.
    """
    service = to_tell(tx, transfer)
    if not service:
        return False
    kept = transfer.model_copy(update={"service_told": service})
    said_key(tx, kept)
    keep_transfer(tx, kept)
    tx.record(
        Action.transfer_told,
        by=NODE,
        about=refs(kept).model_copy(update={"organisation": service}),
        kind=MessageKind.service_key.value,
    )
    put(tx, kept, MessageKind.service_key, wait_s=0)
    return True


def tell_keys(node: Node) -> int:
    """Tell the areas that cases came from the keys that they have not; return how many.

    A case may go to a service, or to another, long after it was accepted. Raises UsageError as `tell_key`.
    """
    with node.read() as tx:
        left = [one.id for one in every_transfer(tx) if to_tell(tx, one)]
    for number in left:
        with node.write() as tx:
            tx.hold_others_off()
            now = transfer_of(tx, number)
            if now is not None:
                tell_key(tx, now)
    return len(left)


def _put(tx: Transaction, transfer: Transfer, waiting: Waiting, wait_s: int) -> str:
    content = waiting.model_dump_json(exclude_none=True).encode()
    case, act = bytes.fromhex(transfer.case) or None, act_of(transfer.id, waiting.kind)
    return outbox.put(tx, Parcel(KIND, transfer.peer, act, content, case), wait_s=wait_s)


async def deliver_first(node: Node, client: PeerClient, number: str) -> str:
    """The first try to deliver what was decided just now; why it waits, in words, where it could not be."""
    return await first_try(node, number, lambda one: deliver(node, client, one))


async def deliver(node: Node, client: PeerClient, delivery: Delivery) -> None:
    """Say it, and follow the answer. Raises PeerError where the area fails, NotFoundError where it is no peer."""
    waiting = Waiting.model_validate_json(delivery.parcel.content)
    with node.read() as tx:
        transfer = transfer_of(tx, waiting.transfer)
        plain = None if transfer is None else _plain(tx, transfer, waiting)
    if transfer is None or plain is None:
        with node.write() as writing:
            outbox.done(writing, delivery.id)
        return
    if waiting.kind is MessageKind.offer and (why := _lapsed(node, transfer)):
        with node.write() as writing:
            outbox.lapse(writing, delivery.id, why)
        return
    try:
        answer = await post_sealed(node, client, transfer.peer, _said(transfer, waiting.kind, plain))
    except PeerError as error:
        if waiting.kind not in _OF_SERVICES or error.problem not in _FOR_GOOD:
            raise
        with node.write() as writing:
            _refused(writing, delivery.id, waiting)
        return
    with arrived():
        said = parse_answer(TransferAnswer, answer.body)
        if said.transfer_id != transfer.id:
            raise PeerError("The area's answer is about another transfer.")
    with node.write() as writing:
        writing.hold_others_off()
        now = transfer_of(writing, transfer.id)
        if now is not None:
            _follow(writing, now, waiting, said, answer)
        outbox.done(writing, delivery.id)


def _plain(tx: Reading, transfer: Transfer, waiting: Waiting) -> bytes | None:
    """What is said; nothing where there is nothing more to say of it."""
    kind = waiting.kind
    if kind is MessageKind.handover:
        return encode(waiting.handover) if waiting.handover else None
    if kind is MessageKind.service_key:
        key = said_key(tx, transfer)
        return encode(key) if key else None
    if kind is MessageKind.word:
        return encode(held(transfer).word)
    if not transfer.open:
        return None
    if kind is MessageKind.offer:
        return packed_of(tx, transfer)
    return encode(AskBack(to=transfer.wanted)) if transfer.wanted else None


def _lapsed(node: Node, transfer: Transfer) -> str:
    """Why an offer that waits must not be sent any more, if so."""
    if transfer.over(node.now()):
        return "Its time has passed."
    if transfer.form is None:
        return ""
    context = context_now(node, transfer)
    if context is None:
        return "Whoever offered it may not know of the case any more."
    if decide(transfer.form, node.rules, node.today(), context).permitted:
        return ""
    return "It would not be permitted today: withdraw it."


def _said(transfer: Transfer, kind: MessageKind, plain: bytes) -> Said:
    number = transfer.id
    return Said(
        MessageType.transfer,
        TRANSFERS_PATH,
        f"{number}-{kind.value}",
        plain,
        lambda sender, recipient, key_id: context_of(sender, recipient, key_id, number, kind),
        lambda key_id, sealed: TransferMessage(transfer_id=number, kind=kind, key_id=key_id, sealed=sealed),
    )


def context_of(sender: str, recipient: str, key_id: str, number: str, kind: MessageKind) -> SealContext:
    """What a message is bound to: who says what of which transfer to whom."""
    return SealContext("transfer", sender, recipient, key_id, number, "", kind.value)


def _follow(
    tx: Transaction, transfer: Transfer, waiting: Waiting, said: TransferAnswer, answer: VerifiedAnswer
) -> None:
    kind = waiting.kind
    if kind in _OF_SERVICES:
        _handed_over(tx, transfer, waiting, "arrived")
        return
    if kind is not MessageKind.word:
        token = SignedMessage(token=answer.token, certificate=answer.certificate, body=answer.body.decode())
        hear(tx, transfer, said.word, token)
        return
    changes: dict[str, Any] = {"told": True, "differs": said.word.state is not transfer.state}
    kept = transfer.model_copy(update=changes)
    keep_transfer(tx, kept)
    if transfer.state is TransferState.accepted or not transfer.told:
        tx.record(Action.transfer_told, by=NODE, about=refs(transfer), status=transfer.state.value)
    if not kept.differs:
        with suppress(UsageError):  # The worker's casework says what is missing.
            tell_key(tx, kept)


def _refused(tx: Transaction, number: str, waiting: Waiting) -> None:
    """They do not take it. Of what a service handed over, that service is told; the transfer is as it was."""
    outbox.done(tx, number)
    transfer = transfer_of(tx, waiting.transfer)
    if transfer is not None and (kept := _handed_over(tx, transfer, waiting, "refused")):
        owe_handover(tx, kept)


def _handed_over(
    tx: Transaction, transfer: Transfer, waiting: Waiting, state: Literal["arrived", "refused"]
) -> Transfer | None:
    """Keep what became of a handover; None of what is none, or not the last."""
    done, sent = transfer.handed_over, waiting.handover
    if done is None or sent is None or done.key_id != sent.key_id or done.state == state:
        return None
    kept = transfer.model_copy(update={"handed_over": done.model_copy(update={"state": state})})
    keep_transfer(tx, kept)
    tx.record(Action.transfer_told, by=NODE, about=refs(kept), kind="handover", status=state)
    return kept
