"""Flags in a real browser: an agency is told, and somebody flagged is seen again; S001-R11, S000-R4."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from hub.records.accounts import AccountRole
from tests.federation.nodes import Areas, case, hold, stranger
from tests.web.console.browser import apart, served
from tests.web.console.signed_in import Console, sign_in_on_page

HER = stranger(241)


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    apart(lambda: hold(areas["eastvale"], case("MET-1", (HER,))))
    return apart(lambda: Console.of(areas["eastvale"]))


@pytest.fixture(scope="module")
def url(console: Console) -> Iterator[str]:
    with served(console.app) as address:
        yield address


def page_of(browser: Browser, areas: Areas, console: Console, url: str, role: AccountRole) -> Page:
    page = browser.new_context(locale="en-GB", java_script_enabled=False).new_page()
    areas.clock.advance(60)
    sign_in_on_page(page, url, console.users[role])
    return page


def keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("HUB_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def say(page: Page, url: str, surname: str) -> str:
    page.goto(url + "/seen-again")
    page.get_by_label("Surname").fill(surname)
    page.get_by_label("Given names").fill(HER.given_names)
    page.get_by_label("Date of birth").fill(HER.date_of_birth if surname == HER.surname else "1950")
    page.get_by_label("What happened").fill("She asked for new locks.")
    page.get_by_role("button", name="Tell the coordinator").click()
    expect(page.get_by_text("That is not a referral")).to_be_visible()
    return page.get_by_role("main").inner_text()


def test_somebody_flagged_is_seen_again_and_each_agency_is_told_of_the_flag(
    browser: Browser, areas: Areas, console: Console, url: str
) -> None:
    theirs = page_of(browser, areas, console, url, AccountRole.representative)
    known, nobody = say(theirs, url, HER.surname), say(theirs, url, "Quillfeather")
    assert known == nobody  # Whether there is a flag it does not say.
    keep_picture(theirs, "seen-again")
    page = page_of(browser, areas, console, url, AccountRole.coordinator)
    page.goto(url + "/flags")
    expect(page.get_by_role("listitem").filter(has_text="She asked for new locks.")).to_have_count(1)
    keep_picture(page, "flags")
    page.get_by_role("button", name="Eastvale Police was told").click()
    expect(page.get_by_role("button", name="Eastvale Police was told")).to_have_count(0)
    page.get_by_role("listitem").filter(has_text="Still to tell: Haven.").get_by_role(
        "link", name="MET-1"
    ).click()
    expect(page.get_by_text("Eastvale Police, until")).to_be_visible()
    keep_picture(page, "flag")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for one in (theirs, page):
        one.context.close()
