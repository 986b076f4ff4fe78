"""The named cases: situations written as prose, each with what the engine must answer.

`cases/*.toml` can be read and disputed without reading any code.
"""

from __future__ import annotations

from typing import Any

import pytest

from hub.consent import (
    GroundKey,
    Rules,
)
from tests.consent.answers import answer_to
from tests.consent.stories import all_cases

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_case(case: dict[str, Any], rules: Rules) -> None:
    expect = dict(case["expect"])
    decision = answer_to(case, rules)
    told = decision.model_dump_json(indent=1)
    assert decision.rules == rules.name
    assert decision.outcome == expect.pop("outcome"), told
    assert decision.level == expect.pop("level", "not_answered"), told
    missing = expect.pop("missing", None)
    if expect.pop("at_least", False):
        assert set(missing) <= set(decision.missing), told
    elif missing is not None:
        assert sorted(decision.missing) == sorted(missing), told
    elif decision.outcome != "refer":
        assert decision.missing == (), told
    assert set(expect.pop("reasons", [])) <= {reason.code for reason in decision.reasons}, told
    assert not set(expect.pop("not_reasons", [])) & {reason.code for reason in decision.reasons}, told
    assert list(decision.refer_to) == expect.pop("refer_to", []), told
    owed = {
        f"{item.code} by {item.due}" if item.due else f"{item.code} always" for item in decision.obligations
    }
    assert set(expect.pop("obligations", [])) <= owed, told
    assert not {entry.split()[0] for entry in owed} & set(expect.pop("not_owed", [])), told
    assert expect.pop("says", "") in " ".join(reason.text for reason in decision.reasons), told
    cited = {(answer.question, answer.source) for answer in decision.answers}
    for question, source in expect.pop("answers", {}).items():
        assert any(key == question and source in where for key, where in cited), told
    moves = {release.ref: sorted(release.data) for release in decision.releases}
    for ref, data in expect.pop("moves", {}).items():
        assert moves[ref] == sorted(data), told
    assert not expect, f"expectations not understood: {sorted(expect)}"


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_reason_names_a_field_and_a_source(case: dict[str, Any], rules: Rules) -> None:
    for reason in answer_to(case, rules).reasons:
        assert reason.code
        assert reason.text
        assert reason.source
        assert reason.field


def test_the_table_is_large_enough_and_its_names_are_distinct() -> None:
    assert len(CASES) >= 350
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert all(case["story"] and case["rule"] for case in CASES)


def test_every_ground_has_a_case_that_is_enough_one_that_is_not_and_a_wrong_holder() -> None:
    seen = {(case["ground"], case["shows"]) for case in CASES if "ground" in case}
    for key in GroundKey:
        for shows in ("enough", "not enough", "wrong holder"):
            assert (key, shows) in seen


def test_every_hazard_that_the_engine_can_decide_has_a_case() -> None:
    # H12 (answers to a subject access request) and H17 (the Idva's safety check of a plan) are not decided here.
    decidable = {f"H{number}" for number in range(1, 18)} - {"H12", "H17"}
    assert {case["hazard"] for case in CASES if "hazard" in case} >= decidable
