"""The feed's lines as the database finds them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, event

from hub.federation.publish import publish
from hub.store import feeds
from tests.federation.nodes import Areas, case, cases_of, hold


@pytest.mark.parametrize("withdrawn", [False, True])
@pytest.mark.parametrize(("after", "until"), [(0, 0), (500, 0), (0, 700)])
def test_a_page_is_a_range_of_the_key_and_sorts_nothing(
    areas: Areas, after: int, until: int, *, withdrawn: bool
) -> None:
    """Else each page would read and sort the whole feed. The plan is that of the very statement."""
    node = areas["eastvale"]
    if withdrawn:
        hold(node, case("eastvale-0", cases_of("eastvale")[0], sealed=True))
        publish(node)
    asked: list[tuple[str, Any]] = []

    def heard(_c: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    with node.read() as tx:
        state = feeds.state(tx.session)
        assert state
        event.listen(tx.session.connection(), "before_cursor_execute", heard)
        lines = feeds.page(tx.session, feeds.Place(1, after, until), state.last_seq, 50)
        event.remove(tx.session.connection(), "before_cursor_execute", heard)
        statement, parameters = asked[-1]
        plan = tx.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        steps = [row.detail for row in plan]
    assert steps == ["SEARCH feed_entry USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)"]
    assert [line.seq for line in lines] == sorted(line.seq for line in lines)
    assert lines[0].seq > after
    assert len(lines) == 50
