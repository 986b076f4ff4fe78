"""The README's set-up of two areas, run word for word: real homes, servers, workers, and a first question."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.cli.running import environment, free_port
from tests.docs.pages import DOCS

README = DOCS.parent.joinpath("README.md").read_text(encoding="utf-8")
STEPS = README.partition("\n### Two areas, step by step\n")[2].partition("\nDay to day:\n")[0]
BLOCKS = re.findall(r"(?ms)^```sh\n(.*?)^```", STEPS)


@pytest.mark.slow
def test_the_readmes_two_areas_are_set_up_and_ask_as_it_says(tmp_path: Path) -> None:
    assert len(BLOCKS) == 4
    ports = {area: f"http://127.0.0.1:{free_port()}" for area in ("NORTHMOOR", "EASTVALE")}
    programs = Path(sys.executable).parent
    env = environment(TMPDIR=str(tmp_path), PATH=f"{programs}:{os.environ['PATH']}", **ports)
    with (tmp_path / "said").open("w+") as said:
        script = subprocess.Popen(
            ["bash", "-eu", "-c", "".join(BLOCKS)],
            cwd=tmp_path,
            env=env,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = script.wait(timeout=1_800)
        finally:
            with suppress(ProcessLookupError):  # The script stops what it started.
                os.killpg(script.pid, signal.SIGKILL)
    told = (tmp_path / "said").read_text()
    assert code == 0, told
    assert told.count("Nothing is missing before a first question.") >= 2
    assert "Eastvale answered." in told
    assert "Likely the same person" in told
