"""The action plan of a case, and its review."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import Example, Fields

E = Example
ACTION: Final[Fields] = MappingProxyType(
    {
        "what": "Brief the patrols on the address.",
        "agency": "Northmoor Police",
        "volunteered_by": "Sergeant Lowe",
        "due": "3 December 2026",
        "risk": "He follows her home.",
        "achieves": "Patrols know whom to look for.",
        "addresses": "perpetrator",
        "approach": "disrupt",
    }
)
WHOLE: Final[Fields] = MappingProxyType({"tells_victim": "The Idva", "safe": "yes", "safe_by": "The Idva"})
PLANNED: Final = MappingProxyType({"case": "{planned}"})
REVIEWED: Final[Fields] = MappingProxyType(
    {
        "reviewed.0.action": "{line}",
        "reviewed.0.outcome": "done",
        "reviewed.0.worked": "no",
        "reviewed.0.still_needed": "yes",
    }
)
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /cases/{case}/plan", places=PLANNED),
    E("GET /cases/{case}/plan/action", places=PLANNED, status=404),
    E("POST /cases/{case}/plan", places={"case": "ab" * 16}, status=404),
    E("POST /cases/{case}/plan/remove", places=PLANNED, status=404),
    E("POST /cases/{case}/plan", places=PLANNED),
    E("GET /cases/{case}/plan/action", places=PLANNED),
    E("POST /cases/{case}/plan/action", places=PLANNED, status=422),
    E("POST /cases/{case}/plan/action", form={**ACTION, "what": "Mark the file."}, places=PLANNED),
    E("POST /cases/{case}/plan/remove", form={"action": "{in_plan}"}, places=PLANNED),
    E("POST /cases/{case}/plan/action", form=ACTION, places=PLANNED),
    E("GET /cases/{case}/plan/whole", places=PLANNED),
    E("POST /cases/{case}/plan/whole", form={"safe": "yes"}, places=PLANNED, status=422),
    E("POST /cases/{case}/plan/whole", form=WHOLE, places=PLANNED),
    E("POST /cases/{case}/plan/accept", form={"seen": "ab" * 16}, places=PLANNED, status=409),
    E("POST /cases/{case}/plan/accept", form={"seen": "{seen}"}, places=PLANNED),
    E("GET /actions"),
    E("GET /actions/{action}"),
    E("POST /actions/{action}", form={"outcome": "not_done"}, status=422),
    E("POST /actions/{action}", form={"outcome": "done", "worked": "no"}),
    E("POST /cases/{case}/plan", places=PLANNED),
    E("POST /cases/{case}/plan/action", form=ACTION, places=PLANNED),
    E("GET /cases/{case}/plan/review", places=PLANNED),
    E(
        "POST /cases/{case}/plan/review",
        form={"reviewed.0.action": "{line}", "reviewed.0.outcome": "done"},
        places=PLANNED,
        status=422,
    ),
    E("POST /cases/{case}/plan/review", form=REVIEWED, places=PLANNED),
    E("GET /cases/{case}/plan/whole", places=PLANNED),
    E("GET /prompts"),
)
