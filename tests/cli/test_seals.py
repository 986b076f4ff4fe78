"""What `hub case seal` and `hub seals list` say: what was so before and by whom, and what was decided of whom."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from hub.cli.output import counted
from hub.sample.referrals import Row
from hub.values import day_in_words
from tests.cli.running import inside, write_csv

ADA = {"name": "Ada Manager", "role": "manager", "agency": "Northmoor Council", "agency_kind": "council"}


@pytest.fixture
def said(tmp_path: Path) -> list[Any]:
    """Who decides and why, as options."""
    who = tmp_path / "ada.json"
    who.write_text(json.dumps(ADA), encoding="utf-8")
    return ["--as", who, "--because", "He works there."]


def test_a_case_that_was_sealed_already_is_said_so_with_who_and_since_when(
    home: Path, rows: list[Row], said: list[Any], tmp_path: Path, day: dt.date
) -> None:
    assert inside("import", home, write_csv(tmp_path / "in.csv", rows)).code == 0
    ref = f"{rows[0]['case_ref']}\n"
    since = f"already by Ada Manager, on {day_in_words(day)}. Nothing was changed."
    first = inside("case", "seal", home, *said, said=ref)
    assert "already" not in first.out
    again = inside("case", "seal", home, *said, said=ref)
    assert (again.code, f"Sealed {since}" in again.out) == (0, True)
    before = inside("case", "seal", home, *said, "--json", said=ref).json["before"]
    assert before == {"sealed": True, "by": "Ada Manager", "on": day.isoformat()}
    (home / "staff.toml").write_text('[[staff]]\ngiven_names = "Ada"\nsurname = "Manager"\nmanager = true\n')
    assert "already" not in inside("case", "unseal", home, *said, said=ref).out
    assert f"Unsealed {since}" in inside("case", "unseal", home, *said, said=ref).out


def test_what_is_certain_or_decided_is_not_listed_as_to_be_decided(
    home: Path, rows: list[Row], said: list[Any], tmp_path: Path, day: dt.date
) -> None:
    """The same people on two cases, of which one is sealed."""
    first = [row for row in rows if row["case_ref"] == rows[0]["case_ref"]]
    twice = first + [row | {"case_ref": "NM-AGAIN"} for row in first]
    assert inside("import", home, write_csv(tmp_path / "in.csv", twice)).code == 0
    sealed = inside("case", "seal", home, *said, said=f"{rows[0]['case_ref']}\n")
    assert "sealed on another case" in sealed.out
    assert "Nothing waits." in inside("seals", "list", home).out
    listed = inside("seals", "list", home, "--all")
    assert "Certain, as they are written down" in listed.out
    assert "To decide" not in listed.out
    for one in inside("seals", "list", home, "--all", "--json").json["seals"]:
        assert inside("seals", "decide", home, one["id"], "--same", *said).code == 0
    decided = inside("seals", "list", home, "--all").out
    when = day_in_words(day)
    assert f"Decided by Ada Manager on {when}: the same person. He works there." in decided
    assert "seals decide" not in decided


CERTAIN = (
    "who is sealed on another case",
    "who fled an area by another case",
    "who may have fled an area by another case",
)
LISTED = ("who is sealed on", "who fled an area by", "who may have fled an area by")


@pytest.mark.parametrize(("flight", "which"), [("yes", 0), ("Eastvale", 1), ("not known", 2)])
def test_it_is_said_truly_why_somebody_is_hidden(
    home: Path, rows: list[Row], tmp_path: Path, flight: str, which: int
) -> None:
    first = [row | {"fled_from": "none"} for row in rows if row["case_ref"] == rows[0]["case_ref"]]
    assert inside("import", home, write_csv(tmp_path / "in.csv", first)).code == 0
    says = {"sealed": "yes"} if flight == "yes" else {"fled_from": flight}
    file = write_csv(tmp_path / "again.csv", [row | {"case_ref": "NM-AGAIN"} | says for row in first])
    done = inside("import", home, file)
    assert done.code == 0, done.err
    assert [why for why in CERTAIN if why in done.err] == [CERTAIN[which]]
    listed = inside("seals", "list", home, "--all").out
    assert [why for why in LISTED if f"{why} NM-AGAIN" in listed] == [LISTED[which]]


def test_who_was_decided_to_be_somebody_else_is_listed_with_who_and_when_and_can_be_decided_anew(
    home: Path, rows: list[Row], said: list[Any], tmp_path: Path, day: dt.date
) -> None:
    first = [row for row in rows if row["case_ref"] == rows[0]["case_ref"]]
    twice = first + [row | {"case_ref": "NM-AGAIN"} for row in first]
    assert inside("import", home, write_csv(tmp_path / "in.csv", twice)).code == 0
    assert inside("case", "seal", home, *said, said=f"{rows[0]['case_ref']}\n").code == 0
    (home / "staff.toml").write_text('[[staff]]\ngiven_names = "Ada"\nsurname = "Manager"\nmanager = true\n')
    ids = {one["id"] for one in inside("seals", "list", home, "--all", "--json").json["seals"]}
    for one in ids:
        assert inside("seals", "decide", home, one, "--not-same", *said).code == 0
    assert "NM-AGAIN" not in inside("seals", "list", home).out
    shown = inside("seals", "list", home, "--all").out
    assert f"Decided by Ada Manager on {day_in_words(day)}: somebody else. He works there." in shown
    listed = inside("seals", "list", home, "--all", "--json").json["seals"]
    assert {(one["id"], one["decided"], one["on"]) for one in listed} == {
        (one, "not_same", day.isoformat()) for one in ids
    }
    for one in ids:
        assert inside("seals", "decide", home, one, "--same", *said, "--json").json["sealed"]


def test_one_is_not_many() -> None:
    assert [counted(count, "case stays/cases stay") for count in (0, 1, 2)] == [
        "0 cases stay",
        "1 case stays",
        "2 cases stay",
    ]
