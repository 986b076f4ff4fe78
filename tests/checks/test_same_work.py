"""Whatever the cause not to answer a disclosure, the holder does the same work and answers at the same tick."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import starmap
from typing import Any

import anyio
import httpx2
import pytest
from sqlalchemy import event

from hub.cases import elsewhere
from hub.checks import answer, meant
from hub.checks.answer import waiting_requests
from hub.crypto.vault import Vault
from hub.federation.publish import publish
from hub.jobs import notices
from hub.node.node import Node
from hub.node.notice_settings import MailServer
from hub.node.settings import ServerLimits
from hub.records import decisions, received
from hub.records.received import DisclosureKey
from hub.store import notices as rows
from hub.values import Level
from hub.web import ticks
from hub.wire.messages import DISCLOSURES_PATH, IDEMPOTENCY_HEADER, NOT_ANSWERED, MessageType
from tests.checks.causes import CAUSES, NOBODY, Asked, prepared
from tests.federation.hand import MESSAGES, Hand
from tests.federation.nodes import Areas, events

WRITES = ("INSERT", "UPDATE", "DELETE")
MAIL = MailServer(kind="smtp", sender="hub@example.org", host="mail.example.org")


def settle(node: Node, **settings: Any) -> None:
    object.__setattr__(node, "settings", node.settings.model_copy(update=settings))


@contextmanager
def counted(node: Node, monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """How often each thing that takes time is done at a node, in the block."""
    found: Counter[str] = Counter()

    def spy(where: Any, name: str) -> None:
        real = getattr(where, name)

        def noted(*given: Any, **named: Any) -> Any:
            found[f"{where.__name__.rpartition('.')[2]}.{name}"] += 1
            return real(*given, **named)

        patch.setattr(where, name, noted)

    def statement(_: Any, __: Any, said: str, *___: Any) -> None:
        kind = said.split()[0].upper()
        found[kind if kind in WRITES else "SELECT"] += 1

    with monkeypatch.context() as patch:
        for where, name in (
            (Vault, "open"),
            (Vault, "seal"),
            (meant, "commitment"),
            (meant, "parse_form"),
            (meant, "said_of"),
            (meant, "may_be_matched"),
            (elsewhere, "confirm"),
            (answer, "confirm"),
            (answer, "exclusions_from"),
            (answer, "decide_answer"),
            (answer, "whom_to_ring"),
        ):
            spy(where, name)
        event.listen(node.database.engine, "before_cursor_execute", statement)
        yield found
        event.remove(node.database.engine, "before_cursor_execute", statement)


@pytest.fixture
def ready(areas: Areas, monkeypatch: pytest.MonkeyPatch) -> tuple[Hand, dict[str, bytes], list[float]]:
    """All causes at one holder that sends notices, which has answered once; and how long its answers then wait."""
    settle(areas["eastvale"], notices=MAIL)
    hand, bodies, waited = Hand(areas), prepared(areas), list[float]()

    async def noted(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(ticks, "sleep", noted)
    hand.disclose(bodies.pop(""), key="first")
    waited.clear()
    return hand, bodies, waited


def test_every_cause_not_to_answer_is_as_much_work(
    ready: tuple[Hand, dict[str, bytes], list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hand, bodies, waited = ready
    work, answers = {}, {}
    for cause, body in bodies.items():
        with counted(hand.holder, monkeypatch) as done:
            answers[cause] = hand.disclose(body, key=cause.replace(" ", "-").replace("'", ""))
        work[cause] = dict(sorted(done.items()))
    assert {cause: hand.opened(one) for cause, one in answers.items()} == dict.fromkeys(CAUSES, NOT_ANSWERED)
    assert len(waited) == len(CAUSES)
    first = work["unknown handle"]
    assert {cause: one for cause, one in work.items() if one != first} == {}, first
    assert first["meant.commitment"] == first["answer.confirm"] == first["answer.decide_answer"] == 1
    assert first["INSERT"] >= 4, "seen message, decision, disclosure, answer, log"


def test_our_own_record_says_why_and_nothing_of_whom_it_was_not_about(
    ready: tuple[Hand, dict[str, bytes], list[float]],
) -> None:
    hand, bodies, _ = ready
    for cause, body in bodies.items():
        hand.disclose(body, key=cause.replace(" ", "-").replace("'", ""))
    why = {cause: kept(hand.holder, body) for cause, body in bodies.items()}
    assert {cause: codes for cause, (codes, _, _) in why.items()} == {
        "unknown handle": ["lacks_person"],
        "another subject than the check's": ["lacks_check"],
        "another salt": ["lacks_check"],
        "no such check": ["lacks_person"],
        "another area's check": ["lacks_person"],
        "below the threshold": ["not_confirmed", "below_threshold"],
        "sealed since it was met": ["sealed", "not_published"],
        "fled from the area that asks": ["asked_by_fled", "not_published"],
        "the area that asks is not safe to talk to": ["asked_by_not_safe"],
        "published no more": ["not_published"],
        "whoever asks is excluded": ["excluded"],
        "a form that does not stand here": ["assertion_does_not_stand"],
        "a form that cannot be read": ["lacks_form"],
    }
    lacking = [one for one in why.values() if one[0][0].startswith("lacks_")]
    assert {(ref, digest) for _, ref, digest in lacking} == {("", None)}
    waiting = [one.key.handle.hex() for one in waiting_requests(hand.holder)]
    alarmed = ("fled from the area that asks", "the area that asks is not safe to talk to")
    assert sorted(waiting) == sorted(json.loads(bodies[cause])["handle"] for cause in alarmed)


def kept(node: Node, body: bytes) -> tuple[list[str], str, bytes | None]:
    """Of a disclosure: the codes of our decision's reasons, its case and the case that it is kept with."""
    said = json.loads(body)
    key = DisclosureKey("northmoor", said["check_id"], bytes.fromhex(said["handle"]), Level.involvement)
    with node.read() as tx:
        one = received.disclosure(tx, key)
        assert one is not None
        recorded = decisions.get(tx, one.case.decision_id or 0)
    codes = [reason.code for reason in recorded.decision.reasons if reason.source != "Art 6"]
    return codes[:1] if "assertion" in codes[0] else codes, recorded.case_ref, one.case.case_digest


