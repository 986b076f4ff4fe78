"""What stands on every page: in a real browser, read by axe, narrow, without scripts; what is typed is no HTML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup
from playwright.sync_api import Browser, Page

from hub.web.console import rendering
from tests.web.console.browser import INSTALL, chromium_path, complaints, served, violations, width
from tests.web.console.small import small_console, with_templates


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch, served(small_console()) as address:
        with_templates(Path(__file__).with_name("templates"), patch)
        yield address


@pytest.mark.parametrize("path", ["/", "/error", "/nowhere"])
def test_axe_finds_nothing_and_the_browser_complains_of_nothing(url: str, page: Page, path: str) -> None:
    said = complaints(page)
    answer = page.goto(url + path)
    assert answer
    assert page.title().endswith(" - Castlebridge - Marac hub")
    assert violations(page) == []
    assert [text for text in said if "Failed to load resource" not in text or path == "/"] == []


def test_axe_sees_what_is_wrong(url: str, page: Page) -> None:
    page.goto(url)
    page.evaluate("document.querySelector('label').remove()")
    assert any(found.startswith("label:") for found in violations(page))


def test_axe_sees_a_colour_that_cannot_be_read_though_others_were_looked_at_before(
    url: str, page: Page
) -> None:
    page.goto(url)
    assert violations(page) == []
    page.evaluate("document.querySelector('h1').style.color = '#cccccc'")
    assert any(found.startswith("color-contrast:") for found in violations(page))
    assert any(found.startswith("color-contrast:") for found in violations(page))


def test_every_page_says_whom_to_ring_where_it_is_and_who_is_signed_in(url: str, page: Page) -> None:
    page.goto(url)
    danger = page.get_by_role("region", name="In danger").inner_text()
    assert "999" in danger
    assert "01632 960101 (Monday to Friday, 9am to 5pm)" in danger
    header = page.get_by_role("banner").inner_text()
    for text in ("Castlebridge", "OFFICIAL-SENSITIVE", "invented people only", "Priya Shah, coordinator"):
        assert text in header
    assert "Rivermouth cannot be reached" in page.get_by_role("region", name="Important").inner_text()
    assert page.get_by_role("link", name="My work").get_attribute("aria-current") == "page"


def test_the_header_can_be_read(url: str, page: Page) -> None:
    """Axe takes text in the colour of its ground for hidden on purpose."""
    page.goto(url)
    colours = """() => [...document.querySelectorAll('.hub-header *')].filter(one => one.innerText)
        .map(one => getComputedStyle(one).color)"""
    assert set(page.evaluate(colours)) == {"rgb(255, 255, 255)"}
    for text in ("Castlebridge", "Sign out"):
        assert page.get_by_text(text, exact=False).first.is_visible()
    left = "one => one.getBoundingClientRect().left"
    start = page.locator(".hub-header__home").evaluate(left)
    assert start > 0
    assert page.locator(".hub-danger p").evaluate(left) == start == page.locator("main").evaluate(left)


def test_a_part_that_is_fetched_anew_gets_its_components(url: str, page: Page) -> None:
    said = complaints(page)
    page.goto(url + "/polled")
    # The component's own script shows the button.
    page.locator("#part:not([data-turn='0']) button", has_text="Show").wait_for(timeout=15_000)
    assert said == []


def test_the_page_is_ours_and_asks_nobody_else(url: str, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.wait_for_load_state("networkidle")
    assert len(asked) == 7  # the page, two style sheets, two scripts of every page, htmx, the icon
    assert {address[: len(url)] for address in asked} == {url}
    assert page.locator("svg.govuk-footer__crown, .govuk-header__logotype").count() == 0


def test_the_policy_lets_nothing_in_but_our_own_scripts(url: str, page: Page) -> None:
    page.goto(url)
    said = complaints(page)
    page.evaluate("""() => { const s = document.createElement('script'); s.textContent = 'window.bad = 1';
        document.body.append(s); document.body.setAttribute('onclick', 'window.bad = 1');
        document.body.click(); }""")
    assert page.evaluate("window.bad") is None
    assert any("Content Security Policy" in text for text in said)
    assert page.evaluate("document.body.classList.contains('govuk-frontend-supported')")


@pytest.mark.parametrize("path", ["/", "/error"])
def test_nothing_runs_over_the_side_of_a_narrow_screen(url: str, page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 600})
    page.goto(url + path)
    assert width(page) <= 320


def test_without_scripts_the_form_is_sent(url: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name="Save").click()
    assert page.inner_text("body") == "changed"
    context.close()


def test_what_was_typed_is_shown_and_never_html(url: str, page: Page) -> None:
    page.goto(url)
    typed = "<script>alert(1)</script>"
    assert page.inner_text("#name") == page.inner_text(".govuk-inset-text") == typed
    assert page.inner_text(".govuk-hint") == typed


@pytest.mark.parametrize(
    "params",
    [
        {"html": "<b>x</b>"},
        {"titleHtml": "x"},
        {"items": [{"hint": {"html": "x"}}]},
        {"attributes": "onclick=x"},
    ],
    ids=str,
)
def test_a_component_takes_no_html_that_no_block_escaped(params: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        rendering.components()["govukInsetText"](params)


def test_a_component_takes_what_a_block_escaped() -> None:
    assert "<b>x</b>" in rendering.components()["govukInsetText"]({"html": Markup("<b>x</b>")})


def test_a_misspelt_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendering.environment().from_string("{{ surnane }}").render()


def test_without_a_browser_it_says_how_to_install_one() -> None:
    with pytest.raises(AssertionError, match="apt-get install chromium"):
        chromium_path(lambda _: None)
    assert "apt-get install chromium" in INSTALL
