"""An answer that is not signed as agreed, or an evaluation that does not hold, is a fault of that area alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.crypto.encoding import b64, unb64
from hub.crypto.prf import PrfKey, split
from hub.crypto.signing import SigningKey, digest
from hub.records.check import AreaStatus
from hub.wire.messages import EVALUATIONS_PATH
from tests.federation.lying import DEEP, ask, assert_contained, lying, run
from tests.federation.nodes import Areas
from tests.federation.peer_simulator import (
    Asked,
    Lie,
    Peer,
    Told,
    compact,
    field_by,
    fields,
    parts,
    reissued,
    token_is,
    token_with,
)

STRANGER = SigningKey.of(Ed25519PrivateKey.generate())


@pytest.fixture
def areas(shared: Areas) -> Areas:
    return shared


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
