"""Why a candidate is one, in words that a coordinator can use.

Texts only: which field agreed, differed or was absent. Never a value, and nothing of the other area's record but
what the matched match-keys already say.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class MatchReason(NamedTuple):
    """One thing that agreed, disagreed or was absent: a code for programs, words for people."""

    code: str
    text: str


_TEXTS = {
    "date_same": "same date of birth",
    "date_swapped": "date of birth agrees with day and month the other way round",
    "date_year_slip": "day and month of birth agree, the year differs in one digit",
    "date_day_slip": "year and month of birth agree, the day differs in one digit",
    "date_year_month": "year and month of birth agree, the day differs",
    "date_year_day": "year and day of birth agree, the month differs",
    "date_month_day": "day and month of birth agree, the year differs",
    "date_year": "year of birth agrees, day and month differ",
    "date_known_part": "date of birth agrees as far as both know it",
    "date_differs": "date of birth differs",
    "date_absent_there": "date of birth absent there",
    "date_absent_here": "date of birth absent here",
    "forename_same": "same forename",
    "forename_middle": "forename is one of the given names",
    "forename_known": "forename is a known short form",
    "forename_sounds": "forename sounds the same, or is the full form of a short one",
    "forename_starts": "forename starts the same",
    "forename_close": "forename differs by a letter",
    "forename_differs": "forename differs",
    "forename_absent_there": "forename absent there",
    "forename_absent_here": "forename absent here",
    "surname_same": "same surname",
    "surname_sounds": "surname sounds the same",
    "surname_close": "surname differs by a letter",
    "surname_differs": "surname differs",
    "surname_absent_there": "surname absent there",
    "surname_absent_here": "surname absent here",
    "names_swapped": "forename and surname are the other way round",
    "other_name": "another name of the person asked about agrees",
    "case_agrees": "others of the same case agree too",
    "another_agrees": "another record there fits as well or better",
}


class Comparison(StrEnum):
    """What a reason says of two records: that they agree, differ, or that one of them does not have it."""

    agrees = "agrees"
    differs = "differs"
    not_recorded = "not_recorded"
    beside = "beside"  # Of other records, not of these two.


def comparison(text: str) -> Comparison:
    """What a reason says, by its words as results keep them. Words of no reason known count as beside."""
    code = _CODES.get(text, "another_agrees")
    if code == "another_agrees":
        return Comparison.beside
    if code.endswith("_differs") or code in _PARTLY:
        return Comparison.differs
    return Comparison.not_recorded if "_absent_" in code else Comparison.agrees


_PARTLY = frozenset(
    {
        "date_swapped",
        "date_year_slip",
        "date_day_slip",
        "date_year_month",
        "date_year_day",
        "date_month_day",
        "date_year",
        "forename_close",
        "surname_close",
        "names_swapped",
    }
)
"""Of what agrees in part: the words say what agrees, and it stands where what differs is looked for."""

_CODES = {text: code for code, text in _TEXTS.items()}


def reasons(
    levels: Mapping[str, str], *, other_name: bool, by_case: bool, another: bool
) -> tuple[MatchReason, ...]:
    """The reasons for fields (date, forename, surname) that agree at `levels`; empty levels say nothing."""
    codes = [f"{field}_{level}" for field, level in levels.items() if level and level != "swapped"]
    if levels.get("date") == "swapped":
        codes.insert(0, "date_swapped")
    if levels.get("forename") == "swapped":
        codes.append("names_swapped")
    codes += ["other_name"] * other_name + ["case_agrees"] * by_case
    codes += ["another_agrees"] * another
    return tuple(MatchReason(code, _TEXTS[code]) for code in codes)
