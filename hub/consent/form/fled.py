"""The answer to "has anyone here fled an area": areas, none, or not known; absent, nobody has answered.

One value for the form and for the case. It is written as a list of areas, or as "not_known" where nobody could
say; a list may have both. Not here: which areas are meant (`hub.consent.areas`), what follows from it
(`hub.consent.telling`).
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints

from hub.consent.form.vocabulary import answered

NOT_KNOWN: Final = "not_known"
_AREA: Final = re.compile(r"(?=.*[^\W_])[\w .,'\u2019&()/-]+")
_NO_AREA: Final = frozenset({"none", "nobody", "no", "nil", "nowhere", "yes"})


def _list(value: Any) -> Any:
    if isinstance(value, str) and value != NOT_KNOWN:
        raise ValueError('is neither a list of areas nor "not_known"')
    return (NOT_KNOWN,) if value == NOT_KNOWN else value


def area_written(text: str) -> str:
    """An entry of an answer as it is kept. Raises ValueError where it names no area."""
    if text == NOT_KNOWN:
        return text
    if not _AREA.fullmatch(text):
        raise ValueError("is not an area's node id or name")
    if not answered(text) or text.casefold() in _NO_AREA:
        raise ValueError('names no area: write an empty list for none, or "not_known"')
    return text


def _written(answer: tuple[str, ...]) -> list[str] | Literal["not_known"]:
    return NOT_KNOWN if answer == (NOT_KNOWN,) else list(answer)


FledArea = Annotated[str, StringConstraints(max_length=200), AfterValidator(area_written)]
FledFrom = Annotated[
    tuple[FledArea, ...],
    BeforeValidator(_list),
    Field(max_length=50),
    PlainSerializer(_written, return_type=list[str] | Literal["not_known"]),
]
"""An answer: the areas as they were written, each a node id or a name, and `NOT_KNOWN`."""


def fled_areas(answer: tuple[str, ...] | None) -> tuple[str, ...]:
    """The areas that an answer names."""
    return tuple(entry for entry in answer or () if entry != NOT_KNOWN)


def most_careful(*answers: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What several answers come to: every area that one of them names, and not known where one says so."""
    given = [answer for answer in answers if answer is not None]
    return tuple(dict.fromkeys(entry for answer in given for entry in answer)) if given else None
