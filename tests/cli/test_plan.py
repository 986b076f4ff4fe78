"""`hub plan`: a plan is saved from a file, accepted when it lacks nothing, and its actions are reported on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.sample.stub import sample_stub
from tests.cli.casework import ADA
from tests.cli.running import inside

ACTION = {
    "what": "Brief the patrols on the address",
    "agency": "Northmoor Police",
    "volunteered_by": "Sergeant Lowe",
    "due": "3 December 2026",
    "risk": "Followed home",
    "achieves": "Patrols know whom to look for",
    "addresses": "perpetrator",
    "approach": "disrupt",
}
NUMBER = f"{sample_stub()['case_ref']}\n"


@pytest.fixture
def case(home: Path, tmp_path: Path) -> Path:
    """A home with a case; gives a file that says who acts."""
    stub = tmp_path / "stub.json"
    stub.write_text(json.dumps(sample_stub()), encoding="utf-8")
    assert inside("case", "add", home, stub).code == 0
    who = tmp_path / "who.json"
    who.write_text(json.dumps(ADA), encoding="utf-8")
    return who


def saved(home: Path, folder: Path, *options: str, **said: Any) -> Any:
    path = folder / "plan.json"
    path.write_text(json.dumps({"case_ref": NUMBER.strip(), "by": ADA, **said}), encoding="utf-8")
    return inside("plan", "save", home, path, *options)


def test_a_plan_is_begun_completed_accepted_and_reported_on(home: Path, case: Path, tmp_path: Path) -> None:
    assert "no plan yet" in saved(home, tmp_path, actions=[ACTION]).err
    assert inside("plan", "show", home, "--as", case, said=NUMBER).out == "This case has no plan.\n"
    begun = saved(home, tmp_path, "--begin", "--json", actions=[ACTION])
    assert [one["code"] for one in begun.json["plan"]["lacks"]] == ["nobody_tells_victim", "safety_not_said"]
    early = inside("plan", "accept", home, "--as", case, said=NUMBER)
    assert (early.code, "not complete" in early.err) == (1, True)
    again = saved(home, tmp_path, actions=[ACTION], tells_victim="The Idva", safe="yes", safe_by="The Idva")
    assert again.out.count("Brief the patrols") == 1
    assert "Lacks" not in again.out
    assert "Accepted by" in inside("plan", "accept", home, "--as", case, said=NUMBER).out
    (line,) = inside("plan", "actions", home, "--as", case, "--json").json["actions"]
    report = tmp_path / "report.json"
    for said, words in (
        ({"outcome": "done"}, "worked: Choose whether it worked."),
        ({"outcome": "impossible"}, "because: Say why it was not done."),
        ({"outcome": "not_done", "because": "No staff."}, "It is kept."),
        ({"outcome": "done", "worked": "no"}, "It is kept."),
    ):
        report.write_text(json.dumps({"by": ADA, **said}), encoding="utf-8")
        told = inside("plan", "report", home, line["id"], report)
        assert words in told.out + told.err
    assert inside("plan", "actions", home, "--as", case).out == "Nothing is open.\n"
    following = saved(
        home, tmp_path, "--begin", actions=[ACTION | {"what": "Brief patrols about the address"}]
    )
    assert "Set before: done; worked: no." in following.out
    assert "Action 1 of the earlier plan was not reviewed" in following.out


def test_a_file_that_is_wrong_begins_nothing(home: Path, case: Path, tmp_path: Path) -> None:
    line = {"action": "ab" * 8, "outcome": "done", "worked": "yes", "still_needed": "no"}
    for wrong in ({"reviewed": [line]}, {"reviewed": [{"action": "ab" * 8, "outcome": "done"}]}, {"x": 1}):
        assert saved(home, tmp_path, "--begin", **wrong).code == 1
    assert inside("plan", "show", home, "--as", case, "--json", said=NUMBER).json["plan"] is None


def test_of_a_case_that_is_not_there_there_is_no_plan(home: Path, case: Path) -> None:
    done = inside("plan", "show", home, "--as", case, "--json", said="NM-none\n")
    assert (done.code, done.error["code"]) == (1, "not_found")
