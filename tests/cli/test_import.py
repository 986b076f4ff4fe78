"""`hub import`: what is kept, what is refused and what is said, whatever the file holds."""

from __future__ import annotations

import csv
import json
import os
import resource
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.audit.events import Action
from hub.demo.form import write_agreement
from hub.node.node import open_node
from hub.records import decisions
from hub.sample.agreement import SAMPLE_REF
from hub.sample.referrals import Row
from hub.store import cases
from tests.cli.conftest import Powerless, make, today
from tests.cli.running import Ended, actions, count, hub, inside, live_entries, query, write_csv

TABLES = ("case_record", "person_record", "decision_record")
FIELDS = {
    "imported",
    "unchanged",
    "not_published",
    "not_published_because",
    "withdrawn",
    "same_people",
    "waiting",
    "still_sealed",
    "rejected",
    "rejected_file",
}


def imported(home: Path, file: Path, *options: str) -> Ended:
    return inside("import", home, file, "--json", *options)


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
    "a date of another shape": ({"referral_date": "01.02.2026"}, "referral_date", "write YYYY-MM-DD"),
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
    done = hub("import", home, file)
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
    assert (done.code, done.error["text"]) == (1, "This is not a plain file.")


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
    assert done.code in (1, 2)
    assert done.error["text"]
    assert actions(home).count(Action.case_imported) == 0


def test_a_file_that_may_not_be_read_is_said(powerless: Powerless, rows: list[Row]) -> None:
    home = make(powerless.folder / "home", "northmoor")
    file = write_csv(powerless.folder / "rows.csv", rows)
    assert imported(home, file, "--dry-run").code == 0
    with powerless(home):
        file.chmod(0)
        done = imported(home, file)
    assert done.code == 1
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


def test_a_case_that_becomes_sealed_has_left_the_feed_and_the_import_says_so(
    home: Path, tmp_path: Path, rows: list[Row]
) -> None:
    case = [
        row | {"publish": "yes", "sealed": "no"} for row in rows if row["case_ref"] == rows[0]["case_ref"]
    ]
    imported(home, write_csv(tmp_path / "open.csv", case))
    assert inside("publish", home, "--json").json["people"] == len(case)
    sealed = write_csv(tmp_path / "sealed.csv", [row | {"sealed": "yes"} for row in case])
    assert f"{len(case)} people would leave the feed." in inside("import", home, sealed, "--dry-run").err
    assert live_entries(home) > 0
    done = hub("import", home, sealed)
    assert f"{len(case)} people have left the feed" in done.err
    assert live_entries(home) == 0
    assert imported(home, sealed).json["withdrawn"] == 0
    after = inside("publish", home, "--json").json
    assert (after["people"], after["withdrawn"]) == (0, 0)


@pytest.fixture
def case(rows: list[Row]) -> list[Row]:
    """The rows of one case of several people that may be published, the victim's first."""
    own = [row for row in rows if row["case_ref"] == rows[0]["case_ref"]]
    assert (own[0]["role"], len(own) > 1) == ("victim", True)
    return [row | {"publish": "yes", "sealed": "no"} for row in own]


@pytest.fixture
def published(home: Path, tmp_path: Path, case: list[Row]) -> Path:
    """A home with that case in store and in its feed."""
    assert imported(home, write_csv(tmp_path / "open.csv", case)).code == 0
    assert inside("publish", home, "--json").json["people"] == len(case)
    return home


def flags(home: Path) -> list[tuple[int, int]]:
    return [tuple(row) for row in query(home, "SELECT sealed_case, may_publish FROM case_record")]


def last_events(home: Path) -> list[str]:
    """The actions of the log's last two entries."""
    return [row[0] for row in query(home, "SELECT action FROM audit_entry ORDER BY seq DESC LIMIT 2")][::-1]


