"""`hub jobs`: what waits and what failed is seen, by who may see it, and a person says what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.audit.events import Action
from hub.node.node import open_node
from hub.records import outbox as parcels
from hub.records.outbox import Parcel
from hub.store import outbox, schedule
from hub.store.schedule import JobRow
from tests.cli.running import actions, inside

WORDS = "The area cannot be reached."


@pytest.fixture
def numbers(home: Path) -> list[str]:
    """A node with two deliveries that failed, one of them given up, of two cases; and a job that fails."""
    node = open_node(home)
    with node.write() as tx:
        found = [
            parcels.put(tx, Parcel("disclosure", "eastvale", f"act {ref}", b"", tx.case_digest(ref)))
            for ref in ("NM-1", "NM-2")
        ]
        parcels.put_off(tx, found[0], WORDS)
        for _ in range(100):
            parcels.put_off(tx, found[1], WORDS)
        failing = JobRow("publish", tx.now + 900, tx.now, None, tx.now - 60, 2, "The disk is full.")
        schedule.put(tx.session, failing)
        schedule.put(tx.session, JobRow("add:https://a", None, tx.now, tx.now))
    node.database.close()
    return found


def waiting(home: Path) -> dict[str, str]:
    """The state of each delivery by its number."""
    node = open_node(home)
    with node.read() as tx:
        found = {row.id: row.state.value for row in outbox.every(tx.session)}
    node.database.close()
    return found


def listed(home: Path, *options: object) -> Any:
    return inside("jobs", "list", home, "--json", *options).json


def test_what_waits_and_what_failed_is_listed_with_the_reason(home: Path, numbers: list[str]) -> None:
    said = listed(home)
    assert said["worker"] == {"running": False, "seen": None}
    assert [(one["id"], one["state"], one["tries"]) for one in said["deliveries"]] == sorted(
        [(numbers[0], "open", 1), (numbers[1], "failed", 100)]
    )
    assert {one["fault"] for one in said["deliveries"]} == {WORDS}
    assert [one["next_try"] is None for one in said["deliveries"] if one["state"] == "failed"] == [True]
    publish = next(one for one in said["jobs"] if one["name"] == "publish")
    assert publish["failing_since"] < publish["last_run"] < publish["next_run"]
    assert publish["fault"] == "The disk is full."
    words = inside("jobs", "list", home).out
    for part in (
        "No worker has run",
        "given up after 100 tries",
        f"hub jobs retry {home}",
        WORDS,
        "failing since",
    ):
        assert part in words
    assert "not to be done again" in words


def test_a_person_has_one_tried_again_or_all(home: Path, numbers: list[str]) -> None:
    assert inside("jobs", "retry", home, numbers[1][:8]).code == 0
    assert waiting(home)[numbers[1]] == "open"
    assert actions(home)[-1] is Action.delivery_resumed
    before = listed(home)
    assert inside("jobs", "retry", home, "publish").code == 0
    after = listed(home)
    assert [one["next_run"] for one in after["jobs"]] != [one["next_run"] for one in before["jobs"]]
    assert inside("jobs", "retry", home, "--all").out.count("within a minute") == 3
    for wrong in (["nothing-of-the-kind"], ["add:https://a"], [numbers[0][:7]]):
        assert inside("jobs", "retry", home, *wrong).code == 1
    for wrong in ([], ["publish", "--all"]):
        assert inside("jobs", "retry", home, *wrong).code == 2


def test_a_person_takes_one_back(home: Path, numbers: list[str]) -> None:
    assert inside("jobs", "cancel", home, numbers[0][:8]).code == 0
    assert list(waiting(home)) == [numbers[1]]
    assert actions(home)[-1] is Action.delivery_stopped
    assert inside("jobs", "cancel", home, numbers[0]).code == 1


def test_a_broken_list_of_staff_keeps_nobody_from_taking_one_back(home: Path, numbers: list[str]) -> None:
    (home / "staff.toml").write_text("[[staff]\n")
    assert inside("jobs", "retry", home, numbers[0]).code == 2
    assert inside("jobs", "cancel", home, numbers[0]).code == 0
    (home / "staff.toml").unlink()
    assert list(waiting(home)) == [numbers[1]]


def test_who_is_restricted_from_a_case_sees_nothing_that_waits_of_it(home: Path, numbers: list[str]) -> None:
    home.joinpath("staff.toml").write_text('[[exclusion]]\ncase_ref = "NM-1"\nperson = "E. Excluded"\n')
    who = home / "who.json"
    who.write_text(
        '{"name": "E. Excluded", "role": "coordinator", "agency": "Police", "agency_kind": "police"}'
    )
    for asker in ([], ["--as", who]):
        assert [one["id"] for one in listed(home, *asker)["deliveries"]] == [numbers[1]]
    refused = inside("jobs", "cancel", home, numbers[0], "--as", who)
    unknown = inside("jobs", "cancel", home, "0" * 32, "--as", who)
    assert (refused.code, refused.out, refused.err) == (unknown.code, unknown.out, unknown.err)
    who.write_text('{"name": "A. Other", "role": "coordinator", "agency": "Police", "agency_kind": "police"}')
    assert len(listed(home, "--as", who)["deliveries"]) == 2
