"""The day of a case's meeting: what may be said of it, and what a case says then. Pure.

`meeting_date` is the last or the next meeting of a case, `heard` the earlier ones at which it was heard. A day that
has come and was not that of a hearing is replaced; one at which it was heard stays beside the next. Knows nobody
and keeps nothing (`listing`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Final, Literal, NamedTuple

from hub.cases.repeats import months_after
from hub.records.cases import CaseDetails
from hub.values import Kind, LongText, Value

AHEAD_MONTHS: Final = 12
"""A meeting further ahead than this is a mistake in the year: Maracs meet every week to every month. CHOICE."""

Field = Literal["day", "heard", "before", "because"]


class Listing(Value):
    """What somebody says of the day of a case's meeting. `day` None: it is taken off the list.

    `heard`: it was heard on `day`, which has passed. `before`: whether it was heard on the day that stands, where
    that has come. `because`: needed where it is taken off, where it was not heard on a day that has
    come, and where it leaves a meeting to come for one that has passed.
    """

    day: dt.date | None
    heard: bool = False
    before: Literal["", "heard", "not_heard"] = ""
    because: LongText = ""


class Lack(NamedTuple):
    """What a listing lacks, or why it cannot stand: in a sentence, and of which field."""

    field: Field
    text: str


class Days(NamedTuple):
    """The day of a case's last or next meeting, and the earlier ones at which it was heard."""

    meeting: dt.date | None
    heard: tuple[dt.date, ...] = ()


def days_of(case: CaseDetails) -> Days:
    """The days that a case has."""
    return Days(case.meeting_date, case.heard)


def came(case: CaseDetails, today: dt.date) -> bool:
    """Whether the day of its last or next meeting has come."""
    return case.meeting_date is not None and case.meeting_date <= today


def lacking(case: CaseDetails, said: Listing, today: dt.date) -> Lack | None:
    """What a listing of a case lacks; None where it can stand, also where it says what is so already."""
    if case.kind is not Kind.marac:
        return Lack("day", "A case of an Idva service alone has no meeting.")
    if said.day is None:
        return _lacks_to_take_off(case, said)
    if said.day == case.meeting_date:
        if said.before == "not_heard":
            return Lack("day", "It is listed for that day: write the new day, or take it off the list.")
        return None
    if case.referral_date is not None and said.day < case.referral_date:
        return Lack("day", "That day is before the day of its referral.")
    if said.day > months_after(today, AHEAD_MONTHS):
        return Lack("day", "That day is more than a year ahead.")
    if said.heard and said.day > today:
        return Lack("heard", "That day has not come: it was not heard then yet.")
    if said.day < today and not said.heard:
        return Lack("heard", "That day has passed: say that it was heard then, or write a day to come.")
    return _lacks_of_before(case, said, today)


def _lacks_to_take_off(case: CaseDetails, said: Listing) -> Lack | None:
    if case.meeting_date is None:
        return Lack("day", "It is listed for no meeting.")
    return None if said.because.strip() else Lack("because", "Say why it is taken off the list.")


def _lacks_of_before(case: CaseDetails, said: Listing, today: dt.date) -> Lack | None:
    if came(case, today):
        if not said.before:
            return Lack("before", "Say whether it was heard on the day that it was listed for.")
        if said.before == "not_heard" and not said.because.strip():
            return Lack("because", "Say why it was not heard on the day that it was listed for.")
    elif case.meeting_date is not None and said.heard and not said.because.strip():
        return Lack("because", "Say why it leaves the meeting to come that it is listed for.")
    kept = _heard_before(case, said, today)
    if kept and said.day is not None and said.day <= kept[-1]:
        return Lack("day", "It was heard later than that: a further hearing comes after it.")
    return None


def after(case: CaseDetails, said: Listing, today: dt.date) -> Days:
    """The days of a case, once a listing that lacks nothing is kept.

    One that is taken off stands as it did before it was listed again.
    """
    if said.day is None:
        return Days(max(case.heard, default=None), case.heard[:-1])
    if said.day == case.meeting_date:
        return days_of(case)
    return Days(said.day, _heard_before(case, said, today))


def _heard_before(case: CaseDetails, said: Listing, today: dt.date) -> tuple[dt.date, ...]:
    if case.meeting_date is not None and came(case, today) and said.before == "heard":
        return (*case.heard, case.meeting_date)
    return case.heard


def by_a_file(
    before: CaseDetails, new: dt.date | None, today: dt.date, by_people: Collection[dt.date] = ()
) -> Days:
    """The days of a case, of which a file or a further referral says a day, or none.

    `by_people`: the days that people here have listed it for, and those that they took it from. A file takes
    no hearing away: a day that has come is followed by a later one and stays as one that was, so that its flag
    does not end meanwhile. It moves no day to come that a person set, and none to a day that has passed; it brings
    back no day that a person left.
    """
    last = before.meeting_date
    if new is None or new in by_people or any(new <= one for one in before.heard):
        return days_of(before)
    if last is not None and last <= today:
        return Days(new, (*before.heard, last)) if new > last else days_of(before)
    if by_people and (last is not None or new < today):
        return days_of(before)
    if last is not None and new < today:
        return days_of(before)
    return Days(new, before.heard)
