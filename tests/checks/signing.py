"""Northmoor's people put before their managers what needs a signature first. Two real areas; who is who."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from hub.accounts.accounts import Acting, acting_as
from hub.cases.access import restrictions_on
from hub.cases.flight import keep_answer
from hub.checks.disclose import deliver_first, disclose
from hub.checks.sign import Signing, sign
from hub.checks.submissions import Shown, put_telling, submission_shown
from hub.consent import Decision, SharingForm
from hub.consent.form.vocabulary import Decided
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.check import CandidateRef, CheckResult
from hub.records.submissions import Call, TellingAnswer
from hub.values import Level
from tests.accounts.people import User, user
from tests.checks.disclosing import asked as asked_routine
from tests.checks.pending import asked
from tests.federation.nodes import IMPORTER, Areas

WHY = "Earlier minutes show what was tried before."
CASEWORKER = [{"role": "caseworker", "name": "A. Coordinator", "date": "2026-11-01"}]
YES = TellingAnswer(decided=Decided.share, words="She agreed that Jo is rung.", receiver="Jo Lowther")
NO = TellingAnswer(decided=Decided.do_not_share, words="Not while he works there.")


@dataclass
class Office:
    """Northmoor's people, and a check of theirs that met somebody in Eastvale."""

    areas: Areas
    ash: User
    mo: User
    ned: User
    check_id: str
    candidate: str

    @property
    def node(self) -> Node:
        return self.areas["northmoor"]

    @property
    def target(self) -> CandidateRef:
        return CandidateRef(self.check_id, "eastvale", self.candidate)

    def acting(self, who: User) -> Acting:
        with self.node.read() as tx:
            return acting_as(tx, who.account)

    def put(self, who: User | None = None, level: Level = Level.summary, why: str = WHY) -> str:
        put = put_telling(self.node, self.acting(who or self.ash), self.target, level, why)
        assert put.number, put.lacks
        return put.number

    def shown(self, number: str, who: User | None = None) -> Shown:
        found = submission_shown(self.node, self.acting(who or self.mo), number)
        assert found is not None
        return found

    def sign(self, number: str, who: User | None = None, answer: TellingAnswer | None = None) -> Signing:
        """What comes of a manager's signature, before anything is sent."""
        return sign(self.node, self.acting(who or self.mo), self.shown(number, who), answer)

    def send(self, done: Signing) -> None:
        async def go() -> None:
            async with self.areas.client("northmoor") as client:
                assert done.delivery is not None
                await deliver_first(self.node, client, done.delivery)

        asyncio.run(go())

    def disclose(self, form: SharingForm | None = None, level: Level = Level.summary) -> Decision:
        """What comes of telling Eastvale straight away."""

        async def go() -> Decision:
            async with self.areas.client("northmoor") as client:
                asker = self.acting(self.ash).requester
                return (await disclose(self.node, client, self.target, level, asker, form))[1]

        return asyncio.run(go())

    def told(self) -> int:
        """How often Eastvale was told anything."""
        return sum(
            path.endswith("/disclosures") for host, path in self.areas.network.asked if host == "eastvale"
        )


def office(areas: Areas, *, fled: bool = False, routine: bool = False, **asks: Any) -> Office:
    """Everybody has an account, and a question was asked on a legal ground, or a `routine` one."""
    mo, ned, ash = _people(areas["northmoor"])
    found = asked_routine(areas) if routine else asked(areas, asks={"signatures": CASEWORKER, **asks})
    if fled:
        she_fled(areas)
    return Office(areas, ash, mo, ned, found.check_id, found.areas[0].candidates[0].handle)


def left_out(areas: Areas, **asks: Any) -> Office:
    """Everybody has an account, and a question left out Eastvale, which she fled: there is no candidate there."""
    mo, ned, ash = _people(areas["northmoor"])
    return Office(areas, ash, mo, ned, asked_without_it(areas, **asks).check_id, "")


def asked_without_it(areas: Areas, **asks: Any) -> CheckResult:
    """A question that says that she fled Eastvale, which is therefore not asked."""
    form = {"signatures": CASEWORKER, "fled_from": ["eastvale"], "recipient": {"agency_kind": "police"}}
    return asked(areas, ref="ev-left", asks={**form, **asks})


def _people(node: Node) -> tuple[User, User, User]:
    mo = user(node, "Mo Ashdown", AccountRole.manager, organisation="Police")
    ned = user(node, "Ned Reddish", AccountRole.manager, by=mo.account, organisation="Police")
    return mo, ned, user(node, "Ash Underhill", by=mo.account, organisation="Police")


def she_fled(areas: Areas) -> None:
    """Somebody learns that she fled Eastvale."""
    node = areas["northmoor"]
    keep_answer(node, restrictions_on(node, IMPORTER), "NM-1", ("eastvale",), "operator")


def call_of(here: Office) -> Call:
    today = here.node.today()
    return Call(spoken_to="Jo Lowther", on=today, clock="14:20", said="She knows.", number="01632 960102")
