"""What is typed of an action plan: an action, the review of the earlier plan, the plan as a whole, and a report.

One model each for pages and programs. Decides nothing: `hub.cases.action_plan` says what a plan lacks.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from hub.cases.action_plan import (
    Action,
    ActionId,
    ActionPlan,
    Addresses,
    Approach,
    FailureReason,
    Outcome,
    Report,
    ReviewedAction,
    SafetyWord,
    Said,
    Sentence,
    Words,
    report_lacks,
    worked_of,
)
from hub.errors import InputError
from hub.matching.written_dates import DayWritten
from hub.values import LongText, ShortText, Value
from hub.web.typed.words import mark

_CHOOSE: Final = {
    "outcome": mark("Choose what came of it"),
    "worked": mark("Choose whether it worked"),
    "still_needed": mark("Choose whether it is still needed"),
}


class ActionTyped(Value):
    """An action that an agency volunteers. `with_agencies`: those that do it jointly, with semicolons between."""

    what: Sentence = Field(title=mark("what will be done"))
    agency: Said = Field(title=mark("the agency"))
    volunteered_by: Said = Field(title=mark("who said so for the agency"))
    due: DayWritten = Field(title=mark("the day by which"))
    risk: Sentence = Field(title=mark("which risk it meets"))
    achieves: Sentence = Field(title=mark("what it will achieve"))
    addresses: Addresses = Field(title=mark("whom it is about"))
    approach: Approach | None = Field(default=None, title=mark("what it does about the behaviour"))
    with_agencies: LongText = ""
    after: ActionId | None = None

    def action(self) -> Action:
        """The action, of an id of its own."""
        said = self.model_dump(exclude={"with_agencies"})
        together = tuple(one.strip() for one in self.with_agencies.split(";") if one.strip())
        return Action(**said, id=secrets.token_hex(8), with_agencies=together)


class ReviewedTyped(Value):
    """What was found of an action of the earlier plan. What is not answered yet is left out."""

    action: ActionId
    outcome: Outcome | None = None
    worked: Literal["yes", "no", "not_known"] | None = None
    still_needed: Literal["yes", "no"] | None = None
    note: Words = ""


class ReviewTyped(Value):
    """The review of the earlier plan, as far as it has gone."""

    reviewed: Annotated[tuple[ReviewedTyped, ...], Field(max_length=100)] = ()


def wrong_with(typed: ReviewTyped) -> Iterator[tuple[str, str]]:
    """The fields of lines that are answered in part, each with what to do."""
    for at, one in enumerate(typed.reviewed):
        said = {name: getattr(one, name) for name in _CHOOSE}
        if any(said.values()) or one.note:
            if one.outcome not in (None, Outcome.done):
                del said["worked"]
            yield from ((f"reviewed.{at}.{name}", _CHOOSE[name]) for name, value in said.items() if not value)


def reviewed_of(
    typed: ReviewTyped, earlier: ActionPlan, before: Sequence[ReviewedAction]
) -> tuple[ReviewedAction, ...]:
    """The reviewed lines: those typed, and those of before that were not typed anew, in the plan's order."""
    said = {one.action: one for one in before}
    for one in typed.reviewed:
        if one.outcome and one.still_needed and (one.worked or one.outcome is not Outcome.done):
            said[one.action] = ReviewedAction(
                action=one.action,
                outcome=one.outcome,
                worked=worked_of(one.outcome, one.worked),
                still_needed=one.still_needed == "yes",
                note=one.note,
            )
    return tuple(said[one.id] for one in earlier.actions if one.id in said)


