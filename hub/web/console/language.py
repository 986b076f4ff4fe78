"""The words that people read: each from the catalogue in `words/`; dates and times as the United Kingdom has them.

A sentence in the code is the catalogue's key and what is read where the catalogue says nothing else. `make words`
gathers them anew. Not here: words of the rules and of the commands, which come from their own rooms.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from hub.web.typed.words import mark as mark

LOCALE: Final = "en_GB"
WORDS: Final = Path(__file__).with_name("words")
ZONE: Final = ZoneInfo("Europe/London")


def catalogue(path: Path) -> Translations:
    """Return the words of a catalogue. Raises ValueError where it cannot be read."""
    compiled = BytesIO()
    with path.open("rb") as text:
        write_mo(compiled, read_po(text, locale=LOCALE, abort_invalid=True))
    compiled.seek(0)
    return Translations(compiled)


@cache
def _words() -> Translations:
    return catalogue(WORDS / f"{LOCALE}.po")


def gettext(message: str, /, **values: object) -> str:
    """Return a message in the words of the catalogue, with its %(name)s filled in. Nothing stays nothing."""
    found = str(_words().gettext(message)) if message else ""  # A catalogue has its own header under "".
    return found % values if values else found


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """Return a message for a number, which is its %(num)s too."""
    return str(_words().ngettext(one, many, count)) % {"num": count, **values}


def day(date: dt.date) -> str:
    """Return a day in words: "Wednesday 2 December 2026"."""
    return str(format_date(date, "EEEE d MMMM y", locale=LOCALE))


def short_day(date: dt.date) -> str:
    """Return a day without its weekday: "2 December 2026"."""
    return str(format_date(date, "d MMMM y", locale=LOCALE))


def clock(moment: dt.datetime | float) -> str:
    """Return a time of day in the United Kingdom: "9:03am". Takes seconds since 1970, or a time with its zone."""
    return str(format_time(_local(moment), "h:mma", locale=LOCALE)).lower()


def moment(moment: dt.datetime | float) -> str:
    """Return a time with its day: "9:03am on Wednesday 2 December 2026"."""
    at = _local(moment)
    return gettext("%(time)s on %(day)s", time=clock(at), day=day(at.date()))


def partial_date(text: str) -> str:
    """Return a date of which parts may be unknown in words: "4 July 1991", "July 1991", "1991", or nothing."""
    parts = [int(part) for part in text.split("-") if part]
    if not parts:
        return ""
    first = dt.date(*[*parts, 1, 1][:3])
    pattern = {1: "y", 2: "MMMM y", 3: "d MMMM y"}[len(parts)]
    return str(format_datetime(dt.datetime.combine(first, dt.time()), pattern, locale=LOCALE))


def _local(moment: dt.datetime | float) -> dt.datetime:
    if isinstance(moment, dt.datetime):
        if moment.tzinfo is None:
            raise ValueError("A time without its zone could be any.")
        return moment.astimezone(ZONE)
    return dt.datetime.fromtimestamp(moment, ZONE)
