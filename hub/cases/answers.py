"""How the printed forms of a Marac are answered: yes, no or not completed; a name; people, agencies and areas.

Pure. Blank is not "no" and not zero: what nobody answered says so. Each kind takes what a page, a file or a program
sends, and gives one value. Not here: which questions there are (`referral`, `dash`, `research`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from hub.cases.importing.rows import NAMELESS
from hub.values import LongText, ShortText, Value

NOT_COMPLETED: Final = "not_completed"
_SHORT: Final = 200
_YES: Final = frozenset({"yes", "y", "true"})
_NO: Final = frozenset({"no", "n", "false"})
_NOT_KNOWN: Final = frozenset({*NAMELESS, "not_known", "name not known"})


def _yes_no(said: Any) -> Any:
    if said is None or said == "":
        return NOT_COMPLETED
    if isinstance(said, bool):
        return "yes" if said else "no"
    if isinstance(said, str):
        word = said.strip().casefold()
        if word in _YES:
            return "yes"
        return "no" if word in _NO else word.replace(" ", "_").replace("'", "").replace("\u2019", "")
    return said


YesNo = Annotated[Literal["yes", "no", "not_completed"], BeforeValidator(_yes_no)]
"""A box of yes or no as it was filled in. A file may say true, "Y" or null."""

Answer = Annotated[Literal["yes", "no", "dont_know", "not_completed"], BeforeValidator(_yes_no)]
"""A question that may be answered with "don't know"."""

Box = Annotated[str, StringConstraints(max_length=4_000)]
"""A box of a printed form that has room for some lines."""


def _parted(said: Any) -> Any:
    texts = [said] if isinstance(said, str) else said
    if not isinstance(texts, list | tuple) or not all(isinstance(one, str) for one in texts):
        return said
    return [part.strip() for text in texts for part in text.split(";") if part.strip()]


Names = Annotated[tuple[ShortText, ...], BeforeValidator(_parted), Field(max_length=20)]
"""Names in full, one or several; a text may have several, with a semicolon between them."""


class Name(Value):
    """A person's name. The printed form has one box: its last word, or what stands before a comma, is the surname.

    `not_known`: that it is not known is said, which an empty box does not say.
    """

    given_names: ShortText = ""
    surname: ShortText = ""
    not_known: bool = False

    @model_validator(mode="before")
    @classmethod
    def _written(cls, said: Any) -> Any:
        if not isinstance(said, str):
            return said
        text = " ".join(said.split())
        if text.casefold() in _NOT_KNOWN:
            return {"not_known": True}
        if "," in text:
            surname, _, given = text.partition(",")
            return {"given_names": given.strip(), "surname": surname.strip()}
        given, _, surname = text.rpartition(" ")
        return {"given_names": given or surname, "surname": surname if given else ""}

    @property
    def there(self) -> bool:
        """Whether anything of it is known."""
        return bool(self.given_names or self.surname)

    def __str__(self) -> str:
        """The name as people say it; empty where nothing of it is known."""
        return f"{self.given_names} {self.surname}".strip()


class Somebody(Value):
    """Whom a victim fears, or finds safe or not safe to talk to: a person, an agency, an area, or all three."""

    person: ShortText = ""
    agency: ShortText = ""
    area: ShortText = ""
    why: LongText = ""

    @property
    def said(self) -> tuple[str, ...]:
        """In one line where that is short enough, else in several."""
        parts = tuple(filter(None, (self.person, self.agency, self.area)))
        line = ", ".join(parts)
        return (line,) if line and len(line) <= _SHORT else parts


def _somebody(said: Any) -> Any:
    entries = [said] if isinstance(said, str | dict) else said
    if not isinstance(entries, list | tuple):
        return said
    return [one for entry in entries for one in (_of_text(entry) if isinstance(entry, str) else [entry])]


def _of_text(text: str) -> list[dict[str, str]]:
    """Those whom a box names: one a line, or with a semicolon between them; nothing of a long text is lost."""
    lines = (line.strip() for part in text.split(";") for line in part.splitlines())
    return [{"person": part} for line in lines if line for part in textwrap.wrap(line, _SHORT)]


People = Annotated[tuple[Somebody, ...], BeforeValidator(_somebody), Field(max_length=40)]
"""Several of them. A file may have the box's own text."""


def in_lines(named: Iterable[Somebody]) -> tuple[str, ...]:
    """Those named, as a case keeps them: each once."""
    return tuple(dict.fromkeys(line for one in named for line in one.said))
