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
    """How far it is: whether she was reached, and the whole hours until then, or until now."""

    reached: bool
    hours: int

    @property
    def late(self) -> bool:
        """Whether nobody has reached her, and 48 hours are over."""
        return not self.reached and self.hours >= LATEST_H

    @property
    def due(self) -> bool:
        """Whether nobody has reached her, and 24 hours are over."""
        return not self.reached and self.hours >= AIM_H


def first_contact(since: int, reached_at: int | None, now: int) -> FirstContact:
    """How far it is, of times in seconds since 1970."""
    until = now if reached_at is None else reached_at
    return FirstContact(reached_at is not None, max(0, until - since) // _HOUR_S)


def begins(referred: dt.date | None, came_at: int) -> int:
    """When the clock begins: when it came, or at the end of the day of the referral where that was earlier."""
    if referred is None:
        return came_at
    end = dt.datetime.combine(referred + dt.timedelta(days=1), dt.time(), dt.UTC)
    return min(came_at, max(0, int(end.timestamp())))
