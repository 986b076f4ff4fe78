"""Correcting whether anyone on a case fled an area: more careful at once, less careful by a manager alone."""

from __future__ import annotations

import pytest

from hub.cases.alerts import REVIEW_UNSEALING
from hub.cases.flight import correct_answer, takes_back
from hub.cases.seals import Said
from hub.cases.staff import STAFF_FILE
from hub.consent import Outcome
from hub.consent.form.fled import NOT_KNOWN
from hub.errors import InputError, NotFoundError, UsageError
from hub.node.node import Node
from hub.values import AgencyKind, Requester, RequesterRole
from tests.cases.casework import closed_by_another_alone, reviews
from tests.checks.disclosing import asked, disclosed
from tests.federation.nodes import Areas, cases_of, events

ADA = Requester(
    name="Ada Worker", role=RequesterRole.coordinator, agency="Police", agency_kind=AgencyKind.police
)
BEA = ADA.model_copy(update={"name": "Bea Manager", "role": RequesterRole.manager})
NAMED = '[[staff]]\ngiven_names = "Bea"\nsurname = "Manager"\nmanager = true\n'
CASE = "NM-1"


def correct(node: Node, *answer: str, by: Requester = ADA) -> tuple[str, ...] | None:
    return correct_answer(node, CASE, answer, Said(by, "She said so.")).before


def told(areas: Areas, check_id: str) -> bool:
    return disclosed(areas, check_id)[1].outcome is Outcome.permit


def test_a_more_careful_answer_counts_at_once_whoever_gives_it(stored_areas: Areas) -> None:
    node, check_id = stored_areas["northmoor"], asked(stored_areas).check_id
    assert correct(node, "Eastvale") == ()
    assert not told(stored_areas, check_id)
    (event,) = [
        one for one in events(node, "flight_answered") if one.get("detail", {}).get("kind") == "corrected"
    ]
    assert event["actor"] == node.actor("Ada Worker")


def test_a_less_careful_one_is_a_managers_whom_the_node_knows_as_one(stored_areas: Areas) -> None:
    node, check_id = stored_areas["northmoor"], asked(stored_areas).check_id
    correct(node, "Eastvale", NOT_KNOWN)
    for by, staff in (
        (ADA, ""),
        (BEA, ""),  # Who says that they are a manager is none for it.
        (BEA, NAMED.replace("true", "false")),
        (ADA, NAMED),
    ):
        (node.home / STAFF_FILE).write_text(staff)
        for less in ((), ("Eastvale",), (NOT_KNOWN,), ("Southmere", NOT_KNOWN)):
            with pytest.raises(UsageError, match="a manager decides"):
                correct(node, *less, by=by)
            assert not told(stored_areas, check_id)
    assert not [
        one for one in events(node, "flight_answered") if one.get("detail", {}).get("kind") == "taken_back"
    ]
    (node.home / STAFF_FILE).write_text(NAMED)
    assert correct(node, by=BEA) == ("Eastvale", NOT_KNOWN)
    assert told(stored_areas, check_id)
    (event,) = [
        one for one in events(node, "flight_answered") if one.get("detail", {}).get("kind") == "taken_back"
    ]
    assert event["actor"] == node.actor("Bea Manager")


def test_a_list_of_staff_that_cannot_be_read_takes_nothing_back(areas: Areas) -> None:
    node, check_id = areas["northmoor"], asked(areas).check_id
    correct(node, "Eastvale")
    (node.home / STAFF_FILE).write_text(NAMED + "nonsense")
    with pytest.raises(UsageError):
        correct(node, by=BEA)
    (node.home / STAFF_FILE).unlink()
    assert not told(areas, check_id)


def test_who_is_on_a_case_that_names_an_area_has_left_the_feed(areas: Areas) -> None:
    node = areas["eastvale"]
    said = Said(ADA, "She said so.")
    assert correct_answer(node, "eastvale-0", ("Southmere",), said).withdrawn == len(cases_of("eastvale")[0])
    assert asked(areas).areas[0].candidates == (), "she is on it, and is not met any more"


def test_the_same_again_changes_nothing_and_what_lacks_a_reason_or_a_case_is_refused(areas: Areas) -> None:
    node = areas["northmoor"]
    asked(areas)
    correct(node, "Eastvale")
    count = len(events(node, "flight_answered"))
    assert correct(node, "Eastvale") == ("Eastvale",)
    assert len(events(node, "flight_answered")) == count
    with pytest.raises(NotFoundError):
        correct_answer(node, "NM-NONE", (), Said(ADA, "Because."))
    with pytest.raises(InputError):
        correct_answer(node, CASE, (NOT_KNOWN,), Said(ADA, " "))


def test_a_spelling_takes_nothing_back_and_silence_is_no_answer() -> None:
    assert not takes_back(None, ())
    assert not takes_back(("East Vale",), ("eastvale", "Southmere"))
    assert takes_back(("Eastvale",), ("Southmere",))
    assert takes_back((NOT_KNOWN,), ())


@pytest.mark.parametrize("less", [(), ("Eastvale",), (NOT_KNOWN,)])
def test_what_was_taken_back_is_reviewed_by_another_person_than_did_it(
    stored_areas: Areas, less: tuple[str, ...]
) -> None:
    """A name is not proved: whoever may see the case sees in whose name an area was taken back."""
    node = stored_areas["northmoor"]
    asked(stored_areas)
    correct(node, "Eastvale", NOT_KNOWN)
    (node.home / STAFF_FILE).write_text(NAMED)
    assert reviews(node, ADA, REVIEW_UNSEALING) == [], "to be more careful takes no review"
    for _ in range(2):
        correct(node, *less, by=BEA)
    (review,) = reviews(node, ADA, REVIEW_UNSEALING)
    assert (review.case_ref, review.due) == (CASE, node.today())
    assert BEA.name in review.text
    closed_by_another_alone(node, review.number, BEA, "by.name: another person than who unsealed")
