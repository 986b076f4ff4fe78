"""Publishing while others work: how long it holds them up, and what they change meanwhile. On both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event

from hub.cases.importing.run import import_cases
from hub.federation import publish as publishing
from hub.federation.publish import publish
from hub.node.node import Node
from hub.wire.messages import BATCH_ENTRIES
from tests.federation.nodes import Areas, case, cases_of, hold, in_feed, stranger
from tests.federation.publishing import HER, SISTER, lines, publish_while, replace, review, seal


@contextmanager
def statements_of_writes(node: Node) -> Iterator[list[str]]:
    """What is asked of the database in write transactions."""
    asked: list[str] = []

    def heard(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if connection.get_execution_options().get("hub_write"):
            asked.append(statement)

    event.listen(node.database.engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        event.remove(node.database.engine, "before_cursor_execute", heard)


def test_withdrawing_asks_a_few_things_of_the_database_while_others_wait(stored_areas: Areas) -> None:
    """Not one for each match-key: they are evaluated and looked up before."""
    node = stored_areas["eastvale"]
    for at, persons in enumerate(cases_of("eastvale")):
        hold(node, case(f"eastvale-{at}", persons, sealed=True))
    with statements_of_writes(node) as asked:
        assert publish(node).withdrawn == sum(map(len, cases_of("eastvale")))
    assert 0 < len(asked) < 40


@pytest.mark.parametrize("at_once", [0, 50])
@pytest.mark.parametrize("end", [seal, replace, review])
def test_who_may_not_be_met_any_more_when_a_publish_is_written_does_not_enter_the_feed(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch, end: Callable[[Node], None], at_once: int
) -> None:
    monkeypatch.setattr(publishing, "AT_ONCE", at_once)
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]), case("other", [stranger(63)]))
    before = lines(node)
    done = publish_while(node, lambda: end(node))
    assert (done.added, done.withdrawn) == (1, 0)
    assert not in_feed(node, HER)
    assert in_feed(node, stranger(63))
    assert lines(node) - before == BATCH_ENTRIES
    assert publish(node).added == (1 if end is replace else 0)
    assert in_feed(node, SISTER) == (end is replace)


@pytest.mark.parametrize("at_once", [0, 50])
@pytest.mark.parametrize("end", [seal, replace, review])
def test_who_is_in_the_feed_and_may_not_be_met_any_more_leaves_with_the_publish_under_way(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch, end: Callable[[Node], None], at_once: int
) -> None:
    monkeypatch.setattr(publishing, "AT_ONCE", at_once)
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]))
    publish(node)
    assert in_feed(node, HER)
    hold(node, case("other", [stranger(63)]))
    done = publish_while(node, lambda: end(node))
    assert (done.added, done.withdrawn) == (1, 1)
    assert not in_feed(node, HER)
    assert in_feed(node, stranger(63))


def test_a_seal_too_late_for_a_publish_waits_for_it_and_is_told_to_withdraw(stored_areas: Areas) -> None:
    """Nobody's case changes between the last look at it and the commit, unless the import sees it in the feed."""
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]))
    told: list[int] = []

    def sealing() -> None:
        done = import_cases(node, [case("her", [HER], sealed=True)], dry_run=False, progress=lambda _: None)
        told.append(done.to_withdraw)

    late = threading.Thread(target=sealing)

    def writes(_c: Connection, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO feed_entry") and not late.ident:
            late.start()
            late.join(timeout=1)

    event.listen(node.database.engine, "before_cursor_execute", writes)
    publish(node)
    event.remove(node.database.engine, "before_cursor_execute", writes)
    late.join()
    assert told == [1]
    assert publish(node).withdrawn == 1
    assert not in_feed(node, HER)
