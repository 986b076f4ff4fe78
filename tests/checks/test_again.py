"""Asking an area for more than involvement, telling it again, and naming what this check does not have."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.cases.flight import correct_answer
from hub.cases.seals import Said
from hub.cases.staff import STAFF_FILE
from hub.checks.answer import HolderDecision, record_holder_decision
from hub.checks.disclose import disclose
from hub.checks.dismissals import dismiss
from hub.checks.earlier import earlier_candidate, earlier_result
from hub.consent import Decider, Decision, Outcome, SharingForm, parse_form
from hub.errors import NotFoundError
from hub.records.check import CandidateRef, CheckResult, DisclosureStatus
from hub.values import AgencyKind, Level, Requester, RequesterRole
from tests.checks.disclosing import SUBJECT, asked, asked_later, disclosed
from tests.checks.pending import grounded, waiting
from tests.federation.nodes import Areas, question

BEA = Requester(
    name="Bea Manager", role=RequesterRole.manager, agency="Police", agency_kind=AgencyKind.police
)
NAMED = '[[staff]]\ngiven_names = "Bea"\nsurname = "Manager"\nmanager = true\n'
ADA = Requester(
    name="Ada Worker", role=RequesterRole.coordinator, agency="Police", agency_kind=AgencyKind.police
)


def told(
    areas: Areas, check_id: str, level: Level, form: SharingForm | None = None, who: Requester | None = None
) -> tuple[CheckResult, Decision]:
    async def go() -> tuple[CheckResult, Decision]:
        async with areas.client("northmoor") as client:
            target = CandidateRef(check_id, "eastvale")
            return await disclose(areas["northmoor"], client, target, level, who, form)

    return asyncio.run(go())


def whole(**changes: Any) -> SharingForm:
    """A form with what more than involvement needs: the incident, a ground, both signatures."""
    return parse_form(grounded(**changes))


def test_a_summary_is_asked_for_with_a_form_completed_for_it(stored_areas: Areas) -> None:
    """Its own question's form lacks what a summary needs; a person at the holder answers; it is read again."""
    check_id = asked(stored_areas).check_id
    _, decision = told(stored_areas, check_id, Level.summary)
    assert decision.outcome is Outcome.incomplete
    result, decision = told(stored_areas, check_id, Level.summary, whole())
    assert decision.outcome is Outcome.permit
    assert result.areas[0].candidates[0].disclosure.status is DisclosureStatus.pending
    word = HolderDecision(Decider.coordinator, release=True)
    record_holder_decision(stored_areas["eastvale"], waiting(stored_areas), word)
    result, decision = told(stored_areas, check_id, Level.summary)
    assert decision.outcome is Outcome.permit, "the form is kept, and given once"
    answer = result.areas[0].candidates[0].disclosure
    assert (answer.status, answer.level) == (DisclosureStatus.answered, Level.summary)
    assert answer.summary
    assert answer.summary.startswith("Referred on")


def test_a_completed_form_tells_no_area_that_the_question_said_she_fled(areas: Areas) -> None:
    form = question(SUBJECT).sharing_form.model_dump(mode="json") | {"fled_from": ["eastvale"]}
    check_id = asked(areas, sharing_form=form, ask_fled_areas=True).check_id
    asked_later(areas)
    result, decision = told(areas, check_id, Level.summary, whole(fled_from=[]))
    assert decision.outcome is not Outcome.permit
    assert result.areas[0].candidates[0].disclosure.status is DisclosureStatus.not_asked

    (areas["northmoor"].home / STAFF_FILE).write_text(NAMED)
    correct_answer(areas["northmoor"], "NM-1", (), Said(BEA, "It was another woman."))
    assert told(areas, check_id, Level.summary, whole(fled_from=[]))[1].permitted, "a manager took it back"


def test_what_a_completed_form_says_of_areas_fled_is_kept_with_the_case(areas: Areas) -> None:
    check_id = asked(areas).check_id
    _, decision = told(areas, check_id, Level.summary, whole(fled_from=["eastvale"]))
    assert decision.outcome is not Outcome.permit
    _, decision = disclosed(areas, check_id)
    assert decision.outcome is not Outcome.permit, "nor at another level, by the question's own form"


def test_that_nobody_fled_is_kept_with_the_case_by_a_permit_alone(areas: Areas) -> None:
    form = question(SUBJECT).sharing_form.model_dump(mode="json") | {"fled_from": None}
    check_id = asked(areas, sharing_form=form).check_id
    _, decision = told(areas, check_id, Level.summary, whole(fled_from=[], signatures=[]))
    assert decision.outcome is Outcome.incomplete
    assert disclosed(areas, check_id)[1].outcome is not Outcome.permit, "nobody has answered"
    _, decision = told(areas, check_id, Level.summary, whole(fled_from=[]))
    assert decision.outcome is Outcome.permit
    assert disclosed(areas, check_id)[1].outcome is Outcome.permit


def test_it_is_kept_when_an_area_was_first_told_and_by_whom(areas: Areas) -> None:
    node, check_id = areas["northmoor"], asked(areas).check_id
    target = CandidateRef(check_id, "eastvale")
    assert earlier_candidate(node, None, target).told_on is None
    told(areas, check_id, Level.involvement, who=ADA)
    today = node.today()
    areas.clock.advance(3 * 86_400)
    result, _ = told(areas, check_id, Level.involvement)
    for one in (
        result.areas[0].candidates[0],
        earlier_result(node, None, check_id).areas[0].candidates[0],
        earlier_candidate(node, None, target),
    ):
        assert (one.told_on, one.told_by) == (today, "Ada Worker")


def test_what_is_unknown_is_said_with_what_there_is(areas: Areas) -> None:
    node, result = areas["northmoor"], asked(areas)
    handle = result.areas[0].candidates[0].handle
    unknown = {
        ("southmere", None): ("That area is none that this check was put to.", "eastvale"),
        ("eastvale", "0" * 32): ("This check has no candidate of that handle in Eastvale.", handle[:8]),
        ("eastvale", handle[:4]): ("This check has no candidate of that handle in Eastvale.", handle[:8]),
    }
    for (area, given), (text, there) in unknown.items():
        for act in (
            lambda target: earlier_candidate(node, None, target),
            lambda target: dismiss(node, target),
        ):
            with pytest.raises(NotFoundError) as caught:
                act(CandidateRef(result.check_id, area, given))
            assert caught.value.text == text
            assert there in (caught.value.do or "")
            assert caught.value.kept == "Nothing was sent."
