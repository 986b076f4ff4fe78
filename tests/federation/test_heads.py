"""A node's log is held to what it showed its peers: whoever cuts or rewrites it is found, and the area is named.

The attacker here writes the node's database and home to any state that they ever had, without any of its keys.
"""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from hub.audit.chain import Head
from hub.audit.checkpoint import read_checkpoint, sign_checkpoint
from hub.backup.finish import finish, to_do
from hub.backup.make import backup
from hub.backup.restore import Source, restore
from hub.crypto import age
from hub.errors import ConflictError, LogError, StorageError
from hub.federation.heads import KEPT_EVERY_S, alarms, show_head
from hub.jobs import schedule
from hub.jobs.schedule import Run
from hub.jobs.warnings import warnings_of
from hub.node.home import advance_audit_checkpoint
from hub.node.node import Node, open_node
from hub.records.witness import PeerHead, heads_of
from hub.store.verify import verify_database
from hub.store.witness import HeadState
from hub.wire import messages
from hub.wire.problem import HEAD_INCONSISTENT
from hub.wire.witness import CHECKPOINTS_PATH, CheckpointNotice, HeadTold
from tests.cli.running import inside
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, cases_of, events, hold
from tests.federation.problems import assert_problem

IDENTITY, RECIPIENT = age.new_identity()


def show(areas: Areas, shows: str = "northmoor", to: str = "eastvale") -> Head:
    """One node shows another its newest head, a while after the last time."""
    areas.clock.advance(KEPT_EVERY_S)

    async def go() -> Head:
        async with areas.client(shows) as client:
            return await show_head(areas[shows], client, to)

    return asyncio.run(go())


def held(areas: Areas, holds: str = "eastvale", of: str = "northmoor") -> list[PeerHead]:
    """What a node holds of another's log, the newest first."""
    with areas[holds].read() as tx:
        return heads_of(tx, of)


def states(areas: Areas) -> list[tuple[int, HeadState]]:
    return [(one.head.size, one.row.state) for one in held(areas)]


def go_on(areas: Areas, ref: str) -> None:
    """Something is done at Northmoor, and stands in its log."""
    hold(areas["northmoor"], case(ref, cases_of("eastvale")[1]))


@pytest.fixture
def before(areas: Areas, tmp_path: Path) -> Path:
    """Northmoor's home and database as they were some days ago."""
    areas["northmoor"].database.close()
    kept = Path(shutil.copytree(areas["northmoor"].home, tmp_path / "before"))
    reopened(areas)
    return kept


def reopened(areas: Areas) -> Node:
    areas.nodes["northmoor"] = node = open_node(areas["northmoor"].home, clock=areas.clock)
    areas.network.serve(node)
    return node


def put_back(areas: Areas, kept: Path) -> None:
    """The attacker puts an earlier state in the place of the present one, all files of it."""
    home = areas["northmoor"].home
    areas["northmoor"].database.close()
    shutil.rmtree(home)
    shutil.copytree(kept, home)
    reopened(areas)


def test_a_head_is_shown_kept_and_gone_on_from(stored_areas: Areas) -> None:
    areas = stored_areas
    first = show(areas)
    go_on(areas, "later")
    second = show(areas)
    assert [one.head for one in held(areas)] == [second, first]
    assert second.size > first.size
    shown = [one["detail"]["peer_log_size"] for one in events(areas["northmoor"], "checkpoint_sent")]
    kept = [one["detail"]["peer_log_size"] for one in events(areas["eastvale"], "checkpoint_received")]
    assert shown == kept == [first.size, second.size]
    key = areas["northmoor"].keys.signing.private.public_key()
    assert read_checkpoint(held(areas)[0].signed.note, "northmoor", key) == second
    assert alarms(areas["eastvale"]) == []


def refused_as(areas: Areas, why: str, words: str) -> None:
    """Northmoor's head is refused: both say so, and Eastvale names the area and whom to ring."""
    good = [one for one in states(areas) if one[1] is HeadState.kept]
    with pytest.raises(LogError, match="was shown another log of this node before") as raised:
        show(areas)
    assert "call your auditor" in raised.value.do
    assert held(areas)[0].signed.why == why
    assert [one for one in states(areas) if one[1] is HeadState.kept] == good
    (alarm,) = alarms(areas["eastvale"])
    assert alarm in warnings_of(areas["eastvale"])
    for part in ("Northmoor", "01632 960101", "auditor", words):
        assert part in alarm
    assert events(areas["eastvale"], "checkpoint_refused")[-1]["detail"]["fault"] == why
    assert events(areas["northmoor"], "checkpoint_refused")[-1]["refs"] == {"peer": "eastvale"}


