"""Dates of birth as evidence: partial, swapped, impossible and placeholder dates each say what they can.

Pure and total in `parse_date`; `strict_date` is for edges, which refuse what is not a real date. Neither knows
today's date: whether a birth date lies in the future is for the form to ask.
"""

from __future__ import annotations

import datetime
import re
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
