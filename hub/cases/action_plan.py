"""The action plan of a case: what each agency undertakes, by when, against which risk; and what came of it.

Pure. Agencies volunteer actions and keep responsibility for them; they report each as done, not done or impossible,
with the reason. Before a new plan is accepted each action of the earlier one is looked at again: that it was only
set anew, and nobody asked whether it had worked, is what a near-miss review found. What is set again is shown as
such, also in other words. Sources: SafeLives, Toolkit for Marac representatives; Briefing for Maracs: repeat cases
(2018). Not here: who may see a plan, and where it is kept (`plans`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, model_validator
from rapidfuzz import fuzz

from hub.values import ShortText, Value

Said = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Words = Annotated[str, StringConstraints(max_length=2_000)]
ActionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]

MOST_ACTIONS: Final = 100
SAME_WORDS: Final = 78
"""From here on, of 100, two actions of one agency about the same people read as one: a copy missed is worse than a
likeness shown."""


class Addresses(StrEnum):
    """Whom an action is about."""

    victim = "victim"
    perpetrator = "perpetrator"
    children = "children"
    others = "others"


class Approach(StrEnum):
    """The four ways in which a perpetrator's behaviour is addressed."""

    divert = "divert"
    manage = "manage"
    disrupt = "disrupt"
    prosecute = "prosecute"


class Outcome(StrEnum):
    """What came of an action."""

    done = "done"
    not_done = "not_done"
    impossible = "impossible"
    not_known = "not_known"


Worked = Literal["yes", "no", "not_known"]


def worked_of(outcome: Outcome, said: Worked | None) -> Worked:
    """Whether an action worked, as it is kept and shown: only what was done can have worked, or not."""
    return said if said is not None and outcome is Outcome.done else "not_known"


def report_lacks(outcome: Outcome, because: str, worked: Worked | None) -> Literal["", "because", "worked"]:
    """What a report has still to say: why it was not done, or whether what was done worked; of nothing else."""
    if outcome is not Outcome.done:
        return "" if because.strip() else "because"
    return "" if worked is not None else "worked"


class Report(Value):
    """What an agency says of its action: by whom, when (seconds since 1970); why, unless it was done.

    `worked` is of what was done (`worked_of`).
    """

    outcome: Literal[Outcome.done, Outcome.not_done, Outcome.impossible]
    because: Words = ""
    worked: Worked = "not_known"
    agency: Said
    by: Said
    at: int


class Action(Value):
    """One action. `volunteered_by` said for the `agency` that it will do it.

    `risk`: which risk it meets; `achieves`: what it will achieve. `with_agencies` do it jointly; `after` is the
    action that has to be done first. `approach` is said of actions about the perpetrator. `reports`: the latest
    stands last.
    """

    id: ActionId
    what: Sentence
    agency: Said
    volunteered_by: Said
    due: dt.date
    risk: Sentence
    achieves: Sentence
    addresses: Addresses
    approach: Approach | None = None
    with_agencies: Annotated[tuple[Said, ...], Field(max_length=20)] = ()
    after: ActionId | None = None
    reports: Annotated[tuple[Report, ...], Field(max_length=50)] = ()

    @property
    def outcome(self) -> Outcome | None:
        """What its agency reported last, if anything."""
        return self.reports[-1].outcome if self.reports else None

    def is_overdue(self, on: dt.date) -> bool:
        """Whether its day has passed and nothing final was reported. Not done is not final."""
        return self.due < on and self.outcome in (None, Outcome.not_done)


class FailureReason(StrEnum):
    """The four common reasons why an earlier plan did not make somebody safe (SafeLives 2018)."""

    no_support = "no_support"
    perpetrator_not_addressed = "perpetrator_not_addressed"
    risks_not_identified = "risks_not_identified"
    complex_needs = "complex_needs"


FAILURE_REASONS: Final[Mapping[FailureReason, str]] = {
    FailureReason.no_support: "The victim had no independent support, or was not engaged early enough.",
    FailureReason.perpetrator_not_addressed: "The perpetrator's behaviour was not addressed.",
    FailureReason.risks_not_identified: "The risks were not identified accurately:"
    " the victim's voice, or an agency, was missing.",
    FailureReason.complex_needs: "Complex needs of the victim or the perpetrator were not met.",
}


class SafetyWord(Value):
    """What the Idva, or whoever had most contact with the victim, says of the plan as a whole.

    `risk_it_makes`: what risk an action may itself cause, where there is any. `service`: the Idva service in whose
    name its own account said it; empty where somebody wrote down whose word it is.
    """

    safe: bool
    by: Said
    risk_it_makes: Words = ""
    service: ShortText = ""


class ReviewedAction(Value):
    """What was found of an action of the earlier plan. `note` says why, or what is still wanted."""

    action: ActionId
    outcome: Outcome
    worked: Worked
    still_needed: bool
    note: Words = ""


class ActionPlan(Value):
    """A plan, as it stands. `accepted_by` is empty until it is complete and somebody accepted it.

    `tells_victim`: who tells the victim of it, if that is safe. `no_action_on_perpetrator`: why there is none.
    `reasons`: what is done now about each reason for which earlier plans failed.
    """

    meeting_date: dt.date | None = None
    actions: Annotated[tuple[Action, ...], Field(max_length=MOST_ACTIONS)] = ()
    tells_victim: ShortText = ""
    safety: SafetyWord | None = None
    no_action_on_perpetrator: Words = ""
    reviewed: Annotated[tuple[ReviewedAction, ...], Field(max_length=MOST_ACTIONS)] = ()
    reasons: dict[FailureReason, Sentence] = Field(default_factory=dict)
    accepted_by: ShortText = ""
    accepted_on: dt.date | None = None

    @model_validator(mode="after")
    def _each_once(self) -> ActionPlan:
        for ids in ([one.id for one in self.actions], [one.action for one in self.reviewed]):
            if len(set(ids)) < len(ids):
                raise ValueError("an action stands in it twice")
        return self

    def action(self, number: str) -> Action | None:
        """The action of that id, if it has one."""
        return next((one for one in self.actions if one.id == number), None)


