"""Peers side by side: the files say what they should, pairs are counted once, the table names the winner."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from benchmarks.peers.__main__ import MARKS, _with_table
from benchmarks.peers.results import Judge, best_of
from benchmarks.peers.runners.common import Record, clean, read
from benchmarks.peers.sets import FIELDS, TRUTH, FileSet, others, quick_set
from benchmarks.peers.table import best, page
from benchmarks.peers.tools import PEERS, TOOLS
from hub.sample import write_csv

MACHINE = {"processor": "a processor", "cores": 2, "python": "3.11"}


@pytest.fixture
def files(tmp_path: Path) -> FileSet:
    """Three people asked, two of them held, one with an alias and one kind of error each."""
    made = FileSet("uk", "three people", tmp_path)
    left = [
        dict(zip(FIELDS, values, strict=True))
        for values in (
            ("L1", "Ann-Marie", "O'Brien", "1980-02-03", "Nan Zoë Smith;Cher"),
            ("L2", "Joan", "Bray", "1980", ""),
            ("L3", "May", "Hill", "", ""),
        )
    ]
    right = [{**row, "id": f"R{row['id'][1]}"} for row in left[:2]]
    truth = [
        {"left_id": "L1", "right_id": "R1", "kinds": "alias"},
        {"left_id": "L2", "right_id": "R2", "kinds": "alias+typing"},
    ]
    for path, fields, rows in zip(made.paths, (FIELDS, FIELDS, TRUTH), (left, right, truth), strict=True):
        write_csv(path, fields, rows)
    return made


def test_reading_makes_an_alias_a_further_row_and_keeps_partial_dates(files: FileSet) -> None:
    assert read(files.paths[0]) == [
        Record(0, "ann marie", "obrien", "19800203"),
        Record(0, "nan zoe", "smith", "19800203"),
        Record(0, "", "cher", "19800203"),
        Record(1, "joan", "bray", "1980"),
        Record(2, "may", "hill", ""),
    ]


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [("  O\u2019Neill ", "oneill"), ("SMITH-JONES", "smith jones"), ("Łukasz Żak", "łukasz zak"), ("", "")],
)
def test_names_are_cleaned(written: str, cleaned: str) -> None:
    assert clean(written) == cleaned


def test_a_pair_of_people_counts_once_with_its_best_rows() -> None:
    assert best_of([(0.4, 1, 2), (0.9, 1, 2), (0.5, 1, 2), (0.1, 3, 2)]) == {(1, 2): 0.9, (3, 2): 0.1}


def test_figures_are_over_the_people_asked_alone(files: FileSet) -> None:
    found = {(0, 0): 9.0, (1, 0): 8.0, (1, 1): 7.0}
    judge = Judge(files)
    whole = judge.report(found, [0, 1, 2])
    assert whole["person"] == judge.report(found, [1, 0])["person"]
    assert isinstance(whole["person"], dict)
    assert whole["person"]["best_f1"] == {"threshold": 7.0, "precision": 0.66667, "recall": 1.0, "f1": 0.8}
    assert whole["person"]["recall_at_p99"] == 0.5
    one = judge.report(found, [0])["person"]
    assert isinstance(one, dict)
    assert one["recall_at_p99"] == 1.0


def test_recall_by_kind_is_of_the_people_with_that_error(files: FileSet) -> None:
    report = Judge(files).report({(0, 0): 9.0}, [0, 1, 2])
    assert report["of_kind"] == {"alias": 2, "typing": 1}
    assert isinstance(report["by_kind"], dict)
    assert {kind: one["recall_at_p99"] for kind, one in report["by_kind"].items()} == {
        "alias": 0.5,
        "typing": 0.0,
    }


def test_others_are_recombined_and_never_one_of_the_people() -> None:
    people = [
        {"given_names": given, "surname": surname, "date_of_birth": date}
        for given, surname, date in (("a", "x", "19010101"), ("b", "y", "19020202"), ("c", "z", ""))
    ]
    made = others(people, 200, random.Random(1))
    assert len({row["id"] for row in made}) == 200
    values = [{key: row[key] for key in people[0]} for row in made]
    assert all(value not in people for value in values)
    names = ("given_names", "surname")
    assert all(any(row[key] == one[key] for one in people) for row in values for key in names)
    assert all("19010101" <= row["date_of_birth"] <= "19020202" for row in values if row["date_of_birth"])
    assert any(not row["date_of_birth"] for row in values)
    assert made == others(people, 200, random.Random(1))


def test_a_quick_set_keeps_whole_pairs(files: FileSet, tmp_path: Path) -> None:
    cut = quick_set(files, tmp_path / "quick", 1)
    assert [path.read_text().splitlines()[1:] for path in cut.paths] == [
        ["L1,Ann-Marie,O'Brien,1980-02-03,Nan Zoë Smith;Cher"],
        ["R1,Ann-Marie,O'Brien,1980-02-03,Nan Zoë Smith;Cher"],
        ["L1,R1,alias"],
    ]


def test_the_best_may_be_shared_and_absent_values_never_win() -> None:
    assert best({"a": 1.0, "b": None, "c": 1.0}, more=True) == {"a", "c"}
    assert best({"a": 3.0, "b": 2.0}, more=False) == {"b"}
    assert best({"a": None}, more=True) == set()


def _accuracy(f1: float) -> dict[str, object]:
    person = {"best_f1": {"precision": f1, "recall": f1, "f1": f1}, "recall_at_p99": f1}
    return {"asked": 5_000, "person": person, "by_kind": None, "when": "2026-11-22T04:00:00+00:00"}


def test_the_page_says_where_a_peer_wins_and_what_did_not_run() -> None:
    text = page(
        {
            ("hub", "febrl4", "accuracy"): _accuracy(0.9),
            ("splink4", "febrl4", "accuracy"): _accuracy(0.95),
            ("crate", "febrl4", "accuracy"): {"problem": "not finished", "when": "2026-11-23T04:00:00+00:00"},
        },
        MACHINE,
    )
    assert "| FEBRL4, 5,000 by 5,000: best F1 | .900 | **.950** | - |" in text
    assert "- FEBRL4, 5,000 by 5,000: best F1 (Splink 4)" in text
    assert "- CRATE, FEBRL4, 5,000 by 5,000, accuracy: not finished" in text
    assert "2026-11-22 to 2026-11-23" in text


def test_every_peer_has_pins_and_a_runner() -> None:
    runners = Path(__file__).parents[2] / "benchmarks" / "peers" / "runners"
    for tool in PEERS:
        lines = tool.requirements.read_text().splitlines()
        assert lines
        assert all(line.count("==") == 1 for line in lines), tool.name
        assert (runners / f"{tool.runner}.py").is_file()
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)


def test_the_table_goes_between_its_marks_and_nothing_else_changes() -> None:
    page = f"before\n{MARKS[0]}\n| old |\n{MARKS[1]}\nafter\n"
    made = _with_table(page, "# words\n\n| new |\n|---|\n\nmore words\n")
    assert made == f"before\n{MARKS[0]}\n| new |\n|---|\n{MARKS[1]}\nafter\n"
    assert _with_table(made, "| new |\n|---|") == made
