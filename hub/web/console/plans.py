"""The action plan of a case: what is planned and still lacks, an action, the review of the last plan, the whole.

What a plan lacks, and what was set before, is `hub.cases`'s to say; a plan is accepted as it was looked at. The
prompts of each agency stand on a page of their own and decide nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response
from pydantic import Field

from hub.cases.action_plan import (
    FAILURE_REASONS,
    Action,
    ActionPlan,
    Addresses,
    Approach,
    Outcome,
    Worked,
    may_begin,
    wrong_action,
)
from hub.cases.agency_prompts import load_prompts
from hub.cases.plans import Made, PlanOfCase, accept, begin, change, plan_of
from hub.cases.shown import case_shown
from hub.errors import ConflictError, InputError
from hub.records.cases import HeldCase
from hub.values import ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.typed.plans import (
    WHO_SAYS,
    ActionTyped,
    ReviewTyped,
    WholeTyped,
    reviewed_of,
    whole_of,
    wrong_with,
)

ABOUT: Final = {
    Addresses.victim: mark("The victim"),
    Addresses.perpetrator: mark("The alleged perpetrator"),
    Addresses.children: mark("The children"),
    Addresses.others: mark("Somebody else, or staff"),
}
APPROACHES: Final = {
    Approach.divert: mark("Divert: towards support that changes the behaviour"),
    Approach.manage: mark("Manage: orders, supervision, licences"),
    Approach.disrupt: mark("Disrupt: make it hard to go on"),
    Approach.prosecute: mark("Prosecute"),
}
OUTCOMES: Final = {
    Outcome.done: mark("Done"),
    Outcome.not_done: mark("Not done"),
    Outcome.impossible: mark("Impossible"),
    Outcome.not_known: mark("Not known"),
}
WORKED: Final = {
    "yes": mark("It worked"),
    "no": mark("It did not work"),
    "not_known": mark("Not known whether it worked"),
}
_LACKS: Final = {
    "not_reviewed": "review",
    "no_action": "action",
    "perpetrator_not_addressed": "action",
    "no_approach": "",
    "after": "",
}
"""On which page what a plan lacks is said; else with the whole."""


class Seen(Value):
    """The plan that was looked at (hex)."""

    seen: ShortText = Field(min_length=1, title=mark("the plan"))


class Named(Value):
    """An action of the plan."""

    action: ShortText = Field(min_length=1, title=mark("the action"))


def _case(asked: Asked) -> HeldCase | None:
    return case_shown(asked.node, asked.acting, asked.place("case"))


def _show(asked: Asked) -> Response:
    held = _case(asked)
    return asked.not_found() if held is None else _shown(asked, held)


def _shown(asked: Asked, held: HeldCase, status: int = 200, wrong: str = "") -> Response:
    found = plan_of(asked.node, held, asked.acting.requester)
    handle, lacks = held.row.handle.hex(), found.lacks if found else ()
    return asked.page(
        "plan.html",
        status,
        case=held.details,
        handle=handle,
        found=found,
        wrong=wrong,
        actions=[_line(found, one) for one in found.plan.actions] if found else [],
        lacks=[(one.text, f"/cases/{handle}/plan/{_LACKS.get(one.code, 'whole')}") for one in lacks],
        earlier=[_earlier(found, one) for one in found.earlier.actions] if found and found.earlier else [],
        reasons=[(FAILURE_REASONS[one], text) for one, text in found.plan.reasons.items()] if found else [],
    )


def _line(found: PlanOfCase, one: Action) -> Mapping[str, Any]:
    """An action as the page has it, with what it was set before."""
    before, after = found.before.get(one.id), found.plan.action(one.after) if one.after else None
    return {
        "action": one,
        "about": gettext(ABOUT[one.addresses]),
        "approach": gettext(APPROACHES[one.approach]) if one.approach else "",
        "after": _after(found.plan, one, after) if after else "",
        "state": came_of(one),
        "before": _found_of(before.outcome, before.worked) if before else "",
    }


def _after(plan: ActionPlan, one: Action, first: Action) -> str:
    if may_begin(plan, one):
        return first.what
    return gettext(mark("%(what)s (not finished yet)"), what=first.what)


def _earlier(found: PlanOfCase, one: Action) -> Mapping[str, Any]:
    review = next((each for each in found.plan.reviewed if each.action == one.id), None)
    said = ""
    if review is not None:
        needed = mark("still needed") if review.still_needed else mark("not needed any more")
        said = f"{_found_of(review.outcome, review.worked)}; {gettext(needed)}"
    return {
        "action": one,
        "case": found.of_cases.get(one.id, ""),
        "state": came_of(one),
        "review": said,
        "note": review.note if review else "",
    }


def _found_of(outcome: Outcome, worked: Worked) -> str:
    """What came of an action, and of one that was done whether it worked."""
    words = gettext(OUTCOMES[outcome])
    return f"{words}; {gettext(WORKED[worked])}" if outcome is Outcome.done else words


def came_of(one: Action) -> str:
    """What its agency reported of an action, in words; nothing where it has not."""
    if not one.reports:
        return ""
    last = one.reports[-1]
    words = _found_of(Outcome(last.outcome), last.worked)
    return f"{words}: {last.because}" if last.because else words


def _begin(asked: Asked) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    asked.pressed()
    begin(asked.node, held, asked.acting.requester)
    return _to_plan(held)


def _accept(asked: Asked) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    form = asked.form(Seen)
    if form.value is None:
        return _shown(asked, held, 422, gettext(mark("Look at the plan again, and accept it then.")))
    try:
        accept(asked.node, held, asked.acting.requester, form.value.seen)
    except (InputError, ConflictError) as error:
        return _shown(asked, held, 422 if isinstance(error, InputError) else 409, error.text)
    return _to_plan(held)


def _to_plan(held: HeldCase) -> Response:
    return see(f"/cases/{held.row.handle.hex()}/plan")


def _in_hand(asked: Asked) -> tuple[HeldCase, PlanOfCase] | None:
    held = _case(asked)
    found = plan_of(asked.node, held, asked.acting.requester) if held else None
    return (held, found) if held and found else None


def _form_page(
    asked: Asked, template: str, held: HeldCase, found: PlanOfCase, form: Form[Any], status: int, **more: Any
) -> Response:
    context = {"case": held.details, "handle": held.row.handle.hex(), "found": found, "form": form}
    return asked.page(template, status, **context, **more)


def _new_action(asked: Asked) -> Response:
    there = _in_hand(asked)
    if there is None:
        return asked.not_found()
    return _action_page(asked, *there, typed_before(asked, ActionTyped) or unsent())


def _action_page(
    asked: Asked, held: HeldCase, found: PlanOfCase, form: Form[Any], status: int = 200
) -> Response:
    return _form_page(
        asked,
        "plan_action.html",
        held,
        found,
        form,
        status,
        about=_items(ABOUT),
        approaches=_items(APPROACHES),
        first=[{"value": one.id, "text": one.what} for one in found.plan.actions],
    )


def _items(of: Mapping[Any, str]) -> list[dict[str, str]]:
    return [{"value": one.value, "text": gettext(text)} for one, text in of.items()]


def _add(asked: Asked) -> Response:
    there = _in_hand(asked)
    if there is None:
        return asked.not_found()
    held, found = there
    form = asked.form(ActionTyped)
    if form.value is None:
        return _action_page(asked, held, found, form, 422)
    made = form.value.action()
    tried = found.plan.model_copy(update={"actions": (*found.plan.actions, made)})
    if lack := wrong_action(tried, made):
        field = "approach" if lack.code == "no_approach" else "after"
        return _action_page(asked, held, found, form.with_error(field, gettext(_WRONG[field])), 422)

    def adding(plan: ActionPlan, _: ActionPlan | None) -> ActionPlan:
        same = {one.model_copy(update={"id": made.id}) for one in plan.actions}  # It was sent twice.
        return plan if made in same else plan.model_copy(update={"actions": (*plan.actions, made)})

    change(asked.node, held, asked.acting.requester, adding)
    forget(asked)
    return _to_plan(held)


_WRONG: Final = {
    "approach": mark("Choose what it does about the behaviour"),
    "after": mark("Choose an action that is in the plan"),
}


def _remove(asked: Asked) -> Response:
    there = _in_hand(asked)
    if there is None:
        return asked.not_found()
    held, _ = there
    form = asked.form(Named)
    wanted = form.value.action if form.value else ""

    def without(plan: ActionPlan, _: ActionPlan | None) -> ActionPlan:
        return plan.model_copy(update={"actions": tuple(one for one in plan.actions if one.id != wanted)})

    try:
        change(asked.node, held, asked.acting.requester, without)
    except ConflictError as error:
        return _shown(asked, held, 409, error.text)
    return _to_plan(held)


def _show_review(asked: Asked) -> Response:
    there = _in_hand(asked)
    if there is None or there[1].earlier is None:
        return asked.not_found()
    return _review_page(asked, *there, typed_before(asked, ReviewTyped) or unsent(_reviewed(there[1])))


def _reviewed(found: PlanOfCase) -> dict[str, Any]:
    """What was reviewed already, to be typed on."""
    said = {one.action: one for one in found.plan.reviewed}
    rows = []
    for one in found.earlier.actions if found.earlier else ():
        row: dict[str, Any] = {"action": one.id}
        if (before := said.get(one.id)) is not None:
            needed = "yes" if before.still_needed else "no"
            row |= {
                "outcome": before.outcome,
                "worked": before.worked,
                "still_needed": needed,
                "note": before.note,
            }
        rows.append(row)
    return {"reviewed": rows}


def _review_page(
    asked: Asked, held: HeldCase, found: PlanOfCase, form: Form[Any], status: int = 200
) -> Response:
    earlier = found.earlier.actions if found.earlier else ()
    return _form_page(
        asked,
        "plan_review.html",
        held,
        found,
        form,
        status,
        lines=[(one, came_of(one), found.of_cases.get(one.id, "")) for one in earlier],
        outcomes=_items(OUTCOMES),
        worked=[{"value": one, "text": gettext(text)} for one, text in WORKED.items()],
    )


def _review(asked: Asked) -> Response:
    there = _in_hand(asked)
    if there is None or there[1].earlier is None:
        return asked.not_found()
    held, found = there
    form = asked.form(ReviewTyped)
    typed = form.value
    if typed is not None:
        for field, text in wrong_with(typed):
            form = form.with_error(field, gettext(text))
    if typed is None or form.value is None:
        return _review_page(asked, held, found, form, 422)

    def reviewing(plan: ActionPlan, earlier: ActionPlan | None) -> ActionPlan:
        reviewed = reviewed_of(typed, earlier, plan.reviewed) if earlier else plan.reviewed
        return plan.model_copy(update={"reviewed": reviewed})

    return _changed(asked, held, reviewing)


def _changed(asked: Asked, held: HeldCase, made: Made) -> Response:
    try:
        change(asked.node, held, asked.acting.requester, made)
    except ConflictError as error:
        return _shown(asked, held, 409, error.text)
    forget(asked)
    return _to_plan(held)


def _show_whole(asked: Asked) -> Response:
    there = _in_hand(asked)
    if there is None:
        return asked.not_found()
    said = whole_of(there[1].plan).model_dump(exclude_none=True)
    return _whole_page(asked, *there, typed_before(asked, WholeTyped) or unsent(said))


def _whole_page(
    asked: Asked, held: HeldCase, found: PlanOfCase, form: Form[Any], status: int = 200
) -> Response:
    reasons = [(one.value, text) for one, text in FAILURE_REASONS.items()] if found.earlier else []
    return _form_page(asked, "plan_whole.html", held, found, form, status, reasons=reasons)


def _whole(asked: Asked) -> Response:
    there = _in_hand(asked)
    if there is None:
        return asked.not_found()
    held, found = there
    form = asked.form(WholeTyped)
    typed = form.value
    if typed is not None and typed.safe and not typed.safe_by:
        form = form.with_error("safe_by", gettext(WHO_SAYS))
    if typed is None or form.value is None:
        return _whole_page(asked, held, found, form, 422)
    try:
        return _changed(asked, held, typed.applied_to)
    except InputError as error:
        return _whole_page(asked, held, found, form.with_error("safe", error.text.rstrip(".")), 422)


def _prompts(asked: Asked) -> Response:
    return asked.page("prompts.html", prompts=load_prompts(asked.node.home))


PAGES: Final = (
    Page("GET", "/cases/{case}/plan", _show),
    Page("POST", "/cases/{case}/plan", _begin),
    Page("POST", "/cases/{case}/plan/accept", _accept),
    Page("GET", "/cases/{case}/plan/action", _new_action),
    Page("POST", "/cases/{case}/plan/action", _add),
    Page("POST", "/cases/{case}/plan/remove", _remove),
    Page("GET", "/cases/{case}/plan/review", _show_review),
    Page("POST", "/cases/{case}/plan/review", _review),
    Page("GET", "/cases/{case}/plan/whole", _show_whole),
    Page("POST", "/cases/{case}/plan/whole", _whole),
    Page("GET", "/prompts", _prompts),
)
