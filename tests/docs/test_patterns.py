"""`docs/patterns.md`, held against the code: every file and every dotted name in it is there."""

from __future__ import annotations

import re
from pkgutil import resolve_name

import pytest

from tests.docs.pages import DOCS

TEXT = DOCS.joinpath("patterns.md").read_text(encoding="utf-8")
QUOTED = sorted(set(re.findall(r"`([^`]+)`", TEXT)))
PATHS = [text for text in QUOTED if "/" in text and " " not in text]
NAMES = [text for text in QUOTED if re.fullmatch(r"(hub|tests)(\.\w+)+", text)]
MODULES = [text.removeprefix("python -m ") for text in QUOTED if text.startswith("python -m ")]
KINDS = ["A route", "A command", "A table", "An obligation", "A job", "A page"]


def test_the_page_names_much() -> None:
    assert len(PATHS) > 15
    assert len(NAMES) > 25
    assert MODULES


@pytest.mark.parametrize("path", PATHS)
def test_a_file_that_the_page_names_is_there(path: str) -> None:
    assert DOCS.parent.joinpath(path).exists()


@pytest.mark.parametrize("name", [*NAMES, *MODULES])
def test_a_name_that_the_page_gives_is_in_the_code(name: str) -> None:
    assert resolve_name(name) is not None


@pytest.mark.parametrize("name", ["hub.cli.peers.peer_lost", "hub.nowhere", "tests.conftest.Nobody"])
def test_a_name_that_is_gone_is_seen(name: str) -> None:
    with pytest.raises((AttributeError, ImportError)):
        resolve_name(name)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_thing_has_its_section_with_steps(kind: str) -> None:
    (section,) = re.findall(rf"(?ms)^## {kind}\b.*?(?=^## |\Z)", TEXT)
    assert len(re.findall(r"(?m)^\d\. ", section)) >= 4
