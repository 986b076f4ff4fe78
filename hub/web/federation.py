"""The federation's HTTP routes: authenticate, hand to the holder, sign what comes back.

Handlers commit before they answer: each holder function ends its own transaction. Errors become RFC 9457
problem documents here and nowhere else. No personal data is in a URL, so none is in a server's log.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from hub.audit.events import Action, Detail, Event, Refs, peer_actor
from hub.checks import receive
from hub.errors import AuthenticationError, HubError, InputError, QuotaError
from hub.federation import evaluate
from hub.federation.authentication import Caller, authenticate, signed_answer
from hub.federation.authentication import Request as SignedRequest
from hub.federation.evaluate import Answer, Refused
from hub.node.node import Node
from hub.wire import messages
from hub.wire.messages import MessageType

PROBLEM: Final = "urn:marac-hub:problem:"
_HTTP_CODES: Final = {404: "not_found", 405: "method_not_allowed"}


def federation_routes(node: Node, metadata: Callable[[], str]) -> APIRouter:
    """The routes of one node. `metadata` gives its present signed metadata."""
    router = APIRouter()

    @router.get(messages.METADATA_PATH)
    def well_known() -> Response:
        return Response(metadata(), media_type="application/jwt", headers={"Cache-Control": "no-store"})

    @router.get(messages.FEED_PATH)
    async def feed(request: Request) -> Response:
        cursor = request.query_params.get("cursor", "")
        return await _answer(
            node, request, MessageType.feed, lambda caller, _: evaluate.feed_page(node, caller, cursor)
        )

    @router.post(messages.EVALUATIONS_PATH)
    async def evaluations(request: Request) -> Response:
        def work(caller: Caller, signed: SignedRequest) -> Answer | Refused:
            return evaluate.evaluate(
                node, caller, messages.parse_request(messages.EvaluationRequest, signed.body)
            )

        return await _answer(node, request, MessageType.evaluation, work)

    @router.post(messages.DISCLOSURES_PATH)
    async def disclosures(request: Request) -> Response:
        def work(caller: Caller, signed: SignedRequest) -> Answer | Refused:
            return receive.answer(
                node, caller, signed, messages.parse_request(messages.DisclosureRequest, signed.body)
            )

        return await _answer(node, request, MessageType.disclosure, work)

    return router


Work = Callable[[Caller, SignedRequest], Answer | Refused]


async def _answer(node: Node, request: Request, message: MessageType, work: Work) -> Response:
    version = request.headers.get(messages.VERSION_HEADER, "")
    if version != str(messages.VERSION):
        extra = {"fault": "remote", "supported": [messages.VERSION]}
        return _problem(406, "unsupported_version", "this node speaks other versions", extra)
    body = await _body(request)
    query = f"?{request.url.query}" if request.url.query else ""
    signed = SignedRequest(
        request.method,
        request.url.path + query,
        body,
        request.headers.get("Authorization", ""),
        request.headers.get(messages.IDEMPOTENCY_HEADER, ""),
    )
    return await run_in_threadpool(_answer_now, node, signed, message, work)


def _answer_now(node: Node, signed: SignedRequest, message: MessageType, work: Work) -> Response:
    caller = authenticate(node, signed, message)
    try:
        result = work(caller, signed)
    except AuthenticationError:
        # A replay, or a sealed message out of its context: its transaction is gone, its trace stays.
        with node.write() as (_, record):
            refs = Refs(peer=caller.node_id)
            detail = Detail(fault="not_authentic")
            record(
                Event(
                    action=Action.request_refused, actor=peer_actor(caller.node_id), refs=refs, detail=detail
                )
            )
        raise
    if isinstance(result, Refused):
        return problem_of(result.error)
    token = signed_answer(node, caller, signed, result.body, result.receipt)
    return Response(result.body, media_type="application/json", headers={messages.ANSWER_HEADER: token})


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > messages.MAX_BODY_BYTES:
            raise InputError("the request is too long")
    return body


def problem_of(error: HubError) -> JSONResponse:
    """An error as a problem document; `fault` says whose it is."""
    fault = (
        "membership"
        if isinstance(error, AuthenticationError)
        else "remote"
        if error.status < 500
        else "local"
    )
    extra: dict[str, Any] = {"fault": fault}
    response = _problem(error.status, error.code, str(error), extra)
    if isinstance(error, QuotaError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _problem(status: int, code: str, detail: str, extra: dict[str, Any]) -> JSONResponse:
    content = {
        "type": PROBLEM + code,
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
        **extra,
    }
    return JSONResponse(content, status_code=status, media_type="application/problem+json")


def problem_handlers(app: FastAPI) -> None:
    """Map the error family, and whatever else escapes, to problem documents without personal data."""

    async def known(_: Request, error: Exception) -> Response:
        return problem_of(error if isinstance(error, HubError) else HubError("the node failed"))

    async def http(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = _HTTP_CODES.get(status, "fault")
        return _problem(status, code, "this node has no such address or method", {"fault": "remote"})

    handlers: dict[type[Exception], Callable[[Request, Exception], Coroutine[Any, Any, Response]]] = {
        HubError: known,
        HTTPException: http,
        Exception: known,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
