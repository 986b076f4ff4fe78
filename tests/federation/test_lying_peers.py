"""Whatever one area's node does, a check ends: that area is reported with what to do, and the others answer.

A lie is never an answer (so never "not known"), never a crash, never another area's delay, and always in the
asking node's audit log.
"""

from __future__ import annotations

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import os
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.audit.chain import Verified
from hub.audit.log import verify_log
from hub.crypto.encoding import b64, unb64
from hub.crypto.prf import PrfKey, split
from hub.crypto.signing import SigningKey, digest
from hub.records.check import AreaResult, AreaStatus, CheckResult
from hub.store.audit import DatabaseAudit
from hub.wire.messages import EVALUATIONS_PATH
from tests.federation.nodes import Areas, check, copied, events, one_name, question, stranger
from tests.federation.peer_simulator import (
    Asked,
    Lie,
    Peer,
    Told,
    compact,
    failing,
    field_by,
    fields,
    parts,
    plain,
    reissued,
    token_is,
    token_with,
)

T = TypeVar("T")
STRANGER = SigningKey.of(Ed25519PrivateKey.generate())
DEEP = "[" * 20_000


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    yield made
    with made["northmoor"].read() as tx:
        assert isinstance(verify_log(DatabaseAudit(tx.session), "northmoor"), Verified)
    made.close()


@pytest.fixture
def areas(nodes: Areas) -> Iterator[Areas]:
    """The module's areas, all of them honest again after each test."""
    settings = nodes["northmoor"].settings
    yield nodes
    object.__setattr__(nodes["northmoor"], "settings", settings)
    for node in nodes.nodes.values():
        nodes.network.serve(node)


def run(work: Awaitable[T]) -> T:
    async def go() -> T:
        return await work

    return asyncio.run(go())


def lying(areas: Areas, *lies: Lie, path: str = EVALUATIONS_PATH) -> Peer:
    """Put a liar in Eastvale's place."""
    peer = Peer(areas["eastvale"])
    peer.lie(path, *lies)
    areas.network.hosts["eastvale"] = peer
    return peer


async def ask(areas: Areas, *asked: str) -> CheckResult:
    """Ask about somebody whom Southmere holds."""
    async with areas.client("northmoor") as client:
        subject = one_name("southmere")
        return await check(
            areas["northmoor"], client, question(subject, *(asked or ("eastvale", "southmere")))
        )


def assert_contained(areas: Areas, result: CheckResult, status: AreaStatus = AreaStatus.error) -> AreaResult:
    """Eastvale is reported as at fault and nothing more; Southmere answered; both are on the record."""
    liar, honest = result.areas
    assert (liar.node_id, liar.status, liar.candidates) == ("eastvale", status, ())
    assert "does not mean that nobody is known there" in liar.note
    assert "phone" in liar.note
    assert liar.contact.startswith("01632")
    assert (honest.node_id, honest.status, len(honest.candidates)) == ("southmere", AreaStatus.answered, 1)
    for action, who in (("peer_fault", "eastvale"), ("answer_received", "southmere")):
        recorded = [one["refs"] for one in events(areas["northmoor"], action)]
        assert [one["peer"] for one in recorded if one["check_id"] == result.check_id] == [who]
    return liar


# The network.

UNREACHABLE = {
    "no connection": failing(httpx2.ConnectError),
    "connection lost while reading": failing(httpx2.ReadError),
    "connection lost while writing": failing(httpx2.WriteError),
    "cut short": failing(httpx2.RemoteProtocolError),
    "connecting times out": failing(httpx2.ConnectTimeout),
    "reading times out": failing(httpx2.ReadTimeout),
}


@pytest.mark.parametrize("name", UNREACHABLE)
def test_an_area_that_cannot_be_reached_is_reported_so(areas: Areas, name: str) -> None:
    lying(areas, UNREACHABLE[name])
    assert_contained(areas, run(ask(areas)), AreaStatus.unreachable)


