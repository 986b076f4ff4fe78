"""`hub import`: whom a file seals or withdraws, before anything else and whatever else is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.audit.events import Action
from hub.node.node import open_node
from hub.records import decisions
from hub.sample.referrals import Row
from hub.store import cases
from tests.cli.running import count, imported, inside, live_entries, query, write_csv


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
    done = inside("import", home, sealed)
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

    manager = '[[staff]]\ngiven_names = "A."\nsurname = "Coordinator"\nmanager = true\n'
    (published / "staff.toml").write_text(manager)
    assert inside("case", "unseal", published, *by, said=ref).code == 0
    imported(published, opening)
    assert flags(published) == [(0, 1)]


@pytest.mark.parametrize("in_store", [True, False], ids=["in store", "new"])
@pytest.mark.parametrize("good", ["the victim's", "none"])
def test_that_a_case_is_sealed_for_a_row_that_cannot_be_read_is_said_with_the_row(
    published: Path, tmp_path: Path, case: list[Row], good: str, *, in_store: bool
) -> None:
    """Also what unseals it, so that nobody wonders at the corrected file."""
    if not in_store:
        case = [row | {"case_ref": "NM-NEW"} for row in case]
    file = write_csv(tmp_path / "short.csv", case)
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = lines if good != "none" else lines[:1] + [line.replace(",victim,", ",?,") for line in lines[1:]]
    file.write_text("\n".join([*kept[:-1], kept[-1].rpartition(",")[0]]) + "\n", encoding="utf-8")
    row, found = len(lines), in_store or good != "none"
    told = f"may say that their cases are sealed: {row}. These cases "
    assert (told + "would be sealed" in inside("import", published, file, "--dry-run").err) is found
    done = inside("import", published, file)
    assert (
        told + "are sealed until the rows are put right, and `no` stands under `sealed`" in done.err
    ) is found
    assert imported(published, file).json["sealed_unread"] == ([row] if found else [])
    assert ((1, 0) in flags(published)) is found
    whole = write_csv(tmp_path / "whole.csv", case)
    after = inside("import", published, whole)
    assert ("1 case that was sealed is not any longer" in after.out) is found
    assert imported(published, whole).json["sealed_unread"] == []
    assert (1, 0) not in flags(published)


def test_a_case_that_another_row_seals_is_not_said_to_be_so_for_one_that_cannot_be_read(
    published: Path, tmp_path: Path, case: list[Row]
) -> None:
    rows = [case[0] | {"sealed": "yes"}, *(row | {"sealed": "maybe"} for row in case[1:])]
    done = imported(published, write_csv(tmp_path / "both.csv", rows))
    assert (done.json["sealed_unread"], flags(published)) == ([], [(1, 0)])
    rows[0] |= {"sealed": "no"}
    other = [row | {"case_ref": "NM-NEW"} for row in rows]
    assert imported(published, write_csv(tmp_path / "unread.csv", other)).json["sealed_unread"] == [
        at + 3 for at in range(len(case) - 1)
    ]


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
