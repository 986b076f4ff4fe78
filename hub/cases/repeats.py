"""What a repeat is: the same victim and perpetrator(s) referred again within twelve months. Pure.

SafeLives' definition of 2018: any instance of abuse between the same victim and perpetrator(s) within twelve
months of the last referral to Marac. It need not be criminal, violent or threatening: it is seen in the pattern of
coercive and controlling behaviour. The clock runs from the last referral; a flag's from the meeting (`flags`). The
definition before 2018 is there as a named option alone. Says what is so; what it is called a person decides.
"""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

MONTHS: Final = 12


class Definition(StrEnum):
    """By which definition something counts as a repeat.

    `any_abuse`: SafeLives 2018. `violence`: the one before it, of violence or threats, sexual abuse, stalking or
    harassment.
    """

    any_abuse = "2018"
    violence = "before_2018"


class Happened(StrEnum):
    """What happened between them since: the briefing's examples, those of the earlier definition, and others.

    To whichever agency it was disclosed makes no difference.
    """

    contact = "contact"
    contact_by_others = "contact_by_others"
    bail_breach = "bail_breach"
    civil_order_breach = "civil_order_breach"
    dispute_children = "dispute_children"
    dispute_property = "dispute_property"
    dispute_separation = "dispute_separation"
    control = "control"
    violence = "violence"
    threats = "threats"
    sexual_abuse = "sexual_abuse"
    stalking = "stalking"
    other = "other"


_BEFORE_2018: Final = frozenset(
    {Happened.violence, Happened.threats, Happened.sexual_abuse, Happened.stalking}
)


class Standing(StrEnum):
    """How an earlier case stands to a referral, before anybody decides what it is.

    `repeat`: same victim and at least one same perpetrator, within twelve months. `other_perpetrator`: the victim
    is the same, no perpetrator is. `outside`: both are the same, and the last referral is longer ago. `undated`:
    both are the same, and when that was is not recorded. `later`: it was referred after this one. `other_part`: the
    victim stands there in another part. `by_others`: the victim was not matched, and two others of the case were.
    """

    repeat = "repeat"
    other_perpetrator = "other_perpetrator"
    outside = "outside"
    undated = "undated"
    later = "later"
    other_part = "other_part"
    by_others = "by_others"


class Earlier(NamedTuple):
    """What is known of an earlier case: who of it is the same, and when it was referred, each time.

    `victim`: the victim stands there as one; `part`: the victim stands there at all. `perpetrators`: how many of
    the perpetrators are the same.
    """

    victim: bool
    part: bool
    perpetrators: int
    referred: Sequence[dt.date]


def counts(happened: Collection[Happened], definition: Definition = Definition.any_abuse) -> bool:
    """Whether what happened is of the kind that makes a repeat; the date and the people are for `standing`."""
    if definition is Definition.any_abuse:
        return bool(happened)
    return not _BEFORE_2018.isdisjoint(happened)


def last_referral(referred: Sequence[dt.date], on: dt.date) -> dt.date | None:
    """The last referral up to a day, or else the first after it; None where no day is recorded."""
    before = [day for day in referred if day <= on]
    return max(before) if before else min(referred, default=None)


def until(last: dt.date) -> dt.date:
    """The last day on which something is a repeat of what was referred on `last`."""
    return months_after(last, MONTHS)


def standing(earlier: Earlier, on: dt.date) -> Standing:
    """How an earlier case stands to a referral of, or something that happened on, that day."""
    if not earlier.part:
        return Standing.by_others
    if not earlier.victim:
        return Standing.other_part
    if not earlier.perpetrators:
        return Standing.other_perpetrator
    last = last_referral(earlier.referred, on)
    if last is None:
        return Standing.undated
    if last > on:
        return Standing.later
    return Standing.repeat if on <= until(last) else Standing.outside


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or that month's last one."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
