"""Taking off whom the victim named as not safe to talk to: by a manager alone, on that case alone, and reviewed."""

from __future__ import annotations

import pytest

from hub.cases.close import close
from hub.cases.flight import correct_answer
from hub.cases.not_safe import TakenOff, named_on, take_off
from hub.cases.obligations import ListedObligation, list_obligations
from hub.cases.seals import Said
from hub.cases.staff import STAFF_FILE
from hub.consent import Outcome
from hub.errors import InputError, NotFoundError, UsageError
from hub.node.node import Node
from tests.cases.casework import FIRST, done, who
from tests.cases.hidden import held
from tests.checks.disclosing import SUBJECT, asked, disclosed
from tests.federation.nodes import Areas, case, events, hold, stranger

ADA, BEA, CAI = who("Ada Worker"), who("Bea Manager", role="manager"), who("Cai Manager", role="manager")
NAMED = '[[staff]]\ngiven_names = "Bea"\nsurname = "Manager"\nmanager = true\n'
WHY = "Named by mistake: she meant another council."
EASTVALE, BROTHER = "PC Smith, Eastvale Council", "her brother"


@pytest.fixture
def node(stored_areas: Areas) -> Node:
    node = stored_areas["northmoor"]
    (node.home / STAFF_FILE).write_text(NAMED)
    hold(node, case("NM-1", [SUBJECT], not_safe_to_talk_to=(EASTVALE, BROTHER)))
    return node


def told(areas: Areas, check_id: str) -> bool:
    return disclosed(areas, check_id)[1].outcome is Outcome.permit


def reviews(node: Node) -> list[ListedObligation]:
    return [one for one in list_obligations(node, ADA, FIRST) if one.code == "review_unsealing"]


def test_only_a_manager_whom_the_node_knows_takes_her_word_back_and_then_the_area_is_told(
    stored_areas: Areas, node: Node
) -> None:
    check_id = asked(stored_areas).check_id
    for by, staff in ((BEA, ""), (BEA, NAMED.replace("true", "false")), (ADA, NAMED)):
        (node.home / STAFF_FILE).write_text(staff)
        with pytest.raises(UsageError, match="for a manager"):
            take_off(node, "NM-1", EASTVALE, Said(by, WHY))
    (node.home / STAFF_FILE).write_text(NAMED + "nonsense")
    with pytest.raises(UsageError):
        take_off(node, "NM-1", EASTVALE, Said(BEA, WHY))
    (node.home / STAFF_FILE).write_text(NAMED)
    assert not told(stored_areas, check_id)
    assert (events(node, "not_safe_taken_off"), reviews(node)) == ([], [])
    assert take_off(node, "NM-1", "pc smith  eastvale council", Said(BEA, WHY)) == TakenOff(
        (EASTVALE,), (BROTHER,)
    )
    assert named_on(node, "NM-1", ADA) == (BROTHER,)
    (word,) = held(node, "NM-1").kept.not_safe_words
    assert (word.taken_off, word.by, word.because) == ((EASTVALE,), BEA.name, WHY)
    (event,) = events(node, "not_safe_taken_off")
    assert event["actor"] == node.actor(BEA.name)
    assert told(stored_areas, check_id)


def test_another_case_of_hers_counts_as_before_and_a_file_adds_it_again(
    stored_areas: Areas, node: Node
) -> None:
    check_id = asked(stored_areas).check_id
    hold(node, case("CB-200", [SUBJECT], not_safe_to_talk_to=("Eastvale",)))
    take_off(node, "NM-1", EASTVALE, Said(BEA, WHY))
    assert not told(stored_areas, check_id)
    take_off(node, "CB-200", "Eastvale", Said(BEA, WHY))
    hold(node, case("NM-1", [SUBJECT], not_safe_to_talk_to=()))
    assert named_on(node, "NM-1", BEA) == (BROTHER,)
    hold(node, case("NM-1", [SUBJECT], not_safe_to_talk_to=(EASTVALE,)))
    assert not told(stored_areas, check_id)
    assert len(held(node, "NM-1").kept.not_safe_words) == 1, "what was said stays with the case"


def took_off(node: Node) -> None:
    take_off(node, "NM-1", EASTVALE, Said(BEA, WHY))


def took_back_that_she_fled(node: Node) -> None:
    correct_answer(node, "NM-1", ("Southmere",), Said(ADA, WHY))
    assert reviews(node) == [], "more care takes no review"
    correct_answer(node, "NM-1", (), Said(BEA, WHY))


@pytest.mark.parametrize("act", [took_off, took_back_that_she_fled])
def test_another_manager_reviews_it(node: Node, act: object) -> None:
    assert callable(act)
    act(node)
    (review,) = reviews(node)
    assert (review.case_ref, review.due) == ("NM-1", FIRST)
    assert BEA.name in review.text
    for by in (BEA, ADA):
        assert close(node, [review.number], done("Right.", by=by)).lacking
    assert close(node, [review.number], done("Bea says that it was her.", by=CAI)).closed == [review.number]


def test_who_may_not_know_of_the_case_and_what_is_not_there_reads_alike(node: Node) -> None:
    hold(node, case("NM-2", [stranger(3)]))
    staff = NAMED + '[[exclusion]]\ncase_ref = "NM-1"\nperson = "Bea Manager"\n'
    (node.home / STAFF_FILE).write_text(staff)
    for ref in ("NM-1", "NM-NONE"):
        for act in (
            lambda ref=ref: take_off(node, ref, EASTVALE, Said(BEA, WHY)),
            lambda ref=ref: named_on(node, ref, BEA),
        ):
            with pytest.raises(NotFoundError, match="no such case"):
                act()
    with pytest.raises(NotFoundError, match="Nobody of that name"):
        take_off(node, "NM-2", "...", Said(BEA, WHY))
    with pytest.raises(InputError):
        take_off(node, "NM-2", EASTVALE, Said(BEA, " "))
    assert events(node, "not_safe_taken_off") == []
