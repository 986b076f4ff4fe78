"""What a plan needs before it is accepted, and that what was set before is seen as such."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.action_plan import (
    FAILURE_REASONS,
    Action,
    ActionPlan,
    Addresses,
    FailureReason,
    Outcome,
    Report,
    ReviewedAction,
    SafetyWord,
    Worked,
    lacking,
    may_begin,
    report_lacks,
    set_before,
    worked_of,
)
from tests.cases.planning import DAY, action, plan


def report(outcome: Outcome, worked: str = "not_known", because: str = "No staff") -> Report:
    return Report.model_validate(
        {
            "outcome": outcome,
            "because": because,
            "worked": worked,
            "agency": "Eastvale Police",
            "by": "S",
            "at": 1,
        }
    )


def codes(of: ActionPlan, earlier: ActionPlan | None = None) -> list[str]:
    return [one.code for one in lacking(of, earlier)]


def reviewed(actions: Iterable[Action]) -> tuple[ReviewedAction, ...]:
    return tuple(
        ReviewedAction(action=one.id, outcome=Outcome.done, worked="no", still_needed=True) for one in actions
    )


REASONS = dict.fromkeys(FailureReason, "The Idva meets the victim before the meeting")


@given(
    st.sampled_from([Outcome.done, Outcome.not_done, Outcome.impossible]),
    st.sampled_from(["", " ", "No staff"]),
    st.sampled_from(["yes", "no", "not_known", None]),
)
def test_whether_it_worked_is_asked_of_what_was_done_and_why_of_what_was_not(
    outcome: Outcome, because: str, worked: Worked | None
) -> None:
    lacks = report_lacks(outcome, because, worked)
    if outcome is Outcome.done:
        assert lacks == ("" if worked else "worked")
    else:
        assert lacks == ("" if because.strip() else "because")
        assert worked_of(outcome, worked) == "not_known"


def test_a_complete_plan_lacks_nothing() -> None:
    assert codes(plan()) == []


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"actions": (action(1, addresses=Addresses.victim, approach=None),)}, "perpetrator_not_addressed"),
        ({"actions": (action(1, approach=None),)}, "no_approach"),
        ({"actions": (), "no_action_on_perpetrator": "In prison until 2031"}, "no_action"),
        ({"tells_victim": ""}, "nobody_tells_victim"),
        ({"safety": None}, "safety_not_said"),
        ({"safety": SafetyWord(safe=False, by="The Idva", risk_it_makes="A letter home")}, "not_safe"),
        ({"actions": (action(1, after="f" * 16),)}, "after"),
        ({"actions": (action(1, after=f"{2:016x}"), action(2, after=f"{1:016x}"))}, "after"),
    ],
)
def test_each_thing_that_a_plan_lacks_is_asked_for(changed: dict[str, object], code: str) -> None:
    assert set(codes(plan(**changed))) == {code}


def test_why_nothing_is_done_about_the_perpetrator_may_be_said_instead() -> None:
    victims = action(1, addresses=Addresses.victim, approach=None)
    assert codes(plan(victims, no_action_on_perpetrator="In prison until 2031")) == []


def test_after_an_earlier_plan_each_of_its_actions_and_each_reason_is_asked_about() -> None:
    earlier = plan(action(1), action(2, "Change the locks"))
    assert codes(plan(), earlier) == [
        "not_reviewed",
        "not_reviewed",
        *(f"reason_{one.value}" for one in FAILURE_REASONS),
    ]
    half = plan(reviewed=reviewed(earlier.actions[:1]), reasons=REASONS)
    (lack,) = lacking(half, earlier)
    assert lack.action == earlier.actions[1].id
    assert "Action 2 of the earlier plan" in lack.text
    assert codes(plan(reviewed=reviewed(earlier.actions), reasons=REASONS), earlier) == []


@given(st.integers(0, 12), st.data())
def test_no_plan_is_complete_while_one_line_of_the_earlier_is_not_reviewed(
    count: int, data: st.DataObject
) -> None:
    earlier = plan(*(action(one, f"Step {one} of what was agreed") for one in range(1, count + 1)))
    done = data.draw(st.lists(st.sampled_from(earlier.actions), unique=True)) if count else []
    said = plan(reviewed=reviewed(done), reasons=REASONS)
    assert codes(said, earlier).count("not_reviewed") == max(count, 1) - len({one.id for one in done})


@pytest.mark.parametrize(
    ("before", "again"),
    [
        ("Brief the patrols on the address", "brief the patrols on the address."),
        ("Brief the patrols on the address", "Brief patrols about the address"),
        ("Brief the patrols on the address", "Brief the patrols on the address, and mark it"),
        ("Flag the address on police systems", "Flag address on system"),
        ("Refer to children's services", "Referral to childrens services"),
        ("Arrest the perpetrator for breach of bail", "Arrest perpetrator for breaching bail"),
        ("Change locks at the property", "Locks to be changed at the property"),
        ("Target hardening of the property", "Complete target hardening at property"),
        ("The Idva contacts the victim", "Idva to contact victim"),
    ],
)
def test_an_action_set_again_is_seen_as_such_in_other_words(before: str, again: str) -> None:
    earlier = plan(action(1, "Something else altogether"), action(2, before))
    said = plan(action(9, again), reviewed=reviewed(earlier.actions))
    (found,) = set_before(said, earlier).values()
    assert (found.action, found.outcome, found.worked) == (earlier.actions[1].id, Outcome.done, "no")


@pytest.mark.parametrize(
    ("before", "other"),
    [
        ("Brief the patrols on the address", action(9, "Arrest the perpetrator for the breach of bail")),
        ("Brief the patrols on the address", action(9, agency="Eastvale Housing")),
        ("Brief the patrols on the address", action(9, addresses=Addresses.victim)),
        ("Change locks at the property", action(9, "Fit an alarm at the property")),
        ("Flag the address on police systems", action(9, "Visit the address with the Idva")),
        ("Refer to the drug and alcohol team", action(9, "Refer to the mental health team")),
    ],
)
def test_another_action_or_another_agencys_is_none_of_before(before: str, other: Action) -> None:
    assert set_before(plan(other), plan(action(1, before))) == {}
    assert set_before(plan(other), None) == {}


def test_before_the_review_what_its_agency_reported_counts() -> None:
    tried = action(1, reports=(report(Outcome.done, "yes"), report(Outcome.impossible)))
    (found,) = set_before(plan(action(9)), plan(tried)).values()
    assert (found.outcome, found.worked) == (Outcome.impossible, "not_known")
    (found,) = set_before(plan(action(9)), plan(action(1))).values()
    assert found.outcome is Outcome.not_known


@pytest.mark.parametrize(
    ("last", "late"),
    [(None, True), (Outcome.not_done, True), (Outcome.done, False), (Outcome.impossible, False)],
)
def test_an_action_is_overdue_after_its_day_until_something_final_is_reported(
    last: Outcome | None, late: bool
) -> None:
    of = action(1, reports=() if last is None else (report(Outcome.not_done), report(last)))
    assert of.is_overdue(DAY + dt.timedelta(days=1)) is late
    assert not of.is_overdue(DAY)


def test_no_action_stands_in_a_plan_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        plan(action(1), action(1, "Another"))
    with pytest.raises(ValueError, match="twice"):
        plan(reviewed=(*reviewed((action(1),)), *reviewed((action(1),))))


def test_an_action_waits_for_the_one_before_it_until_that_is_done_or_impossible() -> None:
    second = action(2, after=f"{1:016x}")
    assert may_begin(plan(action(1)), action(1))
    assert not may_begin(plan(action(1), second), second)
    assert not may_begin(plan(action(1, reports=(report(Outcome.not_done),)), second), second)
    for outcome in (Outcome.done, Outcome.impossible):
        assert may_begin(plan(action(1, reports=(report(outcome),)), second), second)
