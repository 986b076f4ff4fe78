"""Dates of birth as evidence: partial, swapped, impossible and placeholder dates each say what they can.

Pure and total. `parse_date` is for matching, which takes what it can get. What people type and files hold goes
through `read_date`, which asks where it could be two dates and says which part cannot be; `strict_date` is for
documents, which have one way to write a date. None knows today's date: whether a birth date lies in the future is
for the form to ask.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from hub.errors import InputError

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_DIGITS = re.compile(r"[0-9]+")
_MONTH = re.compile(
    r"\b(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)"
    r"(?:(?<=jan)uary|(?<=feb)ruary|(?<=mar)ch|(?<=apr)il|(?<=aug)ust|(?<=sep|ept)(?:tem)?ber|(?<=oct)ober"
    r"|(?<=nov)ember|(?<=dec)ember)?(?![a-z])",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NO_DATE = (1900, 1, 1)
_PIVOT = 30  # two digits of a year: from here on of the twentieth century, below of the twenty-first
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


# Of what a person types as a date: words that say nothing, and what may stand between the parts.
_TOKEN = re.compile(r"(?P<number>[0-9]+)(?:(?:st|nd|rd|th)(?![a-z]))?|(?P<word>[a-z]+)|[\s/.,-]+")
_IDLE = re.compile(r"of|(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?")


class PartialDate(NamedTuple):
    """What a record says of a date of birth; None where it says nothing usable.

    `year` is 1000-2999, `month` 1-12, `day` 1-31. The three need not make a real date: 30 February still agrees
    with 20 February on year and month.
    """

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def parts(self) -> frozenset[str]:
        """Which of "y", "m", "d" can be held against a record that differs.

        Of a day that its month does not have, only the year: one of the two is wrong, and which is not known.
        """
        if self.month and self.day and self.day > _LONGEST[self.month - 1]:
            return frozenset("y") if self.year else frozenset()
        return frozenset(mark for mark, part in zip("ymd", self, strict=True) if part is not None)


@lru_cache(maxsize=65_536)
def parse_date(text: str) -> PartialDate:
    """Read a date of birth leniently; never raises.

    Year first (YYYY, YYYY-MM, YYYY-MM-DD, YYYYMMDD, any separator) or, as the United Kingdom writes it, year
    last (DD/MM/YYYY, DD/MM/YY, DDMMYYYY, 17 Mar 1984). A month over 12 beside a day that could be one is read as
    the two swapped; other impossible parts are dropped. 1 January stands for "only the year is known", so it
    counts as that; 1 January 1900 is where spreadsheets begin, and with the year 9999 says nothing.
    """
    runs = _runs(text)
    if runs[:1] == ["9999"]:
        return PartialDate()
    if len(runs) >= 3 and len(runs[0]) <= 2 and len(runs[1]) <= 2 == len(runs[2]) and runs[0] != "00":
        runs[2] = ("19" if int(runs[2]) >= _PIVOT else "20") + runs[2]
    if len(runs) >= 3 and len(runs[0]) <= 2 and len(runs[2]) == 4:
        runs = [runs[2], runs[1], runs[0]]
    elif len(runs) == 2 and len(runs[0]) <= 2 and len(runs[1]) == 4:
        runs = [runs[1], runs[0]]
    year, month, day = (int(run) if run and len(run) <= 4 else 0 for run in (*runs, "", "", "")[:3])
    if 12 < month <= 31 and 1 <= day <= 12:
        month, day = day, month
    known_year = year if 1000 <= year <= 2999 else None
    if (year, month, day) == _NO_DATE:
        return PartialDate()
    if known_year and (month, day) == (1, 1):
        return PartialDate(known_year)
    return PartialDate(
        known_year,
        month if 1 <= month <= 12 else None,
        day if 1 <= day <= 31 else None,
    )


def _runs(text: str) -> list[str]:
    """The numbers of a date in the order written, a month's English name as its number, after the day."""
    runs = [run for run in _DIGITS.findall(text) if run.isascii()]
    named = _MONTH.search(text)
    if named:
        month = f"{_MONTHS.index(named[1][:3].lower()) + 1:02d}"
        first = _DIGITS.search(text)
        year_first = first is not None and len(first[0]) == 4
        days = 0 if len(runs) == 1 else 1
        return [runs[0], month, *runs[1:]] if year_first else [*runs[:days], month, *runs[days:]]
    if len(runs) != 1 or len(runs[0]) not in {6, 8}:
        return runs
    run = runs[0]
    if 1 <= int(run[4:6]) <= 12 and int(run[:4]) >= 1000:
        return [run[:4], run[4:6], run[6:]]
    if 1 <= int(run[:2]) <= 31 and 1 <= int(run[2:4]) <= 12:
        return [run[:2], run[2:4], run[4:]]
    return [run[:4], run[4:6], run[6:]]


