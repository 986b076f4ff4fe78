"""The transfers that somebody may know of, both ways, with how far each is and what still has to be looked into."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.shown import asker_of, opener
from hub.node.node import Node
from hub.records.transfers import Transfer, every_transfer
from hub.transfers.sides import held, offered
from hub.values import Requester
from hub.wire.transfers import TransferState

Move = Literal["", "back", "on"]
_NUMBERED: Final = re.compile(r" \([0-9]+\)$")


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One of them. `responsible`: node ids, as far as is known here. `unsettled`: somebody has to look.

    `move`: `back`, of a case that returns where it came from, or of one that went from here before;
    `on`, of one that came from an area and goes on to a third; else empty. By those moves alone that whoever looks
    may know of.
    """

    transfer: Transfer
    responsible: tuple[str, ...]
    unsettled: bool
    move: Move = ""

    @property
    def since(self) -> dt.datetime:
        """When it came to be as far as it is, UTC."""
        return dt.datetime.fromtimestamp(self.transfer.since, dt.UTC)


def transfers_for(node: Node, by: Requester | None) -> list[TransferLine]:
    """Those that somebody may know of, the newest first. Raises UsageError, RowsError."""
    return _known(node, by, lambda _: True)


def _known(node: Node, by: Requester | None, opens: Callable[[Transfer], bool]) -> list[TransferLine]:
    with node.read() as tx:
        every, now = every_transfer(tx), tx.now
    restrictions = restrictions_on(node, by)

    def known(one: Transfer) -> bool:
        if not one.case_ref and not one.case:  # It was withdrawn before it came: nothing is known of it.
            return False
        if one.case and restrictions.restricts(bytes.fromhex(one.case)):
            return False
        return not (restrictions.any and restrictions.concern(one.people))

    found = [one for one in every if known(one) and opens(one)]
    return [replace(line_of(node, one, now), move=_move(node.node_id, one, found)) for one in found]


def _move(node_id: str, one: Transfer, every: Iterable[Transfer]) -> Move:
    """Whether a case returns by it or goes on, by the moves before it that were accepted."""
    before = [
        each
        for each in every
        if each.id != one.id
        and each.state is TransferState.accepted
        and each.direction != one.direction
        and each.since <= one.steps[0].at
    ]
    if one.direction == "in":
        return "back" if any(_is_of(one, f"{node_id}/{each.case_ref}") for each in before) else ""
    came = [each.peer for each in before if one.case and each.case == one.case]
    return "" if not came else "back" if one.peer in came else "on"


def _is_of(one: Transfer, ours: str) -> bool:
    """Whether its case was made of ours: each area puts where a case came from before the reference of there."""
    whole = _NUMBERED.sub("", one.case_ref)
    return whole == ours or whole.endswith(f"/{ours}")


def transfers_shown(node: Node, acting: Acting) -> list[TransferLine]:
    """Those that somebody with an account may know of: of the cases that they may open.

    One that is offered and no case yet is for the Marac's coordinators and managers. Raises as `transfers_for`.
    """
    may_open = opener(node, acting)
    return _known(node, asker_of(acting), lambda one: may_open(_digest(node, one)))


def _digest(node: Node, one: Transfer) -> bytes:
    """The digest of its case; of none that is held, while it is no case here."""
    return bytes.fromhex(one.case) if one.case else node.case_digest(f"transfer {one.id}")


def line_of(node: Node, one: Transfer, now: int) -> TransferLine:
    """A transfer with who is responsible, and whether somebody has to look into it."""
    if one.direction == "out":
        side = offered(one)
        whose = node.node_id if side.responsible else one.peer
        return TransferLine(one, (whose,), side.unsettled(over=one.over(now)))
    theirs = held(one)
    both = (node.node_id, one.peer) if theirs.both else (node.node_id,)
    responsible = both if theirs.responsible else (one.peer,)
    return TransferLine(one, responsible, one.differs or not one.told or (one.open and one.over(now)))
