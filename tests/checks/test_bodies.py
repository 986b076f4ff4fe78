"""A body that two areas hold alike, and one of them alters afterwards, is named: also by whoever has a node's keys.

Two real nodes over HTTP. Whoever alters here opens and seals with the vault, and has the node's own program write
an event: the node's log and database hold, and only the other area's record does not agree.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from hub.audit.events import Action, DigestOf, Event, Refs, peer_actor, salted_digest
from hub.checks.answer import HolderDecision, record_holder_decision
from hub.checks.reconcile import Difference, reconcile
from hub.consent import Decider
from hub.crypto.encoding import unb64
from hub.node.node import Node
from hub.records import received
from hub.records.bodies import answer_digest, question_digest
from hub.records.check import recorded_check, update_check
from hub.records.received import DisclosureKey
from hub.store.verify import verify_database
from hub.values import Level
from hub.wire.messages import NOT_ANSWERED
from tests.checks import pending
from tests.checks.disclosing import SUBJECT, asked, disclosed
from tests.federation.nodes import Areas, cases_of, events, handle_of, known_as, log
from tests.federation.over_http import over_http


@dataclass
class Exchange:
    """A disclosure by Northmoor that Eastvale answered."""

    areas: Areas
    check_id: str

    @property
    def known_as(self) -> str:
        """What Eastvale knows the check by."""
        return known_as(self.areas, self.check_id)

    @property
    def key(self) -> DisclosureKey:
        handle = bytes.fromhex(handle_of(self.areas["eastvale"], SUBJECT))
        return DisclosureKey("northmoor", self.known_as, handle, Level.involvement)

    def found(self, by: str, to: str) -> set[tuple[Difference, str]]:
        async def go() -> set[tuple[Difference, str]]:
            async with self.areas.client(by) as client:
                done = await reconcile(self.areas[by], client, to, 30)
            return {(one.what, one.name) for one in done.findings if one.of == "disclosure"}

        return asyncio.run(go())


@pytest.fixture
def exchange(areas: Areas) -> Iterator[Exchange]:
    with over_http(areas):
        result = asked(areas)
        disclosed(areas, result.check_id)
        yield Exchange(areas, result.check_id)


def both(exchange: Exchange) -> list[set[tuple[Difference, str]]]:
    """What Northmoor reads, and what Eastvale does."""
    return [exchange.found("northmoor", "eastvale"), exchange.found("eastvale", "northmoor")]


def test_bodies_that_nobody_touched_agree_and_stand_in_both_logs(exchange: Exchange) -> None:
    assert both(exchange) == [set(), set()]
    northmoor, eastvale = exchange.areas["northmoor"], exchange.areas["eastvale"]
    (sent,), (recorded,) = (events(northmoor, one) for one in ("disclosure_sent", "disclosure_recorded"))
    (heard,), (answered,) = (events(eastvale, one) for one in ("disclosure_received", "disclosure_answered"))
    assert sent["digests"] == heard["digests"]
    assert recorded["digests"] == answered["digests"]


def test_no_body_is_guessed_by_its_digest(exchange: Exchange) -> None:
    """Whoever reads the log knows every answer that could be given, and has neither salt."""
    eastvale = exchange.areas["eastvale"]
    (event,) = events(eastvale, "disclosure_answered")
    told = event["digests"]["answer"]
    with eastvale.read() as tx:
        kept = received.disclosure(tx, exchange.key)
    assert kept is not None
    name, body = exchange.key.name, kept.recorded.disclosure
    ids = exchange.check_id, exchange.known_as
    known = [b"\0" * 32, *(bytes.fromhex(one) * 2 for one in ids), exchange.key.handle * 2]
    assert told not in [answer_digest(name, salt, body)[DigestOf.answer] for salt in known]
    salt = unb64(kept.recorded.question.salt)
    assert told == answer_digest(name, salt, body)[DigestOf.answer]
    assert told != salted_digest(DigestOf.answer, salt, b"")
    for node in (eastvale, exchange.areas["northmoor"]):
        assert not any(salt.hex() in one.body or kept.recorded.question.salt in one.body for one in log(node))


def holders_answer(exchange: Exchange, *, with_event: bool) -> None:
    """Eastvale says later that it never told."""
    node, key = exchange.areas["eastvale"], exchange.key
    with node.write() as tx:
        kept = received.disclosure(tx, key)
        assert kept is not None
        changed = kept.recorded.model_copy(update={"disclosure": NOT_ANSWERED})
        received.put_disclosure(tx, key, changed, kept.case)
        salt = unb64(kept.recorded.question.salt)
        told: dict[str, Any] = {"digests": answer_digest(key.name, salt, NOT_ANSWERED)} if with_event else {}
        refs = Refs(check_id=key.check_id, handle=key.handle.hex(), peer=key.peer)
        tx.record(
            Action.disclosure_answered,
            by=peer_actor(key.peer),
            about=refs,
            requested_level=key.level,
            **told,
        )


def holders_question(exchange: Exchange, *, with_event: bool) -> None:
    """Eastvale says later that it was asked about somebody else."""
    node, key = exchange.areas["eastvale"], exchange.key
    with node.write() as tx:
        kept = received.disclosure(tx, key)
        assert kept is not None
        another = kept.recorded.question.subject.model_copy(
            update={"surname": cases_of("eastvale")[1][0].surname}
        )
        question = kept.recorded.question.model_copy(update={"subject": another})
        received.put_disclosure(tx, key, kept.recorded.model_copy(update={"question": question}), kept.case)
        salt = unb64(question.salt)
        told: dict[str, Any] = {"digests": question_digest(key.name, salt, question)} if with_event else {}
        refs = Refs(check_id=key.check_id, handle=key.handle.hex(), peer=key.peer)
        tx.record(
            Action.disclosure_received,
            by=peer_actor(key.peer),
            about=refs,
            requested_level=key.level,
            **told,
        )


def askers_answer(exchange: Exchange, *, with_event: bool) -> None:
    """Northmoor says later that it was told something else."""
    node, key = exchange.areas["northmoor"], exchange.key
    with node.write() as tx:
        recorded = recorded_check(tx, exchange.check_id)
        ((at, answer),) = recorded.answers.items()
        other = answer.model_copy(update={"last_activity": "2019-01"})
        update_check(tx, recorded.model_copy(update={"answers": {at: other}}))
        salt = bytes.fromhex(recorded.salts["eastvale"])
        told: dict[str, Any] = {"digests": answer_digest(key.name, salt, other)} if with_event else {}
        ours, handle = exchange.check_id, key.handle.hex()
        refs = Refs(check_id=ours, told_as=key.check_id, handle=handle, peer="eastvale")
        tx.record(Action.disclosure_recorded, about=refs, requested_level=key.level, **told)


Alter = Callable[..., None]


@pytest.mark.parametrize(
    ("alter", "who"),
    [(holders_answer, "eastvale"), (holders_question, "eastvale"), (askers_answer, "northmoor")],
)
@pytest.mark.parametrize("with_event", [False, True])
def test_a_body_that_one_side_altered_is_named(
    exchange: Exchange, alter: Alter, who: str, with_event: bool
) -> None:
    """By both sides; with an event for it the liar's own look says that all is well there, and differs here."""
    alter(exchange, with_event=with_event)
    node: Node = exchange.areas[who]
    with node.read() as tx:
        assert verify_database(tx.session, who, node.log.files.read().found).holds, "by itself it holds"
    other = "northmoor" if who == "eastvale" else "eastvale"
    name = str(exchange.key.name)
    assert exchange.found(other, who) == {(Difference.body_there, name)}
    own = Difference.body_there if with_event else Difference.body_here
    assert exchange.found(who, other) == {(own, name)}