def test_a_log_that_was_put_back_is_refused(areas: Areas, before: Path) -> None:
    """Database, home and both signed heads, all of one earlier moment: the node itself sees nothing wrong."""
    go_on(areas, "later")
    show(areas)
    put_back(areas, before)
    areas["northmoor"].require_intact()
    refused_as(areas, "shorter", "shorter than it was")


def test_a_log_that_was_put_back_and_went_on_is_refused(areas: Areas, before: Path) -> None:
    show(areas)
    go_on(areas, "later")
    show(areas)
    put_back(areas, before)
    for number in range(9):
        go_on(areas, f"another-{number}")
    refused_as(areas, "rewritten", "written anew")
    go_on(areas, "more")
    refused_as(areas, "rewritten", "written anew")


def test_two_heads_of_one_size_are_refused(areas: Areas) -> None:
    first = show(areas)
    other = sign_checkpoint("northmoor", Head(first.size, "0" * 64), areas["northmoor"].keys.signing.private)
    assert_problem(told(areas, other), 409, HEAD_INCONSISTENT)
    assert [one.signed.why for one in held(areas)] == ["other", ""]


def told(areas: Areas, note: str, since: HeadTold | None = None, sender: str = "northmoor"):  # type: ignore[no-untyped-def]
    body = messages.encode(CheckpointNotice(checkpoint=note, since=since))
    return Hand(areas, sender=sender).send("POST", CHECKPOINTS_PATH, body)


def test_a_head_that_another_key_signed_is_no_head(areas: Areas) -> None:
    other = areas["southmere"].keys.signing.private
    assert told(areas, sign_checkpoint("northmoor", Head(9, "0" * 64), other)).status_code == 401
    southmeres = sign_checkpoint("southmere", Head(9, "0" * 64), other)
    assert told(areas, southmeres).status_code == 401
    assert held(areas) == []


def test_a_peer_that_shows_heads_without_end_fills_nothing(areas: Areas) -> None:
    first = show(areas)
    key = areas["northmoor"].keys.signing.private
    since = HeadTold(size=first.size, hash=first.hash)
    for more in range(1, 6):
        assert told(areas, sign_checkpoint("northmoor", Head(first.size + more, "1" * 64), key), since).json() == {
            "version": 1, "status": "kept", "held": {"size": first.size, "hash": first.hash}, "lost": None,
        }  # fmt: skip
        assert told(areas, sign_checkpoint("northmoor", Head(1, f"{more:064x}"), key)).status_code == 409
    assert len(held(areas)) == 2


def restored(areas: Areas, source: Source) -> None:
    """Northmoor is brought back from a backup by its operator."""
    areas["northmoor"].database.close()
    restore(areas["northmoor"].home, source, "The disk failed.")
    reopened(areas)


def test_a_node_that_was_brought_back_is_accepted_and_its_restoration_explains_one_loss(
    areas: Areas, tmp_path: Path
) -> None:
    (tmp_path / "backups").mkdir()
    (tmp_path / "safe").mkdir()
    first = show(areas)
    done = backup(areas["northmoor"], tmp_path / "backups", [RECIPIENT], keys_to=tmp_path / "safe")
    go_on(areas, "later")
    lost = show(areas)
    restored(areas, Source(done.home, done.keys, IDENTITY))
    areas["northmoor"].database.close()
    kept = Path(shutil.copytree(areas["northmoor"].home, tmp_path / "restored"))
    reopened(areas)

    again = show(areas)
    assert states(areas) == [
        (again.size, HeadState.kept), (lost.size, HeadState.lost), (first.size, HeadState.kept)
    ]  # fmt: skip
    assert events(areas["eastvale"], "checkpoint_received")[-1]["detail"]["status"] == "restored"
    for number in range(3):
        go_on(areas, f"since-{number}")
    show(areas)
    put_back(areas, kept)  # To just after the restoration, whose record is there: it was heard of before.
    refused_as(areas, "shorter", "shorter than it was")


def test_what_peers_hold_of_the_log_as_it_was_is_known_with_the_restoration(
    areas: Areas, tmp_path: Path
) -> None:
    """Also where the old home was itself put back to an earlier state: its own log is whole then."""
    (tmp_path / "backups").mkdir()
    (tmp_path / "safe").mkdir()
    show(areas)
    done = backup(areas["northmoor"], tmp_path / "backups", [RECIPIENT], keys_to=tmp_path / "safe")
    advance_audit_checkpoint(areas["northmoor"])
    areas["northmoor"].database.close()
    earlier = Path(shutil.copytree(areas["northmoor"].home, tmp_path / "earlier"))
    reopened(areas)
    go_on(areas, "later")
    lost = show(areas)
    put_back(areas, earlier)
    restored(areas, Source(done.home, done.keys, IDENTITY))
    node = areas["northmoor"]
    found = to_do(node)
    assert (found.all_known, found.lost_by_peers) == (True, 0)
    show(areas)
    found = to_do(node)
    assert (found.all_known, found.lost_by_peers) == (False, lost.size - done.head.size)
    with pytest.raises(ConflictError, match=f"signature for {found.lost_by_peers} entries"):
        finish(node, "imported", "All files are in.")
    show(areas)
    assert to_do(node).lost_by_peers == found.lost_by_peers


