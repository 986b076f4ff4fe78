"""`python -m benchmarks.publish`: what its document says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import publish
from tests.benchmarks.rounded import may_be


def test_the_document_says_what_was_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(publish, "KEPT", tmp_path / "homes")
    assert publish.main(["--people", "8", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["people"] == 8
    assert 8 * 10 < said["match_keys"] <= 8 * 110
    assert said["distinct"] <= said["match_keys"]
    assert said["cores"] >= 1
    assert may_be(said["ratio"], said["wall_s"], said["crypto_s"], unit=0.01)
    assert not list(tmp_path.glob("publish-*")), "the node is removed afterwards"
