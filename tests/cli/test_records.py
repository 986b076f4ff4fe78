"""`hub records`: papers of an earlier case are asked of the area that answered, and both sides list it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from tests.checks.pending import grounded
from tests.cli.casework import ADA, stub_of
from tests.cli.conftest import Pair
from tests.cli.running import Ended, inside

Write = Callable[[str, Any], Path]
REF: Final = "NM-RECORDS"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(name: str, document: Any) -> Path:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return to_file


@pytest.fixture
def check_id(pair: Pair, write: Write) -> str:
    """A check of a case of ours, to which Eastvale has answered that it knows her."""
    question = pair.of_one_case(REF)
    assert inside("case", "add", pair.asking, write("stub", stub_of(question))).code == 0
    made = str(inside("check", pair.asking, write("question", question), "--json").json["check_id"])
    assert inside("disclose", pair.asking, made, "--area", "eastvale").code == 0
    return made


def ask(pair: Pair, write: Write, check_id: str, day: dt.date, **changes: Any) -> Ended:
    wanted: dict[str, Any] = {
        "check_id": check_id,
        "area": "eastvale",
        "wanted": ["plan", "minutes"],
        "why": "on_agenda",
    }
    wanted |= {"needed_by": (day + dt.timedelta(days=7)).isoformat(), "form": grounded()}
    return inside(
        "records", "ask", pair.asking, write("wanted", wanted | changes), "--as", write("ada", ADA), "--json"
    )


def listed(home: Path, number: str, write: Write) -> dict[str, Any]:
    rows = inside("records", "list", home, "--as", write("ada", ADA), "--json").json
    (row,) = [one for one in rows if one["id"] == number]
    return dict(row)


def test_plan_and_minutes_are_asked_for_and_both_sides_list_what_and_by_when(
    pair: Pair, write: Write, check_id: str, day: dt.date
) -> None:
    made = ask(pair, write, check_id, day)
    assert made.code == 0, made.out + made.err
    assert made.json["state"] == "asked"
    number = made.json["id"]
    for home, way, peer in ((pair.asking, "out", "eastvale"), (pair.knowing, "in", "northmoor")):
        row = listed(home, number, write)
        assert (row["direction"], row["peer"], row["state"]) == (way, peer, "asked")
        assert row["wanted"] == ["plan", "minutes"]
        assert row["needed_by"] == (day + dt.timedelta(days=7)).isoformat()
    assert listed(pair.asking, number, write)["case_ref"] == REF


def test_what_is_not_wanted_any_more_is_withdrawn_on_both_sides(
    pair: Pair, write: Write, check_id: str, day: dt.date
) -> None:
    number = ask(pair, write, check_id, day).json["id"]
    done = inside(
        "records",
        "withdraw",
        pair.asking,
        number,
        "--as",
        write("ada", ADA),
        "--because",
        "She has moved on.",
        "--json",
    )
    assert (done.code, done.json["state"]) == (0, "withdrawn")
    assert [listed(home, number, write)["state"] for home in (pair.asking, pair.knowing)] == ["withdrawn"] * 2


def test_papers_are_asked_of_no_area_that_has_not_answered(pair: Pair, write: Write, day: dt.date) -> None:
    question = pair.of_one_case(REF)
    assert inside("case", "add", pair.asking, write("stub", stub_of(question))).code == 0
    made = str(inside("check", pair.asking, write("question", question), "--json").json["check_id"])
    refused = ask(pair, write, made, day)
    assert "has not answered that it knows this person" in refused.error["text"]
    assert inside("records", "list", pair.asking, "--as", write("ada", ADA), "--json").json == []
