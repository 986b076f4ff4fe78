"""What the criteria of a referral come to by the facts, beside what the referrer ticked. Neither changes the other.

Pure. The thresholds are the area's own, for each tool, with the day from which they are in force
(`config/thresholds.toml`). A count decides nothing: professional judgement alone suffices.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from hub.cases.answers import YesNo
from hub.cases.dash import Dash, Tool
from hub.cases.referral import CRITERIA, Criterion, Referral
from hub.values import ShortText, Value


class HighRisk(Value):
    """So many yeses of a tool's questions are visible high risk; with no `at_least`, no number is."""

    tool: Tool
    of: Annotated[int, Field(ge=1, le=60)]
    at_least: Annotated[int, Field(ge=1, le=60)] | None = None
    since: dt.date = Field(alias="from")
    source: ShortText = ""


class Escalation(Value):
    """So many incidents within so many months are potential escalation."""

    at_least: Annotated[int, Field(ge=1, le=100)]
    months: Annotated[int, Field(ge=1, le=60)]
    since: dt.date = Field(alias="from")
    source: ShortText = ""


class Thresholds(Value):
    """An area's thresholds, each from its day on."""

    version: ShortText
    visible_high_risk: tuple[HighRisk, ...]
    potential_escalation: tuple[Escalation, ...] = ()

    def high_risk(self, tool: str, on: dt.date) -> HighRisk | None:
        """That of a tool on a day."""
        in_force = [one for one in self.visible_high_risk if one.tool == tool and one.since <= on]
        return max(in_force, key=lambda one: one.since, default=None)

    def escalation(self, on: dt.date) -> Escalation | None:
        """That of a day."""
        in_force = [one for one in self.potential_escalation if one.since <= on]
        return max(in_force, key=lambda one: one.since, default=None)


class Fact(Value):
    """What a criterion comes to by the facts, beside what was ticked. `differs`: the two do not say the same."""

    criterion: Criterion
    ticked: YesNo
    found: Literal["met", "not_met", "not_known"]
    why: ShortText

    @property
    def differs(self) -> bool:
        """Whether what was ticked and what is found contradict each other."""
        return (self.ticked == "yes" and self.found == "not_met") or (
            self.ticked != "yes" and self.found == "met"
        )


def facts(
    referral: Referral, thresholds: Thresholds, on: dt.date, repeat: bool | None = None
) -> tuple[Fact, ...]:
    """What each criterion comes to on a day.

    `repeat`: whether a referral of these people stands here from the last twelve months; None where nobody looked.
    """
    found = {
        "professional_judgement": _judged(referral),
        "visible_high_risk": _high_risk(referral.dash, thresholds, on),
        "potential_escalation": _escalation(referral, thresholds, on),
        "marac_repeat": _repeat(repeat),
    }
    return tuple(
        Fact(criterion=one, ticked=referral.ticked(one), found=found[one][0], why=found[one][1])
        for one in CRITERIA
    )


def established(referral: Referral, thresholds: Thresholds, on: dt.date) -> bool:
    """Whether a tool has established high risk: by its count or, where none is known, by what was ticked."""
    found, _ = _high_risk(referral.dash, thresholds, on)
    return found == "met" or (found == "not_known" and referral.crit_visible_high_risk == "yes")


Found = tuple[Literal["met", "not_met", "not_known"], str]


def _judged(referral: Referral) -> Found:
    if referral.crit_professional_judgement == "yes":
        return "met", "A professional judges so. That is enough."
    return "not_known", "Nobody here can judge in a professional's place."


def _high_risk(dash: Dash | None, thresholds: Thresholds, on: dt.date) -> Found:
    if dash is None or dash.yeses is None:
        return "not_known", "No risk checklist was completed or attached with its count."
    threshold = thresholds.high_risk(dash.tool, on)
    of = threshold.of if threshold else None
    counted = f"{dash.yeses} yes" + (f" of {of}" if of else "")
    counted += f", {dash.dont_knows} don't know" if dash.dont_knows is not None else ""
    counted += f", {dash.left_out} not completed" if dash.left_out else ""
    if threshold is None or threshold.at_least is None:
        return "not_known", f"{counted} ({dash.tool}); this area has agreed no number for that tool."
    met = dash.yeses >= threshold.at_least
    return ("met" if met else "not_met"), f"{counted}; the local threshold is {threshold.at_least}."


def _escalation(referral: Referral, thresholds: Thresholds, on: dt.date) -> Found:
    agreed, count = thresholds.escalation(on), referral.incidents_12_months
    if agreed is None or count is None or agreed.months != 12:
        return "not_known", "The number of incidents in twelve months was not given."
    met = count >= agreed.at_least
    return (
        "met" if met else "not_met"
    ), f"{count} incidents in twelve months; the local threshold is {agreed.at_least}."


def _repeat(repeat: bool | None) -> Found:
    if repeat is None:
        return "not_known", "It was not looked for among the cases here."
    if repeat:
        return "met", "A referral of these people within twelve months stands here."
    return "not_met", "No referral of these people within twelve months stands here."
