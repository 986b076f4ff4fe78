"""Programs at the console's listener: a token in place of a cookie, JSON in place of pages, problems as RFC 9457.

No cookie is read here, so that no browser acts by itself. Whatever fails says what was kept and what to do, and
repeats nothing of what was sent.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Final, NamedTuple

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ValidationError

from hub.accounts import tokens
from hub.accounts.tokens import NotAllowedError, NoTokenError, TokenBearer
from hub.consent.form.parse import check_text
from hub.errors import HubError, InputError, NotFoundError, QuotaError
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.parsing import JsonError, first_error, read_json
from hub.web import ticks
from hub.web.api.acts import Call, absent
from hub.web.api.addresses import ADDRESSES, MOST_BYTES, ROOT, Address
from hub.web.api.openapi import openapi
from hub.web.guards import PERSON, ROUTES
from hub.web.limits import Allowances
from hub.web.problems import problem_of
from hub.web.read_events import Opening
from hub.web.ticks import to_the_tick

PER_SECOND: Final = 5.0
BURST: Final = 60


class Served(NamedTuple):
    """What the interface is made of. `client`: by which it reaches peers; `working`: how many acts at once."""

    node: Node
    client: Callable[[Node], PeerClient]
    working: CapacityLimiter


def add_api(app: FastAPI, made: Served) -> list[tuple[str, str]]:
    """Put the interface into an application; gives its addresses."""
    allowances = Allowances(PER_SECOND, BURST)
    for one in ADDRESSES:
        app.add_api_route(
            ROOT + one.path,
            _guarded(one, made, allowances),
            methods=[one.method],
            response_model=None,
        )
    document = openapi()

    async def described() -> Response:
        """The interface's own description."""
        return JSONResponse(document)

    app.add_api_route(f"{ROOT}/openapi.json", described, methods=["GET"], response_model=None)
    return [("GET", f"{ROOT}/openapi.json"), *((one.method, ROOT + one.path) for one in ADDRESSES)]


def is_api(request: Request) -> bool:
    """Whether a request is a program's, so that it is answered as such whatever fails."""
    return request.url.path.startswith("/api/")


async def nowhere(node: Node, request: Request) -> Response:
    """What a program gets at an address that is none: without a token, no more than that it needs one."""
    if await _bearer(node, request) is None:
        return failed(_no_token())
    return failed(absent())


def failed(error: HubError) -> Response:
    """An error as a problem."""
    answer = problem_of(error)
    if isinstance(error, NoTokenError):
        answer.headers["WWW-Authenticate"] = "Bearer"
    return answer


def _guarded(one: Address, made: Served, allowances: Allowances) -> Callable[[Request], Awaitable[Response]]:
    guard = ROUTES[one.method, ROOT + one.path]

    async def answer(request: Request) -> Response:
        if one.most > MOST_BYTES and await _bearer(made.node, request) is None:
            return failed(_no_token())  # Of nobody so much is read.
        body, begun = await _read(request, one.most), ticks.clock()
        found = await _bearer(made.node, request)
        if found is None:
            return failed(_no_token())
        if not allowances.take(found.id.hex()):
            return failed(QuotaError("This token is used too often.", retry_after=1, do="Wait, then go on."))
        opening = Opening.of(made.node, found.acting, guard, request)
        if not guard.admits(found.acting.account.role):
            await to_thread.run_sync(opening.answered, HTTPStatus.NOT_FOUND)
            await to_the_tick(made.node, begun)
            return failed(absent())
        if guard.program == PERSON or one.act is None:
            return failed(_takes_person(one.doing))
        if guard.program not in {scope.value for scope in found.scopes}:
            return failed(_scope(guard.program))
        call = Call(made.node, found.acting, request, made.client, opening, _typed(one, body))
        try:
            act = one.act if one.method != "GET" else partial(made.node.of_one_moment, one.act)
            given = await to_thread.run_sync(_acted, act, call, one.status, limiter=made.working)
        except NotFoundError:
            await to_the_tick(made.node, begun)
            raise
        return JSONResponse(given.model_dump(mode="json"), status_code=one.status)

    return answer


def _acted(act: Callable[[Call], BaseModel], call: Call, status: int) -> BaseModel:
    """What comes of an act. Who opened what is kept before it is answered, or that nothing was shown."""
    try:
        given = act(call)
    except NotFoundError as error:
        call.opening.answered(error.status)
        raise
    call.opening.answered(status)
    return given


async def _bearer(node: Node, request: Request) -> TokenBearer | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None
    return await to_thread.run_sync(tokens.bearer, node, token)


async def _read(request: Request, most: int) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise InputError(
                "The request is too long.", kept="Nothing.", do="Shorten its texts and send it again."
            )
    return bytes(body)


def _typed(one: Address, body: bytes) -> object:
    """What was sent, as the address's model. Raises InputError, which repeats nothing of it."""
    if one.takes is None:
        return None
    try:
        document = read_json(body, one.most)
        check_text(document)
        return one.takes.model_validate(document)
    except JsonError as error:
        where = error.field or "The body"
        raise InputError(f"{where} is {error.why}.", kept="Nothing.", do=error.do) from None
    except ValidationError as error:
        wrong = first_error(error, "the request")
        raise InputError(f"{wrong}.", kept="Nothing.", do="Correct that field and send it again.") from None


def _no_token() -> NoTokenError:
    return NoTokenError(
        "No token that holds was shown.",
        kept="Nothing was done.",
        do="Make one in the console, under Programs, and send it as `Authorization: Bearer TOKEN`.",
    )


def _takes_person(doing: str) -> NotAllowedError:
    return NotAllowedError(
        "This takes a person.",
        kept="Nothing was done.",
        do=f"Somebody who signs in to the console {doing}.",
    )


def _scope(wanted: str) -> NotAllowedError:
    return NotAllowedError(
        f"This token is not for that: it lacks the scope {wanted}.",
        kept="Nothing was done.",
        do="Make a token in the console, under Programs, that has it.",
    )
