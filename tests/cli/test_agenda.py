"""`hub agenda`: other areas are asked about a meeting's cases by one confirmation, each as its own question."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cli.casework import ADA
from tests.cli.conftest import Pair
from tests.cli.running import Ended, inside, write_csv

DAY: Final = "2026-12-03"
OTHER_DAY: Final = "2026-12-10"
HERS, SEALED, LATER = "NM-AG-1", "NM-AG-2", "NM-AG-3"
# Whoever is sealed is sealed on every record of hers.
ANOTHER: Final = {
    "given_names": "Orla",
    "surname": "Quennell",
    "postcode": "",
    "address": "",
    "nhs_number": "",
}


@pytest.fixture
def agenda(pair: Pair, tmp_path: Path) -> Pair:
    """A meeting with the case of somebody whom Eastvale knows, and one that is sealed; a third is a week later."""
    row = next(one for one in pair.told.referrals["eastvale"] if one["case_ref"] == "EV-2025-0001")
    common = dict(row) | {"kind": "marac", "agreement": "given", "fled_from": "none", "publish": ""}
    rows = [
        common | {"case_ref": HERS, "meeting_date": DAY, "sealed": "no"},
        common
        | {
            "case_ref": HERS,
            "meeting_date": DAY,
            "sealed": "",
            "role": "perpetrator",
            "given_names": "Nobody",
            "surname": "Anybody-Knows",
        },
        common
        | {"case_ref": SEALED, "meeting_date": DAY, "sealed": "yes", "date_of_birth": "1988-02-03"}
        | ANOTHER,
        common | {"case_ref": LATER, "meeting_date": OTHER_DAY, "sealed": "no"},
    ]
    done = inside("import", pair.asking, write_csv(tmp_path / "agenda.csv", rows))
    assert done.code == 0, done.err
    return pair


def confirmed(pair: Pair, folder: Path, day: str = DAY, **said: Any) -> Ended:
    file = folder / "confirm.json"
    file.write_text(json.dumps({"knows_nobody": True, "by": ADA, **said}))
    return inside("agenda", "ask", pair.asking, day, file, "--json")


def test_one_confirmation_asks_about_everybody_of_each_case_but_those_that_are_asked_singly(
    agenda: Pair, tmp_path: Path
) -> None:
    done = confirmed(agenda, tmp_path)
    assert done.code == 0, done.err
    (case,) = done.json["cases"]
    assert (case["case_ref"], case["stopped"]) == (HERS, [])
    assert len(case["checks"]) == 2  # The victim, and the alleged perpetrator.
    assert [(one["case_ref"], one["alone"]) for one in done.json["singly"]] == [(SEALED, "sealed")]
    bands = []
    for check in case["checks"]:
        shown = inside("checks", "show", agenda.asking, check, "--json").json
        (eastvale,) = [one for one in shown["areas"] if one["node_id"] == "eastvale"]
        assert eastvale["status"] == "answered"
        bands.append(bool(eastvale["candidates"]))
    assert bands == [True, False], "she is known there; he is nowhere"


def test_whoever_was_asked_about_today_is_not_asked_about_again_and_the_list_says_when(
    agenda: Pair, tmp_path: Path
) -> None:
    before = inside("agenda", "show", agenda.asking, DAY, "--json").json["cases"]
    assert {one["case_ref"]: (one["last_asked"], one["people"]) for one in before}[HERS] == (None, 2)
    assert confirmed(agenda, tmp_path, cases=[HERS]).code == 0
    again = confirmed(agenda, tmp_path)
    assert (again.code, again.json["cases"]) == (0, [])
    after = inside("agenda", "show", agenda.asking, DAY, "--json").json["cases"]
    (line,) = [one for one in after if one["case_ref"] == HERS]
    assert line["last_asked"] is not None
    assert line["people"] == 0


def test_a_case_that_is_not_named_or_is_heard_on_another_day_is_not_asked_about(
    agenda: Pair, tmp_path: Path
) -> None:
    assert confirmed(agenda, tmp_path, cases=[LATER]).json == {"cases": [], "singly": []}
    assert inside("checks", "list", agenda.asking, "--json").json["checks"] == []


def test_who_does_not_say_that_they_know_nobody_in_them_asks_nobody(agenda: Pair, tmp_path: Path) -> None:
    refused = confirmed(agenda, tmp_path, knows_nobody=False)
    assert refused.code == 1
    assert "knows_nobody" in refused.out
    assert inside("checks", "list", agenda.asking, "--json").json["checks"] == []
