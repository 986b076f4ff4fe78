"""Laws that hold for every form, not only for the named cases."""

from __future__ import annotations

import copy
import datetime as dt
import random
from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.consent import (
    Context,
    Decider,
    Decision,
    GroundKey,
    HeldRecord,
    Lacks,
    NotTold,
    Outcome,
    PeerRequest,
    Rules,
    decide,
    decide_answer,
    parse_form,
)
from hub.consent.refusals import NO_SUCH_CASE
from hub.errors import InputError
from hub.values import Band, Kind, Level, Role
from tests.consent.forms import DATA, LAW, LEAVES, RULES, documents, read, without
from tests.consent.stories import ON, ground


def decided(document: dict[str, Any], context: Context | None = None) -> Decision:
    return decide(read(document), RULES, ON, context or Context())


@LAW
@given(documents())
def test_only_a_permit_lets_anything_move(document: dict[str, Any]) -> None:
    decision = decided(document)
    if decision.outcome is Outcome.permit:
        assert decision.missing == ()
        assert decision.obligations
        assert decision.level != "not_answered"
    else:
        assert decision.level == "not_answered"
        assert decision.releases == ()
        assert decision.obligations == ()
        assert decision.reasons
    assert bool(decision.missing) or decision.outcome is not Outcome.incomplete
    assert bool(decision.refer_to) == (decision.outcome is Outcome.refer)


@LAW
@given(
    documents(),
    st.sampled_from(["purpose", "necessity", "review.date", "review.owner", "jurisdiction", "subjects"]),
)
def test_default_deny_without_an_answer_that_is_always_asked(document: dict[str, Any], path: str) -> None:
    without(document, path)
    if "emergency" in document and path in ("necessity", "review.date", "review.owner"):
        return
    assert decided(document).outcome is not Outcome.permit


@LAW
@given(documents())
def test_removing_an_answer_never_turns_a_refusal_into_a_permit(document: dict[str, Any]) -> None:
    if decided(document).outcome is not Outcome.refuse:
        return
    for path in LEAVES:
        less = copy.deepcopy(document)
        if without(less, path):
            assert decided(less).outcome is not Outcome.permit, path


@LAW
@given(documents())
def test_removing_evidence_never_turns_anything_into_a_permit_but_what_was_one(
    document: dict[str, Any],
) -> None:
    before = decided(document)
    for position, ticked in enumerate(document.get("grounds", [])):
        for name in ticked["evidence"]:
            less = copy.deepcopy(document)
            del less["grounds"][position]["evidence"][name]
            if before.outcome is not Outcome.permit:
                assert decided(less).outcome is not Outcome.permit


@LAW
@given(documents())
def test_whatever_is_asked_about_a_case_that_is_not_here_the_answer_is_the_same(
    document: dict[str, Any],
) -> None:
    refused = decided(document, Context(case_linked=False))
    assert refused == Decision(outcome=Outcome.refuse, reasons=(NO_SUCH_CASE,), rules=RULES.name)


@LAW
@given(documents(), st.integers())
def test_the_outcome_does_not_depend_on_the_order_of_answers(document: dict[str, Any], seed: int) -> None:
    shuffled = shuffle(document, random.Random(seed))
    one, other = decided(document), decided(shuffled)
    assert (one.outcome, one.level, sorted(one.missing)) == (
        other.outcome,
        other.level,
        sorted(other.missing),
    )
    assert sorted(item.code for item in one.obligations) == sorted(item.code for item in other.obligations)
    assert sorted(item.code for item in one.reasons) == sorted(item.code for item in other.reasons)


def shuffle(value: Any, source: random.Random) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        source.shuffle(keys)
        return {key: shuffle(value[key], source) for key in keys}
    if isinstance(value, list):
        items = [shuffle(item, source) for item in value]
        source.shuffle(items)
        return items
    return value


@LAW
@given(documents())
def test_the_same_input_gives_the_same_bytes(document: dict[str, Any]) -> None:
    assert decided(document).model_dump_json() == decided(copy.deepcopy(document)).model_dump_json()


def ended(key: GroundKey) -> Rules:
    """The shipped rules, but one ground ended last year."""
    rule = RULES.law.grounds[key].model_copy(update={"to_date": dt.date(2025, 12, 31)})
    law = RULES.law.model_copy(update={"grounds": {**RULES.law.grounds, key: rule}})
    return Rules(law=law, policy=RULES.policy)


@LAW
@given(documents(), st.sampled_from(list(GroundKey)))
def test_a_rule_outside_its_dates_has_no_effect(document: dict[str, Any], key: GroundKey) -> None:
    ticked = [*(item for item in document.get("grounds", []) if item["key"] != key), ground(key)]
    with_it = {**document, "grounds": ticked}
    without_it = {**document, "grounds": ticked[:-1]}
    over, never = decide(read(with_it), ended(key), ON), decide(read(without_it), RULES, ON)
    permits = {over.outcome is Outcome.permit, never.outcome is Outcome.permit}
    if key in (GroundKey.public_interest, GroundKey.court_order):
        # Ticking the public interest at all asks for a person; so does losing an order that overrode a refusal.
        assert over.outcome is not Outcome.permit or never.outcome is Outcome.permit
    else:
        assert len(permits) == 1


