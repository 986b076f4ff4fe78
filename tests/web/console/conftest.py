"""What tests of pages share: one browser a module, as Playwright holds its thread's event loop meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.web.console.app import create_console
from tests.accounts.people import User, cheap_passwords, user
from tests.accounts.provider import running
from tests.federation.nodes import Areas, copied
from tests.web.console.browser import opened_browser, served
from tests.web.console.by_provider import World


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with opened_browser() as opened:
        yield opened


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A person at a machine of their own: cookies, no history."""
    made = browser.new_context(locale="en-GB", timezone_id="Europe/London")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """An empty page of that person's."""
    return context.new_page()


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    """Three areas of this module's own, where a password costs little."""
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield made
    made.close()


@pytest.fixture(params=["scripts", "no scripts"])
def person(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """Somebody at a machine of their own, with scripts and then without."""
    made = browser.new_context(locale="en-GB", java_script_enabled=request.param == "scripts")
    yield made
    made.close()


@pytest.fixture(scope="module")
def node(areas: Areas) -> Node:
    """The node that asks."""
    return areas["northmoor"]


@pytest.fixture(scope="module")
def manager(node: Node) -> User:
    """Who signs there."""
    return user(node, "Mo Ashdown", AccountRole.manager, organisation="Police")


@pytest.fixture(scope="module")
def coordinator(node: Node, manager: User) -> User:
    """Whose agency has signed the agreement."""
    return user(node, "Ash Underhill", by=manager.account, organisation="Police")


@pytest.fixture(scope="module")
def council(node: Node, manager: User) -> User:
    """Somebody whose agency has signed no agreement."""
    return user(node, "Bo Elsewhere", by=manager.account, organisation="Northmoor Council")


@pytest.fixture(scope="module")
def url(node: Node, areas: Areas, manager: User) -> Iterator[str]:
    """Where its console is; by real nodes it reaches the others."""

    def client(_: Node) -> PeerClient:
        return areas.client("northmoor")

    with served(create_console(node, client)) as address:
        yield address


@pytest.fixture(scope="module")
def by_provider(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    """Eastvale's console, and its provider."""
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with pytest.MonkeyPatch.context() as patch, cheap_passwords(), running(areas.clock) as provider:
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield World(areas, provider)
    areas.close()


@pytest.fixture
def world(by_provider: World) -> Iterator[World]:
    """As `by_provider`; the provider is honest again after each test."""
    before = replace(by_provider.provider)
    yield by_provider
    for name in ("key", "algorithm", "header", "published", "discovered", "forgetful", "id_token", "instead"):
        setattr(by_provider.provider, name, getattr(before, name))
    by_provider.provider.instead, by_provider.provider.discovered, by_provider.provider.header = {}, {}, {}
