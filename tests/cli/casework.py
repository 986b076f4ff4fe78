"""Evidence as people hand it in, and what is listed as to be done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hub.sample.stub import sample_stub
from tests.cli.conftest import today
from tests.cli.running import inside

ADA = {
    "name": "Ada Coordinator",
    "role": "coordinator",
    "agency": "Northmoor Council",
    "agency_kind": "council",
}
ASH = {**ADA, "name": "Ash Kept-Out"}


def evidence(text: str = "She was told in person by her Idva.", **more: Any) -> dict[str, Any]:
    return {"by": ADA, "on": today().isoformat(), "text": text, **more}


def listed(home: Path, *how: object) -> list[dict[str, Any]]:
    """What `hub obligations list` lists of questions, not of publications."""
    done = inside("obligations", "list", home, "--json", *how)
    assert done.code == 0, done.out
    found: list[dict[str, Any]] = [one for one in done.json["due"] if one["purpose"] != "publish"]
    return found


def stub_of(question: dict[str, Any], by: dict[str, Any] = ADA) -> dict[str, Any]:
    """The stub of the case that a question is about."""
    people = [question["subject"], *question["related"]]
    return sample_stub() | {"case_ref": question["case_ref"], "by": by, "people": people}
