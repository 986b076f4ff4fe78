"""The page of faults names tests that there are, each fault once."""

from __future__ import annotations

import re

import pytest

from tests.docs.naming import TEST, defined, named_tests
from tests.docs.pages import DOCS

PAGE = DOCS.joinpath("faults.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what was")]


def test_every_fault_has_its_test() -> None:
    assert len(ROWS) > 20
    for row in ROWS:
        assert re.search(TEST, row), row
    assert len({row.split("|")[1] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("name", named_tests(PAGE))
def test_a_test_that_the_page_names_exists(name: str) -> None:
    assert defined(name)
