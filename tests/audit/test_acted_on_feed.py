"""Whoever writes the database and has no key: it acts on no line of a feed that nobody wrote."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.errors import LogError, RowsError
from hub.federation.publish import publish
from hub.federation.rotate_keys import rotate
from hub.node.node import Node
from hub.wire.messages import FEED_PATH
from tests.audit.acting import HER, OTHER, keep, put_back, sql, stopped
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, hold, in_feed

COPIED = "case_id, handle, retired, sealed"
FIRST_ONE = "FROM person_record WHERE id = 1"
WHOM: dict[str, list[str]] = {
    "a person taken away": ["DELETE FROM person_record WHERE id = (SELECT max(id) FROM person_record)"],
    "a case hidden": ["UPDATE case_record SET may_publish = false"],
    "another decision": [
        "UPDATE case_record SET decision_id = (SELECT max(id) FROM decision_record) WHERE id = 1"
    ],
    "one person more": [
        f"INSERT INTO person_record (id, {COPIED}) SELECT 9999, 1, sealed, retired, sealed {FIRST_ONE}"
    ],
}


@pytest.mark.parametrize("statements", WHOM.values(), ids=WHOM)
def test_the_feed_is_not_brought_up_to_rows_that_nobody_wrote(areas: Areas, statements: list[str]) -> None:
    node = areas["eastvale"]
    hold(node, case("other", [OTHER]))
    sql(node, *statements)
    for act in (publish, rotate):
        with pytest.raises(LogError):
            act(node)
    assert not in_feed(node, OTHER)


def test_lines_put_back_into_the_feed_are_not_counted_as_its_own(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    hold(node, case("her", [HER]), case("other", [OTHER]))
    publish(node)
    with node.database.engine.execution_options(hub_write=True).begin() as connection:
        connection.exec_driver_sql("CREATE TABLE was AS SELECT * FROM feed_entry WHERE label IS NOT NULL")
    hold(node, case("her", [HER], sealed=True))
    assert not in_feed(node, HER)
    label = "(SELECT was.label FROM was WHERE was.token = feed_entry.token)"
    sql(node, f"UPDATE feed_entry SET label = {label} WHERE label IS NULL AND {label} IS NOT NULL")
    with pytest.raises(RowsError, match="feed_entry"):
        hold(node, case("other", [OTHER], sealed=True))
    assert stopped(node)


# What peers are shown, and evaluated for.

FEED: dict[str, Callable[[Node], None]] = {
    "altered": lambda node: sql(node, "UPDATE feed_state SET last_seq = last_seq - 1"),
    "deleted": lambda node: sql(node, "DELETE FROM feed_state"),
    "put back": lambda node: put_back(node, "feed_state"),
}


@pytest.mark.parametrize("tamper", FEED.values(), ids=FEED)
def test_no_peer_is_shown_or_evaluated_by_a_state_of_the_feed_that_nobody_wrote(
    stored_areas: Areas, tamper: Callable[[Node], None]
) -> None:
    hand = Hand(stored_areas)
    node = hand.holder
    keep(node, "feed_state")
    hold(node, case("other", [OTHER]))
    publish(node)
    assert hand.evaluate().status_code == hand.send("GET", FEED_PATH).status_code == 200
    tamper(node)
    for answer in (hand.evaluate(), hand.send("GET", FEED_PATH)):
        assert answer.status_code == 503
        assert answer.json()["type"].endswith("audit_log")
    assert stopped(node)