class Lack(Value):
    """What a plan still lacks: a code, the action it is of, and a sentence to whoever completes it."""

    code: ShortText
    text: str
    action: ShortText = ""


def lacking(plan: ActionPlan, earlier: ActionPlan | None) -> tuple[Lack, ...]:
    """What has to be said before a plan can be accepted, in the order in which it is asked.

    `earlier` is the last accepted plan of the same case, here or from where it was transferred, or those of the
    cases that it repeats. The perpetrator is addressed in every case; somebody is named who tells the victim; the
    Idva says that it is as safe as it can be.
    """
    lacks = [*_not_reviewed(plan, earlier)]
    if not plan.actions:
        lacks.append(Lack(code="no_action", text="No agency has volunteered an action."))
    about_perpetrator = any(one.addresses is Addresses.perpetrator for one in plan.actions)
    if not about_perpetrator and not plan.no_action_on_perpetrator:
        text = (
            "No action is about the perpetrator's behaviour: divert, manage, disrupt or prosecute it,"
            " or say why there is none."
        )
        lacks.append(Lack(code="perpetrator_not_addressed", text=text))
    lacks += filter(None, (wrong_action(plan, one) for one in plan.actions))
    if not plan.tells_victim:
        text = "Nobody is named who tells the victim of the plan, where that is safe."
        lacks.append(Lack(code="nobody_tells_victim", text=text))
    if plan.safety is None:
        text = "The Idva, or whoever had most contact with the victim, has not said whether the plan is safe."
        lacks.append(Lack(code="safety_not_said", text=text))
    elif not plan.safety.safe:
        text = "The plan is said not to be safe. Change the action that makes the risk, and ask again."
        lacks.append(Lack(code="not_safe", text=text))
    return tuple(lacks)


def _not_reviewed(plan: ActionPlan, earlier: ActionPlan | None) -> Iterable[Lack]:
    if earlier is None:
        return
    reviewed = {one.action for one in plan.reviewed}
    for place, action in enumerate(earlier.actions, 1):
        if action.id not in reviewed:
            text = f"Action {place} of the earlier plan was not reviewed: was it done, did it work, is it needed?"
            yield Lack(code="not_reviewed", text=text, action=action.id)
    for reason, words in FAILURE_REASONS.items():
        if reason not in plan.reasons:
            text = f"Say what is different this time. {words}"
            yield Lack(code=f"reason_{reason.value}", text=text)


def wrong_action(plan: ActionPlan, action: Action) -> Lack | None:
    """Why an action of a plan cannot stand in it as it is, if so."""
    place = plan.actions.index(action) + 1
    if action.addresses is Addresses.perpetrator and action.approach is None:
        text = f"Action {place} is about the perpetrator: does it divert, manage, disrupt or prosecute?"
        return Lack(code="no_approach", text=text, action=action.id)
    if action.after is not None and (first := _waits_in_vain(plan, action)):
        return Lack(code="after", text=f"Action {place} {first}.", action=action.id)
    return None


def _waits_in_vain(plan: ActionPlan, action: Action) -> str:
    """Why an action can never begin, if so; else nothing."""
    seen = {action.id}
    number = action.after
    while number is not None:
        before = plan.action(number)
        if before is None:
            return "waits for an action that is not in the plan"
        if number in seen:
            return "waits for itself"
        seen.add(number)
        number = before.after
    return ""


class SetBefore(Value):
    """That an action stood in the earlier plan, and what the review found of it there."""

    action: ActionId
    outcome: Outcome
    worked: Worked


def set_before(plan: ActionPlan, earlier: ActionPlan | None) -> dict[str, SetBefore]:
    """The actions of a plan that the earlier one had already, by id, in the same words or nearly.

    Compared by their words in any order: "Flag the address on police systems" is "Flag address on system". Where it
    was not reviewed yet, what its agency reported counts.
    """
    if earlier is None:
        return {}
    found = {}
    for one in plan.actions:
        likeness, before = max(
            ((_likeness(one, other), other) for other in earlier.actions),
            key=lambda pair: pair[0],
            default=(0.0, None),
        )
        if before is not None and likeness >= SAME_WORDS:
            found[one.id] = _came_of(before, plan.reviewed)
    return found


def _likeness(one: Action, other: Action) -> float:
    if _folded(one.agency) != _folded(other.agency) or one.addresses is not other.addresses:
        return 0.0
    left, right = _folded(one.what), _folded(other.what)
    return (fuzz.token_sort_ratio(left, right) + fuzz.token_set_ratio(left, right)) / 2


def _folded(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())


def _came_of(action: Action, reviewed: Iterable[ReviewedAction]) -> SetBefore:
    if review := next((one for one in reviewed if one.action == action.id), None):
        return SetBefore(action=action.id, outcome=review.outcome, worked=review.worked)
    last = action.reports[-1] if action.reports else None
    return SetBefore(
        action=action.id,
        outcome=last.outcome if last else Outcome.not_known,
        worked=last.worked if last else "not_known",
    )


def may_begin(plan: ActionPlan, action: Action) -> bool:
    """Whether what has to come first is done, or turned out impossible."""
    if action.after is None:
        return True
    before = plan.action(action.after)
    return before is not None and before.outcome in (Outcome.done, Outcome.impossible)
