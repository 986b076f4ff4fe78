"""The index of decisions names each one by its title, and a new one starts from a template with four parts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCS

DECISIONS = DOCS / "decisions"
PAGES = sorted(DECISIONS.glob("[0-9]*.md"))
INDEX = DECISIONS.joinpath("README.md").read_text(encoding="utf-8")


def test_the_index_has_every_decision_with_its_title_in_order() -> None:
    titles = {page.name: page.read_text(encoding="utf-8").splitlines()[0] for page in PAGES}
    rows = re.findall(r"^\| \[(\d{4})\]\(([^)]+)\) \| (.+) \|$", INDEX, re.MULTILINE)
    assert len(rows) > 20
    assert [(name, f"# {number}: {title}") for number, name, title in rows] == list(titles.items())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_named_by_its_number_and_says_more_than_its_title(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(r"# (\d{4}): .+\n\n", text)
    assert page.name.startswith(text[2:6])


def test_a_number_is_given_once() -> None:
    numbers = [page.name[:4] for page in PAGES]
    assert sorted(set(numbers)) == numbers


@pytest.mark.parametrize("part", ["Context", "Decision", "Alternatives considered", "Consequence"])
def test_the_template_has_its_four_parts(part: str) -> None:
    template = DECISIONS.joinpath("template.md").read_text(encoding="utf-8")
    assert f"**{part}.**" in template
    assert "measured" in template


def test_the_index_leads_to_the_template() -> None:
    assert "(template.md)" in INDEX
