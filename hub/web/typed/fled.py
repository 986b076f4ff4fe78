"""Whether anyone here fled an area, as a page asks it: three answers and, beside a yes, which areas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import BaseModel, Field

from hub.consent.form.fled import NOT_KNOWN, area_written
from hub.values import NodeId, ShortText
from hub.web.typed.words import mark

Fled = Literal["areas", "none", "not_known"]
FLED_WORDS: Final = {
    "areas": mark("Yes"),
    "none": mark("No, nobody has"),
    "not_known": mark("Not known"),
}


class FledTyped(BaseModel):
    """What is typed. No answer is a default."""

    fled: Fled = Field(title=mark("whether anyone here fled an area"))
    fled_areas: tuple[NodeId, ...] = Field(default=(), max_length=50, title=mark("the areas that were fled"))
    fled_else: ShortText = Field(default="", title=mark("another area that was fled"))

    @property
    def fled_from(self) -> tuple[str, ...]:
        """Who fled which area, as the sharing form has it."""
        return fled_from(self.fled, self.fled_areas, self.fled_else)


def fled_from(fled: Fled, areas: tuple[str, ...], other: str) -> tuple[str, ...]:
    """The answer as the sharing form has it."""
    if fled == "areas":
        return (*areas, *([other] if other else []))
    return (NOT_KNOWN,) if fled == "not_known" else ()


def wrong_with_fled(typed: FledTyped) -> Iterator[tuple[str, str]]:
    """What the answers say against each other: the field, and a sentence."""
    if typed.fled == "areas" and not typed.fled_from:
        yield "fled_areas", mark("Tick the areas that were fled, or name another")
    if typed.fled != "areas" and (typed.fled_areas or typed.fled_else):
        yield "fled", mark("You named an area that somebody fled: choose Yes, or take the area away")
    if typed.fled_else:
        try:
            area_written(typed.fled_else)
        except ValueError:
            yield "fled_else", mark("Write the name of an area")