class WholeTyped(Value):
    """What is said of a plan as a whole, as far as it is known."""

    tells_victim: ShortText = ""
    safe: Literal["yes", "no"] | None = None
    safe_by: ShortText = ""
    risk_it_makes: Words = ""
    no_action_on_perpetrator: Words = ""
    no_support: Words = ""
    perpetrator_not_addressed: Words = ""
    risks_not_identified: Words = ""
    complex_needs: Words = ""

    def applied_to(self, plan: ActionPlan, _: ActionPlan | None) -> ActionPlan:
        """The plan with what is said of it."""
        safety = None
        if self.safe and self.safe_by:
            safety = SafetyWord(safe=self.safe == "yes", by=self.safe_by, risk_it_makes=self.risk_it_makes)
        said = {one: getattr(self, one.value) for one in FailureReason}
        return plan.model_copy(
            update={
                "tells_victim": self.tells_victim,
                "safety": safety,
                "no_action_on_perpetrator": self.no_action_on_perpetrator,
                "reasons": {one: text for one, text in said.items() if text},
            }
        )


def whole_of(plan: ActionPlan) -> WholeTyped:
    """What was said of a plan as a whole, to be typed on."""
    safety = plan.safety
    return WholeTyped(
        tells_victim=plan.tells_victim,
        safe=None if safety is None else ("yes" if safety.safe else "no"),
        safe_by=safety.by if safety else "",
        risk_it_makes=safety.risk_it_makes if safety else "",
        no_action_on_perpetrator=plan.no_action_on_perpetrator,
        **{one.value: text for one, text in plan.reasons.items()},
    )


class PlanTyped(WholeTyped, ReviewTyped):
    """A plan as programs send it: actions to add, lines reviewed, and what is said of the whole."""

    actions: Annotated[tuple[ActionTyped, ...], Field(max_length=100)] = ()

    def applied_to_all(self, plan: ActionPlan, earlier: ActionPlan | None) -> ActionPlan:
        """The plan with it: an action that stands in it already is not added again, what is not said stays.

        Raises InputError for a reviewed line that is answered in part, or of no action of the earlier plan.
        """
        known = {one.id for one in earlier.actions} if earlier else set()
        wrong = next(wrong_with(self), None)
        if wrong is not None or any(one.action not in known for one in self.reviewed):
            field, why = wrong or ("reviewed", mark("Name actions of the plan before"))
            raise InputError(
                f"{field}: {why}.", kept="The plan, as it was.", do="Correct it and send it again."
            )
        there = {one.model_copy(update={"id": "", "reports": ()}) for one in plan.actions}
        made = [one.action() for one in self.actions]
        new = tuple(one for one in made if one.model_copy(update={"id": ""}) not in there)
        said = whole_of(plan).model_dump() | self.model_dump(
            include=set(WholeTyped.model_fields), exclude_defaults=True
        )
        typed = WholeTyped.model_validate(said)
        if typed.safe and not typed.safe_by:
            raise InputError(
                f"safe_by: {WHO_SAYS}.", kept="The plan, as it was.", do="Name them and send it again."
            )
        whole = typed.applied_to(plan, earlier)
        reviewed = reviewed_of(self, earlier, plan.reviewed) if earlier else plan.reviewed
        return whole.model_copy(update={"actions": (*plan.actions, *new), "reviewed": reviewed})


class ReportTyped(Value):
    """What came of an action, as its agency says. `worked`: said of what was done, and of nothing else."""

    outcome: Literal[Outcome.done, Outcome.not_done, Outcome.impossible] = Field(
        title=mark("what came of it")
    )
    worked: Literal["yes", "no", "not_known"] | None = Field(default=None, title=mark("whether it worked"))
    because: Words = ""

    @property
    def lacks(self) -> Literal["", "because", "worked"]:
        """The field that has still to be said, if any."""
        return report_lacks(self.outcome, self.because, self.worked)

    def report(self, agency: str, by: str, at: int) -> Report:
        """It as somebody says it, at a time. Raises InputError for what it lacks."""
        if self.lacks:
            raise InputError(
                f"{self.lacks}: {REPORT_LACKS[self.lacks]}.",
                kept="Nothing was changed.",
                do="Say it, and send it again.",
            )
        worked = worked_of(self.outcome, self.worked)
        return Report(outcome=self.outcome, because=self.because, worked=worked, agency=agency, by=by, at=at)


REPORT_LACKS: Final = {
    "because": mark("Say why it was not done"),
    "worked": mark("Choose whether it worked"),
}
WHO_SAYS: Final = mark("Say who says whether the plan is safe")
