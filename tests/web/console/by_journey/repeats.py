"""Flags, and who is here already."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import Example, Fields, R

E = Example
AGAIN: Final = MappingProxyType({"case": "{again}", "other": "{before}"})
"""A case of somebody who was referred before, and the case of then."""
FLAGGED: Final = MappingProxyType({"case": "{flagged}"})
LONGER: Final[Fields] = MappingProxyType(
    {
        "until": "4 July 2029",
        "reason": "sex_offender",
        "authority": "The chair",
        "because": "He is on the register.",
    }
)
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /flags"),
    E("POST /flags", status=422),
    E("POST /flags", form={"agency": "Police", "cases": "{flagged}"}),
    E("GET /flags"),
    E("GET /cases/{case}/flag", places=FLAGGED),
    E("POST /cases/{case}/flag", places=FLAGGED, status=422),
    E("POST /cases/{case}/flag", form={**LONGER, "until": "1 January 2020"}, places=FLAGGED, status=422),
    E("POST /cases/{case}/flag", form=LONGER, places=FLAGGED),
    E("GET /seen-again", R.representative),
    E("POST /seen-again", R.representative, status=422),
    E("POST /seen-again", R.representative, {"person.surname": "Quill", "words": "New locks."}),
    E("GET /cases/{case}/here-already"),
    E("GET /cases/{case}/here-already", places=AGAIN),
    E("GET /cases/{case}/here-already/{other}", places=AGAIN),
    E("POST /cases/{case}/here-already/{other}", places=AGAIN, status=422),
    E("POST /cases/{case}/here-already/{other}", form={"decided": "repeat"}, places=AGAIN, status=422),
    E(
        "POST /cases/{case}/here-already/{other}",
        form={"decided": "repeat", "happened": ("contact", "other"), "professionals": "no"},
        places=AGAIN,
    ),
)
