"""Entering a case in a real browser, with scripts and without: nothing is chosen beforehand or lost."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.records.accounts import AccountRole
from tests.federation.nodes import Areas
from tests.web.console.browser import apart, complaints, served, violations, width
from tests.web.console.signed_in import Console, sign_in_on_page


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    return apart(lambda: Console.of(areas["eastvale"]))


@pytest.fixture(scope="module")
def url(console: Console) -> Iterator[str]:
    with served(console.app) as address:
        yield address


@pytest.fixture(params=["scripts", "no scripts"])
def person(
    request: pytest.FixtureRequest, browser: Browser, areas: Areas, console: Console, url: str
) -> Iterator[BrowserContext]:
    """The coordinator, signed in."""
    made = browser.new_context(locale="en-GB", java_script_enabled=request.param == "scripts")
    areas.clock.advance(60)
    sign_in_on_page(made.new_page(), url, console.users[AccountRole.coordinator])
    yield made
    made.close()


def fill(page: Page, number: str) -> None:
    page.get_by_label("Number of the case").fill(number)
    page.get_by_label("Agency that refers").fill("Eastvale Police")
    page.get_by_label("Whom to ring there").fill("Duty desk, 01632 960001")
    victim = page.get_by_role("group", name="Victim", exact=True)
    victim.get_by_label("Given names").fill("Dorothea")
    victim.get_by_label("Surname").fill("Quillfeather")
    victim.get_by_label("Date of birth").fill("4/7/1991")


def test_a_case_is_entered_and_shown_and_what_was_typed_survives_errors(
    request: pytest.FixtureRequest, person: BrowserContext, url: str
) -> None:
    number = f"EV-{secrets.token_hex(3)}"
    page = person.new_page()
    said, scripts = complaints(page), request.node.callspec.params["person"] == "scripts"

    def assert_axe(page: Page) -> None:
        assert not scripts or violations(page) == []  # It is a script itself.

    page.goto(url + "/cases/new")
    assert_axe(page)
    fill(page, number)
    page.get_by_role("button", name="Add another perpetrator or child").click()
    assert page.get_by_label("Given names").count() == 5
    page.get_by_role("button", name="Enter the case").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("anyone here fled")
    assert_axe(page)
    assert page.get_by_label("Number of the case").input_value() == number
    page.get_by_role("group", name="in hiding").get_by_label("No", exact=True).check()
    page.get_by_label("No, nobody").check()
    page.get_by_role("button", name="Enter the case").click()
    page.wait_for_url(re.compile(r"/cases/[0-9a-f]{32}"))
    if page.url.endswith("/here-already"):  # Of whoever was entered before under another number.
        page.goto(page.url.removesuffix("/here-already"))
    expect(page.get_by_role("heading", name=f"Case {number}")).to_be_visible()
    assert "4 July 1991" in page.content()
    assert "Quillfeather" not in page.title()
    assert number not in page.title()
    assert re.search(r"/cases/[0-9a-f]{32}$", page.url)
    assert_axe(page)
    page.get_by_role("link", name="Cases").first.click()
    assert_axe(page)
    page.set_viewport_size({"width": 320, "height": 640})
    assert width(page) <= 320
    assert [one for one in said if "422" not in one] == []
