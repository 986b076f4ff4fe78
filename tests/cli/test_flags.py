"""`hub flags`: what stands, whom to tell, for longer, and who was seen again; S001-R11, S003-R198."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.sample.referrals import COLUMNS
from hub.sample.sets import write_csv
from tests.cli.running import inside

WHO = {"name": "Ash Underhill", "role": "coordinator", "agency": "Police", "agency_kind": "police"}
HER = {"given_names": "Dorothea", "surname": "Quillfeather", "date_of_birth": "1991-07-04"}


@pytest.fixture
def flagged(home: Path, tmp_path: Path) -> Any:
    """A case that was heard; says something with a file, in the coordinator's name."""
    row = dict.fromkeys(COLUMNS, "") | HER
    row |= {"case_ref": "F-1", "kind": "marac", "role": "victim", "referral_date": "2026-10-01"}
    row |= {"meeting_date": "2026-10-20", "sealed": "no"}
    write_csv(tmp_path / "one.csv", COLUMNS, [row])
    assert inside("import", home, tmp_path / "one.csv", "--json").json["imported"] == 1
    (tmp_path / "who.json").write_text(json.dumps(WHO), encoding="utf-8")

    def say(what: str, **said: Any) -> Any:
        file = tmp_path / "said.json"
        file.write_text(json.dumps(said), encoding="utf-8")
        return inside("flags", what, home, file, "--as", tmp_path / "who.json", "--json")

    return say


def listed(home: Path) -> Any:
    found = inside("flags", "list", home, "--json").json["flags"]
    return next(one for one in found if one["case_ref"] == "F-1")


def test_s001_r11_a_case_that_was_heard_is_flagged_told_of_extended_and_seen_again(
    flagged: Any, home: Path
) -> None:
    assert (listed(home)["meeting"], listed(home)["until"]) == ("2026-10-20", "2027-10-20")
    assert flagged("told", agency="Housing", case_refs=["F-1"]).json["told"] == 1
    assert flagged("told", agency="Housing", case_refs=["F-1"]).json["told"] == 0
    said = {"reason": "sex_offender", "because": "On the register.", "authority": "The chair"}
    assert flagged("extend", case_ref="F-1", until="2027-01-01", **said).error["code"] == "invalid_input"
    assert flagged("extend", case_ref="F-1", until="2029-01-01", **said).json["until"] == "2029-01-01"
    known = flagged("seen", person=HER, words="New locks.")
    nobody = flagged("seen", person=HER | {"surname": "Elsewhere", "date_of_birth": ""}, words="New locks.")
    assert (known.code, known.json) == (nobody.code, nobody.json) == (0, {"kept": True})
    assert [one["words"] for one in listed(home)["seen"]] == ["New locks."]
    assert "until Monday 1 January 2029" in inside("flags", "list", home).out
