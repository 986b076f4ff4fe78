"""She is not told on by the area that holds her case: one that she fled reads no more than any other.

The three real nodes of `tests.checks.fled`; Eastvale's own case says that she fled Northmoor, which asks.
"""

from __future__ import annotations

from typing import Any

import pytest

from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.consent import Decider
from hub.errors import UsageError
from hub.federation.publish import publish
from hub.records.check import DisclosureResult, DisclosureStatus, recorded_checks
from hub.values import Role
from hub.wire.messages import NOT_ANSWERED
from tests.checks.disclosing import disclosed
from tests.checks.fled import HER, UNANSWERED, asked, her_case, routine
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, handle_of, hold, in_feed, stranger

LOOKED_INTO = {
    "by its id": ["northmoor"],
    "by its name, as a Marac": ["NORTHMOOR Marac"],
    "by a name that no area has": ["Blackmoor"],
    "not known": "not_known",
}
OTHERWISE: dict[str, tuple[Any, DisclosureStatus]] = {
    "nobody fled": ([], DisclosureStatus.answered),
    "another area": (["southmere"], DisclosureStatus.not_answered),
    "nobody answered": (UNANSWERED, DisclosureStatus.not_answered),
}


def answered_after(areas: Areas, answer: Any) -> DisclosureResult:
    """Northmoor asks, Eastvale's case is imported anew with this answer, and Northmoor tells about whom."""
    result = asked(areas, routine(), "not")
    hold(areas["eastvale"], her_case("eastvale-her", answer))
    after, decision = disclosed(areas, result.check_id)
    assert decision.permitted
    return after.areas[0].candidates[0].disclosure


@pytest.mark.parametrize("name", OTHERWISE)
def test_the_holder_answers_as_it_does_where_she_did_not_flee_the_area_that_asks(
    three: Areas, name: str
) -> None:
    answer, status = OTHERWISE[name]
    assert answered_after(three, answer).status is status
    assert waiting_requests(three["eastvale"]) == []


@pytest.mark.parametrize("name", LOOKED_INTO)
def test_the_area_that_she_fled_reads_no_more_than_any_other_and_a_manager_here_is_alarmed(
    three: Areas, name: str
) -> None:
    eastvale = three["eastvale"]
    assert answered_after(three, LOOKED_INTO[name]) == DisclosureResult(status=DisclosureStatus.not_answered)
    (waiting,) = waiting_requests(eastvale)
    assert (waiting.refused, waiting.waits_for) == (True, ("manager",))
    assert any("a manager looks into it" in reason for reason in waiting.reasons)

    for decided in (
        HolderDecision(Decider.coordinator, release=True, name="C. Coordinator"),
        HolderDecision(Decider.manager, release=True, name="M. Manager"),
        HolderDecision(Decider.manager, release=False),
    ):
        with pytest.raises(UsageError, match="not answered"):
            record_holder_decision(eastvale, waiting.key, decided)
    invented = HolderDecision(Decider.manager, release=False, name="N. Manager")
    with pytest.raises(UsageError, match="a manager looks into it"):
        record_holder_decision(eastvale, waiting.key, invented)
    looked = HolderDecision(Decider.manager, release=False, name="M. Manager")
    assert record_holder_decision(eastvale, waiting.key, looked).status == "not_answered"
    assert waiting_requests(eastvale) == []
    with three["northmoor"].read() as tx:
        ((_, kept),) = recorded_checks(tx)
    after, _ = disclosed(three, kept.result.check_id)
    assert after.areas[0].candidates[0].disclosure.status is DisclosureStatus.not_answered


def test_the_holder_does_not_answer_an_area_that_she_named_as_not_safe_to_talk_to(three: Areas) -> None:
    hold(
        three["eastvale"],
        case("eastvale-her", [HER], not_safe_to_talk_to=("his brother at Northmoor Council",)),
    )
    result = asked(three, routine(), "not")
    after, _ = disclosed(three, result.check_id)
    assert after.areas[0].candidates[0].disclosure.status is DisclosureStatus.not_answered
    (waiting,) = waiting_requests(three["eastvale"])
    assert waiting.waits_for == ("manager",)


def test_the_holder_does_not_answer_an_area_that_she_fled_by_another_case_of_its_own(three: Areas) -> None:
    """Also where her other record is none that it would find: who is on her case with her is looked at too."""
    eastvale, child = three["eastvale"], stranger(13).model_copy(update={"role": Role.child})
    hold(eastvale, case("eastvale-her", [HER, child]))
    publish(eastvale)
    result = asked(three, routine(), "not")
    hold(eastvale, her_case("idva", ["northmoor"]))
    assert not in_feed(eastvale, HER)
    after, _ = disclosed(three, result.check_id)
    assert after.areas[0].candidates[0].disclosure == DisclosureResult(status=DisclosureStatus.not_answered)
    (waiting,) = waiting_requests(eastvale)
    assert (waiting.refused, waiting.waits_for) == (True, ("manager",))
    assert any("She fled the area that asks" in reason for reason in waiting.reasons)


def test_what_was_answered_is_not_answered_again_to_whom_she_named_since_by_another_case(
    three: Areas,
) -> None:
    """The very question, asked again as after an answer that was lost on the way; and under a new key."""
    eastvale, hand = three["eastvale"], Hand(three)
    check_id, salt = hand.ask_about(HER)
    body = hand.disclosure(check_id, handle_of(eastvale, HER), HER, salt)
    assert hand.opened(hand.disclose(body)).status == "answered"
    assert hand.opened(hand.disclose(body)).status == "answered"
    hold(eastvale, case("newer", [HER], not_safe_to_talk_to=("his brother at Northmoor Council",)))
    assert hand.opened(hand.disclose(body)) == NOT_ANSWERED
    assert hand.opened(hand.disclose(body, key="k2")) == NOT_ANSWERED
    assert [one.waits_for for one in waiting_requests(eastvale)] == [("manager",)]
