"""A real browser for the tests of pages: Debian's Chromium, driven by Playwright, asking nothing of anyone.

A module that opens one keeps it for its tests. Playwright holds the event loop of its thread meanwhile: what calls
`asyncio.run` goes through `apart`.
"""

from __future__ import annotations

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright
from starlette.types import ASGIApp, Message, Receive, Scope, Send

T = TypeVar("T")

_click: Final = Locator.click

INSTALL: Final = "Chromium is not installed: on Debian, as root, `apt-get install chromium`."
ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# WCAG 2.2 AA, and what axe knows beside it of good practice.
RULES: Final = (
    "wcag2a",
    "wcag2aa",
    "wcag21a",
    "wcag21aa",
    "wcag22a",
    "wcag22aa",
    "best-practice",
)
# What the contrast of each text follows from: its colour, size and weight, and every ground that it stands on.
LOOKS: Final = """() => {
    const found = new Set()
    for (const one of document.querySelectorAll("body *")) {
        if (![...one.childNodes].some(each => each.nodeType === 3 && each.data.trim())) continue
        const style = getComputedStyle(one)
        const grounds = []
        for (let up = one; up; up = up.parentElement) {
            const ground = getComputedStyle(up), image = ground.backgroundImage
            if (ground.backgroundColor !== "rgba(0, 0, 0, 0)" || image !== "none" || ground.opacity !== "1")
                grounds.push(ground.backgroundColor, image, ground.opacity)
        }
        found.add([style.color, style.fontSize, style.fontWeight, style.position, ...grounds].join("; "))
    }
    return [...found]
}"""
_legible: Final[set[str]] = set()


def chromium_path(which: Callable[[str], str | None] = shutil.which) -> str:
    """Where the browser is. Fails where there is none, saying how it is installed: no test of a page is skipped."""
    if found := which("chromium") or which("chromium-browser"):
        return found
    raise AssertionError(INSTALL)


def _click_until_loaded(locator: Locator, **options: Any) -> None:
    """A click ends when the page that it leads to has come whole; Playwright's ends when that has begun."""
    _click(locator, **options)
    locator.page.wait_for_load_state()


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """The browser. Each `new_context()` is a person at a machine of their own."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setattr(Locator, "click", _click_until_loaded)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def served(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """An application on a port of this machine, by a real server; its address. `port`: none is one that is free."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", port))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(20)


def without_refresh(app: ASGIApp) -> ASGIApp:
    """The same, of which no page leads on by itself."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        async def stripped(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [one for one in message["headers"] if one[0].lower() != b"refresh"]
            await send(message)

        await app(scope, receive, stripped)

    return answering


def apart(function: Callable[[], T]) -> T:
    """Call a function in a thread of its own, where it may run an event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def width(page: Page) -> int:
    """How wide a page's text is, in pixels of the page."""
    return int(page.evaluate("() => document.documentElement.scrollWidth"))


def violations(page: Page, *, afresh: bool = False) -> list[str]:
    """What axe finds wrong with a page as it stands, each with where.

    Its colours, which take axe longest, are looked at where its text has a look that this process has not yet found
    legible. `afresh`: always.
    """
    looks = set(page.evaluate(LOOKS))
    options = {
        "runOnly": {"type": "tag", "values": list(RULES)},
        "resultTypes": ["violations"],
        "rules": {"color-contrast": {"enabled": afresh or not looks <= _legible}},
    }
    found = Axe().run(page, options=options).response["violations"]
    if not found:
        _legible.update(looks)
    return [
        f"{one['id']}: {one['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for one in found
        for node in one["nodes"]
    ]


def violations_with_scripts(page: Page) -> list[str]:
    """What axe finds; without scripts it cannot run, and the page is the same."""
    return violations(page) if page.locator("body.js-enabled").count() else []


def reach(page: Page, target: Locator) -> None:
    """Come to something by the tabulator alone, as whoever has no mouse; it shows that it is reached."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            shadow, outline = target.evaluate(
                "one => { const s = getComputedStyle(one), b = getComputedStyle(one, '::before');"
                " return [s.boxShadow + b.boxShadow, s.outlineStyle] }"
            )
            assert shadow.replace("none", "") or outline != "none"
            return
    raise AssertionError(f"not reached by the tabulator: {target}")


def complaints(page: Page) -> list[str]:
    """A list that fills with what the browser complains of: blocked by policy, not found, a script's error."""
    said: list[str] = []
    grave = ("error", "warning")
    page.on("console", lambda message: said.append(message.text) if message.type in grave else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said
