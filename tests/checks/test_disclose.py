"""Telling one area about whom a check was: a decision first, then sealed, and whatever comes back is contained."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import httpx2
import pytest

from hub.consent import Outcome, excerpt
from hub.consent.areas import Area
from hub.consent.form.redaction import KEPT_HERE
from hub.crypto import hpke
from hub.crypto.encoding import b64, unb64
from hub.crypto.hpke import SealContext
from hub.errors import NotFoundError, PeerError, UnreachableError
from hub.federation.peers import known
from hub.records.check import AreaStatus, DisclosureStatus
from hub.values import Kind, Level, Role
from hub.wire.commitment import subject_of
from hub.wire.messages import DISCLOSURES_PATH, Disclosure, DisclosureQuestion
from tests.checks.disclosing import SUBJECT, asked, asked_later, disclosed
from tests.federation.nodes import Areas, events, known_as, question
from tests.federation.peer_simulator import (
    Asked,
    Lie,
    Peer,
    Told,
    failing,
    field_by,
    fields,
    plain,
    token_with,
)
from tests.named import named_in


def test_a_disclosure_tells_what_the_holder_released(stored_areas: Areas) -> None:
    before = asked(stored_areas)
    assert before.areas[0].candidates[0].disclosure.status is DisclosureStatus.not_asked
    result, decision = disclosed(stored_areas, before.check_id)
    assert decision.outcome is Outcome.permit
    told = result.areas[0].candidates[0].disclosure
    assert (told.status, told.level) == (DisclosureStatus.answered, Level.involvement)
    assert (told.involvement, told.role, told.last_activity) == ((Kind.marac,), Role.victim, "2026-09")
    assert told.summary is None
    assert result == disclosed(stored_areas, before.check_id)[0]


def test_both_sides_have_it_on_the_record_with_the_receipt(areas: Areas) -> None:
    result = asked(areas)
    disclosed(areas, result.check_id)
    handle = result.areas[0].candidates[0].handle
    told_as = known_as(areas, result.check_id)
    refs = {"check_id": result.check_id, "told_as": told_as, "handle": handle, "peer": "eastvale"}
    for action in ("disclosure_decided", "disclosure_sent", "disclosure_recorded"):
        assert [one["refs"] for one in events(areas["northmoor"], action)] == [refs], action
    for action in ("disclosure_received", "disclosure_answered"):
        theirs = [one["refs"] for one in events(areas["eastvale"], action)]
        assert theirs == [{"check_id": told_as, "handle": handle, "peer": "northmoor"}], action


def test_only_names_and_date_of_birth_travel(areas: Areas) -> None:
    """Sealed, and the holder reads no contact details, no narrative and no case reference."""
    subject = SUBJECT.model_copy(
        update={"postcode": "NM1 1AA", "phone": "01632 960999", "nhs_number": "9990000018", "ref": "R-770077"}
    )
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    form = question(subject).sharing_form.model_dump(mode="json") | {"incident": "He came back on Sunday."}
    result = asked(areas, subject, sharing_form=form)
    disclosed(areas, result.check_id)
    sent, _ = peer.heard[-1]
    assert not named_in(subject, sent.body.decode())
    for private in (subject.date_of_birth, "Sunday"):
        assert private.encode() not in sent.body
    body = sent.json()
    eastvale = areas["eastvale"]
    context = SealContext(
        "disclosure",
        "northmoor",
        "eastvale",
        eastvale.sealing_key_id,
        known_as(areas, result.check_id),
        body["handle"],
        "involvement",
    )
    opened = DisclosureQuestion.model_validate_json(
        hpke.unseal(unb64(body["sealed"]), eastvale.keys.sealing, context)
    )
    assert opened.subject == subject_of(subject)
    text = opened.model_dump_json()
    for private in ("NM1 1AA", "960999", "9990000018", "R-770077", "Sunday", "NM-1"):
        assert private not in text
    assert opened.excerpt["incident"] == KEPT_HERE


def test_the_excerpt_marks_that_something_was_told_and_leaves_silence_silent() -> None:
    form = question(SUBJECT).sharing_form
    there, today = Area("eastvale"), dt.date(2026, 11, 22)
    assert excerpt(form, there, today).incident == ""
    assert excerpt(form.model_copy(update={"comments": "x"}), there, today).comments == KEPT_HERE


def test_nothing_is_disclosed_without_a_permit(areas: Areas) -> None:
    """An area she fled: the form names it, so the engine does not let a routine disclosure through."""
    form = question(SUBJECT).sharing_form.model_dump(mode="json") | {"fled_from": ["eastvale"]}
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    result = asked(areas, sharing_form=form, disclose="at_once", ask_fled_areas=True)
    asked_later(areas)
    told, decision = disclosed(areas, result.check_id)
    assert decision.outcome is not Outcome.permit
    assert told.areas[0].candidates[0].disclosure.status is DisclosureStatus.not_asked
    assert not [one for one, _ in peer.heard if one.path.startswith(DISCLOSURES_PATH)]
    assert events(areas["northmoor"], "disclosure_decided")
    assert not events(areas["northmoor"], "disclosure_sent")


def test_there_is_nothing_to_disclose_without_a_check_or_a_candidate(areas: Areas) -> None:
    with pytest.raises(NotFoundError):
        disclosed(areas, "0" * 32)
    result = asked(areas)
    with pytest.raises(NotFoundError):
        disclosed(areas, result.check_id, area="southmere")


def test_at_once_runs_both_steps_under_the_agreement(areas: Areas) -> None:
    result = asked(areas, disclose="at_once")
    assert result.areas[0].candidates[0].disclosure.status is DisclosureStatus.answered


# A holder that lies.


def sealed_as(disclosure: dict[str, Any], **changes: str) -> Lie:
    """Answer something else, sealed to the enquirer in a context with changes."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        body = told.json()
        key_id = body["key_id"]
        names = {
            "message": "disclosure-answer", "sender": "eastvale", "recipient": "northmoor", "key_id": key_id,
            "check_id": body["check_id"], "handle": body["handle"], "level": "involvement",
        }  # fmt: skip
        context = SealContext(**{**names, **changes})
        plain_text = json.dumps(disclosure).encode()
        to = known(peer.node, "northmoor").pinned.sealing
        changed = {**body, "sealed": b64(hpke.seal(plain_text, to, context))}
        return peer.signed(asked, told, json.dumps(changed).encode())

    return lie


