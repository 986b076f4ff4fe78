"""Errors as RFC 9457 problem documents, without personal data: here alone an error becomes an HTTP answer."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from hub.errors import AuthenticationError, ClockError, HubError, QuotaError
from hub.federation.heads import HeadInconsistentError

PROBLEM: Final = "urn:marac-hub:problem:"
logger = logging.getLogger("hub")
_HTTP_CODES: Final = {404: "not_found", 405: "method_not_allowed"}


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
    if isinstance(error, ClockError):
        extra["now"] = error.now
    if isinstance(error, HeadInconsistentError) and error.held is not None:
        extra["held"] = error.held.model_dump(exclude_defaults=True)
    response = problem(error.status, error.code, str(error), extra)
    if isinstance(error, QuotaError):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def problem(status: int, code: str, detail: str, extra: dict[str, Any]) -> JSONResponse:
    """A problem document with its status; `extra` are members of our own."""
    content = {
        "type": PROBLEM + code,
        "title": code.replace("_", " "),
        "status": status,
        "detail": detail,
        **extra,
    }
    return JSONResponse(content, status_code=status, media_type="application/problem+json")


def problem_handlers(app: FastAPI) -> None:
    """Map the error family, and whatever else escapes, to problem documents without personal data.

    What is this node's own failure is told to whoever runs it, once: an exception that is not ours by the server.
    """

    async def known(_: Request, error: Exception) -> Response:
        if isinstance(error, HubError) and error.status >= 500:
            logger.error("A request failed. %s", error, exc_info=error)
        return problem_of(error if isinstance(error, HubError) else HubError("The node failed."))

    async def http(_: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = _HTTP_CODES.get(status, "fault")
        return problem(status, code, "This node has no such address or method.", {"fault": "remote"})

    async def gone(_: Request, __: Exception) -> Response:
        return problem(408, "incomplete", "The request was not complete in time.", {"fault": "remote"})

    handlers: dict[type[Exception], Callable[[Request, Exception], Coroutine[Any, Any, Response]]] = {
        HubError: known,
        HTTPException: http,
        ClientDisconnect: gone,
        Exception: known,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)
