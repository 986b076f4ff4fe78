"""Transfers whose time has passed without anybody deciding: both areas are told, and people at both look into it.

The area that was offered the case ends it, and says so; the one that offered asks, and stays responsible until it
hears what became of it. Done by the worker, each on its own.
"""

from __future__ import annotations

import datetime as dt

from hub.audit.events import NODE
from hub.cases.alerts import alert_of_transfer
from hub.cases.owed import CASE_MOVES, Because, owe
from hub.consent import Obligation
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records.transfers import Transfer, TransferStep, every_transfer, keep_transfer, transfer_of
from hub.store.obligations import Activity
from hub.transfers import deliver
from hub.transfers.offer import wants_back
from hub.transfers.sides import end, held
from hub.wire.transfers import MessageKind, TransferState

EXPIRED = "transfer_expired"


def expire(node: Node) -> int:
    """End those that were offered to us, ask about those that we offered; return how many."""
    with node.read() as tx:
        over = [one.id for one in every_transfer(tx) if _passed(one, tx.now)]
    for number in over:
        with node.write() as tx:
            tx.hold_others_off()
            now = transfer_of(tx, number)
            if now is not None and _passed(now, tx.now):
                (_ask if now.direction == "out" else _end)(tx, now)
    return len(over)


def _passed(one: Transfer, now: int) -> bool:
    return one.open and one.over(now) and one.wanted is None


def _end(tx: Transaction, transfer: Transfer) -> None:
    side = held(transfer).lapse()
    step = TransferStep(state=side.state, by="", at=tx.now)
    kept = transfer.took(step, told=side.told)
    keep_transfer(tx, kept)
    end(tx, kept)
    deliver.put(tx, kept, MessageKind.word, wait_s=0)
    alert_of_transfer(tx, transfer.peer, transfer.id)


def _ask(tx: Transaction, transfer: Transfer) -> None:
    wants_back(
        tx, transfer, TransferStep(state=transfer.state, by="", at=tx.now), TransferState.expired, NODE
    )
    area = tx.node.areas.get(transfer.peer)
    ring = f"{area.area}, {area.contact}," if area else f"the area {transfer.peer}"
    text = (
        f"Nobody in the other area has answered the offer of this case in its time. You are still responsible for"
        f" it. Ring {ring} and ask whether the victim is there; then offer it anew, or keep it."
    )
    owed = Obligation(code=EXPIRED, text=text, due=tx.today + dt.timedelta(days=1))
    matter = Activity(bytes.fromhex(transfer.case), transfer.id)
    owe(tx, matter, Because(CASE_MOVES, transfer.case_ref, transfer.offered_by), owed)
