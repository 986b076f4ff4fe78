"""Publication in bulk, and who looks like an insider."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from hub.consent import (
    ConflictOfInterest,
    Exclusion,
    Outcome,
    PublicationCase,
    Publications,
    Publisher,
    Rules,
    Staff,
    VictimAgreement,
    decide_publication,
    is_excluded,
    publication_form,
    why_not_published,
)
from hub.consent.context import conflicts_of_interest
from hub.consent.form.vocabulary import Jurisdiction
from hub.values import AgencyKind, Kind, Person, Purpose, Role
from tests.consent.answers import agreement
from tests.consent.stories import ON

PUBLISHER = Publisher(Jurisdiction.england_wales, "northmoor", (agreement({}),))
CASE = PublicationCase(Kind.marac, "Northmoor Police", AgencyKind.police)


def test_bulk_decisions_are_the_single_ones_remembered(rules: Rules) -> None:
    bulk = Publications(PUBLISHER, rules, ON)
    for case in (
        CASE,
        replace(CASE, sealed=True),
        replace(CASE, publish=False),
        replace(CASE, agreement=VictimAgreement.refused, roles=frozenset(Role)),
    ):
        assert bulk.decide(case) == decide_publication(case, PUBLISHER, rules, ON)
        assert bulk.decide(case) is bulk.decide(replace(case))


def test_the_form_says_who_supplied_it_and_lists_everyone(rules: Rules) -> None:
    service: dict[str, Any] = {"supplier": "Northmoor Idva Service", "supplier_kind": AgencyKind.idva_charity}
    case = replace(CASE, kind=Kind.idva, **service, roles=frozenset(Role), aware=True)
    form = publication_form(case, PUBLISHER, rules, ON)
    assert form.purpose is Purpose.publish
    assert form.requester.agency == "Northmoor Idva Service"
    assert form.requester.role == "idva"
    assert [person.role for person in form.subjects] == sorted(Role)
    assert [person.role for person in form.subjects if person.aware] == [Role.victim]
    assert form.review.date == dt.date(2027, 4, 1)
    assert form.level == "involvement"
    assert publication_form(CASE, PUBLISHER, rules, ON).requester.role == "coordinator"


def test_what_she_said_is_recorded_for_her_alone(rules: Rules) -> None:
    case = replace(CASE, agreement=VictimAgreement.refused, roles=frozenset(Role))
    said = {person.role: person.agreement for person in publication_form(case, PUBLISHER, rules, ON).subjects}
    assert said.pop(Role.victim) is VictimAgreement.refused
    assert set(said.values()) == {VictimAgreement.not_asked}


@pytest.mark.parametrize(
    ("review", "expected"),
    [("2026-11-22", "2026-11-22"), ("2027-04-01", "2027-04-01"), ("2028-04-01", "2027-11-22")],
)
def test_publication_is_reviewed_with_its_agreement_or_within_a_year(
    rules: Rules, review: str, expected: str
) -> None:
    agreed = agreement({"review": dt.date.fromisoformat(review)})
    form = publication_form(CASE, replace(PUBLISHER, agreements=(agreed,)), rules, ON)
    assert str(form.review.date) == expected


def test_a_suppliers_yes_rests_on_its_agreement_and_its_no_stands(rules: Rules) -> None:
    yes, no = replace(CASE, publish=True), replace(CASE, publish=False)
    decision = decide_publication(yes, PUBLISHER, rules, ON)
    assert decision == decide_publication(CASE, PUBLISHER, rules, ON)
    assert decision.permitted
    assert decision.rules == rules.name
    assert why_not_published(decision) == ""
    for publisher in (replace(PUBLISHER, agreements=()), replace(PUBLISHER, area="westhaven")):
        alone = decide_publication(yes, publisher, rules, ON)
        assert alone.outcome is Outcome.incomplete
        assert why_not_published(alone) == (
            "This node holds no agreement in force under which Northmoor Police publishes."
        )
    declined = decide_publication(no, PUBLISHER, rules, ON)
    assert why_not_published(declined) == "The supplier of this case does not publish it."


def test_of_several_agreements_the_case_names_one(rules: Rules) -> None:
    both = replace(PUBLISHER, agreements=(agreement({}), agreement({"ref": "Second agreement"})))
    undecided = decide_publication(CASE, both, rules, ON)
    assert not undecided.permitted
    assert "name one of Inter-area agreement 2026/1, Second agreement" in why_not_published(undecided)
    named = decide_publication(replace(CASE, under="second  AGREEMENT"), both, rules, ON)
    assert named.permitted
    assert {answer.source.rpartition("; ")[2] for answer in named.answers} >= {
        "Second agreement of 2026-04-01"
    }
    unknown = decide_publication(replace(CASE, under="Third"), both, rules, ON)
    assert "this node holds no agreement Third" in why_not_published(unknown)


def test_a_passed_agreement_publishes_nothing(rules: Rules) -> None:
    over = agreement({"review": dt.date(2026, 11, 21)})
    assert (
        decide_publication(CASE, replace(PUBLISHER, agreements=(over,)), rules, ON).outcome
        is Outcome.incomplete
    )


PERSON = Person(given_names="Ada", surname="Worker", date_of_birth="1980-01-02", postcode="NM1 2AB")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (
            Person(given_names=" ADA", surname="worker", date_of_birth="1980-01-02"),
            {ConflictOfInterest.self_},
        ),
        (Person(given_names="Ada", surname="Worker"), {ConflictOfInterest.self_}),
        (Person(given_names="Ada", surname="Worker", date_of_birth="1990-01-02"), set()),
        (Person(given_names="Cas", surname="Nurse"), {ConflictOfInterest.colleague}),
        (Person(given_names="Eve", surname="Other", postcode="nm12ab"), {ConflictOfInterest.household}),
        (Person(given_names="Eve", surname="Other", postcode="NM12 AB"), {ConflictOfInterest.household}),
        (Person(given_names="Eve", surname="Other", postcode="EV1 1AA"), set()),
        (Person(), set()),
    ],
)
def test_who_looks_like_an_insider(asked: Person, found: set[ConflictOfInterest]) -> None:
    colleague = Person(given_names="Cas", surname="Nurse")
    assert conflicts_of_interest(PERSON, [colleague], [asked]) == found


@pytest.mark.parametrize(
    ("entry", "kept_out"),
    [
        (Exclusion(person="ada worker"), True),
        (Exclusion(person="ada  WORKER", agency="Haven"), True),
        (Exclusion(person="ada worker", agency="Elsewhere"), False),
        (Exclusion(agency="haven"), True),
        (Exclusion(person="Worker, Dr Áda", agency="The Haven"), True),
        (Exclusion(team="Night"), False),
        (Exclusion(), False),
    ],
)
def test_an_exclusion_needs_every_part_that_it_names(entry: Exclusion, *, kept_out: bool) -> None:
    assert is_excluded(Staff(person="Ada Worker", team="Day", agency="Haven"), [entry]) is kept_out
