"""A manager of Eastvale, where she is now, rings that of Northmoor, which she fled. Real nodes and requests."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from hub.accounts.accounts import Acting, acting_as
from hub.cases.importing.rows import PersonIntake
from hub.cases.shown import lines
from hub.crypto import age
from hub.node.node import Node, open_node
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.cases import held_case
from hub.records.channels import Channel
from hub.records.papers import Paper, PaperKind
from hub.records.submissions import Call
from hub.store import cases
from hub.transfers.channel import answering, asking
from hub.transfers.channel.answering import Chosen
from hub.transfers.channel.exchange import exchange, renew
from hub.values import Role
from hub.wire.channel import Reference
from hub.wire.transfers import Permitted
from tests.accounts.people import User, user
from tests.federation.nodes import Areas, case, copied, hold
from tests.transfers.moving import HE, NEW, OLD, OWN_ADDRESS, REF, SHE

THERE: Final = "EV-case-of-now"
NEW_ADDRESS: Final = "9 High Row, Eastvale"
OLD_MANAGER: Final = "Mo Ashdown"
NEW_MANAGER: Final = "Nia Redmayne"
PLAN: Final = "A marker on the old flat"
PHONE: Final = "01632 960101"
SAID: Final = "She agreed that the plan follows her."


@dataclass
class Pair:
    """The two managers, the officer's key, and both cases by their handles (hex)."""

    areas: Areas
    old: User
    new: User
    identity: str
    there: str
    here: str
    paper: str

    @property
    def old_acting(self) -> Acting:
        return acting(self.areas[OLD], self.old)

    @property
    def new_acting(self) -> Acting:
        return acting(self.areas[NEW], self.new)


def acting(node: Node, who: User) -> Acting:
    with node.read() as tx:
        return acting_as(tx, who.account)


def set_up(areas: Areas) -> str:
    """Both areas have an officer and envelopes; gives the officer's key."""
    identity, recipient = age.new_identity()
    for area in (OLD, NEW):
        settings = areas[area].home / "node.toml"
        settings.write_text(f'{settings.read_text()}\n[channels]\nofficer = "{recipient}"\n')
    for area in (OLD, NEW):
        home = areas[area].home
        areas[area].database.close()
        areas.nodes[area] = open_node(home, clock=areas.clock)
        renew(areas[area])
    return identity


def ready(areas: Areas) -> Pair:
    """Northmoor holds her case and its plan, Eastvale that of now; both have a manager and an officer."""
    identity = set_up(areas)
    he = HE.model_copy(update={"role": Role.perpetrator})
    old_case = case(REF, [SHE, he], fled_from=(), referring_agency="Police")
    people = (PersonIntake(SHE, OWN_ADDRESS, None, 2), PersonIntake(he, "", None, 3))
    hold(areas[OLD], replace(old_case, people=people))
    there = (PersonIntake(SHE, NEW_ADDRESS, None, 2), PersonIntake(he, "", None, 3))
    hold(areas[NEW], replace(case(THERE, [SHE, he], fled_from=("Northmoor",), sealed=True), people=there))
    old = user(areas[OLD], OLD_MANAGER, AccountRole.manager, organisation="Police")
    new = user(areas[NEW], NEW_MANAGER, AccountRole.manager, organisation="Police")
    paper = with_plan(areas[OLD])
    pair = Pair(areas, old, new, identity, "", "", paper)
    pair.there = handle(areas[NEW], pair.new_acting, THERE)
    pair.here = handle(areas[OLD], pair.old_acting, REF)
    return pair


def with_plan(node: Node, ref: str = REF, by: str = "C. Chair") -> str:
    """A plan among the papers of her old case; its handle (hex)."""
    with node.write() as tx:
        row = cases.find(tx.session, tx.case_digest(ref))
        assert row is not None
        plan = Paper(
            kind=PaperKind.minutes,
            body={"text": PLAN},
            by=by,
            at=tx.now,
            supplier="Police",
            may_follow="yes",
        )
        (made,) = papers.put(tx, row, plan)
    return made


def handle(node: Node, who: Acting, ref: str) -> str:
    (one,) = lines(node, who, 10, ref)
    return one.handle


def call(to: str, said: str = SAID) -> Call:
    return Call(spoken_to=to, on=dt.date(2026, 11, 2), clock="10:05", said=said, number=PHONE)


def prepared(pair: Pair, **changes: Any) -> Channel:
    told: dict[str, Any] = {"peer": OLD, "other": OLD_MANAGER, "declared": True} | changes
    decision = asking.prepare(pair.areas[NEW], pair.new_acting, pair.there, **told)
    assert decision.permitted, decision
    return asking.channels_of(pair.areas[NEW], pair.new_acting, pair.there)[0]


def both_logged(pair: Pair) -> Channel:
    """They speak, and each records it."""
    channel = prepared(pair)
    asking.log_call(pair.areas[NEW], pair.new_acting, channel.id, call(OLD_MANAGER))
    reference = Reference.typed(channel.reference.upper().replace("-", " "))
    answering.log_call(pair.areas[OLD], pair.old_acting, reference, NEW, NEW_MANAGER, call(NEW_MANAGER))
    return channel


def tick(areas: Areas, area: str = NEW, peer: str = OLD) -> None:
    """The clock comes round: an envelope goes there and one back."""

    async def go() -> None:
        async with areas.client(area) as client:
            await exchange(areas[area], client, peer)

    asyncio.run(go())


def chosen(pair: Pair, **changes: Any) -> Chosen:
    told: dict[str, Any] = {
        "case": pair.here,
        "papers": (pair.paper,),
        "permission": Permitted(by="Marac Chair", date=dt.date(2026, 11, 1)),
        "reason": "He found her at two addresses; what was tried before decides whether she is moved again.",
        "declared": True,
    }
    return Chosen(**told | changes)


def carried(pair: Pair) -> Channel:
    """The whole of it: rung, logged, asked, given, and put into her case there."""
    channel = both_logged(pair)
    tick(pair.areas)
    reference = Reference(channel.reference)
    done = answering.give(pair.areas[OLD], pair.old_acting, reference, chosen(pair))
    assert done.decision.permitted, done.decision
    tick(pair.areas)
    asking.put_into_case(pair.areas[NEW], pair.new_acting, channel.id)
    tick(pair.areas)
    return asking.channels_of(pair.areas[NEW], pair.new_acting)[0]


def papers_of(node: Node, ref: str) -> list[Paper]:
    with node.read() as tx:
        row = cases.find(tx.session, tx.case_digest(ref))
        assert row is not None
        return [one.paper for one in papers.of_case(tx, held_case(tx, row).row)]


def twin_of(pair: Pair, folder: Path) -> Areas:
    """The same nodes, as they are now."""
    for node in pair.areas.nodes.values():
        node.database.close()
    made = copied(pair.areas[OLD].home.parent, folder, lambda _: "sqlite:///hub.sqlite3")
    made.clock.at = pair.areas.clock.at
    return made
