"""The linkage benchmark: the contract's fields, the product's token path, figures by hand, and bad files."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from benchmarks import linkage
from benchmarks.figures import Pair, figures
from benchmarks.people import read_people
from hub.sample import uk_cases, write_set
from hub.values import Band

FILES = ("LEFT.csv", "RIGHT.csv", "TRUTH.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cases")
    write_set(uk_cases(7, 6, 12, 30), made)
    return made


def run(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    code = linkage.main([*(str(folder / name) for name in FILES), *options])
    return code, *capsys.readouterr()


def test_the_contract_by_the_real_prf(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(folder, capsys, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["prf"] == "voprf"
    assert found["true_pairs"] == len((folder / "TRUTH.csv").read_text().splitlines()) - 1
    assert {"left", "right", "match_keys_per_person", "seconds", "confirmed", "by_role", "by_kind"} <= set(
        found
    )
    for name in ("person", "person_in_case", "confirmed"):
        assert set(found[name]) == {"bands", "at_probable", "best_f1", "recall_at_p99"}
    assert found["person_in_case"]["best_f1"]["f1"] > 0.8
    assert {"victim", "perpetrator"} <= set(found["by_role"])


def test_the_hash_in_the_prfs_place_gives_the_same_figures(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real, plain = (json.loads(run(folder, capsys, "--json", "--prf", prf)[1]) for prf in ("voprf", "plain"))
    assert plain["prf"] == "plain"
    for name in ("person", "person_in_case", "confirmed", "by_role", "by_kind", "match_keys_per_person"):
        assert plain[name] == real[name]


def test_figures_count_every_pair() -> None:
    pairs = [
        Pair(30, Band.strong, true=True),
        Pair(20, Band.probable, true=True),
        Pair(20, Band.probable, true=False),
        Pair(5, Band.possible, true=True),
        Pair(1, None, true=False),
    ]
    found = figures(pairs, 4)
    assert found["bands"]["probable"] == {"tp": 1, "fp": 1}
    assert found["at_probable"] == {"precision": 0.66667, "recall": 0.5, "f1": 0.57143}
    assert found["best_f1"] == {"threshold": 5, "precision": 0.75, "recall": 0.75, "f1": 0.75}
    assert found["recall_at_p99"] == 0.25
    assert not math.isnan(figures([], 0)["recall_at_p99"])


def write(folder: Path, left: str, right: str, truth: str) -> None:
    for name, text in zip(FILES, (left, right, truth), strict=True):
        (folder / name).write_text(text)


PEOPLE = "id,given_names,surname,date_of_birth,shoe_size\n1,Anna,Smith,1984-99-17,4\n"
TRUTH = "left_id,right_id\n1,1\n"


def test_impossible_dates_and_further_columns_are_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, PEOPLE, PEOPLE, TRUTH)
    code, out, _ = run(tmp_path, capsys, "--json", "--prf", "plain")
    found = json.loads(out)
    assert code == 0
    assert found["person"]["recall_at_p99"] == 1
    assert found["person_in_case"] is found["by_role"] is found["by_kind"] is None


@pytest.mark.parametrize(
    ("left", "right", "truth", "told"),
    [
        ("name\nAnna\n", PEOPLE, TRUTH, "LEFT.csv has no column id"),
        (PEOPLE, PEOPLE + "1,Zoe,Lee,1990,5\n", TRUTH, "RIGHT.csv, line 3"),
        (PEOPLE, PEOPLE, "left_id,right_id\n1,2\n", "TRUTH.csv, line 2"),
        ("", PEOPLE, TRUTH, "LEFT.csv has no column"),
    ],
)
def test_a_bad_file_is_told_without_its_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], left: str, right: str, truth: str, told: str
) -> None:
    write(tmp_path, left, right, truth)
    code, out, err = run(tmp_path, capsys, "--json")
    assert (code, out) == (1, "")
    assert told in err
    assert "Anna" not in err


def test_a_missing_or_binary_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, capsys)[0] == 1
    write(tmp_path, PEOPLE, PEOPLE, TRUTH)
    (tmp_path / "LEFT.csv").write_bytes(b"id,given_names,surname,date_of_birth\n1,\xff\xfe,x,1984\n")
    assert run(tmp_path, capsys)[0] == 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("1984-02-30", "1984-02-30"),
        ("17/03/1984", "17/03/1984"),
        ("17 March 1984", "1984-03-17"),
        ("1984-03-17T00:00:00", "1984-03-17"),
        ("not known at all", ""),
    ],
)
def test_a_date_too_long_for_a_record_is_read_whole(tmp_path: Path, written: str, read: str) -> None:
    """Cut after ten characters it would say something else."""
    file = tmp_path / "LEFT.csv"
    file.write_text(f"id,given_names,surname,date_of_birth\n1,Anna,Example,{written}\n")
    assert read_people(file, every_field=False)[0].person.date_of_birth == read