def test_whom_nobody_waits_for_is_told_to_nobody(
    ready: tuple[Hand, dict[str, bytes], list[float]],
) -> None:
    """A row for the worker is written whatever is answered; it finds who of all that waits for a person."""
    hand, bodies, _ = ready
    for number, body in enumerate(bodies.values()):
        hand.disclose(body, key=f"k{number}")
    for task in notices.due(hand.holder):
        notices.attempt(hand.holder, task.name.removeprefix(notices.PREFIX))
    with hand.holder.read() as tx:
        assert rows.every(tx.session) == []


# The tick.


def test_each_message_that_names_somebody_is_answered_at_a_tick_and_a_question_at_once(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []

    async def noted(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(ticks, "sleep", noted)
    hand, ticking = Hand(areas), set()
    for path, message in MESSAGES.items():
        waited.clear()
        hand.send("GET" if message is MessageType.feed else "POST", path, b"{}")
        ticking |= {message} if waited else set()
    named = (MessageType.disclosure, MessageType.hearing, MessageType.papers, MessageType.transfer)
    assert ticking == {*named, MessageType.envelope}


@pytest.mark.parametrize("status", ["answered", "not_answered"])
def test_an_answer_leaves_a_tick_after_it_was_asked_for_whatever_it_says(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    """The node's clock may be put on or back meanwhile: it is none that this goes by."""
    one = Asked(areas, 1)
    publish(one.hand.holder)
    body = one.body(**({} if status == "answered" else {"subject": NOBODY}))
    waited: list[float] = []

    async def noted(seconds: float) -> None:
        waited.append(seconds)

    begun = iter((1_000.0, 1_000.03))

    def clock() -> float:
        areas.clock.advance(-20)
        return next(begun)

    monkeypatch.setattr(ticks, "sleep", noted)
    monkeypatch.setattr(ticks, "clock", clock)
    assert one.hand.opened(one.hand.disclose(body)).status == status
    assert waited == [pytest.approx(0.02)]


def test_answers_that_wait_hold_no_thread(areas: Areas, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread, and twenty answers that all wait at the same time."""
    settle(areas["eastvale"], server=ServerLimits(evaluations=1))
    women = [Asked(areas, number) for number in range(20)]
    publish(areas["eastvale"])
    asking = [(one, one.body()) for one in women]
    every = asyncio.Event()
    waiting = 0

    async def noted(_: float) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == len(asking):
            every.set()
        await every.wait()

    monkeypatch.setattr(ticks, "sleep", noted)

    async def ask() -> list[httpx2.Response]:
        with anyio.fail_after(120):
            return list(await asyncio.gather(*starmap(sent, enumerate(asking))))

    async def sent(at: int, of: tuple[Asked, bytes]) -> httpx2.Response:
        one, body = of
        return await one.hand.sent("POST", DISCLOSURES_PATH, body, headers={IDEMPOTENCY_HEADER: f"k{at}"})

    answers = asyncio.run(ask())
    assert {one.hand.opened(given).status for (one, _), given in zip(asking, answers, strict=True)} == {
        "answered"
    }
    assert len(events(areas["eastvale"], "disclosure_answered")) == len(asking)
