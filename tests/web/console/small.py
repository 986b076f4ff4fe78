"""A small console: the real headers, files, templates and form reader, with pages of the tests' own."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from fastapi import Request, Response
from starlette.exceptions import HTTPException

from hub.errors import HubError, InputError
from hub.node.node import Node
from hub.node.settings import Contact, Settings
from hub.values import Mode
from hub.web.console import rendering
from hub.web.console.assets import asset_routes
from hub.web.console.headers import Protected
from hub.web.console.rendering import Link, Pages, SignedIn

SETTINGS = Settings(
    node_id="castlebridge",
    area="Castlebridge",
    url="https://castlebridge.example",
    mode=Mode.trial,
    database="sqlite:///hub.sqlite3",
    contact=Contact(phone="01632 960101", hours="Monday to Friday, 9am to 5pm"),
)
PRIYA = SignedIn(
    "Priya Shah", "Castlebridge Council", "coordinator", (Link("My work", "/"), Link("Cases", "/cases"))
)


def pages_of(settings: Settings = SETTINGS) -> Pages:
    """The pages of a node with these settings: they use nothing else of it."""
    return Pages(cast(Node, SimpleNamespace(settings=settings)))


def small_console(*, https: bool = False, signed_in: SignedIn | None = PRIYA) -> Protected:
    """An application with a page, a form's address, and one error of each kind."""
    app, pages = Protected(https=https, openapi_url=None), pages_of()
    app.include_router(asset_routes())

    @app.middleware("http")
    async def who(request: Request, call_next: Any) -> Response:
        request.state.signed_in = signed_in
        request.state.banners = ("Rivermouth cannot be reached since 9:03am.",)
        response: Response = await call_next(request)
        return response

    @app.get("/")
    async def start(request: Request) -> Response:
        return pages.page(request, "small.html", name="<script>alert(1)</script>")

    turns = iter(range(1, 1_000))

    @app.get("/polled")
    async def polled(request: Request) -> Response:
        return pages.page(request, "polled.html", turn=0)

    @app.get("/part")
    async def part(request: Request) -> Response:
        return Response(pages.text(request, "part.html", turn=next(turns)), media_type="text/html")

    @app.post("/")
    async def change() -> Response:
        return Response("changed")

    @app.get("/error")
    async def fails(request: Request) -> Response:
        raise InputError("The file cannot be read.", kept="Nothing.", do="Send it again.")

    @app.get("/broken")
    async def breaks() -> Response:
        raise ZeroDivisionError

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: Exception) -> Response:
        return pages.not_found(request)

    @app.exception_handler(HubError)
    async def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, HubError)
        return pages.error(request, error)

    return app


def with_templates(folder: Path, monkeypatch: Any) -> None:
    """Let the pages find the templates of a test beside their own."""
    loader = rendering.environment().loader
    monkeypatch.setattr(loader, "searchpath", [*loader.searchpath, str(folder)])  # type: ignore[union-attr]
