"""Here already, in a real browser: entered, found, decided; and read as waiting in My work."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.records.accounts import AccountRole
from hub.values import Role
from tests.federation.nodes import Areas, case, hold, stranger
from tests.web.console.browser import apart, complaints, served, violations
from tests.web.console.signed_in import Console, sign_in_on_page

HER, HIM = stranger(221), stranger(222).model_copy(update={"role": Role.perpetrator})


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    node = areas["eastvale"]
    apart(lambda: hold(node, case("OLD-7", (HER, HIM), referral_date=dt.date(2026, 9, 1))))
    return apart(lambda: Console.of(node))


@pytest.fixture(scope="module")
def url(console: Console) -> Iterator[str]:
    with served(console.app) as address:
        yield address


@pytest.fixture(params=["scripts", "no scripts"])
def context(
    request: pytest.FixtureRequest, browser: Browser, areas: Areas, console: Console, url: str
) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-GB", java_script_enabled=request.param == "scripts")
    areas.clock.advance(60)
    sign_in_on_page(made.new_page(), url, console.users[AccountRole.coordinator])
    yield made
    made.close()


def enter(page: Page, url: str, number: str) -> None:
    page.goto(url + "/cases/new")
    page.get_by_label("number").first.fill(number)
    page.get_by_label("agency").first.fill("Eastvale Police")
    page.get_by_label("ring").first.fill("The duty desk")
    for place, person in (("victim", HER), ("perpetrators.0", HIM)):
        page.locator(f"[name='{place}.given_names']").fill(person.given_names)
        page.locator(f"[name='{place}.surname']").fill(person.surname)
        page.locator(f"[name='{place}.date_of_birth']").fill(person.date_of_birth)
    page.locator("[name='sealed'][value='no']").check()
    page.locator("[name='fled'][value='none']").check()
    page.locator("main form button").last.click()


def keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("HUB_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_s001_r3_r12_whoever_enters_a_case_of_somebody_known_decides_whether_it_is_a_repeat(
    context: BrowserContext, url: str, request: pytest.FixtureRequest
) -> None:
    scripts = "no scripts" not in request.node.name
    page = context.new_page()
    said = complaints(page)
    enter(page, url, f"NEW-{'a' if scripts else 'b'}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("here already?")
    expect(page.get_by_text("within twelve months of the last referral").first).to_be_visible()
    keep_picture(page, "here-already")
    page.goto(url + "/work")
    expect(page.locator("#here ~ ul").first).to_contain_text("NEW-")
    page.locator("#here ~ ul").first.get_by_role("link").first.click()
    page.get_by_role("link", name="OLD-7").click()
    assert page.locator("input[type=radio]:checked").count() == 0  # Nothing is chosen for anybody.
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("A repeat", exact=True).check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("alert")).to_contain_text("Tick what happened since")
    if scripts:
        assert violations(page) == []
    keep_picture(page, "here-already-decide")
    page.get_by_label("A breach of police or court bail").check()
    page.get_by_label("To which agency was it disclosed?").fill("Her GP")
    page.get_by_label("For which meeting is it listed?").fill("3 December 2026")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("A repeat, by Ash Underhill")).to_be_visible()
    page.get_by_role("link", name="The case", exact=True).click()
    page.get_by_role("link", name="Decision whether it is a repeat").click()
    rows = page.locator(".govuk-summary-list__row")
    expect(rows.filter(has_text="The other case")).to_contain_text("Case OLD-7")
    expect(rows.filter(has_text="What happened since")).to_contain_text("A breach of police or court bail")
    expect(rows.filter(has_text="Listed for the meeting of")).to_contain_text("3 December 2026")
    keep_picture(page, "repeat-paper")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320 or not scripts
    assert [one for one in said if "422" not in one] == []