def test_an_area_whose_server_is_not_there_is_reported_so(areas: Areas) -> None:
    del areas.network.hosts["eastvale"]
    assert_contained(areas, run(ask(areas)), AreaStatus.unreachable)


def test_areas_are_asked_at_the_same_time(areas: Areas) -> None:
    """Each area keeps its answer back until the other was asked: in turn, neither would come."""

    async def go() -> CheckResult:
        asked = {"eastvale": asyncio.Event(), "southmere": asyncio.Event()}

        def after(other: str) -> Lie:
            async def lie(peer: Peer, _: Asked, told: Told) -> Told:
                asked[peer.node.node_id].set()
                await asked[other].wait()
                return told

            return lie

        for area, other in (("eastvale", "southmere"), ("southmere", "eastvale")):
            peer = Peer(areas[area])
            peer.lie(EVALUATIONS_PATH, after(other))
            areas.network.hosts[area] = peer
        return await ask(areas)

    assert [one.status for one in run(go()).areas] == [AreaStatus.answered] * 2


def test_an_area_that_never_answers_holds_nobody_up(areas: Areas) -> None:
    node = areas["northmoor"]
    object.__setattr__(node, "settings", node.settings.model_copy(update={"peer_timeout_s": 1.0}))
    order = []

    async def never(peer: Peer, asked: Asked, told: Told) -> Told:
        order.append("asked")
        try:
            await asyncio.Event().wait()
        finally:
            order.append("given up")
        return told

    def honest(peer: Peer, asked: Asked, told: Told) -> Told:
        order.append("answered")
        return told

    lying(areas, never)
    southmere = Peer(areas["southmere"])
    southmere.lie(EVALUATIONS_PATH, honest)
    areas.network.hosts["southmere"] = southmere
    assert_contained(areas, run(ask(areas)), AreaStatus.unreachable)
    assert order[-1] == "given up"
    assert "answered" in order


# Answers that are none.

RUBBISH = {
    "an empty answer": plain(200),
    "a page of a captive portal": plain(
        200, b"<html>Sign in to the guest network</html>", content_type="text/html"
    ),
    "random bytes": plain(200, os.urandom(2_000)),
    "a redirect": plain(302, location="http://southmere/federation/v1/evaluations"),
    "no content": plain(204),
    "a fault without a word": plain(500),
    "a fault in a page": plain(500, b"<html>oops</html>"),
    "a busy gateway": plain(503, b"busy"),
    "a problem that is a list": plain(400, b"[1]"),
    "a problem that is a number": plain(422, b"7"),
    "a problem nested beyond reading": plain(400, DEEP.encode()),
    "a problem in no encoding": plain(400, b'{"type": "\xff\xfe"}'),
    "a quota that ends at no number": plain(429, b"{}", retry_after="-1"),
    "a quota that never ends": plain(429, b"{}", retry_after="9" * 5_000),
    "more than an answer may be": plain(200, bytes(5 * 1024 * 1024)),
    "a compressed bomb": plain(200, gzip.compress(bytes(32 * 1024 * 1024)), content_encoding="gzip"),
    "compressed rubbish": plain(200, b"not gzip", content_encoding="gzip"),
}


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_is_a_fault_of_that_area(areas: Areas, name: str) -> None:
    lying(areas, RUBBISH[name])
    assert_contained(areas, run(ask(areas)))


def test_a_peers_own_words_are_not_repeated(areas: Areas) -> None:
    words = {"type": "urn:marac-hub:problem:conflict", "detail": "call me", "title": "<script>"}
    lying(areas, plain(409, json.dumps(words).encode()))
    note = assert_contained(areas, run(ask(areas))).note
    assert "conflict" in note
    assert "call me" not in note
    assert "script" not in note


def test_a_passing_fault_is_asked_again(areas: Areas) -> None:
    answers = [plain(503), None]

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        one = answers.pop(0)
        return one(peer, asked, told) if one else told  # type: ignore[return-value]

    peer = lying(areas, lie)
    assert [one.status for one in run(ask(areas)).areas] == [AreaStatus.answered] * 2
    first, second = (
        parts(asked.headers["authorization"].removeprefix("Bearer "))[1] for asked, _ in peer.heard
    )
    assert first["jti"] != second["jti"]
    assert first["sha256"] == second["sha256"]


