"""A question to an area that somebody fled, spread over the day: when it is asked, and what waits until then.

Two areas that are asked in the same second know that it is one question, whatever it says. So an area that is asked
although she fled it, without the name, is asked apart from the others, at a time that nobody chose, in the hours in
which areas ask each other. Not in an emergency. Asks nobody (`hub.checks.ask_later`).
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from hub.node.transaction import Transaction
from hub.records import outbox
from hub.records.outbox import Parcel
from hub.values import NodeId, Value, Whole

KIND: Final = "question"
OPENS: Final = 9
CLOSES: Final = 17
"""CHOICE: the hours in which areas ask, Monday to Friday: at night it would stand alone."""
SPREAD_S: Final = (CLOSES - OPENS) * 3_600
"""CHOICE: over one working day from now on."""
_ZONE: Final = ZoneInfo("Europe/London")
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class Spread:
    """When an area is asked, and by when, which is all that a result says. In seconds since 1970."""

    at: Whole
    by: Whole


class Waiting(Value):
    """What waits: of which check which area is asked. `salt` (hex): of its commitment, at every try."""

    check_id: str
    area: NodeId
    salt: str


def spread_over_the_day(now: int) -> Spread:
    """A time of the working day that begins now, drawn at random."""
    return Spread(at=working(now, secrets.randbelow(SPREAD_S)), by=working(now, SPREAD_S))


def working(now: int, seconds: int) -> int:
    """When so many seconds of working hours have passed since then. Pure. Public holidays are days like others."""
    at = dt.datetime.fromtimestamp(now, _ZONE)
    while True:
        opens, closes = (at.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (OPENS, CLOSES))
        start = max(at, opens)
        left = int((closes - start).total_seconds())
        if at.weekday() < _SATURDAY and left > 0:
            if seconds <= left:
                return int((start + dt.timedelta(seconds=seconds)).timestamp())
            seconds -= left
        at = (opens + dt.timedelta(days=1)).replace(hour=0)


def put(tx: Transaction, check_id: str, area: NodeId, when: Spread, case_digest: bytes) -> str:
    """Have an area asked at its time, and return the number of the delivery."""
    content = Waiting(check_id=check_id, area=area, salt=os.urandom(32).hex()).model_dump_json().encode()
    parcel = Parcel(KIND, area, f"{check_id}/{area}", content, case_digest)
    return outbox.put(tx, parcel, wait_s=when.at - tx.now)


def read_waiting(content: bytes) -> Waiting:
    """The question that a delivery is of."""
    return Waiting.model_validate_json(content)
