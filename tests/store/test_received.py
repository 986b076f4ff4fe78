"""What was received, as the database finds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlmodel import Session

from hub.store import received
from tests.federation.nodes import Areas

FORGETS: dict[str, Callable[[Session], object]] = {
    "stored answers": lambda session: received.stored_answer(session, "northmoor", "k" * 32, 1_000),
    "messages that were seen": lambda session: received.first_use(
        session, "northmoor", "j" * 32, 2_000, 1_000
    ),
}


@pytest.mark.parametrize("forget", FORGETS.values(), ids=FORGETS)
def test_what_each_request_forgets_is_found_by_its_end(
    areas: Areas, forget: Callable[[Session], object]
) -> None:
    """Else each request would read all that was kept for a day. The plans are those of the very statements."""
    asked: list[tuple[str, Any]] = []

    def heard(_c: Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        asked.append((statement, parameters))

    with areas["eastvale"].write() as tx:
        connection = tx.session.connection()
        event.listen(connection, "before_cursor_execute", heard)
        forget(tx.session)
        event.remove(connection, "before_cursor_execute", heard)
        plans = {
            statement: [
                row.detail
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
            for statement, parameters in asked
        }
    old = [steps for statement, steps in plans.items() if "expires_at <" in statement]
    assert old
    assert all("expires_at<?" in step for steps in old for step in steps)
    assert not [step for steps in plans.values() for step in steps if step.startswith("SCAN")]
