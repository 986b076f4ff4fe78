"""What a handler of the console is given: the node, who asks, and what they typed.

A handler looks at no role: the route table did (`hub.web.guards`). It gives a page, or the address of the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from fastapi import Request, Response
from pydantic import BaseModel
from starlette.responses import RedirectResponse

from hub.accounts.accounts import Acting
from hub.accounts.sessions import SignedIn
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.web.console.forms import Form, form_of
from hub.web.console.rendering import Pages
from hub.web.console.sentences import Sentences
from hub.web.console.uploads import Upload
from hub.web.guards import ROUTES
from hub.web.read_events import Opening

T = TypeVar("T", bound=BaseModel)
R = TypeVar("R")


class _Nothing(BaseModel):
    """What a button alone sends."""


@dataclass(frozen=True)
class Asked:
    """One request. `typed`: what its form had, field by field in order; `file`: what it brought.

    `client`: by which peers are reached. `opening`: what they open is kept by, where anybody is signed in.

    `session` is there wherever the table asks for a role.
    """

    node: Node
    pages: Pages
    request: Request
    session: SignedIn | None
    typed: tuple[tuple[str, str], ...] = ()
    file: Upload | None = None
    client: Callable[[Node], PeerClient] = PeerClient
    opening: Opening | None = None

    @property
    def acting(self) -> Acting:
        """Who is signed in. Raises RuntimeError at an address that is open to anybody."""
        if self.session is None:
            raise RuntimeError("Nobody is signed in here.")
        return self.session.acting

    def may(self, path: str) -> bool:
        """Whether the table lets them open an address: a link to another is no use."""
        return ROUTES["GET", path].admits(self.acting.account.role)

    def shows(self, *cases: str) -> None:
        """The page shows these cases, or people on them, by their handles (hex): its address does not name them."""
        if self.opening is not None:
            self.opening.shows(*cases)

    @property
    def address(self) -> str:
        """Where the request came from, as far as trusted proxies say."""
        return self.request.client.host if self.request.client else ""

    def place(self, name: str) -> str:
        """A part of the address, such as a case's handle."""
        return str(self.request.path_params[name])

    def one(self, name: str) -> str:
        """What was typed in a field; nothing where there is none, or more than one."""
        found = [value for field, value in self.typed if field == name]
        return found[0] if len(found) == 1 else ""

    def form(self, model: type[T], sentences: Sentences | None = None) -> Form[T]:
        """What was typed, as a model or with what is wrong with it. Raises InputError as `form_of`."""
        return form_of(self.typed, model, sentences)

    def pressed(self) -> None:
        """A button alone was pressed. Raises InputError where a form had anything else."""
        form_of(self.typed, _Nothing)

    def peers(self, act: Callable[[PeerClient], Coroutine[Any, Any, R]]) -> R:
        """What comes of an act that reaches peers. It blocks: for a handler that runs in a thread of its own."""

        async def go() -> R:
            async with self.client(self.node) as client:
                return await act(client)

        return asyncio.run(go())

    def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """A page."""
        return self.pages.page(self.request, template, status, **context)

    def not_found(self) -> Response:
        """The one page for what is not there and what nobody may know to be there."""
        return self.pages.not_found(self.request)


Handler = Callable[[Asked], Response] | Callable[[Asked], Awaitable[Response]]


class Page(NamedTuple):
    """An address, and what answers there. Who may is in the table. `brings_file`: its form may bring one."""

    method: str
    path: str
    handler: Handler
    brings_file: bool = False


def see(path: str) -> Response:
    """Go to another address of the console."""
    return RedirectResponse(path, status_code=303)


def cookie_of(node: Node) -> str:
    """The name of the node's cookie: nodes at one address do not sign each other out."""
    return f"__Host-{node.node_id}"


def with_cookie(asked: Asked, response: Response, token: str) -> Response:
    """The cookie is new at each sign-in: one that somebody planted before is nobody's."""
    response.set_cookie(cookie_of(asked.node), token, path="/", secure=True, httponly=True, samesite="strict")
    return response