def test_a_quota_used_up_is_said_with_when_to_ask_again(areas: Areas) -> None:
    lying(areas, plain(429, b"{}", retry_after="3600"))
    note = assert_contained(areas, run(ask(areas))).note
    assert "quota" in note
    assert "3600 s" in note


# Signatures.


def no_algorithm(token: str, _: SigningKey) -> str:
    header, claims = parts(token)
    return f"{b64(json.dumps({**header, 'alg': 'none'}).encode())}.{b64(json.dumps(claims).encode())}."


def public_key_as_secret(token: str, key: SigningKey) -> str:
    header, claims = parts(token)
    signed = f"{b64(json.dumps({**header, 'alg': 'HS256'}).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{signed}.{b64(hmac.digest(key.public, signed.encode(), hashlib.sha256))}"


def repeated_name(token: str, key: SigningKey) -> str:
    header, claims = parts(token)
    payload = json.dumps(claims)
    return compact(json.dumps(header), payload[:-1] + f', "iss": {json.dumps(claims["iss"])}}}', key)


def repeated_header(token: str, key: SigningKey) -> str:
    header, claims = parts(token)
    return compact(json.dumps(header)[:-1] + ', "alg": "EdDSA"}', json.dumps(claims), key)


def padded(token: str, _: SigningKey) -> str:
    header, payload, signature = token.split(".")
    return f"{header}.{payload}.{signature}=="


def not_canonical(token: str, key: SigningKey) -> str:
    """A signature of 64 bytes leaves two unused bits in its last letter; set them."""
    # pragma: allowlist nextline secret
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    assert base64.urlsafe_b64decode(token.split(".")[2] + "==")
    return token[:-1] + alphabet[alphabet.index(token[-1]) | 1]


TOKENS: dict[str, Lie] = {
    "no signature": token_is(lambda *_: ""),
    "not a token": token_is(lambda *_: "a.b.c"),
    "two parts": token_is(lambda token, _: token.rpartition(".")[0]),
    "no algorithm": token_is(no_algorithm),
    "the public key as a shared secret": token_is(public_key_as_secret),
    "another key": token_is(lambda token, _: reissued(token, STRANGER)),
    "another key, named": token_is(lambda token, _: reissued(token, STRANGER, header={"kid": STRANGER.kid})),
    "another key id": token_with(header={"kid": STRANGER.kid}),
    "no key id": token_with(header={"kid": None}),
    "another type": token_with(header={"typ": "marac-manifest+jwt"}),
    "no type": token_with(header={"typ": None}),
    "a critical extension": token_with(header={"crit": ["b64"], "b64": False}),
    "another audience": token_with({"aud": "southmere"}),
    "several audiences": token_with({"aud": ["northmoor", "southmere"]}),
    "no audience": token_with({"aud": None}),
    "another issuer": token_with({"iss": "southmere", "sub": "southmere"}),
    "another subject": token_with({"sub": "southmere"}),
    "no times": token_with({"iat": None, "exp": None}),
    "times that are texts": token_with({"iat": "1", "exp": "2"}),
    "no end": token_with({"exp": 2**60}),
    "an end before its beginning": token_with({"exp": 1}),
    "no identifier": token_with({"jti": None}),
    "an identifier that is a number": token_with({"jti": 7}),
    "a repeated name": token_is(repeated_name),
    "a repeated name in the header": token_is(repeated_header),
    "padding": token_is(padded),
    "another spelling of the signature": token_is(not_canonical),
    "a header nested beyond reading": token_is(lambda _, key: compact(DEEP, "{}", key)),
    "claims nested beyond reading": token_is(
        lambda token, key: compact(json.dumps(parts(token)[0]), '{"iss":' + DEEP, key)
    ),
    "claims that are a list": token_is(lambda token, key: compact(json.dumps(parts(token)[0]), "[]", key)),
    "no request": token_with({"request": None}),
    "another request": token_with({"request": digest(b"another")}),
    "a request in other letters": token_with({"request": "\u00e9" * 43}),
    "a body in half a letter": token_with({"sha256": "\ud800" * 43}),
    "a receipt of a number beyond number": token_with({"receipt": {"log_size": 2**80}}),
    "a time beyond number": token_with({"exp": 10**400}),
    "a time that is no number": token_with({"iat": float("nan")}),
    "a claim too many": token_with({"known": False}),
    "another body": token_with({"sha256": digest(b"another")}),
}


