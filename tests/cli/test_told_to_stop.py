"""A server that is told to stop while an answer waits for its tick gives it first."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from tests.cli.conftest import ENOUGH, paired
from tests.cli.running import inside, query, started

WAIT_S = 120  # against a hang
TICK_S = 2  # the longest: time enough to be told to stop


@pytest.mark.slow
def test_an_answer_that_waits_for_its_tick_is_given_before_the_server_ends(tmp_path: Path) -> None:
    with paired(tmp_path, f"{ENOUGH}\n[server]\ntick_s = {TICK_S}\n") as (pair, server):
        file = tmp_path / "question.json"
        file.write_text(json.dumps(pair.question()), encoding="utf-8")
        check_id = inside("check", pair.asking, file, "--json").json["check_id"]
        with started("disclose", pair.asking, check_id, "--area", "eastvale", "--json") as asking:
            until = time.monotonic() + WAIT_S
            while not query(pair.knowing, "SELECT 1 FROM received_disclosure"):
                assert time.monotonic() < until
                time.sleep(0.02)
            told = time.monotonic()
            server.send_signal(signal.SIGTERM)
            said, _ = asking.communicate(timeout=WAIT_S)
            assert server.wait(timeout=WAIT_S) == 0
        assert asking.returncode == 0, said
        assert json.loads(said)["areas"][0]["candidates"][0]["disclosure"]["status"] == "answered"
        assert time.monotonic() - told > TICK_S / 10, "the answer had left already"
        assert pair.log.read_text() == ""
