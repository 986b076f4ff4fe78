"""`hub import`: what is kept, what is refused and what is said, whatever the file holds."""

from __future__ import annotations

import csv
import json
import os
import resource
import stat
from pathlib import Path
from typing import Any

import pytest

from hub.audit.events import Action
from hub.demo.form import write_agreement
from hub.sample.agreement import SAMPLE_REF
from hub.sample.referrals import Row
from tests.cli.conftest import Powerless, make, today
from tests.cli.running import actions, count, hub, imported, inside, live_entries, write_csv

TABLES = ("case_record", "person_record", "decision_record")
FIELDS = {
    "imported",
    "unchanged",
    "not_published",
    "not_published_because",
    "withdrawn",
    "same_people",
    "waiting",
    "hidden_for",
    "still_sealed",
    "sealed_unread",
    "rejected",
    "rejected_file",
    "here_already",
}


@pytest.fixture
def file(tmp_path: Path, rows: list[Row]) -> Path:
    """A good file."""
    return write_csv(tmp_path / "referrals.csv", rows)


def test_the_real_command_prints_one_json_document_with_the_fields_of_the_contract(
    home: Path, file: Path, rows: list[Row]
) -> None:
    done = hub("import", home, file, "--json")
    assert (done.code, done.err) == (0, "")
    assert done.json.keys() == FIELDS
    assert (done.json["imported"], done.json["rejected"]) == (len(rows), [])


def test_a_dry_run_says_the_same_and_stores_nothing(home: Path, file: Path, rows: list[Row]) -> None:
    before = (home / "hub.sqlite3").read_bytes()
    dry = imported(home, file, "--dry-run")
    assert actions(home).count(Action.case_imported) == 0
    assert (home / "hub.sqlite3").read_bytes() == before
    assert dry.json == imported(home, file).json
    assert imported(home, file, "--dry-run").json["unchanged"] == len(rows)


def test_importing_again_stores_nothing_twice(home: Path, file: Path, rows: list[Row]) -> None:
    first = imported(home, file).json
    assert inside("publish", home).code == 0
    entries = live_entries(home)
    before = [count(home, table) for table in TABLES]
    second = imported(home, file).json
    assert [count(home, table) for table in TABLES] == before
    assert (second["imported"], second["unchanged"]) == (0, len(rows))
    assert second["not_published"] == first["not_published"]
    assert inside("publish", home, "--json").json["added"] == 0
    assert live_entries(home) == entries


BAD_ROWS: dict[str, tuple[dict[str, str], str, str]] = {
    "a day that never was": ({"date_of_birth": "1990-02-30"}, "date_of_birth", "is not a date that exists"),
    "a date of another shape": ({"referral_date": "in spring"}, "referral_date", "write YYYY-MM-DD"),
    "a formula": ({"surname": "=HYPERLINK(1)"}, "surname", "spreadsheet formula"),
    "an unknown role": ({"role": "cousin"}, "role", "is not known"),
    "no case": ({"case_ref": ""}, "case_ref", "is empty"),
}


@pytest.mark.parametrize(("change", "field", "reason"), BAD_ROWS.values(), ids=BAD_ROWS)
def test_a_bad_row_is_refused_with_its_reason_and_the_others_are_kept(
    home: Path, tmp_path: Path, rows: list[Row], change: dict[str, str], field: str, reason: str
) -> None:
    bad = next(at for at, row in enumerate(rows) if row["role"] == "child")
    file = write_csv(
        tmp_path / "mixed.csv", [row | change if at == bad else row for at, row in enumerate(rows)]
    )
    done = imported(home, file)
    assert done.code == 1
    (only,) = done.json["rejected"]
    assert only.keys() == {"row", "field", "reason"}
    assert (only["row"], only["field"]) == (bad + 2, field)
    assert reason in only["reason"]
    assert done.json["imported"] == len(rows) - 1
    aside = Path(done.json["rejected_file"])
    assert aside == tmp_path / "mixed.rejected.csv"
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    with aside.open(newline="") as written:
        (row,) = csv.DictReader(written)
    assert row["given_names"] == rows[bad]["given_names"]


def test_people_read_the_reasons_and_what_to_do(home: Path, tmp_path: Path, rows: list[Row]) -> None:
    file = write_csv(tmp_path / "mixed.csv", [*rows, rows[0] | {"date_of_birth": "1990-13"}])
    done = inside("import", home, file)
    assert done.code == 1
    assert f"row {len(rows) + 2}: date_of_birth" in done.err
    assert "Correct them in the file you imported" in done.err
    assert "hub publish" in done.out


