"""Delivering what two areas say about a transfer: sealed to the area's key of the moment, and its answer followed.

What waits in the outbox names the transfer and what is to be said of it; what moves stands in the transfer's own
pack, and is sealed at each try. A message that comes twice changes nothing there (`state`). Does not decide.
"""

from __future__ import annotations

from typing import Any

from hub.audit.events import NODE, Action
from hub.consent import decide
from hub.crypto.hpke import SealContext
from hub.errors import PeerError
from hub.federation.client import PeerClient, VerifiedAnswer, arrived
from hub.federation.sealed import FIRST_TRY_S, Said, first_try, post_sealed
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import outbox
from hub.records.outbox import Delivery, Parcel
from hub.records.transfers import SignedMessage, Transfer, keep_transfer, packed_of, transfer_of
from hub.transfers.decided import context_now
from hub.transfers.sides import KIND, act_of, hear, held, refs
from hub.values import Value
from hub.wire.messages import MessageType, encode, parse_answer
from hub.wire.transfers import (
    TRANSFERS_PATH,
    AskBack,
    MessageKind,
    TransferAnswer,
    TransferMessage,
    TransferState,
)


class Waiting(Value):
    """What waits in the outbox: of which transfer what is to be said."""

    transfer: str
    kind: MessageKind


def put(tx: Transaction, transfer: Transfer, kind: MessageKind, *, wait_s: int = FIRST_TRY_S) -> str:
    """Have something be said of a transfer to the other area; returns the number of the delivery.

    What waits already to be said is tried anew.
    """
    waiting = outbox.of_act(tx, KIND, act_of(transfer.id, kind))
    if waiting is not None:
        outbox.reopen(tx, waiting.row, NODE, wait_s=wait_s)
        return waiting.id
    content = Waiting(transfer=transfer.id, kind=kind).model_dump_json().encode()
    case = bytes.fromhex(transfer.case) or None
    return outbox.put(
        tx, Parcel(KIND, transfer.peer, act_of(transfer.id, kind), content, case), wait_s=wait_s
    )


async def deliver_first(node: Node, client: PeerClient, number: str) -> str:
    """The first try to deliver what was decided just now; why it waits, in words, where it could not be."""
    return await first_try(node, number, lambda one: deliver(node, client, one))


async def deliver(node: Node, client: PeerClient, delivery: Delivery) -> None:
    """Say it, and follow the answer. Raises PeerError where the area fails, NotFoundError where it is no peer."""
    waiting = Waiting.model_validate_json(delivery.parcel.content)
    with node.read() as tx:
        transfer = transfer_of(tx, waiting.transfer)
        plain = None if transfer is None else _plain(tx, transfer, waiting.kind)
    if transfer is None or plain is None:
        with node.write() as writing:
            outbox.done(writing, delivery.id)
        return
    if waiting.kind is MessageKind.offer and (why := _lapsed(node, transfer)):
        with node.write() as writing:
            outbox.lapse(writing, delivery.id, why)
        return
    answer = await post_sealed(node, client, transfer.peer, _said(transfer, waiting.kind, plain))
    with arrived():
        said = parse_answer(TransferAnswer, answer.body)
        if said.transfer_id != transfer.id:
            raise PeerError("The area's answer is about another transfer.")
    with node.write() as writing:
        writing.hold_others_off()
        now = transfer_of(writing, transfer.id)
        if now is not None:
            _follow(writing, now, waiting.kind, said, answer)
        outbox.done(writing, delivery.id)


def _plain(tx: Reading, transfer: Transfer, kind: MessageKind) -> bytes | None:
    """What is said; nothing where there is nothing more to say of it."""
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
    tx: Transaction, transfer: Transfer, kind: MessageKind, said: TransferAnswer, answer: VerifiedAnswer
) -> None:
    if kind is not MessageKind.word:
        token = SignedMessage(token=answer.token, certificate=answer.certificate, body=answer.body.decode())
        hear(tx, transfer, said.word, token)
        return
    changes: dict[str, Any] = {"told": True, "differs": said.word.state is not transfer.state}
    keep_transfer(tx, transfer.model_copy(update=changes))
    if transfer.state is TransferState.accepted or not transfer.told:
        tx.record(Action.transfer_told, by=NODE, about=refs(transfer), status=transfer.state.value)
