"""What is owed, what other areas ask, and what a manager signs after."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tests.web.console.by_journey.example import Example, Fields, R

E = Example
EMERGENCY: Final[Fields] = MappingProxyType(
    {
        "given_names": "Nell",
        "surname": "Longstaffe",
        "date_of_birth": "1991",
        "threat": "He said that he comes tonight.",
        "fled": "none",
        "areas": "eastvale",
        "once": "1f" * 16,
    }
)
SILENT: Final[Mapping[str, str]] = MappingProxyType({"check": "{silent}", "area": "westhaven"})
"""A check of which an area gave no answer."""
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /obligations"),
    E("GET /obligations/{number}"),
    E("POST /obligations/{number}", status=422),
    E("GET /requests"),
    E("GET /requests", at="eastvale"),
    E("GET /requests/{request}", at="eastvale"),
    E("POST /requests/{request}", at="eastvale", status=422),
    E(
        "POST /requests/{request}",
        at="eastvale",
        form={"answer": "release_part", "because": "The rest by telephone."},
        status=422,
    ),
    E(
        "POST /requests/{request}",
        at="eastvale",
        form={"answer": "ring_first", "because": "I ring Northmoor today."},
    ),
    E("GET /requests/{request}", at="eastvale"),
    E(
        "POST /requests/{request}",
        at="eastvale",
        form={"answer": "withhold", "because": "She asked us not to."},
    ),
    E("GET /requests", at="eastvale"),
    E("POST /requests/{request}/still-here", at="eastvale", status=422),
    E("POST /requests/{request}/still-here", at="eastvale", form={"answer": "moved"}),
    E("POST /requests/{request}/still-here", at="eastvale", places={"request": "ab" * 16}, status=404),
    E("GET /work", at="eastvale"),
    E("GET /checks/{check}", places=SILENT),
    E("POST /checks/{check}/{area}/again", status=404),
    E("GET /checks/{check}/{area}/rung", places=SILENT),
    E("POST /checks/{check}/{area}/rung", places=SILENT, status=422),
    E("POST /checks/{check}/{area}/rung", form={"whom": "The duty desk", "said": "No reply."}, places=SILENT),
    E("GET /work"),
    E("GET /countersign", R.manager),
    E("POST /emergency", form=EMERGENCY),
    E("GET /countersign", R.manager),
    E("GET /work", R.manager),
    E("GET /obligations/{number}", R.manager, places={"number": "{to_complete}"}),
    E("GET /obligations/{number}/form", R.manager, places={"number": "{to_complete}"}),
    E("POST /obligations/{number}/form", R.manager, places={"number": "ab" * 16}, status=404),
    E(
        "GET /obligations/{number}/form/{question}",
        R.manager,
        places={"number": "{to_complete}", "question": "grounds"},
    ),
    E(
        "POST /obligations/{number}/form/{question}",
        R.manager,
        places={"number": "{to_complete}", "question": "necessity"},
        status=422,
    ),
    E("GET /countersign/{number}", R.manager, places={"number": "{to_sign}"}),
    E("POST /countersign/{number}", R.manager, places={"number": "{to_sign}"}, status=422),
    E(
        "POST /countersign/{number}",
        R.manager,
        form={"no_connection": "yes"},
        places={"number": "{to_sign}"},
    ),
)
