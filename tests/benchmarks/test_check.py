"""`python -m benchmarks.check`: what its document says, from real nodes as small as they get."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import check, nodes
from tests.benchmarks.rounded import may_be


@pytest.mark.slow
def test_every_run_says_what_was_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(nodes, "KEPT", tmp_path)
    options = ["--areas", "1", "2", "--people", "30", "--questions", "6", "--json"]
    assert check.main(options) == 0
    runs = json.loads(capsys.readouterr().out)["runs"]
    assert [(run["areas"], run["people"]) for run in runs] == [(1, 30), (2, 30)]
    for run in runs:
        assert 0 < run["match_keys"] <= run["elements"]
        assert 0 < run["wall_ms"]["p50"] <= run["wall_ms"]["p95"]
        assert may_be(run["ratio"], run["wall_ms"]["p50"], run["crypto_ms"]["p50"], unit=0.1)
        assert run["met"] > 0
        assert run["disclosure_ms"]["p50"] > 0


def test_half_of_the_questions_are_about_people_whom_an_area_holds() -> None:
    asked = check.requests(["area-01", "area-02"], 40, 8)
    held = {(row["surname"], row["date_of_birth"]) for number in (1, 2) for row in nodes.rows_of(number, 40)}
    met = [(request.subject.surname, request.subject.date_of_birth) in held for request in asked]
    assert sum(met[1::2]) >= 2, "the rest of them are written down in another way"
    assert not any(met[::2])
    assert len({request.case_ref for request in asked}) == 8


def test_wrong_usage_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        check.main(["--areas", "0"])
    assert ended.value.code == 2
