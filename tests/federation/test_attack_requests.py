"""A peer with real keys sends what it should not: each is refused, recorded, and never a fault of the node."""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

import pytest

from hub.crypto import encoding, signing
from hub.crypto.prf import BlindedBatch
from hub.wire import messages
from hub.wire.messages import EVALUATIONS_PATH, MessageType
from tests.federation.attackers import AGREEMENT, World, make_area


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder: Path = tmp_path_factory.mktemp("world")
    made = World(make_area(folder, "northmoor"), make_area(folder, "eastvale", []))
    made.introduce()
    return made


def evaluation(world: World, **changed: Any) -> bytes:
    """A well-formed question of 64 random elements."""
    elements = b"".join(BlindedBatch([secrets.token_bytes(8) for _ in range(64)]).elements)
    request = {
        "version": 1,
        "check_id": secrets.token_hex(16),
        "rests_on": "agreement",
        "protocol_ref": AGREEMENT,
        "protocol_digest": world.victim.agreements.held[0].digest,
        "user": secrets.token_hex(16),
        "commitment": encoding.b64(secrets.token_bytes(32)),
        "key_id": world.victim.prf_keys().key_id,
        "weak_key_id": world.victim.prf_keys().weak_key_id,
        "elements": encoding.b64(elements),
        "weak_elements": "",
    } | changed
    return json.dumps(request).encode()


def ask(world: World, body: bytes, **changed: Any) -> int:
    return world.request(MessageType.evaluation, EVALUATIONS_PATH, body, **changed).status_code


def actions(world: World) -> list[str]:
    return [action for (action,) in world.table("SELECT action FROM audit_entry ORDER BY seq")]


def test_an_honest_question_is_answered(world: World) -> None:
    assert ask(world, evaluation(world)) == 200
    told = actions(world)
    assert told[-1] == "answer_sent"
    assert "request_received" in told[-3:]


CHANGED_CLAIMS: list[dict[str, Any]] = [
    {"iss": "southmere", "sub": "southmere"},
    {"sub": "southmere"},
    {"aud": "southmere"},
    {"aud": ["northmoor", "southmere"]},
    {"aud": None},
    {"iat": 1},
    {"exp": 2**53},
    {"exp": "tomorrow"},
    {"jti": "short"},
    {"jti": None},
    {"htm": "GET"},
    {"htu": "https://northmoor.test/federation/v1/disclosures"},
    {"htu": "https://eastvale.test" + EVALUATIONS_PATH},
    {"sha256": signing.digest(b"another body")},
    {"sha256": None},
]


@pytest.mark.parametrize("changed", CHANGED_CLAIMS, ids=str)
def test_a_signature_for_something_else_is_refused(world: World, changed: dict[str, Any]) -> None:
    assert ask(world, evaluation(world), **changed) == 401


@pytest.mark.parametrize("message", [one for one in MessageType if one is not MessageType.evaluation])
def test_a_message_of_another_type_is_refused(world: World, message: MessageType) -> None:
    assert world.request(message, EVALUATIONS_PATH, evaluation(world)).status_code == 401


def test_a_replay_is_refused_and_not_charged(world: World) -> None:
    body, jti = evaluation(world), secrets.token_hex(16)
    assert ask(world, body, jti=jti) == 200
    used = world.table("SELECT owner, month_used FROM quota_use")
    assert ask(world, body, jti=jti) == 401
    assert ask(world, evaluation(world), jti=jti) == 401
    assert world.table("SELECT owner, month_used FROM quota_use") == used


def test_a_replay_is_on_the_record(world: World) -> None:
    body, jti = evaluation(world), secrets.token_hex(16)
    ask(world, body, jti=jti)
    assert ask(world, body, jti=jti) == 401
    refused = world.table("SELECT body FROM audit_entry WHERE action = 'request_refused'")
    told = [json.loads(event) for (event,) in refused]
    assert [
        one
        for one in told
        if one.get("refs", {}).get("peer") and one["detail"].get("fault") == "authentication"
    ]


