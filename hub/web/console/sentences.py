"""What is wrong with a field, said to who filled it in: a sentence for each type of error that a model raises.

The names of the types are Pydantic's (https://docs.pydantic.dev/latest/errors/validation_errors/) and those of
`hub.matching.written_dates`. A field is called by the title that its model gives it, such as "the surname". No
sentence repeats what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hub.web.console.form_shape import FieldShape
from hub.web.console.language import gettext, mark

Sentences = Mapping[tuple[str, str], str]

_CHOOSE: Final = mark("Choose an answer: %(what)s")
_NUMBER: Final = mark("Enter %(what)s as a whole number")
_CHECK: Final = mark("Check %(what)s")
_FORM: Final = mark("Check the form: its answers do not go together")
_A_DATE: Final = mark("Write %(what)s as a date, such as 4 July 1991 or 4/7/1991")

BY_TYPE: Final[Mapping[str, str]] = {
    "missing": mark("Enter %(what)s"),
    "string_too_short": mark("Enter %(what)s with %(min_length)s characters or more"),
    "string_too_long": mark("Shorten %(what)s to %(max_length)s characters or fewer"),
    "string_pattern_mismatch": mark("Check %(what)s: it is not written as expected"),
    "too_short": mark("Choose at least %(min_length)s: %(what)s"),
    "too_long": mark("Choose at most %(max_length)s: %(what)s"),
    "enum": _CHOOSE,
    "literal_error": _CHOOSE,
    "bool_parsing": _CHOOSE,
    "int_parsing": _NUMBER,
    "int_type": _NUMBER,
    "int_from_float": _NUMBER,
    "greater_than_equal": mark("Enter %(what)s: %(ge)s or more"),
    "greater_than": mark("Enter %(what)s: more than %(gt)s"),
    "less_than_equal": mark("Enter %(what)s: %(le)s or less"),
    "less_than": mark("Enter %(what)s: less than %(lt)s"),
    "date_parsing": _A_DATE,
    "date_from_datetime_parsing": _A_DATE,
    "date_whole": _A_DATE,
    "date_day": mark("Check the day in %(what)s: its month has no such day"),
    "date_month": mark("Check the month in %(what)s: write the day, then the month, then the year"),
    "date_year": mark("Check the year in %(what)s: write all four digits"),
    "date_part": mark("Enter the day, the month and the year of %(what)s"),
    "date_asked": mark("Choose which year you mean in %(what)s"),
}


def sentence(
    kind: str, shape: FieldShape | None, context: Mapping[str, Any], said: str, own: Sentences
) -> str:
    """Return the sentence for an error: the page's own, a rule's words, or that of its type.

    `said` are the words of the rule that was broken, which are used where the rule is of our own (`value_error`).
    """
    if shape and (found := own.get((shape.pattern, kind)) or own.get((shape.pattern, "*"))):
        return gettext(found)
    if kind == "value_error":
        words = gettext(said.removeprefix("Value error, ").rstrip("."))
        return words[0].upper() + words[1:] if words else gettext(_FORM)
    if shape is None:
        return gettext(_FORM)
    if kind == "missing" and shape.chosen:
        return gettext(_CHOOSE, what=shape.title)
    return gettext(BY_TYPE.get(kind, _CHECK), **{**context, "what": shape.title})
