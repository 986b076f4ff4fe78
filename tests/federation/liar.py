"""A holder that says everything that can be said wrongly, properly signed.

It passes each request to its node's own application, and changes the answer by the mutations of a round: it has
that node's keys, the root key too. What comes of it is `tests.federation.campaign`.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import httpx2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.crypto import hpke
from hub.crypto.encoding import b64, unb64
from hub.crypto.hpke import SealContext
from hub.crypto.signing import SigningKey
from hub.errors import InputError
from hub.node.keys import load_root
from hub.node.node import Node
from hub.wire.certificates import revoke
from hub.wire.messages import CERTIFICATE_HEADER, DISCLOSURES_PATH, EVALUATIONS_PATH, FEED_PATH, METADATA_PATH
from hub.wire.witness import ACKNOWLEDGEMENTS_PATH, CHECKPOINTS_PATH, RECONCILIATIONS_PATH
from tests.federation.mutations import Document, Mutation
from tests.federation.peer_simulator import Asked, Peer, Told, compact, parts
from tests.federation.said_wrongly import Others, changed, header_changed

STRANGER: Final = SigningKey.of(Ed25519PrivateKey.generate())
TOLD_ON: Final = {
    "evaluation": (EVALUATIONS_PATH,),
    "answer": (EVALUATIONS_PATH, FEED_PATH, DISCLOSURES_PATH),
    "certificate": (EVALUATIONS_PATH, FEED_PATH, DISCLOSURES_PATH),
    "problem": (EVALUATIONS_PATH, FEED_PATH, DISCLOSURES_PATH, METADATA_PATH),
    "metadata": (METADATA_PATH,),
    "certificate in metadata": (METADATA_PATH,),
    "revocation": (METADATA_PATH,),
    "feed page": (FEED_PATH,),
    "manifest": (FEED_PATH,),
    "disclosure answer": (DISCLOSURES_PATH,),
    "disclosure": (DISCLOSURES_PATH,),
    "checkpoint": (CHECKPOINTS_PATH,),
    "acknowledged": (ACKNOWLEDGEMENTS_PATH,),
    "reconciliation": (RECONCILIATIONS_PATH,),
}
"""On which paths each kind of message is told."""
STATUSES: Final = (400, 401, 406, 409, 410, 422, 429, 500, 502, 503)


@dataclass(frozen=True)
class Round:
    """One answer that is told wrongly: on which path, and how."""

    path: str
    changes: tuple[Mutation, ...]

    @property
    def kind(self) -> str:
        return self.changes[0].kind


class Liar(Peer):
    """The holder. Without a round it is honest; `earlier` is what it last said honestly, by kind and path."""

    def __init__(self, node: Node, asker: Callable[[], Node], chance: random.Random) -> None:
        super().__init__(node)
        self.asker = asker
        self.chance = chance
        self.round: Round | None = None
        self.told = 0
        self.earlier: dict[tuple[str, str], Document] = {}
        self.another: dict[tuple[str, str], Document] = {}
        self._root = load_root(node.home / "keys")

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        asked, told = self.heard.pop()
        path = asked.path.partition("?")[0]
        if told.status != 200:
            return response
        if self.round is None or self.round.path != path:
            self._remember(path, asked, told)
            return response
        self.told += 1
        lie = self._lie(asked, told, self.round)
        headers = [(name, value) for name, value in lie.headers.items() if name != "content-length"]
        return httpx2.Response(lie.status, content=lie.body, headers=headers)

    def _remember(self, path: str, asked: Asked, told: Told) -> None:
        for kind, where in TOLD_ON.items():
            if path in where:
                self.earlier[kind, path] = self._document(kind, asked, told)

    def _document(self, kind: str, asked: Asked, told: Told) -> Document:
        """What an honest answer says of this kind."""
        documents: dict[str, Callable[[], Any]] = {
            "answer": lambda: parts(told.token)[1],
            "certificate": lambda: parts(told.headers[CERTIFICATE_HEADER.lower()])[1],
            "metadata": lambda: parts(told.body.decode())[1],
            "certificate in metadata": lambda: parts(parts(told.body.decode())[1]["certificate"])[1],
            "revocation": lambda: parts(self._revocation())[1],
            "manifest": lambda: parts(told.json()["manifest"])[1],
            "disclosure": lambda: json.loads(self._opened(asked, told)),
            "problem": lambda: {
                "type": "urn:marac-hub:problem:conflict",
                "title": "Conflict",
                "status": 409,
                "detail": "It clashes with what is there.",
                "fault": "remote",
                "supported": [1],
                "now": self.node.now(),
            },
        }
        found: Document = documents.get(kind, told.json)()
        return found

    def _lie(self, asked: Asked, told: Told, lie: Round) -> Told:
        kind, changes = lie.kind, lie.changes
        document = self._document(kind, asked, told)
        others = Others(self.another.get((kind, lie.path)), self.earlier.get((kind, lie.path)))
        text = changed(document, changes, others)
        online = self.node.keys.signing
        if kind == "answer":
            return told.with_token(self._token(told.token, text, online, changes))
        if kind == "certificate":
            name = CERTIFICATE_HEADER.lower()
            token = self._token(told.headers[name], text, self._root, changes)
            return replace(told, headers={**told.headers, name: token})
        if kind == "problem":
            headers = {"content-type": "application/problem+json", "retry-after": self.chance.choice(
                ("1", "-1", "1e999", "x" * 1000))}  # fmt: skip
            return Told(self.chance.choice(STATUSES), text.encode(), headers)
        if kind == "metadata":
            return replace(told, body=self._token(told.body.decode(), text, online, changes).encode())
        if kind in ("certificate in metadata", "revocation"):
            claims = parts(told.body.decode())[1]
            honest = claims["certificate"] if kind != "revocation" else self._revocation()
            token = self._token(honest, text, self._root, changes)
            more = {"certificate": token} if kind != "revocation" else {"revocations": [token]}
            header = json.dumps(parts(told.body.decode())[0])
            return replace(told, body=compact(header, json.dumps({**claims, **more}), online).encode())
        if kind == "manifest":
            token = self._token(told.json()["manifest"], text, online, changes)
            return self.signed(asked, told, json.dumps({**told.json(), "manifest": token}).encode())
        if kind == "disclosure":
            return self.signed(
                asked, told, json.dumps({**told.json(), "sealed": self._sealed(asked, text)}).encode()
            )
        return self.signed(asked, told, text.encode())

    def _token(self, honest: str, claims: str, key: SigningKey, changes: Sequence[Mutation]) -> str:
        """A token of these claims, signed as the changes say."""
        header = header_changed(parts(honest)[0], changes)
        how = next((one.how for one in changes if one.path == ("signature",)), None)
        made = compact(header, claims, key)
        head, payload, signature = made.split(".")
        if how == "of nobody":
            return f"{head}.{payload}."
        if how == "of another key":
            return compact(header, claims, STRANGER)
        if how == "of another key by its name":
            return compact(json.dumps({**parts(honest)[0], "kid": STRANGER.kid}), claims, STRANGER)
        if how == "of something else":
            return f"{head}.{payload}.{b64(key.private.sign(b'something else'))}"
        if how == "of an earlier one":
            return f"{head}.{b64((claims + ' ').encode())}.{signature}"
        if how == "without a key's name":
            nameless = {name: value for name, value in parts(honest)[0].items() if name != "kid"}
            return compact(json.dumps(nameless), claims, key)
        if how == "of no algorithm":
            return f"{b64(json.dumps({**parts(honest)[0], 'alg': 'none'}).encode())}.{payload}."
        return made

    def _revocation(self) -> str:
        return revoke(self._root, self.node.node_id, 1, "A key was stolen.", self.node.now())

    def _context(self, asked: Asked) -> SealContext:
        request, asker = asked.json(), self.asker()
        return SealContext(
            "disclosure-answer", self.node.node_id, asker.node_id, asker.sealing_key_id, request["check_id"],
            request["handle"], request["level"],
        )  # fmt: skip

    def _opened(self, asked: Asked, told: Told) -> bytes:
        return hpke.unseal(unb64(told.json()["sealed"]), self.asker().keys.sealing, self._context(asked))

    def _sealed(self, asked: Asked, text: str) -> str:
        try:
            return b64(hpke.seal(text.encode(), self.asker().keys.sealing_public, self._context(asked)))
        except InputError:  # Longer than anything that is sealed.
            return b64(text.encode())


def application(liar: Liar) -> Callable[..., Any]:
    """The liar, to be served."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        url = liar.node.settings.url + (scope["raw_path"] + query).decode()
        request = httpx2.Request(scope["method"], url, headers=scope["headers"], content=body)
        response = await liar.handle_async_request(request)
        await send(
            {"type": "http.response.start", "status": response.status_code, "headers": response.headers.raw}
        )
        await send({"type": "http.response.body", "body": await response.aread()})

    return app
