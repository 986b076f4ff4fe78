"""FILE.rejected.csv: what was bad, as it stood, with reasons; safe to open; whole or not there."""

from __future__ import annotations

import csv
import os
import stat
from pathlib import Path

import pytest

from hub.cases.importing.assemble import CaseIntake, Rejected, read_cases, write_rejected
from hub.errors import StorageError

HEAD = "case_ref,kind,role,given_names,surname,phone,date_of_birth\n"
GOOD = "C1,marac,victim,Ada,Fern,,1990\n"
BAD = "C1,marac,child,Bo,Fern,,1990-02-30\n"


def _import(path: Path) -> tuple[list[CaseIntake], Path | None]:
    out = list(read_cases(path))
    bad = [one for one in out if isinstance(one, Rejected)]
    return [one for one in out if isinstance(one, CaseIntake)], write_rejected(path, bad)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_bad_rows_come_out_as_they_stood_with_row_and_reasons(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(HEAD + GOOD + BAD + "C1,marac,cousin,Cy,Fern,x,\n", encoding="utf-8")
    _, written = _import(path)
    assert written == tmp_path / "people.rejected.csv"
    first, second = _rows(written)
    assert {k: first[k] for k in ("case_ref", "given_names", "date_of_birth", "row")} == {
        "case_ref": "C1",
        "given_names": "Bo",
        "date_of_birth": "1990-02-30",
        "row": "3",
    }
    assert first["reason"].startswith("date_of_birth is not a date that exists")
    assert second["reason"].count(";") == 1
    assert "role is not known" in second["reason"]
    assert "phone is not" in second["reason"]


def test_only_the_owner_may_read_it_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(HEAD + BAD, encoding="utf-8")
    _, written = _import(path)
    assert written is not None
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert _files(tmp_path) == ["people.csv", "people.rejected.csv"]


def test_cells_are_no_formulas_when_opened_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    cells = ["=1+1", "+1+1", "-1", "@x", "\tx", "\uff1dx", " =x"]
    lines = "".join(f'C1,marac,victim,"{cell}",Fern,+44 7700 900123,\n' for cell in cells)
    path.write_text(HEAD + lines, encoding="utf-8")
    _, written = _import(path)
    assert written is not None
    for row in _rows(written):
        assert row["given_names"].startswith("'")
        assert row["phone"] == "+44 7700 900123"
        for cell in row.values():
            assert not cell.lstrip(" ").startswith(tuple("=-@\t\r"))


def test_a_clean_run_removes_what_an_earlier_one_wrote(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(HEAD + GOOD + BAD, encoding="utf-8")
    assert _import(path)[1] is not None
    path.write_text(HEAD + GOOD, encoding="utf-8")
    assert _import(path)[1] is None
    assert _files(tmp_path) == ["people.csv"]
    assert _import(path)[1] is None


def test_a_corrected_copy_can_be_imported_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text(HEAD + GOOD.replace("1990", "1990-99"), encoding="utf-8")
    _, written = _import(path)
    assert written is not None
    written.write_text(written.read_text(encoding="utf-8").replace("1990-99", "1990"), encoding="utf-8")
    (case,), left = _import(written)
    assert case.people[0].person.date_of_birth == "1990"
    assert left is None


def test_rows_that_were_no_rows_are_written_as_far_as_they_could_be_read(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes((HEAD + GOOD).encode() + b"C1,marac,child,B\xff,Fern,,\nC1,marac\n" + b'C1,"open\n')
    _, written = _import(path)
    assert written is not None
    rows = _rows(written)
    assert [row["row"] for row in rows] == ["3", "4", "5"]
    assert [row["case_ref"] for row in rows] == ["C1", "C1", "C1"]
    assert rows[0]["given_names"] == "B?"


def test_json_lines_are_written_as_csv_too(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text('{"case_ref": "C1", "kind": "marac", "role": "victim", "aliases": ["a", "b"]}\n{bad\n')
    _, written = _import(path)
    assert written == tmp_path / "people.rejected.csv"
    rows = _rows(written)
    assert [(row["row"], row["aliases"]) for row in rows] == [("1", "a;b"), ("2", "")]


def test_a_place_that_cannot_be_written_is_said_with_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(HEAD + GOOD + BAD, encoding="utf-8")
    earlier = _import(path)[1]
    assert earlier is not None
    before = earlier.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device") as caught:
        _import(path)
    assert "good rows" in caught.value.kept
    assert earlier.read_bytes() == before
    assert _files(tmp_path) == ["people.csv", "people.rejected.csv"]
