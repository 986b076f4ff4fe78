"""The models' messages, played against three live nodes in any order; what the models prove is looked for there.

Northmoor asks, tells and moves; Eastvale holds; she fled Southmere, which holds her too, lends its keys to whoever
listens on the network, and is read whole. In this process: real applications, real databases, no sockets.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
import shutil
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import httpx2
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlmodel import select

from hub.checks.disclose import disclose
from hub.checks.spread import KIND as QUESTION
from hub.crypto.encoding import b64, unb64
from hub.crypto.signing import SigningKey
from hub.errors import HubError
from hub.federation.rotate_keys import rotate
from hub.federation.sync import sync_all
from hub.jobs import deliveries
from hub.node.certificates import own_certificate
from hub.node.keys import load_root
from hub.node.new_keys import change_keys
from hub.node.revocations import revoke_certificates
from hub.records.check import AreaStatus, CandidateRef, CheckResult, RecordedCheck, recorded_checks
from hub.store import outbox
from hub.store.tables import Receipt, ReceivedCheck
from hub.transfers.decided import Offer
from hub.transfers.deliver import deliver_first
from hub.transfers.offer import offer_case
from hub.values import Level
from hub.wire.commitment import commitment, subject_of
from hub.wire.messages import (
    DISCLOSURES_PATH,
    EVALUATIONS_PATH,
)
from hub.wire.transfers import Permitted
from tests.federation.hand import Hand
from tests.federation.nodes import (
    check,
    copied,
    events,
    handle_of,
    question,
)
from tests.models.areas import ASKS, CASES, FLED, HER, HOLDS, NEW_NAME, OTHER, SHE
from tests.models.between import Between, Carried
from tests.models.kept import counted, told
from tests.transfers.moving import COORDINATOR
from tests.transfers.nothing_back import listening

DAY: Final = 86_400


def refused(answer: httpx2.Response, *codes: str) -> bool:
    """Whether a node refused a message, as one of these problems."""
    if answer.status_code < 400:
        return False
    return answer.json()["type"].rpartition(":")[2] in codes


class Nodes(RuleBasedStateMachine):
    """Three nodes and somebody between them; each example begins with copies of the template."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.areas = copied(self.template, self.folder, lambda _: "sqlite:///hub.sqlite3")
        self.stack = ExitStack()
        self.heard = self.stack.enter_context(listening(self.areas[FLED], self.areas.network.hosts))
        self.read = 0
        self.between = Between(self.areas)
        self.stolen: tuple[SigningKey, str] | None = None

    # What people at Northmoor do.

    @rule(
        ref=st.sampled_from(sorted(CASES)),
        areas=st.sampled_from([(HOLDS, FLED), (HOLDS,)]),
        ticked=st.booleans(),
    )
    def northmoor_asks(self, ref: str, areas: tuple[str, ...], ticked: bool) -> None:
        relayed = set(self.between.relays)
        replaced = {*self.between.instead, *self.between.relays}
        woman, fled = CASES[ref]
        asked_before = len(self.between.said(EVALUATIONS_PATH))

        async def go() -> CheckResult:
            async with self.areas.client(ASKS) as client:
                asked = question(woman, *areas, case_ref=ref, ask_fled_areas=ticked)
                return await check(self.areas[ASKS], client, asked)

        result = asyncio.run(go())
        assert result.decision.permitted, result.decision
        asked = {one.to for one in self.between.said(EVALUATIONS_PATH)[asked_before:]}
        for area in result.areas:
            apart = area.node_id in fled
            assert (area.node_id in asked) is not (apart or area.node_id in relayed)
            if apart:  # Where it is ticked, the worker asks it, at a time of its own.
                assert area.status is AreaStatus.not_asked
                assert (area.to_be_asked_by is not None) is ticked
            elif area.node_id in replaced:
                assert (area.status, area.candidates) == (AreaStatus.error, ())
            else:
                assert area.status is AreaStatus.answered, area.note

    @rule()
    def northmoors_worker_asks_the_area_that_she_fled(self) -> None:
        """The working day passes by whose end each is asked that was to be asked apart."""
        node = self.areas[ASKS]
        with node.read() as tx:
            waiting = [row for row in outbox.every(tx.session) if row.kind == QUESTION]
        self.areas.clock.at = max([self.areas.clock.at, *(row.next_at for row in waiting)])

        async def go() -> None:
            async with self.areas.client(ASKS) as client:
                for row in waiting:
                    await deliveries.attempt(node, client, row.id)

        asyncio.run(go())

    @precondition(lambda self: self.checks())
    @rule(at=st.integers(0, 20), area=st.sampled_from([HOLDS, FLED]))
    def northmoor_tells(self, at: int, area: str) -> None:
        checks = self.checks()
        one = checks[at % len(checks)]
        _, fled = CASES[one.request.case_ref]

        async def go() -> bool:
            async with self.areas.client(ASKS) as client:
                target = CandidateRef(one.result.check_id, area)
                _, decision = await disclose(self.areas[ASKS], client, target, Level.involvement)
                return decision.permitted

        try:
            permitted = asyncio.run(go())
        except HubError:  # It was not asked, has nobody, or what came back was none of its answers.
            return
        assert not (permitted and area in fled)

    @rule(ref=st.sampled_from(sorted(CASES)), to=st.sampled_from([HOLDS, FLED]))
    def northmoor_moves_a_case(self, ref: str, to: str) -> None:
        node = self.areas[ASKS]
        yesterday = node.today() - dt.timedelta(days=1)
        offer = Offer(
            case_ref=ref,
            to=to,
            permission=Permitted(by="Marac Chair", date=yesterday),
            reason="She has moved there for good.",
        )
        try:
            made = offer_case(node, offer, COORDINATOR)
        except HubError:  # One is open already.
            return
        assert (made.transfer is not None) is (to not in CASES[ref][1]), made.decision
        if made.transfer is None:
            return

        async def go() -> None:
            async with self.areas.client(ASKS) as client:
                await deliver_first(node, client, made.delivery)

        asyncio.run(go())

    # What the nodes do by themselves, and their operators.

    @rule()
    def eastvale_changes_its_prf_keys(self) -> None:
        self.areas.clock.advance(60)
        rotate(self.areas[HOLDS])

    @precondition(lambda self: self.stolen is None)
    @rule()
    def northmoors_keys_are_stolen_replaced_and_revoked(self) -> None:
        node = self.areas[ASKS]
        self.stolen = (node.keys.signing, own_certificate(node).token)
        self.areas.clock.advance(DAY)
        root = load_root(node.home / "keys")
        change_keys(node, root, "signing", "sealing")
        revoke_certificates(node, root, None, "A laptop was stolen.")
        for area in (HOLDS, FLED):
            asyncio.run(self._synced(area))

    @rule(seconds=st.sampled_from([1, 59, 200]))
    def time_passes(self, seconds: int) -> None:
        self.areas.clock.advance(seconds)

    # What somebody on the network does.

    @precondition(lambda self: self.between.carried)
    @rule(at=st.integers(0, 99))
    def a_message_is_sent_again(self, at: int) -> None:
        one = self.pick(at, self.between.carried)
        before = counted(self.areas[one.to])
        assert refused(
            self.between.send(one.to, one),
            "authentication",
            "clock",
            "certificate_revoked",
            "certificate_older",
        )
        assert counted(self.areas[one.to]) == before

    @precondition(lambda self: self.between.said())
    @rule(at=st.integers(0, 99), other=st.integers(0, 99))
    def a_body_is_put_under_another_signature(self, at: int, other: int) -> None:
        one, body = self.pick(at, self.between.said()), self.pick(other, self.between.said()).body
        fresh = body if body != one.body else body.replace(b'"version":1', b'"version": 1')
        before = counted(self.areas[one.to])
        assert refused(
            self.between.send(one.to, one, body=fresh),
            "authentication",
            "clock",
            "certificate_revoked",
            "certificate_older",
        )
        assert counted(self.areas[one.to]) == before

    @precondition(lambda self: self.between.said())
    @rule(at=st.integers(0, 99))
    def a_message_is_sent_to_another_area(self, at: int) -> None:
        one = self.pick(at, self.between.said())
        to = FLED if one.to == HOLDS else HOLDS
        before = counted(self.areas[to])
        assert refused(
            self.between.send(to, one), "authentication", "clock", "certificate_revoked", "certificate_older"
        )
        assert counted(self.areas[to]) == before

    @precondition(lambda self: self.between.said(DISCLOSURES_PATH, sender=ASKS))
    @rule(at=st.integers(0, 99))
    def southmere_sends_what_northmoor_told_as_its_own(self, at: int) -> None:
        one = self.pick(at, self.between.said(DISCLOSURES_PATH, sender=ASKS))
        southmere = self.areas[FLED]
        headers = self.between.signed(one, FLED, southmere.keys.signing, own_certificate(southmere).token)
        before = counted(self.areas[one.to])
        assert refused(self.between.send(one.to, one, headers=headers), "authentication", "key_not_in_use")
        assert counted(self.areas[one.to]) == before

    @precondition(lambda self: self.between.said(EVALUATIONS_PATH, sender=ASKS))
    @rule(at=st.integers(0, 99), area=st.sampled_from([HOLDS, FLED]))
    def an_earlier_answer_comes_in_place_of_the_next(self, at: int, area: str) -> None:
        self.between.instead[area] = self.pick(at, self.between.said(sender=ASKS))

    @rule()
    def southmere_puts_the_next_question_to_eastvale_as_its_own(self) -> None:
        self.between.relays[HOLDS] = self.areas[FLED]

    @rule()
    def southmere_tells_of_another_woman_than_it_asked_about(self) -> None:
        hand, eastvale = Hand(self.areas, FLED, HOLDS), self.areas[HOLDS]
        with self.between.attack():
            check_id, salt = hand.ask_about(OTHER)
            again = hand.evaluation(check_id=check_id, commitment=b64(commitment(SHE, salt)))
            assert refused(hand.evaluate(again), "conflict")
            answers = [
                hand.opened(
                    hand.disclose(hand.disclosure(check_id, handle_of(eastvale, one), one, salt), key)
                )
                for one, key in ((SHE, secrets.token_hex(8)), (OTHER, secrets.token_hex(8)))
            ]
        assert [one.status for one in answers] == ["not_answered", "answered"]

    @rule()
    def southmere_asks_northmoor_about_her(self) -> None:
        hand, northmoor = Hand(self.areas, FLED, ASKS), self.areas[ASKS]
        told = []
        with self.between.attack():
            for one, hers in ((SHE, HER), (HER, HER), (OTHER, OTHER)):
                check_id, salt = hand.ask_about(one)
                body = hand.disclosure(check_id, handle_of(northmoor, hers), one, salt)
                told.append(hand.opened(hand.disclose(body, secrets.token_hex(8))).status)
        assert told == ["not_answered", "not_answered", "answered"]

    @precondition(lambda self: self.stolen is not None and self.between.said(sender=ASKS))
    @rule(at=st.integers(0, 99))
    def the_thief_signs_with_the_key_that_was_revoked(self, at: int) -> None:
        one = self.pick(at, self.between.said(sender=ASKS))
        assert self.stolen is not None
        before = counted(self.areas[one.to])
        headers = self.between.signed(one, ASKS, *self.stolen)
        assert refused(
            self.between.send(one.to, one, headers=headers), "certificate_revoked", "certificate_older"
        )
        assert counted(self.areas[one.to]) == before

    @precondition(lambda self: self.old_questions())
    @rule(at=st.integers(0, 99))
    def a_question_is_asked_again_under_the_keys_of_before(self, at: int) -> None:
        one = self.pick(at, self.old_questions())
        node = self.areas[ASKS]
        headers = self.between.signed(one, ASKS, node.keys.signing, own_certificate(node).token)
        before = counted(self.areas[HOLDS])
        assert refused(self.between.send(HOLDS, one, headers=headers), "epoch_changed")
        assert counted(self.areas[HOLDS]) == before

    # What holds after each of it.

    @invariant()
    def nothing_of_her_was_told_to_the_area_that_she_fled(self) -> None:
        new, self.read = self.heard.values[self.read :], len(self.heard.values)
        assert not any(NEW_NAME.lower().encode() in value.lower() for value in new)
        for one in told(self.areas[FLED]):
            assert NEW_NAME not in one.recorded.question.model_dump_json()

    @invariant()
    def every_answer_that_counts_was_given_to_that_very_question_and_counts_once(self) -> None:
        given = {
            (one.to, one.said["check_id"], one.token)
            for one in self.between.said(EVALUATIONS_PATH, DISCLOSURES_PATH, sender=ASKS)
            if one.status == 200
        }
        with self.areas[ASKS].read() as tx:
            rows = list(tx.session.exec(select(Receipt)))
        kept = [(row.peer, row.token) for row in rows]
        assert len(kept) == len(set(kept))
        checks = {one.result.check_id: one for one in self.checks()}
        for row in rows:
            assert (row.peer, checks[row.check_id].known_as(row.peer), row.token) in given

    @invariant()
    def whatever_was_evaluated_northmoor_asked(self) -> None:
        for area in (HOLDS, FLED):
            sent = {
                (one.said["check_id"], unb64(one.said["commitment"]))
                for one in self.between.said(EVALUATIONS_PATH, sender=ASKS)
                if one.to == area
            }
            with self.areas[area].read() as tx:
                rows = list(tx.session.exec(select(ReceivedCheck).where(ReceivedCheck.peer == ASKS)))
            assert {(row.check_id, row.commitment) for row in rows} <= sent

    @invariant()
    def whatever_is_told_was_decided_and_is_of_the_woman_whom_the_question_was_about(self) -> None:
        checks = self.checks()
        sent = [one["refs"] for one in events(self.areas[ASKS], "disclosure_sent")]
        for area in (HOLDS, FLED):
            for one in told(self.areas[area]):
                (asked,) = [each for each in checks if each.known_as(area) == one.key.check_id]
                about = (asked.result.check_id, one.key.handle.hex(), area)
                assert about in [(ref["check_id"], ref["handle"], ref["peer"]) for ref in sent]
                assert one.recorded.question.subject == subject_of(asked.request.subject)
                with self.areas[area].read() as tx:
                    row = tx.session.get(ReceivedCheck, (one.key.check_id, ASKS))
                assert row is not None
                salt = unb64(one.recorded.question.salt)
                assert row.commitment == commitment(one.recorded.question.subject, salt)

    @invariant()
    def no_two_areas_know_a_question_or_a_person_by_the_same_name(self) -> None:
        names = [
            {value for one in self.between.said(sender=ASKS) if one.to == area for value in one.names}
            for area in (HOLDS, FLED)
        ]
        assert not names[0] & names[1]

    def teardown(self) -> None:
        self.stack.close()
        self.areas.close()
        shutil.rmtree(self.folder)

    # How they are read, and played once in order.

    def step(self, act: Callable[..., None], *args: Any, **named: Any) -> None:
        """One act of a walk, and all that holds after it."""
        act(*args, **named)
        for one in self.invariants:
            one.function(self)

    def checks(self) -> list[RecordedCheck]:
        """Northmoor's checks, the oldest first."""
        with self.areas[ASKS].read() as tx:
            return [one for _, one in recorded_checks(tx)][::-1]

    def old_questions(self) -> list[Carried]:
        """Northmoor's questions to Eastvale under keys that are not in use any more."""
        now = self.areas[HOLDS].prf_keys().key_id
        asked = self.between.said(EVALUATIONS_PATH, sender=ASKS)
        return [one for one in asked if one.to == HOLDS and one.said["key_id"] != now]

    def pick(self, at: int, some: list[Carried]) -> Carried:
        """One of some."""
        return some[at % len(some)]

    async def _synced(self, area: str) -> None:
        async with self.areas.client(area) as client:
            assert not any(one.error for one in await sync_all(self.areas[area], client))
