"""Ctrl-C, sent as a terminal sends it: to the real process and its workers, in the middle of the work."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from hub.cases.importing.run import BATCH
from hub.sample.referrals import Row
from hub.store import feeds
from tests.cli.bulk import CASES, FEW, SOME, referrals, tokens
from tests.cli.conftest import Pair
from tests.cli.running import WAIT_S, count, imported, inside, query, started, until, write_csv

AGAIN_S = 30.0


def stored(home: Path) -> set[Any]:
    """The cases by reference, as keyed digests, with their people."""
    people = "(SELECT count(*) FROM person_record WHERE case_id = case_record.id)"
    return set(query(home, f"SELECT ref_digest, may_publish, {people} FROM case_record"))


def begun(condition: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until something has begun, and return as soon as it has."""
    until(condition, process, every_s=0.005)


def interrupt(process: subprocess.Popen[str], sign: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
    """Ctrl-C: every process of the group gets the signal; again, as anyone would, if it does not end."""
    os.killpg(process.pid, sign)
    try:
        out, err = process.communicate(timeout=AGAIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, sign)
        out, err = process.communicate(timeout=WAIT_S)
    assert "Traceback" not in err
    assert "KeyboardInterrupt" not in err
    return process.returncode, out, err


@pytest.mark.parametrize("sign", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.slow)])
def test_an_import_that_is_interrupted_keeps_whole_batches_and_is_completed(
    home: Path, many: Path, tmp_path: Path, sign: signal.Signals
) -> None:
    whole = Path(shutil.copytree(home, tmp_path / "whole"))
    with started("import", home, many, "--json") as process:
        begun(lambda: count(home, "case_record") > 0, process)
        code, out, _ = interrupt(process, sign)
    error = json.loads(out)["error"]
    assert (code, error["text"]) == (2, "The command was interrupted.")
    kept = count(home, "case_record")
    assert 0 < kept < CASES
    assert kept % BATCH == 0, "a batch is whole or not there"
    assert "complete cases" in error["kept"]
    assert inside("audit", "verify", home).code == 0

    again = imported(home, many).json
    assert (again["unchanged"], again["imported"]) == (kept, CASES - kept)
    assert count(home, "case_record") == count(home, "person_record") == CASES
    assert inside("import", whole, many).code == 0
    assert stored(home) == stored(whole)
    assert inside("audit", "verify", home).code == 0


