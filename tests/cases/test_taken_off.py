"""A file that takes somebody off a case, or renames her, takes away nothing by which she is hidden on others."""

from __future__ import annotations

import pytest

from hub.cases.seals import decide_likeness, seal_case, shown_likenesses
from hub.cases.staff import STAFF_FILE
from hub.federation.publish import publish
from hub.node.node import Node
from hub.values import Person, Role
from tests.cases.hidden import LIKELY, MANAGER, SAID, WHO
from tests.federation.nodes import Areas, case, hold, in_feed, stranger
from tests.federation.publishing import HER

CHILD = stranger(77).model_copy(update={"role": Role.child})
ALONE = CHILD.model_copy(update={"role": Role.victim})
RENAMED = HER.model_copy(update={"given_names": "Priya", "surname": "Quillfeather"})


@pytest.fixture
def node(areas: Areas) -> Node:
    (areas["eastvale"].home / STAFF_FILE).write_text(MANAGER, encoding="utf-8")
    return areas["eastvale"]


@pytest.mark.parametrize(
    ("people", "old"),
    [([ALONE], True), ([stranger(56)], False), ([RENAMED], False), ([RENAMED], True)],
    ids=["her child", "a stranger", "renamed", "renamed, with an older case"],
)
@pytest.mark.parametrize("word", ["sealed", "fled"])
def test_her_records_stay_hidden_before_and_after_the_file(
    node: Node, word: str, people: list[Person], old: bool
) -> None:
    fled = {"fled_asked": True, "fled_from": ("northmoor",)} if word == "fled" else {}
    hold(node, *[case("old", [HER])] * old, case("hers", [HER, CHILD], **fled))
    if word == "sealed":
        seal_case(node, "hers", SAID)
    hold(node, case("hers", people))
    hold(node, case("later", [HER]))
    assert publish(node).added == 0
    assert not in_feed(node, HER)
    assert shown_likenesses(node, WHO) == []
    assert {one.sealed_person for one in shown_likenesses(node, WHO, every=True)} >= {HER}
    hold(node, case("hers", [HER, CHILD]))
    assert publish(node).added == 0


def test_what_a_person_decided_to_be_her_stays_so_through_two_files(node: Node) -> None:
    hold(node, case("hers", [HER], sealed=True), case("other", [LIKELY, CHILD]))
    (one,) = shown_likenesses(node, WHO)
    decide_likeness(node, one.likeness.id, SAID, same=True)
    hold(node, case("other", [ALONE]))
    assert publish(node).added == 0
    spelt = LIKELY.model_copy(update={"date_of_birth": LIKELY.date_of_birth[:4]})
    hold(node, case("other", [spelt, CHILD]))
    assert publish(node).added == 0
    assert not in_feed(node, spelt)
    hold(node, case("hers", [HER], sealed=False))
    assert publish(node).added == 3, "it was hidden for hers alone"


def test_one_decision_is_for_her_name_of_now_and_of_before(node: Node) -> None:
    hold(node, case("hers", [HER], sealed=True), case("other", [LIKELY]))
    hold(node, case("hers", [RENAMED], sealed=True))
    (one,) = shown_likenesses(node, WHO)
    assert one.sealed_person == RENAMED
    decide_likeness(node, one.likeness.id, SAID, same=False)
    assert shown_likenesses(node, WHO) == []
    assert {one.likeness.decided for one in shown_likenesses(node, WHO, every=True)} == {"not_same"}
    assert publish(node).added == 1
