"""What is out of the ordinary in what areas ask each other, for the data-protection officer to look into.

By this node's own log, on both sides: what was asked of us, and what was asked in our name. Counts alone: of a day
against the thirty before it, by area and by pseudonym. Names nobody, says nothing of any case, and refuses nothing;
whoever asks no more than on other days is not found by it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from statistics import median
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from hub.audit.events import Action, Event
from hub.node.node import Node
from hub.store import peers
from hub.store.audit import DatabaseAudit
from hub.values import NodeId

SHOWN_DAYS: Final = 30
USUAL_DAYS: Final = 30
TIMES: Final = 3
"""How many times the median of the days on which anything was asked is out of the ordinary."""
MORE: Final = 1.25
"""And how many times the largest of them: an agenda is many times the median, and no news a fortnight later."""
ZONE: Final = ZoneInfo("Europe/London")
_OPEN: Final = range(7, 20)
_SATURDAY: Final = 5


class What(StrEnum):
    """What is out of the ordinary."""

    volume = "volume"
    subjects = "subjects"
    out_of_hours = "out_of_hours"
    counts = "counts"
    emergency = "emergency"


class Side(StrEnum):
    """Who asked: another area, of us; or somebody in our name."""

    of_us = "of_us"
    by_us = "by_us"


LEAST: Final[Mapping[tuple[What, Side], int]] = {
    (What.volume, Side.of_us): 4_000,
    (What.volume, Side.by_us): 50,
    (What.subjects, Side.by_us): 50,
    (What.out_of_hours, Side.of_us): 5,
    (What.out_of_hours, Side.by_us): 5,
}
"""Below this nothing is: elements of what is asked of us, else questions, of which an agenda of twenty has 45."""


class Unusual(NamedTuple):
    """One thing to look into. `who`: the area, or the pseudonym of who asked here; `usual`: the median of a day."""

    day: dt.date
    what: What
    side: Side
    who: str
    counted: int
    usual: int


class Seen(NamedTuple):
    """One event of the log, as far as it counts. `by`: the pseudonym of who asked here."""

    at: dt.datetime
    action: Action
    peer: NodeId
    by: str = ""
    check_id: str = ""
    elements: int = 0
    emergency: bool = False


_READ: Final = (Action.request_sent, Action.request_received, Action.reconciled)


def unusual(node: Node) -> list[Unusual]:
    """What was out of the ordinary on the last days, the newest first. Raises StorageError."""
    today = node.today()
    since = (today - dt.timedelta(days=SHOWN_DAYS + USUAL_DAYS)).isoformat()
    with node.read() as tx:
        log = DatabaseAudit(tx.session)
        known = [row.node_id for row in peers.every(tx.session)]
        seen = [
            one
            for peer in known
            for entry in log.with_peer(peer, _READ, since)
            if (one := _seen(entry.at, entry.body, peer))
        ]
    first = today - dt.timedelta(days=SHOWN_DAYS)
    return sorted((one for one in signs(seen) if one.day > first), key=lambda one: one.day, reverse=True)


def _seen(at: str, body: str, peer: NodeId) -> Seen | None:
    """What counts of an event; nothing of one that only names the peer elsewhere, or of two sides that agree."""
    event = Event.model_validate_json(body)
    detail = event.detail
    if event.refs.peer != peer or (event.action is Action.reconciled and detail.status != "differs"):
        return None
    elements = (detail.elements or 0) + (detail.weak_elements or 0)
    by = event.actor if event.action is Action.request_sent else ""
    return Seen(
        dt.datetime.fromisoformat(at),
        event.action,
        peer,
        by,
        event.refs.check_id or "",
        elements,
        bool(detail.emergency),
    )


def signs(seen: Iterable[Seen]) -> Iterator[Unusual]:
    """What is out of the ordinary in these events. Pure."""
    counts: dict[tuple[What, Side, str], dict[dt.date, int]] = defaultdict(lambda: defaultdict(int))
    differ: dict[tuple[dt.date, str], int] = defaultdict(int)
    over: dict[tuple[dt.date, str], int] = defaultdict(int)
    asked: set[tuple[dt.date, str, str]] = set()
    for one in seen:
        day = one.at.astimezone(ZONE).date()
        if one.action is Action.reconciled:
            differ[day, one.peer] += 1
            continue
        if one.emergency:
            over[day, one.peer] += 1
        side = Side.by_us if one.action is Action.request_sent else Side.of_us
        counts[What.volume, side, one.peer][day] += one.elements if side is Side.of_us else 1
        if out_of_hours(one.at):
            counts[What.out_of_hours, side, one.peer][day] += 1
        if side is Side.by_us and (day, one.by, one.check_id) not in asked:
            asked.add((day, one.by, one.check_id))
            counts[What.subjects, side, one.by][day] += 1
    for (what, side, who), days in counts.items():
        for day, counted in days.items():
            usual = beyond(days, day, LEAST[what, side])
            if usual is not None:
                yield Unusual(day, what, side, who, counted, usual)
    for what, found in ((What.counts, differ), (What.emergency, over)):
        yield from (Unusual(day, what, Side.of_us, peer, times, 0) for (day, peer), times in found.items())


def beyond(days: Mapping[dt.date, int], day: dt.date, least: int) -> int | None:
    """The median of the thirty days before, of those with any, where this day is out of the ordinary. Pure."""
    before = [
        days[past] for back in range(1, USUAL_DAYS + 1) if days.get(past := day - dt.timedelta(days=back))
    ]
    usual = int(median(before)) if before else 0
    over = days[day] > max(least, TIMES * usual) and days[day] > MORE * max(before, default=0)
    return usual if over else None


def out_of_hours(at: dt.datetime) -> bool:
    """Whether it is at night or at a weekend, in the time of the country. Public holidays are days like others."""
    local = at.astimezone(ZONE)
    return local.hour not in _OPEN or local.weekday() >= _SATURDAY
