"""The earlier plan and minutes: asked for after a hit, and answered paper by paper."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import Example, Fields

E = Example
HIT: Final = MappingProxyType({"check": "{hit}", "area": "eastvale", "candidate": "{hit_candidate}"})
THEIRS: Final = MappingProxyType({"case": "{their_case}", "paper": "{their_paper}", "area": "northmoor"})
WANTED: Final[Fields] = MappingProxyType(
    {"wanted": ("plan", "minutes", "chronology"), "why": "on_agenda", "needed_by": "6 November 2026"}
)
RELEASED: Final[Fields] = MappingProxyType(
    {
        "answer": "release",
        "items": ("{minutes}", "{their_paper}", "chronology"),
        "because": "It is the same woman.",
        "basis": "other",
        "basis_words": "Crime and Disorder Act 1998 s.115",
        "permitted_by": "Marac Chair",
        "permitted_on": "1 November 2026",
    }
)
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /checks/{check}", places=HIT),
    E("GET /checks/{check}/{area}/{candidate}/papers"),
    E("POST /checks/{check}/{area}/{candidate}/papers", form=WANTED, status=422),
    E("GET /checks/{check}/{area}/{candidate}/papers", places=HIT),
    E("POST /checks/{check}/{area}/{candidate}/papers", places=HIT, status=422),
    E("POST /checks/{check}/{area}/{candidate}/papers", form=WANTED, places=HIT),
    E("GET /checks/{check}/{area}/{candidate}/papers", places=HIT),
    E("GET /papers"),
    E("GET /papers", at="eastvale"),
    E("GET /work", at="eastvale"),
    E("GET /papers/{papers}"),
    E("GET /papers/{papers}", at="eastvale"),
    E("POST /papers/{papers}", at="eastvale", status=422),
    E("POST /papers/{papers}", at="eastvale", form={**RELEASED, "permitted_by": ""}, status=422),
    E("GET /cases/{case}/papers/{paper}/supplier/{area}", at="eastvale", places=THEIRS),
    E("POST /cases/{case}/papers/{paper}/supplier/{area}", at="eastvale", places=THEIRS, status=422),
    E(
        "POST /cases/{case}/papers/{paper}/supplier/{area}",
        at="eastvale",
        form={"answer": "ask"},
        places=THEIRS,
    ),
    E("GET /cases/{case}/papers/{paper}/supplier/{area}", at="eastvale", places=THEIRS),
    E("POST /papers/{papers}", at="eastvale", form=RELEASED),
    E("GET /papers/{papers}", at="eastvale"),
    E("GET /papers/{papers}"),
)
