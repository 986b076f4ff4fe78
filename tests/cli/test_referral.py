"""`hub referral`: somebody is referred by a file, and the papers of a case are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from hub.sample.referral import sample_referral
from tests.cli.running import inside


@pytest.fixture
def refer(home: Path, tmp_path: Path) -> Any:
    """Refers somebody."""

    def add(**changes: Any) -> Any:
        path = tmp_path / "referral.json"
        path.write_text(json.dumps(sample_referral() | changes), encoding="utf-8")
        return inside("referral", "add", home, path, "--json")

    return add


def test_s003_r1_r40_the_sample_that_it_prints_is_referred_as_it_is_and_read_back(
    refer: Any, home: Path
) -> None:
    shown = inside("referral", "add", "--example")
    assert json.loads(shown.out) == sample_referral()
    done = refer().json
    assert (done["here_already"], done["repeat"], done["added"]) == ([], None, 2)
    assert {one["criterion"]: one["found"] for one in done["criteria"]}["visible_high_risk"] == "not_met"
    assert done["child_referral"] is True
    assert refer().json["added"] == 0
    ref = done["case_ref"]
    read = inside("referral", "show", home, "--json", said=f"{ref}\n").json["papers"]
    assert [one["kind"] for one in read] == ["referral", "dash"]
    in_words = inside("referral", "show", home, said=f"{ref}\n").out
    assert "Castlebridge Homes" in in_words
    assert "A door that locks." in in_words


def test_what_must_be_put_right_is_said_and_nothing_is_kept(refer: Any, home: Path) -> None:
    done = refer(case_ref="R-1", pj_rationale="")
    assert (done.code, done.error["code"]) == (1, "invalid_input")
    assert "Explain briefly" in done.error["text"]
    done = refer(case_ref="R-1", victim_dob="31/02/1990")
    assert "no such day" in done.error["text"]
    assert inside("referral", "show", home, "--json", said="R-1\n").error["code"] == "not_found"
