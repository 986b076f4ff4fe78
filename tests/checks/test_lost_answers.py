"""Answers that are lost on their way cost nothing: a question is charged once, and an area is told once."""

from __future__ import annotations

from functools import partial

import pytest

from hub.crypto.encoding import b64
from hub.errors import PeerError
from hub.federation.stored_answers import KeyReusedError
from hub.records.check import AreaStatus, DisclosureStatus
from hub.store import received
from hub.wire.messages import DISCLOSURES_PATH, EVALUATIONS_PATH
from tests.checks.disclosing import asked, disclosed
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, events
from tests.federation.over_http import Line, over_http
from tests.federation.problems import assert_problem

EVERY_FIRST = frozenset(range(0, 1000, 2))


def losing(path: str, lost: frozenset[int]) -> partial[Line]:
    """A line that loses these answers, by how many came there before."""
    return partial(Line, loses=lambda asked, before: asked == path and before in lost)


def charged(areas: Areas) -> int:
    """Strong elements that Northmoor has used at Eastvale, of its quota and of what it has for asking again."""
    with areas["eastvale"].read() as tx:
        every = received.quotas(tx.session, ["northmoor"])
    return sum(used.month_used for (_, pool), used in every.items() if pool in ("strong", "strong_again"))


def test_a_question_whose_answer_was_lost_is_charged_once(areas: Areas) -> None:
    """Every first answer is lost: each question is asked twice, and costs what it costs on a good line."""
    with over_http(areas, eastvale=losing(EVALUATIONS_PATH, EVERY_FIRST)) as lines:
        results = [asked(areas) for _ in range(3)]
        assert [one.areas[0].status for one in results] == [AreaStatus.answered] * 3
        assert all(one.areas[0].candidates for one in results)
        assert lines["eastvale"].carried[EVALUATIONS_PATH] == 6
        on_a_bad_line, received_there = charged(areas), events(areas["eastvale"], "request_received")
        lines["eastvale"].loses = lambda *_: False
        asked(areas)
        assert on_a_bad_line == 3 * (charged(areas) - on_a_bad_line)
    assert len({one["refs"]["check_id"] for one in received_there}) == len(received_there) == 3
    outcomes = [one["detail"].get("outcome") for one in events(areas["eastvale"], "answer_sent")]
    assert [one for one in outcomes if one] == ["evaluated"] * 4


def test_an_area_whose_answer_was_lost_may_have_been_told(areas: Areas) -> None:
    with over_http(areas, eastvale=losing(DISCLOSURES_PATH, frozenset({0, 1}))):
        result = asked(areas)
        with pytest.raises(PeerError, match="The area may have been told; ask again to read its answer"):
            disclosed(areas, result.check_id)
        again, _ = disclosed(areas, result.check_id)
    assert again.areas[0].candidates[0].disclosure.status is DisclosureStatus.answered
    told = [one["detail"].get("times") for one in events(areas["eastvale"], "disclosure_received")]
    assert told == [None, 1, 1], "once; that it was sent again is counted, and told when the process ends"


def test_the_same_question_under_the_same_key_reads_the_same_answer(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    request = hand.evaluation()
    first = hand.evaluate(request, key="k1")
    cost = charged(stored_areas)
    again = hand.evaluate(request, key="k1")
    assert again.content == first.content
    assert hand.receipt(again)["jti"] != hand.receipt(first)["jti"]
    assert hand.receipt(first)["receipt"]["log_size"] > 0
    assert hand.receipt(again)["receipt"] is None, "else whoever repeats it reads how the log has grown"
    assert charged(stored_areas) == cost
    assert len(events(hand.holder, "request_received")) == 1
    assert_problem(hand.evaluate(key="k1"), 422, KeyReusedError.code)
    assert charged(stored_areas) == cost
    assert Hand(stored_areas, sender="southmere").evaluate(key="k1").status_code == 200
    stored_areas.clock.advance(601)  # Forgotten: asked, and charged, as for the first time.
    assert hand.evaluate(request, key="k1").status_code == 200
    assert charged(stored_areas) == 2 * cost


def test_a_question_that_was_charged_and_not_answered_is_answered_for_that(areas: Areas) -> None:
    """The holder's server died after it had charged."""
    hand = Hand(areas)
    request = hand.evaluation()
    first = hand.evaluate(request, key="k1").json()
    cost = charged(areas)
    with areas["eastvale"].database.write() as session:
        session.connection().exec_driver_sql("UPDATE idempotent_answer SET answer = NULL")
    again = hand.evaluate(request, key="k1").json()
    assert (again["elements"], again["weak_elements"]) == (first["elements"], first["weak_elements"])
    assert charged(areas) == cost
    assert hand.evaluate(request, key="k1").json() == again


@pytest.mark.parametrize("key", ["", "with a blank", "x" * 201])
def test_a_question_without_a_key_is_refused_and_costs_nothing(areas: Areas, key: str) -> None:
    hand = Hand(areas)
    assert_problem(hand.evaluate(key=key), 422, "invalid_input")
    assert not events(hand.holder, "request_received")


def test_what_was_refused_is_judged_anew(areas: Areas) -> None:
    """A key is used up by an answer alone."""
    hand = Hand(areas)
    assert_problem(hand.evaluate(hand.evaluation(key_id="0" * 16), key="k1"), 409, "epoch_changed")
    assert_problem(hand.evaluate(hand.evaluation(protocol_ref=None), key="k1"), 422, "invalid_input")
    assert hand.evaluate(hand.evaluation(commitment=b64(bytes(32))), key="k1").status_code == 200