ANSWERED = Disclosure(status="answered", level=Level.involvement).model_dump(mode="json")
LIES: dict[str, Lie] = {
    "unreachable": failing(httpx2.ConnectError),
    "rubbish": plain(200, b"rubbish"),
    "refused": plain(401, b"{}"),
    "another signature": token_with({"aud": "southmere"}),
    "another check": fields(check_id="0" * 32),
    "another handle": fields(handle="0" * 32),
    "another key": fields(key_id="0" * 16),
    "sealed text tampered with": field_by("sealed", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1])),
    "sealed text cut": field_by("sealed", lambda raw: raw[:40]),
    "nothing sealed": fields(sealed=""),
    "sealed as a request": sealed_as(ANSWERED, message="disclosure"),
    "sealed for another check": sealed_as(ANSWERED, check_id="0" * 32),
    "sealed for another level": sealed_as(ANSWERED, level="summary"),
    "sealed rubbish": sealed_as({"status": "answered", "home": "x"}),
    "sealed list": sealed_as([]),  # type: ignore[arg-type]
    "another status": sealed_as({**ANSWERED, "status": "known"}),
    "answered at no level": sealed_as({**ANSWERED, "level": "not_answered"}),
    "answered above the level asked": sealed_as({**ANSWERED, "level": "summary", "summary": "x"}),
    "its own words in place of a month": sealed_as(
        {**ANSWERED, "last_activity": "last night: ring 07700 900666"}
    ),
    "its own words for how they compare": sealed_as(
        {**ANSWERED, "agreement": ["forename: agrees. Ring 07700"]}
    ),
    "a transfer": sealed_as({**ANSWERED, "level": "transfer"}),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_a_fault_on_the_record_and_changes_nothing(areas: Areas, name: str) -> None:
    before = asked(areas)
    peer = Peer(areas["eastvale"])
    peer.lie(DISCLOSURES_PATH, LIES[name])
    areas.network.hosts["eastvale"] = peer
    with pytest.raises(PeerError) as raised:
        disclosed(areas, before.check_id)
    assert isinstance(raised.value, UnreachableError) == (name == "unreachable")
    assert SUBJECT.surname not in str(raised.value)
    fault = events(areas["northmoor"], "peer_fault")[-1]
    assert (fault["refs"]["check_id"], fault["refs"]["peer"]) == (before.check_id, "eastvale")
    peer.lie(DISCLOSURES_PATH)
    result, _ = disclosed(areas, before.check_id)
    assert result.areas[0].candidates[0].disclosure.status is DisclosureStatus.answered


@pytest.mark.parametrize("name", ["rubbish", "sealed text tampered with", "sealed rubbish", "unreachable"])
def test_a_lie_at_once_keeps_the_candidates_and_says_so(areas: Areas, name: str) -> None:
    peer = Peer(areas["eastvale"])
    peer.lie(DISCLOSURES_PATH, LIES[name])
    areas.network.hosts["eastvale"] = peer
    area = asked(areas, disclose="at_once").areas[0]
    assert area.status is AreaStatus.answered
    assert [one.disclosure.status for one in area.candidates] == [DisclosureStatus.not_asked]
    assert area.note
