"""The same file imported by two commands at once: on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from hub.cases.importing.run import import_cases
from hub.node.node import Node, open_node
from hub.store import cases
from tests.federation.nodes import Areas, case, stranger

T = TypeVar("T")
CASES = [case(f"new-{at}", [stranger(300 + at)]) for at in range(40)]


def twice(node: Node, act: Callable[[Node], T]) -> list[T]:
    """What two processes' worth of nodes come to that do the same at the same time; neither may fail."""
    done: list[T] = []
    begun = threading.Barrier(2)

    def run() -> None:
        own = open_node(node.home, clock=node.clock)
        begun.wait()
        done.append(act(own))
        own.database.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2
    return done


def test_the_same_file_imported_twice_at_once_is_stored_once(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    with node.read() as tx:
        before = cases.counts(tx.session)
    done = twice(node, lambda own: import_cases(own, CASES, dry_run=False, progress=lambda _: None))
    assert sorted((one.imported, one.unchanged) for one in done) == [(0, 40), (40, 0)]
    with node.read() as tx:
        after = cases.counts(tx.session)
    assert after["cases"] - before["cases"] == after["people"] - before["people"] == 40
