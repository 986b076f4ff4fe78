"""Every address of the console, and who may open it: written here once more, to be walked."""

from __future__ import annotations

import re
from typing import Final

from hub.records.accounts import AccountRole

LETTERS: Final = {
    "c": AccountRole.coordinator,
    "i": AccountRole.idva,
    "r": AccountRole.representative,
    "m": AccountRole.manager,
    "d": AccountRole.data_protection_officer,
    "o": AccountRole.operator,
}
# Who may: roles by their letters, `open` for anybody at all; `!` only moments after password and code; of programs
# what their token has to be for, or `person` where no token will do.
EXPECTED: Final = {
    "GET /healthz": "open",
    "GET /static/{digest}/{name:path}": "open",
    "GET /sign-in": "open",
    "POST /sign-in": "open",
    "GET /sign-in/provider": "open",
    "GET /sign-in/provider/back": "open",
    "GET /invitation": "open",
    "POST /invitation": "open",
    "POST /invitation/open": "open",
    "GET /": "cirmdo",
    "POST /sign-out": "cirmdo",
    "GET /confirm": "cirmdo",
    "POST /confirm": "cirmdo",
    "GET /confirm/provider": "cirmdo",
    "GET /work": "cim",
    "GET /emergency": "cim",
    "POST /emergency": "cim",
    "GET /cases": "cirm",
    "POST /cases": "cirm",
    "GET /cases/new": "cim",
    "POST /cases/new": "cim",
    "GET /cases/{case}": "cirm",
    "GET /cases/{case}/seal": "cim",
    "POST /cases/{case}/seal": "cim",
    "GET /cases/{case}/unseal": "m",
    "POST /cases/{case}/unseal": "m!",
    "GET /cases/{case}/fled": "cim",
    "POST /cases/{case}/fled": "cim",
    "GET /cases/{case}/safe": "m",
    "POST /cases/{case}/safe": "m!",
    "GET /cases/{case}/told": "cim",
    "POST /cases/{case}/told": "cim",
    "GET /seals": "cim",
    "GET /seals/{likeness}": "cim",
    "POST /seals/{likeness}": "cim",
    "GET /requests": "cim",
    "GET /requests/{request}": "cim",
    "POST /requests/{request}": "cim!",
    "GET /cases/{case}/ask": "cim",
    "POST /cases/{case}/ask": "cim",
    "GET /cases/{case}/form": "cim",
    "POST /cases/{case}/form": "cim",
    "GET /cases/{case}/form/{question}": "cim",
    "POST /cases/{case}/form/{question}": "cim",
    "GET /checks/{check}": "cim",
    "GET /checks/{check}/certificate": "cim",
    "GET /checks/{check}/{area}/{candidate}/tell": "cim",
    "POST /checks/{check}/{area}/{candidate}/tell": "cim",
    "POST /checks/{check}/{area}/{candidate}/dismiss": "cim",
    "GET /checks/{check}/{area}/{candidate}/ask-manager": "cim",
    "POST /checks/{check}/{area}/{candidate}/ask-manager": "cim",
    "GET /submissions/{submission}": "cim",
    "POST /submissions/{submission}/withdraw": "cim",
    "GET /checks/{check}/{area}/rung": "cim",
    "POST /checks/{check}/{area}/rung": "cim",
    "POST /submissions/{submission}/ask": "cim",
    "GET /obligations": "cim",
    "GET /obligations/{number}": "cim",
    "POST /obligations/{number}": "cim",
    "GET /obligations/{number}/form": "cim",
    "POST /obligations/{number}/form": "cim",
    "GET /obligations/{number}/form/{question}": "cim",
    "POST /obligations/{number}/form/{question}": "cim",
    "GET /countersign": "m",
    "GET /countersign/before/{submission}": "m",
    "POST /countersign/before/{submission}": "m!",
    "GET /countersign/{number}": "m",
    "POST /countersign/{number}": "m!",
    "GET /disclosures": "cimd",
    "POST /disclosures": "cimd",
    "GET /nothing": "cirmdo",
    "GET /accounts": "mo",
    "POST /accounts/{account}/confirm": "m!",
    "POST /accounts/{account}/disable": "mo!",
    "POST /accounts/{account}/ask-for-reset": "mo!",
    "POST /accounts/{account}/reset": "m!",
    "GET /programs": "cirm",
    "POST /programs": "cirm!",
    "POST /programs/{token}/end": "cirm",
    "GET /api/v1/openapi.json": "open",
    "GET /api/v1/cases": "cirm read",
    "POST /api/v1/cases": "cim ask",
    "POST /api/v1/cases/search": "cirm read",
    "GET /api/v1/cases/{case}": "cirm read",
    "POST /api/v1/cases/{case}/questions": "cim ask",
    "GET /api/v1/cases/{case}/checks": "cim read",
    "GET /api/v1/checks/{check}": "cim read",
    "GET /api/v1/requests": "cim read",
    "GET /api/v1/obligations": "cim read",
    "POST /api/v1/requests/{request}": "cim person",
    "POST /api/v1/checks/{check}/disclosures": "cim person",
    "POST /api/v1/checks/{check}/dismissals": "cim person",
    "POST /api/v1/obligations/{number}": "cim person",
    "POST /api/v1/accounts": "cirm person",
}
PROGRAMS: Final = [route for route in EXPECTED if " /api/" in route and EXPECTED[route] != "open"]
BEHIND: Final = [route for route, who in EXPECTED.items() if who != "open" and route not in PROGRAMS]
NOBODY: Final = "ab" * 16


def address(route: str) -> tuple[str, str]:
    """A route with something in its places that is not there."""
    method, path = route.split(" ")
    return method, re.sub(r"\{[^}]*\}", NOBODY, path)
