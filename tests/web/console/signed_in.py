"""The console of a real node as people of each role meet it, by the requests that their browsers would send."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import httpx2
from fastapi import FastAPI
from playwright.sync_api import Page

from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.web.console.app import create_console
from tests.accounts.people import PASSWORD, User, user

BROWSERS: Final = {"Sec-Fetch-Site": "same-origin", "Origin": "http://console"}
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
NAMES: Final = {
    AccountRole.manager: "Mo Ashdown",
    AccountRole.coordinator: "Ash Underhill",
    AccountRole.idva: "Ida Fairweather",
    AccountRole.representative: "Rey Penrose",
    AccountRole.data_protection_officer: "Dee Peel",
    AccountRole.operator: "Oz Lowther",
}


def sign_in_on_page(page: Page, url: str, who: User, code: str = "") -> None:
    """Sign in on the page, as people do. `code`: what their app shows, by default one that was not used yet."""
    page.goto(url + "/sign-in")
    page.get_by_label("Your work email address").fill(who.sign_in)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Code").fill(code or who.code())
    page.get_by_role("button", name="Sign in").click()


def normal(text: str) -> str:
    """A page but for what differs each time: its nonce."""
    return re.sub(r"nonce=\"[^\"]+\"", "nonce", text)


@dataclass
class Console:
    """A node's console, and the people who have accounts on it."""

    node: Node
    app: FastAPI
    users: dict[AccountRole, User]

    @classmethod
    def of(
        cls,
        node: Node,
        organisation: str = "Eastvale Police",
        client: Callable[[Node], PeerClient] = PeerClient,
    ) -> Console:
        """With one person of each role. `client`: by which it reaches peers."""
        manager = user(node, NAMES[AccountRole.manager], AccountRole.manager, organisation=organisation)
        users = {AccountRole.manager: manager}
        for role, name in NAMES.items():
            if role is not AccountRole.manager:
                idva = role is AccountRole.idva
                users[role] = user(
                    node,
                    name,
                    role,
                    by=manager.account,
                    organisation="Haven" if idva else organisation,
                    idva_service=idva,
                )
        return cls(node, create_console(node, client), users)

    @classmethod
    def with_people(
        cls, node: Node, users: dict[AccountRole, User], client: Callable[[Node], PeerClient]
    ) -> Console:
        """With people who have accounts already."""
        return cls(node, create_console(node, client), users)

    def send(
        self,
        method: str,
        path: str,
        token: str = "",
        form: Mapping[str, str | Sequence[str]] | None = None,
        headers: Mapping[str, str] = BROWSERS,
    ) -> httpx2.Response:
        """What a browser with this cookie gets."""
        cookie = {"Cookie": f"__Host-{self.node.node_id}={token}"} if token else {}
        sent = {**headers, **(FORM if method == "POST" else {}), **cookie}
        body = urlencode(form or {}, doseq=True) if method == "POST" else None

        async def go() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
                return await client.request(method, path, content=body, headers=sent)

        return asyncio.run(go())
