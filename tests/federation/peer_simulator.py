"""A holder that answers like the real one, and lies where a test tells it to.

It stands in the network in a real node's place, passes each request to that node's own application, and hands
the answer to its lies, which may change it, sign it anew with the node's own keys, keep it, replay it, or fail.
So everything around a lie is real. Not a mock: nothing here decides what an honest answer is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2

from hub.crypto.encoding import b64, unb64
from hub.crypto.signing import SigningKey, digest, request_digest
from hub.node.node import Node
from hub.web.app import create_app
from hub.wire.messages import ANSWER_HEADER, IDEMPOTENCY_HEADER


@dataclass(frozen=True)
class Asked:
    """A request as it reached the holder."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def digest(self) -> str:
        """What an honest answer repeats."""
        return request_digest(
            self.method, self.path, self.headers.get(IDEMPOTENCY_HEADER.lower(), ""), self.body
        )

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Told:
    """An answer on its way out."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def token(self) -> str:
        return self.headers.get(ANSWER_HEADER.lower(), "")

    def json(self) -> Any:
        return json.loads(self.body)

    def with_token(self, token: str) -> Told:
        """The same answer under another signature."""
        return replace(self, headers={**self.headers, ANSWER_HEADER.lower(): token})


Lie = Callable[["Peer", Asked, Told], Told | Awaitable[Told]]


class Peer(httpx2.AsyncBaseTransport):
    """One holder. `lies` are told, in order, on paths that begin with their key; `heard` is all that was asked."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.lies: dict[str, list[Lie]] = {}
        self.heard: list[tuple[Asked, Told]] = []
        self._real = httpx2.ASGITransport(app=create_app(node))

    def lie(self, path: str, *lies: Lie) -> None:
        """Tell these lies on a path from now on; none of them ends lying there."""
        self.lies[path] = list(lies)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = await request.aread()
        path = request.url.raw_path.decode()
        asked = Asked(request.method, path, dict(request.headers), body)
        response = await self._real.handle_async_request(request)
        told = Told(response.status_code, await response.aread(), dict(response.headers))
        self.heard.append((asked, told))
        for where, lies in self.lies.items():
            if path.startswith(where):
                for lie in lies:
                    changed = lie(self, asked, told)
                    told = changed if isinstance(changed, Told) else await changed
        headers = {name: value for name, value in told.headers.items() if name.lower() != "content-length"}
        return httpx2.Response(told.status, content=told.body, headers=headers)

    def signed(self, asked: Asked, told: Told, body: bytes) -> Told:
        """Another body, signed as the holder would sign it."""
        claims = {"sha256": digest(body), "request": asked.digest}
        return replace(told, body=body).with_token(reissued(told.token, self.node.keys.signing, claims))


def compact(header: str, payload: str, key: SigningKey) -> str:
    """A compact JWT over header and payload as they are, however wrong."""
    signed = f"{b64(header.encode())}.{b64(payload.encode())}"
    return f"{signed}.{b64(key.private.sign(signed.encode()))}"


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A token's header and claims, unverified."""
    header, payload, _ = token.split(".")
    return json.loads(unb64(header)), json.loads(unb64(payload))


def reissued(
    token: str,
    key: SigningKey,
    claims: Mapping[str, Any] | None = None,
    header: Mapping[str, Any] | None = None,
) -> str:
    """A token with some claims and header fields changed (None: left out), signed anew."""
    old_header, old_claims = parts(token)

    def changed(old: dict[str, Any], new: Mapping[str, Any] | None) -> str:
        return json.dumps(
            {name: value for name, value in {**old, **(new or {})}.items() if value is not None}
        )

    return compact(changed(old_header, header), changed(old_claims, claims), key)


def fields(**changes: Any) -> Lie:
    """Change or add fields of the body, and sign it."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        return peer.signed(asked, told, json.dumps({**told.json(), **changes}).encode())

    return lie


def field_by(name: str, change: Callable[[bytes], bytes]) -> Lie:
    """Change the bytes of one base64 field of the body, and sign it."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        body = told.json()
        return peer.signed(asked, told, json.dumps({**body, name: b64(change(unb64(body[name])))}).encode())

    return lie


def token_with(claims: Mapping[str, Any] | None = None, header: Mapping[str, Any] | None = None) -> Lie:
    """Change claims or header fields of the answer's token, and sign it."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        return told.with_token(reissued(told.token, peer.node.keys.signing, claims, header))

    return lie


def token_is(make: Callable[[str, SigningKey], str]) -> Lie:
    """Put another token in place of the answer's."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        return told.with_token(make(told.token, peer.node.keys.signing))

    return lie


def plain(status: int, body: bytes = b"", **headers: str) -> Lie:
    """Answer something else altogether."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        return Told(status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    return lie


def not_before(order: list[str]) -> Lie:
    """Say nothing, and time out once `order` has "answered", of another area; `order` then has "given up"."""

    async def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        try:
            while "answered" not in order:
                await asyncio.sleep(0.01)
        finally:  # Or whoever asked waits no longer: then first.
            order.append("given up")
        raise httpx2.ReadTimeout("no answer")

    return lie


def honest(order: list[str]) -> Lie:
    """Answer as it is; `order` then has "answered"."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        order.append("answered")
        return told

    return lie


def failing(error: Callable[[str], httpx2.RequestError]) -> Lie:
    """Fail as a network does."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        raise error("the network failed")

    return lie
