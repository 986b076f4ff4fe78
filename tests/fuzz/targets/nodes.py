"""A whole node that a peer asks: its real application over a real database, without a socket.

A request is signed and sealed with the peer's own keys, as an input says. First check: it is authenticated. The
node is set up when it is first asked, and put back as it was after so many.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

from fastapi import FastAPI
from sqlalchemy import event

from hub.crypto import hpke
from hub.crypto.encoding import b64
from hub.crypto.hpke import PACK_PAD_CLASSES, SealContext
from hub.crypto.signing import digest, sign
from hub.node.certificates import own_certificate
from hub.node.node import Node
from hub.web.app import create_app
from hub.wire import messages, papers, transfers, witness
from hub.wire.channel import ASKED_BYTES, ENVELOPES_PATH, Question
from hub.wire.commitment import subject_of
from hub.wire.hearings import HEARINGS_PATH
from tests.federation.hand import MESSAGES, Hand
from tests.federation.mutations import text_of
from tests.federation.nodes import Areas, build, copied, stranger
from tests.fuzz.changing import AFRESH, Json
from tests.fuzz.judge import Fault, Seen, Target, require_quiet
from tests.fuzz.made import made
from tests.fuzz.targets.asked import Renewed, said_in
from tests.fuzz.targets.wire import MESSAGES as MODELS

RENEWED_EACH: Final = 20_000
_CLASSES: Final = {transfers.TRANSFERS_PATH: PACK_PAD_CLASSES, papers.PAPERS_PATH: PACK_PAD_CLASSES}


@dataclass(frozen=True)
class Answer:
    """What an application answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes


async def answered(
    app: FastAPI, method: str, address: str, headers: Mapping[str, str], body: bytes
) -> Answer:
    """What comes of a request. Raises whatever escapes the application."""
    path, _, query = address.partition("?")
    there = [
        (name.lower().encode("latin-1", "replace"), text.encode("utf-8", "replace"))
        for name, text in headers.items()
    ]
    caller = ".".join(
        str(secrets.randbelow(250)) for _ in range(4)
    )  # Or an address would soon ask too often.
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "https", "path": path,
        "raw_path": path.encode("utf-8", "replace"), "query_string": query.encode("utf-8", "replace"),
        "root_path": "", "headers": there, "client": (caller, 50_000), "server": ("eastvale", 443), "state": {},
    }  # fmt: skip
    sent = iter([{"type": "http.request", "body": body, "more_body": False}])
    got: list[Any] = []

    async def receive() -> Any:
        return next(sent, {"type": "http.disconnect"})

    async def send(message: Any) -> None:
        got.append(message)

    await app(scope, receive, send)
    if not got:
        raise Fault("Nothing was answered.")
    found = {name.decode(): text.decode("latin-1") for name, text in got[0]["headers"]}
    return Answer(got[0]["status"], found, b"".join(one.get("body", b"") for one in got[1:]))


@cache
def loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def quick(node: Node) -> None:
    """What a power cut would lose is not looked at here: the disk is waited for at no commit."""

    @event.listens_for(node.database.engine, "connect")
    def _connected(connection: Any, _: Any) -> None:
        connection.execute("PRAGMA synchronous = OFF")

    node.database.engine.dispose()


@cache
def _template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="hub-fuzz-"))
    loop().run_until_complete(build(folder, lambda _: "sqlite:///hub.sqlite3"))
    return folder


def fresh() -> tuple[Areas, Path]:
    """Three areas on SQLite, published and synced, and where they are."""
    folder = Path(tempfile.mkdtemp(prefix="hub-fuzz-"))
    return copied(_template(), folder, lambda _: "sqlite:///hub.sqlite3"), folder


class Holder:
    """Eastvale, as Northmoor's own hand reaches it."""

    def __init__(self) -> None:
        self.areas, self._folder = fresh()
        self.hand, self.node = Hand(self.areas), self.areas["eastvale"]
        quick(self.node)
        self.app = create_app(self.node)

    def end(self) -> None:
        """Give everything back."""
        self.node.require_intact()
        self.areas.close()
        shutil.rmtree(self._folder)

    def send(self, said: Mapping[str, Any]) -> Answer:
        """Send what an input says, signed and sealed with Northmoor's keys."""
        path = str(said.get("path", ""))
        bare, body = path.partition("?")[0], self._body(path, said)
        method = str(said.get("method", "POST"))
        claims = said.get("claims")
        token = self._token(method, path, bare, body, claims if isinstance(claims, dict) else {})
        headers = {
            "Authorization": f"Bearer {token}",
            messages.CERTIFICATE_HEADER: own_certificate(self.hand.node).token,
            messages.VERSION_HEADER: "1",
            messages.IDEMPOTENCY_HEADER: secrets.token_hex(8),
        }
        more = said.get("headers")
        headers |= {str(k): str(v) for k, v in more.items()} if isinstance(more, dict) else {}
        return loop().run_until_complete(answered(self.app, method, path, headers, body))

    def _token(self, method: str, path: str, bare: str, body: bytes, claims: Mapping[str, Any]) -> str:
        now = int(self.areas.clock())
        honest = {
            "iss": "northmoor", "sub": "northmoor", "aud": "eastvale", "iat": now, "exp": now + 60,
            "jti": secrets.token_hex(16), "htm": method, "htu": f"https://eastvale{path}", "sha256": digest(body),
        }  # fmt: skip
        typ = MESSAGES.get(bare, "marac-feed+jwt")
        try:
            return sign(self.hand.node.keys.signing, typ, json.loads(text_of({**honest, **claims})))
        except (ValueError, TypeError, RecursionError):
            return "a.b.c"

    def _body(self, path: str, said: Mapping[str, Any]) -> bytes:
        body, plain = said.get("body"), said.get("plain")
        if isinstance(body, dict) and plain is not None:
            body = body | {"key_id": self.node.sealing_key_id}
            body["sealed"] = b64(self._sealed(path, body, plain))
        if body is None:
            return b""
        return text_of(body).encode("utf-8", "surrogatepass")

    def _sealed(self, path: str, body: Mapping[str, Any], plain: Any) -> bytes:
        text = bytes.fromhex(plain) if isinstance(plain, str) and not len(plain) % 2 and _hex(plain) else None
        written = text if text is not None else text_of(plain).encode("utf-8", "surrogatepass")
        name = {
            messages.DISCLOSURES_PATH: "disclosure",
            transfers.TRANSFERS_PATH: "transfer",
            papers.PAPERS_PATH: "papers",
            HEARINGS_PATH: "hearing",
            ENVELOPES_PATH: "envelope",
        }.get(path, "disclosure")

        def of(field: str) -> str:
            return str(body.get(field, ""))[:200].encode("utf-8", "replace").decode()

        about = {
            "disclosure": (of("check_id"), of("handle"), of("level")),
            "hearing": (of("check_id"), of("handle"), of("level")),
            "transfer": (of("transfer_id"), "", of("kind")),
            "papers": (of("request_id"), "", of("kind")),
            "envelope": ("", "", "there"),
        }[name]
        context = SealContext(name, "northmoor", "eastvale", of("key_id"), *about)
        classes = _CLASSES.get(path, hpke.PAD_CLASSES)
        return hpke.seal(written[: classes[-1] - 4], self.node.keys.sealing_public, context, classes)


