"""Read events brought into the database: each once, whatever is killed between, and none gone unseen."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.audit.events import Action
from hub.errors import RowsError
from hub.jobs.warnings import warnings_of
from hub.node.node import Node
from hub.records.reads import DAY_S, ReadEvent, bring_in, erase_old, leave, read_since
from hub.store.audit import DatabaseAudit
from tests.federation.nodes import Areas


def event(node: Node, number: int) -> ReadEvent:
    return ReadEvent(
        at=node.now(), account="ab" * 16, place=f"GET /cases/{number}", things=(("case", "cd" * 16),)
    )


def of_it(*_: object) -> tuple[str, ...]:
    return ("ef" * 32,)


def places(node: Node) -> list[str]:
    with node.read() as tx:
        return [one.place for one in read_since(tx, 0, of_it).events]


def batches(node: Node) -> list[int]:
    """How many events the log says that each batch has."""
    with node.read() as tx:
        found = DatabaseAudit(tx.session).of_actions([Action.reads_kept])
        return [json.loads(one.body)["detail"]["entries"] for one in found]


def expected(count: int) -> list[str]:
    return [f"GET /cases/{number}" for number in range(count)]


def test_what_is_not_brought_in_yet_is_read_with_what_is(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    for number in range(4):
        if number == 2:
            assert bring_in(node, of_it) == 2
        leave(node, event(node, number))
    assert places(node) == expected(4)
    assert bring_in(node, of_it) == 2
    assert places(node) == expected(4)
    with node.read() as tx:
        assert {one.cases for one in read_since(tx, 0, of_it).events} == {("ef" * 32,)}


def test_within_a_page_of_one_moment_it_is_kept_at_once_and_the_moment_goes_on(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No transaction is begun by it: that would end the moment, and queue behind other writers."""
    node = stored_areas["eastvale"]

    def begun(*_: object) -> None:
        raise AssertionError("a transaction")

    with node.one_moment():
        with node.read() as before, monkeypatch.context() as patch:
            patch.setattr(type(node.database), "write", begun)
            leave(node, event(node, 0))
        with node.read() as after:
            assert after is before
    assert places(node) == expected(1)


def test_a_batch_is_kept_also_where_nobody_opened_anything(areas: Areas) -> None:
    """So that nobody who is shown how long the log is reads whether anybody did."""
    node = areas["eastvale"]
    for _ in range(2):
        assert bring_in(node, of_it) == 0
    assert batches(node) == [0, 0]


def test_killed_after_it_was_kept_and_before_the_file_was_dropped_nothing_is_there_twice(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = stored_areas["eastvale"]
    leave(node, event(node, 0))

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", killed)
        with pytest.raises(KeyboardInterrupt):
            bring_in(node, of_it)
    assert len(list(node.read_journal.folder.iterdir())) == 1
    assert places(node) == expected(1)
    assert bring_in(node, of_it) == 0
    assert places(node) == expected(1)
    assert not list(node.read_journal.folder.iterdir())


def test_killed_before_it_was_kept_nothing_is_lost(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = stored_areas["eastvale"]
    leave(node, event(node, 0))
    with monkeypatch.context() as patch:
        patch.setattr("hub.records.reads._keep", _raises)
        with pytest.raises(KeyboardInterrupt):
            bring_in(node, of_it)
    assert places(node) == expected(1)
    assert bring_in(node, of_it) == 1
    assert places(node) == expected(1)


def _raises(*_: object) -> None:
    raise KeyboardInterrupt


def test_several_who_bring_it_in_at_once_keep_each_event_once(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]

    def go(number: int) -> None:
        leave(node, event(node, number))
        bring_in(node, of_it)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(go, range(24)))
    bring_in(node, of_it)
    assert sorted(places(node)) == sorted(expected(24))
    assert sum(batches(node)) == 24


@pytest.mark.parametrize("how", ["DELETE FROM read_batch", "UPDATE read_batch SET kept_at = kept_at - 1"])
def test_whoever_takes_a_batch_away_or_alters_one_is_found_by_whoever_looks(
    stored_areas: Areas, how: str
) -> None:
    node = stored_areas["eastvale"]
    leave(node, event(node, 0))
    bring_in(node, of_it)
    with node.database.engine.begin() as connection:
        connection.execute(text(how))
    with pytest.raises(RowsError):
        places(node)


def test_what_is_older_than_the_days_is_erased_with_a_word_in_the_log(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    leave(node, event(node, 0))
    bring_in(node, of_it)
    stored_areas.clock.advance(node.settings.reads.keep_days * DAY_S)
    assert erase_old(node) == 0
    stored_areas.clock.advance(1)
    leave(node, event(node, 1))
    bring_in(node, of_it)
    assert erase_old(node) == 1
    assert places(node) == ["GET /cases/1"]
    with node.read() as tx:
        found = DatabaseAudit(tx.session).of_actions([Action.reads_erased])
        assert [json.loads(one.body)["detail"]["entries"] for one in found] == [1]


def test_lines_that_are_not_as_written_are_counted_in_the_log_and_to_whoever_looks(areas: Areas) -> None:
    node = areas["eastvale"]
    for number in range(3):
        leave(node, event(node, number))
    file = node.read_journal.folder / "current"
    lines = file.read_bytes().split(b"\n")
    lines[2] = b"A" * len(lines[2])
    file.write_bytes(b"\n".join(lines))
    assert bring_in(node, of_it) == 2
    with node.read() as tx:
        assert read_since(tx, 0, of_it).unread == 1
        (entry,) = DatabaseAudit(tx.session).of_actions([Action.reads_kept])
    assert json.loads(entry.body)["detail"]["rejected"] == 1
    (told,) = [one for one in warnings_of(node) if "Who opened which case" in one]
    assert "yesterday: 1." in told


def test_a_file_that_this_node_did_not_write_is_brought_in_as_that(areas: Areas) -> None:
    node = areas["eastvale"]
    leave(node, event(node, 0))
    (node.read_journal.folder / "x.lines").write_bytes(b"nonsense\nof\nsomebody\n")
    assert bring_in(node, of_it) == 1
    assert bring_in(node, of_it) == 0
    with node.read() as tx:
        assert read_since(tx, 0, of_it).unread > 0
