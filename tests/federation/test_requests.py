"""What a holder does with what peers send: answers what is signed, fresh, grounded and within quota, and no more.

Every refusal is a problem document (RFC 9457) that says whose fault it is, and repeats nothing of what was sent.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlmodel import select

from hub.checks.unusual import What, unusual
from hub.crypto.encoding import b64, unb64
from hub.crypto.signing import Expected, digest, public_key, request_digest, verify
from hub.federation.client import REQUEST_LIFE_S
from hub.node.settings import Quotas
from hub.records.received import SignedRequest
from hub.store import received
from hub.store.tables import QuotaUse
from hub.wire import messages
from hub.wire.certificates import read_certificate
from hub.wire.messages import (
    EVALUATIONS_PATH,
    FEED_PATH,
    SIZE_CLASSES,
    EvaluationRequest,
    MessageType,
    RequestClaims,
    RestsOn,
)
from hub.wire.quota import Quota
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, events, log
from tests.federation.problems import SECRET, assert_problem

# pragma: allowlist nextline secret
ELEMENT = "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"  # The group's generator.


def quota_rows(areas: Areas) -> list[tuple[Any, ...]]:
    with areas["eastvale"].read() as tx:
        rows = tx.session.exec(select(QuotaUse).order_by(QuotaUse.owner, QuotaUse.pool))
        return [(row.owner, row.pool, row.level, row.month_used) for row in rows]


# What is answered.


@pytest.mark.parametrize("size", SIZE_CLASSES[:3])
def test_a_question_of_each_size_is_answered_with_as_many_elements(hand: Hand, size: int) -> None:
    elements = b64(bytes.fromhex(ELEMENT) * (size - 32))
    response = hand.evaluate(hand.evaluation(elements=elements))
    assert response.status_code == 200
    assert len(unb64(response.json()["elements"])) == 32 * (size - 32)
    assert len(unb64(response.json()["weak_elements"])) == 32 * 32


def test_the_receipt_binds_request_and_answer_and_the_holders_log(hand: Hand) -> None:
    request = hand.evaluation()
    response = hand.evaluate(request, key="k1")
    claims = hand.receipt(response)
    body = messages.encode(request)
    assert claims["request"] == request_digest("POST", EVALUATIONS_PATH, "k1", body)
    assert claims["sha256"] == digest(response.content)
    receipt = claims["receipt"]
    assert (receipt["holder"], receipt["enquirer"], receipt["check_id"]) == (
        "eastvale",
        "northmoor",
        request.check_id,
    )
    assert [entry.hash for entry in log(hand.holder)][receipt["log_size"] - 1] == receipt["log_head"]


# Who asks.


def test_a_message_is_used_once(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    body = messages.encode(hand.evaluation())
    token = hand.token("POST", EVALUATIONS_PATH, body)
    assert hand.send("POST", EVALUATIONS_PATH, body, token=token).status_code == 200
    charged = quota_rows(stored_areas)
    assert_problem(
        hand.send("POST", EVALUATIONS_PATH, body, token=token), 401, "authentication", "membership"
    )
    assert quota_rows(stored_areas) == charged
    stored_areas.clock.advance(89)  # Still within its life and the clocks' difference.
    assert hand.send("POST", EVALUATIONS_PATH, body, token=token).status_code == 401
    stored_areas.clock.advance(600)  # Forgotten, but stale by now.
    assert hand.evaluate().status_code == 200
    assert hand.send("POST", EVALUATIONS_PATH, body, token=token).status_code == 401


def test_a_feed_message_is_used_once(hand: Hand) -> None:
    token = hand.token("GET", FEED_PATH, b"")
    assert hand.send("GET", FEED_PATH, token=token).status_code == 200
    assert_problem(hand.send("GET", FEED_PATH, token=token), 401, "authentication", "membership")


UNBOUND: dict[str, dict[str, Any]] = {
    "another body": {"sha256": "A" * 43},
    "no body": {"sha256": None},
    "another method": {"htm": "GET"},
    "another address": {"htu": "https://eastvale/federation/v1/disclosures"},
    "another host": {"htu": f"https://southmere{EVALUATIONS_PATH}"},
    "no address": {"htu": None},
    "another message": {"typ": MessageType.disclosure},
    "another audience": {"aud": "southmere"},
    "no audience": {"aud": None},
    "a node that is no peer": {"iss": "westhaven", "sub": "westhaven"},
    "another peer": {"iss": "southmere", "sub": "southmere"},
    "a name that is none": {"iss": "\u0000", "sub": "\u0000"},
    "a life too long": {"exp": 2**40},
    "no identifier": {"jti": None},
    "an identifier of a nought": {"jti": "\u0000" * 20},
    "an identifier of half a letter": {"jti": "\ud800" * 20},
    "a body of half a letter": {"sha256": "\ud800" * 43},
    "an address in other letters": {"htu": "https://eastvale/\u00e9"},
    "a time beyond number": {"iat": 2**80, "exp": 2**80},
    "a time that is no number": {"exp": float("nan")},
    "a claim too many": {"role": "admin"},
}


@pytest.mark.parametrize("name", UNBOUND)
def test_a_signature_for_something_else_is_refused(hand: Hand, name: str) -> None:
    body = messages.encode(hand.evaluation())
    before = len(events(hand.holder, "request_received"))
    token = hand.token("POST", EVALUATIONS_PATH, body, **UNBOUND[name])
    assert_problem(
        hand.send("POST", EVALUATIONS_PATH, body, token=token), 401, "authentication", "membership"
    )
    assert len(events(hand.holder, "request_received")) == before


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Basic eDp5", "Bearer a.b.c", "Bearer .." + "[" * 9_000]
)
def test_an_unsigned_request_is_refused(hand: Hand, authorization: str | None) -> None:
    body = messages.encode(hand.evaluation())
    response = hand.send("POST", EVALUATIONS_PATH, body, headers={"Authorization": authorization})
    assert_problem(response, 401, "authentication", "membership")


def test_a_token_nested_beyond_reading_is_refused(hand: Hand) -> None:
    token = f"{b64(b'[' * 9_000)}.{b64(b'[' * 9_000)}.{b64(bytes(64))}"
    assert_problem(
        hand.send("POST", EVALUATIONS_PATH, b"{}", token=token), 401, "authentication", "membership"
    )


def test_a_stranger_signing_as_a_peer_is_refused(hand: Hand) -> None:
    other = Hand(hand.areas, sender="southmere")
    body = messages.encode(other.evaluation())
    token = other.token("POST", EVALUATIONS_PATH, body, iss="northmoor", sub="northmoor")
    assert other.send("POST", EVALUATIONS_PATH, body, token=token).status_code == 401


# What is asked.


@pytest.mark.parametrize("version", [None, "", "0", "2", "1.0", "one"])
def test_another_version_is_told_the_supported_ones(hand: Hand, version: str | None) -> None:
    response = hand.send("POST", EVALUATIONS_PATH, b"{}", headers={messages.VERSION_HEADER: version})
    assert assert_problem(response, 406, "unsupported_version")["supported"] == [1]


def without(body: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key != name}


BAD_BODIES: dict[str, Any] = {
    "an unknown field": lambda body: {**body, "subject": SECRET},
    "an unknown field with a telling name": lambda body: {**body, SECRET: 1},
    "a missing field": lambda body: without(body, "rests_on"),
    "a value of another type": lambda body: {**body, "protocol_ref": [SECRET]},
    "what no question says any more": lambda body: {**body, "purpose": "marac_transfer"},
    "another version": lambda body: {**body, "version": 2},
    "elements that are not base64": lambda body: {**body, "elements": SECRET + "%"},
    "elements in another spelling": lambda body: {**body, "elements": "AB"},
    "a ground that is no code": lambda body: {**body, "rests_on": SECRET},
    "a user that is a name": lambda body: {**body, "user": SECRET},
    "a list": lambda body: [body],
    "no elements": lambda body: {**body, "elements": "", "weak_elements": ""},
    "one element": lambda body: {**body, "elements": b64(bytes.fromhex(ELEMENT)), "weak_elements": ""},
    "sizes between the classes": lambda body: {**body, "weak_elements": ""},
    "elements cut": lambda body: {**body, "elements": body["elements"][:-2]},
    "a batch too long": lambda body: {**body, "elements": b64(bytes.fromhex(ELEMENT) * 1_056)},
    "points that are none": lambda body: {**body, "elements": b64(b"\xff" * 32 * 32)},
    "the identity": lambda body: {**body, "elements": b64(bytes(32) * 32)},
    "a point not in its canonical form": lambda body: {
        **body,
        "weak_elements": b64(
            bytes.fromhex("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f") * 32
        ),
    },
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_malformed_question_is_refused_without_repeating_it(hand: Hand, name: str) -> None:
    body = json.dumps(BAD_BODIES[name](json.loads(messages.encode(hand.evaluation())))).encode()
    assert_problem(hand.send("POST", EVALUATIONS_PATH, body), 422, "invalid_input")


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"\xff\xfe", b'{"version": 1, "version": 1}', b"[" * 20_000, b'{"check_id": "\\ud800"}'],
)
def test_a_body_that_cannot_be_read_is_refused(hand: Hand, body: bytes) -> None:
    assert_problem(hand.send("POST", EVALUATIONS_PATH, body), 422, "invalid_input")


def test_a_repeated_name_is_refused_even_where_both_say_the_same(hand: Hand) -> None:
    body = messages.encode(hand.evaluation())
    repeated = body[:-1] + b',"version":1}'
    assert_problem(hand.send("POST", EVALUATIONS_PATH, repeated), 422, "invalid_input")


def test_a_body_too_long_is_refused(hand: Hand) -> None:
    assert_problem(hand.send("POST", EVALUATIONS_PATH, b" " * (256 * 1024 + 1)), 422, "invalid_input")


def test_keys_that_are_not_in_use_have_a_problem_of_their_own_are_recorded_and_not_charged(
    stored_areas: Areas,
) -> None:
    hand = Hand(stored_areas)
    for changed in ({"key_id": "0" * 16}, {"weak_key_id": "0" * 16}):
        request = hand.evaluation(**changed)
        assert_problem(hand.evaluate(request), 409, "epoch_changed")
    (refused,) = events(hand.holder, "request_refused")
    assert (refused["refs"]["peer"], refused["detail"]["fault"]) == (hand.sender, "epoch_changed")
    with hand.holder.read() as tx:
        assert received.quotas(tx.session, (hand.sender,)) == {}


def test_a_question_without_a_ground_is_refused_and_recorded(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    for changed, status, code, fault in (
        ({"protocol_ref": None}, 422, "invalid_input", "no_ground"),
        ({"protocol_ref": "Another agreement"}, 409, "agreement_not_held", "agreement_not_held"),
        ({"protocol_digest": "0" * 64}, 409, "agreement_differs", "agreement_differs"),
    ):
        assert_problem(hand.evaluate(hand.evaluation(**changed)), status, code)
        refused = events(hand.holder, "request_refused")[-1]
        assert (refused["refs"]["peer"], refused["detail"]["fault"]) == (hand.sender, fault)
    assert hand.evaluate(hand.evaluation(protocol_ref=None, rests_on=RestsOn.ground)).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/federation/v1/nothing"), ("PUT", EVALUATIONS_PATH)])
def test_an_address_or_method_that_is_not_there_is_a_problem_too(hand: Hand, method: str, path: str) -> None:
    status, code = (404, "not_found") if method == "GET" else (405, "method_not_allowed")
    assert_problem(hand.send(method, path, token="none"), status, code)


# Quotas.


def small_quota(areas: Areas, **changes: int) -> None:
    """Eastvale grants 100 elements at once to each peer."""
    quota = Quota(**{"per_day": 96, "burst": 100, "per_month": 160, **changes})
    node = areas["eastvale"]
    quotas = Quotas(strong=quota, weak=quota, user_share=1.0)
    object.__setattr__(node, "settings", node.settings.model_copy(update={"quotas": quotas}))


def test_over_quota_is_refused_recorded_and_not_charged(stored_areas: Areas) -> None:
    small_quota(stored_areas)
    hand = Hand(stored_areas)
    assert [hand.evaluate().status_code for _ in range(3)] == [200] * 3  # 32 elements of each kind.
    charged = quota_rows(stored_areas)
    response = hand.evaluate()
    assert_problem(response, 429, "quota")
    wait = int(response.headers["retry-after"])
    assert quota_rows(stored_areas) == charged
    (refused,) = events(hand.holder, "quota_refused")
    assert (refused["refs"]["peer"], refused["detail"]["fault"]) == (hand.sender, "over_quota")
    stored_areas.clock.advance(wait - 2)
    assert hand.evaluate().status_code == 429
    stored_areas.clock.advance(2)
    assert hand.evaluate().status_code == 200


def spare_of_one(areas: Areas) -> None:
    """Eastvale grants one question of 64 elements, and one of each spare allowance."""
    quota = Quota(per_day=1, burst=32, per_month=1_000)
    node = areas["eastvale"]
    quotas = Quotas(strong=quota, weak=quota, user_share=1.0, spare_share=1.0)
    object.__setattr__(node, "settings", node.settings.model_copy(update={"quotas": quotas}))


def test_an_emergency_is_answered_over_quota_from_an_allowance_of_its_own_and_shown_to_the_officer(
    stored_areas: Areas,
) -> None:
    """And no more than that: or whoever says emergency would ask without end."""
    spare_of_one(stored_areas)
    hand = Hand(stored_areas)
    assert hand.evaluate().status_code == 200
    assert unusual(hand.holder) == []
    assert hand.evaluate().status_code == 429
    assert hand.evaluate(hand.evaluation(rests_on=RestsOn.threat)).status_code == 200
    assert events(hand.holder, "request_received")[-1]["detail"]["emergency"] is True
    assert [(one.what, one.who) for one in unusual(hand.holder) if one.what is What.emergency] == [
        (What.emergency, hand.sender)
    ]
    assert_problem(hand.evaluate(hand.evaluation(rests_on=RestsOn.threat)), 429, "quota")


def test_a_check_that_is_asked_once_more_is_charged_at_the_full_price_to_an_allowance_of_its_own(
    stored_areas: Areas,
) -> None:
    spare_of_one(stored_areas)
    hand = Hand(stored_areas)
    request = hand.evaluation()

    def once_more() -> int:
        again = hand.evaluation(check_id=request.check_id, commitment=request.commitment, user=request.user)
        return int(hand.evaluate(again).status_code)

    assert hand.evaluate(request).status_code == 200
    assert [once_more(), once_more()] == [200, 429]
    assert hand.evaluate().status_code == 429


def test_a_months_sum_ends_with_the_month(areas: Areas) -> None:
    small_quota(areas, per_day=10_000)
    hand = Hand(areas)
    statuses = []
    for _ in range(6):
        statuses.append(hand.evaluate().status_code)
        areas.clock.advance(3_600)
    assert statuses == [200] * 5 + [429]
    response = hand.evaluate()
    areas.clock.advance(int(response.headers["retry-after"]))
    assert hand.evaluate().status_code == 200


def test_one_user_cannot_use_up_a_peers_quota_nor_one_peer_anothers(areas: Areas) -> None:
    small_quota(areas, burst=128, per_day=1)
    node = areas["eastvale"]
    quotas = node.settings.quotas.model_copy(update={"user_share": 0.5})
    object.__setattr__(node, "settings", node.settings.model_copy(update={"quotas": quotas}))
    northmoor, southmere = Hand(areas), Hand(areas, sender="southmere")
    statuses = [northmoor.evaluate(northmoor.evaluation(user="a" * 32)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    statuses = [northmoor.evaluate(northmoor.evaluation(user=f"{at:032x}")).status_code for at in range(3)]
    assert statuses == [200, 200, 429]
    assert southmere.evaluate().status_code == 200


def test_a_question_of_unreadable_points_costs_as_one(areas: Areas) -> None:
    """Or points would be tried for free."""
    hand = Hand(areas)
    assert hand.evaluate(hand.evaluation(elements=b64(b"\xff" * 32 * 32))).status_code == 422
    assert {used for *_, used in quota_rows(areas)} == {32}


def test_a_node_whose_database_fails_says_only_that(areas: Areas) -> None:
    """No log write, no answer."""
    hand = Hand(areas)
    with hand.holder.database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE audit_entry")
    problem = assert_problem(hand.evaluate(), 500, "storage", "local")
    assert "audit" not in json.dumps(problem)


def test_what_a_peer_signed_is_kept_so_that_it_cannot_be_denied(stored_areas: Areas) -> None:
    """By the token, its certificate and the body alone: the signature holds, and is over that body."""
    hand = Hand(stored_areas)
    request = hand.evaluation()
    assert hand.evaluate(request).status_code == 200
    with hand.holder.read() as tx:
        row = received.check(tx.session, hand.sender, request.check_id)
        assert row
        opened = tx.vault.open(f"received_check/{request.check_id}", row.asked)
    kept = SignedRequest.model_validate_json(opened)
    certificate = read_certificate(kept.certificate)
    expected = Expected(MessageType.evaluation, hand.sender, hand.to, REQUEST_LIFE_S)
    key = public_key(certificate.keys.signing)
    claims = verify(RequestClaims, kept.signed, key, expected, hand.areas.clock())
    assert claims.sha256 == digest(kept.body.encode())
    assert EvaluationRequest.model_validate_json(kept.body) == request
