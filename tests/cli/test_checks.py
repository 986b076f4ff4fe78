"""An answered check is shown again, however its own output was lost."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.checks import check as checking
from tests.cli.casework import ADA, ASH
from tests.cli.conftest import Pair
from tests.cli.running import HUB, environment, inside

Write = Callable[[Any], Path]


def test_a_check_whose_output_was_lost_is_listed_and_shown_as_it_was(pair: Pair, asked: Write) -> None:
    """The disk that its output went to was full."""
    with Path("/dev/full").open("w") as full:
        command = [str(HUB), "check", str(pair.asking), str(asked(pair.question())), "--json"]
        done = subprocess.run(
            command, env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert "Standard output cannot be written" in done.stderr

    (row,) = inside("checks", "list", pair.asking, "--json").json["checks"]
    assert (row["outcome"], row["interrupted"], row["case_ref"]) == (
        "permit",
        False,
        pair.question()["case_ref"],
    )
    assert [(area["node_id"], area["status"]) for area in row["areas"]] == [("eastvale", "answered")]
    assert row["areas"][0]["candidates"] > 0
    shown = inside("checks", "show", pair.asking, row["check_id"])
    assert shown.code == 0
    assert "Likely the same person" in shown.out
    assert f"hub disclose {pair.asking} {row['check_id']}" in shown.out


def test_what_is_shown_again_is_what_was_shown(pair: Pair, asked: Write) -> None:
    for question in (pair.question(), pair.question(areas=["eastvale", "westhaven"])):
        done = inside("check", pair.asking, asked(question), "--json")
        again = inside("checks", "show", pair.asking, done.json["check_id"], "--json")
        assert (again.code, again.json) == (0, done.json)
    refused = inside("check", pair.asking, asked(pair.question("no_ground")), "--json").json
    assert inside("checks", "show", pair.asking, refused["check_id"], "--json").json == refused
    listed = inside("checks", "list", pair.asking, "--json").json["checks"]
    assert sorted(one["outcome"] for one in listed) == ["incomplete", "permit", "permit"]
    assert [one["asked_at"] for one in listed] == sorted((one["asked_at"] for one in listed), reverse=True)
    some = inside("checks", "list", pair.asking, "--most", "2", "--json").json
    assert (some["checks"], some["more"]) == (listed[:2], True)
    assert "No such check" in inside("checks", "show", pair.asking, "0" * 32).err


def test_those_of_one_case(pair: Pair, asked: Write) -> None:
    for name in ("known_elsewhere", "known_nowhere"):
        assert inside("check", pair.asking, asked(pair.question(name))).code == 0
    ref = pair.question()["case_ref"]
    found = inside("checks", "list", pair.asking, "--one-case", "--json", said=f"{ref}\n").json["checks"]
    assert [one["case_ref"] for one in found] == [ref]
    assert inside("checks", "list", pair.asking, "--one-case", said="").code == 1


def test_a_check_that_was_killed_while_it_asked_says_so(
    pair: Pair, asked: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(checking, "record_answers", killed)
    assert inside("check", pair.asking, asked(pair.question())).code == 2
    (row,) = inside("checks", "list", pair.asking, "--json").json["checks"]
    assert row["interrupted"]
    assert "ended before any area's answer" in inside("checks", "show", pair.asking, row["check_id"]).out


def test_an_area_that_is_known_by_now_to_have_been_fled_is_not_offered(pair: Pair, asked: Write) -> None:
    """The case says so since; the old result has no command that tells it any more."""
    rows = [dict(row) for row in pair.told.referrals["northmoor"]]
    ref = rows[0]["case_ref"]
    done = inside("check", pair.asking, asked(pair.question(case_ref=ref)), "--json")
    assert done.json["areas"][0]["not_told"] is None
    referral = [row | {"fled_from": "Eastvale"} for row in rows if row["case_ref"] == ref]
    file = pair.asking.parent / "fled.csv"
    lines = [",".join(referral[0]), *(",".join(row.values()) for row in referral)]
    file.write_text("\n".join(lines) + "\n")
    assert inside("import", pair.asking, file).code == 0
    shown = inside("checks", "show", pair.asking, done.json["check_id"])
    assert "hub disclose" not in shown.out
    assert "Somebody fled this area, as this case or another here says: ask your manager." in shown.out
    number = done.json["areas"][0]["contact"]
    assert number
    assert number not in shown.out
    as_json = inside("checks", "show", pair.asking, done.json["check_id"], "--json")
    assert number not in as_json.out
    assert as_json.json["areas"][0]["contact"] == ""


def test_who_is_kept_from_the_case_sees_no_check_of_it(pair: Pair, asked: Write, tmp_path: Path) -> None:
    done = inside("check", pair.asking, asked(pair.question(case_ref="NM-HID")), "--json")
    (pair.asking / "staff.toml").write_text('[[exclusion]]\ncase_ref = "NM-HID"\nperson = "Ash Kept-Out"\n')
    for who, sees in ((ASH, False), (ADA, True), (None, False)):
        file = tmp_path / "who.json"
        file.write_text(json.dumps(who))
        options = ("--as", file, "--json") if who else ("--json",)
        listed = inside("checks", "list", pair.asking, *options).json["checks"]
        assert [one["check_id"] for one in listed] == ([done.json["check_id"]] if sees else [])
        shown = inside("checks", "show", pair.asking, done.json["check_id"], *options)
        assert shown.code == (0 if sees else 1)
