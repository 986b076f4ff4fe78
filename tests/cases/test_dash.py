"""The risk checklist and the criteria beside it. Blank is not zero, don't know is shown, nobody is kept out."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hub.cases.criteria import Fact, Thresholds, facts
from hub.cases.dash import QUESTIONS, Dash
from hub.cases.referral import Criterion, Referral

ON = dt.date(2026, 11, 29)
SHIPPED = Thresholds.model_validate(tomllib.loads(Path("config/thresholds.toml").read_text(encoding="utf-8")))


def read(**told: Any) -> Dash:
    return Dash.model_validate(told)


@pytest.mark.parametrize("asked", QUESTIONS, ids=[f"s003_r{40 + one.number}" for one in QUESTIONS])
def test_each_question_is_kept_with_its_answer_comment_source_and_all_that_it_asks_for(asked: Any) -> None:
    told: dict[str, Any] = {"answer": "YES", "comment": "as told", "source": "police officer"}
    told |= dict.fromkeys(asked.boxes, "in words") | dict.fromkeys(asked.ticks, True)
    for dash in (
        read(**{asked.name: told}),
        read(**{str(asked.number): told}),
        read(questions={asked.name: told}),
    ):
        reply = dash.reply(asked.name)
        assert (reply.answer, reply.comment, reply.source) == ("yes", "as told", "police officer")
        assert (set(reply.boxes), set(reply.ticks)) == (set(asked.boxes), set(asked.ticks))
        assert (dash.yeses, dash.dont_knows, dash.left_out) == (1, 0, 23)
        assert Dash.model_validate_json(dash.model_dump_json()) == dash


def test_s003_r65_r67_what_nobody_completed_is_neither_no_nor_zero() -> None:
    assert (read().yeses, read().dont_knows, read().left_out) == (None, None, None)
    dash = read(injury="no", frightened="don't know", isolated=None, worse="")
    assert (dash.yeses, dash.dont_knows, dash.left_out) == (0, 1, 22)


def test_an_attached_checklist_counts_as_it_says_and_a_keyed_one_by_its_answers() -> None:
    assert read(attached=True).yeses is None
    assert read(attached=True, total_yes=16, total_dont_know=2).yeses == 16
    keyed = read(injury="yes", total_yes=3)
    assert (keyed.yeses, keyed.totals_differ) == (1, True)


@pytest.mark.parametrize(
    "told",
    [
        {"no_such_question": "yes"},
        {"injury": "perhaps"},
        {"injury": {"answer": "yes", "whom": "x"}},
        {"injury": "yes", "1": "no"},
        {"threats_to_kill": {"answer": "yes", "sub": ["the neighbour"]}},
    ],
)
def test_what_is_none_of_the_checklists_is_refused_without_repeating_it(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        read(**told)
    assert "neighbour" not in str(caught.value)


def found(criterion: Criterion, **told: Any) -> Fact:
    given = {"referring_agency": "A", "contact_names": "B", "victim_name": "not known", **told}
    every = facts(Referral.model_validate(given), SHIPPED, ON)
    return next(one for one in every if one.criterion == criterion)


def test_s003_r26_r77_yeses_are_held_beside_the_local_threshold_of_that_tool_on_that_day() -> None:
    def high(count: int | None, tool: str = "safelives_dash", ticked: str = "yes") -> Fact:
        dash = {"tool": tool, "attached": True, "total_yes": count}
        return found("visible_high_risk", crit_visible_high_risk=ticked, dash=dash)

    assert (high(14).found, high(14).differs) == ("met", False)
    assert (high(13).found, high(13).differs) == ("not_met", True)
    assert (high(14, ticked="no").found, high(14, ticked="no").differs) == ("met", True)
    assert high(None).found == "not_known"
    assert high(20, "police_dash_2009").found == "not_known"
    stricter = SHIPPED.visible_high_risk[0].model_copy(update={"at_least": 10, "since": dt.date(2026, 11, 1)})
    local = SHIPPED.model_copy(update={"visible_high_risk": (*SHIPPED.visible_high_risk, stricter)})
    chosen = [local.high_risk("safelives_dash", day) for day in (dt.date(2026, 10, 31), ON)]
    assert [one.at_least for one in chosen if one] == [14, 10]


def test_s003_r25_r27_judgement_is_enough_by_itself_and_escalation_has_a_local_number() -> None:
    assert found("professional_judgement", crit_professional_judgement="yes").found == "met"
    assert found("potential_escalation", incidents_12_months=2).found == "not_met"
    assert found("potential_escalation", incidents_12_months=3).found == "met"
    assert found("potential_escalation").found == "not_known"


def test_s003_r74_r79_children_are_spoken_of_by_their_questions_or_the_professional() -> None:
    assert read(pregnant="yes").speaks_of_children
    assert read(risk_to_children="yes").speaks_of_children
    assert not read(injury="yes").speaks_of_children
