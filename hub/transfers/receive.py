"""What another area says of a transfer arrives: an offer, its word of ours, or that it wants one back.

And, once it is accepted, the key of the Idva service there, or what the one there hands over. The answer to each is
how far the transfer is here. Nothing that anybody types is in it. A message that comes twice or late changes
nothing; a pack that differs from the first of the same transfer is refused. Decides for nobody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

from hub.audit.events import Action, peer_actor
from hub.crypto import encoding, hpke
from hub.crypto.hpke import PACK_PAD_CLASSES
from hub.errors import ConflictError, NotFoundError
from hub.federation.authentication import Caller, Request, admit
from hub.federation.receipts import Refused, Reply
from hub.federation.stored_answers import answered_before, keep_answer, require_key, sealed_to_another
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records.transfers import (
    SignedMessage,
    Transfer,
    TransferStep,
    every_transfer,
    keep_pack,
    keep_transfer,
    transfer_of,
)
from hub.transfers.deliver import context_of
from hub.transfers.handover import came
from hub.transfers.offer import moved
from hub.transfers.service_keys import hear as hear_key
from hub.transfers.sides import end, hear, held, refs
from hub.transfers.state import Held
from hub.wire.messages import encode, parse_request
from hub.wire.transfers import (
    MAX_SEALED_BYTES,
    AskBack,
    Handover,
    MessageKind,
    Pack,
    ServiceKey,
    TransferAnswer,
    TransferMessage,
    Word,
)

ANSWER_KEPT_S: Final = 86_400
LONGEST_S: Final = 30 * 86_400
"""No offer waits longer here, whatever it says."""
MOST_OPEN: Final = 100
"""Of one area, offers that wait here. More are refused until some are decided."""


def receive(node: Node, caller: Caller, signed: Request, message: TransferMessage) -> Reply | Refused:
    """Take a message about a transfer, and say how far it is here.

    Raises AuthenticationError on a replay or what does not open, InputError on what is malformed.
    """
    require_key(signed)
    if message.key_id != node.sealing_key_id:
        return sealed_to_another(node, caller)
    plain = _opened(node, caller, message)
    parsed = parse_request(_MODELS[message.kind], plain, MAX_SEALED_BYTES)
    with node.write() as tx:
        admit(tx, caller)
        stored = answered_before(tx, caller, signed)
        if isinstance(stored, Refused):
            return stored
        transfer = transfer_of(tx, message.transfer_id)
        ours = message.kind in (MessageKind.word, MessageKind.service_key)
        if transfer is not None and (transfer.peer, transfer.direction == "out") != (caller.node_id, ours):
            return Refused(_unknown(), "not_theirs")
        said: Word | Refused
        if isinstance(parsed, Word):
            said = _word(tx, transfer, parsed, signed)
        elif isinstance(parsed, AskBack):
            said = _asked_back(tx, caller, message.transfer_id, transfer, parsed)
        elif isinstance(parsed, ServiceKey | Handover):
            said = _of_services(tx, transfer, parsed)
        else:
            said = _offered(tx, caller, message.transfer_id, transfer, parsed, plain)
        if isinstance(said, Refused):
            return said
        if stored is None:
            keep_answer(tx, caller, signed, None, ANSWER_KEPT_S)
    return Reply(encode(TransferAnswer(transfer_id=message.transfer_id, word=said)))


_MODELS: Final[
    Mapping[MessageKind, type[Pack] | type[Word] | type[AskBack] | type[ServiceKey] | type[Handover]]
] = {
    MessageKind.offer: Pack,
    MessageKind.word: Word,
    MessageKind.ask_back: AskBack,
    MessageKind.service_key: ServiceKey,
    MessageKind.handover: Handover,
}


def _opened(node: Node, caller: Caller, message: TransferMessage) -> bytes:
    context = context_of(caller.node_id, node.node_id, message.key_id, message.transfer_id, message.kind)
    return hpke.unseal(encoding.unb64(message.sealed), node.keys.sealing, context, PACK_PAD_CLASSES)


def _offered(
    tx: Transaction, caller: Caller, number: str, before: Transfer | None, pack: Pack, plain: bytes
) -> Word | Refused:
    """An offer: kept once, with its pack, for a person to decide."""
    digest = hashlib.sha256(plain).hexdigest()
    if before is not None:
        if before.digest not in ("", digest):
            error = ConflictError("This transfer came with another pack before.", kept="The first.")
            return Refused(error, "pack_changed")
        return held(before).word
    waiting = [one for one in every_transfer(tx) if one.open and one.direction == "in"]
    if sum(one.peer == caller.node_id for one in waiting) >= MOST_OPEN:
        return Refused(ConflictError("Too many transfers of this area wait here."), "too_many_wait")
    side = Held.received(None, over=tx.now >= pack.until)
    transfer = Transfer(
        id=number,
        direction="in",
        peer=caller.node_id,
        case_ref=pack.case_ref,
        people=tuple(one.person for one in pack.people),
        items=moved(pack.items),
        permission=pack.permission,
        reason=pack.reason,
        offered_by=pack.offered_by,
        until=min(pack.until, tx.now + LONGEST_S),
        digest=digest,
        state=side.state,
        steps=(TransferStep(state=side.state, by="", at=tx.now),),
    )
    keep_transfer(tx, transfer, new=True)
    if transfer.open:
        keep_pack(tx, number, plain)
    tx.record(
        Action.transfer_received, by=peer_actor(caller.node_id), about=refs(transfer), status=side.state.value
    )
    return side.word


def _asked_back(
    tx: Transaction, caller: Caller, number: str, before: Transfer | None, asked: AskBack
) -> Word:
    """They want it back: what was decided here stands; what had not come yet is remembered as ended."""
    side = Held.asked_back(held(before) if before else None, asked.to)
    if before is not None and side.state is before.state:
        return side.word
    step = TransferStep(state=side.state, by="", at=tx.now)
    if before is None:
        kept = Transfer(
            id=number, direction="in", peer=caller.node_id, case_ref="", state=side.state, steps=(step,)
        )
    else:
        kept = before.took(step)
    keep_transfer(tx, kept, new=before is None)
    end(tx, kept, by=peer_actor(caller.node_id))
    return side.word


def _word(tx: Transaction, transfer: Transfer | None, word: Word, signed: Request) -> Word | Refused:
    """Their word of what we offered."""
    if transfer is None:
        return Refused(_unknown(), "not_offered")
    kept = hear(
        tx,
        transfer,
        word,
        SignedMessage(
            token=signed.authorization.partition(" ")[2],
            certificate=signed.certificate,
            body=signed.body.decode(),
        ),
    )
    return Word(state=kept.state, code=kept.code)


def _of_services(tx: Transaction, transfer: Transfer | None, said: ServiceKey | Handover) -> Word | Refused:
    """The key of the Idva service there, or what the one there hands over to the one here."""
    if transfer is None:
        return Refused(_unknown(), "not_offered")
    refused = hear_key(tx, transfer, said) if isinstance(said, ServiceKey) else came(tx, transfer, said)
    return refused or Word(state=transfer.state, code=transfer.code)


def _unknown() -> NotFoundError:
    return NotFoundError("This area knows no such transfer.")
