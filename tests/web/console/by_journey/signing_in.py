"""Signing in, being invited, and what a program is given."""

from __future__ import annotations

from typing import Final

from tests.accounts.people import PASSWORD
from tests.web.console.by_journey.example import AWAY, NOBODY, PROVEN, UNSIGNED, Example

E = Example

EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /sign-in", NOBODY),
    E("POST /sign-in", NOBODY, status=403),
    E("GET /invitation", NOBODY),
    E("POST /invitation", NOBODY, status=403),
    E("POST /invitation", NOBODY, {"sign_in": "{invited}", "invitation": "{code}"}),
    E("POST /invitation/open", NOBODY, status=403),
    E("POST /invitation/open", NOBODY, {"sign_in": "{invited}", "invitation": "{code}"}, 422),
    E(
        "POST /invitation/open",
        NOBODY,
        {
            "sign_in": "{invited}",
            "invitation": "{code}",
            "password": PASSWORD,
            "code": "{shown}",
            "factor": "{factor}",
        },
    ),
    E("GET /sign-in", PROVEN, at="eastvale"),
    E(
        "POST /invitation",
        NOBODY,
        {"sign_in": "{elsewhere}", "invitation": "{elsewhere_code}"},
        at="eastvale",
    ),
    E("GET /sign-in/provider/back", NOBODY, at="eastvale", status=403),
    E("GET /sign-in/provider", PROVEN, at="eastvale"),
    E("GET /confirm", PROVEN, at="eastvale"),
    E("GET /confirm/provider", PROVEN, at="eastvale"),
    E("GET /work", PROVEN, at="eastvale"),
    E("GET /work", AWAY),
    E("GET /"),
    E("GET /confirm"),
    E("POST /confirm", status=403),
    E("GET /left"),
    E("GET /left", UNSIGNED),
    E("POST /left", UNSIGNED, status=422),
    E("POST /left", UNSIGNED, {"choice": "throw_away"}),
    E("GET /programs"),
    E("POST /programs", status=422),
    E("POST /programs", form={"program": "A nightly list", "scopes": ("read", "ask"), "days": "30"}),
    E("GET /programs"),
)