def test_an_answer_that_a_person_gives_later_differs_from_nothing(areas: Areas) -> None:
    """Not while it waits, not once it is decided and not read yet, and not after."""
    result = pending.asked(areas)
    pending.told(areas, result)
    key = pending.waiting(areas)
    exchange = Exchange(areas, result.check_id)
    assert both(exchange) == [set(), set()]
    record_holder_decision(areas["eastvale"], key, HolderDecision(Decider.coordinator, release=True))
    assert both(exchange) == [set(), set()]
    pending.told(areas, result)
    assert both(exchange) == [set(), set()]
    read = events(areas["northmoor"], "disclosure_recorded")[-1]
    assert read["digests"] == events(areas["eastvale"], "disclosure_answered")[-1]["digests"]
    assert read["digests"] == events(areas["eastvale"], "disclosure_decided")[-1]["digests"]


def test_every_event_of_a_disclosure_carries_a_digest_of_its_body(exchange: Exchange) -> None:
    """Of what was asked where it is sent or heard, of what was answered where that is told or read."""
    of = {
        Action.disclosure_sent: {DigestOf.request},
        Action.disclosure_received: {DigestOf.request},
        Action.disclosure_answered: {DigestOf.answer},
        Action.disclosure_recorded: {DigestOf.answer},
    }
    found = {
        event.action: set(event.digests)
        for node in ("northmoor", "eastvale")
        for event in (Event.model_validate_json(one.body) for one in log(exchange.areas[node]))
        if event.action in of
    }
    assert found == of
