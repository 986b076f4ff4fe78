"""Opening an account and signing in, in a real browser: with scripts, without them, and by the keyboard alone."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from hub.crypto.one_time import STEP_S, code_at
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.web.console.app import create_console
from tests.accounts.people import PASSWORD, User, invited, user
from tests.federation.nodes import Areas
from tests.web.console.browser import complaints, served
from tests.web.console.signed_in import sign_in_on_page


@pytest.fixture(scope="module")
def node(areas: Areas) -> Node:
    return areas["eastvale"]


@pytest.fixture(scope="module")
def manager(node: Node) -> User:
    return user(node, "Mo Ashdown", AccountRole.manager)


@pytest.fixture(scope="module")
def url(node: Node, manager: User) -> Iterator[str]:
    with served(create_console(node)) as address:
        yield address


def fresh_code(node: Node, who: User, areas: Areas) -> str:
    """A code that the app shows, of a step that was not used yet."""
    areas.clock.advance(2 * STEP_S)
    return code_at(who.account.factor, node.now())


def test_somebody_who_was_invited_opens_their_account(
    node: Node, manager: User, areas: Areas, url: str, person: BrowserContext
) -> None:
    name = f"Ash Underhill {secrets.token_hex(4)}"
    account, code = invited(node, name, by=manager.account)
    page = person.new_page()
    said = complaints(page)
    page.goto(url)
    assert page.url.endswith("/sign-in")
    page.get_by_role("link", name="I was invited").click()
    page.get_by_label("Your work email address").fill(account.sign_in)
    page.get_by_label("Invitation code").fill(code.upper())
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("img", name="The picture for your app")).to_be_visible()
    secret = page.locator(".hub-key").first.inner_text().replace(" ", "")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Open my account").click()
    assert "Wait for the next one" in page.get_by_role("alert").inner_text()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Code").fill(code_at(secret, node.now()))
    page.get_by_role("button", name="Open my account").click()
    assert page.get_by_role("listitem").count() >= 10
    page.get_by_role("button", name="I have written them down").or_(
        page.get_by_role("link", name="I have written them down")
    ).click()
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    assert name not in page.title()
    assert [one for one in said if "422" not in one] == []


def test_signing_in_and_out_and_the_back_button_shows_nothing(
    node: Node, manager: User, areas: Areas, url: str, page: Page
) -> None:
    sign_in_on_page(page, url, manager, fresh_code(node, manager, areas))
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    assert page.url.endswith("/sign-in")
    page.go_back()
    expect(page.get_by_role("heading", name="My work")).to_have_count(0)


def test_a_wrong_sign_in_says_no_more_than_that(node: Node, manager: User, url: str, page: Page) -> None:
    said = []
    for who in (manager.sign_in, "nobody@example.org"):
        page.goto(url + "/sign-in")
        page.get_by_label("Your work email address").fill(who)
        page.get_by_label("Password", exact=True).fill("not the password")
        page.get_by_label("Code").fill("123456")
        page.get_by_role("button", name="Sign in").click()
        said.append(page.get_by_role("alert").inner_text())
        assert page.get_by_label("Password", exact=True).input_value() == ""
    assert said[0] == said[1]


def test_a_locked_session_goes_on_where_it_was(
    node: Node, manager: User, areas: Areas, url: str, page: Page
) -> None:
    sign_in_on_page(page, url, manager, fresh_code(node, manager, areas))
    areas.clock.advance(21 * 60)
    page.goto(url + "/work")
    assert "You were away" in page.content()
    sign_in_on_page(page, url, manager, fresh_code(node, manager, areas))
    expect(page.get_by_role("heading", name="My work")).to_be_visible()


def test_what_stands_under_a_name_asks_again_who_it_is(
    node: Node, manager: User, areas: Areas, url: str, page: Page
) -> None:
    """By the keyboard alone."""
    operator = user(node, "Oz Lowther", AccountRole.operator)
    waiting, _ = invited(node, "Bo Waiting", by=operator.account)
    sign_in_on_page(page, url, manager, fresh_code(node, manager, areas))
    areas.clock.advance(6 * 60)
    page.goto(url + "/accounts")
    page.get_by_role("button", name="Confirm : Bo Waiting").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    page.get_by_label("Password", exact=True).focus()
    page.keyboard.type(PASSWORD)
    page.get_by_label("Code").focus()
    page.keyboard.type(fresh_code(node, manager, areas))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Show that it is you")).to_have_count(0)
    page.goto(url + "/accounts")
    page.get_by_role("button", name="Confirm : Bo Waiting").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Confirm : Bo Waiting")).to_have_count(0)
    expect(page.get_by_role("heading", name="They may open their account")).to_be_visible()
    page.goto(url + "/accounts")
    assert waiting.name in page.content()
