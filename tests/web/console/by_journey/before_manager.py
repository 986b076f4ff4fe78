"""What somebody puts before a manager."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import Example, Fields, R

E = Example
FLED: Final = MappingProxyType({"check": "{fled_check}", "candidate": "{fled_candidate}"})
LEFT: Final = MappingProxyType({"check": "{left_check}", "area": "eastvale"})
FOR_MINUTES: Final[Fields] = MappingProxyType({"level": "summary", "reason": "The minutes are wanted."})
TO_TELL: Final[Fields] = MappingProxyType(
    {"level": "involvement", "reason": "Their Idva knows her, and he works for the council there."}
)
YES: Final[Fields] = MappingProxyType(
    {
        "button": "sign",
        "telling": "yes",
        "words": "She asked us to ring Jo.",
        "receiver": "Jo Lowther",
        "receiver_known": "yes",
        "no_connection": "yes",
        "seen": "fled",
    }
)
CALL: Final[Fields] = MappingProxyType(
    {
        "button": "rung",
        "spoken_to": "Jo Lowther",
        "on": "1 November 2026",
        "clock": "14:20",
        "said": "She is known there, and has an Idva.",
    }
)
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /checks/{check}/{area}/{candidate}/tell", places=FLED),
    E("GET /checks/{check}/{area}/{candidate}/ask-manager", places=FLED),
    E("GET /checks/{check}/{area}/{candidate}/ask-manager"),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", status=422, places=FLED),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", form=FOR_MINUTES, status=422),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", form=TO_TELL, places=FLED),
    E("GET /checks/{check}/{area}/{candidate}/tell", places=FLED),
    E("GET /checks/{check}/{area}/{candidate}/ask-manager", places=FLED),
    E("GET /submissions/{submission}"),
    E("GET /work"),
    E("GET /work", R.manager),
    E("GET /countersign", R.manager),
    E("GET /countersign/before/{submission}", R.manager),
    E("POST /countersign/before/{submission}", R.manager, status=422),
    E("POST /countersign/before/{submission}", R.manager, {"button": "back"}, 422),
    E("POST /countersign/before/{submission}", R.manager, {"button": "back", "missing": "Which minutes?"}),
    E("GET /submissions/{submission}"),
    E("GET /work"),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", form=TO_TELL, places=FLED),
    E("POST /countersign/before/{submission}", R.manager, {**YES, "receiver": "Jo"}, 422),
    E("POST /countersign/before/{submission}", R.manager, YES),
    E("GET /submissions/{submission}"),
    E("POST /countersign/before/{submission}", R.manager, status=422),
    E("POST /countersign/before/{submission}", R.manager, CALL),
    E("GET /submissions/{submission}"),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", form=TO_TELL, places=FLED),
    E("GET /checks/{check}", places=LEFT),
    E("GET /checks/{check}/{area}/ask-manager", places=LEFT),
    E("GET /checks/{check}/{area}/ask-manager"),
    E("POST /checks/{check}/{area}/ask-manager", form=TO_TELL, status=422),
    E("POST /checks/{check}/{area}/ask-manager", status=422, places=LEFT),
    E("POST /checks/{check}/{area}/ask-manager", form=TO_TELL, places=LEFT),
    E("GET /checks/{check}/{area}/ask-manager", places=LEFT),
    E("GET /submissions/{submission}"),
    E("GET /countersign/before/{submission}", R.manager),
    E("POST /countersign/before/{submission}", R.manager, YES),
    E("GET /countersign/before/{submission}", R.manager),
    E("POST /countersign/before/{submission}", R.manager, CALL),
    E("GET /submissions/{submission}"),
    E("GET /checks/{check}", places=LEFT),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", form=TO_TELL, places=FLED),
    E("POST /submissions/{submission}/ask", places={"submission": "ab" * 16}, status=404),
    E("POST /submissions/{submission}/again", places={"submission": "ab" * 16}, status=404),
    E("POST /submissions/{submission}/again"),
    E("POST /submissions/{submission}/ask"),
    E("POST /submissions/{submission}/withdraw", places={"submission": "ab" * 16}, status=404),
    E("POST /submissions/{submission}/withdraw"),
)
