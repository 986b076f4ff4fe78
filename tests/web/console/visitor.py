"""A browser as far as cookies go: what it keeps, and which of it goes along when another site sent it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http.cookies import SimpleCookie
from typing import Final
from urllib.parse import urlencode, urlsplit

import httpx2
from fastapi import FastAPI

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Visitor:
    """Somebody at a machine of their own. `kept`: the cookies, each with its value and its SameSite."""

    def __init__(self, app: FastAPI, address: str = "192.0.2.20") -> None:
        self.app, self.address = app, address
        self.kept: dict[str, tuple[str, str]] = {}

    def get(self, address: str, *, sent_by_another_site: bool = False) -> httpx2.Response:
        """Go to an address; it follows nothing."""
        return self._send("GET", address, None, another=sent_by_another_site)

    def post(self, address: str, form: Mapping[str, str]) -> httpx2.Response:
        """Send a form of the console's own."""
        return self._send("POST", address, form, another=False)

    def _send(
        self, method: str, address: str, form: Mapping[str, str] | None, *, another: bool
    ) -> httpx2.Response:
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        sent = {name: value for name, (value, same) in self.kept.items() if not another or same == "lax"}
        headers = {
            "Sec-Fetch-Site": "cross-site" if another else "same-origin",
            "Cookie": "; ".join(f"{name}={value}" for name, value in sent.items()),
            **(FORM if form is not None else {}),
        }

        async def go() -> httpx2.Response:
            transport = httpx2.ASGITransport(
                app=self.app, raise_app_exceptions=False, client=(self.address, 50_000)
            )
            async with httpx2.AsyncClient(transport=transport, base_url="https://console") as client:
                body = urlencode(form) if form is not None else None
                return await client.request(method, path, content=body, headers=headers)

        answer = asyncio.run(go())
        for line in answer.headers.get_list("set-cookie"):
            for name, one in SimpleCookie(line).items():
                assert one["secure"]
                assert one["httponly"]
                assert one["path"] == "/"
                assert not one["domain"]
                if one["max-age"] == "0":
                    self.kept.pop(name, None)
                else:
                    self.kept[name] = (one.value, one["samesite"].lower())
        return answer
