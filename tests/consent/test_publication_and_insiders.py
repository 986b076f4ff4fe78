"""Publication in bulk, and who looks like an insider."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from hub.consent import (
    ConflictOfInterest,
    Exclusion,
    Outcome,
    Protocol,
    PublicationCase,
    Publications,
    Publisher,
    Rules,
    Staff,
    VictimAgreement,
    decide_publication,
    is_excluded,
    publication_form,
)
from hub.consent.context import conflicts_of_interest
from hub.consent.form.vocabulary import Jurisdiction
from hub.values import AgencyKind, Kind, Person, Purpose, Role
from tests.consent.stories import ON

AGREED = Protocol(ref="Inter-area agreement 2026/1", date=dt.date(2026, 4, 1), covers=(Purpose.publish,))
PUBLISHER = Publisher(Jurisdiction.england_wales, AGREED, "Bea Manager")
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
    case = replace(CASE, kind=Kind.idva, supplier="Northmoor Idva Service", roles=frozenset(Role), aware=True)
    form = publication_form(case, PUBLISHER, rules, ON)
    assert form.purpose is Purpose.publish
    assert form.requester.agency == "Northmoor Idva Service"
    assert form.requester.role == "idva"
    assert [person.role for person in form.subjects] == sorted(Role)
    assert [person.role for person in form.subjects if person.aware] == [Role.victim]
    assert form.review.date == dt.date(2027, 11, 22)
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
    agreed = Protocol.model_validate({**AGREED.model_dump(), "review": review})
    form = publication_form(CASE, replace(PUBLISHER, agreement=agreed), rules, ON)
    assert str(form.review.date) == expected


def test_a_suppliers_long_name_still_fits(rules: Rules) -> None:
    case = replace(CASE, publish=True, supplier="x" * 200)
    decision = decide_publication(case, PUBLISHER, rules, ON)
    assert decision.permitted
    assert decision.rules == rules.name
    assert decide_publication(replace(CASE, publish=False), PUBLISHER, rules, ON).rules == rules.name


def test_a_passed_agreement_publishes_nothing(rules: Rules) -> None:
    over = Protocol.model_validate({**AGREED.model_dump(), "review": "2026-11-21"})
    assert (
        decide_publication(CASE, replace(PUBLISHER, agreement=over), rules, ON).outcome is Outcome.incomplete
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
        (Exclusion(team="Night"), False),
        (Exclusion(), False),
    ],
)
def test_an_exclusion_needs_every_part_that_it_names(entry: Exclusion, *, kept_out: bool) -> None:
    assert is_excluded(Staff(person="Ada Worker", team="Day", agency="Haven"), [entry]) is kept_out
