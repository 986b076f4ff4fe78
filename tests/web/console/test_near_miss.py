"""The near-miss story in two browsers over two real nodes: what would have been seen, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.accounts.people import cheap_passwords
from tests.federation.nodes import copied
from tests.web.console.browser import ARGUMENTS, apart, chromium_path, served
from tests.web.console.near_miss import Walk, table
from tests.web.console.near_miss_world import HERE, THERE, world_of
from tests.web.console.screens import WALKTHROUGH


@pytest.fixture(scope="module")
def browsers(browser: Browser) -> Iterator[dict[str, Browser]]:
    """One of each area."""
    other = browser.browser_type.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
    yield {HERE: browser, THERE: other}
    other.close()


@pytest.fixture(params=["one name", "two names"])
def walk(
    request: pytest.FixtureRequest,
    browsers: dict[str, Browser],
    tmp_path: Path,
    sqlite_template: Path,
) -> Iterator[Walk]:
    """The story under one name, with scripts, and under two, without."""
    areas = copied(sqlite_template, tmp_path, lambda _: "sqlite:///hub.sqlite3")
    two = request.param == "two names"
    with ExitStack() as stack:
        stack.enter_context(cheap_passwords())
        world = apart(lambda: world_of(areas, two_names=two))
        urls = {area: stack.enter_context(served(one.app)) for area, one in world.consoles.items()}
        made = Walk(world, urls, browsers, scripts=not two)
        stack.callback(made.close)
        yield made
    areas.close()


def test_both_areas_would_have_known_and_the_earlier_plans_would_have_been_reviewed(
    walk: Walk, request: pytest.FixtureRequest
) -> None:
    steps = walk.go()
    assert {one.name: one.again for one in steps if one.again} == {}
    assert {one.meets for one in steps} == {"", "1", "2", "4"}
    if "two names" in request.node.name:
        assert table(steps) in WALKTHROUGH.read_text("utf-8"), "run `make screens`"