@pytest.mark.parametrize("name", TOKENS)
def test_an_answer_not_signed_as_agreed_is_a_fault(areas: Areas, name: str) -> None:
    lying(areas, TOKENS[name])
    assert_contained(areas, run(ask(areas)))


@pytest.mark.parametrize("off", [-3_600, -121, 121, 3_600])
def test_an_answer_from_another_time_is_a_fault(areas: Areas, off: int) -> None:
    now = int(areas.clock())
    lying(areas, token_with({"iat": now + off, "exp": now + off + 60}))
    assert "clock" in assert_contained(areas, run(ask(areas))).note


def test_a_clock_a_little_off_is_borne(areas: Areas) -> None:
    now = int(areas.clock())
    lying(areas, token_with({"iat": now + 25, "exp": now + 85}))
    assert [one.status for one in run(ask(areas)).areas] == [AreaStatus.answered] * 2


def test_an_earlier_answer_replayed_is_a_fault(areas: Areas) -> None:
    peer = lying(areas)
    run(ask(areas, "eastvale"))
    _, earlier = peer.heard[-1]
    peer.lie(EVALUATIONS_PATH, lambda *_: earlier)
    result = run(ask(areas))
    liar = result.areas[0]
    assert (liar.status, liar.candidates) == (AreaStatus.error, ())
    assert "another request" in liar.note


def test_a_body_swapped_under_a_valid_signature_is_a_fault(areas: Areas) -> None:
    def swapped(peer: Peer, asked: Asked, told: Told) -> Told:
        return Told(200, json.dumps({**told.json(), "epoch": 2}).encode(), told.headers)

    lying(areas, swapped)
    assert "changed on its way" in assert_contained(areas, run(ask(areas))).note


# Evaluations, properly signed by the holder itself.


