"""A manager asks the area that she fled for the plan, and one there is rung. More in `test_channel_pages`."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import Example, Fields, R

E = Example
RINGS: Final[Fields] = MappingProxyType(
    {"area": "eastvale", "other": "Mo Ashdown", "no_connection": "yes", "button": "prepare"}
)
RANG: Final[Fields] = MappingProxyType(
    {
        "channel": "{channel}",
        "on": "1 November 2026",
        "clock": "14:20",
        "said": "They will look at the plan.",
        "button": "call",
    }
)
IS_RUNG: Final[Fields] = MappingProxyType(
    {
        "reference": "abcd-efgh-jkmn-pqrs-tuvw-xyz2",
        "area": "northmoor",
        "other": "Nia Redmayne",
        "on": "1 November 2026",
        "clock": "14:20",
        "said": "I rang back.",
        "button": "log",
    }
)
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /cases/{case}/channel", R.manager),
    E("POST /cases/{case}/channel", R.manager, status=422),
    E("POST /cases/{case}/channel", R.manager, form=RINGS),
    E("POST /cases/{case}/channel", R.manager, form={**RANG, "clock": ""}, status=422),
    E("POST /cases/{case}/channel", R.manager, form=RANG),
    E("GET /channels", R.manager),
    E("GET /channels", R.manager, at="eastvale"),
    E("POST /channels", R.manager, status=422, at="eastvale"),
    E("POST /channels", R.manager, form={**IS_RUNG, "button": "open"}, status=409, at="eastvale"),
    E("POST /channels", R.manager, form=IS_RUNG, at="eastvale"),
    E("POST /channels", R.manager, form={**IS_RUNG, "button": "open"}, at="eastvale"),
)
