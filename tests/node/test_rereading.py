"""The tables that pages rest on are read again beside them, and by them where that fails."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from hub.errors import RowsError
from hub.node import rereading
from hub.node.node import Node
from hub.node.rereading import Rereading
from hub.records.gists import every_gist
from tests.audit.acting import HER, sql
from tests.federation.nodes import Areas, case, hold

SOON_S = 20.0


@pytest.fixture
def node(areas: Areas, monkeypatch: pytest.MonkeyPatch) -> Node:
    """One that remembers for a while, and has read its cases."""
    node = areas["northmoor"]
    hold(node, case("her", [HER]))
    monkeypatch.setattr(rereading, "LOOK_EVERY_S", 0.01)
    node.remembered.for_s = 0.1
    look(node)
    return node


def look(node: Node) -> None:
    with node.read() as tx:
        every_gist(tx)


def soon(true: Callable[[], bool]) -> bool:
    """Whether it is so before long."""
    until = time.monotonic() + SOON_S
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_a_table_is_read_again_though_nobody_looks(node: Node) -> None:
    assert soon(lambda: "case_record" in node.remembered.ageing(0.05))
    thread = Rereading(node)
    thread.begin()
    assert soon(lambda: "case_record" not in node.remembered.ageing(0.05))
    thread.end()
    assert soon(lambda: "case_record" in node.remembered.ageing(0.05))


def test_what_was_altered_stops_the_node_though_nobody_looks(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    sql(node, "UPDATE case_record SET ref_digest = x'00' WHERE id = (SELECT min(id) FROM case_record)")
    thread = Rereading(node)
    thread.begin()
    assert soon(lambda: node.log.stops.read().open_one is not None)
    assert soon(lambda: "Reading tables again failed." in caplog.text)
    thread.end()


def test_it_goes_on_after_a_fault(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    done = list[str]()

    def fail_once(*_: object) -> None:
        done.append("")
        if len(done) == 1:
            raise RowsError("The database is not as its log says.")

    monkeypatch.setattr(rereading, "read_ageing", fail_once)
    thread = Rereading(node)
    thread.begin()
    assert soon(lambda: len(done) > 1)
    thread.end()


def test_it_ends_in_the_middle_of_a_table(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    began = list[bool]()

    def slow(_: Node, rest: Callable[[], None]) -> None:
        while True:
            began.append(True)
            rest()

    monkeypatch.setattr(rereading, "read_ageing", slow)
    thread = Rereading(node)
    thread.begin()
    assert soon(lambda: bool(began))
    thread.end()
    seen = len(began)
    time.sleep(0.05)
    assert len(began) == seen
