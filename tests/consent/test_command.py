"""`hub decide` and `hub policy explain` as their users meet them: output, exit status, errors."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import typer
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from hub.cli import decide
from hub.consent import Decision
from hub.consent.sharing_agreement import STATED
from hub.node.settings import SHIPPED_CONFIG
from tests.consent.stories import form_named

APP = typer.Typer()
APP.command("decide")(decide.decide)
APP.add_typer(decide.policy_app, name="policy")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(APP, [str(word) for word in words])


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def write_form(form: Any) -> Path:
        path = tmp_path / "form.json"
        path.write_bytes(form if isinstance(form, bytes) else json.dumps(form).encode())
        return path

    return write_form


def test_a_permit_exits_zero_with_one_json_document(write: Any) -> None:
    result = run("decide", write(form_named("refuge")), "--at", "2026-11-22", "--json")
    assert result.exit_code == 0
    assert result.stderr == ""
    told = json.loads(result.stdout)
    assert {"outcome", "level", "reasons", "missing", "obligations"} <= set(told)
    assert (told["outcome"], told["level"], told["missing"]) == ("permit", "involvement", [])
    assert {"code", "text", "source"} <= set(told["reasons"][0])
    assert told["obligations"][-1] == {
        "code": "review",
        "text": told["obligations"][-1]["text"],
        "due": "2027-01-15",
    }
    assert Decision.model_validate_json(result.stdout).permitted


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"grounds": []}, "incomplete"),
        ({"jurisdiction": "scotland"}, "refuse"),
        ({"conflicts": {"declared": True, "details": "my cousin"}}, "refer"),
    ],
)
def test_anything_but_a_permit_exits_one(write: Any, change: dict[str, Any], outcome: str) -> None:
    result = run("decide", write(form_named("refuge") | change), "--at", "2026-11-22", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["outcome"] == outcome


def test_for_people_it_says_what_is_missing_and_what_to_do(write: Any) -> None:
    form = form_named("refuge") | {"necessity": ""}
    result = run("decide", write(form), "--at", "2026-11-22")
    assert result.exit_code == 1
    assert "incomplete" in result.stdout
    assert "- necessity" in result.stdout
    permit = run("decide", write(form_named("refuge")), "--at", "2026-11-22").stdout
    assert "permit at involvement" in permit
    assert "2027-01-15: Review" in permit


def test_a_rejected_form_exits_one_and_names_its_field(write: Any) -> None:
    path = write(form_named("refuge") | {"purpose": "[bold]gossip[/bold]"})
    result = run("decide", path, "--json")
    assert result.exit_code == 1
    assert result.stderr == ""
    error = json.loads(result.stdout)["error"]
    assert (error["code"], error["field"]) == ("invalid_input", "purpose")
    assert error["do"]
    plain = run("decide", path)
    assert plain.exit_code == 1
    assert plain.stdout == ""
    assert plain.stderr.startswith("purpose: ")
    assert "gossip" not in plain.stderr


@pytest.mark.parametrize(
    "words", [("--at", "tomorrow"), ("--rules", "/nowhere"), ("--pdf", "/nowhere/form.pdf")]
)
def test_wrong_usage_exits_two(write: Any, words: tuple[str, str]) -> None:
    result = run("decide", write(form_named("refuge")), *words, "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "usage"


EMERGENCY = {"emergency": {"imminent_threat": "he has texted that he is ten minutes away with a knife"}}


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_refused_in_words(write: Any, day: str) -> None:
    """An emergency leaves days to count on from; a form's own days are held to the same years."""
    form = form_named("refuge") | EMERGENCY
    for words in (("decide", write(form)), ("policy", "explain")):
        result = run(*words, "--at", day, "--json")
        assert result.exit_code == 2
        error = json.loads(result.stdout)["error"]
        assert error["code"] == "usage"
        assert "outside the years 1900 to 2199" in error["text"]
    form["review"] = {"date": day, "owner": "Bea Manager"}
    rejected = run("decide", write(form), "--at", "2026-11-22", "--json")
    assert rejected.exit_code == 1
    assert json.loads(rejected.stdout)["error"]["field"] == "review.date"


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_are_decided_on_and_printed(write: Any, tmp_path: Path, day: str) -> None:
    form = form_named("refuge") | EMERGENCY | {"necessity": ""}
    for field in ("review", "client_notified"):
        form[field] = form[field] | {"date": day}
    result = run("decide", write(form), "--at", day, "--json", "--pdf", tmp_path / "out.pdf")
    assert json.loads(result.stdout)["outcome"] == "permit"


def test_an_emergency_says_within_how_many_hours_the_form_is_due(write: Any) -> None:
    form = form_named("refuge") | EMERGENCY | {"necessity": ""}
    told = json.loads(run("decide", write(form), "--at", "2026-11-22", "--json").stdout)["obligations"][0]
    assert (told["code"], told["due"]) == ("complete_emergency", "2026-11-23")
    assert told["text"] == "Complete and confirm the form within 24 hours: why it is necessary."


