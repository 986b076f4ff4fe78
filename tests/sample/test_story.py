"""The areas' referrals and the near-miss story: what the demonstration relies on."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rapidfuzz import fuzz
from typer.testing import CliRunner

from hub.sample import AREAS, COLUMNS, Story, story
from hub.sample.__main__ import app
from hub.sample.people import World
from hub.sample.story import unlike
from hub.values import Kind, Person, Purpose, Requester, Role

SEEDS = (1, 2, 3, 4)


@pytest.fixture(scope="module", params=SEEDS)
def told(request: pytest.FixtureRequest) -> Story:
    return story(request.param)


def _ymd(text: str) -> date:
    return date.fromisoformat(text)


def test_every_row_is_fit_for_import(told: Story) -> None:
    for rows in told.referrals.values():
        assert 450 < len(rows) < 1_200
        for row in rows:
            assert tuple(row) == COLUMNS
            assert row["role"] in set(Role)
            assert row["kind"] in set(Kind)
            assert re.fullmatch(r"|\d{4}|\d{4}-\d\d|\d{4}-\d\d-\d\d", row["date_of_birth"])
            if len(row["date_of_birth"]) == 10:
                _ymd(row["date_of_birth"])
            _ymd(row["referral_date"])
            assert row["sealed"] in ("", "yes", "no")
            assert row["publish"] in ("", "yes", "no")
            assert row["given_names"] or row["surname"]


def test_every_state_of_a_case_occurs(told: Story) -> None:
    rows = [row for area in told.referrals.values() for row in area if row["role"] == "victim"]
    assert {row["publish"] for row in rows} == {"", "yes", "no"}
    assert 5 < sum(row["sealed"] == "yes" for row in rows) < 60
    assert {row["agreement"] for row in rows} == {"given", "refused", "not_asked"}
    assert Counter(row["kind"] for row in rows)["idva"] > 100
    assert any(row["aliases"] for row in rows)
    assert any(len(row["date_of_birth"]) in (4, 7) for row in rows)


def test_case_references_are_one_area_s_and_one_case_s(told: Story) -> None:
    seen: dict[str, set[str]] = {}
    for area, rows in told.referrals.items():
        for case in {row["case_ref"] for row in rows}:
            seen.setdefault(case, set()).add(area)
            assert case.startswith(AREAS[area])
        victims = Counter(row["case_ref"] for row in rows if row["role"] == "victim")
        assert set(victims.values()) == {1}
        assert set(victims) == {row["case_ref"] for row in rows}
    assert all(len(areas) == 1 for areas in seen.values())


def _subject_rows(told: Story, area: str, case: str) -> dict[str, dict[str, str]]:
    return {row["role"]: row for row in told.referrals[area] if row["case_ref"] == case}


def test_she_is_discussed_four_times_in_two_areas_with_an_idva_in_both(told: Story) -> None:
    for area, prefix in (("northmoor", "NM"), ("eastvale", "EV")):
        cases = [row for row in told.referrals[area] if re.search(r"-900[125]$", row["case_ref"])]
        kinds = Counter(row["kind"] for row in cases if row["role"] == "victim")
        assert kinds == {"marac": 2, "idva": 1}
        assert all(row["idva_service"] == f"{area.title()} Idva Service" for row in cases)
        assert all(row["publish"] == "yes" and row["sealed"] == "no" for row in cases), prefix


def test_nothing_plain_gives_her_away(told: Story) -> None:
    """Surname changed, known by a short form, the day of birth off by one; child and perpetrator in both."""
    here, there = (
        _subject_rows(told, area, case) for area, case in (("northmoor", "NM-9002"), ("eastvale", "EV-9002"))
    )
    her, known = here["victim"], there["victim"]
    assert her["surname"] != known["surname"]
    assert her["given_names"] != known["given_names"]
    assert fuzz.ratio(her["given_names"], known["given_names"]) < 70
    assert abs((_ymd(her["date_of_birth"]) - _ymd(known["date_of_birth"])).days) == 1
    assert known["aliases"] == f"{her['given_names']} {known['surname']}"
    assert (her["postcode"], her["phone"]) != (known["postcode"], known["phone"])
    for role in ("perpetrator", "child"):
        one, two = here[role], there[role]
        assert one["surname"] == two["surname"]
        assert one["date_of_birth"] == two["date_of_birth"]
        assert one["given_names"].split()[0] == two["given_names"].split()[0]


def test_the_questions_are_about_the_asking_area_s_own_cases(told: Story) -> None:
    assert list(told.questions) == ["known_elsewhere", "known_nowhere", "no_ground"]
    for question in told.questions.values():
        assert question["purpose"] in set(Purpose)
        Requester.model_validate(question["requester"])
        people = [Person.model_validate(person) for person in (question["subject"], *question["related"])]
        rows = [row for row in told.referrals[told.asking] if row["case_ref"] == question["case_ref"]]
        assert [person.surname for person in people] == [row["surname"] for row in rows]
        assert people[0].role == "victim"
        assert len(people) >= 2


def _names(person: dict[str, Any]) -> list[str]:
    return [f"{person['given_names']} {person['surname']}".casefold(), *map(str.casefold, person["aliases"])]


def test_the_unknown_case_is_like_nobody_in_the_other_areas(told: Story) -> None:
    question = told.questions["known_nowhere"]
    others = [row for area in AREAS if area != told.asking for row in told.referrals[area]]
    for person in (question["subject"], *question["related"]):
        for row in others:
            born = person["date_of_birth"]
            assert not born or born != row["date_of_birth"]
            theirs = [f"{row['given_names']} {row['surname']}", *filter(None, row["aliases"].split(";"))]
            for name in _names(person):
                assert max(fuzz.ratio(name, other.casefold()) for other in theirs) < 85


def test_who_is_spelled_nearly_alike_is_drawn_anew() -> None:
    first = unlike(World(77), []).members[0].identity
    near = {"given_names": first.given[0], "surname": f"{first.surname}e", "date_of_birth": ""}
    assert unlike(World(77), [near]).members[0].identity.surname != first.surname
    assert unlike(World(77), [near | {"given_names": "Q", "surname": "Q"}]).members[0].identity == first


def test_a_seed_always_tells_the_same_story() -> None:
    assert story(9) == story(9)
    assert story(9).referrals != story(10).referrals


def test_commands_write_the_files(tmp_path: Path) -> None:
    run = CliRunner().invoke
    out = tmp_path / "southmere.csv"
    assert run(app, ["referrals", "--area", "southmere", "--out", str(out)]).exit_code == 0
    with out.open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == story(1).referrals["southmere"]
    assert run(app, ["referrals", "--area", "atlantis", "--out", str(out)]).exit_code == 2
    sizes = ["--known", "2", "--asked", "4", "--holder", "9"]
    for command in ("uk-set", "cases"):
        folder = tmp_path / command
        assert run(app, [command, "--seed", "1", "--out", str(folder), *sizes]).exit_code == 0
        assert sorted(path.name for path in folder.iterdir()) == ["LEFT.csv", "RIGHT.csv", "TRUTH.csv"]
