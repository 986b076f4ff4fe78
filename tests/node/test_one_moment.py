"""What a page shows is of one moment of the database, up to what it writes itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.errors import ConflictError, LogError
from hub.node.node import Node
from hub.records.gists import every_gist
from tests.audit.acting import HER
from tests.federation.nodes import Areas, case, hold


@pytest.fixture
def node(areas: Areas) -> Node:
    return areas["northmoor"]


def cases(node: Node) -> int:
    """How many of those that the tests enter it sees."""
    with node.read() as tx:
        return sum(one.case_ref.startswith("new") for one in every_gist(tx))


def apart(node: Node, number: int) -> int:
    """Enter a case in another thread; how many it sees then."""

    def act() -> int:
        hold(node, case(f"new {number}", [HER]))
        return cases(node)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act).result()


def test_what_others_write_meanwhile_is_not_seen_before_it_ends(node: Node) -> None:
    with node.one_moment():
        assert cases(node) == 0
        assert apart(node, 1) == 1, "who looks in another thread sees what is"
        assert cases(node) == 0
    assert cases(node) == 1


def test_what_it_writes_itself_is_seen(node: Node) -> None:
    with node.one_moment():
        assert cases(node) == 0
        hold(node, case("new", [HER]))
        assert cases(node) == 1
        assert apart(node, 2) == 2
        assert cases(node) == 2


def test_an_error_ends_it(node: Node) -> None:
    with pytest.raises(LookupError), node.one_moment():
        raise LookupError
    apart(node, 1)
    assert cases(node) == 1


def test_a_node_that_has_stopped_shows_nothing(node: Node) -> None:
    with node.one_moment():
        cases(node)
    node.log.stops.begin("its database was not as its log says", node.now())
    with pytest.raises(LogError), node.one_moment():
        raise AssertionError


def test_what_has_written_is_not_done_again(node: Node) -> None:
    """A conflict that it meets is its own; one that it meets before is that others wrote too much meanwhile."""
    done = list[str]()

    def meets_a_conflict(ref: str) -> None:
        cases(node)
        done.append(ref)
        if ref == "new":
            hold(node, case(ref, [HER]))
        raise ConflictError("It was done already.")

    for ref in ("new", "none"):
        with pytest.raises(ConflictError):
            node.of_one_moment(meets_a_conflict, ref)
    assert done == ["new", "none", "none"]
