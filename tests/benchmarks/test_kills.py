"""`python -m benchmarks.kills`: a worker that is killed while it delivers tells nobody twice and loses nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import kills


@pytest.mark.slow
@pytest.mark.parametrize(
    ("store", "deliveries", "times"),
    [
        ("sqlite", 6, 1),
        ("sqlite", 100, 10),
        ("postgresql", 100, 10),
    ],
)
def test_each_is_delivered_once_or_still_to_be_seen(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    store: str,
    deliveries: int,
    times: int,
) -> None:
    monkeypatch.setattr(kills, "KEPT", tmp_path / "homes")
    if times == 1:  # Not at its start, and before it has delivered all.
        monkeypatch.setattr(kills, "AT_ITS_START", 0.0)
        monkeypatch.setattr(kills, "MOST_AT_A_TIME", 2)
    asked = ["--deliveries", str(deliveries), "--kills", str(times), "--store", store, "--json"]
    assert kills.main(asked) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["kills"]["all"] == times
    assert said["once"] + said["open"] == deliveries
    assert (said["twice"], said["lost"]) == (0, 0)
    assert said["logs_intact"]
    assert not list(tmp_path.glob("kills-*")), "the nodes are removed afterwards"
