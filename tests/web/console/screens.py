"""The pictures of the README's tour, and of docs/walkthrough.md with its counts. Run by `make screens`.

For the tour `hub demo` is started, and walked with a browser. The walkthrough is the walk of `near_miss`, over two
nodes at the tests' own time. The people on them are the generator's. Written to docs/tour and docs/walkthrough,
which hold them and nothing else.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from hub.crypto.one_time import STEP_S, code_at
from tests.accounts.people import cheap_passwords
from tests.federation.nodes import build, copied
from tests.web.console import near_miss
from tests.web.console.browser import opened_browser, served
from tests.web.console.near_miss_world import world_of

ROOT: Final = Path(__file__).parents[3]
FOLDER: Final = ROOT / "docs" / "tour"
PICTURES: Final = (
    "sign-in",
    "work",
    "case",
    "ask",
    "check-answers",
    "result",
    "tell",
    "told",
    "asked-of-us",
    "owed",
)
WALKTHROUGH: Final = ROOT / "docs" / "walkthrough.md"
WALKED: Final = ROOT / "docs" / "walkthrough"
SIZE: Final = {"width": 720, "height": 700}
MOST_HIGH: Final = 760
MARGIN: Final = 10
MOST_BYTES: Final = 110_000
NEAR_MISS: Final = "known_elsewhere"


@contextmanager
def demonstration() -> Iterator[dict[str, Any]]:
    """The document of a demonstration, which runs until the block ends."""
    command = [str(Path(sys.executable).with_name("hub")), "demo", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        text = ""
        for line in process.stdout:
            text += line
            if line == "}\n":
                break
        try:
            yield json.loads(text)
        finally:
            process.send_signal(signal.SIGINT)


def picture(page: Page, file: Path, start: str = "main") -> None:
    """Take a picture of a page, from the first such element on, as far as it is of use."""
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    box = page.locator(start).first.bounding_box()
    whole = int(page.locator("html").evaluate("html => html.scrollHeight"))
    top = 0 if start == "html" or box is None else max(0, box["y"] - MARGIN)
    end = min(whole, top + MOST_HIGH)
    page.screenshot(
        path=file, full_page=True, clip={"x": 0, "y": top, "width": SIZE["width"], "height": end - top}
    )


class Walk:
    """Somebody who walks through a console of the demonstration, and takes pictures."""

    def __init__(self, page: Page, shown: dict[str, Any], area: str, folder: Path) -> None:
        console = next(one for one in shown["console"] if one["node_id"] == area)
        self.page, self.url, self.folder = page, console["url"], folder
        self.who = next(one for one in console["accounts"] if one["role"] == "coordinator")

    def take(self, name: str, start: str = "main") -> None:
        """Take a picture of the page, from the first such element on, as far as it is of use."""
        assert name in PICTURES
        picture(self.page, self.folder / f"{name}.png", start)

    def see(self, path: str) -> None:
        """Go to an address."""
        self.page.goto(self.url + path)

    def press(self, button: str) -> None:
        """Press a button of the page."""
        self.page.get_by_role("main").get_by_role("button", name=button).first.click()

    def choose(self, group: str, answer: str) -> None:
        """Choose an answer."""
        self.page.get_by_role("group", name=group).get_by_label(answer, exact=True).check()

    def sign_in(self) -> None:
        """Sign in with the code that the app shows now."""
        if time.time() % STEP_S > STEP_S - 3:  # It would have passed when it is read.
            time.sleep(3)
        self.page.get_by_label("Your work email address").fill(self.who["sign_in"])
        self.page.get_by_label("Password", exact=True).fill(self.who["password"])
        self.page.get_by_label("Code").fill(code_at(self.who["totp_secret"], int(time.time())))
        self.press("Sign in")


def ask_and_tell(walk: Walk, case_ref: str) -> None:
    """The near miss, from the sign-in of the coordinator who asks to the answer."""
    walk.see("/sign-in")
    walk.take("sign-in", "html")
    walk.sign_in()
    walk.take("work")
    walk.see("/cases")
    walk.page.get_by_label("Find by number").fill(case_ref)
    walk.press("Find")
    walk.page.get_by_role("link", name=case_ref).first.click()
    walk.take("case")
    walk.press("Ask other areas")
    for group, answer in (
        ("Why do you ask now?", "The risk has grown"),
        ("What did the victim say about asking other areas?", "Agreed"),
        ("Has anyone in this case fled an area?", "No, nobody has"),
        ("Do you know anyone in this case?", "No"),
    ):
        walk.choose(group, answer)
    walk.take("ask", "main fieldset")
    walk.press("Continue")
    walk.take("check-answers")
    walk.press("Ask")
    walk.page.get_by_role("button", name="Tell Eastvale?").first.wait_for()
    walk.take("result", "h2:has-text('victim')")
    walk.press("Tell Eastvale?")
    walk.take("tell")
    walk.page.get_by_label("Tell them and ask for involvement").check()
    walk.press("Confirm")
    walk.page.get_by_text("Answer of Eastvale:").first.wait_for()
    walk.take("told", "h3")
    walk.see("/obligations")
    walk.take("owed")


def be_asked(walk: Walk) -> None:
    """What the other area's coordinator finds in their work."""
    walk.see("/sign-in")
    walk.sign_in()
    walk.page.get_by_role("main").get_by_role("link", name="Northmoor asks about").first.click()
    walk.take("asked-of-us", "main fieldset")


def walk_through(folder: Path = WALKED) -> None:
    """Walk the near-miss story, take its pictures, and write down what it took."""
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as made, cheap_passwords(), ExitStack() as stack:
        template, homes = Path(made, "template"), Path(made, "homes")
        asyncio.run(build(template, _database))
        areas = copied(template, homes, _database)
        world = world_of(areas, two_names=True)
        urls = {area: stack.enter_context(served(one.app)) for area, one in world.consoles.items()}
        browser = stack.enter_context(opened_browser())

        def take(name: str, page: Page) -> None:
            picture(page, folder / f"{name}.png", near_miss.FROM.get(name, "main"))

        walk = near_miss.Walk(world, urls, dict.fromkeys(urls, browser), take=take)
        steps = walk.go()
        walk.close()
        areas.close()
    text = WALKTHROUGH.read_text("utf-8")
    found = re.compile(r"\| \| who \|.*?\n\n", re.DOTALL)
    WALKTHROUGH.write_text(found.sub(lambda _: near_miss.table(steps) + "\n\n", text), "utf-8")


def _database(_: str) -> str:
    return "sqlite:///hub.sqlite3"


def main(folder: Path = FOLDER) -> None:
    """Make the pictures anew."""
    walk_through()
    folder.mkdir(exist_ok=True)
    with demonstration() as shown, opened_browser() as browser:
        asked = {one["question"]: one["result"] for one in shown["checks"]}
        for area in ("northmoor", "eastvale"):
            context = browser.new_context(locale="en-GB", timezone_id="Europe/London", viewport=SIZE)  # type: ignore[arg-type]
            walk = Walk(context.new_page(), shown, area, folder)
            if area == "northmoor":
                ask_and_tell(walk, asked[NEAR_MISS]["case_ref"])
            else:
                be_asked(walk)
            context.close()


if __name__ == "__main__":
    main()
