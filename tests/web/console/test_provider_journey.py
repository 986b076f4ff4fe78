"""Opening an account and signing in by a provider that others wrote, in a browser: with scripts, and without."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from hub.accounts import sessions
from hub.accounts.accounts import disable
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.web.console.app import create_console
from tests.accounts.people import User, invited, user
from tests.accounts.provider import ORGANISATION, knows, oidc_process, with_provider
from tests.cli.running import free_port
from tests.federation.nodes import Areas
from tests.web.console.browser import complaints, served, violations_with_scripts, width, without_refresh


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, oidc_process() as address:
        patch.setenv("NO_PROXY", "127.0.0.1,localhost")
        yield address


@pytest.fixture(scope="module")
def manager(areas: Areas) -> User:
    return user(areas["eastvale"], "Mo Ashdown", AccountRole.manager)


@pytest.fixture(scope="module")
def node(areas: Areas, issuer: str, manager: User) -> Node:
    """Its time is the provider's, who knows the true one."""
    return with_provider(areas["eastvale"], issuer, f"http://127.0.0.1:{free_port()}")


@pytest.fixture(scope="module")
def url(node: Node) -> Iterator[str]:
    assert node.settings.console.url
    with served(create_console(node), int(node.settings.console.url.rsplit(":", 1)[1])) as address:
        assert address == node.settings.console.url
        yield address


@pytest.fixture(autouse=True)
def _now(areas: Areas) -> None:
    areas.clock.at = max(time.time(), areas.clock.at)


def sound(page: Page) -> None:
    """Nothing is wrong with a page for those who need it large, or read to them."""
    assert violations_with_scripts(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert width(page) <= 320
    page.set_viewport_size({"width": 1280, "height": 1024})


def signs_in_there(page: Page, issuer: str, sub: str) -> None:
    """What its user does at the provider."""
    assert page.url.startswith(issuer)
    page.locator("input[name=sub]").fill(sub)
    page.get_by_role("button", name="Authorize").click()


def test_somebody_opens_their_account_signs_in_and_shows_again_who_they_are(
    node: Node, areas: Areas, manager: User, issuer: str, url: str, person: BrowserContext
) -> None:
    name = f"Ash Underhill {secrets.token_hex(4)}"
    account, code = invited(node, name, by=manager.account, organisation=ORGANISATION)
    sub = secrets.token_hex(8)
    knows(issuer, sub, email=account.sign_in)
    page = person.new_page()
    said = complaints(page)
    page.goto(url)
    sound(page)
    page.get_by_role("link", name="I was invited").click()
    page.get_by_label("Your work email address").fill(account.sign_in)
    page.get_by_label("Invitation code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Open your account")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="Go to Eastvale sign-in").click()
    signs_in_there(page, issuer, sub)
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    assert name in page.content()
    assert name not in page.title()

    page.get_by_role("button", name="Sign out").click()
    areas.clock.at = time.time()
    page.get_by_role("button", name="Sign in with Eastvale sign-in").click()
    signs_in_there(page, issuer, sub)
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    page.go_back()  # Neither does the address with the code stand there, nor does it sign in again.
    assert "code=" not in page.url

    page.goto(url + "/programs")
    page.get_by_label("What is it for?").fill("A nightly list")
    areas.clock.advance(sessions.FRESH_S + 60)
    page.get_by_role("button", name="Make the token").click()
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    sound(page)
    areas.clock.at = time.time()
    page.get_by_role("button", name="Go to Eastvale sign-in").click()
    signs_in_there(page, issuer, sub)
    expect(page).to_have_url(url + "/programs")
    expect(page.get_by_label("What is it for?")).to_have_value("A nightly list")
    assert [one for one in said if "Failed to load resource" not in one] == []


def test_who_has_no_account_here_is_told_what_to_do(
    node: Node, issuer: str, url: str, person: BrowserContext
) -> None:
    sub = secrets.token_hex(8)
    knows(issuer, sub, email="nobody@example.org")
    page = person.new_page()
    page.goto(url + "/sign-in/provider")
    signs_in_there(page, issuer, sub)
    expect(page.get_by_role("heading", name="You were not signed in")).to_be_visible()
    assert "no open account here" in page.content()
    sound(page)
    page.get_by_role("button", name="Begin again").click()
    assert page.url == url + "/sign-in"


def test_who_says_no_there_or_is_disabled_on_the_way_is_not_signed_in(
    node: Node, manager: User, issuer: str, url: str, page: Page
) -> None:
    account, code = invited(node, "Bo Leaver", by=manager.account, organisation=ORGANISATION)
    knows(issuer, "bo", email=account.sign_in)
    page.goto(url + "/sign-in/provider")
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("heading", name="You were not signed in")).to_be_visible()
    page.goto(url + "/invitation")
    page.get_by_label("Your work email address").fill(account.sign_in)
    page.get_by_label("Invitation code").fill(code)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Go to Eastvale sign-in").click()
    with node.write() as tx:
        disable(tx, account, manager.account)
    signs_in_there(page, issuer, "bo")
    expect(page.get_by_role("heading", name="You were not signed in")).to_be_visible()
    page.goto(url + "/work")
    assert page.url == url + "/sign-in"


def test_the_page_that_leads_on_can_be_read_by_everybody(
    areas: Areas, manager: User, issuer: str, page: Page
) -> None:
    port = free_port()
    node = with_provider(areas["eastvale"], issuer, f"http://127.0.0.1:{port}")
    account, code = invited(node, "Bo Patient", by=manager.account, organisation=ORGANISATION)
    knows(issuer, "bo-patient", email=account.sign_in)
    with served(without_refresh(create_console(node)), port) as url:
        page.goto(url + "/invitation")
        page.get_by_label("Your work email address").fill(account.sign_in)
        page.get_by_label("Invitation code").fill(code)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Go to Eastvale sign-in").click()
        signs_in_there(page, issuer, "bo-patient")
        expect(page.get_by_role("heading", name="You are signed in")).to_be_visible()
        sound(page)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="My work")).to_be_visible()
