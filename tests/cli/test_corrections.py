"""`hub case correct`, `hub case corrections`, `hub case decide`: who is on a case, put right by two people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.sample.referral import sample_referral
from hub.sample.stub import sample_stub
from tests.cli.casework import ADA
from tests.cli.running import inside

BO = ADA | {"name": "Bo Second", "role": "manager"}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def to(name: str, document: object) -> Path:
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    return to


def test_one_person_proposes_and_another_approves_at_the_commands(home: Path, write: Any) -> None:
    stub = sample_stub() | {"case_ref": "C-1", "by": ADA}
    assert inside("case", "add", home, write("stub", stub)).code == 0
    bo = ("--as", write("bo", BO))
    shown = inside("case", "corrections", home, "--case", *bo, "--json", said="C-1\n").json
    victim = next(one for one in shown["people"] if one["role"] == "victim")
    correction = {
        "case_ref": "C-1",
        "by": ADA,
        "people": [victim | {"surname": "Oxenholme"}],
        "because": "She married.",
    }
    done = inside("case", "correct", home, write("correction", correction), "--json").json
    assert done["state"] == "proposed"
    (waits,) = inside("case", "corrections", home, *bo, "--json").json["corrections"]
    assert (waits["case_ref"], waits["correction"]) == ("C-1", done["correction"])
    own = inside(
        "case",
        "decide",
        home,
        done["correction"],
        "approve",
        "--as",
        write("ada", ADA),
        "--json",
        said="C-1\n",
    )
    assert own.error["code"] == "conflict"
    decided = inside("case", "decide", home, done["correction"], "approve", *bo, "--json", said="C-1\n")
    assert decided.json["state"] == "approved"
    after = inside("case", "corrections", home, "--case", *bo, "--json", said="C-1\n").json
    assert "Oxenholme" in {one["surname"] for one in after["people"]}
    assert [one["state"] for one in after["corrections"]] == ["approved"]
    in_words = inside("case", "corrections", home, "--case", *bo, said="C-1\n").out
    assert "Oxenholme" in in_words
    assert "She married." in in_words


def test_a_referral_of_another_name_says_that_it_waits(home: Path, write: Any) -> None:
    first = inside("referral", "add", home, write("one", sample_referral()), "--json").json
    other = sample_referral() | {"case_ref": first["case_ref"], "victim_name": "Toya Marlowe"}
    done = inside("referral", "add", home, write("two", other), "--json").json
    assert (done["added"], len(done["proposal"])) == (0, 32)
    told = inside("referral", "add", home, write("two", other))
    assert "another person approves or refuses both" in told.out
