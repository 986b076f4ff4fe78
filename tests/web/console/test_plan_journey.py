"""Planning in a real browser: a plan is made and reported on, and looked at line by line before the next stands."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.cases.stub import Referrer, Stub, enter_case
from hub.records.accounts import AccountRole
from hub.values import Kind
from tests.federation.nodes import IMPORTER, Areas, stranger
from tests.web.console.browser import apart, complaints, served
from tests.web.console.signed_in import Console, sign_in_on_page

POLICE = "Brief the patrols on the address"
R = AccountRole


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    return apart(lambda: Console.of(areas["eastvale"]))


@pytest.fixture(scope="module")
def url(console: Console) -> Iterator[str]:
    with served(console.app) as address:
        yield address


@pytest.fixture(params=["scripts", "no scripts"])
def people(
    request: pytest.FixtureRequest, browser: Browser, areas: Areas, console: Console, url: str
) -> Iterator[dict[AccountRole, BrowserContext]]:
    """The coordinator and a representative of the police, each signed in."""
    made = {}
    for role in (R.coordinator, R.representative):
        context = browser.new_context(locale="en-GB", java_script_enabled=request.param == "scripts")
        areas.clock.advance(60)
        sign_in_on_page(context.new_page(), url, console.users[role])
        made[role] = context
    yield made
    for one in made.values():
        one.close()


@pytest.fixture
def number(console: Console) -> str:
    """The number of a case without a plan."""
    number = f"EV-{secrets.token_hex(3)}"
    referrer = Referrer(agency="Eastvale Council", contact="The duty desk")
    stub = {"case_ref": number, "kind": Kind.marac, "referrer": referrer, "by": IMPORTER, "fled_from": ()}
    victim = stranger(int(number[3:], 16) % 900 + 90)
    enter_case(console.node, Stub.model_validate(stub | {"sealed": False, "people": (victim,)}))
    return number


def add(page: Page, what: str, first: str = "") -> None:
    page.get_by_role("button", name="Add an action").click()
    page.get_by_label("What will be done?").fill(what)
    page.get_by_label("Which agency does it?").fill("Eastvale Police")
    page.get_by_label("Who said so").fill("Sergeant Lowe")
    page.get_by_label("By when?").fill("3/12/2026")
    page.get_by_label("Which risk").fill("Followed home")
    page.get_by_label("What will it achieve?").fill("Patrols know whom to look for")
    page.get_by_label("The alleged perpetrator", exact=True).check()
    if first:
        page.get_by_label(first, exact=True).check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose what it does about the behaviour")
    page.get_by_label("Disrupt").check()
    page.get_by_role("button", name="Add it").click()


def say_of_the_whole(page: Page) -> None:
    page.get_by_label("Who tells the victim").fill("The Idva")
    page.get_by_role("group", name="as safe as it can be").get_by_label("Yes").check()
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("alert")).to_contain_text("Say who says")
    page.get_by_label("Who says so?").fill("Ida Fairweather")


def keep_picture(page: Page, name: str) -> None:
    if folder := os.environ.get("HUB_PICTURES"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)


def test_the_plan_before_is_reviewed_line_by_line_before_the_next_is_accepted(
    people: dict[AccountRole, BrowserContext], url: str, number: str
) -> None:
    page = people[R.coordinator].new_page()
    said = complaints(page)
    page.goto(url + "/cases")
    page.get_by_label("number").fill(number)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=number).click()
    page.get_by_role("link", name="Action plan").click()
    page.get_by_role("button", name="Begin the plan").click()
    expect(page.get_by_role("link", name="No agency has volunteered")).to_be_visible()
    assert page.get_by_role("button", name="Accept the plan").count() == 0
    add(page, POLICE)
    page.get_by_role("button", name="Say it of the whole plan").click()
    say_of_the_whole(page)
    page.get_by_role("button", name="Keep it").click()
    keep_picture(page, "plan")
    page.get_by_role("button", name="Accept the plan").click()
    expect(page.get_by_text("Accepted by Ash Underhill")).to_be_visible()

    theirs = people[R.representative].new_page()
    theirs.goto(url + "/actions")
    line = theirs.get_by_role("listitem").filter(has_text=number)
    line.get_by_role("link", name=POLICE).click()
    asked = theirs.get_by_role("group", name="Did it work?")
    theirs.get_by_role("radio", name="Done", exact=True).check()
    expect(asked).to_be_visible()
    expect(theirs.get_by_label("Why was it not done?")).to_be_hidden()
    theirs.get_by_role("button", name="Keep it").click()
    expect(theirs.get_by_role("alert")).to_contain_text("Choose whether it worked")
    theirs.get_by_role("radio", name="Impossible").check()
    expect(asked).to_be_hidden()
    theirs.get_by_role("radio", name="Not done").check()
    expect(asked).to_be_hidden()
    theirs.get_by_role("button", name="Keep it").click()
    expect(theirs.get_by_role("alert")).to_contain_text("Say why it was not done")
    keep_picture(theirs, "action")
    theirs.get_by_label("Why was it not done?").fill("The address was never given to the patrols")
    theirs.get_by_role("button", name="Keep it").click()
    keep_picture(theirs, "actions")

    page.get_by_role("button", name="Begin the next plan").click()
    expect(page.get_by_text("The address was never given to the patrols")).to_be_visible()
    add(page, "Brief patrols about the address")
    expect(page.get_by_text("Set before")).to_be_visible()
    add(page, "Arrest for the breach of bail", first="Brief patrols about the address")
    expect(page.get_by_text("Brief patrols about the address (not finished yet)")).to_be_visible()
    page.get_by_role("button", name="Say it of the whole plan").click()
    say_of_the_whole(page)
    for box in ("no independent support", "behaviour was not", "not identified", "Complex needs"):
        page.get_by_label(box).fill("The Idva has met the victim, who will come")
    keep_picture(page, "whole")
    page.get_by_role("button", name="Keep it").click()
    assert page.get_by_role("button", name="Accept the plan").count() == 0
    page.get_by_role("link", name="was not reviewed").click()
    page.get_by_role("group", name="What came of it?").get_by_label("Done", exact=True).check()
    page.get_by_role("group", name="still needed").get_by_label("Yes").check()
    page.get_by_role("button", name="Keep the review").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose whether it worked")
    assert page.get_by_role("group", name="still needed").get_by_label("Yes").is_checked()
    page.get_by_role("group", name="What came of it?").get_by_label("Not done").check()
    expect(page.get_by_role("group", name="Did it work?")).to_be_hidden()
    keep_picture(page, "review")
    page.get_by_role("button", name="Keep the review").click()
    expect(page.get_by_text("Not done; still needed").first).to_be_visible()
    keep_picture(page, "next")
    page.get_by_role("button", name="Accept the plan").click()
    expect(page.get_by_text("Accepted by Ash Underhill")).to_be_visible()
    assert number not in page.title()
    assert [one for one in said if "422" not in one] == []
