"""The routine question of a case: a question for each person, complete but for what a person answers."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from hub.cases.changes import find_case
from hub.checks.check import check, not_permitted
from hub.checks.routine import (
    Asking,
    RoutineAnswers,
    WhyNow,
    agreement_for,
    askable,
    neighbours,
    question_ids,
    review_on,
    routine_questions,
)
from hub.consent import VictimAgreement
from hub.errors import ConflictError
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.values import AgencyKind, Requester, RequesterRole, Role
from tests.federation.nodes import Areas, case, events, hold, stranger

HER = stranger(41)
HIM = stranger(42).model_copy(update={"role": Role.perpetrator})
CHILD = stranger(43).model_copy(update={"role": Role.child})
ME = Requester(
    name="Ash Underhill", role=RequesterRole.coordinator, agency="Police", agency_kind=AgencyKind.police
)


@pytest.fixture
def node(areas: Areas) -> Node:
    hold(areas["northmoor"], case("NM-7", [HER, HIM, CHILD], meeting_date=dt.date(2026, 12, 3)))
    return areas["northmoor"]


def held(node: Node) -> HeldCase:
    with node.read() as tx:
        found = find_case(tx, "NM-7")
    assert found is not None
    return found


def answers(node: Node, **changes: Any) -> RoutineAnswers:
    given = RoutineAnswers(
        why=WhyNow.risk_grew,
        line="He rang again.",
        said=VictimAgreement.given,
        fled_from=(),
        knows_anyone=False,
        known_how="",
        people=tuple(one.handle.hex() for one in askable(held(node))),
        areas=neighbours(node),
    )
    return replace(given, **changes)


def asking(node: Node) -> Asking:
    agreement = agreement_for(node, ME)
    assert agreement is not None
    return Asking(ME, agreement, node.today())


def test_each_person_is_a_question_of_their_own_that_the_engine_permits(node: Node) -> None:
    questions = routine_questions(held(node), answers(node), asking(node))
    assert [one.subject.role for one in questions] == [Role.victim, Role.perpetrator]
    for one in questions:
        assert {person.role for person in (one.subject, *one.related)} == {*Role} - {Role.other}
        assert one.sharing_form.review.date == dt.date(2026, 12, 17)
        assert one.disclose == "ask_first"
        assert not_permitted(node, one) is None
    assert [one.sharing_form.subjects[0].agreement for one in questions] == ["given", "not_asked"]


@pytest.mark.parametrize("said", VictimAgreement)
def test_what_the_victim_said_stands_in_the_form(node: Node, said: VictimAgreement) -> None:
    question, _ = routine_questions(held(node), answers(node, said=said, others_at_risk=True), asking(node))
    subject = question.sharing_form.subjects[0]
    assert subject.agreement is said
    assert subject.only_self_at_risk is False
    assert subject.aware is (said in ("given", "refused"))


def test_an_interest_in_the_case_asks_nobody_and_is_recorded(node: Node) -> None:
    about = answers(node, knows_anyone=True, known_how="He is my neighbour")
    question, _ = routine_questions(held(node), about, asking(node))
    refused = not_permitted(node, question)
    assert refused is not None
    assert [one.code for one in refused.decision.reasons] == ["conflict_declared"]
    assert refused.areas == ()
    assert [one["refs"]["check_id"] for one in events(node, "check_decided")] == [refused.check_id]
    assert events(node, "request_sent") == []


def test_nobody_asks_under_an_agreement_that_their_agency_has_not_signed(node: Node) -> None:
    assert agreement_for(node, ME.model_copy(update={"agency": "Council"})) is None


def test_a_question_of_one_id_is_asked_once(node: Node, areas: Areas) -> None:
    question, _ = routine_questions(held(node), answers(node), asking(node))
    one = question_ids(node, "token", ["her"])["her"]
    assert one == question_ids(node, "token", ["her"])["her"] != question_ids(node, "other", ["her"])["her"]

    async def ask() -> None:
        async with areas.client("northmoor") as client:
            await check(node, client, question, check_id=one)

    asyncio.run(ask())
    sent = len(areas.network.asked)
    with pytest.raises(ConflictError):
        asyncio.run(ask())
    assert len(areas.network.asked) == sent


@pytest.mark.parametrize(
    ("meeting", "on"),
    [(None, "2026-11-16"), (dt.date(2026, 10, 1), "2026-11-16"), (dt.date(2026, 12, 3), "2026-12-17")],
)
def test_it_is_looked_at_again_after_the_meeting(meeting: dt.date | None, on: str) -> None:
    assert review_on(meeting, dt.date(2026, 11, 2)).isoformat() == on
