"""What every answer of the console tells the browser, and which requests are refused before anybody reads them.

Headers stand on every answer, errors too; what is no page may bear a narrower policy of its own. A request that
changes something has to come from the console's own pages: a browser says so by `Sec-Fetch-Site` or `Origin`, and
one that bears neither is refused. Programs that bear a token are no browsers, and pass: no browser sends a bearer
token by itself. Who is asking is not looked at here.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from asgi_cross_origin_protection import CrossOriginProtection
from fastapi import FastAPI, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ALWAYS: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex, nofollow",
}
HTTPS_ONLY: Final = "max-age=31536000"
NOT_KEPT: Final = "no-store"
REFUSED: Final = (
    "This request did not come from a page of this service, so nothing was done. "
    "Open the service again and send the form from there."
)


class Protected(FastAPI):
    """An application whose every answer bears the headers, and which refuses what other sites' pages send.

    `https`: whether people reach it by https, so that their browsers are told to use nothing else.
    """

    def __init__(self, *, https: bool, **more: Any) -> None:
        super().__init__(**more)
        self._https = https

    def build_middleware_stack(self) -> ASGIApp:
        """Put the protection around everything else, so that the server's own error answers are inside too."""
        inner: ASGIApp = super().build_middleware_stack()
        guarded = CrossOriginProtection(
            inner,
            deny_app=PlainTextResponse(REFUSED, 403),
            allow_unverifiable_requests=False,
        )
        return _HeadersOnEveryAnswer(_ProgramsPass(guarded, inner), https=self._https)


def nonce(request: Request) -> str:
    """Return the nonce of this answer's inline scripts."""
    return str(request.state.nonce)


class _ProgramsPass:
    """A program's request with a bearer token goes on; everything else through the protection.

    Only where it bears no cookie: what a browser signs by itself is a browser's request.
    """

    def __init__(self, guarded: ASGIApp, inner: ASGIApp) -> None:
        self._guarded, self._inner = guarded, inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        program = False
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            program = headers.get("authorization", "").startswith("Bearer ") and "cookie" not in headers
        await (self._inner if program else self._guarded)(scope, receive, send)


class _HeadersOnEveryAnswer:
    """Adds the headers, and gives each request a nonce of its own in `request.state.nonce`."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app, self._https = app, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        drawn = secrets.token_urlsafe(16)
        scope.setdefault("state", {})["nonce"] = drawn

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(ALWAYS)
                headers.setdefault("Content-Security-Policy", POLICY.format(nonce=drawn))
                headers.setdefault("Cache-Control", NOT_KEPT)
                if self._https:
                    headers["Strict-Transport-Security"] = HTTPS_ONLY
            await send(message)

        await self._app(scope, receive, with_headers)
