"""Accounts, and signing out."""

from __future__ import annotations

from typing import Final

from tests.web.console.by_journey.example import Example, R

E = Example

EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /nothing", R.data_protection_officer),
    E("GET /accounts", R.operator),
    E("GET /accounts", R.manager),
    E("POST /accounts/{account}/confirm", R.manager, places={"account": "{waiting}"}),
    E("POST /accounts/{account}/confirm", R.manager, status=409, places={"account": "{waiting}"}),
    E("POST /accounts/{account}/ask-for-reset", R.operator, places={"account": "{other}"}),
    E("POST /accounts/{account}/ask-for-reset", R.operator, status=409, places={"account": "{other}"}),
    E("POST /accounts/{account}/reset", R.manager, places={"account": "{other}"}),
    E("POST /accounts/{account}/reset", R.manager, status=409, places={"account": "{other}"}),
    E("POST /accounts/{account}/disable", R.manager, places={"account": "{other}"}),
    E("POST /accounts/{account}/disable", R.manager, status=400, places={"account": "{haven}"}),
    E("GET /programs", R.manager),
    E("POST /programs/{token}/end", places={"token": "ab" * 32}, status=404),
    E("POST /programs/{token}/end"),
    E("POST /sign-out", R.manager),
)