def test_a_mended_rejects_file_completes_the_import(home: Path, tmp_path: Path, rows: list[Row]) -> None:
    bad = next(at for at, row in enumerate(rows) if row["role"] == "victim")
    case = [row for row in rows if row["case_ref"] == rows[bad]["case_ref"]]
    broken = [row | {"date_of_birth": "never"} if row["role"] == "victim" else row for row in case]
    done = imported(home, write_csv(tmp_path / "case.csv", broken))
    assert (done.code, done.json["imported"]) == (1, 0)
    aside = Path(done.json["rejected_file"])
    aside.write_text(aside.read_text().replace("never", "1990"))
    assert imported(home, aside).json["imported"] == len(case)


WHOLE_FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "empty"),
    "blank": (b"\xef\xbb\xbf \r\n", "empty"),
    "another header": (b"name,born\nA,1990\n", "not a header"),
    "an unknown column": (b"case_ref,kind,role,surname,shoe_size\n", "columns that are not known"),
    "a column twice": (b"case_ref,kind,role,surname,surname\n", "names columns twice"),
    "semicolons": (b"case_ref;kind;role;surname\n", "not separated by commas"),
    "UTF-16": ("case_ref,kind,role,surname\n".encode("utf-16"), "not UTF-8"),
    "binary": (bytes(range(256)) * 20, "not a header"),
}


@pytest.mark.parametrize(("content", "text"), WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_a_file_that_cannot_be_read_at_all_is_refused_whole(
    home: Path, tmp_path: Path, content: bytes, text: str
) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(content)
    done = imported(home, path)
    assert done.code == 1
    assert text in done.error["text"]
    assert actions(home).count(Action.case_imported) == 0
    assert sorted(one.name for one in tmp_path.iterdir()) == ["northmoor", "odd.csv"]


def test_broken_encoding_costs_its_row_alone(home: Path, tmp_path: Path, rows: list[Row]) -> None:
    file = write_csv(tmp_path / "latin.csv", rows)
    text = file.read_text(encoding="utf-8").splitlines(keepends=True)
    bad = next(at for at, row in enumerate(rows) if row["role"] == "child")
    lines = [line.encode() for line in text]
    lines[bad + 1] = lines[bad + 1].replace(b",child,", b",child,\xe9")
    file.write_bytes(b"".join(lines))
    done = imported(home, file)
    assert (done.code, done.json["imported"]) == (1, len(rows) - 1)
    assert "UTF-8" in done.json["rejected"][0]["reason"]


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_named_pipe_is_refused_at_once(home: Path, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"rows.{ending}"
    os.mkfifo(path)
    done = hub("import", home, path, "--json", timeout=60)
    assert (done.code, done.error["text"]) == (2, "This is not a plain file.")


@pytest.mark.parametrize("what", ["missing", "a folder", "a device", "of another kind"])
def test_what_is_no_file_of_rows_is_said(home: Path, tmp_path: Path, what: str) -> None:
    path = tmp_path / "rows.csv"
    if what == "a folder":
        path.mkdir()
    elif what == "a device":
        path.symlink_to("/dev/null")
    elif what == "of another kind":
        path = tmp_path / "rows.xlsx"
        path.write_bytes(b"PK")
    done = imported(home, path)
    assert done.code == 2
    assert done.error["text"]
    assert actions(home).count(Action.case_imported) == 0


def test_a_file_that_may_not_be_read_is_said(powerless: Powerless, rows: list[Row]) -> None:
    home = make(powerless.folder / "home", "northmoor")
    file = write_csv(powerless.folder / "rows.csv", rows)
    assert imported(home, file, "--dry-run").code == 0
    with powerless(home):
        file.chmod(0)
        done = imported(home, file)
    assert done.code == 2
    assert "Permission denied" in done.error["text"]


def test_a_changed_case_takes_the_place_of_the_earlier_one(home: Path, file: Path, rows: list[Row]) -> None:
    imported(home, file)
    inside("publish", home)
    case = [row | {"publish": "yes"} for row in rows if row["case_ref"] == rows[0]["case_ref"]]
    changed = [row | {"surname": "Quillfeather"} if row["role"] == "victim" else row for row in case]
    done = imported(home, write_csv(file.with_name("changed.csv"), changed))
    assert (done.code, done.json["imported"], done.json["withdrawn"]) == (0, len(case), 0)
    after = inside("publish", home, "--json").json
    assert (after["added"], after["withdrawn"]) == (1, 1), "the others stay as they are"


@pytest.mark.parametrize("agreed", [True, False])
def test_an_empty_publish_follows_the_agreement(tmp_path: Path, rows: list[Row], agreed: bool) -> None:
    home = make(tmp_path / "home", "northmoor", agreed=agreed)
    case = [row | {"publish": "", "sealed": "no"} for row in rows if row["case_ref"] == rows[0]["case_ref"]]
    done = imported(home, write_csv(tmp_path / "case.csv", case)).json
    assert (done["imported"], done["not_published"]) == (len(case), 0 if agreed else len(case))
    assert inside("publish", home, "--json").json["people"] == (len(case) if agreed else 0)


def test_json_lines_are_imported_likewise(home: Path, tmp_path: Path, rows: list[Row]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert imported(home, path).json["imported"] == len(rows)


@pytest.mark.parametrize("missing", ["home", "file"])
def test_wrong_usage_is_told_in_json_too(home: Path, file: Path, missing: str) -> None:
    given: dict[str, list[Any]] = {"home": [], "file": [home]}
    done = hub("import", *given[missing], "--json")
    assert done.code == 2
    assert missing.upper() in done.error["text"]


def test_a_home_that_is_none_is_said(tmp_path: Path, file: Path) -> None:
    done = imported(tmp_path / "nowhere", file)
    assert done.code == 2
    assert "hub init" in done.error["do"]
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["good rows", "bad rows", "one line", "noise"])
def test_a_file_of_100_mb_takes_bounded_memory(
    home: Path, tmp_path: Path, rows: list[Row], kind: str
) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", encoding="latin-1", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        long = "x " * 900
        number = 0
        while file.tell() < 100_000_000:
            number += 1
            if kind == "good rows":
                writer.writerow(rows[0] | {"case_ref": f"L-{number}", "address": long, "role": "victim"})
            elif kind == "bad rows":
                writer.writerow(rows[0] | {"case_ref": f"L-{number}", "date_of_birth": "never"})
            elif kind == "one line":
                file.write(long * 100)
            else:
                file.write("\x00\xff,\n" * 10_000)

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2_500_000_000, 2_500_000_000))

    done = hub("import", home, path, "--json", preexec_fn=bounded)
    assert done.code == (0 if kind == "good rows" else 1), done.out[:500]
    if kind == "good rows":
        assert done.json["imported"] == number
    assert inside("audit", "verify", home).code == 0


