"""Who was told by hand, and a case that moves."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import Example, Fields, R

E = Example
TOLD: Final[Fields] = MappingProxyType(
    {
        "date": "1 November 2026",
        "agency": "Southmere Council",
        "person": "Jo Lowther",
        "method": "by telephone",
        "authority": "Her agreement.",
    }
)
MOVES: Final[Fields] = MappingProxyType(
    {
        "to": "eastvale",
        "permitted_by": "Marac Chair",
        "permitted_on": "1 November 2026",
        "reason": "She has moved there for good.",
        "button": "look",
    }
)
MOVED: Final[Fields] = MappingProxyType(
    {"area": "eastvale", "stays": "for_good", "heard": "yes", "agenda_sent": "not_known"}
)
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /cases/{case}/told"),
    E("POST /cases/{case}/told", status=422),
    E("POST /cases/{case}/told", form=TOLD),
    E("GET /cases/{case}/moved"),
    E("POST /cases/{case}/moved", status=422),
    E("POST /cases/{case}/moved", form=MOVED),
    E("GET /cases/{case}/transfer"),
    E("GET /cases/{case}/transfer", R.manager),
    E("POST /cases/{case}/transfer", R.manager, status=422),
    E("POST /cases/{case}/transfer", R.manager, form=MOVES),
    E("POST /cases/{case}/transfer", R.manager, form={**MOVES, "button": "offer"}),
    E("GET /transfers"),
    E("GET /transfers", at="eastvale"),
    E("GET /transfers/{transfer}"),
    E("GET /transfers/{transfer}", at="eastvale"),
    E("POST /transfers/{transfer}", at="eastvale", status=422),
    E("POST /transfers/{transfer}", at="eastvale", form={"answer": "duplicate", "reason": "Heard here."}),
)
