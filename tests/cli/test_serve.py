"""A node served by several processes: what only one of them may do, and that another does when that one dies."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from hub.jobs.duty import DUTY_LOCK
from hub.node.node import CHECKPOINT
from tests.cli.running import START_S, free_port, hub, serving

SAID = "audit checkpoint: The audit checkpoint cannot be written"  # by whoever looks after the node


def node_without_a_checkpoint(folder: Path) -> Path:
    """Every process that looks after this node says that it cannot sign its log."""
    home = folder / "northmoor"
    made = hub("init", home, "--node-id", "northmoor", "--area", "Northmoor", "--url", "http://127.0.0.1:1")
    assert made.code == 0, made.err
    lock = home / f"{CHECKPOINT}.lock"
    lock.unlink()
    lock.mkdir()
    return home


def on_duty(home: Path) -> list[int]:
    """The processes that hold the lock, as the kernel knows them."""
    inode = (home / DUTY_LOCK).stat().st_ino
    locks = (line.split() for line in Path("/proc/locks").read_text().splitlines())
    return [int(words[4]) for words in locks if words[1] == "FLOCK" and words[5].endswith(f":{inode}")]


def wait_until_said(log: Path, times: int) -> None:
    deadline = time.monotonic() + START_S
    while log.read_text().count(SAID) < times:
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def test_one_of_two_workers_looks_after_the_node_and_the_other_takes_over(tmp_path: Path) -> None:
    home, log = node_without_a_checkpoint(tmp_path), tmp_path / "log"
    with serving(home, free_port(), log, "--workers", "2"):
        wait_until_said(log, 1)
        (first,) = on_duty(home)
        wait_until_both_serve(home)
        assert log.read_text().count(SAID) == 1
        os.kill(first, signal.SIGKILL)
        wait_until_said(log, 2)
        (second,) = on_duty(home)
        assert second != first


def wait_until_both_serve(home: Path) -> None:
    """Each worker writes down that it started."""
    deadline = time.monotonic() + START_S
    with closing(sqlite3.connect(home / "hub.sqlite3")) as database:
        query = "SELECT count(*) FROM audit_entry WHERE action = 'node_started'"
        while database.execute(query).fetchone()[0] < 2:
            assert time.monotonic() < deadline
            time.sleep(0.1)
    time.sleep(1)  # What it does at its start, it has begun.
