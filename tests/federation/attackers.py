"""Two honest areas in memory, and a peer that holds real keys and means harm: for attacks on the protocol.

The areas are whole nodes (real database, real keys, real routes); only the wire between them is a function call.
"""

from __future__ import annotations

import asyncio
import csv
import json
import secrets
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from hub.cases.importing.assemble import read_cases
from hub.cases.importing.run import import_cases
from hub.crypto import encoding, signing
from hub.crypto.signing import SigningKey
from hub.demo.form import write_agreement
from hub.federation.client import PeerClient
from hub.federation.peers import add_peer
from hub.federation.publish import publish
from hub.node.certificates import online_keys, own_certificate
from hub.node.home import create_home, current_metadata
from hub.node.keys import load_root
from hub.node.node import Node, key_folder
from hub.node.settings import ServerLimits, Settings
from hub.sample.agreement import SAMPLE_REF, Signed
from hub.values import AgencyKind, Mode
from hub.web.app import create_app
from hub.wire import messages
from hub.wire.certificates import certify
from hub.wire.messages import MessageType

AGREEMENT = SAMPLE_REF
SIGNED = ("northmoor", "eastvale", "southmere")
Handler = Callable[[httpx2.Request], Awaitable[httpx2.Response]]
PEOPLE = [
    {
        "case_ref": "N-1",
        "kind": "marac",
        "referral_date": "2026-02-03",
        "role": "victim",
        "given_names": "Orla",
        "surname": "Quennell",
        "date_of_birth": "1988-07-14",
        "agreement": "given",
        "victim_aware": "yes",
        "publish": "yes",
    }
]


class Wire(httpx2.AsyncBaseTransport):
    """Carries requests to whoever answers at a host name."""

    def __init__(self) -> None:
        self.hosts: dict[str, Handler] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        handler = self.hosts.get(request.url.host)
        if handler is None:
            raise httpx2.ConnectError("no such host", request=request)
        return await handler(request)


