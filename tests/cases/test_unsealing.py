"""A seal is taken back by a manager alone whom `staff.toml` names, and another person reviews it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.cases.changes import find_case
from hub.cases.close import close
from hub.cases.obligations import ListedObligation, list_obligations
from hub.cases.seals import Said, decide_likeness, seal_case, shown_likenesses
from hub.cases.staff import STAFF_FILE
from hub.errors import UsageError
from hub.node.node import Node
from tests.cases.casework import FIRST, done, who
from tests.federation.nodes import Areas, case, events, hold
from tests.federation.publishing import HER

ADA, BEA = who("Ada Worker"), who("Bea Manager", role="manager")
NAMED = '[[staff]]\ngiven_names = "Bea"\nsurname = "Manager"\nmanager = true\n'
WHY = "She asked for it."
# The same forename and month of birth under another surname: it may be her.
LIKELY = HER.model_copy(update={"surname": "Quill", "date_of_birth": HER.date_of_birth[:7]})


@pytest.fixture
def node(stored_areas: Areas) -> Node:
    """A woman sealed by hand, by somebody who is no manager, and a record that may be hers."""
    node = stored_areas["eastvale"]
    hold(node, case("hers", [HER]), case("other", [LIKELY]))
    seal_case(node, "hers", Said(ADA, "She fled."))
    return node


def is_sealed(node: Node, ref: str) -> bool:
    with node.read() as tx:
        found = find_case(tx, ref)
    return found is not None and found.kept.sealed


def unseal(node: Node, said: Said) -> None:
    seal_case(node, "hers", said, sealed=False)


def not_same(node: Node, said: Said) -> None:
    (one,) = shown_likenesses(node, said.by)
    decide_likeness(node, one.likeness.id, said, same=False)


def reviews(node: Node) -> list[ListedObligation]:
    return [one for one in list_obligations(node, ADA, FIRST) if one.code == "review_unsealing"]


ACTS = pytest.mark.parametrize(
    ("act", "ref", "event"),
    [(unseal, "hers", "case_unsealed"), (not_same, "other", "sealed_person_decided")],
)


@ACTS
def test_only_a_manager_whom_the_node_knows_as_one_takes_a_seal_back(
    node: Node, act: Callable[[Node, Said], None], ref: str, event: str
) -> None:
    for by, staff, do in (
        (BEA, "", "writes one into staff.toml"),  # Who says that they are a manager is none for it.
        (BEA, NAMED.replace("true", "false"), "`manager = true`"),
        (ADA, NAMED, "A manager does this"),
    ):
        (node.home / STAFF_FILE).write_text(staff)
        with pytest.raises(UsageError, match="for a manager") as refused:
            act(node, Said(by, WHY))
        assert do in refused.value.do
    (node.home / STAFF_FILE).write_text(NAMED + "nonsense")
    with pytest.raises(UsageError):
        act(node, Said(BEA, WHY))
    (node.home / STAFF_FILE).write_text(NAMED)
    assert is_sealed(node, ref)
    assert (events(node, event), reviews(node)) == ([], [])
    act(node, Said(BEA, WHY))
    assert not is_sealed(node, ref)
    (logged,) = events(node, event)
    assert logged["actor"] == node.actor(BEA.name)


@ACTS
def test_what_was_unsealed_is_reviewed_by_another_person_than_did_it(
    node: Node, act: Callable[[Node, Said], None], ref: str, event: str
) -> None:
    """A name is not proved: whoever may see the case sees that, and in whose name, it was unsealed."""
    (node.home / STAFF_FILE).write_text(NAMED)
    act(node, Said(BEA, WHY))
    (review,) = reviews(node)
    assert (review.case_ref, review.due) == (ref, FIRST)
    assert BEA.name in review.text
    assert close(node, [review.number], done("Right.", by=BEA)).lacking == {
        review.number: ("by.name: another person than who unsealed",)
    }
    assert close(node, [review.number], done("Right.", by=ADA)).lacking[review.number] == (
        "by.role: a manager",
    )
    cai = who("Cai Manager", role="manager")
    assert close(node, [review.number], done("Bea says that it was her.", by=cai)).closed == [review.number]


def test_to_hide_somebody_takes_no_manager_and_no_review(node: Node) -> None:
    (one,) = shown_likenesses(node, ADA)
    assert decide_likeness(node, one.likeness.id, Said(ADA, WHY), same=True).sealed
    assert seal_case(node, "other", Said(ADA, WHY)).sealed
    assert reviews(node) == []