HERS: dict[str, Callable[[Row, Row], list[Row]]] = {
    "a day that never was": lambda her, _: [her | {"sealed": "yes", "date_of_birth": "1991-55-11"}],
    "a seal that cannot be read": lambda her, _: [her | {"sealed": "YES!"}],
    "another person's row": lambda her, one: [her | {"date_of_birth": "x"}, one | {"sealed": "yes"}],
    "a bad row of another person": lambda her, one: [
        her | {"date_of_birth": "x"},
        one | {"sealed": "yes", "nhs_number": "1"},
    ],
    "the same person twice": lambda her, one: [her | {"surname": "=x"}, one, one | {"sealed": "yes"}],
    "two victims": lambda her, _: [her, her | {"surname": "Quillfeather", "sealed": "yes"}],
    "a contradiction": lambda her, one: [her | {"sealed": "yes"}, one | {"referral_date": "2001-01-01"}],
    "no victim": lambda _, one: [one | {"sealed": "yes"}],
    "too many people": lambda her, one: [
        her | {"sealed": "yes"},
        *[one | {"surname": "A" + "a" * more} for more in range(100)],
    ],
    "hidden characters": lambda her, _: [her | {"case_ref": her["case_ref"] + "\u200b", "sealed": "yes"}],
    "a hidden character in the seal": lambda her, _: [her | {"sealed": "yes\u200b"}],
}


def test_a_no_to_publishing_holds_for_a_case_in_store_of_which_nothing_of_the_file_is_kept(
    published: Path, tmp_path: Path, case: list[Row]
) -> None:
    no = [case[0] | {"publish": "no", "date_of_birth": "1991-55-11"}]
    done = imported(published, write_csv(tmp_path / "no.csv", no))
    assert (done.code, done.json["withdrawn"]) == (1, len(case))
    assert flags(published) == [(0, 0)]
    assert live_entries(published) == 0


@pytest.mark.parametrize(
    ("how", "ending"), [*((how, "csv") for how in HERS), ("a day that never was", "jsonl")]
)
def test_a_seal_holds_for_a_case_in_store_of_which_nothing_of_the_file_is_kept(
    published: Path, tmp_path: Path, case: list[Row], how: str, ending: str
) -> None:
    file, hers = tmp_path / f"hers.{ending}", HERS[how](case[0], case[1])
    if ending == "csv":
        write_csv(file, hers)
    else:
        file.write_text("".join(json.dumps(row) + "\n" for row in hers))
    tried = imported(published, file, "--dry-run")
    assert (tried.json["imported"], flags(published)) == (0, [(0, 1)])
    before = count(published, "decision_record")
    done = imported(published, file)
    assert (done.code, done.json["imported"], done.json["withdrawn"]) == (1, 0, len(case))
    assert flags(published) == [(1, 0)]
    assert count(published, "decision_record") == before + 1
    assert last_events(published) == [Action.case_sealed, Action.people_withdrawn]
    assert live_entries(published) == 0
    assert imported(published, file).json["withdrawn"] == 0
    assert count(published, "decision_record") == before + 1, "what is sealed is not sealed twice"
    assert inside("audit", "verify", published).code == 0


def test_what_was_sealed_by_a_bad_row_is_as_if_imported_sealed(
    published: Path, tmp_path: Path, case: list[Row]
) -> None:
    bad = [case[0] | {"sealed": "yes", "date_of_birth": "x"}, *case[1:]]
    imported(published, write_csv(tmp_path / "bad.csv", bad))
    right = write_csv(tmp_path / "right.csv", [case[0] | {"sealed": "yes"}, *case[1:]])
    assert imported(published, right).json["unchanged"] == len(case)
    node = open_node(published)
    with node.read() as tx:
        there = cases.find(tx.session, node.keys.vault.lookup("case_ref", case[0]["case_ref"]))
        assert there is not None
        decided = decisions.get(tx, there.decision_id or 0)
    node.database.close()
    assert not decided.decision.permitted
    assert decided.case_ref == case[0]["case_ref"]


