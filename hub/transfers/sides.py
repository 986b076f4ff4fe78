"""A transfer as it is kept, and either side of it as `state` judges it: one makes the other. Sends nothing.

Whoever offers follows the other area's word here; what was to be sent, and what moves, is dropped at its end.
"""

from __future__ import annotations

from hub.audit.events import NODE, Action, Refs
from hub.node.transaction import Transaction
from hub.records import outbox
from hub.records.transfers import SignedMessage, Transfer, TransferStep, drop_pack, keep_transfer
from hub.transfers.state import Held, Offered
from hub.wire.transfers import MessageKind, TransferState, Word

KIND = "transfer"


def act_of(number: str, kind: MessageKind) -> str:
    """What a message is known by in the outbox."""
    return f"{number}/{kind.value}"


def refs(transfer: Transfer) -> Refs:
    """The references of its events in the audit log."""
    return Refs(message=transfer.id, peer=transfer.peer)


def offered(transfer: Transfer) -> Offered:
    """The side of whoever offers."""
    return Offered(state=transfer.state, wanted=transfer.wanted, code=transfer.code, differs=transfer.differs)


def held(transfer: Transfer) -> Held:
    """The side of whoever is offered it."""
    return Held(state=transfer.state, code=transfer.code, told=transfer.told)


def hear(tx: Transaction, transfer: Transfer, word: Word, signed: SignedMessage) -> Transfer:
    """Follow the other area's word of what we offered, and keep what it signed where it accepted."""
    side = offered(transfer).hear(word)
    if side == offered(transfer):
        return transfer
    changes: dict[str, object] = {"wanted": side.wanted, "code": side.code, "differs": side.differs}
    if side.state is transfer.state:
        kept = transfer.model_copy(update=changes)
    else:
        if side.state is TransferState.accepted:
            changes["word"] = signed
        step = TransferStep(state=side.state, by="", at=tx.now)
        kept = transfer.took(step, **changes)
        end(tx, kept)
    keep_transfer(tx, kept)
    return kept


def end(tx: Transaction, transfer: Transfer, by: str = NODE) -> None:
    """It has ended here: nothing of it is sent any more but a word that the other has not, and nothing moves."""
    drop_pack(tx, transfer.id)
    for kind in (MessageKind.offer, MessageKind.ask_back):
        waiting = outbox.of_act(tx, KIND, act_of(transfer.id, kind))
        if waiting is not None:
            outbox.done(tx, waiting.id)
    tx.record(Action.transfer_ended, by=by, about=refs(transfer), status=transfer.state.value)
