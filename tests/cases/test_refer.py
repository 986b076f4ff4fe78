"""Referring somebody: the printed form field by field, what it needs, and what becomes of the case."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hub.cases.dash import Dash
from hub.cases.refer import ReferralPaper, Referred, refer
from hub.cases.referral import Referral
from hub.errors import ConflictError, InputError
from hub.federation.publish import publish
from hub.node.node import Node
from hub.records import papers
from hub.records.cases import HeldCase, held_case
from hub.records.papers import KeptPaper, PaperKind
from hub.store import cases
from hub.values import Role
from tests.cases.referring import sample
from tests.federation.nodes import IMPORTER, Areas, events


def referred(node: Node, told: dict[str, Any]) -> Referred:
    return refer(node, Referral.model_validate(told), IMPORTER)


def held(node: Node, case_ref: str) -> HeldCase:
    with node.read() as tx:
        row = cases.find(tx.session, node.case_digest(case_ref))
        assert row
        return held_case(tx, row)


def kept(node: Node, case_ref: str, kind: PaperKind | None = None) -> list[KeptPaper]:
    with node.read() as tx:
        return papers.of_case(tx, held(node, case_ref).row, kind)


def victim_of(case: HeldCase) -> Any:
    return next(one.details for one in case.people if one.details.person.role is Role.victim)


@pytest.fixture
def node(stored_areas: Areas) -> Node:
    return stored_areas["northmoor"]


def test_s003_r2_to_r40_a_referral_makes_a_case_and_is_kept_field_by_field(node: Node) -> None:
    done = referred(node, sample())
    case = held(node, done.case_ref)
    assert not done.completed
    assert (case.details.referring_agency, case.details.referring_contact) == (
        "Northmoor Housing",
        "Housing officer on duty, 01632 960120",
    )
    assert case.details.agreement == "given"
    assert case.details.criteria == ("professional judgement", "potential escalation")
    assert case.details.not_safe_to_talk_to == ("his sister, Castlebridge Homes",)
    victim = victim_of(case)
    assert (victim.person.phone, victim.safe_to_call, victim.person.postcode) == (
        "01632 960499",
        False,
        "NM14 8YN",
    )
    (paper,) = kept(node, done.case_ref, PaperKind.referral)
    assert (paper.paper.supplier, paper.paper.by) == ("Northmoor Housing", IMPORTER.name)
    body = ReferralPaper.model_validate(paper.paper.body)
    told = Referral.model_validate(sample())
    assert body.referral.model_copy(update={"case_ref": ""}) == told.model_copy(update={"dash": None})
    (dash,) = kept(node, done.case_ref, PaperKind.dash)
    assert Dash.model_validate(dash.paper.body) == told.dash


def test_the_same_referral_again_adds_nothing_and_another_joins_the_case(node: Node) -> None:
    first = referred(node, sample())
    again = referred(node, sample())
    assert (again.case_ref, again.added) == (first.case_ref, ())
    other = sample(
        case_ref=first.case_ref,
        referring_agency="Northmoor Police",
        children=[],
        perpetrators=[{"name": "Somebody Else", "relationship_to_victim": "brother of the other"}],
        not_safe_to_talk_to="The landlord",
    )
    done = referred(node, other)
    assert done.completed
    case = held(node, first.case_ref)
    roles = sorted(one.details.person.role for one in case.people)
    assert roles.count(Role.perpetrator) == 2
    assert roles.count(Role.child) >= 1
    assert case.details.not_safe_to_talk_to == ("his sister, Castlebridge Homes", "The landlord")
    assert [one.paper.supplier for one in kept(node, first.case_ref, PaperKind.referral)] == [
        "Northmoor Housing",
        "Northmoor Police",
    ]


def test_a_referral_under_the_number_of_somebody_elses_case_is_refused(node: Node) -> None:
    first = referred(node, sample())
    with pytest.raises(ConflictError, match="victim of another name"):
        referred(node, sample(case_ref=first.case_ref, victim_name="Quite Another"))
    with pytest.raises(ConflictError, match="victim of another name"):
        referred(node, sample(case_ref=first.case_ref, victim_dob="1950"))
    assert len(kept(node, first.case_ref)) == 2


def test_a_victim_whose_name_is_not_known_can_be_referred_and_is_matched_by_nothing(node: Node) -> None:
    before = publish(node).added
    done = referred(node, sample(victim_name="not known", perpetrators=[], children=[], publish=True))
    victim = victim_of(held(node, done.case_ref)).person
    assert (victim.given_names, victim.surname) == ("", "")
    assert publish(node).added == before == 0


def test_if_the_papers_cannot_be_kept_there_is_no_case_either(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise InterruptedError

    monkeypatch.setattr(papers, "put", broken)
    with pytest.raises(InterruptedError):
        referred(node, sample(case_ref="R-9"))
    with node.read() as tx:
        assert cases.find(tx.session, node.case_digest("R-9")) is None
    assert not events(node, "paper_kept")


REQUIRED = {
    "the agency": ({"referring_agency": ""}, "referring_agency"),
    "a contact": ({"contact_names": ""}, "contact_names"),
    "the victim": ({"victim_name": ""}, "victim's name"),
    "a criterion": (
        {
            "crit_professional_judgement": None,
            "crit_potential_escalation": None,
            "crit_visible_high_risk": None,
        },
        "at least one criterion",
    ),
    "a rationale": ({"pj_rationale": None}, "Explain briefly"),
    "a day that is not": ({"date": "31/02/2026"}, "no such day"),
    "a birth to come": ({"victim_dob": "2031-01-01"}, "in the future"),
    "a child's birth to come": ({"children": [{"name": "A B", "dob": "2031"}]}, "in the future"),
}


@pytest.mark.parametrize(("changes", "says"), REQUIRED.values(), ids=REQUIRED)
def test_what_a_referral_needs_is_said_in_a_sentence(
    areas: Areas, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises((InputError, ValidationError), match=says):
        referred(areas["northmoor"], sample(**changes))


def test_s003_r82_without_high_risk_by_the_tool_or_judgement_the_victims_consent_is_needed(
    areas: Areas,
) -> None:
    node = areas["northmoor"]
    unjudged = {"crit_professional_judgement": "no", "pj_rationale": None}
    with pytest.raises(InputError, match="consent is needed"):
        referred(node, sample(**unjudged, consent_given="no"))
    assert referred(node, sample(**unjudged, consent_given="yes", case_ref="C-1")).added
    assert referred(node, sample(consent_given="no", case_ref="C-2")).added  # Judgement alone suffices.
    counted = {"attached": True, "total_yes": 14}
    high = sample(**unjudged, consent_given="no", case_ref="C-3", dash=counted)
    assert referred(node, high).added
    with pytest.raises(InputError, match="consent is needed"):
        referred(node, high | {"case_ref": "C-4", "dash": counted | {"total_yes": 13}})


FOUR = {
    ("yes", "yes"): ("given", True),
    ("yes", "no"): ("refused", True),
    ("no", "yes"): ("given", False),
    ("no", "no"): ("not_asked", False),
}


@pytest.mark.parametrize(("said", "kept_as"), FOUR.items())
def test_s003_r32_r34_awareness_and_agreement_are_two_answers(
    areas: Areas, said: tuple[str, str], kept_as: tuple[str, bool]
) -> None:
    node, (aware, consent) = areas["northmoor"], said
    done = referred(node, sample(victim_aware=aware, consent_given=consent, case_ref="F-1"))
    details = held(node, done.case_ref).details
    assert (details.agreement, details.victim_aware) == kept_as
