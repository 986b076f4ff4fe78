"""The named cases: situations written as prose, each with what the engine must answer.

`cases/*.toml` can be read and disputed without reading any code.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from hub.consent import (
    ConflictOfInterest,
    Context,
    Decider,
    Decision,
    Exclusion,
    GroundKey,
    HeldRecord,
    PeerRequest,
    PublicationCase,
    Publisher,
    Rules,
    Staff,
    VictimAgreement,
    decide,
    decide_answer,
    decide_publication,
    parse_form,
)
from hub.consent.form.form import Protocol
from hub.consent.form.vocabulary import Jurisdiction
from hub.values import AgencyKind, Band, Kind, Level, Role
from tests.consent.stories import ON, all_cases, form_of

CASES = all_cases()


def answer_to(case: dict[str, Any], rules: Rules) -> Decision:
    on = dt.date.fromisoformat(case.get("on", ON.isoformat()))
    if "publication" in case:
        return publication(case["publication"], rules, on)
    form = parse_form(json.dumps(form_of(case), default=str).encode())
    if "held" in case:
        return holder(case, form, rules, on)
    return decide(form, rules, on, context(case.get("context", {})))


def context(given: dict[str, Any]) -> Context:
    values = dict(given)
    if "staff" in values:
        values["staff"] = Staff(**values["staff"])
    if "exclusions" in values:
        values["exclusions"] = tuple(Exclusion(**entry) for entry in values["exclusions"])
    if "insider" in values:
        values["insider"] = frozenset(ConflictOfInterest(kind) for kind in values["insider"])
    if "not_safe_to_talk_to" in values:
        values["not_safe_to_talk_to"] = tuple(values["not_safe_to_talk_to"])
    return Context(**values)


def holder(case: dict[str, Any], form: Any, rules: Rules, on: dt.date) -> Decision:
    held, asked = dict(case["held"]), dict(case.get("asked", {}))
    typed = {
        "kind": Kind,
        "role": Role,
        "band": Band,
        "decided_by": Decider,
    }
    values: dict[str, Any] = {
        "kind": "marac",
        "role": "victim",
        "band": "strong",
        "confirmed": True,
        "published": True,
        "sealed": False,
        **held,
    }
    values = {key: typed[key](value) if key in typed else value for key, value in values.items()}
    exclusions = tuple(Exclusion(**entry) for entry in asked.pop("exclusions", []))
    asked["level"] = Level(asked.get("level", form.level))
    asked["role"] = Role(asked.get("role", "victim"))
    asked["staff"] = Staff(**asked.get("staff", {}))
    return decide_answer(PeerRequest(form=form, **asked), HeldRecord(**values), rules, on, exclusions)


def publication(given: dict[str, Any], rules: Rules, on: dt.date) -> Decision:
    values = dict(given)
    agreement = values.pop("protocol", None)
    publisher = Publisher(
        Jurisdiction.england_wales, Protocol.model_validate(agreement) if agreement else None, "Bea Manager"
    )
    values["kind"] = Kind(values.get("kind", "marac"))
    values["supplier"] = values.get("supplier", "Northmoor Police")
    values["supplier_kind"] = AgencyKind(values.get("supplier_kind", "police"))
    values["agreement"] = VictimAgreement(values.get("agreement", "not_asked"))
    values["roles"] = frozenset(Role(role) for role in values.get("roles", ["victim"]))
    return decide_publication(PublicationCase(**values), publisher, rules, on)


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
    assert len(CASES) >= 120
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
