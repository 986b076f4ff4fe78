"""Somebody on the network between real nodes: keeps all that is said, sends again, swaps and answers as they like.

Each node is its real application over its real database, reached in this process. What an honest node sent is kept
apart from what is sent in its name.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import httpx2

from hub.crypto.encoding import unb64
from hub.crypto.signing import SigningKey, digest, sign
from hub.node.certificates import own_certificate
from hub.node.node import Node
from hub.wire.messages import (
    ANSWER_HEADER,
    CERTIFICATE_HEADER,
    DISCLOSURES_PATH,
    EVALUATIONS_PATH,
    IDEMPOTENCY_HEADER,
    VERSION_HEADER,
)
from hub.wire.transfers import TRANSFERS_PATH
from tests.federation.hand import MESSAGES
from tests.federation.nodes import Areas

SAYING: Final = (EVALUATIONS_PATH, DISCLOSURES_PATH, TRANSFERS_PATH)
"""What is said of somebody."""
NAME: Final = 16
"""Letters: what is shorter names nothing in particular."""
KEPT_HEADERS: Final = (
    "authorization",
    "content-type",
    *(one.lower() for one in (CERTIFICATE_HEADER, IDEMPOTENCY_HEADER, VERSION_HEADER)),
)


@dataclass(frozen=True)
class Carried:
    """A message of an honest node, as it was sent, and what the node that it was for answered."""

    to: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    status: int = 0
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: bytes = b""

    @cached_property
    def claims(self) -> dict[str, Any]:
        """What its signature is over."""
        found: dict[str, Any] = json.loads(unb64(self.headers["authorization"].split(".")[1]))
        return found

    @property
    def sender(self) -> str:
        """Whose signature it is."""
        return str(self.claims["iss"])

    @cached_property
    def said(self) -> dict[str, Any]:
        """Its body; nothing where it has none."""
        found: dict[str, Any] = json.loads(self.body) if self.body else {}
        return found

    @property
    def names(self) -> set[str]:
        """By what it names its check, its asker, its content and its own sending."""
        said = {
            str(self.said.get(name, ""))
            for name in ("check_id", "user", "commitment", "transfer_id", "sealed")
        }
        key = self.headers.get(IDEMPOTENCY_HEADER.lower(), "")
        return {one for one in (*said, *key.split("-"), self.claims["jti"]) if len(one) >= NAME}

    @property
    def token(self) -> str:
        """The signature of the answer."""
        return self.answer_headers.get(ANSWER_HEADER.lower(), "")


@dataclass
class Between:
    """The network. `carried`: what honest nodes said, in order. `instead`: what each node's next answer becomes.

    `relays`: who puts the next question to each node as its own, and hands on what it is answered.
    """

    areas: Areas
    carried: list[Carried] = field(default_factory=list)
    instead: dict[str, Carried] = field(default_factory=dict)
    relays: dict[str, Node] = field(default_factory=dict)
    attacking: bool = False

    def __post_init__(self) -> None:
        hosts = self.areas.network.hosts
        for node_id, there in list(hosts.items()):
            hosts[node_id] = _Way(node_id, there, self)

    def said(self, *paths: str, sender: str = "") -> list[Carried]:
        """What was said of somebody, or on those paths."""
        return [one for one in self.carried if one.path in (paths or SAYING) and sender in ("", one.sender)]

    def send(self, to: str, one: Carried, **changes: Any) -> httpx2.Response:
        """Send a message to a node, as it was or with another `body` or other `headers`."""
        headers = dict(changes.get("headers", one.headers))
        body: bytes = changes.get("body", one.body)

        async def go() -> httpx2.Response:
            url = f"https://{to}"
            async with httpx2.AsyncClient(transport=self.areas.network, base_url=url) as client:
                return await client.request(one.method, one.path, content=body or None, headers=headers)

        with self.attack():
            return asyncio.run(go())

    def signed(self, one: Carried, sender: str, key: SigningKey, certificate: str) -> dict[str, str]:
        """The headers of a message, signed anew with a key, fresh, under an Idempotency-Key of its own."""
        now = int(self.areas.clock())
        claims = {
            **one.claims,
            "iss": sender,
            "sub": sender,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(16),
            "sha256": digest(one.body),
        }
        return {
            **one.headers,
            "authorization": "Bearer " + sign(key, MESSAGES[one.path], claims),
            CERTIFICATE_HEADER.lower(): certificate,
            IDEMPOTENCY_HEADER.lower(): secrets.token_hex(8),
        }

    @contextmanager
    def attack(self) -> Iterator[None]:
        """What is sent meanwhile is no honest node's."""
        self.attacking = True
        try:
            yield
        finally:
            self.attacking = False


class _Way(httpx2.AsyncBaseTransport):
    """The way to one node."""

    def __init__(self, node_id: str, there: httpx2.AsyncBaseTransport, between: Between) -> None:
        self._node_id, self._there, self._between = node_id, there, between

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        sent = Carried(
            to=self._node_id,
            method=request.method,
            path=request.url.raw_path.decode(),
            headers={name: request.headers[name] for name in KEPT_HEADERS if name in request.headers},
            body=await request.aread(),
        )
        honest = not self._between.attacking and "authorization" in request.headers
        if honest and sent.path == EVALUATIONS_PATH and self._node_id in self._between.relays:
            thief = self._between.relays.pop(self._node_id)
            headers = self._between.signed(
                sent, thief.node_id, thief.keys.signing, own_certificate(thief).token
            )
            request = httpx2.Request("POST", request.url, headers=headers, content=sent.body)
            honest = False
        answer = await self._there.handle_async_request(request)
        content = await answer.aread()
        if not honest:
            return httpx2.Response(answer.status_code, headers=answer.headers, content=content)
        one = replace(sent, status=answer.status_code, answer_headers=dict(answer.headers), answer=content)
        self._between.carried.append(one)
        told = self._between.instead.pop(self._node_id, one) if one.path in SAYING else one
        return httpx2.Response(told.status, headers=dict(told.answer_headers), content=told.answer)
