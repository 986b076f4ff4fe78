"""How far the handovers of a referral are, as programs and commands are told it: what came, what is to be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from hub.transfers.handover import Arrives, Handovers, Leaves
from hub.values import LongText, NodeId, ShortText, Value

_AGREED = {
    "yes": "The client agreed.",
    "not_asked": "The client was not asked.",
    "refused": "The client did not agree.",
}


class HandoverRead(Value):
    """What another service handed over: who wrote it, whom to ring there, whether the client agreed, the words."""

    service: ShortText
    by: ShortText
    phone: ShortText
    agreed: Literal["yes", "not_asked", "refused"]
    because: LongText
    words: LongText


class Arriving(Value):
    """Of a case that moved here, from which area. `hours`: from its acceptance until the handover came, or now.

    `came_at`: UTC; None while none came. `handover`: None too where what came does not open.
    """

    area: NodeId
    came_at: dt.datetime | None
    hours: int
    late: bool
    handover: HandoverRead | None


class Leaving(Value):
    """Of a case that moved on, to which area. `state`: of what was handed over last; `not_yet` where nothing was.

    `may`: whether there is a service there that has nothing of it yet.
    """

    area: NodeId
    may: bool
    state: Literal["not_yet", "waits", "arrived", "refused"]


class HandoversTold(Value):
    """The handovers of a referral; neither where its case has not moved."""

    arriving: Arriving | None
    leaving: Leaving | None

    @classmethod
    def of(cls, found: Handovers) -> HandoversTold:
        """As they are."""
        return cls(
            arriving=_arriving(found.arrives) if found.arrives else None,
            leaving=_leaving(found.leaves) if found.leaves else None,
        )

    def lines(self) -> Iterator[str]:
        """The same for people."""
        if self.arriving:
            yield from _arriving_lines(self.arriving)
        if self.leaving:
            yield _leaving_line(self.leaving)
        if not self.arriving and not self.leaving:
            yield "The case has not moved between areas: there is nothing to hand over."


def _arriving(one: Arrives) -> Arriving:
    words = one.words
    told = {"service", "by", "phone", "agreed", "because", "words"}
    return Arriving(
        area=one.transfer.peer,
        came_at=None if one.at is None else dt.datetime.fromtimestamp(one.at, dt.UTC),
        hours=one.clock.hours,
        late=one.clock.late,
        handover=HandoverRead(**words.model_dump(include=told)) if words else None,
    )


def _leaving(one: Leaves) -> Leaving:
    return Leaving(area=one.transfer.peer, may=one.may, state=one.done.state if one.done else "not_yet")


def _arriving_lines(one: Arriving) -> Iterator[str]:
    if one.came_at is None:
        late = " Overdue: 48 hours at the latest." if one.late else ""
        yield f"No handover from {one.area} yet, {one.hours} hours after the case was accepted.{late}"
        return
    yield f"A handover came from {one.area} on {one.came_at:%Y-%m-%d}."
    if one.handover is None:
        yield "It does not open with your service's key: ring the Idva service there and ask for it."
        return
    read = one.handover
    yield f"{read.by}, {read.service}. {read.phone or 'No number was given.'}"
    yield f"{_AGREED[read.agreed]} {read.because}".strip()
    yield read.words


def _leaving_line(one: Leaving) -> str:
    if one.may:
        return f"The case has moved to {one.area}: hand over, in the console. ({one.state.replace('_', ' ')})"
    if one.state == "not_yet":
        return f"The case has moved to {one.area}, which has not said yet to which Idva service it went."
    return f"Handed over to {one.area}: {one.state}."