def test_a_restoration_cannot_be_made_up_in_the_database(areas: Areas, before: Path) -> None:
    go_on(areas, "later")
    show(areas)
    put_back(areas, before)
    with areas["northmoor"].database.write() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO restoration_record (id, restored_at, backup_at, head_size, ended_at, sealed)"
            " VALUES (1, 1, 1, 1, 1, x'00')"
        )
    with pytest.raises(StorageError):
        show(areas)
    assert all(one[1] is HeadState.kept for one in states(areas))


def test_a_restoration_does_not_excuse_another_past(areas: Areas, before: Path, tmp_path: Path) -> None:
    """What was gone back to has to be what was shown before."""
    (tmp_path / "backups").mkdir()
    (tmp_path / "safe").mkdir()
    go_on(areas, "later")
    show(areas)
    go_on(areas, "more")
    show(areas)
    put_back(areas, before)
    for number in range(9):
        go_on(areas, f"another-{number}")
    done = backup(areas["northmoor"], tmp_path / "backups", [RECIPIENT], keys_to=tmp_path / "safe")
    restored(areas, Source(done.home, done.keys, IDENTITY))
    refused_as(areas, "rewritten", "written anew")


def test_the_worker_shows_every_peer_our_head_each_hour_whatever_was_done(areas: Areas) -> None:
    """Never at an act: a peer would be told the moment of a sealing by it."""
    node = areas["northmoor"]
    jobs = schedule.jobs_of(node, ())
    for peer in ("eastvale", "southmere"):
        schedule.do(jobs[f"show:{peer}"], Run(node, lambda: None, lambda _: areas.client("northmoor")))
        assert len(held(areas, peer)) == 1
    assert f"show:{peer}" not in [task.name for task in schedule.due(node, jobs)]
    areas.clock.advance(3_599)
    hold(node, case("sealed", cases_of("eastvale")[1], sealed=True))
    assert f"show:{peer}" not in [task.name for task in schedule.due(node, jobs)]
    areas.clock.advance(1)
    assert f"show:{peer}" in [task.name for task in schedule.due(node, jobs)]


def test_heads_are_listed_and_written_for_an_auditor(areas: Areas, before: Path, tmp_path: Path) -> None:
    go_on(areas, "later")
    head = show(areas)
    home, out = areas["eastvale"].home, tmp_path / "northmoor.txt"
    done = inside("audit", "heads", home, "--peer", "northmoor", "--out", out, "--json")
    assert done.code == 0
    assert [(one["size"], one["hash"]) for one in done.json["heads"]] == [(head.size, head.hash)]
    key = areas["northmoor"].keys.signing.private.public_key()
    assert read_checkpoint(out.read_text(), "northmoor", key) == head
    assert inside("audit", "heads", home, "--peer", "nowhere").code == 1
    assert inside("audit", "heads", home, "--out", out).code == 2
    put_back(areas, before)
    with pytest.raises(LogError):
        show(areas)
    done = inside("audit", "heads", home, "--peer", "northmoor", "--out", out)
    assert done.code == 1
    assert "Alarm:" in done.out
    assert read_checkpoint(out.read_text(), "northmoor", key) == head  # The one that it has to go on from.


def test_what_is_held_is_not_what_the_database_says_it_is(areas: Areas) -> None:
    show(areas)
    with areas["eastvale"].database.write() as session:
        session.connection().exec_driver_sql("UPDATE peer_head SET size = 1")
    with pytest.raises(StorageError, match="northmoor was altered"):
        held(areas)


def test_of_the_heads_of_a_day_that_is_over_the_last_is_kept(stored_areas: Areas) -> None:
    areas = stored_areas
    heads = [show(areas) for _ in range(3)]
    areas.clock.advance(86_400)
    heads += [show(areas) for _ in range(2)]
    areas.clock.advance(86_400)
    heads.append(show(areas))
    assert [one.head for one in reversed(held(areas))] == [heads[2], heads[4], heads[5]]
    areas["eastvale"].require_intact()
    with areas["eastvale"].read() as tx:
        assert verify_database(tx.session, "eastvale", []).holds
