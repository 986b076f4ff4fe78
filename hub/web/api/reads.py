"""What programs may read of who opened which case, for a data-protection officer."""

from __future__ import annotations

import datetime as dt

from hub.checks.openings import OpeningLine, Thing, openings_for
from hub.checks.unusual_reading import Reads
from hub.records.accounts import AccountRole
from hub.records.reads import Came
from hub.values import ShortText, Value
from hub.web.api.acts import Call
from hub.web.typed.reads import ReadsTyped


class OpeningListed(Value):
    """Somebody opened something, or (`came`) nothing was shown to them. `place`: the address or the command.

    `cases`: by their numbers; empty for one that is not held here. `role` is null of whoever ran a command.
    """

    at: dt.datetime
    who: ShortText
    organisation: ShortText
    role: AccountRole | None
    thing: Thing
    place: str
    cases: tuple[str, ...]
    came: Came


class UnusualListed(Value):
    """One thing to ask about, against the same person's other days."""

    day: dt.date
    who: ShortText
    what: Reads
    counted: int
    usual: int


class ReadsListed(Value):
    """Who opened what, the newest first. `unread`: lines of the journal that are not as the node wrote them."""

    reads: tuple[OpeningListed, ...]
    unusual: tuple[UnusualListed, ...]
    unread: int


def list_reads(call: Call) -> ReadsListed:
    """List who opened which case, by the case's number, by name and by days."""
    typed: ReadsTyped = call.body
    found = openings_for(call.node, call.acting, typed.wanted())
    return ReadsListed(
        reads=tuple(map(listed, found.lines)),
        unusual=tuple(UnusualListed(**one._asdict()) for one in found.unusual),
        unread=found.unread,
    )


def listed(one: OpeningLine) -> OpeningListed:
    """A line as programs read it."""
    return OpeningListed(
        at=one.at,
        who=one.who,
        organisation=one.organisation,
        role=one.role,
        thing=one.thing,
        place=one.place,
        cases=tuple(case.number for case in one.cases),
        came=one.came,
    )
