"""The rows of `docs/traceability.md`: reads the page, and nothing else."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from tests.docs.pages import DOCS

PAGE: Final = DOCS.joinpath("traceability.md").read_text(encoding="utf-8")


class Row(NamedTuple):
    """What is asked, where it is met, and what shows it."""

    number: str
    asked: str
    where: str
    shown: str


def rows() -> list[Row]:
    """Every row."""
    cells = [line.strip("|").split("|") for line in PAGE.splitlines() if re.match(r"\| (S00\d|CARD)-R", line)]
    return [Row(*(one.strip() for one in of)) for of in cells]