@pytest.mark.parametrize("good", [True, False], ids=["good row", "bad row"])
def test_that_a_case_in_store_became_sealed_is_said_first_whatever_the_feed_holds(
    home: Path, tmp_path: Path, case: list[Row], good: bool
) -> None:
    imported(home, write_csv(tmp_path / "open.csv", case))
    changed = {"sealed": "yes"} if good else {"sealed": "yes", "date_of_birth": "x"}
    file = write_csv(tmp_path / "sealed.csv", [case[0] | changed])
    tried = inside("import", home, file, "--dry-run")
    assert tried.err.startswith("1 of the cases in store would become sealed")
    done = inside("import", home, file)
    first = "1 of the cases in store became sealed."
    assert done.err.strip().startswith(first)
    assert first not in inside("import", home, file).err, "it is sealed already"


@pytest.mark.parametrize("how", ["empty", "no column"])
def test_a_file_that_does_not_say_leaves_a_case_sealed_and_only_no_unseals_it(
    published: Path, tmp_path: Path, case: list[Row], how: str
) -> None:
    sealed = write_csv(tmp_path / "sealed.csv", [case[0] | {"sealed": "yes", "kind": "x"}])
    assert imported(published, sealed).json["withdrawn"] == len(case)
    silent = [row | {"sealed": ""} for row in case]
    if how == "no column":
        silent = [{name: cell for name, cell in row.items() if name != "sealed"} for row in silent]
    file = write_csv(tmp_path / "silent.csv", [row | {"agreement": "refused"} for row in silent])
    assert "1 case stays sealed" in inside("import", published, file).out
    assert imported(published, file).json["unchanged"] == len(case)
    assert (flags(published), inside("publish", published, "--json").json["added"]) == ([(1, 0)], 0)
    done = inside("import", published, tmp_path / "open.csv")
    assert "1 case that was sealed is not any longer" in done.out
    assert flags(published) == [(0, 1)]


@pytest.mark.parametrize("before", ["no", "yes"], ids=["open before", "sealed by a file before"])
def test_a_file_does_not_undo_a_seal_that_a_person_spoke(
    published: Path, tmp_path: Path, case: list[Row], before: str
) -> None:
    imported(published, write_csv(tmp_path / "before.csv", [row | {"sealed": before} for row in case]))
    who = tmp_path / "who.json"
    who.write_text(json.dumps({"name": "A. Coordinator", "role": "coordinator", "agency_kind": "police"}))
    by, ref = ("--as", who, "--because", "She fled."), f"{case[0]['case_ref']}\n"
    assert inside("case", "seal", published, *by, said=ref).code == 0
    opening = tmp_path / "open.csv"
    assert "1 case stays sealed, since somebody sealed it by hand" in inside("import", published, opening).err
    changed = write_csv(tmp_path / "changed.csv", [row | {"criteria": "visible_high_risk"} for row in case])
    assert imported(published, changed).json["still_sealed"] == 1
    assert inside("publish", published, "--json").json["people"] == 0
    assert flags(published) == [(1, 0)]

    assert inside("case", "unseal", published, *by, said=ref).code == 0
    imported(published, opening)
    assert flags(published) == [(0, 1)]


def test_a_seal_that_names_no_case_is_said_first_with_its_rows(
    published: Path, tmp_path: Path, case: list[Row]
) -> None:
    rows = [case[0] | {"case_ref": ref, "sealed": "yes"} for ref in ("", "=" + case[0]["case_ref"])]
    file = write_csv(tmp_path / "lost.csv", rows)
    done = imported(published, file)
    reasons = [
        one["reason"] for one in done.json["rejected"] if "which case this row may seal" in one["reason"]
    ]
    assert (len(reasons), flags(published)) == (2, [(0, 1)])
    told = inside("import", published, file).err
    assert told.strip().startswith("It is not clear which case these rows may seal: 2, 3.")


def test_a_bad_row_that_seals_nothing_leaves_the_case_in_store_alone(
    published: Path, tmp_path: Path, case: list[Row]
) -> None:
    before = count(published, "decision_record")
    imported(published, write_csv(tmp_path / "bad.csv", [case[0] | {"date_of_birth": "x"}, *case[1:]]))
    assert (flags(published), count(published, "decision_record")) == ([(0, 1)], before)


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
    assert hub("audit", "verify", home).code == 0


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
