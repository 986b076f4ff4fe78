"""Obligations closed with evidence, and what people add to the disclosure log."""

from __future__ import annotations

import pytest
from sqlmodel import SQLModel

from hub.cases.case_file import case_paper
from hub.cases.close import close
from hub.cases.disclosure_log import AddedEntries, add_entries
from hub.cases.obligations import list_obligations
from hub.consent import SharingForm
from hub.consent.evidence import Closing, DisclosureLogEntry
from hub.errors import InputError, NotFoundError
from tests.cases.casework import CASE, FIRST, KNOWN, asked, done, emergency, in_words, of_checks, record, who
from tests.checks.pending import asked as asked_on_a_ground
from tests.checks.pending import grounded, told
from tests.consent.stories import form_named
from tests.federation.nodes import (
    Areas,
    events,
    log,
)


def test_closing_needs_the_right_evidence_and_is_safe_to_repeat(stored_areas: Areas) -> None:
    asked(stored_areas)
    northmoor = stored_areas["northmoor"]
    open_ = of_checks(northmoor)
    numbers = [open_["notify_client"].number, open_["review"].number]
    lacks = close(northmoor, numbers, done()).lacking
    assert lacks == dict.fromkeys(numbers, ("text",))
    early = close(northmoor, numbers, done("told", days=-1)).lacking
    assert early[numbers[0]] == ("on: not before the decision",)
    late = close(northmoor, numbers, done("told", days=1)).lacking
    assert late[numbers[0]] == ("on: not after today",)
    assert set(of_checks(northmoor)) == {"notify_client", "review"}

    evidence = done("She was told by her Idva, in person.")
    assert close(northmoor, numbers[:1], evidence).closed == numbers[:1]
    logged = len(log(northmoor))
    assert close(northmoor, numbers[:1], evidence).closed == numbers[:1]
    assert len(log(northmoor)) == logged
    with pytest.raises(NotFoundError, match="No such obligation"):
        close(northmoor, numbers[:1], done("Something else."))
    assert of_checks(northmoor, closed=True)["notify_client"].closing == evidence
    (event,) = events(northmoor, "obligation_closed")
    assert event["detail"] == {"kind": "notify_client"}
    assert event["refs"] == {"obligation": numbers[0]}


def test_either_all_that_are_named_close_or_none(areas: Areas) -> None:
    asked(areas)
    asked(areas, case_ref="NM-2")
    northmoor = areas["northmoor"]
    every = [one for one in list_obligations(northmoor, who(), FIRST, every=True) if one.purpose != "publish"]
    with pytest.raises(NotFoundError):
        close(northmoor, [every[0].number, "0" * 16], done("told"))
    row = DisclosureLogEntry(date=FIRST, agency="Eastvale", response="none yet")
    with pytest.raises(InputError, match="several activities"):
        close(northmoor, [one.number for one in every], done("told", sharings=(row,)))
    still = [one for one in list_obligations(northmoor, who(), FIRST, every=True) if one.purpose != "publish"]
    assert still == every
    close(northmoor, [one.number for one in every], done("told"))
    assert [
        one for one in list_obligations(northmoor, who(), FIRST, every=True) if one.purpose != "publish"
    ] == []


def test_a_review_closes_only_with_each_response_or_its_recorded_absence(areas: Areas) -> None:
    result = asked_on_a_ground(areas)
    told(areas, result)  # It waits for a person at Eastvale, who does not answer.
    northmoor = areas["northmoor"]
    number = of_checks(northmoor)["review"].number
    assert close(northmoor, [number], done("Reviewed.")).lacking == {
        number: ("sharings[Eastvale Police].response",)
    }
    absent = DisclosureLogEntry(date=FIRST, agency="eastvale  police", response="no response by 2 November")
    assert close(northmoor, [number], done("Reviewed.", sharings=(absent,))).closed == [number]
    assert in_words(record(northmoor))[-1] == ("Eastvale Police", True, "no response by 2 November")
    assert len(record(northmoor)) == 2


