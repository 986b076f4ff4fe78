"""Examples of the files that commands read: as they are printed they are read, and do nothing yet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.cli.casework import listed, stub_of
from tests.cli.conftest import Pair
from tests.cli.running import inside


def test_each_is_read_and_completed_does_what_it_is_for(pair: Pair, tmp_path: Path) -> None:
    def written(document: Any) -> Path:
        path = tmp_path / "document.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    home, question = pair.asking, pair.of_one_case("NM-ONE")
    assert inside("case", "add", home, written(stub_of(question))).code == 0
    asked = inside("check", home, written(question), "--json").json
    assert asked["decision"]["outcome"] == "permit"

    entries = inside("disclosures", "add", home, "--example").json
    assert entries["by"]["agency"] == "Northmoor Council"
    entries |= {"case_ref": "NM-ONE", "check_id": asked["check_id"]}
    lacking = inside("disclosures", "add", home, written(entries), "--json")
    assert (lacking.code, lacking.json["recorded"]) == (1, 0)
    assert "by.name" in lacking.json["lacking"]
    entries["by"]["name"] = "Ada Worker"
    entries["sharings"][0] |= {
        "agency": "Eastvale Council",
        "person": "The coordinator",
        "authority": "Agreement",
    }
    assert inside("disclosures", "add", home, written(entries), "--json").json["recorded"] == 1

    evidence = inside("obligations", "close", home, "--example").json
    number = next(one["number"] for one in listed(home, "--all") if one["code"] == "notify_client")
    assert inside("obligations", "close", home, written(evidence), number).code == 1
    evidence["by"]["name"] = "Ada Worker"
    evidence["text"] = "She was told in person by her Idva."
    closed = inside("obligations", "close", home, written(evidence), number, "--json")
    assert closed.json["closed"] == [number]


def test_those_that_a_new_home_has_are_read_as_they_are(home: Path) -> None:
    folder = home / "examples"
    imported = inside("import", home, folder / "referrals.csv", "--as", folder / "who.json", "--json")
    assert (imported.code, imported.json["rejected"]) == (0, [])
    assert imported.json["imported"] > 0
    decided = inside("decide", folder / "form.json", "--json")
    assert decided.json["outcome"] == "incomplete"
    assert decided.json["missing"], "what only a person can say"
    for name in ("who.json", "form.json", "referrals.csv"):
        assert any(f"examples/{name}" in inside(command, "--help").out for command in ("decide", "import"))
