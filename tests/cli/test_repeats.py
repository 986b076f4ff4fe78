"""`hub repeats`, and what `hub import`, `hub case add` and `hub referral add` say of who is here already."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.sample.referral import sample_referral
from tests.cli.running import inside

SHE_IS_KNOWN = {"case_ref": "R-1", "date": "2026-03-02"}
WHO = {"name": "Ash Underhill", "role": "coordinator", "agency": "Police", "agency_kind": "police"}


@pytest.fixture
def refer(home: Path, tmp_path: Path) -> Any:
    """Refers the woman of the sample, under any number."""

    def add(**changes: Any) -> Any:
        path = tmp_path / "referral.json"
        path.write_text(json.dumps(sample_referral() | changes), encoding="utf-8")
        return inside("referral", "add", home, path, "--json")

    return add


def test_s001_r3_a_second_referral_says_that_she_is_here_already_and_somebody_decides(
    refer: Any, home: Path, tmp_path: Path
) -> None:
    assert refer(**SHE_IS_KNOWN).json["here_already"] == []
    done = refer(case_ref="R-2", date="2026-10-20").json
    (found,) = done["here_already"]
    assert (found["case_ref"], found["standing"], done["repeat"]["case_ref"]) == ("R-1", "repeat", "R-1")
    assert (found["last"], found["repeat_until"]) == ("2026-03-02", "2027-03-02")
    listed = inside("repeats", "list", home, "--json").json
    assert {"case_ref": "R-2", "others": 1} in listed["waiting"]
    who, decision = tmp_path / "who.json", tmp_path / "decision.json"
    who.write_text(json.dumps(WHO), encoding="utf-8")
    said = {"case_ref": "R-2", "other_case_ref": "R-1", "decided": "repeat", "happened": ["bail_breach"]}
    decision.write_text(json.dumps(said), encoding="utf-8")
    kept = inside("repeats", "decide", home, decision, "--as", who, "--json").json
    assert kept["decided"] == "repeat"
    shown = inside("repeats", "show", home, "--json", said="R-2\n").json["here_already"]
    assert [one["decision"]["by"] for one in shown] == ["Ash Underhill"]
    assert "A repeat" in inside("repeats", "show", home, said="R-2\n").out
    assert refer(case_ref="R-2", date="2026-10-20").json["repeat"]["happened"] == ["bail_breach"]
    figures = inside("repeats", "figures", home, "--json").json
    assert (figures["repeats"], figures["waiting"]) == (1, 0)


def test_a_decision_about_a_case_that_is_not_there_keeps_nothing(home: Path, tmp_path: Path) -> None:
    decision = tmp_path / "decision.json"
    said = {"case_ref": "R-2", "other_case_ref": "R-1", "decided": "not_same", "because": "Another."}
    decision.write_text(json.dumps(said), encoding="utf-8")
    assert inside("repeats", "decide", home, decision, "--json").error["code"] == "not_found"
    assert inside("repeats", "show", home, "--json", said="R-2\n").error["code"] == "not_found"
