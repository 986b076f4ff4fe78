"""The worker under a supervisor: how it ends, that there is one, and that nothing is lost when it is killed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import threading
import time
from pathlib import Path

from hub.jobs import notices
from hub.jobs.engine import DATABASE
from hub.jobs.listing import waiting_notices
from hub.node.at_work import WORKER
from hub.node.node import CHECKPOINT
from hub.records import outbox
from hub.records.accounts import AccountRole
from hub.records.outbox import Parcel
from hub.store import notices as rows
from tests.accounts.people import cheap_passwords, user
from tests.cli.running import WAIT_S, hub, inside, until
from tests.federation.nodes import events
from tests.jobs.carrying import by_notify, notify_service
from tests.jobs.working import job, new_home, opened, working

DEAD = "http://127.0.0.1:9"


def test_it_does_what_is_due_and_ends_well_when_it_is_told_to(tmp_path: Path) -> None:
    home, log = new_home(tmp_path), tmp_path / "log"
    checkpoint = (home / CHECKPOINT).read_text()
    with working(home, log, "--peer", DEAD) as worker, opened(home) as node:
        until(lambda: job(node, "publish").done_at and job(node, f"add:{DEAD}").tries, log=log)
        assert "cannot be reached" in (job(node, f"add:{DEAD}").fault or ""), "which held up nothing else"
        refused = hub("worker", home)
        assert refused.code == 1
        assert f"process {worker.pid}" in refused.err
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(WAIT_S) == 0
        assert (home / CHECKPOINT).read_text() != checkpoint
        assert {one["actor"] for one in events(node, "epoch_published")} == {"node"}
    assert "Traceback" not in log.read_text()
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in (home / DATABASE, home / WORKER)} == {
        DATABASE: "0o600",
        WORKER: "0o600",
    }


def test_a_worker_that_was_killed_leaves_nothing_that_the_next_does_not_take_up(tmp_path: Path) -> None:
    home, log = new_home(tmp_path), tmp_path / "log"
    with opened(home) as node:
        with working(home, log) as worker:
            until(lambda: job(node, "publish").done_at, log=log)
            os.kill(worker.pid, signal.SIGKILL)
        first = job(node, "publish").done_at or 0
        assert inside("jobs", "retry", home, "publish").code == 0
        (home / DATABASE).unlink()  # What the engine keeps may be lost with it.
        until(lambda: node.now() > first)  # Jobs are told apart by the second.
        with working(home, log):
            until(lambda: (job(node, "publish").done_at or 0) > first, log=log)


def test_what_the_engine_keeps_names_nobody_and_is_no_pickle(tmp_path: Path) -> None:
    home, log = new_home(tmp_path), tmp_path / "log"
    with working(home, log, "--peer", DEAD), opened(home) as node:
        until(lambda: job(node, f"add:{DEAD}").tries, log=log)
    database = sqlite3.connect(home / DATABASE)
    kept = database.execute("SELECT inputs, output, error, serialization FROM workflow_status").fetchall()
    database.close()
    assert {row[3] for row in kept} == {"sealed"}
    assert not any(word in str(row[:3]) for row in kept for word in ("publish", "127.0.0.1", '"args"'))


def test_a_fault_ends_it_with_a_status_of_its_own(tmp_path: Path) -> None:
    home = new_home(tmp_path)
    (home / DATABASE).write_bytes(b"no database" * 1000)
    ended = hub("worker", home)
    assert ended.code == 2
    assert DATABASE in ended.err
    assert hub("worker", tmp_path / "nowhere").code == 2


def test_a_worker_that_is_killed_while_a_notice_is_under_way_has_it_told_once(tmp_path: Path) -> None:
    home, log = new_home(tmp_path), tmp_path / "log"
    with notify_service(tmp_path, time.time()) as notify:
        told = by_notify(tmp_path, notify)
        lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in told.model_dump().items())
        with (home / "node.toml").open("a") as settings:
            settings.write(f'\n[console]\nurl = "http://127.0.0.1:9471"\n\n[notices]\n{lines}')
        with opened(home) as node:
            with cheap_passwords():
                user(node, "Mo Ashdown", AccountRole.manager)
            with node.write() as tx:
                parcel = Parcel("disclosure", "eastvale", "an act", b"words", tx.case_digest("NM-1"))
                outbox.lapse(tx, outbox.put(tx, parcel), "It stands no more.")
            (task,) = notices.due(node)
            notices.attempt(node, task.name.removeprefix(notices.PREFIX))
            with node.write() as tx:
                rows.change(tx.session, rows.every(tx.session)[0]._replace(next_at=tx.now))
            notify.hold = threading.Event()
            with working(home, log) as worker:
                until(lambda: notify.got, log=log)
                os.kill(worker.pid, signal.SIGKILL)
                worker.wait(WAIT_S)
            notify.hold.set()
            notify.hold = None
            assert len(waiting_notices(node, None)) == 1
            with working(home, log):
                until(lambda: not waiting_notices(node, None), log=log)
        assert [one["email_address"] for one in notify.got] == ["mo.ashdown@example.org"]
    assert "Ashdown" not in log.read_text()
    assert "example.org" not in log.read_text()
