"""What `pyproject.toml` asks for is used, and decision 0005 says why and under which licence."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import metadata, packages_distributions

import pytest

from tests.architecture.source import ROOT, importers

PROJECT = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text(encoding="utf-8"))["project"]
DECISION = ROOT.joinpath("docs/decisions/0005-dependencies.md").read_text(encoding="utf-8")
NEEDED = [re.split(r"[\[<>=]", line)[0] for line in PROJECT["dependencies"]]
MODULES_OF = packages_distributions()
# Named in a database's address; named where templates are loaded; installs the project.
NOT_IMPORTED = {"psycopg", "govuk-frontend-jinja", "setuptools"}


@pytest.mark.parametrize("name", NEEDED)
def test_a_dependency_is_used(name: str) -> None:
    modules = [module for module, owners in MODULES_OF.items() if name in map(str.lower, owners)]
    assert name in NOT_IMPORTED or any(importers(module) for module in modules)


@pytest.mark.parametrize("name", NEEDED)
def test_the_decision_names_a_dependency(name: str) -> None:
    assert re.search(rf"^\|.*\b{re.escape(name)}\b.*\|", DECISION, re.MULTILINE)


def test_the_licence_of_the_sounds_is_what_their_author_says() -> None:
    assert "License :: OSI Approved :: Artistic License" in metadata("doublemetaphone").get_all(
        "Classifier", []
    )
    assert re.search(r"doublemetaphone.*Artistic-2\.0", DECISION)
