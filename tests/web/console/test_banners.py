"""A neighbour that has not been reached is told on every page of whoever is signed in; no page looks for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from hub.crypto.one_time import STEP_S
from hub.jobs import schedule
from hub.jobs.neighbours import unreached
from hub.jobs.schedule import Run
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.web.console import banners
from tests.federation.nodes import Areas
from tests.web.console.browser import apart, served, violations, width
from tests.web.console.signed_in import Console, sign_in_on_page

R = AccountRole


@pytest.fixture(scope="module")
def node(areas: Areas) -> Node:
    return areas["northmoor"]


def sync(areas: Areas, node: Node) -> None:
    """The worker's syncs, as they are due now."""
    jobs = {name: one for name, one in schedule.jobs_of(node, ()).items() if name.startswith("sync:")}
    schedule.due(node, jobs)
    for job in jobs.values():
        schedule.do(job, Run(node, lambda: None, lambda _: areas.client("northmoor")))


@contextmanager
def down(areas: Areas, node_id: str) -> Iterator[None]:
    there = areas.network.hosts.pop(node_id)
    try:
        yield
    finally:
        areas.network.hosts[node_id] = there


def test_a_neighbour_that_is_down_is_told_from_the_second_try_until_it_is_there_again(
    areas: Areas, node: Node
) -> None:
    assert unreached(node) == [], "nobody has tried"
    sync(areas, node)
    reached = node.now()
    with down(areas, "eastvale"):
        areas.clock.advance(900)
        sync(areas, node)
        assert unreached(node) == [], "once is a hiccup"
        areas.clock.advance(60)
        sync(areas, node)
        assert [(one.area, one.since) for one in unreached(node)] == [("Eastvale", reached)]
    sync(areas, node)
    assert unreached(node) == []
    areas.clock.advance(4 * 3_600)
    assert {one.area for one in unreached(node)} == {"Eastvale", "Southmere"}, "nobody has tried since"
    sync(areas, node)


async def begun(console: Console) -> None:
    """Let the console begin, as its server does, until it has looked."""
    async with console.app.router.lifespan_context(console.app):
        while not console.app.state.banners.sentences:
            await asyncio.sleep(0.05)


def test_it_stands_on_every_page_of_whoever_is_signed_in_and_no_page_looks_for_it(
    areas: Areas, node: Node, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    console = apart(partial(Console.of, node, "Police"))
    with down(areas, "eastvale"):
        for _ in range(2):
            areas.clock.advance(60)
            apart(partial(sync, areas, node))
    apart(lambda: asyncio.run(begun(console)))
    sentences = console.app.state.banners.sentences
    assert [one.partition(" since")[0] for one in sentences] == ["Eastvale has not been reached"]
    monkeypatch.setattr(banners, "unreached", None)
    with served(console.app) as url:
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(url + "/sign-in")
        assert page.get_by_text("has not been reached since").count() == 0
        areas.clock.advance(2 * STEP_S)
        sign_in_on_page(page, url, console.users[R.coordinator])
        expect(page.get_by_text("Eastvale has not been reached since")).to_be_visible()
        assert violations(page) == []
        assert width(page) <= 320
        page.goto(url + "/nowhere")
        expect(page.get_by_text("Eastvale has not been reached since")).to_be_visible()
        page.goto(url + "/cases/new")
        expect(page.get_by_text("Eastvale has not been reached since")).to_be_visible()
        assert "01632" not in page.get_by_role("region", name="Important").inner_text()
