"""Who fled an area, or may have, is hidden on whatever case she is: as where she is sealed."""

from __future__ import annotations

import pytest

from hub.cases.flight import correct_answer
from hub.cases.seals import decide_likeness, seal_case, shown_likenesses
from hub.cases.staff import STAFF_FILE
from hub.consent.form.fled import NOT_KNOWN
from hub.federation.publish import publish
from hub.node.node import Node
from tests.cases.hidden import AS_ALIAS, LIKELY, MANAGER, PERPETRATOR, SAID, VICTIM, WHO, held
from tests.federation.nodes import Areas, case, events, hold, in_feed
from tests.federation.publishing import HER


@pytest.fixture
def node(areas: Areas) -> Node:
    (areas["eastvale"].home / STAFF_FILE).write_text(MANAGER, encoding="utf-8")
    return areas["eastvale"]


@pytest.mark.parametrize("how", ["a file", "by hand"])
@pytest.mark.parametrize("answer", ["northmoor", NOT_KNOWN])
def test_her_other_records_have_left_the_feed_when_it_is_said_that_she_fled(
    node: Node, how: str, answer: str
) -> None:
    hold(node, case("hers", [HER]), case("other", [VICTIM, AS_ALIAS]), case("likely", [LIKELY, PERPETRATOR]))
    publish(node)
    if how == "a file":
        hold(node, case("hers", [HER], fled_asked=True, fled_from=(answer,)))
    else:
        assert correct_answer(node, "hers", (answer,), SAID).withdrawn == 5
    assert not any(in_feed(node, one) for one in (HER, AS_ALIAS, VICTIM, LIKELY, PERPETRATOR))
    assert publish(node).added == 0
    assert {one["detail"]["kind"] for one in events(node, "sealed_person_found")} == {"certain", "likely"}
    hold(node, case("later", [HER]))
    assert publish(node).added == 0, "nor does one that comes later join it"
    # What is likely waits for a person, and all of it ends with the word itself.
    waiting = shown_likenesses(node, WHO)
    assert {(one.case_ref, one.person) for one in waiting} == {("likely", LIKELY)}
    assert "hers" in {one.sealed_case_ref for one in waiting}
    for one in waiting:
        decide_likeness(node, one.likeness.id, SAID, same=False)
    assert publish(node).added == 2
    correct_answer(node, "hers", (), SAID)
    assert publish(node).added == 4


def test_of_two_cases_that_say_so_each_hides_her_until_both_are_taken_back(node: Node) -> None:
    hold(node, case("other", [HER]))
    for ref in ("one", "two"):
        hold(node, case(ref, [HER], fled_asked=True, fled_from=("northmoor",)))
    assert not held(node, "one").kept.sealed
    correct_answer(node, "one", (), SAID)
    assert publish(node).added == 0
    assert held(node, "one").kept.sealed
    correct_answer(node, "two", (), SAID)
    assert publish(node).added == 3


def test_a_seal_that_is_taken_back_leaves_what_is_hidden_since_she_fled(node: Node) -> None:
    hold(node, case("other", [HER]), case("hers", [HER], fled_asked=True, fled_from=("northmoor",)))
    seal_case(node, "hers", SAID)
    seal_case(node, "hers", SAID, sealed=False)
    assert publish(node).added == 0
    seal_case(node, "other", SAID)
    assert held(node, "hers").kept.sealed, "she is sealed there"
    seal_case(node, "other", SAID, sealed=False)
    correct_answer(node, "hers", (), SAID)
    assert publish(node).added == 2