def with_key(seed: bytes) -> Lie:
    """Evaluate with another key than the published one."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        elements = split(unb64(asked.json()["elements"]))
        evaluated, proof = PrfKey(seed, PrfKey.STRONG).evaluate(elements)
        changed = {**told.json(), "elements": b64(evaluated), "proof": b64(proof)}
        return peer.signed(asked, told, json.dumps(changed).encode())

    return lie


def swapped_elements(raw: bytes) -> bytes:
    return raw[32:64] + raw[:32] + raw[64:]


def repeated_field(peer: Peer, asked: Asked, told: Told) -> Told:
    text = told.body.decode()
    return peer.signed(asked, told, (text[:-1] + f', "check_id": "{asked.json()["check_id"]}"}}').encode())


def weak_proof_for_strong(peer: Peer, asked: Asked, told: Told) -> Told:
    body = told.json()
    changed = {**body, "proof": body["weak_proof"], "weak_proof": body["proof"]}
    return peer.signed(asked, told, json.dumps(changed).encode())


def first_bit(raw: bytes) -> bytes:
    return bytes([raw[0] ^ 1]) + raw[1:]


EVALUATIONS: dict[str, Lie] = {
    "made with another key": with_key(bytes(range(32))),
    "elements reordered": field_by("elements", swapped_elements),
    "weak elements reordered": field_by("weak_elements", swapped_elements),
    "proof tampered with": field_by("proof", first_bit),
    "proof's end tampered with": field_by("proof", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
    "proof empty": field_by("proof", lambda _: b""),
    "proof all zero": field_by("proof", lambda raw: bytes(len(raw))),
    "element tampered with": field_by("elements", first_bit),
    "element cut": field_by("elements", lambda raw: raw[:-1]),
    "last element missing": field_by("elements", lambda raw: raw[:-32]),
    "element too many": field_by("elements", lambda raw: raw + raw[:32]),
    "element twice": field_by("elements", lambda raw: raw[:32] + raw[:32] + raw[64:]),
    "identity element": field_by("elements", lambda raw: bytes(32) + raw[32:]),
    "elements that are none": field_by("elements", lambda raw: b"\xff" * len(raw)),
    "no elements": fields(elements=""),
    "no weak elements": fields(weak_elements="", weak_proof=""),
    "proofs swapped": weak_proof_for_strong,
    "text that is not base64": fields(elements="%%%"),
    "base64 in another spelling": fields(elements="AB"),
    "another check": fields(check_id="0" * 32),
    "another version": fields(version=2),
    "an unknown field": fields(known=False),
    "a field missing": fields(feed_at=None),
    "an epoch that is a text": fields(epoch="first"),
    "an epoch beyond number": fields(epoch=2**80),
    "an epoch before the first": fields(epoch=-1),
    "an epoch that is infinite": fields(epoch=float("inf")),
    "a time that is no number": fields(feed_at=float("nan")),
    "a time beyond number": fields(feed_at=2**63),
    "a field twice": repeated_field,
    "a list": lambda peer, asked, told: peer.signed(asked, told, b"[]"),
    "nothing": lambda peer, asked, told: peer.signed(asked, told, b""),
    "nested beyond reading": lambda peer, asked, told: peer.signed(asked, told, DEEP.encode()),
    "text in no encoding": lambda peer, asked, told: peer.signed(asked, told, b'{"\xff": 1}'),
}


@pytest.mark.parametrize("name", EVALUATIONS)
def test_an_evaluation_that_does_not_hold_is_a_fault(areas: Areas, name: str) -> None:
    lying(areas, EVALUATIONS[name])
    assert_contained(areas, run(ask(areas)))


def test_a_holder_that_rotated_its_key_in_silence_is_a_fault(areas: Areas) -> None:
    """Its feed and its metadata are of one key, its evaluations of another, whatever the request named."""
    peer = lying(areas, with_key(os.urandom(32)))
    note = assert_contained(areas, run(ask(areas))).note
    assert "published key" in note
    assert len(peer.heard) == 1


def test_the_same_lie_does_not_outlast_the_liar(areas: Areas) -> None:
    peer = lying(areas, EVALUATIONS["made with another key"])
    run(ask(areas))
    peer.lie(EVALUATIONS_PATH)
    assert [one.status for one in run(ask(areas)).areas] == [AreaStatus.answered] * 2


def test_an_area_without_a_node_is_not_asked_and_its_phone_route_is_given(areas: Areas) -> None:
    result = run(ask(areas, "westhaven", "southmere"))
    assert result.areas[0].status is AreaStatus.not_connected
    assert result.areas[0].contact.startswith("01632 960104")
    assert "westhaven" not in {host for host, _ in areas.network.asked}


def test_everybody_at_fault_is_still_a_result(areas: Areas) -> None:
    lying(areas, RUBBISH["random bytes"])
    del areas.network.hosts["southmere"]
    result = run(ask(areas))
    assert [one.status for one in result.areas] == [AreaStatus.error, AreaStatus.unreachable]


def test_a_stranger_is_asked_about_with_the_same_traffic(areas: Areas) -> None:
    """The paths asked do not tell whether anybody was met."""

    async def paths(subject: Any) -> list[tuple[str, str]]:
        areas.network.asked.clear()
        async with areas.client("northmoor") as client:
            await check(areas["northmoor"], client, question(subject, "eastvale", "southmere"))
        return sorted(areas.network.asked)

    assert run(paths(stranger(1))) == run(paths(one_name("eastvale")))
