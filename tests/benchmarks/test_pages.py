"""`python -m benchmarks.pages`: what its document says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import nodes, pages

PAGES = {
    "sign-in",
    "my work",
    "cases",
    "enter a case",
    "a case",
    "ask",
    "result",
    "requests",
    "obligations",
    "an obligation",
    "accounts",
}


@pytest.mark.slow
def test_the_document_says_what_was_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in (nodes, pages):
        monkeypatch.setattr(module, "KEPT", tmp_path / "homes")
    monkeypatch.setattr(pages, "NEIGHBOURS_PEOPLE", 20)
    monkeypatch.setattr(pages, "TIMES", 8)
    monkeypatch.setattr(pages, "QUESTIONS", 2)
    monkeypatch.setattr(pages, "EXCLUDED_TIMES", 20)
    assert pages.main(["--people", "10", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["pages"].keys() == PAGES
    for page in said["pages"].values():
        assert 0 < page["one"]["p50"] <= page["one"]["p95"]
        assert 0 < page["ten"]["p50"] <= page["ten"]["p95"]
        assert page["cpu_ms"] >= 0
    for page in ("a case", "ask", "result"):
        assert 0 <= said["kept_from"][page] <= 1
    assert said["question"]["questions"] == 2
    assert said["bytes"]["then"] > 0
    assert 10_000 < said["bytes"]["first"] < 150_000
    assert not list(tmp_path.glob("pages-*")), "the areas are removed afterwards"


def test_the_chance_that_one_takes_longer_than_another() -> None:
    assert pages._longer([1, 1], [1, 1]) == 0.5
    assert pages._longer([2, 2], [1, 1]) == 1
    assert pages._longer([1, 2], [2, 3]) == 0.125
