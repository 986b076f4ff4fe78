"""FEBRL4 as import files: nothing is made up, nothing is lost, and the counts mean what they say."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.real_input import ASKING, HOLDING, Outcome, febrl4, partial_date, run, split
from hub.cases.importing.assemble import CaseIntake, read_cases
from hub.sample import COLUMNS, write_csv
from hub.values import Band


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("19640229", "1964-02-29"),
        ("19650229", "1965-02"),
        ("19641301", "1964"),
        ("19640001", "1964"),
        ("00640101", ""),
        ("1964", "1964"),
        ("", ""),
    ],
)
def test_an_impossible_date_keeps_what_it_says(text: str, known: str) -> None:
    assert partial_date(text) == known


def test_every_row_with_a_name_is_good_for_import(tmp_path: Path) -> None:
    for side in (ASKING, HOLDING):
        rows = febrl4(side)
        assert len(rows) == 5_000
        write_csv(tmp_path / "in.csv", COLUMNS, rows)
        out = list(read_cases(tmp_path / "in.csv"))
        nameless = sum(not row["given_names"] and not row["surname"] for row in rows)
        assert sum(isinstance(one, CaseIntake) for one in out) == 5_000 - nameless
        assert nameless < 5


def test_the_split_is_always_the_same_and_hides_the_unknown() -> None:
    originals, duplicates, asked = split(1_000, 60, 20)
    assert (originals, duplicates, asked) == split(1_000, 60, 20)
    assert len(set(asked)) == 80
    held = {row["case_ref"] for row in duplicates}
    assert len(held) == 980
    assert sum(ref in held for ref in asked) == 60
    assert set(asked) < {row["case_ref"] for row in originals}


def test_outcomes_count_persons_not_questions() -> None:
    outcome = Outcome((Band.strong,))
    outcome.count(["1", "7", "8"], "1", known=True)
    outcome.count([], "2", known=True)
    outcome.count(["9"], "3", known=False)
    outcome.count([], "4", known=False)
    figures = outcome.figures()
    assert (figures["found"], figures["missed"], figures["missed_records"]) == (1, 1, ["2"])
    assert (figures["falsely_flagged"], figures["questions_with_a_false_flag"]) == (3, 2)
    assert (figures["unknown_people_flagged"], figures["recall"], figures["precision"]) == (1, 0.5, 0.25)


@pytest.mark.slow
def test_people_are_found_over_http() -> None:
    report = run(people=120, known=12, unknown=4)
    assert report["imported"] == {ASKING: 120, HOLDING: 116}
    assert (report["asked"], report["known"], report["unknown"]) == (16, 12, 4)
    at = report["at"]
    assert isinstance(at, dict)
    assert at["possible"]["found"] >= 10
    assert at["strong"]["falsely_flagged"] == 0
