"""The certificate of a check as a tagged PDF (PDF/UA-1), for the case file.

An edge: it renders what it is given, in memory. What it says, and in which words, is the console's.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.pdf.rendering import rendered

TEMPLATE: Final = Path(__file__).parent / "certificate.typ"
Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is printed: `facts` of the check, `areas` by name with theirs, and why nobody was asked, if so.

    `printed`: who printed it and when. `words`: the headings `refused` and `areas`, and `never`, which stands last.
    """

    title: str
    facts: Rows
    areas: tuple[tuple[str, Rows], ...]
    refused: tuple[str, ...]
    printed: str
    words: dict[str, str]


def certificate_pdf(paper: Certificate, on: dt.date) -> bytes:
    """The PDF. Raises `PaperError`."""
    page = {
        "title": paper.title,
        "facts": [list(row) for row in paper.facts],
        "areas": [{"name": name, "rows": [list(row) for row in rows]} for name, rows in paper.areas],
        "refused": list(paper.refused),
        "printed": paper.printed,
        "words": paper.words,
    }
    return rendered(TEMPLATE, page, on)