def children(process: subprocess.Popen[str]) -> list[int]:
    """The processes that a process has started, the first one first."""
    return [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


@contextmanager
def publishing(home: Path, *options: str, workers: int) -> Iterator[subprocess.Popen[str]]:
    """A publish that has begun to start so many workers, beside the process that keeps count of what they share."""
    with started("publish", home, *options) as process:
        begun(lambda: len(children(process)) > workers, process)
        yield process


@pytest.mark.parametrize(
    ("people", "after_s"),
    [
        (FEW, 0.3),
        pytest.param(SOME, 0.0, marks=pytest.mark.slow),
        pytest.param(SOME, 1.0, marks=pytest.mark.slow),
    ],
)
def test_a_publish_that_is_interrupted_leaves_the_feed_as_it_was_and_is_completed(
    home: Path, tmp_path: Path, people: int, after_s: float
) -> None:
    """While the workers start, which is when a Python process is easiest to upset, just before, and later."""
    assert imported(home, referrals(tmp_path / "people.csv", people)).code == 0
    whole = Path(shutil.copytree(home, tmp_path / "whole"))
    with publishing(home, workers=1) as process:
        time.sleep(after_s)
        code, _, err = interrupt(process)
    assert code == 2
    assert "interrupted" in err
    assert "nothing was half-published" in err
    assert count(home, "feed_entry") == count(home, "feed_state") == 0
    assert inside("audit", "verify", home).code == 0

    for one in (home, whole):
        assert inside("publish", one, "--json").json["people"] == people
    assert tokens(home) == tokens(whole)
    assert inside("publish", home, "--json").json["added"] == 0
    assert inside("audit", "verify", home).code == 0


@pytest.mark.parametrize("step", ["add", "forget_retired", "close"])
def test_a_publish_interrupted_while_it_writes_writes_nothing(
    home: Path, tmp_path: Path, rows: list[Row], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    assert inside("import", home, write_csv(tmp_path / "rows.csv", rows)).code == 0
    assert inside("publish", home).code == 0
    before = (tokens(home), query(home, "SELECT * FROM feed_state"), count(home, "feed_entry"))
    more = [row | {"case_ref": "N-1", "sealed": "no", "publish": "yes"} for row in rows[:1]]
    assert inside("import", home, write_csv(tmp_path / "rows.csv", rows + more)).code == 0

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(feeds, step, interrupted)
        done = inside("publish", home, "--json")
    assert (done.code, done.error["text"]) == (2, "The command was interrupted.")
    assert (tokens(home), query(home, "SELECT * FROM feed_state"), count(home, "feed_entry")) == before
    assert inside("publish", home).code == 0
    assert tokens(home) != before[0]


@pytest.mark.parametrize("step", ["withdraw", "add", "close"])
def test_a_seal_interrupted_while_it_is_written_has_done_nothing(
    home: Path, tmp_path: Path, rows: list[Row], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Neither is the case sealed nor has anybody left the feed; running it again does both."""
    case = [
        row | {"publish": "yes", "sealed": "no"} for row in rows if row["case_ref"] == rows[0]["case_ref"]
    ]
    assert inside("import", home, write_csv(tmp_path / "rows.csv", case)).code == 0
    assert inside("publish", home).code == 0
    asked = "SELECT sealed_case, may_publish FROM case_record"
    before = (tokens(home), query(home, "SELECT * FROM feed_state"), query(home, asked))
    sealed = write_csv(tmp_path / "sealed.csv", [row | {"sealed": "yes"} for row in case])

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(feeds, step, interrupted)
        assert inside("import", home, sealed).code == 2
    assert (tokens(home), query(home, "SELECT * FROM feed_state"), query(home, asked)) == before
    assert inside("import", home, sealed, "--json").json["withdrawn"] == len(case)


def test_a_check_that_is_interrupted_while_an_area_is_silent_is_on_the_record(pair: Pair, asked: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        connection = sqlite3.connect(pair.asking / "hub.sqlite3")
        (url,) = connection.execute("SELECT url FROM peer").fetchone()
        connection.execute("UPDATE peer SET url = ?", (f"http://127.0.0.1:{silent.getsockname()[1]}",))
        connection.commit()
        with started("check", pair.asking, asked(pair.question())) as process:
            begun(lambda: count(pair.asking, "check_record") > 0, process)
            code, _, err = interrupt(process)
    assert code == 2
    assert "interrupted" in err
    assert "already recorded" in err
    connection.execute("UPDATE peer SET url = ?", (url,))
    connection.commit()
    connection.close()
    assert inside("audit", "verify", pair.asking).code == 0


@pytest.mark.parametrize(
    ("people", "after_s"),
    [
        (FEW, 0.5),
        pytest.param(SOME, 0.0, marks=pytest.mark.slow),
        pytest.param(SOME, 3.0, marks=pytest.mark.slow),
    ],
)
def test_a_publish_that_is_killed_leaves_no_process_behind(
    home: Path, tmp_path: Path, people: int, after_s: float
) -> None:
    """Its workers hold the keys that make tokens."""
    assert imported(home, referrals(tmp_path / "people.csv", people)).code == 0
    with publishing(home, workers=2) as process:
        time.sleep(after_s)
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        _, left = psutil.wait_procs(workers, timeout=WAIT_S)
    for one in left:
        one.kill()
    assert len(workers) > 2
    assert left == []


@pytest.mark.slow
def test_a_worker_that_is_killed_is_a_message_and_not_a_hang(filled: Path) -> None:
    with publishing(filled, "--json", workers=2) as process:
        os.kill(children(process)[-1], signal.SIGKILL)
        out, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 2
    assert "worker process ended" in json.loads(out)["error"]["text"]
    assert "Traceback" not in err
    assert count(filled, "feed_state") == 0
    assert inside("publish", filled).code == 0


def test_a_decision_interrupted_says_so(tmp_path: Path) -> None:
    form = tmp_path / "form.json"
    os.mkfifo(form)
    writing: list[int] = []

    def read() -> bool:
        with suppress(OSError):  # Nobody reads yet.
            writing.append(os.open(form, os.O_WRONLY | os.O_NONBLOCK))
        return bool(writing)

    with started("decide", form) as process:
        begun(read, process)
        code, out, err = interrupt(process)
    os.close(writing[0])
    assert (code, out) == (2, "")
    assert "interrupted" in err