class DateFault(StrEnum):
    """Which part of a date that somebody wrote cannot be; `whole` where it is no date at all."""

    day = "day"
    month = "month"
    year = "year"
    whole = "whole"


@dataclass(frozen=True, slots=True)
class DateQuestion:
    """What a date that somebody wrote may mean: dates as `read_date` gives them, the likeliest first."""

    choices: tuple[str, ...]


def read_date(text: str) -> str | DateQuestion | DateFault:
    """Read a date as people in the United Kingdom write it: YYYY-MM-DD, or the part of it that is known.

    Day first (4/7/1991, 04.07.1991, 4 July 1991, 7/1991) or year first (1991-07-04, 1991-07, 1991). A month is a
    number or its English name; a weekday, "4th of" and a question mark at the end are passed over. A year of two
    digits is asked back. Empty for nothing. Never raises, and never guesses.
    """
    tokens = _tokens(text.strip().rstrip("?").rstrip().lower())
    if tokens is None:
        return DateFault.whole
    if not tokens:
        return "" if not text.strip() else DateFault.whole
    parts = _ordered(tokens)
    if isinstance(parts, DateFault):
        return parts
    year, month, day = parts
    if len(year) == 2:
        centuries = ("19", "18") if int(year) >= _PIVOT else ("20", "19")
        found = [_real(century + year, month, day) for century in centuries]
        real = [one for one in found if not isinstance(one, DateFault)]
        return DateQuestion(tuple(real)) if len(real) > 1 else (real or found)[0]
    return _real(year, month, day)


def _tokens(text: str) -> list[str] | None:
    """The numbers of a date, its month's name as a number with an M before it; None where it has anything else."""
    found, at = [], 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        at = token.end()
        if token["number"]:
            found.append(token["number"])
        elif (word := token["word"]) and not _IDLE.fullmatch(word):
            month = _MONTH.fullmatch(word)
            if month is None:
                return None
            found.append(f"M{_MONTHS.index(month[1][:3]) + 1}")
    return found


def _ordered(tokens: list[str]) -> tuple[str, str, str] | DateFault:
    """Year, month and day as written, or empty; a month's name or a year at the front says which is which."""
    shape = "".join("M" if token[0] == "M" else "Y" if len(token) == 4 else "n" for token in tokens)
    places = {
        "Y": (0,), "YM": (0, 1), "Yn": (0, 1), "YMn": (0, 1, 2), "Ynn": (0, 1, 2),
        "MY": (1, 0), "nY": (1, 0), "Mn": (1, 0), "nn": (1, 0),
        "nMY": (2, 1, 0), "nnY": (2, 1, 0), "nMn": (2, 1, 0), "nnn": (2, 1, 0),
        "MnY": (2, 0, 1), "Mnn": (2, 0, 1),
        "nM": (), "n": (),
    }.get(shape)  # fmt: skip
    if places is None or any(len(token) > 4 for token in tokens):
        return DateFault.whole
    year, month, day = (*(tokens[place] for place in places), "", "", "")[:3]
    without_year = shape == "nn" and int(year) <= 31  # a day and its month: 4/7
    if len(year) not in (2, 4) or without_year:
        return DateFault.year
    return year, month.removeprefix("M"), day


def _real(year: str, month: str, day: str) -> str | DateFault:
    """The date as YYYY, YYYY-MM or YYYY-MM-DD, if there is such a date."""
    if int(year) < 1000:
        return DateFault.year
    if month and not 1 <= int(month) <= 12:
        return DateFault.month
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return DateFault.day
    return "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])


def strict_date(text: str) -> str:
    """`text` itself where it is empty or a real YYYY, YYYY-MM or YYYY-MM-DD; for forms and imported files.

    Raises InputError otherwise, without repeating what was typed.
    """
    text = text.strip()
    if not text:
        return text
    found = _ISO.fullmatch(text)
    if found and text.isascii():
        year, month, day = (int(part) if part else 1 for part in found.groups())
        try:
            if year >= 1000:
                datetime.date(year, month, day)
                return text
        except ValueError:
            pass
    raise InputError(
        "The date of birth is not a date that exists.",
        do="Write YYYY-MM-DD, or YYYY-MM or YYYY where only part of it is known.",
    )