BAD_FIELDS: list[dict[str, Any]] = [
    {"purpose": "publish"},
    {"requester_role": "manager"},
    {"rests_on": "_", "protocol_ref": None},
    {"rests_on": "because_i_say_so", "protocol_ref": None},
    {"rests_on": "agreement", "protocol_ref": None},
    {"rests_on": "agreement", "protocol_digest": "0x"},
    {"commitment": ""},
    {"commitment": encoding.b64(bytes(31))},
    {"commitment": encoding.b64(bytes(100_000))},
    {"check_id": "../../etc"},
    {"user": "Alice Smith"},
    {"elements": encoding.b64(bytes(32 * 64))},
    {"elements": encoding.b64(b"\xff" * 32 * 64)},
    {"elements": encoding.b64(bytes(31))},
    {"elements": ""},
    {"elements": "*" * 64},
    {"elements": "A" * 43},
    {"elements": "\u00e9"},
    {"key_id": "0" * 16},
    {"version": 2},
    {"name": "x"},
    {"weak_elements": encoding.b64(bytes(32))},
]


@pytest.mark.parametrize("changed", BAD_FIELDS, ids=lambda changed: str(changed)[:50])
def test_a_bad_question_is_refused_as_the_senders_fault(world: World, changed: dict[str, Any]) -> None:
    response = world.request(MessageType.evaluation, EVALUATIONS_PATH, evaluation(world, **changed))
    assert response.status_code in (400, 409, 422), response.text
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"[" * 100_000,
        b'{"version":1e999}',
        b"\xff\xfe",
        b'{"version":' + b"9" * 5000,
    ],
)
def test_a_body_that_is_no_question_is_refused(world: World, body: bytes) -> None:
    assert ask(world, body) == 422


DEEP = encoding.b64(b'{"iss":' + b"[" * 20_000)
TOKENS = [
    "",
    "Basic eDp5",
    "Bearer",
    "Bearer x",
    "Bearer a.b.c",
    f"Bearer {DEEP}.{DEEP}.AA",
    f"Bearer e30.{DEEP}.AA",
    "Bearer e30.e30.AA",
    "Bearer e30.bnVsbA.AA",
    "Bearer \u00e9.\u00e9.\u00e9",
    "Bearer " + "." * 50,
]


@pytest.mark.parametrize("authorization", TOKENS, ids=lambda text: text[:20])
def test_a_request_that_is_not_signed_properly_is_refused(world: World, authorization: str) -> None:
    headers = {messages.VERSION_HEADER: b"1", "Authorization": authorization.encode()}
    response = world.send("POST", EVALUATIONS_PATH, evaluation(world), headers)
    assert response.status_code == 401, response.text


def test_a_check_is_its_askers_own(world: World) -> None:
    """Whoever learns of another's check id can neither overwrite nor block it: ids count within a peer."""
    (keys,) = world.table("SELECT sql FROM sqlite_master WHERE name = 'received_check'")
    assert "PRIMARY KEY (check_id, peer)" in keys[0]


@pytest.mark.parametrize(
    "cursor", ["x", "MS4", "MS54", "LTEuLTE", "%00", "MS45OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"]
)
def test_a_made_up_cursor_is_refused(world: World, cursor: str) -> None:
    path = f"{messages.FEED_PATH}?cursor={cursor}"
    response = world.request(MessageType.feed, path, b"", method="GET")
    assert response.status_code in (410, 422), response.text


def test_what_an_over_quota_peer_asks_is_not_evaluated(world: World) -> None:
    """Neither granted nor, many times over, partly granted; and the refusal is on the record."""
    quota = world.victim.settings.quotas.strong.burst
    answers = []
    for _ in range(quota // 1024 + 2):
        elements = b"".join(BlindedBatch([secrets.token_bytes(8) for _ in range(1024)]).elements)
        answers.append(ask(world, evaluation(world, elements=encoding.b64(elements))))
    assert answers[-1] == 429
    assert 64 <= sum(1024 for answer in answers if answer == 200) <= quota
    assert actions(world)[-1] == "quota_refused"
