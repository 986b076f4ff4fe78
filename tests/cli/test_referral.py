"""`hub referral`: somebody is referred by a file, and the papers of a case are read."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from hub.sample.referral import sample_referral
from tests.cases.scanning import PDF, scanner
from tests.cli.running import inside, query


@pytest.fixture
def refer(home: Path, tmp_path: Path) -> Any:
    """Refers somebody."""

    def add(**changes: Any) -> Any:
        path = tmp_path / "referral.json"
        path.write_text(json.dumps(sample_referral() | changes), encoding="utf-8")
        return inside("referral", "add", home, path, "--json")

    return add


def test_s003_r1_r40_the_sample_that_it_prints_is_referred_as_it_is_and_read_back(
    refer: Any, home: Path
) -> None:
    shown = inside("referral", "add", "--example")
    assert json.loads(shown.out) == sample_referral()
    done = refer().json
    assert (done["here_already"], done["repeat"], done["added"]) == ([], None, 2)
    assert {one["criterion"]: one["found"] for one in done["criteria"]}["visible_high_risk"] == "not_met"
    assert done["child_referral"] is True
    assert refer().json["added"] == 0
    ref = done["case_ref"]
    read = inside("referral", "show", home, "--json", said=f"{ref}\n").json["papers"]
    assert [one["kind"] for one in read] == ["referral", "dash"]
    in_words = inside("referral", "show", home, said=f"{ref}\n").out
    assert "Castlebridge Homes" in in_words
    assert "A door that locks." in in_words


def test_what_must_be_put_right_is_said_and_nothing_is_kept(refer: Any, home: Path) -> None:
    done = refer(case_ref="R-1", pj_rationale="")
    assert (done.code, done.error["code"]) == (1, "invalid_input")
    assert "Explain briefly" in done.error["text"]
    done = refer(case_ref="R-1", victim_dob="31/02/1990")
    assert "no such day" in done.error["text"]
    assert inside("referral", "show", home, "--json", said="R-1\n").error["code"] == "not_found"


def test_agencies_refer_by_a_table_and_a_bad_row_keeps_no_other_out(home: Path, tmp_path: Path) -> None:
    """S003-R40: the same fields by their names, one referral a row."""
    columns = [
        *("referring_agency", "contact_names", "victim_name", "victim_dob", "victim_tel", "consent_given"),
        *("crit_professional_judgement", "pj_rationale", "perpetrators.0.name", "perpetrators.1.name"),
        *("children.0.name", "children.0.school", "dash.injury", "dash.injury.comment", "dash.weapons"),
        *("not_safe_to_talk_to", "fled_from"),
    ]
    good = [
        *("Housing", "Duty desk", "Ever New", "4/7/1991", "+44 1632 960499", "N", "Y", "Grew worse"),
        *(
            "Ned One",
            "Sam Two",
            "Pip New",
            "Sample Primary",
            "Y",
            "an arm",
            "don't know",
            "His mum; his sister",
            "none",
        ),
    ]
    bad = [*good[:3], "31/02/1990", *good[4:]]
    unsigned = [*good[:7], "", *good[8:]]
    formula = [*good[:2], "=1+1", *good[3:]]
    file = tmp_path / "referrals.csv"
    with file.open("w", encoding="utf-8", newline="") as there:
        csv.writer(there).writerows([columns, good, bad, unsigned, formula])
    done = inside("referral", "add", home, file, "--json")
    assert done.code == 1
    assert [(one["row"], one["field"]) for one in done.json["rejected"]] == [
        (3, "victim_dob"),
        (4, ""),
        (5, "victim_name"),
    ]
    (kept,) = done.json["referrals"]
    read = inside("referral", "show", home, "--json", said=f"{kept['case_ref']}\n").json["papers"]
    body = read[0]["body"]["referral"]
    assert [one["name"]["surname"] for one in body["perpetrators"]] == ["One", "Two"]
    assert body["fled_from"] == []
    assert body["children"][0]["school"] == "Sample Primary"
    assert [one["person"] for one in body["not_safe_to_talk_to"]] == ["His mum", "his sister"]
    assert read[1]["body"]["questions"]["injury"]["comment"] == "an arm"
    again = inside("referral", "add", home, file, "--json").json["referrals"]
    assert [(one["case_ref"], one["added"]) for one in again] == [(kept["case_ref"], 0)]
    file.write_text("case_ref,who_knows\n", encoding="utf-8")
    assert "Column 2" in inside("referral", "add", home, file, "--json").error["text"]


def test_a_file_is_attached_to_a_case_and_written_out_once_a_scanner_has_seen_it(
    refer: Any, home: Path, tmp_path: Path
) -> None:
    ref = refer().json["case_ref"]
    scan, to = tmp_path / "minutes.pdf", tmp_path / "out.pdf"
    scan.write_bytes(PDF)

    def last() -> dict[str, Any]:
        shown = inside("referral", "show", home, "--json", said=f"{ref}\n").json["papers"]
        found: dict[str, Any] = shown[-1]
        return found

    unseen = inside("referral", "attach", home, scan, "--what", "minutes", said=f"{ref}\n")
    assert unseen.code == 0, unseen.err
    assert "kept in quarantine" in unseen.err
    refused = inside("referral", "file", home, last()["number"], to, said=f"{ref}\n")
    assert "in quarantine" in refused.err
    assert not to.exists()
    with scanner() as address:
        settings = home / "node.toml"
        settings.write_text(settings.read_text() + f'\n[attachments]\nclamd = "{address}"\n')
        for _ in range(2):
            assert inside("referral", "attach", home, scan, "--what", "minutes", said=f"{ref}\n").code == 0
    assert (last()["kind"], last()["body"]["scan"]) == ("minutes", "clean")
    done = inside("referral", "file", home, last()["number"], to, "--json", said=f"{ref}\n")
    assert done.json == {"media_type": "application/pdf", "size": len(PDF)}
    assert (to.read_bytes(), to.stat().st_mode & 0o777) == (PDF, 0o600)
    assert query(home, "SELECT count(*) FROM audit_entry WHERE action = 'file_given'") == [(1,)]
    again = inside("referral", "file", home, last()["number"], to, said=f"{ref}\n")
    assert "something is there already" in again.err
    assert inside("referral", "file", home, 1, tmp_path / "no.pdf", said=f"{ref}\n").code == 1


def test_what_is_attached_to_a_referral_that_waits_is_said_not_to_be_kept(
    refer: Any, home: Path, tmp_path: Path
) -> None:
    refer(case_ref="R-1")
    (tmp_path / "letter.txt").write_text("A letter.")
    told = tmp_path / "other.json"
    told.write_text(json.dumps(sample_referral() | {"case_ref": "R-1", "victim_name": "Ever New"}))
    done = inside("referral", "add", home, told, "--attach", tmp_path / "letter.txt")
    assert "What was attached is not kept" in done.out
    assert "What was attached" not in inside("referral", "add", home, told).out
