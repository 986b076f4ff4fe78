"""A person's hand at a page: what it clicks, answers and types is counted, and what it types is kept."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page


class Hand:
    """`answers`: choices made; `clicks`: presses of a button, a link, a radio or a box; `keys`: characters typed.

    `typed`: each value typed, as it was.
    """

    def __init__(self, page: Page) -> None:
        self.page, self.answers, self.clicks, self.keys = page, 0, 0, 0
        self.typed: list[str] = []

    @property
    def acts(self) -> int:
        """Clicks, and values typed."""
        return self.clicks + len(self.typed)

    def choose(self, group: str, answer: str) -> None:
        """Choose an answer of a question."""
        self.page.get_by_role("group", name=group).get_by_label(answer, exact=True).check()
        self.answers += 1
        self.clicks += 1

    def tick(self, label: str) -> None:
        """Tick a box, or choose what stands alone."""
        self.page.get_by_role("main").get_by_label(label).first.check()
        self.clicks += 1

    def press(self, button: str, *, exact: bool = True) -> None:
        """Press a button of the page."""
        self._click(self.page.get_by_role("main").get_by_role("button", name=button, exact=exact).first)

    def follow(self, link: str | re.Pattern[str]) -> None:
        """Follow a link."""
        self._click(self.page.get_by_role("link", name=link).first)

    def fill(self, label: str, value: str) -> None:
        """Type into the field of that label."""
        self.fill_in(self.page.get_by_role("main").get_by_label(label).first, value)

    def fill_in(self, field: Locator, value: str) -> None:
        """Type into a field."""
        field.fill(value)
        self.keys += len(value)
        self.typed.append(value)

    def _click(self, target: Locator) -> None:
        target.click()
        self.clicks += 1
