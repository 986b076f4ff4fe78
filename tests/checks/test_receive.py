"""What a holder answers about one met person: once decided always the same, and `not_answered` is one answer.

Whoever asks cannot tell from an answer's bytes why it was not given, and a sealed message opens only where, and
for what, it was made.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest

from hub.crypto.encoding import b64, unb64
from hub.values import Kind, Level, Person
from hub.wire.commitment import commitment
from hub.wire.messages import NOT_ANSWERED
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, cases_of, events, handle_of, hold, stranger
from tests.federation.problems import assert_problem

SUBJECT = cases_of("eastvale")[0][0]


@pytest.fixture
def hand(areas: Areas) -> Hand:
    return Hand(areas)


def asked(hand: Hand, subject: Person = SUBJECT, handle: str = "", level: Level = Level.involvement) -> bytes:
    """A disclosure's body, after a check about the subject."""
    check_id, salt = hand.ask_about(subject)
    return hand.disclosure(check_id, handle or handle_of(hand.holder, SUBJECT), subject, salt, level)


def test_a_person_who_is_held_is_answered_at_the_level_asked(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    told = hand.opened(hand.disclose(asked(hand)))
    assert (told.status, told.level, told.involvement) == ("answered", Level.involvement, (Kind.marac,))
    assert told.last_activity == "2026-09"
    assert told.summary is None
    assert "date of birth: agrees" in told.agreement


# Idempotency-Key.


def test_the_same_request_again_gives_the_stored_answer(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    body = asked(hand)
    first = hand.disclose(body)
    again = hand.disclose(body)
    assert again.content == first.content
    assert hand.receipt(again)["jti"] != hand.receipt(first)["jti"]
    assert hand.receipt(again)["receipt"] is None, "else whoever repeats it reads how the log has grown"
    stored_areas.clock.advance(86_401)  # Forgotten: sealed anew, and still the same answer.
    later = hand.disclose(body)
    assert later.content != first.content
    assert hand.opened(later) == hand.opened(first)


def test_a_key_used_for_another_body_is_refused(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    body, other = asked(hand), asked(hand)
    first = hand.disclose(body)
    assert_problem(hand.disclose(other), 422, "idempotency_key_reused")
    assert hand.disclose(body).content == first.content
    assert hand.disclose(other, key="k2").status_code == 200


def test_a_key_belongs_to_its_peer(areas: Areas) -> None:
    hand, other = Hand(areas), Hand(areas, sender="southmere")
    first = hand.disclose(asked(hand))
    theirs = other.disclose(asked(other))
    assert theirs.status_code == first.status_code == 200
    assert other.opened(theirs).status == "answered"


def test_a_disclosure_without_a_key_is_refused(hand: Hand) -> None:
    body = asked(hand)
    assert_problem(hand.disclose(body, key=None), 422, "invalid_input")
    assert not events(hand.holder, "disclosure_answered")


# What is not answered.


def excluded(areas: Areas) -> None:
    """The case is sealed after it was met."""
    people = cases_of("eastvale")[0]
    hold(areas["eastvale"], case("eastvale-0", people, sealed=True))


def unknown_handle(hand: Hand) -> bytes:
    return asked(hand, handle=secrets.token_hex(16))


def sealed_since(hand: Hand) -> bytes:
    handle = handle_of(hand.holder, SUBJECT)
    excluded(hand.areas)
    return asked(hand, handle=handle)


def fled_from_the_area_that_asks(hand: Hand) -> bytes:
    handle, people = handle_of(hand.holder, SUBJECT), cases_of("eastvale")[0]
    hold(hand.holder, case("eastvale-0", people, fled_asked=True, fled_from=("Northmoor",)))
    assert handle_of(hand.holder, SUBJECT) == handle
    return asked(hand, handle=handle)


def below_threshold(hand: Hand) -> bytes:
    return asked(hand, subject=stranger(31))


def another_subject_than_asked(hand: Hand) -> bytes:
    check_id, salt = hand.ask_about(stranger(31))
    return hand.disclosure(check_id, handle_of(hand.holder, SUBJECT), SUBJECT, salt)


def another_salt(hand: Hand) -> bytes:
    check_id, _ = hand.ask_about(SUBJECT)
    return hand.disclosure(check_id, handle_of(hand.holder, SUBJECT), SUBJECT, secrets.token_bytes(32))


def no_such_check(hand: Hand) -> bytes:
    handle = handle_of(hand.holder, SUBJECT)
    return hand.disclosure(secrets.token_hex(16), handle, SUBJECT, secrets.token_bytes(32))


def anothers_check(hand: Hand) -> bytes:
    other = Hand(hand.areas, sender="southmere")
    check_id, salt = other.ask_about(SUBJECT)
    return hand.disclosure(check_id, handle_of(hand.holder, SUBJECT), SUBJECT, salt)


REASONS: dict[str, Callable[[Hand], bytes]] = {
    "unknown handle": unknown_handle,
    "sealed since it was met": sealed_since,
    "fled from the area that asks": fled_from_the_area_that_asks,
    "below the threshold": below_threshold,
    "another subject than the check's": another_subject_than_asked,
    "another salt": another_salt,
    "no such check": no_such_check,
    "another area's check": anothers_check,
}


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_not_to_answer_looks_the_same(stored_areas: Areas, reason: str) -> None:
    """Also beside a real answer: the same size, the same fields, a receipt of the same shape."""
    hand = Hand(stored_areas)
    answered = hand.disclose(asked(hand), key="answered")
    refused = hand.disclose(REASONS[reason](hand))
    assert hand.opened(answered).status == "answered"
    assert hand.opened(refused) == NOT_ANSWERED
    assert len(refused.content) == len(answered.content)
    assert set(refused.json()) == set(answered.json())
    assert {name: len(value) for name, value in refused.headers.items() if name != "marac-answer"} == {
        name: len(value) for name, value in answered.headers.items() if name != "marac-answer"
    }
    shapes = []
    for response in (answered, refused):
        claims = hand.receipt(response)
        assert set(claims["receipt"]) == {"holder", "enquirer", "check_id", "log_size", "log_head"}
        shapes.append({name: type(value) for name, value in claims.items()})
    assert shapes[0] == shapes[1]
    answers = events(hand.holder, "disclosure_answered")
    assert answers[0]["detail"] == answers[1]["detail"]


def test_not_answered_stays_so_for_that_check(areas: Areas) -> None:
    """Nobody can try subjects against one check, and an import afterwards does not change what was answered."""
    hand = Hand(areas)
    check_id, salt = hand.ask_about(stranger(31))
    handle = handle_of(hand.holder, SUBJECT)
    body = hand.disclosure(check_id, handle, SUBJECT, salt)
    assert hand.opened(hand.disclose(body, key="a")) == NOT_ANSWERED
    honest = hand.disclosure(check_id, handle, stranger(31), salt)
    assert hand.opened(hand.disclose(honest, key="b")) == NOT_ANSWERED


def test_one_check_commits_to_one_subject(hand: Hand) -> None:
    check_id, _ = hand.ask_about(stranger(31))
    request = hand.evaluation(check_id=check_id, commitment=b64(commitment(SUBJECT, bytes(32))))
    assert_problem(hand.evaluate(request), 409, "conflict")


# Sealed to its context.


def moved(**changes: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda body: {**body, **changes}


MOVES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "to another check": moved(check_id="0" * 32),
    "to another handle": moved(handle="0" * 32),
    "to another level": moved(level="summary"),
    "cut": lambda body: {**body, "sealed": b64(unb64(body["sealed"])[:-1])},
    "tampered with": lambda body: {**body, "sealed": b64(unb64(body["sealed"])[:-1] + b"\x00")},
    "empty": moved(sealed=""),
}


@pytest.mark.parametrize("name", MOVES)
def test_a_sealed_message_moved_does_not_open(hand: Hand, name: str) -> None:
    body = json.dumps(MOVES[name](json.loads(asked(hand)))).encode()
    assert_problem(hand.disclose(body), 401, "authentication", "membership")
    assert not events(hand.holder, "disclosure_answered")


def test_what_is_sealed_to_a_key_that_is_not_in_use_is_refused_as_that(hand: Hand) -> None:
    body = json.dumps({**json.loads(asked(hand)), "key_id": "0" * 16}).encode()
    assert_problem(hand.disclose(body), 409, "key_not_in_use")
    assert not events(hand.holder, "disclosure_received")
    assert events(hand.holder, "request_refused")[-1]["detail"]["fault"] == "key_not_in_use"


def test_a_sealed_message_sent_by_another_peer_does_not_open(areas: Areas) -> None:
    body = asked(Hand(areas))
    assert_problem(Hand(areas, sender="southmere").disclose(body), 401, "authentication", "membership")


def test_a_sealed_message_sent_to_another_area_does_not_open(areas: Areas) -> None:
    body = json.loads(asked(Hand(areas)))
    hand = Hand(areas, to="southmere")
    moved_there = {**body, "key_id": hand.holder.sealing_key_id}
    assert_problem(hand.disclose(json.dumps(moved_there).encode()), 401, "authentication", "membership")


@pytest.mark.parametrize("level", ["not_answered", "transfer", "everything", ""])
def test_a_level_that_cannot_be_asked_is_refused(hand: Hand, level: str) -> None:
    body = json.dumps({**json.loads(asked(hand)), "level": level}).encode()
    assert_problem(hand.disclose(body), 422, "invalid_input")
