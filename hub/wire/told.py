"""Days, times, texts and people as another area says them: of shapes that every page and every clock here takes.

What lies outside is refused where it arrives, so that nothing behind has to ask again. Pure; what is said is
elsewhere (`transfers`, `papers`, `channel`).
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field, StringConstraints

from hub.errors import InputError
from hub.matching.dates import strict_date
from hub.parsing import JsonError, hidden_characters, texts
from hub.values import LongText, Person, Requester, ShortText

FIRST: Final = dt.date(1900, 1, 1)
LAST: Final = dt.date(2099, 12, 31)
"""CHOICE: as the months of a disclosure. A year behind or before it is still a date."""
LAST_S: Final = 4_102_444_799
"""The last second of that day, since 1970."""


def _readable(text: str) -> str:
    if hidden_characters(text, "prose"):
        raise ValueError("text has control characters")
    return text


def _born(text: str) -> str:
    try:
        return strict_date(text)
    except InputError:
        raise ValueError("a date of birth is none") from None


def _person(one: Person) -> Person:
    _born(one.date_of_birth)
    _all_readable(one.model_dump())
    return one


def _requester(one: Requester) -> Requester:
    _all_readable(one.model_dump())
    return one


def _all_readable(document: dict[str, Any]) -> dict[str, Any]:
    try:
        for _, text in texts(document):
            _readable(text)
    except JsonError as error:
        raise ValueError(error.why) from None
    return document


Day = Annotated[dt.date, Field(ge=FIRST, le=LAST)]
Moment = Annotated[int, Field(strict=True, ge=0, le=LAST_S)]
Readable = Annotated[ShortText, AfterValidator(_readable)]
Prose = Annotated[LongText, AfterValidator(_readable)]
Born = Annotated[str, StringConstraints(max_length=10), AfterValidator(_born)]
TheirPerson = Annotated[Person, AfterValidator(_person)]
TheirRequester = Annotated[Requester, AfterValidator(_requester)]
Body = Annotated[dict[str, Any], AfterValidator(_all_readable)]
