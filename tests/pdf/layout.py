"""Where text and table rules stand on the pages of a PDF, in points, read from its content streams."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, FloatObject, NumberObject

HEIGHT = 0.6
"""Of small letters with what rises above the line, as a part of the size: lines set solid do not touch."""
SLACK = 2.6
"""The space at which a line was broken is counted with the line, though nobody sees it."""


@dataclass(frozen=True, slots=True)
class Run:
    """A line of text in one font, from its left end to its right, on its baseline."""

    left: float
    right: float
    base: float
    size: float
    bold: bool

    @property
    def top(self) -> float:
        """Where its letters end."""
        return self.base + self.size * HEIGHT

    def overprints(self, other: Run) -> bool:
        """Whether the letters of both stand in one place."""
        across = min(self.right, other.right) - max(self.left, other.left)
        return across > SLACK and min(self.top, other.top) - max(self.base, other.base) > 0.5


@dataclass(frozen=True, slots=True)
class Rule:
    """An upright rule of a table."""

    at: float
    low: float
    high: float

    def cuts(self, run: Run) -> bool:
        """Whether it goes through a line of text."""
        return run.left < self.at < run.right - SLACK and self.low < run.base < self.high


@dataclass(slots=True)
class Page:
    """What stands on a page."""

    runs: list[Run] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    @property
    def body(self) -> list[Run]:
        """Its runs without those of the footer, which is set smaller than anything else."""
        return [run for run in self.runs if run.size > 8]

    def overprinted(self) -> list[tuple[Run, Run]]:
        """Runs that stand on one another."""
        low_first = sorted(self.runs, key=lambda run: run.base)
        return [
            (one, other)
            for at, one in enumerate(low_first)
            for other in low_first[at + 1 :]
            if one.overprints(other)
        ]

    def cut(self) -> list[Run]:
        """Runs that leave their cell."""
        return [run for run in self.runs if any(rule.cuts(run) for rule in self.rules)]


def pages_of(pdf: bytes) -> list[Page]:
    """Every page, with its runs and upright rules."""
    return [_page(page) for page in PdfReader(BytesIO(pdf)).pages]


def _page(page: PageObject) -> Page:
    found, widths = Page(), {name: _widths(font.get_object()) for name, font in _fonts(page)}
    origins, font, size, start = [(0.0, 0.0)], "", 0.0, (0.0, 0.0)
    x = y = along = 0.0
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        if operator == b"q":
            origins.append((x, y))
        elif operator == b"Q":
            x, y = origins.pop()
        elif operator == b"cm":
            assert operands[:4] == [1, 0, 0, -1], "down the page, at its size"
            x, y = map(float, operands[4:])
        elif operator == b"Tf":
            font, size = operands[0], float(operands[1])
        elif operator == b"Tm":
            along = float(operands[4])
        elif operator == b"TJ":
            advances, bold = widths[font]
            width = sum(_advance(part, advances) for part in operands[0]) * size / 1000
            found.runs.append(Run(x + along, x + along + width, y, size, bold))
        elif operator == b"m":
            start = (float(operands[0]), float(operands[1]))
        elif operator == b"l" and operands[0] == start[0]:
            found.rules.append(Rule(x + start[0], *sorted((y - start[1], y - float(operands[1])))))
    return found


def _advance(part: Any, widths: dict[int, float]) -> float:
    """How far a piece of a line goes: glyphs of two bytes each, or a correction."""
    if isinstance(part, NumberObject | FloatObject):
        return -float(part)
    glyphs = part.original_bytes
    return sum(widths[high << 8 | low] for high, low in zip(glyphs[::2], glyphs[1::2], strict=True))


def _fonts(page: PageObject) -> Iterator[tuple[str, Any]]:
    for name, font in page["/Resources"]["/Font"].items():  # type: ignore[index]
        yield name, font.get_object()


def _widths(font: Any) -> tuple[dict[int, float], bool]:
    """Each glyph's width in thousandths of the size, and whether they are bold."""
    given = font["/DescendantFonts"][0].get_object()["/W"]
    widths: dict[int, float] = {}
    for first, last, width in zip(given[::3], given[1::3], given[2::3], strict=True):
        widths |= dict.fromkeys(range(int(first), int(last) + 1), float(width))
    return widths, "Bold" in font["/BaseFont"]
