"""Publishing while others work: how long it holds them up, and what they change meanwhile. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event

from hub.federation.publish import publish
from hub.node.node import Node
from tests.federation.nodes import Areas, case, cases_of, hold


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