def _hex(text: str) -> bool:
    return set(text) <= set("0123456789abcdef")


_HELD: Final = Renewed(Holder, RENEWED_EACH)


def _attempt(data: bytes, seen: Seen) -> None:
    said = said_in(data)
    if said is None:
        seen.refused = True
        return
    answer = _HELD.now.send(said)
    known = str(said.get("path")).partition("?")[0] in MESSAGES
    seen.past = answer.status not in (401, 405, 406) and (known or answer.status != 404)
    seen.refused = answer.status >= 400
    if answer.status >= 500:
        raise Fault(f"A peer was answered {answer.status}.")
    if answer.status >= 400:
        if answer.headers.get("content-type") != "application/problem+json":
            raise Fault("A refusal is no problem document.")
        require_quiet(answer.body.decode())
        json.loads(answer.body)


def _about(seed: int) -> dict[str, Any]:
    subject = subject_of(stranger(seed)).model_dump(mode="json")
    return made(messages.DisclosureQuestion) | {"subject": subject}


def _seeds() -> list[bytes]:
    one = made(messages.EvaluationRequest) | {"elements": "", "weak_elements": ""}
    ids = {"check_id": "ab" * 16, "handle": "cd" * 16, "level": "involvement"}
    number = {"transfer_id": "ab" * 16}
    request = {"request_id": "ab" * 16}
    packed = Question(bytes(16), bytes(ASKED_BYTES)).packed.hex()
    posted: list[tuple[str, dict[str, Any], Any]] = [
        (messages.EVALUATIONS_PATH, one, None),
        (messages.DISCLOSURES_PATH, ids, _about(1)),
        (witness.ACKNOWLEDGEMENTS_PATH, made(witness.Acknowledgement), None),
        (witness.CHECKPOINTS_PATH, made(witness.CheckpointNotice), None),
        (witness.RECONCILIATIONS_PATH, {"first": "2026-11-01", "last": "2026-11-02", "entries": [1]}, None),
        (transfers.TRANSFERS_PATH, number | {"kind": "offer"}, made(MODELS["offer"])),
        (transfers.TRANSFERS_PATH, number | {"kind": "word"}, made(MODELS["word"])),
        (transfers.TRANSFERS_PATH, number | {"kind": "ask_back"}, made(MODELS["ask back"])),
        (papers.PAPERS_PATH, request | {"kind": "ask"}, made(MODELS["papers ask"])),
        (papers.PAPERS_PATH, request | {"kind": "word"}, made(MODELS["papers word"])),
        (papers.PAPERS_PATH, request | {"kind": "release"}, made(MODELS["papers released"])),
        (papers.PAPERS_PATH, request | {"kind": "withdraw"}, made(MODELS["papers withdrawn"])),
        (HEARINGS_PATH, ids, {"day": "2026-12-03"}),
        (ENVELOPES_PATH, {}, packed),
    ]
    found = [
        {"path": path, "body": body, "plain": plain, "claims": {}, "headers": {}}
        for path, body, plain in posted
    ]
    found += [
        {"path": path, "method": "GET", "claims": {}, "headers": {}}
        for path in (messages.METADATA_PATH, messages.FEED_PATH, f"{messages.FEED_PATH}?cursor=", "/healthz")
    ]
    return [json.dumps(each).encode() for each in found]


def _federation() -> Target:
    seeds = _seeds()
    change = Json(seeds, MODELS.values(), wild=20)

    def afresh(data: bytes, chance: Random) -> bytes:
        return change(chance.choice(seeds) if chance.randrange(100) < AFRESH else data, chance)

    first = "the request is authenticated"
    return Target("peer", first, lambda: seeds, _attempt, afresh, longest=20_000, ready=_HELD.ready)


TARGETS: Final = (_federation(),)
