"""Who is on a case, corrected by two people."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import Example, Fields, R

E = Example
OF: Final = MappingProxyType({"case": "{again}"})
"""A case of this node, whose people are corrected."""
ADDED: Final[Fields] = MappingProxyType(
    {
        "people.0.role": "child",
        "people.0.given_names": "Perry",
        "people.0.surname": "Longstaffe",
        "because": "The school told us.",
    }
)
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /cases/{case}/people", places=OF),
    E("POST /cases/{case}/people", places=OF, status=422),
    E("POST /cases/{case}/people", form={**ADDED, "people.0.record": "ab" * 16}, places=OF, status=409),
    E("POST /cases/{case}/people", form={**ADDED, "button": "more"}, places=OF),
    E("POST /cases/{case}/people", form=ADDED, places=OF),
    E("GET /cases/{case}/people", places=OF),
    E("GET /cases/{case}/people/{correction}", places=OF),
    E("GET /cases/{case}/people/{correction}", R.manager, places=OF),
    E("GET /corrections", R.manager),
    E("GET /work", R.manager),
    E("POST /cases/{case}/people/{correction}", R.manager, places=OF, status=422),
    E("POST /cases/{case}/people/{correction}", R.manager, {"answer": "approve"}, 422, places=OF),
    E(
        "POST /cases/{case}/people/{correction}",
        form={"answer": "refuse", "words": "No."},
        places=OF,
        status=409,
    ),
    E(
        "POST /cases/{case}/people/{correction}",
        R.manager,
        {"answer": "approve", "no_connection": "yes"},
        places=OF,
    ),
    E("GET /cases/{case}/people/{correction}", places=OF),
    E("GET /corrections"),
)
