"""What an act leaves on the record: decisions, obligations, and entries of the disclosure log; on both sides."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.cases.close import close
from hub.cases.obligations import list_obligations
from hub.checks.answer import HolderDecision, record_holder_decision
from hub.consent import Decider
from hub.consent.evidence import DisclosureLogEntry
from hub.errors import UnreachableError
from hub.values import Level
from tests.cases.casework import (
    CASE,
    FIRST,
    KNOWN,
    ask,
    asked,
    done,
    in_words,
    of_checks,
    record,
    tell_area,
    who,
)
from tests.checks.pending import asked as asked_on_a_ground
from tests.checks.pending import grounded, told, waiting
from tests.federation.nodes import (
    Areas,
    events,
    log,
    question,
    stranger,
)


def test_a_routine_question_leaves_little_and_closes_what_the_hub_itself_can_show(
    stored_areas: Areas,
) -> None:
    asked(stored_areas, KNOWN, "eastvale", "southmere")
    northmoor = stored_areas["northmoor"]
    open_ = of_checks(northmoor)
    assert {code: one.due for code, one in open_.items()} == {
        "notify_client": FIRST + dt.timedelta(days=7),
        "review": FIRST + dt.timedelta(days=30),
    }
    assert {one.case_ref for one in open_.values()} == {CASE}
    assert set(of_checks(northmoor, closed=True)) == {"record_recipients"}
    assert in_words(record(northmoor)) == [("Eastvale", False, ""), ("Southmere", False, "")]
    assert "protocol" in record(northmoor)[0].shared.sharing.authority


def test_asking_leaves_the_same_record_whether_or_not_anybody_was_met(areas: Areas) -> None:
    met = asked(areas, KNOWN)
    nobody = asked(areas, stranger(3), case_ref="NM-2")
    assert met.areas[0].candidates
    assert not nobody.areas[0].candidates
    first, second = (record(areas["northmoor"], ref) for ref in (CASE, "NM-2"))
    assert [row.shared for row in first] == [row.shared for row in second]
    assert [
        one.code
        for one in list_obligations(areas["northmoor"], who(), FIRST, every=True)
        if one.case_ref == CASE
    ] == [
        one.code
        for one in list_obligations(areas["northmoor"], who(), FIRST, every=True)
        if one.case_ref == "NM-2"
    ]


def test_what_is_refused_leaves_nothing(areas: Areas) -> None:
    form = question(KNOWN).sharing_form.model_dump(mode="json") | {"protocol": None}
    result = ask(areas, question(KNOWN, "eastvale", sharing_form=form))
    assert not result.decision.permitted
    assert of_checks(areas["northmoor"]) == {}
    assert record(areas["northmoor"]) == []


def test_telling_an_area_goes_on_the_record_with_its_answer_and_owes_nothing_twice(
    stored_areas: Areas,
) -> None:
    result = asked(stored_areas)
    northmoor = stored_areas["northmoor"]
    before = set(of_checks(northmoor))
    after = tell_area(stored_areas, result)
    assert tell_area(stored_areas, result) == after
    assert set(of_checks(northmoor)) == before
    assert in_words(record(northmoor)) == [
        ("Eastvale", False, ""),
        ("Eastvale", True, "answered: involvement"),
    ]
    row = record(northmoor)[1].shared
    assert (row.by, row.node_id, row.level) == ("hub", "eastvale", Level.involvement)
    assert row.sharing.person
    assert row.sharing.authority


def test_an_area_that_may_have_been_told_is_on_the_record_though_it_never_answered(areas: Areas) -> None:
    result = asked(areas)
    del areas.network.hosts["eastvale"]
    with pytest.raises(UnreachableError):
        tell_area(areas, result)
    northmoor = areas["northmoor"]
    assert in_words(record(northmoor)) == [("Eastvale", False, ""), ("Eastvale", True, "")]
    number = of_checks(northmoor)["review"].number
    assert close(northmoor, [number], done("Reviewed.")).lacking == {number: ("sharings[Eastvale].response",)}


def test_reading_an_answer_again_does_not_owe_anew_what_was_done(areas: Areas) -> None:
    result = asked(areas)
    tell_area(areas, result)
    northmoor = areas["northmoor"]
    close(northmoor, [of_checks(northmoor)["notify_client"].number], done("told"))
    tell_area(areas, result)
    assert set(of_checks(northmoor)) == {"review"}


def test_telling_somebody_new_owes_anew_what_was_done(areas: Areas) -> None:
    """She was told that an area was asked; now it is told about her."""
    result = asked(areas)
    northmoor = areas["northmoor"]
    close(northmoor, [of_checks(northmoor)["notify_client"].number], done("told"))
    tell_area(areas, result)
    assert set(of_checks(northmoor)) == {"notify_client", "review"}


def test_an_agency_that_the_form_names_stays_owed_until_it_was_told_or_not(areas: Areas) -> None:
    result = asked(areas, KNOWN, sharing_form=grounded())
    northmoor = areas["northmoor"]
    number = of_checks(northmoor)["record_recipients"].number
    assert close(northmoor, [number], done()).lacking == {number: ("sharings[Eastvale Police]",)}
    tell_area(areas, result)
    assert "record_recipients" not in of_checks(northmoor)

    other = asked(areas, KNOWN, sharing_form=grounded(), case_ref="NM-2")
    number = next(
        one.number
        for one in list_obligations(northmoor, who(), FIRST, every=True)
        if (one.case_ref, one.code) == ("NM-2", "record_recipients")
    )
    not_told = DisclosureLogEntry(date=FIRST, agency="Eastvale Police", told=False)
    assert close(northmoor, [number], done(sharings=(not_told,))).closed == [number]
    assert in_words(record(northmoor, "NM-2"))[-1] == ("Eastvale Police", False, "")
    assert other.decision.permitted


def test_a_holder_records_whom_it_answered_and_on_whose_word(stored_areas: Areas) -> None:
    result = asked_on_a_ground(stored_areas)
    told(stored_areas, result)
    eastvale = stored_areas["eastvale"]
    assert record(eastvale, "ev-pending") == []
    record_holder_decision(
        eastvale,
        waiting(stored_areas),
        HolderDecision(Decider.coordinator, release=True, name="E. Coordinator"),
    )
    (row,) = record(eastvale, "ev-pending")
    sharing = row.shared.sharing
    assert (sharing.agency, sharing.person, sharing.response) == (
        "Police",
        "A. Coordinator",
        "answered: involvement",
    )
    assert sharing.method.endswith("decided by the coordinator E. Coordinator")
    assert "crime" in sharing.authority
    assert set(of_checks(eastvale, closed=True)) == {"record_answer"}
    assert of_checks(eastvale) == {}


def test_an_automatic_answer_is_on_the_record_too(areas: Areas) -> None:
    tell_area(areas, asked(areas))
    (row,) = record(areas["eastvale"], "eastvale-0")
    assert row.shared.sharing.method.endswith("decided by policy, under the protocol")


def test_what_a_holder_does_not_answer_leaves_neither_row_nor_event_of_its_own(areas: Areas) -> None:
    """A receipt shows how long the log is: answering and not answering write as many events."""
    result = asked_on_a_ground(areas)
    told(areas, result)
    eastvale = areas["eastvale"]
    lengths = []
    for release in (False, True):
        speaking = asked_on_a_ground(areas) if release else result
        told(areas, speaking)
        before = len(events(eastvale, "disclosure_answered")), len(log(eastvale))
        record_holder_decision(eastvale, waiting(areas), HolderDecision(Decider.coordinator, release=release))
        lengths.append(len(log(eastvale)) - before[1])
        assert len(record(eastvale, "ev-pending")) == int(release)
    assert lengths[0] == lengths[1]