def test_a_yes_without_an_agreement_publishes_nobody_and_says_why(tmp_path: Path, rows: list[Row]) -> None:
    """It is a column, not an agreement, for perpetrator and children too."""
    home = make(tmp_path / "northmoor", "northmoor", agreed=False)
    people = [row | {"kind": "marac", "publish": "yes"} for row in rows]
    path = write_csv(tmp_path / "yes.csv", people)
    done = inside("import", home, path, "--json")
    assert (done.json["imported"], done.json["not_published"]) == (len(rows), len(rows))
    (because,) = done.json["not_published_because"]
    assert because["people"] == len(rows)
    assert because["reason"] == (
        "This node holds no agreement in force under which Northmoor Council publishes."
    )
    write_agreement(home, today())
    again = inside("import", home, path, "--json").json
    assert (again["not_published"], again["not_published_because"]) == (0, [])
    assert "publishes." in inside("import", make(tmp_path / "b", "b", agreed=False), path).out.replace(
        "\n", " "
    )


def test_who_does_not_say_what_agency_they_are_publishes_nobody(
    home: Path, tmp_path: Path, rows: list[Row]
) -> None:
    settings = home / "node.toml"
    told = settings.read_text()
    assert "agency_kind = " in told
    settings.write_text(
        "".join(line for line in told.splitlines(keepends=True) if "agency_kind = " not in line)
    )
    path = write_csv(tmp_path / "yes.csv", [row | {"kind": "marac", "publish": "yes"} for row in rows])
    done = inside("import", home, path, "--json").json
    assert done["not_published"] == len(rows)


def test_the_import_names_the_agreement(home: Path, tmp_path: Path, rows: list[Row]) -> None:
    """Of two, by the option or the column; one that is not held is said before anything is stored."""
    second = (home / "agreements" / "inter-area.toml").read_text().replace(SAMPLE_REF, "The second")
    (home / "agreements" / "second.toml").write_text(second)
    people = [row | {"kind": "marac", "publish": ""} for row in rows]
    path = write_csv(tmp_path / "rows.csv", people)
    undecided = inside("import", home, path, "--json", "--dry-run").json
    assert "name one of Inter-area agreement 2026/1 (fiction), The second" in str(undecided)
    unknown = inside("import", home, path, "--json", "--agreement", "The third")
    assert unknown.code == 2
    assert "The second" in unknown.error["text"]
    assert count(home, "case_record") == 0
    assert inside("import", home, path, "--json", "--agreement", "the SECOND").json["not_published"] == 0
    stays = inside("import", home, path, "--json").json
    assert (stays["unchanged"], stays["not_published"]) == (len(rows), 0), "the case keeps what it was named"
    column = write_csv(tmp_path / "c.csv", [row | {"sharing_agreement": "The third"} for row in people])
    done = inside("import", home, column, "--json", "--agreement", "The second").json
    assert done["not_published"] == len(rows)
    assert "this node holds no agreement The third" in done["not_published_because"][0]["reason"]
