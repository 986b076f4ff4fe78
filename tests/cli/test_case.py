"""`hub case add`: a case is entered from a file, strictly read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.sample.referrals import Row
from hub.sample.stub import sample_stub
from tests.cli.running import inside, write_csv


@pytest.fixture
def entered(home: Path, tmp_path: Path) -> Any:
    """Enters a stub."""

    def enter(document: Any, *options: str) -> Any:
        path = tmp_path / "stub.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return inside("case", "add", home, path, *options)

    return enter


def test_the_sample_that_it_prints_is_entered_as_it_is(entered: Any) -> None:
    shown = inside("case", "add", "--example")
    assert shown.code == 0
    assert "sealed" in shown.err
    assert json.loads(shown.out) == sample_stub()
    done = entered(json.loads(shown.out))
    assert (done.code, done.err) == (0, "")
    assert "Nobody on it is published" in done.out
    again = entered(sample_stub(), "--json")
    assert (again.code, again.error["code"]) == (1, "conflict")
    assert "hub import" in again.error["do"]


def test_the_referral_of_a_case_that_was_entered_as_sealed_does_not_unseal_it(
    entered: Any, home: Path, tmp_path: Path, rows: list[Row]
) -> None:
    ref = sample_stub()["case_ref"]
    assert entered(sample_stub() | {"sealed": True}).code == 0
    case = [row | {"case_ref": ref, "sealed": "no"} for row in rows if row["case_ref"] == rows[0]["case_ref"]]
    done = inside("import", home, write_csv(tmp_path / "referral.csv", case), "--json")
    assert done.json["still_sealed"] == 1
    assert inside("publish", home, "--json").json["people"] == 0


@pytest.mark.parametrize("field", ["sealed", "fled_from", "referrer", "by", "case_ref", "people"])
def test_what_has_no_default_must_be_answered(entered: Any, field: str) -> None:
    stub = {name: value for name, value in sample_stub().items() if name != field}
    done = entered(stub, "--json")
    assert done.code == 1
    assert field in done.error["text"]


@pytest.mark.parametrize(("field", "value"), [("sealed", "no"), ("fled_from", "nobody"), ("surprise", 1)])
def test_it_is_read_strictly(entered: Any, field: str, value: Any) -> None:
    assert entered(sample_stub() | {field: value}, "--json").code == 1


def test_an_area_that_nobody_knows_is_said_at_once(entered: Any) -> None:
    done = entered(sample_stub() | {"fled_from": ["Atlantis"]})
    assert done.code == 0
    assert "Atlantis is no area that this node knows" in done.err


def test_whom_she_named_is_listed_and_taken_off_by_names_on_standard_input_alone(
    entered: Any, home: Path, tmp_path: Path
) -> None:
    stub = sample_stub() | {"not_safe_to_talk_to": ["PC Smith, Eastvale", "her brother"]}
    assert entered(stub).code == 0
    ref, who = stub["case_ref"], tmp_path / "who.json"
    manager = {"name": "Bea Manager", "role": "manager", "agency": "Police", "agency_kind": "police"}
    who.write_text(json.dumps(manager))
    shown = inside("case", "safe", home, "--as", who, "--list", said=f"{ref}\n")
    assert (shown.code, shown.out) == (0, "PC Smith, Eastvale\nher brother\n")
    how = ("case", "safe", home, "--as", who, "--because", "She named another.")
    refused = inside(*how, "--json", said=f"{ref}\nher brother\n")
    assert (refused.code, refused.error["code"]) == (2, "usage")
    (home / "staff.toml").write_text('[[staff]]\ngiven_names = "Bea"\nsurname = "Manager"\nmanager = true\n')
    for missing in (f"{ref}\n", f"{ref}\nnobody\n"):
        assert inside(*how, "--json", said=missing).code == 1
    done = inside(*how, "--json", said=f"{ref}\nHer Brother\n")
    assert done.json == {"taken_off": ["her brother"], "not_safe_to_talk_to": ["PC Smith, Eastvale"]}
