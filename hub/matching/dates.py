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
_NO_DATE = (1900, 1, 1)
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
    last (DD/MM/YYYY). A month over 12 beside a day that could be one is read as the two swapped; other
    impossible parts are dropped. 1 January stands for "only the year is known", so it counts as that; 1 January
    1900 is where spreadsheets begin, and says nothing.
    """
    runs = [run for run in _DIGITS.findall(text) if run.isascii()]
    if len(runs) == 1 and len(runs[0]) in {6, 8}:
        run = runs[0]
        runs = [run[:4], run[4:6], run[6:]]
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
