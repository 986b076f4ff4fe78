"""Every command signs for what it did after it has told it: a result is never lost to its checkpoint."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from hub.node.node import CHECKPOINT
from hub.records.check import CheckResult
from tests.cli.conftest import Pair
from tests.cli.running import HUB, environment, inside

Write = Callable[[Any], Path]


def unsigned(home: Path) -> bool:
    """Whether entries stand in the log past its checkpoint."""
    return not inside("audit", "verify", home, "--json").json["witnessed"]


def hinder(home: Path) -> None:
    """From now on the checkpoint cannot be written."""
    lock = home / f"{CHECKPOINT}.lock"
    lock.unlink()
    lock.mkdir()


def test_an_answered_check_is_shown_though_the_checkpoint_cannot_be_written(pair: Pair, asked: Write) -> None:
    hinder(pair.asking)
    done = inside("check", pair.asking, asked(pair.question()), "--json")
    result = CheckResult.model_validate(done.json)
    assert done.code == 0
    assert result.areas[0].candidates
    assert "Warning: The audit checkpoint cannot be written." in done.err

    told = inside("disclose", pair.asking, result.check_id, "--area", "eastvale", "--json")
    answered = CheckResult.model_validate(told.json).areas[0].candidates[0].disclosure
    assert (told.code, answered.status) == (0, "answered")
    assert "Warning: The audit checkpoint cannot be written." in told.err

    assert unsigned(pair.asking)
    (pair.asking / f"{CHECKPOINT}.lock").rmdir()
    assert inside("sync", pair.asking).code == 0
    assert not unsigned(pair.asking)


def test_a_refused_question_keeps_its_status_and_is_signed_for(pair: Pair, asked: Write) -> None:
    question = asked(pair.question("no_ground"))
    assert inside("check", pair.asking, question).code == 1
    assert not unsigned(pair.asking)
    hinder(pair.asking)
    done = inside("check", pair.asking, question)
    assert done.code == 1
    assert "Warning:" in done.err


def test_on_a_log_that_does_not_hold_nothing_is_published(home: Path) -> None:
    with closing(sqlite3.connect(home / "hub.sqlite3")) as connection, connection:
        connection.execute("UPDATE audit_entry SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 1")
    done = inside("publish", home, "--json")
    assert done.code == 2
    assert (done.json["error"]["code"], "people" in done.json) == ("audit_log", False)
    assert "hub audit verify" in done.json["error"]["do"]


def test_what_was_done_is_signed_for_also_where_it_cannot_be_told(home: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [str(HUB), "publish", str(home), "--json"]
        done = subprocess.run(
            command, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert "Standard output cannot be written" in done.stderr
    assert not unsigned(home)
