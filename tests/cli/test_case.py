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
