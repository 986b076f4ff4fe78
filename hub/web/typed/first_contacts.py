"""How far an Idva's first contact is, as programs and commands are told it. One model for both; decides nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hub.cases.first_contact import FirstContact
from hub.values import Value, day_in_words


class FirstContactShown(Value):
    """How far a first contact is: whether she was reached, the hours until then or now, and if that is over 48.

    `since`: when the hours count from (UTC); `referred_on`: the day of the referral, at whose end they begin where
    nothing but a day is known.
    """

    contacted: bool
    hours: int | None
    late: bool
    since: dt.datetime | None
    referred_on: dt.date | None


def told_of(now: FirstContact | None) -> dict[str, Any]:
    """The fields of one; None: it was passed on to no service yet."""
    if now is None:
        return {"contacted": False, "hours": None, "late": True, "since": None, "referred_on": None}
    return {
        "contacted": now.reached,
        "hours": now.hours,
        "late": now.late,
        "since": dt.datetime.fromtimestamp(now.since, dt.UTC),
        "referred_on": now.day,
    }


def in_words(now: FirstContact | None) -> str:
    """The same for people, with since when it counts: in days where only the referral's day is known."""
    if now is None:
        return "not passed on to an Idva service yet. Say which: `hub idva refer`."
    if now.day is not None:
        waited = "1 day" if now.days == 1 else f"{now.days} days"
        since = f"the referral of {day_in_words(now.day)}"
    else:
        at = dt.datetime.fromtimestamp(now.since, dt.UTC)
        waited = "1 hour" if now.hours == 1 else f"{now.hours} hours"
        since = f"it came here at {at:%H:%M} UTC on {day_in_words(at.date())}"
    if now.reached:
        return f"contacted, {waited} after {since}."
    late = " Overdue: 48 hours at the latest." if now.late else ""
    return f"not contacted, {waited} since {since}.{late}"
