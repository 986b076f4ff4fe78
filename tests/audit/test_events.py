"""What may and may not be written into the audit log."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hub.audit.events import Action, Detail, DigestOf, Event, Refs, peer_actor, salted_digest, user_actor
from hub.values import Level, Purpose

KEY = bytes(range(32))


def test_an_event_is_written_without_what_it_does_not_say() -> None:
    event = Event(
        action=Action.check_decided,
        actor="node",
        refs=Refs(check_id="00112233445566778899aabbccddeeff", peer="eastvale"),
        digests={DigestOf.decision: "ab" * 32},
        detail=Detail(
            purpose=Purpose.referred_elsewhere, level=Level.involvement, outcome="permit", elements=0
        ),
    )
    assert event.canonical() == (
        '{"action":"check_decided","actor":"node","detail":{"elements":0,"level":"involvement",'
        '"outcome":"permit","purpose":"referred_elsewhere"},"digests":{"decision":"' + "ab" * 32 + '"},'
        '"refs":{"check_id":"00112233445566778899aabbccddeeff","peer":"eastvale"}}'
    )


@pytest.mark.parametrize(
    "field",
    [
        {"actor": "Alice Smith"},
        {"actor": "user:alice-smith"},
        {"actor": "alice@example.org"},
        {"refs": {"check_id": "alice-smith-1984-05-02"}},
        {"refs": {"case": "Smith, Alice"}},
        {"refs": {"subject": "0" * 32}},
        {"digests": {"subject": "Alice Smith"}},
        {"digests": {"name": "0" * 64}},
        {"detail": {"name": "alice"}},
        {"detail": {"outcome": "permit for Alice Smith"}},
        {"detail": {"reasons": ["born 1984-05-02"]}},
        {"detail": {"elements": "07700 900123"}},
        {"detail": {"elements": -1}},
        {"detail": {"elements": 2**53}},
        {"detail": {"emergency": "yes"}},
        {"text": "Alice Smith"},
    ],
)
def test_free_text_about_a_person_has_no_field_to_go_to(field: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Event.model_validate({"action": "check_decided", "actor": "node"} | field)


def test_a_digest_depends_on_its_salt_and_on_what_it_stands_for() -> None:
    body, salt = b'{"surname":"x"}', bytes(32)
    digests = {
        salted_digest(DigestOf.request, salt, body),
        salted_digest(DigestOf.answer, salt, body),
        salted_digest(DigestOf.request, b"\x01" * 32, body),
        salted_digest(DigestOf.request, salt, body + b" "),
    }
    assert len(digests) == 4


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_short_salt_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        salted_digest(DigestOf.request, bytes(length), b"")


def test_one_user_has_one_pseudonym_in_a_node_and_another_elsewhere() -> None:
    assert user_actor(KEY, "Priya  Patel ") == user_actor(KEY, "priya patel")
    assert user_actor(KEY, "Priya Patel") != user_actor(KEY, "Priya Patell")
    assert user_actor(KEY, "Priya Patel") != user_actor(KEY[::-1], "Priya Patel")
    for actor in (user_actor(KEY, "Priya Patel"), peer_actor("eastvale")):
        assert Event(action=Action.request_sent, actor=actor).actor == actor


def test_a_pseudonym_under_a_guessable_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        user_actor(b"northmoor", "Priya Patel")
