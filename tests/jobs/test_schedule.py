"""What a node does at its times: what is due, what fails and is tried again, and that one holds up no other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from hub.crypto.groups import in_groups
from hub.crypto.signing import public_key, thumbprint
from hub.errors import LogError, StorageError, UsageError
from hub.federation.peers import every_known, remove_peer
from hub.jobs.doctor import findings
from hub.jobs.schedule import Job, Run, Stopped, WantedPeer, do, due, jobs_of
from hub.jobs.warnings import warnings_of
from hub.node.node import CHECKPOINT, Node
from hub.node.schedules import Schedules
from hub.node.status import status_of
from hub.records import outbox
from hub.records.outbox import Parcel
from hub.store import schedule as rows
from hub.store.schedule import JobRow
from tests.federation.nodes import Areas, case, events, hold, stranger

DAY_S = 86_400


def alive() -> None:
    """Nothing stops it."""


def kept(node: Node) -> dict[str, JobRow]:
    """What the node has written down of each job."""
    with node.read() as tx:
        return rows.every(tx.session)


def names(node: Node, *wanted: str) -> list[str]:
    """What is due."""
    return [task.name for task in due(node, jobs_of(node, [WantedPeer.parse(one) for one in wanted]))]


def running(areas: Areas, node_id: str, still: Callable[[], None] = alive) -> Run:
    """A run of that node's on the tests' network."""
    return Run(areas[node_id], still, lambda node: areas.client(node.node_id))


def once(areas: Areas, node_id: str, name: str, *wanted: str) -> None:
    """Do one job of a node."""
    jobs = jobs_of(areas[node_id], [WantedPeer.parse(one) for one in wanted])
    do(jobs[name], running(areas, node_id))


def test_everything_is_due_at_first_and_then_at_its_times(stored_areas: Areas) -> None:
    node = stored_areas["northmoor"]
    shows = ["show:eastvale", "show:southmere"]
    every = [
        "checkpoint",
        "publish",
        "sync:eastvale",
        "sync:southmere",
        *shows,
        "exchange:eastvale",
        "exchange:southmere",
        "reconcile:eastvale",
        "reconcile:southmere",
        "hearings:eastvale",
        "hearings:southmere",
        "envelopes",
        "warn",
        "audit",
        "escalate",
        "casework",
        "reads",
    ]
    assert names(node) == every
    for name in every:
        once(stored_areas, "northmoor", name)
    assert {row.fault for row in kept(node).values()} == {None}
    assert names(node) == []
    stored_areas.clock.advance(60)
    assert names(node) == ["checkpoint"]
    stored_areas.clock.advance(14 * 60)
    assert names(node) == ["checkpoint", "publish", "sync:eastvale", "sync:southmere"]
    stored_areas.clock.advance(30 * DAY_S)
    assert names(node) == every, "what was missed while the node was off is done once"


def test_what_was_done_to_the_database_is_named_in_the_workers_log_and_stops_the_node(
    stored_areas: Areas, caplog: pytest.LogCaptureFixture
) -> None:
    """The node looks at itself each day, without waiting for an auditor."""
    node = stored_areas["northmoor"]
    once(stored_areas, "northmoor", "audit")
    with node.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE case_record SET may_publish = (1 = 1), sealed_case = (1 = 1) WHERE id = 1"
        )
    with pytest.raises(LogError, match="This node has stopped"):
        once(stored_areas, "northmoor", "audit")
    assert "case_record: the row 1 is not as entry" in caplog.text
    assert "call your auditor" in caplog.text


def test_it_does_what_it_says(areas: Areas) -> None:
    """A new case at Eastvale reaches Northmoor's copy, and the log's head its file."""
    hold(areas["eastvale"], case("ev-new", [stranger(3)]))
    once(areas, "eastvale", "publish")
    before = events(areas["northmoor"], "feed_synced")
    once(areas, "northmoor", "sync:eastvale")
    assert len(events(areas["northmoor"], "feed_synced")) == len(before) + 1
    checkpoint = areas["northmoor"].home / CHECKPOINT
    old = checkpoint.read_text()
    once(areas, "northmoor", "checkpoint")
    assert checkpoint.read_text() != old


@pytest.mark.parametrize(
    "switched_off",
    [
        "next_at = 99999999999",
        "next_at = NULL",
        "next_at = 99999999999, done_at = 99999999999",
        "done_at = 99999999999, tries = 0",
        "next_at = 99999999999, failing_since = 99999999999, tries = 9",
    ],
)
def test_nobody_who_writes_the_database_puts_a_job_off(areas: Areas, switched_off: str) -> None:
    node = areas["northmoor"]
    every = names(node)
    for name in every:
        once(areas, "northmoor", name)
    assert names(node) == []
    with node.database.write() as session:
        session.connection().exec_driver_sql(f"UPDATE scheduled_job SET {switched_off}")
    assert names(node) == every
    for name in every:
        once(areas, "northmoor", name)
    assert names(node) == []


def test_what_has_not_been_done_for_twice_its_interval_is_told_whatever_its_row_says(areas: Areas) -> None:
    node = areas["northmoor"]
    for name in names(node):
        once(areas, "northmoor", name)
    assert status_of(node).late == ()
    with node.database.write() as session:
        session.connection().exec_driver_sql(
            "UPDATE scheduled_job SET done_at = done_at - 172801, next_at = 99999999999 WHERE name = 'audit'"
        )
        session.connection().exec_driver_sql(
            "UPDATE scheduled_job SET done_at = 99999999999 WHERE name = 'publish'"
        )
    assert status_of(node).late == ("audit", "publish")
    told = "Last done more than twice their interval ago: audit, publish."
    assert any(told in one for one in warnings_of(node))
    assert told in [one.what for one in findings(node)]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (StorageError("The disk is full.", do="Make room."), "The disk is full. To do: Make room."),
        (ValueError("Alice Example"), "An unexpected fault: ValueError"),
    ],
)
def test_what_fails_is_told_and_tried_again_later_each_time(
    areas: Areas, fault: Exception, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    node = areas["northmoor"]

    def fail(_: Run) -> None:
        raise fault

    job = Job("publish", fail)
    due(node, {"publish": job})
    waits = []
    for _ in range(9):
        do(job, running(areas, "northmoor"))
        row = kept(node)["publish"]
        waits.append((row.next_at or 0) - node.now())
        areas.clock.advance(3600)
    assert row.tries == 9
    assert row.failing_since == int(areas.clock.at) - 9 * 3600
    assert row.done_at is None
    assert row.fault
    assert row.fault.startswith(words)
    assert 30 <= waits[0] <= 60
    assert 1800 <= waits[-1] <= 3600
    assert caplog.text.count(f"publish: {words}") == 9
    assert "Alice" not in caplog.text + str(row.fault)
    do(Job("publish", lambda run: run.alive()), running(areas, "northmoor"))
    assert kept(node)["publish"] == JobRow("publish", node.now() + 900, node.now(), node.now())


def test_one_peer_that_fails_holds_up_no_other(areas: Areas) -> None:
    node = areas["northmoor"]
    names(node)
    del areas.network.hosts["eastvale"]
    once(areas, "northmoor", "sync:eastvale")
    once(areas, "northmoor", "sync:southmere")
    assert "cannot be reached" in (kept(node)["sync:eastvale"].fault or "")
    assert kept(node)["sync:southmere"].fault is None
    (fault,) = events(node, "peer_fault")
    assert (fault["actor"], fault["refs"]["peer"]) == ("node", "eastvale")


def test_work_that_is_stopped_is_still_due(areas: Areas) -> None:
    node = areas["northmoor"]

    def stop() -> None:
        raise Stopped

    hold(node, case("nm-new", [stranger(4)]))
    names(node)
    do(jobs_of(node, ())["publish"], running(areas, "northmoor", stop))
    assert "publish" in names(node)
    assert kept(node)["publish"].tries == 0


def test_a_wanted_peer_is_tried_until_it_is_added_and_never_again(areas: Areas) -> None:
    """Somebody who removes it later has the last word."""
    node, wanted = areas["northmoor"], "https://eastvale"
    remove_peer(node, "eastvale")
    assert f"add:{wanted}" in names(node, wanted)
    there = areas.network.hosts.pop("eastvale")
    once(areas, "northmoor", f"add:{wanted}", wanted)
    assert kept(node)[f"add:{wanted}"].tries == 1
    areas.network.hosts["eastvale"] = there
    areas.clock.advance(60)
    assert f"add:{wanted}" in names(node, wanted)
    once(areas, "northmoor", f"add:{wanted}", wanted)
    assert "eastvale" in every_known(node)
    assert "sync:eastvale" in names(node, wanted)
    remove_peer(node, "eastvale")
    areas.clock.advance(400 * DAY_S)
    assert not {f"add:{wanted}", "sync:eastvale"} & set(names(node, wanted))


def test_a_wanted_peer_may_be_given_with_its_thumbprint() -> None:
    heard = thumbprint(public_key(bytes(31) + b"\1"))
    assert WantedPeer.parse(f"https://a#{in_groups(heard)}") == WantedPeer("https://a", heard)
    with pytest.raises(UsageError, match="has 2 characters"):
        WantedPeer.parse("https://a#T-1")
    assert WantedPeer.parse("https://a") == WantedPeer("https://a", None)


def test_the_operator_is_told_once_a_day_of_what_will_be_a_fault(
    areas: Areas, caplog: pytest.LogCaptureFixture
) -> None:
    node = areas["northmoor"]
    assert warnings_of(node) == []
    areas.clock.advance(70 * DAY_S)
    with node.write() as tx:
        number = outbox.put(tx, Parcel("disclosure", "eastvale", "an act", b""))
        for _ in range(100):
            outbox.put_off(tx, number, "The area cannot be reached.")
    names(node)
    once(areas, "northmoor", "warn")
    assert "This node's certificate ends on" in caplog.text
    assert "wait for a person: 1" in caplog.text
    assert "warn" not in names(node)


@pytest.mark.parametrize("hour", [0, 1, 12, 23])
def test_the_nights_work_is_once_a_night_within_its_hours(hour: int) -> None:
    times = Schedules(rotate_at=dt.time(1, 30), rotate_within_minutes=60)
    noon = dt.datetime(2026, 11, 25, hour, 45, tzinfo=dt.UTC)
    for _ in range(50):
        at = dt.datetime.fromtimestamp(times.tonight(int(noon.timestamp())), dt.UTC)
        assert dt.timedelta(0) < at - noon <= dt.timedelta(days=1, hours=1)
        assert dt.time(1, 30) <= at.time() <= dt.time(2, 30)
    assert len({times.tonight(int(noon.timestamp())) for _ in range(50)}) > 10


@pytest.mark.parametrize(
    "wrong",
    [
        {"publish_minutes": 0},
        {"sync_minutes": -1},
        {"rotate_at": "25:00"},
        {"rotate_within_minutes": 100_000},
        {"give_up_after": 0},
        {"publish_hours": 1},
    ],
)
def test_a_schedule_of_nonsense_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Schedules.model_validate(wrong)
