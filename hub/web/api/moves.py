"""What programs may do about cases that move: list the transfers, and give notice that a victim has moved.

To offer a case, and to decide about one that is offered, takes a person: somebody releases what goes with it.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from hub.cases.shown import asker_of
from hub.transfers.listing import Move, TransferLine, transfers_shown
from hub.transfers.move_notice import MoveNotice, Said, give_notice
from hub.values import NodeId, ShortText, Value
from hub.web.api.acts import Call, absent
from hub.wire.transfers import DeclineCode, TransferState


class ItemListed(Value):
    """What moves by a transfer, without what is in it. `held_by`: who is asked for it where it does not move."""

    kind: ShortText
    title: ShortText
    supplier: ShortText
    held_by: ShortText


class TransferListed(Value):
    """A transfer. `responsible`: the areas that are, as far as is known here; `unsettled`: somebody has to look.

    `page` is where a person decides about it, in the console. `since` is UTC. `move`: `back`, of a case that
    returns by it; `on`, of one that came from another area and goes on to a third.
    """

    page: str
    direction: Literal["out", "in"]
    peer: NodeId
    case_ref: ShortText
    state: TransferState
    since: dt.datetime
    code: DeclineCode | None
    responsible: tuple[ShortText, ...]
    unsettled: bool
    move: Move
    items: tuple[ItemListed, ...]


class TransfersListed(Value):
    """The transfers of cases that the account may open, the newest first: each move, and each return, is one."""

    transfers: tuple[TransferListed, ...]


class NoticeTyped(Value):
    """A notice that the victim of a case has moved: where and for how long, and what this area has done."""

    area: NodeId
    stays: Literal["temporarily", "for_good", "not_known"]
    heard: Said = "not_known"
    agenda_sent: Said = "not_known"


class NoticeKept(Value):
    """A notice that was kept. `page` is where it is read, in the console."""

    page: str


def list_transfers(call: Call) -> TransfersListed:
    """List the transfers, both ways, with how far each is."""
    found = transfers_shown(call.node, call.acting)
    return TransfersListed(transfers=tuple(map(_listed, found)))


def read_transfer(call: Call) -> TransferListed:
    """Read a transfer: how far it is, and what moves by it, without what is in it."""
    number = call.place("transfer")
    found = transfers_shown(call.node, call.acting)
    one = next((each for each in found if each.transfer.id == number), None)
    if one is None:
        raise absent()
    return _listed(one)


def _listed(one: TransferLine) -> TransferListed:
    return TransferListed(
        page=f"/transfers/{one.transfer.id}",
        direction=one.transfer.direction,
        peer=one.transfer.peer,
        case_ref=one.transfer.case_ref,
        state=one.transfer.state,
        since=one.since,
        code=one.transfer.code,
        responsible=one.responsible,
        unsettled=one.unsettled,
        move=one.move,
        items=tuple(ItemListed(**item.model_dump()) for item in one.transfer.items),
    )


def give_move_notice(call: Call) -> NoticeKept:
    """Give notice that a victim has moved; sent twice, it is kept once. No other area is told."""
    typed: NoticeTyped = call.body
    held = call.case
    said = typed.model_dump()
    paper = give_notice(
        call.node, MoveNotice(case_ref=held.details.case_ref, by=asker_of(call.acting), **said)
    )
    return NoticeKept(page=f"/cases/{held.row.handle.hex()}/papers/{paper}")
