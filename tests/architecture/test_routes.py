"""Every route of a node, and its guard, in one table; a route that is not in it is a fault.

Guards: `open` answers anybody and tells nothing about anyone; `peer` answers only a pinned peer's signed request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.routing import Route

from hub.web.app import create_app
from hub.wire import messages
from tests.federation.nodes import Areas, cases_of, copied
from tests.named import named_in

GUARDS: dict[tuple[str, str], str] = {
    ("GET", "/healthz"): "open",
    ("GET", "/.well-known/marac-node"): "open",
    ("GET", "/federation/v1/feed"): "peer",
    ("POST", "/federation/v1/evaluations"): "peer",
    ("POST", "/federation/v1/disclosures"): "peer",
    ("POST", "/federation/v1/checkpoints"): "peer",
    ("POST", "/federation/v1/acknowledgements"): "peer",
    ("POST", "/federation/v1/reconciliations"): "peer",
    ("POST", "/federation/v1/transfers"): "peer",
    ("POST", "/federation/v1/envelopes"): "peer",
    ("POST", "/federation/v1/papers"): "peer",
    ("POST", "/federation/v1/hearings"): "peer",
}
BEHIND = sorted(route for route, guard in GUARDS.items() if guard == "peer")
OPEN = sorted(route for route, guard in GUARDS.items() if guard == "open")


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    yield made
    made.close()


def send(nodes: Areas, method: str, path: str, headers: dict[str, str]) -> httpx2.Response:
    async def go() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=nodes.network, base_url="https://eastvale") as client:
            return await client.request(
                method, path, content=b"{}" if method == "POST" else None, headers=headers
            )

    return asyncio.run(go())


def walk(routes: object) -> Iterator[tuple[str, str]]:
    """Method and path of every route, those of included routers too."""
    assert isinstance(routes, list)
    for route in routes:
        if isinstance(route, Route):
            for method in (route.methods or set()) - {"HEAD"}:
                yield method, route.path
        else:  # An included router; anything else (a mount, a socket) has to be put in the table first.
            yield from walk(route.original_router.routes)


def test_every_route_has_its_guard_in_the_table(nodes: Areas) -> None:
    assert sorted(walk(create_app(nodes["eastvale"]).router.routes)) == sorted(GUARDS)


@pytest.mark.parametrize("route", BEHIND, ids=" ".join)
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic eDp5"}, {"Cookie": "session=x"}],
    ids=["nothing", "a made-up token", "a password", "a cookie"],
)
def test_a_guarded_route_tells_strangers_nothing(
    nodes: Areas, route: tuple[str, str], headers: dict[str, str]
) -> None:
    response = send(nodes, *route, {messages.VERSION_HEADER: "1", **headers})
    assert response.status_code == 401
    assert set(response.json()) == {"type", "title", "status", "detail", "fault"}


@pytest.mark.parametrize("route", OPEN, ids=" ".join)
def test_an_open_route_tells_nothing_about_anyone(nodes: Areas, route: tuple[str, str]) -> None:
    response = send(nodes, *route, {})
    assert response.status_code == 200
    for people in cases_of("eastvale"):
        for person in people:
            assert not named_in(person, response.text)


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/", "/federation/v1", "/admin"])
def test_there_is_nothing_else(nodes: Areas, path: str) -> None:
    assert send(nodes, "GET", path, {}).status_code == 404
