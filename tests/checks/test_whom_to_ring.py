"""Whom an area that is answered may ring: the coordinator and the Idva service, each by its own word."""

from __future__ import annotations

import pytest

from hub.accounts.organisations import add_organisation, keep_duty
from hub.cases.flight import correct_answer
from hub.cases.seals import Said
from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.earlier import earlier_result
from hub.checks.part import items_of
from hub.checks.telling import safe_to_read
from hub.consent import Decider
from hub.errors import InputError
from hub.node.node import Node
from hub.records.accounts import Account, AccountRole, AccountState
from hub.records.check import CheckResult, DisclosureResult
from hub.records.received import Item
from hub.values import AgencyKind, Kind
from hub.wire.messages import Disclosure, WhomToRing, encode
from tests.checks import disclosing
from tests.checks.pending import asked, told, waiting
from tests.federation.nodes import IMPORTER, Areas, case, cases_of, events, hold

SERVICE = "Eastvale Idva Service"
OF_MARAC = WhomToRing(kind=Kind.marac, body="Police", name="Ash Underhill", phone="01632 960111")
OF_SERVICE = WhomToRing(kind=Kind.idva, body=SERVICE, name="Iva Bell", phone="01632 960122")
KEEPER = Account(
    id="ab" * 16,
    sign_in="iva@example.org",
    name="Iva Bell",
    organisation="",
    role=AccountRole.idva,
    state=AccountState.open,
)


def on_duty(node: Node, told: WhomToRing) -> None:
    service = told.kind is Kind.idva
    kind = AgencyKind.idva_charity if service else AgencyKind.police
    with node.write() as tx:
        body = add_organisation(tx, told.body, kind, idva_service=service, by="operator")
    with node.write() as tx:
        keep_duty(tx, body, told.name, told.phone, KEEPER)


def answered(areas: Areas) -> DisclosureResult:
    check_id = disclosing.asked(areas).check_id
    return disclosing.disclosed(areas, check_id)[0].areas[0].candidates[0].disclosure


def test_a_hit_says_whom_to_ring_at_the_marac_and_at_its_idva_service(stored_areas: Areas) -> None:
    eastvale = stored_areas["eastvale"]
    hold(eastvale, case("eastvale-0", cases_of("eastvale")[0], idva_service=SERVICE))
    on_duty(eastvale, OF_MARAC)
    on_duty(eastvale, OF_SERVICE)
    assert answered(stored_areas).ring == (OF_MARAC, OF_SERVICE)
    assert len(events(eastvale, "duty_kept")) == 2


def test_of_a_service_with_nobody_on_duty_its_name_is_told(areas: Areas) -> None:
    hold(areas["eastvale"], case("eastvale-0", cases_of("eastvale")[0], idva_service=SERVICE))
    assert answered(areas).ring == (WhomToRing(kind=Kind.idva, body=SERVICE),)


def test_the_service_on_a_maracs_case_goes_by_the_services_word_alone(areas: Areas) -> None:
    on_duty(areas["eastvale"], OF_MARAC)
    on_duty(areas["eastvale"], OF_SERVICE)
    result = asked(areas, idva_service=SERVICE)
    told(areas, result)
    (one,) = waiting_requests(areas["eastvale"])
    shown = {item.item: item for item in items_of(areas["eastvale"], one)}
    assert (shown[Item.idva_contact].with_idva_service, shown[Item.idva_contact].supplied_by) == (
        True,
        SERVICE,
    )
    assert not shown[Item.coordinator_contact].with_idva_service
    record_holder_decision(areas["eastvale"], one.key, HolderDecision(Decider.coordinator, release=True))
    after = told(areas, result)
    assert after.ring == (OF_MARAC,)
    assert after.in_part


def test_an_idva_services_own_record_says_whom_to_ring_there(areas: Areas) -> None:
    on_duty(areas["eastvale"], OF_MARAC)
    on_duty(areas["eastvale"], OF_SERVICE)
    result = asked(areas, kind=Kind.idva, idva_service=SERVICE, meeting_date=None)
    told(areas, result)
    decided = HolderDecision(Decider.idva_service, release=True)
    record_holder_decision(areas["eastvale"], waiting(areas), decided)
    assert told(areas, result).ring == (OF_SERVICE,)


def test_nobody_is_to_be_rung_where_nothing_is_answered(areas: Areas) -> None:
    on_duty(areas["eastvale"], OF_MARAC)
    result = asked(areas)
    assert told(areas, result).ring == ()
    withhold = HolderDecision(Decider.coordinator, release=False)
    record_holder_decision(areas["eastvale"], waiting(areas), withhold)
    assert told(areas, result).ring == ()


def test_an_area_that_she_fled_is_told_of_nobody_to_ring(areas: Areas) -> None:
    on_duty(areas["eastvale"], OF_MARAC)
    check_id = disclosing.asked(areas).check_id

    def ring() -> tuple[WhomToRing, ...]:
        return disclosing.disclosed(areas, check_id)[0].areas[0].candidates[0].disclosure.ring

    assert ring() == (OF_MARAC,)
    correct_answer(areas["eastvale"], "eastvale-0", ("northmoor",), Said(IMPORTER, "She told us so."))
    assert ring() == ()


def test_a_number_that_came_before_she_fled_is_not_shown_any_more(areas: Areas) -> None:
    northmoor = areas["northmoor"]
    on_duty(areas["eastvale"], OF_MARAC)
    hold(northmoor, case("NM-1", cases_of("eastvale")[0]))
    check_id = disclosing.asked(areas).check_id
    disclosing.disclosed(areas, check_id)

    def shown() -> CheckResult:
        return safe_to_read(earlier_result(northmoor, IMPORTER, check_id))

    assert shown().areas[0].candidates[0].disclosure.ring == (OF_MARAC,)
    correct_answer(northmoor, "NM-1", ("eastvale",), Said(IMPORTER, "She fled from there."))
    assert shown().areas[0].candidates[0].disclosure.ring == ()


def test_an_answer_that_names_nobody_is_as_it_was_on_the_wire() -> None:
    assert b'"ring"' not in encode(Disclosure(status="answered"))


def test_a_number_that_hides_something_is_not_kept(areas: Areas) -> None:
    with pytest.raises(InputError, match="do not print"):
        on_duty(areas["eastvale"], OF_MARAC.model_copy(update={"phone": "01632\u202e 960111"}))
    assert not events(areas["eastvale"], "duty_kept")
