"""The page of requirements: none left out, and each page, command, file and test that it names is there."""

from __future__ import annotations

import re
from typing import Final

import pytest

from hub.web.guards import ROUTES
from tests.docs.naming import defined, named_tests
from tests.docs.pages import commands
from tests.docs.tracing import PAGE, rows

# How many each source asks for.
SOURCES: Final = {"S000": 27, "S001": 31, "S002": 14, "S003": 248, "S004": 10, "CARD": 9}
FILES: Final = {"config/thresholds.toml", "staff.toml", "agreements", "repeat_definition", "node.toml"}
PATHS: Final = {path for _, path in ROUTES}


def test_each_requirement_stands_there_once() -> None:
    wanted = [f"{source}-R{number}" for source, most in SOURCES.items() for number in range(1, most + 1)]
    assert sorted(one.number for one in rows()) == sorted(wanted)


def test_each_is_somewhere_with_a_test_or_says_why_not() -> None:
    for row in rows():
        if row.where == "-":
            assert re.match(r"Not yet|Not the program's|On purpose", row.shown), row.number
            assert not named_tests(row.shown), row.number
        else:
            assert named_tests(row.shown), row.number


@pytest.mark.parametrize("name", named_tests(PAGE))
def test_its_tests_are_there(name: str) -> None:
    assert defined(name)


@pytest.mark.parametrize(
    "place", sorted({one for row in rows() for one in re.findall(r"`([^`]+)`", row.where)})
)
def test_where_it_is_met_is_there(place: str) -> None:
    if place.startswith("hub "):
        name = place.removeprefix("hub ").split(" --")[0]
        assert name in commands()
    elif "/" in place and not place.startswith("config/"):
        assert place.split(" ")[-1] in PATHS
    else:
        assert place in FILES


def test_the_figures_at_its_head_are_those_of_its_rows() -> None:
    met = [row for row in rows() if row.where != "-" and not row.shown.startswith("In part:")]
    part = [row for row in rows() if row.shown.startswith("In part:")]
    left = len(rows()) - len(met) - len(part)
    assert f"**{len(met)} are met, {len(part)} in part, {left} are not.**" in PAGE
