"""Disclosure under attack: what a holder learns beyond its need, what an enquirer tells from "not answered"."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.checks.disclose import disclose
from hub.crypto import encoding, hpke
from hub.crypto.hpke import SealContext
from hub.demo.form import sharing_form
from hub.records.check import CandidateRef, CheckRequest, CheckResult, recorded_check
from hub.values import Level, Person
from hub.wire import messages
from hub.wire.commitment import subject_of
from hub.wire.messages import DISCLOSURES_PATH, Disclosure, DisclosureQuestion, MessageType
from tests.federation.attackers import AGREEMENT, World, make_area
from tests.federation.nodes import check

MARK = "STAYS-AT-HOME"
SUBJECT: dict[str, Any] = {
    "ref": f"ref {MARK}",
    "given_names": "Orla",
    "surname": "Quennell",
    "date_of_birth": "1988-07-14",
    "postcode": "ZZ99 9ZZ",
    "phone": "01632960999",
}


def question(**changed: Any) -> CheckRequest:
    """A check of the subject by a coordinator, its form full of words that belong to her own area."""
    asked: dict[str, Any] = {
        "purpose": "referred_elsewhere",
        "case_ref": f"case {MARK}",
        "requester": {"name": "R", "role": "coordinator", "agency": "A", "agency_kind": "police"},
        "subject": SUBJECT,
        "related": [{"ref": "r", "role": "perpetrator", "given_names": f"Rel {MARK}", "surname": "X"}],
        "areas": ["eastvale"],
    } | changed
    form = sharing_form(asked, dt.datetime.now(dt.UTC).date(), grounded=True)
    form["protocol"]["ref"] = AGREEMENT
    form |= {
        "incident": MARK,
        "comments": MARK,
        "necessity": f"She told us that {MARK}",
        "risk": [
            {"who": MARK, "from_whom": MARK, "concerns": MARK, "immediate": MARK, "identified_by": MARK}
        ],
        "grounds": [{"key": "crime", "evidence": {"why_without_consent": MARK}}],
        "consultations": [{"kind": "internal", "who": MARK, "advice": MARK, "decision": f"share: {MARK}"}],
        "client_notified": {"notified": False, "why_not": MARK},
        "signatures": [{"role": "caseworker", "name": "S", "date": form["review"]["date"]}],
        "fled_from": ["southmere"],
    }
    return CheckRequest.model_validate({**asked, "sharing_form": form})


def run(world: World, request: CheckRequest) -> CheckResult:
    """Ask as the attacker's peer; without disclosing."""

    async def once() -> CheckResult:
        async with world.client(world.victim) as client:
            return await check(world.victim, client, request)

    return asyncio.run(once())


# What the holder learns.


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The plain text of a disclosure, as the holder opens it."""
    folder: Path = tmp_path_factory.mktemp("told")
    world = World(make_area(folder, "northmoor", []), make_area(folder, "eastvale"))
    world.introduce()
    opened: list[bytes] = []
    honest = world.wire.hosts["eastvale.test"]

    async def listen(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == DISCLOSURES_PATH:
            sent = messages.parse_request(messages.DisclosureRequest, await request.aread())
            parts = ("northmoor", "eastvale", sent.key_id, sent.check_id, sent.handle, sent.level)
            context = SealContext("disclosure", *parts)
            opened.append(hpke.unseal(encoding.unb64(sent.sealed), world.attacker.keys.sealing, context))
        return await honest(request)

    world.wire.hosts["eastvale.test"] = listen
    result = run(world, question())
    assert result.areas, result.decision

    async def tell() -> None:
        async with world.client(world.victim) as client:
            await disclose(world.victim, client, CandidateRef(result.check_id, "eastvale"), Level.involvement)

    asyncio.run(tell())
    found: dict[str, Any] = json.loads(opened[0])
    return found


def test_only_names_aliases_and_date_of_birth_are_told_of_the_subject(told: dict[str, Any]) -> None:
    filled = {name for name, value in told["subject"].items() if value}
    assert filled <= {"given_names", "surname", "aliases", "date_of_birth", "role"}


def paths(value: Any, where: str = "") -> list[str]:
    """Where the mark stands in a document."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in paths(inner, f"{where}.{key}")]
    if isinstance(value, list):
        return [found for inner in value for found in paths(inner, where)]
    return [where] if MARK in str(value) else []


def test_what_was_written_about_the_people_stays_in_their_area(told: dict[str, Any]) -> None:
    """The holder needs to know that questions were answered, not the words: they name others and places."""
    assert sorted(set(paths(told))) == []