@LAW
@given(documents())
def test_a_permit_answers_all_five_questions_for_every_person_and_class(document: dict[str, Any]) -> None:
    decision = decided(document)
    emergency = any(reason.code == "emergency" for reason in decision.reasons)
    if decision.outcome is not Outcome.permit or emergency:
        return
    answers = {(item.question, item.subject, item.data) for item in decision.answers}
    assert ("power", "", "") in answers
    assert ("proportionality", "", "") in answers
    moving = RULES.policy.items[decision.level]
    for person in document["subjects"]:
        assert ("confidentiality", person["ref"], "") in answers
        for data in moving.intersection(person["data"]):
            assert {(question, person["ref"], data) for question in ("art6", "art9", "art10")} <= answers
    assert {one.ref: set(one.data) for one in decision.releases} == {
        person["ref"]: moving.intersection(person["data"]) for person in document["subjects"]
    }


@LAW
@given(documents(), st.data())
def test_what_would_not_move_is_not_asked_about(document: dict[str, Any], data: st.DataObject) -> None:
    """It changes nothing that it is on the form too, but that it is said to be held back."""
    level = "involvement" if document.get("purpose") == "publish" else document.get("level")
    staying = sorted(set(DATA) - RULES.policy.items[Level(level)]) if level else []
    if not document.get("subjects") or not staying:
        return
    more = copy.deepcopy(document)
    data.draw(st.sampled_from(more["subjects"]))["data"].append(data.draw(st.sampled_from(staying)))
    before, after = decided(document), decided(more)
    for part in ("outcome", "level", "missing", "obligations", "answers", "releases", "refer_to"):
        assert getattr(before, part) == getattr(after, part)
    others = [one for one in after.reasons if one.code != "held_back"]
    assert others == [one for one in before.reasons if one.code != "held_back"]


@LAW
@given(documents(), st.sampled_from(DATA))
def test_listing_more_of_somebody_never_opens_what_was_shut(document: dict[str, Any], more: str) -> None:
    document.pop("protocol", None)
    before = decided(document)
    for person in document.get("subjects", []):
        person["data"].append(more)
    if before.outcome is not Outcome.permit:
        assert decided(document).outcome is not Outcome.permit


@LAW
@given(documents(), st.sampled_from([[], ["public_interest"], ["right_to_life", "inhuman_treatment"]]))
def test_nothing_moves_without_a_ground_that_supplies_a_basis(
    document: dict[str, Any], keys: list[str]
) -> None:
    document["grounds"] = [ground(key) for key in keys]
    document.pop("protocol", None)
    document.pop("emergency", None)
    assert decided(document).outcome is not Outcome.permit


@LAW
@given(documents())
def test_nothing_special_about_a_capable_adult_moves_on_vital_interests_alone(
    document: dict[str, Any],
) -> None:
    document["grounds"] = [ground("vital_interests")]
    document.pop("protocol", None)
    document.pop("emergency", None)
    capable = {
        person["ref"]
        for person in document.get("subjects", [])
        if person["capacity"] in ("has", "not_assessed")
    }
    assert not any("health" in one.data for one in decided(document).releases if one.ref in capable)


@LAW
@given(documents())
def test_a_public_authority_never_relies_on_a_recognised_legitimate_interest(
    document: dict[str, Any],
) -> None:
    decision = decided(document)
    kind = document.get("requester", {}).get("agency_kind")
    used = any("Art 6(1)(ea)" in answer.source for answer in decision.answers)
    assert not used or kind in ("housing_association", "idva_charity", "refuge", "specialist_charity")


@LAW
@given(documents())
def test_a_dash_count_changes_nothing(document: dict[str, Any]) -> None:
    low, none = copy.deepcopy(document), copy.deepcopy(document)
    low["dash"] = {"tool": "SafeLives Dash", "yes": 0, "dont_know": 24}
    none.pop("dash", None)
    assert decided(low) == decided(none)


@LAW
@given(documents())
def test_a_permit_moves_only_what_its_level_needs(document: dict[str, Any]) -> None:
    decision = decided(document)
    for release in decision.releases:
        assert set(release.data) <= RULES.policy.items[decision.level]


@LAW
@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_read_or_rejected(data: bytes) -> None:
    with suppress(InputError):
        parse_form(data)


@LAW
@given(
    documents(),
    st.sampled_from(Lacks),
    st.sampled_from(Decider),
    st.booleans(),
    st.frozensets(st.sampled_from(NotTold)),
)
def test_of_a_question_about_nobody_here_nothing_is_said_but_what_it_lacks(
    document: dict[str, Any], lacks: Lacks, decider: Decider, sealed: bool, against: frozenset[NotTold]
) -> None:
    """Whoever stands in for nobody, and whatever a person says."""
    held = HeldRecord(
        kind=Kind.marac,
        role=Role.victim,
        band=Band.strong,
        confirmed=True,
        published=True,
        sealed=sealed,
        decided_by=decider,
        decision=True,
        supplier_permission=True,
        against=tuple(against),
        agency="Eastvale Police",
        lacks=lacks,
    )
    decision = decide_answer(PeerRequest(form=read(document), level=Level.involvement), held, RULES, ON)
    assert decision.outcome is Outcome.refuse
    assert [one.code for one in decision.reasons] == [f"lacks_{lacks}"]
    assert (decision.refer_to, decision.obligations, decision.releases, decision.answers) == ((), (), (), ())
    assert "Eastvale" not in decision.model_dump_json()