def make_area(folder: Path, area: str, people: list[dict[str, str]] | None = None) -> Node:
    """A node that has imported and published these people."""
    node = create_home(
        folder / area,
        Settings(
            node_id=area,
            area=area.capitalize(),
            url=f"https://{area}.test",
            database="sqlite:///hub.sqlite3",
            agency="A",
            agency_kind=AgencyKind.police,
            peer_timeout_s=60,  # A disk that stands still for a while is no attack.
            server=ServerLimits(tick_s=0.05),
        ),
    )
    signed = [Signed(one, agency, "police") for one in SIGNED for agency in ("A", "Z")]
    write_agreement(node.home, node.today(), signed)
    rows = PEOPLE if people is None else people
    if rows:
        file = folder / f"{area}.csv"
        with file.open("w", encoding="utf-8", newline="") as target:
            writer = csv.DictWriter(target, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        assert not import_cases(node, read_cases(file), dry_run=False, progress=lambda _: None).rejected
    publish(node)
    return node


@dataclass
class World:
    """`victim` and `attacker` are peers of each other; the attacker's node answers by its own rules."""

    victim: Node
    attacker: Node
    wire: Wire = field(default_factory=Wire)

    def __post_init__(self) -> None:
        for node in (self.victim, self.attacker):
            self.wire.hosts[f"{node.node_id}.test"] = honest(node)

    def client(self, node: Node) -> PeerClient:
        """A peer client of a node over this wire."""
        return PeerClient(node, transport=self.wire)

    def introduce(self) -> None:
        """Pin each other, by thumbprint."""

        async def both() -> None:
            for here, there in ((self.victim, self.attacker), (self.attacker, self.victim)):
                async with self.client(here) as client:
                    await add_peer(here, client, there.settings.url, thumbprint_of(there))

        asyncio.run(both())

    def request(self, message: MessageType, path: str, body: bytes, **changed: Any) -> httpx2.Response:
        """A request that the attacker signs with its real key; `changed` replaces claims, method or headers."""
        method = changed.pop("method", "POST")
        certificate = own_certificate(self.attacker).token
        headers = {
            messages.VERSION_HEADER: "1",
            messages.CERTIFICATE_HEADER: certificate,
            messages.IDEMPOTENCY_HEADER: secrets.token_hex(8),
        }
        headers |= changed.pop("headers", {})
        now = self.attacker.now()
        claims = {
            "iss": self.attacker.node_id,
            "sub": self.attacker.node_id,
            "aud": self.victim.node_id,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(16),
            "htm": method,
            "htu": self.victim.settings.url + path,
            "sha256": signing.digest(body),
        } | changed
        token = signing.sign(self.attacker.keys.signing, message, claims)
        return self.send(method, path, body, headers | {"Authorization": f"Bearer {token}"})

    def send(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str | bytes]
    ) -> httpx2.Response:
        """Any request at all to the victim."""

        async def once() -> httpx2.Response:
            async with httpx2.AsyncClient(transport=self.wire) as http:
                url = self.victim.settings.url + path
                raw = [
                    (name.encode(), value if isinstance(value, bytes) else value.encode())
                    for name, value in headers.items()
                ]
                return await http.request(method, url, content=body, headers=raw)

        return asyncio.run(once())

    def table(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the victim's database, as a thief reads them."""
        with sqlite3.connect(self.victim.home / "hub.sqlite3") as connection:
            return connection.execute(query).fetchall()


def honest(node: Node) -> Handler:
    """The node's own application; a fault in it is an answer, as over real HTTP."""
    transport = httpx2.ASGITransport(create_app(node), raise_app_exceptions=False)
    return transport.handle_async_request


def thumbprint_of(node: Node) -> str:
    """What the other side would hear by telephone."""
    return load_root(key_folder(node.home, node.settings)).kid


def answering(node: Node, answer: Callable[[httpx2.Request], dict[str, Any] | None]) -> Handler:
    """The node as a liar: `answer` gives the body for a request, signed with the node's real key.

    Its metadata stay honest; None for a request leaves that to the honest node.
    """
    truthful = honest(node)

    async def handle(request: httpx2.Request) -> httpx2.Response:
        told = answer(request)
        if told is None:
            return await truthful(request)
        content = await request.aread()
        body = json_bytes(told)
        path = request.url.raw_path.decode()
        key = request.headers.get(messages.IDEMPOTENCY_HEADER, "")
        asker = jwt_claims(request.headers["Authorization"].removeprefix("Bearer "))["iss"]
        now = node.now()
        claims = {
            "iss": node.node_id,
            "sub": node.node_id,
            "aud": asker,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_hex(16),
            "request": signing.request_digest(request.method, path, key, content),
            "sha256": signing.digest(body),
            "receipt": None,
        }
        token = signing.sign(node.keys.signing, MessageType.answer, claims)
        certificate = own_certificate(node).token
        headers = {messages.ANSWER_HEADER: token, messages.CERTIFICATE_HEADER: certificate}
        return httpx2.Response(200, content=body, headers=headers)

    return handle


def telling(node: Node, changed: dict[str, Any]) -> Handler:
    """The node with other metadata, certified by its real root key and signed with its real keys."""
    truthful = honest(node)

    async def handle(request: httpx2.Request) -> httpx2.Response:
        if request.url.path != messages.METADATA_PATH:
            return await truthful(request)
        claims = jwt_claims(current_metadata(node)) | changed
        root = load_root(key_folder(node.home, node.settings))
        claims["certificate"] = certificate(node, root, claims["iss"])
        return httpx2.Response(200, text=signing.sign(node.keys.signing, MessageType.metadata, claims))

    return handle


def certificate(node: Node, root: SigningKey, name: str) -> str:
    """A root key's word for this node's keys, under any name it likes; under its own, the one that it has."""
    own = own_certificate(node)
    if name == node.node_id:
        return own.token
    return certify(root, name, online_keys(node.keys), own.told.serial, node.now(), Mode.trial)


def jwt_claims(token: str) -> dict[str, Any]:
    """The claims of a token, unverified."""
    claims: dict[str, Any] = json.loads(encoding.unb64(token.split(".")[1]))
    return claims


def json_bytes(document: dict[str, Any]) -> bytes:
    """The bytes of an answer."""
    return json.dumps(document).encode()
