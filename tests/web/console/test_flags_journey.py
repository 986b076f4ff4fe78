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
    many = [case(f"MET-2{number:02}", (stranger(300 + number),)) for number in range(60)]
    apart(lambda: hold(areas["eastvale"], *many))
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


def shown_over_pages(page: Page, url: str) -> tuple[list[str], list[str]]:
    """The cases of the first and the second page of the flags that stand."""
    found = []
    for number in (1, 2):
        page.goto(f"{url}/flags?page={number}")
        lines = page.get_by_role("listitem").filter(has_text="Until ").get_by_role("link")
        found.append(lines.all_inner_texts())
    return found[0], found[1]


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
    buttons = page.get_by_role("button", name="was told")
    boxes = [one.bounding_box() for one in buttons.all()]
    assert {box is not None and box["y"] < 1_500 for box in boxes} == {True}, "what is to do stands first"
    (first, later) = shown_over_pages(page, url)
    assert len(first) == 20
    assert not set(first) & set(later)
    page.goto(url + "/flags")
    page.get_by_text("Of which cases, and until when: Eastvale Police").click()
    expect(page.get_by_text("Case MET-1, until").first).to_be_visible()
    page.get_by_role("button", name="Eastvale Police was told").click()
    expect(page.get_by_role("button", name="Eastvale Police was told")).to_have_count(0)
    told = page.get_by_role("listitem").filter(has_text="Still to tell: Haven.")
    for _ in range(10):
        if (link := told.get_by_role("link", name="MET-1", exact=False)).count():
            link.first.click()
            break
        page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("Eastvale Police, until")).to_be_visible()
    keep_picture(page, "flag")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for one in (theirs, page):
        one.context.close()
