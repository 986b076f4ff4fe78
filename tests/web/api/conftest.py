"""The console of a real node as programs meet it: a token of each role, for everything that a token can be for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.accounts.accounts import acting_as
from hub.accounts.tokens import TokenWanted, make
from hub.records.accounts import AccountRole
from hub.records.tokens import TokenScope
from tests.accounts.people import cheap_passwords
from tests.federation.nodes import Areas, copied
from tests.web.console.signed_in import Console

BOTH = (TokenScope.read, TokenScope.ask)


@dataclass
class Programs:
    """Programs of the people of a console."""

    areas: Areas
    console: Console

    def token(self, role: AccountRole, scopes: tuple[TokenScope, ...] = BOTH) -> str:
        """A new token of somebody in that role."""
        with self.console.node.write() as tx:
            acting = acting_as(tx, self.console.users[role].account)
            return make(tx, acting, TokenWanted(program="a program", scopes=scopes))

    def send(
        self,
        method: str,
        path: str,
        token: str = "",
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """What a program gets."""
        sent = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""

        async def go() -> httpx2.Response:
            transport = httpx2.ASGITransport(app=self.console.app, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
                return await client.request(method, f"/api/v1{path}", content=content, headers=sent)

        return asyncio.run(go())


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Programs]:
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        node = areas["eastvale"]
        console = Console.of(node, "Police", lambda node: areas.client(node.node_id))
        yield Programs(areas, console)
    areas.close()


@pytest.fixture(scope="module")
def tokens(programs: Programs) -> dict[AccountRole, str]:
    return {role: programs.token(role) for role in AccountRole}


def problem(answer: Any) -> tuple[int, str]:
    """A problem's status and code."""
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["detail"]
    return answer.status_code, found["type"].rsplit(":", 1)[1]
