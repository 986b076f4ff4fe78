"""What other areas ask that needs a person: it waits, is answered by the right one, and then reads the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from hub.cases.obligations import list_obligations
from hub.cases.owed import TELL_CHAIR
from hub.cases.staff import STAFF_FILE
from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.deliver import result_of
from hub.consent import Decider
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.records import decisions
from hub.records.check import DisclosureResult, DisclosureStatus
from hub.records.received import DisclosureKey
from hub.store import received
from hub.values import Kind, Level, RequesterRole, Role
from hub.wire.messages import NOT_ANSWERED, Disclosure
from tests.checks.pending import asked, told, waiting
from tests.federation.nodes import Areas, case, events, hold, question, stranger


def test_without_an_agreement_a_person_decides_and_the_asker_reads_it_later(stored_areas: Areas) -> None:
    result = asked(stored_areas)
    assert told(stored_areas, result).status is DisclosureStatus.pending
    assert told(stored_areas, result).status is DisclosureStatus.pending
    record_holder_decision(
        stored_areas["eastvale"], waiting(stored_areas), HolderDecision(Decider.coordinator, release=True)
    )
    after = told(stored_areas, result)
    assert (after.status, after.involvement) == (DisclosureStatus.answered, (Kind.marac,))
    assert waiting_requests(stored_areas["eastvale"]) == []


def test_what_is_withheld_reads_like_everything_else_not_answered(areas: Areas) -> None:
    result = asked(areas)
    told(areas, result)
    record_holder_decision(
        areas["eastvale"], waiting(areas), HolderDecision(Decider.coordinator, release=False)
    )
    after = told(areas, result)
    assert after == DisclosureResult(status=DisclosureStatus.not_answered)


def test_an_idva_service_decides_about_its_own_records(areas: Areas) -> None:
    result = asked(areas, kind=Kind.idva, idva_service="Eastvale Idva Service", meeting_date=None)
    told(areas, result)
    record_holder_decision(
        areas["eastvale"], waiting(areas), HolderDecision(Decider.coordinator, release=True)
    )
    assert told(areas, result).status is DisclosureStatus.pending
    record_holder_decision(
        areas["eastvale"], waiting(areas), HolderDecision(Decider.idva_service, release=True)
    )
    assert told(areas, result).involvement == (Kind.idva,)


def test_a_word_is_spoken_once_and_is_on_the_record(areas: Areas) -> None:
    result = asked(areas)
    told(areas, result)
    enquiry = waiting(areas)
    record_holder_decision(areas["eastvale"], enquiry, HolderDecision(Decider.coordinator, release=True))
    with pytest.raises(NotFoundError):
        record_holder_decision(areas["eastvale"], enquiry, HolderDecision(Decider.coordinator, release=False))
    (event,) = events(areas["eastvale"], "disclosure_decided")
    assert (event["detail"]["kind"], event["detail"]["status"]) == ("coordinator", "answered")


def test_of_two_decisions_at_once_one_is_told_that_nothing_waits(stored_areas: Areas) -> None:
    result = asked(stored_areas)
    told(stored_areas, result)
    waits, both = waiting(stored_areas), Barrier(2)

    def decide(release: bool) -> str:
        both.wait()
        decided = HolderDecision(Decider.coordinator, release=release)
        try:
            return record_holder_decision(stored_areas["eastvale"], waits, decided).status
        except NotFoundError:
            return ""

    with ThreadPoolExecutor(2) as people:
        said = list(people.map(decide, (True, False)))
    (recorded,) = filter(None, said)
    assert told(stored_areas, result).status == recorded
    assert len(events(stored_areas["eastvale"], "disclosure_decided")) == 1


def test_crossed_roles_wait_for_a_person_and_are_raised_to_the_coordinator(areas: Areas) -> None:
    result = asked(areas, role=Role.perpetrator)
    assert told(areas, result).status is DisclosureStatus.pending
    (one,) = waiting_requests(areas["eastvale"])
    assert any("Victim there, perpetrator here" in reason for reason in one.reasons)
    record_holder_decision(areas["eastvale"], one.key, HolderDecision(Decider.coordinator, release=True))
    after = told(areas, result)
    assert (after.role, after.counter_allegation) == (Role.perpetrator, True)
    told(areas, result)
    for area in ("northmoor", "eastvale"):  # Once, at either.
        every = list_obligations(areas[area], None, areas[area].today())
        (owed,) = [one for one in every if one.code == TELL_CHAIR]
        assert owed.due == areas[area].today()


def test_nobody_but_a_coordinator_is_told_of_crossed_roles() -> None:
    request = question(stranger(1), "eastvale")
    asker = request.requester.model_copy(update={"role": RequesterRole.idva})
    answer = Disclosure(status="answered", level=Level.involvement, role=Role.perpetrator)
    shown = result_of(answer, request.model_copy(update={"requester": asker}))
    assert (shown.role, shown.counter_allegation) == (None, False)


@pytest.mark.parametrize("entry", ['person = "a.  coordinator"', 'agency = "Police"'])
def test_who_is_kept_out_of_a_case_is_not_answered_from_another_area_either(areas: Areas, entry: str) -> None:
    """It reads like anything else that is not answered, and nobody here is asked to decide."""
    result = asked(areas)
    staff = f'[[exclusion]]\ncase_ref = "ev-pending"\n{entry}\n'
    (areas["eastvale"].home / STAFF_FILE).write_text(staff, encoding="utf-8")
    assert told(areas, result) == DisclosureResult(status=DisclosureStatus.not_answered)
    (areas["eastvale"].home / STAFF_FILE).unlink()
    assert waiting_requests(areas["eastvale"]) == []


def test_a_case_not_published_any_more_is_not_answered_and_our_record_says_why(areas: Areas) -> None:
    result = asked(areas)
    told(areas, result)
    enquiry = waiting(areas)
    areas.clock.advance(400 * 86_400)  # Past the review of the agreement that published it.
    hold(areas["eastvale"], case("ev-pending", [stranger(1)]))
    assert (
        record_holder_decision(areas["eastvale"], enquiry, HolderDecision(Decider.coordinator, release=True))
        == NOT_ANSWERED
    )
    assert why(areas["eastvale"], enquiry) == ["not_published"]


def why(node: Node, enquiry: DisclosureKey) -> list[str]:
    """The reasons of our decision on an enquiry, by their codes."""
    with node.read() as tx:
        row = received.disclosure(tx.session, enquiry.row)
        assert row is not None
        assert row.decision_id is not None
        decided = decisions.get(tx, row.decision_id)
    return [reason.code for reason in decided.decision.reasons]
