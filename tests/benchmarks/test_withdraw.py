"""`python -m benchmarks.withdraw`: what its document says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import withdraw


def test_the_document_says_what_was_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(withdraw, "KEPT", tmp_path / "homes")
    assert withdraw.main(["--people", "8", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert 0 < said["withdrawn"] < said["published"] <= 16
    assert 0 < said["lock_s"] <= said["wall_s"] + 1
    assert said["cpu_s"].keys() == {"publish", "withdraw", "ratio"}
    assert said["cores"] >= 1
    assert not list(tmp_path.glob("withdraw-*")), "the node is removed afterwards"