def test_where_else_she_fled_from_is_not_told(told: dict[str, Any]) -> None:
    assert "southmere" not in json.dumps(told)


# What the enquirer can tell apart.


@dataclass
class Asking:
    """An enquirer with a check that met someone, and what it takes to ask about other handles."""

    world: World
    check_id: str
    handle: str
    salt: bytes

    def ask(
        self, *, handle: str | None = None, subject: Person | None = None, check_id: str | None = None
    ) -> tuple[int, int, Disclosure]:
        """Status, length of the answer on the wire, and what it opens to."""
        here, there = self.world.attacker, self.world.victim
        check_id, handle = check_id or self.check_id, handle or self.handle
        form = question().sharing_form.model_dump(mode="json", exclude_defaults=True)
        body = DisclosureQuestion(
            excerpt=form | {"level": "involvement"},
            subject=subject or subject_of(Person.model_validate(SUBJECT)),
            salt=encoding.b64(self.salt),
        )
        parts = (there.sealing_key_id, check_id, handle, "involvement")
        context = SealContext("disclosure", here.node_id, there.node_id, *parts)
        sealed = hpke.seal(messages.encode(body), there.keys.sealing_public, context)
        request = messages.DisclosureRequest(
            check_id=check_id,
            handle=handle,
            level=Level.involvement,
            key_id=parts[0],
            sealed=encoding.b64(sealed),
        )
        headers = {messages.IDEMPOTENCY_HEADER: secrets.token_hex(16)}
        response = self.world.request(
            MessageType.disclosure, DISCLOSURES_PATH, messages.encode(request), headers=headers
        )
        assert response.status_code == 200, response.text
        answer = messages.parse_answer(messages.DisclosureAnswer, response.content)
        back = SealContext(
            "disclosure-answer", there.node_id, here.node_id, answer.key_id, check_id, handle, "involvement"
        )
        plain = hpke.unseal(encoding.unb64(answer.sealed), here.keys.sealing, back)
        return response.status_code, len(response.content), messages.parse_answer(Disclosure, plain)


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The enquirer is `eastvale`, and `northmoor` holds the one person there is."""
    folder: Path = tmp_path_factory.mktemp("asking")
    world = World(make_area(folder, "eastvale", []), make_area(folder, "northmoor"))
    world.introduce()
    return world


@pytest.fixture
def asking(mirrored: World) -> Asking:
    """As `asking_anew`."""
    return asking_anew(mirrored)


def asking_anew(mirrored: World) -> Asking:
    """A new check that met her; nothing has been disclosed on it."""
    result = run(mirrored, question(areas=["northmoor"]))
    enquirer = mirrored.victim
    with enquirer.read() as tx:
        kept = recorded_check(tx, result.check_id)
    (candidate,) = result.areas[0].candidates
    world = World(mirrored.attacker, enquirer)
    return Asking(world, kept.known_as("northmoor"), candidate.handle, bytes.fromhex(kept.salts["northmoor"]))


REFUSED: dict[str, dict[str, Any]] = {
    "a handle nobody has": {"handle": "ab" * 16},
    "someone else under her commitment": {"subject": Person(given_names="Orla", surname="Quennel")},
    "a check that was never made": {"check_id": "cd" * 16},
}


def test_she_is_answered_when_all_is_right(asking: Asking) -> None:
    assert asking.ask()[2].status == "answered"


@pytest.mark.parametrize("changed", REFUSED.values(), ids=REFUSED)
def test_every_refusal_is_one_and_the_same_answer(asking: Asking, changed: dict[str, Any]) -> None:
    """Same status, same length as an answer that tells something, same content."""
    refused = asking.ask(**changed)
    _, length, _ = asking.ask()
    assert refused == (200, length, messages.NOT_ANSWERED)


def test_the_holders_log_does_not_tell_refusals_from_answers(mirrored: World) -> None:
    """Beside the rows that it binds: that somebody was told leaves its record, here alone. Peers see hashes."""

    def shapes(**changed: Any) -> list[str]:
        asking = asking_anew(mirrored)
        (before,) = asking.world.table("SELECT max(seq) FROM audit_entry")
        asking.ask(**changed)
        rows = asking.world.table(f"SELECT body FROM audit_entry WHERE seq > {before[0]} ORDER BY seq")
        events = [json.loads(body) for (body,) in rows]
        for event in events:
            event.pop("refs", None)
            event.pop("rows", None)
            event["digests"] = sorted(event["digests"])  # Each is salted anew, also that of the same answer.
        return [json.dumps(event, sort_keys=True) for event in events]

    assert len({str(shapes(**changed)) for changed in (*REFUSED.values(), {})}) == 1
