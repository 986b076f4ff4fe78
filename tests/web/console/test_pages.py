"""Every page in every state, wide and at 400 per cent: nothing that axe finds, nothing cut off, nothing forgotten.

The list is the route table's: an address that has no example fails, and so does a page's template that none showed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from hub.web.console import rendering
from hub.web.console.rendering import Pages
from hub.web.guards import ROUTES
from tests.accounts.people import cheap_passwords
from tests.accounts.provider import running
from tests.federation.nodes import copied
from tests.web.console.browser import complaints, served, violations, width, without_refresh
from tests.web.console.examples import AWAY, EXAMPLES, NO_PAGES, PROVEN, Example, World

pytestmark = pytest.mark.first
WIDE: Final = {"width": 1280, "height": 1024}
ZOOMED: Final = {"width": 320, "height": 256}  # The same at 400 per cent.
PAGES: Final = [
    file.name
    for file in Path(rendering.__file__).parent.glob("templates/*.html")
    if re.search(r'\{% extends "layout\.html"', file.read_text(encoding="utf-8"))
]
SEND: Final = """([to, fields]) => {
    const form = document.createElement("form")
    form.method = "post"
    form.action = to
    for (const [name, value] of fields) {
        const input = document.createElement("input")
        input.type = "hidden"
        input.name = name
        input.value = value
        form.append(input)
    }
    document.body.append(form)
    form.submit()
}"""
# Text beyond the window, or beyond a box that hides what it does not hold, unless it scrolls. What is for screen
# readers alone is a pixel large.
CUT_OFF: Final = """() => {
    const scrolls = one => {
        for (let up = one; up; up = up.parentElement)
            if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return true
        return false
    }
    const found = []
    for (const one of document.querySelectorAll("body *")) {
        const box = one.getBoundingClientRect()
        if (box.width <= 1 || box.height <= 1) continue
        const style = getComputedStyle(one)
        if (style.visibility === "hidden") continue
        if (one.closest(".govuk-visually-hidden, .govuk-skip-link, svg")) continue
        const outside = box.left < -1 || box.right > innerWidth + 1
        const text = outside && [...one.childNodes].some(each => each.nodeType === 3 && each.data.trim())
        const beyond = text && !scrolls(one)
        const typed = one.matches("input, select, textarea")
        const narrow = one.scrollWidth > one.clientWidth + 1
        const hides = narrow && !typed && ["hidden", "clip"].includes(style.overflowX)
        const covers = ["fixed", "sticky"].includes(style.position)
        if (beyond || hides || covers) found.push(one.outerHTML.slice(0, 200))
    }
    return found
}"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[World]:
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords(), running(areas.clock) as provider:
        yield World(areas, provider)
    areas.close()


def opened(page: Page, world: World, url: str, example: Example, *, zoomed: bool) -> tuple[int, list[str]]:
    """Open the example's page; its status, and what a browser says of it. `zoomed`: as for `faults`."""
    method, path = world.filled(example.route, example.places).split(" ")
    if method == "GET":
        answer = page.goto(url + path)
    else:
        values = [
            (name, one)
            for name, given in example.form.items()
            for one in ((given,) if isinstance(given, str) else given)
        ]
        if not page.url.startswith(url):
            page.goto(url + "/healthz")
        with page.expect_navigation() as navigating:
            page.evaluate(SEND, [url + path, [(name, world.filled(value)) for name, value in values]])
        answer = navigating.value
    assert answer is not None
    world.learn(page.evaluate("() => document.documentElement.outerHTML"))
    return answer.status, faults(page, zoomed=zoomed)


def faults(page: Page, *, zoomed: bool) -> list[str]:
    """What is wrong with a page for those who need it large, or read to them.

    `zoomed`: axe reads it zoomed too, and looks at its colours whatever others had.
    """
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    found = violations(page, afresh=zoomed)
    page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]
    found += [f"wider than the window: {width(page)}"] if width(page) > ZOOMED["width"] else []
    found += [f"cut off: {one}" for one in page.evaluate(CUT_OFF)]
    return found + ([f"zoomed: {one}" for one in violations(page, afresh=True)] if zoomed else [])


@pytest.mark.parametrize("zoomed", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_every_page_in_every_state_can_be_read_by_everybody(
    world: World, browser: Browser, monkeypatch: pytest.MonkeyPatch, zoomed: bool
) -> None:
    shown: set[str] = set()
    render = Pages.page

    def noted(self: Pages, request: Any, template: str, *args: Any, **context: Any) -> Any:
        shown.add(template)
        return render(self, request, template, *args, **context)

    monkeypatch.setattr(Pages, "page", noted)
    wrong: list[str] = []
    people: dict[tuple[str, str], Page] = {}
    with ExitStack() as stack:
        urls = {
            area: stack.enter_context(served(without_refresh(one.app), world.ports[area]))
            for area, one in world.consoles.items()
        }
        for number, example in enumerate(EXAMPLES):
            world.areas.clock.advance(example.who == PROVEN)  # Each sign-in there is later than the last.
            name = f"{number} {example.route} by {example.who} {dict(example.form)}"[:200]
            who = (example.at, str(example.who))
            if who not in people:
                people[who] = stack.enter_context(browser.new_context(locale="en-GB")).new_page()
                somebody = world.somebody(example)
                if somebody is not None:
                    there = urls[example.at].replace("http:", "https:")
                    cookie = {
                        "name": f"__Host-{example.at}",
                        "value": world.signed_in(somebody),
                        "url": there,
                        "secure": True,
                    }
                    people[who].context.add_cookies([cookie])  # type: ignore[list-item]
            said = complaints(people[who])
            if example.who == AWAY:
                world.areas.clock.advance(21 * 60)
            status, found = opened(people[who], world, urls[example.at], example, zoomed=zoomed)
            found += [] if status == example.status else [f"{status} and not {example.status}"]
            found += [one for one in said if "Failed to load resource" not in one]
            wrong += [f"{name}: {one}" for one in found]
    assert not wrong, "\n".join(wrong)
    assert sorted(set(PAGES) - shown) == [], "no example shows these"


def test_every_address_of_the_table_has_an_example() -> None:
    met = {one.route for one in EXAMPLES} | NO_PAGES
    assert {f"{method} {path}" for method, path in ROUTES} == met


def test_every_form_has_an_example_of_what_it_says_of_what_cannot_be() -> None:
    refused = {one.route for one in EXAMPLES if one.status >= 400}
    forms = {f"{method} {path}" for method, path in ROUTES if method == "POST"} - NO_PAGES
    assert forms - refused == {"POST /sign-out"}, "which refuses nobody"