def test_a_form_that_is_not_there_exits_two(tmp_path: Path) -> None:
    result = run("decide", tmp_path / "none.json", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["do"]


def test_a_huge_form_is_refused_without_being_kept(write: Any) -> None:
    result = run("decide", write(b'{"incident": "' + b"x" * 10_000_000 + b'"}'), "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["error"]["field"] == "form"


def test_a_broken_rules_file_stops_everything_with_its_line(write: Any, tmp_path: Path) -> None:
    for name in ("grounds.toml", "policy.toml"):
        shutil.copy(SHIPPED_CONFIG / name, tmp_path / name)
    path = tmp_path / "policy.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("countersign = 3", "countersign = 'soon'"), encoding="utf-8"
    )
    result = run("decide", write(form_named("refuge")), "--rules", tmp_path)
    assert result.exit_code == 2
    line = path.read_text(encoding="utf-8").splitlines().index("countersign = 'soon'") + 1
    assert f"policy.toml, line {line}: days.countersign" in result.stderr


def test_the_day_defaults_to_today(write: Any) -> None:
    today = dt.datetime.now().astimezone().date()
    form = form_named("routine") | {
        "review": {"date": (today + dt.timedelta(days=30)).isoformat(), "owner": "B"}
    }
    result = run("decide", write(form), "--json")
    assert json.loads(result.stdout)["outcome"] == "permit"
    form["review"]["date"] = (today - dt.timedelta(days=1)).isoformat()
    assert json.loads(run("decide", write(form), "--json").stdout)["missing"] == ["review.date"]


def test_the_pdf_is_written_beside_the_decision(write: Any, tmp_path: Path) -> None:
    out = tmp_path / "form.pdf"
    result = run("decide", write(form_named("refuge")), "--at", "2026-11-22", "--json", "--pdf", out)
    assert json.loads(result.stdout)["outcome"] == "permit"
    assert len(PdfReader(BytesIO(out.read_bytes())).pages) == 2


def test_policy_explain() -> None:
    result = run("policy", "explain", "--at", "2026-11-22")
    assert result.exit_code == 0
    assert "Purposes, and the most that each role may ask for" in result.stdout
    told = json.loads(run("policy", "explain", "--json").stdout)
    assert told["lines"]
    assert run("policy", "explain", "--at", "x").exit_code == 2


def test_the_pdf_never_replaces_the_form(write: Any) -> None:
    form = write(form_named("police"))
    before = form.read_bytes()
    result = run("decide", form, "--pdf", form)
    assert result.exit_code == 2
    assert form.read_bytes() == before


@pytest.mark.parametrize("as_json", [True, False])
def test_a_fault_of_our_own_is_told_by_its_place_and_never_in_its_words(
    write: Any, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Winifred Oakapple, born 1990-02-03")

    monkeypatch.setattr(decide, "decide_form", broken)
    result = run("decide", write(form_named("refuge")), *(["--json"] if as_json else []))
    said = result.stdout + result.stderr
    assert result.exit_code == 2
    assert "An unexpected fault: ValueError at decide.py:" in said
    assert "Oakapple" not in said + str(result.exception)
    if as_json:
        assert json.loads(result.stdout)["error"]["code"] == "fault"


def test_a_form_is_decided_as_on_a_node_that_holds_an_agreement(write: Any, tmp_path: Path) -> None:
    """Without it the protocol is taken as the form states it, and its bases are not there to copy."""
    form = write(form_named("routine"))
    on = ("--at", "2026-11-22", "--json")
    stated = Decision.model_validate_json(run("decide", form, *on).stdout)
    assert stated.permitted
    assert {one.answer for one in stated.answers if one.question == "art6"} == {STATED}
    file = tmp_path / "agreement.toml"
    file.write_text(SHIPPED_CONFIG.joinpath("agreement.example.toml").read_text())
    as_held = ("--agreement", file, "--area", "northmoor", *on)
    held = Decision.model_validate_json(run("decide", form, *as_held).stdout)
    assert {one.source for one in held.answers if one.question == "art6"} == {
        "UK GDPR Art 6(1)(e) with DPA 2018 s.8; Inter-area agreement 2026/1 of 2026-04-01"
    }
    made_up = write(form_named("routine") | {"protocol": {"ref": "I made this up"}})
    assert run("decide", made_up, *as_held).exit_code == 1
    assert run("decide", form, "--agreement", file, *on).exit_code == 2
    file.write_text("version = 1\n")
    broken = run("decide", form, *as_held)
    assert broken.exit_code == 2
    assert "agreement.toml, line 1: ref" in json.loads(broken.stdout)["error"]["text"]
