"""The clock of an Idva's first contact: within 24 hours of the referral, and 48 at the latest. Pure.

"Referrals to the Idva service ... contact within 24-48 hours" (SafeLives, Toolkit for Marac representatives). It
runs from the referral, and from the moment at which a case that moves is accepted.
"""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

AIM_H: Final = 24
LATEST_H: Final = 48
_HOUR_S: Final = 3_600


class FirstContact(NamedTuple):
    """How far it is: whether she was reached, and the whole hours until then, or until now.

    `since`: when they count from (seconds since 1970); `by_day`: that is the end of the referral's own day, which
    has no hour.
    """

    reached: bool
    hours: int
    since: int
    by_day: bool = False

    @property
    def day(self) -> dt.date | None:
        """The day of the referral, where nothing but a day is known."""
        return dt.datetime.fromtimestamp(self.since - 1, dt.UTC).date() if self.by_day else None

    @property
    def days(self) -> int:
        """The days from the referral's own until then, or until now, where nothing but a day is known."""
        return self.hours // 24 + 1

    @property
    def late(self) -> bool:
        """Whether nobody has reached her, and 48 hours are over."""
        return not self.reached and self.hours >= LATEST_H

    @property
    def due(self) -> bool:
        """Whether nobody has reached her, and 24 hours are over."""
        return not self.reached and self.hours >= AIM_H


def first_contact(since: int, reached_at: int | None, now: int, *, by_day: bool = False) -> FirstContact:
    """How far it is, of times in seconds since 1970. `by_day`: as `FirstContact` has it."""
    until = now if reached_at is None else reached_at
    return FirstContact(reached_at is not None, max(0, until - since) // _HOUR_S, since, by_day)


def begins(referred: dt.date | None, came_at: int) -> int:
    """When the clock begins: when it came, or at the end of the day of the referral where that was earlier."""
    if referred is None:
        return came_at
    end = dt.datetime.combine(referred + dt.timedelta(days=1), dt.time(), dt.UTC)
    return min(came_at, max(0, int(end.timestamp())))