def test_a_countersignature_is_a_managers_and_anothers(areas: Areas) -> None:
    form = grounded()
    form["signatures"] = form["signatures"][:1]
    asked(areas, KNOWN, sharing_form=form)
    northmoor = areas["northmoor"]
    number = of_checks(northmoor)["countersign"].number
    own = done(by=who("c. worker", "manager"))
    assert close(northmoor, [number], own).lacking == {
        number: ("by.name: another person than the caseworker",)
    }
    assert close(northmoor, [number], done()).lacking == {number: ("by.role: a manager",)}
    assert close(northmoor, [number], done(by=who("M. Manager", "manager"))).closed == [number]


def test_an_emergency_closes_with_the_form_that_stands_without_it(areas: Areas) -> None:
    asked(areas, KNOWN, sharing_form=emergency().model_dump(mode="json"))
    northmoor = areas["northmoor"]
    number = of_checks(northmoor)["complete_emergency"].number
    assert close(northmoor, [number], done("all well")).lacking == {number: ("form",)}
    half = emergency().model_copy(update={"purpose": "referred_elsewhere"})
    lacks = close(northmoor, [number], done(form=half)).lacking[number]
    assert {"form.necessity", "form.review.date"} <= set(lacks)
    whole = SharingForm.model_validate(grounded() | {"purpose": "referred_elsewhere", "level": "involvement"})
    stranger_ = whole.model_copy(
        update={"subjects": (whole.subjects[0].model_copy(update={"ref": "someone else"}),)}
    )
    assert close(northmoor, [number], done(form=stranger_)).lacking == {
        number: ("form.subjects: the people who were decided on",)
    }
    for _ in range(2):
        assert close(northmoor, [number], done(form=whole)).closed == [number]
    (paper,) = case_paper(northmoor, who(), CASE).forms
    assert paper.form == whole
    assert paper.decision.reasons[0].code == "emergency"


def test_people_add_whom_they_told_by_telephone_once(stored_areas: Areas) -> None:
    result = asked(stored_areas)
    northmoor = stored_areas["northmoor"]
    row = DisclosureLogEntry(
        date=FIRST, agency="Westhaven Council", person="duty officer", method="telephone"
    )
    added = AddedEntries(case_ref=CASE, check_id=result.check_id, by=who(), sharings=(row,))
    assert add_entries(northmoor, added) == ("sharings[Westhaven Council].authority",)
    assert len(record(northmoor)) == 1
    whole = row.model_copy(update={"authority": "the agreed protocol"})
    for _ in range(2):
        assert add_entries(northmoor, added.model_copy(update={"sharings": (whole,)})) == ()
    assert len(record(northmoor)) == 2
    assert len(events(northmoor, "sharing_recorded")) == 1
    number = of_checks(northmoor)["review"].number
    assert close(northmoor, [number], done("Reviewed.")).lacking == {
        number: ("sharings[Westhaven Council].response",)
    }
    with pytest.raises(NotFoundError, match="No such check"):
        add_entries(northmoor, added.model_copy(update={"check_id": "0" * 32}))


def test_evidence_and_the_record_stand_sealed(stored_areas: Areas) -> None:
    result = asked(stored_areas)
    northmoor = stored_areas["northmoor"]
    secret = DisclosureLogEntry(
        date=FIRST,
        agency="Agency Ninefold",
        person="Person Ninefold",
        method="telephone",
        authority="Law Ninefold",
        response="Response Ninefold",
    )
    assert (
        add_entries(
            northmoor, AddedEntries(case_ref=CASE, check_id=result.check_id, by=who(), sharings=(secret,))
        )
        == ()
    )
    close(northmoor, [of_checks(northmoor)["notify_client"].number], done("Text Ninefold"))
    with northmoor.read() as tx:
        held = b"".join(
            repr(tuple(row)).encode()
            for table in SQLModel.metadata.sorted_tables
            for row in tx.session.connection().execute(table.select())
        )
    assert b"Ninefold" not in held
    assert CASE.encode() not in held
    assert b"A. Coordinator" not in held


def test_the_shipped_forms_record_can_be_completed() -> None:
    """Evidence is read as a form of any edition is."""
    assert (
        Closing.model_validate({"by": who().model_dump(), "on": FIRST, "form": form_named("refuge")}).form
        is not None
    )
