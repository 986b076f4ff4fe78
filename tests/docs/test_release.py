"""Releases and the forms that people fill in beside the code: they can be read, and warn off case data."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub import __version__
from tests.docs.pages import DOCS

ROOT = DOCS.parent
GITHUB = ROOT / ".github"
FORMS = sorted(path for path in GITHUB.joinpath("ISSUE_TEMPLATE").glob("*.yml") if path.stem != "config")
RELEASE = DOCS.joinpath("release.md").read_text(encoding="utf-8")


def form(path: Path) -> dict[str, Any]:
    """An issue form."""
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def test_there_are_forms_and_no_blank_issue() -> None:
    assert len(FORMS) >= 2
    assert (
        yaml.safe_load(GITHUB.joinpath("ISSUE_TEMPLATE/config.yml").read_text())["blank_issues_enabled"]
        is False
    )


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_opens_with_the_warning_that_nobody_overlooks(path: Path) -> None:
    first = form(path)["body"][0]
    assert first["type"] == "markdown"
    words = first["attributes"]["value"]
    assert words.startswith("# STOP: NO CASE DATA HERE\n")
    plain = " ".join(re.sub(r"[*`]", "", words).split())
    for said in ("Everybody in the world can read this page", "not even changed", "call 999", "SECURITY.md"):
        assert said in plain


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_nobody_sends_a_form_without_saying_that_it_holds_no_case_data(path: Path) -> None:
    (boxes,) = [one for one in form(path)["body"] if one.get("id") == "no_case_data"]
    assert boxes["type"] == "checkboxes"
    assert all(option["required"] is True for option in boxes["attributes"]["options"])
    assert all(one.get("attributes", {}).get("label") for one in form(path)["body"][1:])


@pytest.mark.parametrize(
    "asked",
    ["No case data here", "Who may see this?", "Personal data.", "A decision?", "Tests seen failing."],
)
def test_a_pull_request_is_asked(asked: str) -> None:
    assert asked in GITHUB.joinpath("pull_request_template.md").read_text(encoding="utf-8")


def test_the_owned_places_are_there() -> None:
    lines = GITHUB.joinpath("CODEOWNERS").read_text(encoding="utf-8").splitlines()
    owned = [line.split() for line in lines if line and not line.startswith("#")]
    assert len(owned) > 5
    for place, *owners in owned:
        assert owners
        assert all(owner.startswith("@") for owner in owners)
        assert place == "*" or ROOT.joinpath(place.strip("/")).exists(), place
    assert {"/hub/consent/", "/hub/crypto/", "/config/"} <= {place for place, *_ in owned}


def test_a_new_version_of_a_dependency_waits_two_weeks_and_nothing_merges_itself() -> None:
    renovate = json.loads(ROOT.joinpath("renovate.json").read_text(encoding="utf-8"))
    assert renovate["minimumReleaseAge"] == "14 days"
    assert renovate["automerge"] is False
    assert renovate["lockFileMaintenance"]["enabled"] is True
    (pattern,) = renovate["pip-compile"]["managerFilePatterns"]
    locks = [path.name for path in ROOT.glob("*.lock") if re.search(pattern.strip("/"), path.name)]
    assert sorted(locks) == ["requirements-dev.lock", "requirements-fuzz.lock", "requirements.lock"]


def test_the_version_is_one() -> None:
    project = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__


def test_the_change_log_has_a_place_for_what_is_not_released() -> None:
    log = ROOT.joinpath("CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"(?m)^## (.+)$", log)[0] == "Unreleased"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z-]+)\b", RELEASE)) - {"one"}))
def test_a_release_uses_targets_that_are_there(target: str) -> None:
    assert re.search(rf"(?m)^{target}:", ROOT.joinpath("Makefile").read_text(encoding="utf-8"))
