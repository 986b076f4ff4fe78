"""What is out of the ordinary in who opens cases here, for the data-protection officer to ask about. Pure.

Counts of a day against the same person's own thirty days before. Says nothing of why: a rota and a death both look
like this. Whoever opens no more than on other days is not found by it.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from hub.checks.unusual import ZONE, beyond, out_of_hours


class Reads(StrEnum):
    """What is out of the ordinary."""

    many = "many"
    out_of_hours = "out_of_hours"
    elsewhere = "elsewhere"
    refused = "refused"


LEAST: Final[Mapping[Reads, int]] = {
    Reads.many: 40,
    Reads.out_of_hours: 5,
    Reads.elsewhere: 10,
    Reads.refused: 2,
}
"""No more than this is not: cases, of which a coordinator opens twenty before a meeting; refusals."""


class Read(NamedTuple):
    """Somebody opened something, as far as it counts. `elsewhere`: those that another body referred."""

    at: dt.datetime
    who: str
    cases: frozenset[str]
    elsewhere: frozenset[str]
    refused: bool


class Sign(NamedTuple):
    """One thing to ask about. `usual`: the median of that person's days."""

    day: dt.date
    who: str
    what: Reads
    counted: int
    usual: int


def signs(found: Iterable[Read]) -> Iterator[Sign]:
    """What is out of the ordinary in these."""
    opened: dict[tuple[str, Reads], dict[dt.date, set[str]]] = defaultdict(lambda: defaultdict(set))
    for number, one in enumerate(found):
        day, each = one.at.astimezone(ZONE).date(), {f"#{number}"}
        if one.refused:
            opened[one.who, Reads.refused][day] |= each
            continue
        opened[one.who, Reads.many][day] |= one.cases
        opened[one.who, Reads.elsewhere][day] |= one.elsewhere
        if one.cases and out_of_hours(one.at):
            opened[one.who, Reads.out_of_hours][day] |= each
    for (who, what), by_day in opened.items():
        days = {day: len(cases) for day, cases in by_day.items()}
        for day, counted in days.items():
            usual = beyond(days, day, LEAST[what])
            if usual is not None:
                yield Sign(day, who, what, counted, usual)
