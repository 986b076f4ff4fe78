"""What stands against telling an area about whom a question is: that somebody fled it, or may have.

One answer for whoever decides, asks, tells or shows, so that nothing is offered that would be refused. Pure. Not
here: what a manager decides about it (`refusals`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from hub.consent.areas import Area
from hub.consent.context import Context
from hub.consent.form.fled import NOT_KNOWN, fled_areas, most_careful
from hub.consent.form.form import SharingForm

DIFFERS: Final = "fled_answers_differ"
"""The code of the reason that the form and the case do not say the same."""


class NotTold(StrEnum):
    """Why an area is not told, the gravest first."""

    fled = "fled"
    not_safe = "not_safe"
    sealed = "sealed"
    area_unknown = "area_unknown"
    not_known = "not_known"
    unanswered = "unanswered"


GRAVE: Final = (NotTold.fled, NotTold.not_safe, NotTold.sealed)
"""What is said of an area wherever it is shown, in place of any advice to telephone it."""

IN_WORDS: Final = {
    NotTold.fled: "Somebody fled this area, as this case or another here says: ask your manager.",
    NotTold.not_safe: (
        "The victim named this area, or somebody there, as not safe to talk to: ask your manager."
    ),
    NotTold.sealed: "Somebody asked about is on a sealed case here: ask your manager.",
    NotTold.area_unknown: (
        "An area that somebody fled is none that this hub knows, so it may be this one: ask your manager."
    ),
    NotTold.not_known: (
        "It is not known whether anyone fled an area, as this case or another here says, so nobody is told: "
        "find out, and ring no area that may have been fled."
    ),
    NotTold.unanswered: (
        "Nobody has answered whether anyone on this case fled an area: answer it there, and ask again."
    ),
}


@dataclass(frozen=True)
class Telling:
    """The answer that counts, whom she named as not safe to talk to, and the areas that are known.

    `known` None: there is no node that knows any. `sealed`: somebody asked about is on a sealed case.
    """

    fled_from: tuple[str, ...] | None
    not_safe: tuple[str, ...]
    known: tuple[Area, ...] | None
    sealed: bool = False

    @classmethod
    def of(cls, form: SharingForm, context: Context) -> Telling:
        """That of an act: of the answers of the form, its case and any other case, the most careful one."""
        answer = most_careful(form.fled_from, context.case_fled_from, context.fled_elsewhere or None)
        sealed = context.sealed and context.of_a_node
        return cls(answer, context.not_safe_to_talk_to, context.areas, sealed)

    @cached_property
    def areas_unknown(self) -> bool:
        """Whether an entry is none of the areas that the node knows, where there is a node to know any."""
        entries = fled_areas(self.fled_from)
        return self.known is not None and not all(
            any(area.is_called(entry) for area in self.known) for entry in entries
        )

    def area(self, node_id: str) -> Area:
        """The area of a node id by all that it is known by."""
        return next((area for area in self.known or () if area.node_id == node_id), Area(node_id))

    def against(self, area: Area) -> tuple[NotTold, ...]:
        """Everything that stands against telling an area, the gravest first."""
        return tuple(self._against(area))

    def _against(self, area: Area) -> Iterator[NotTold]:
        if any(area.has_in_name(entry) for entry in fled_areas(self.fled_from)):
            yield NotTold.fled
        if any(area.stands_in(named) for named in self.not_safe):
            yield NotTold.not_safe
        if self.sealed:
            yield NotTold.sealed
        if self.areas_unknown:
            yield NotTold.area_unknown
        if NOT_KNOWN in (self.fled_from or ()):
            yield NotTold.not_known
        if self.fled_from is None:
            yield NotTold.unanswered
