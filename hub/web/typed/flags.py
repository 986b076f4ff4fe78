"""What is typed of flags: who was told, that one stands for longer, and that somebody was seen again."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from hub.cases.flags import Extension, Reason
from hub.matching.written_dates import DayWritten
from hub.values import LongText, ShortText, Value
from hub.web.typed.cases import PersonTyped
from hub.web.typed.words import mark

REASONS: Final[dict[Reason, str]] = {
    "child_protection": mark("A child protection plan"),
    "sex_offender": mark("A sex offender"),
    "other": mark("Another reason"),
}
WHOM: Final = mark("Write the name of whoever was seen, or part of it")


class ToldTyped(Value):
    """That an agency was told of flags, by their cases' addresses."""

    agency: ShortText = Field(min_length=1, title=mark("which agency was told"))
    cases: tuple[ShortText, ...] = Field(min_length=1, max_length=1_000, title=mark("of which cases"))


class LongerTyped(Value):
    """That a flag stands for longer."""

    until: DayWritten = Field(title=mark("the day until which it stands"))
    reason: Reason = Field(title=mark("the reason"))
    because: LongText = Field(min_length=1, title=mark("why"))
    authority: ShortText = Field(min_length=1, title=mark("by whose authority"))

    @property
    def extension(self) -> Extension:
        """As it is kept."""
        return Extension(**self.model_dump())


class SeenTyped(Value):
    """That somebody was seen again: who, and what was seen."""

    person: PersonTyped = PersonTyped()
    words: LongText = Field(min_length=1, title=mark("what happened"))
