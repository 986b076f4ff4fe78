"""Who may open a sealed channel, or answer over one: a manager with no part in her case. Pure.

Facts go in that the node holds, and what stands against it comes out, with whom to turn to. A case that somebody is
kept out of is no case here. That a colleague is among the people of the case stands against nobody: in the area
that she fled it is what a channel is for. Looks nothing up (`facts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from hub.errors import UsageError
from hub.values import Value


class Against(StrEnum):
    """What stands against it, the gravest first."""

    no_manager = "no_manager"
    no_case = "no_case"
    in_case = "in_case"
    household = "household"
    not_safe = "not_safe"
    linked = "linked"
    other_in_case = "other_in_case"
    not_declared = "not_declared"


IN_WORDS: Final[Mapping[Against, str]] = {
    Against.no_manager: "A manager of the Marac does this, in their own account.",
    Against.no_case: "There is no such case here.",
    Against.in_case: "You have the name of somebody in this case, or may be called so.",
    Against.household: "Your postcode is that of somebody in this case.",
    Against.not_safe: "The victim named you, or your agency, as not safe to talk to.",
    Against.linked: "You have a part in this case: you referred it, entered it or wrote papers of it.",
    Against.other_in_case: (
        "The other manager has the name of somebody in this case, or is named as not safe to talk to: ask that area"
        " for another one."
    ),
    Against.not_declared: "Say that you have no connection with anyone in this case.",
}


class Facts(Value):
    """What the node holds of a manager and a case. `case`: whether there is one that they may know of."""

    manager: bool
    case: bool
    in_case: bool = False
    household: bool = False
    not_safe: bool = False
    linked: bool = False
    other_in_case: bool = False
    declared: bool = False


def against(facts: Facts) -> tuple[Against, ...]:
    """All that stands against it. Of a case that is none for them nothing more is said."""
    if not facts.manager:
        return (Against.no_manager,)
    if not facts.case:
        return (Against.no_case,)
    found = {
        Against.in_case: facts.in_case,
        Against.household: facts.household,
        Against.not_safe: facts.not_safe,
        Against.linked: facts.linked,
        Against.other_in_case: facts.other_in_case,
        Against.not_declared: not facts.declared,
    }
    return tuple(one for one, stands in found.items() if stands)


def instead(managers: Sequence[str], officers: Sequence[str], duty: str) -> str:
    """Whom to turn to: another manager, else the data-protection officer, else the area's own duty number."""
    if managers:
        return f"Another manager does it: {', '.join(managers)}."
    if officers:
        return f"There is no other manager here: ask the data-protection officer, {', '.join(officers)}."
    return f"There is no other manager here, and no data-protection officer has an account: ring {duty}."


def refused(found: Sequence[Against], turn_to: str) -> UsageError:
    """The error for what stands against it."""
    mended = all(one in (Against.not_declared, Against.other_in_case) for one in found)
    return UsageError(
        " ".join(IN_WORDS[one] for one in found),
        kept="Nothing was kept, and no area was told anything.",
        do="" if mended else turn_to,
    )
