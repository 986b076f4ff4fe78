"""Dates as fields of models that people fill in: on a page, in an import, over the API.

Pure. `DayWritten` takes a whole date and `DateWritten` what is known of one, in any way that `read_date` reads.
What cannot be taken is an error whose type says why (`date_day`, `date_month`, `date_year`, `date_whole`, and
`date_part` where a part is missing); what is known of a date that could be two is one of type `date_asked`, with
the choices.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from hub.matching.dates import DateFault, DateQuestion, read_date

_SAYS: Final = {
    DateFault.day: "its month has no such day",
    DateFault.month: "there is no such month; the day stands first",
    DateFault.year: "the year is missing or is not of four digits",
    DateFault.whole: "it is no date; write YYYY-MM-DD or 4 July 1991",
}


def _read(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    found = read_date(text)
    if isinstance(found, DateFault):
        raise PydanticCustomError(f"date_{found}", _SAYS[found])
    if isinstance(found, DateQuestion):
        raise PydanticCustomError(
            "date_asked", "the year is of two digits", {"choices": ",".join(found.choices)}
        )
    return found


def whole_day(text: Any) -> Any:
    """A whole date as YYYY-MM-DD. Raises PydanticCustomError for what is none, or could be two."""
    found = _read(text)
    if isinstance(found, str) and len(found) < len("YYYY-MM-DD"):
        raise PydanticCustomError("date_part", "the day, the month and the year are needed")
    return found


def day_of_an_act(text: Any) -> Any:
    """The same of a day on which something was done: a year of two digits is this century's, not asked back."""
    asked = read_date(text) if isinstance(text, str) else None
    return whole_day(max(asked.choices) if isinstance(asked, DateQuestion) else text)


DayWritten = Annotated[
    dt.date, BeforeValidator(day_of_an_act), WithJsonSchema({"type": "string", "format": "date"})
]
"""A whole date on which something was done or is to be."""

DateWritten = Annotated[
    str,
    BeforeValidator(_read),
    WithJsonSchema({"type": "string", "description": "YYYY, YYYY-MM or YYYY-MM-DD, or as people write it."}),
]
"""What is known of a date: YYYY, YYYY-MM, YYYY-MM-DD, or empty."""
