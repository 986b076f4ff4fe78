"""The two areas of the near-miss story as real nodes: what each knows of the victim before the referral comes.

Its shape is the review that SafeLives describes on its practice blog: discussed four times at two Maracs, in touch
with both areas' Idva services, and neither knew. Everybody is the generator's (`hub.sample.story`). Either the two
areas know the victim by two names, a married and a short one with a day between the dates of birth, or by one.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Final

from hub.accounts.accounts import acting_as
from hub.cases.action_plan import Action, Addresses, Approach, Outcome, Report
from hub.cases.plans import report, reporter_of
from hub.cases.shown import case_shown, lines
from hub.federation.client import PeerClient
from hub.federation.publish import publish
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.sample.referrals import Row
from hub.sample.story import story
from hub.values import Kind, Person, Role
from tests.accounts.people import user
from tests.cases.planning import accepted, action
from tests.federation.nodes import Areas, case, hold
from tests.web.console.signed_in import Console

HERE, THERE = "northmoor", "eastvale"
"""Where the referral comes, and the area that knew the victim before."""
SEED: Final = 20_261_122
EARLIER, HEARD, HELPED = "NM-9001", "EV-9002", "EVI-9005"
BRIEF: Final = "Brief the patrols on the address"
LOCKS: Final = "Change the locks"
SERVICE: Final = "Eastvale Idva Service"
NEVER_GIVEN: Final = "The address was never given to the patrols"


@dataclass
class World:
    """Both areas, a console of each with somebody in every role, and the people as the referral has them."""

    areas: Areas
    consoles: dict[str, Console]
    victim: Person
    perpetrator: Person
    held: set[str] = field(default_factory=set)
    """What either node holds of the case before the referral comes: names, dates, numbers, words of plans."""


def world_of(areas: Areas, *, two_names: bool) -> World:
    """The story at the moment at which the referral comes."""
    rows = story(SEED, 1, areas[HERE].today()).referrals
    theirs = people_in(rows[THERE], HEARD)
    ours = people_in(rows[HERE], EARLIER) if two_names else theirs
    day = areas[HERE].today()
    _hold(areas, THERE, HEARD, theirs, day - dt.timedelta(days=150))
    _hold(areas, THERE, "EV-9001", theirs, day - dt.timedelta(days=410))
    _hold(areas, THERE, HELPED, theirs, day - dt.timedelta(days=145), kind=Kind.idva)
    _hold(areas, HERE, EARLIER, ours, day - dt.timedelta(days=120))
    publish(areas[THERE])
    publish(areas[HERE])

    def client(node: Node) -> PeerClient:
        return areas.client(node.node_id)

    consoles = {area: Console.of(areas[area], "Police", client) for area in (HERE, THERE)}
    head = consoles[THERE].users[AccountRole.manager].account
    consoles[THERE].users[AccountRole.idva] = user(
        areas[THERE], "Iva Bell", AccountRole.idva, by=head, organisation=SERVICE, idva_service=True
    )
    plans = {
        THERE: _planned(consoles[THERE], HEARD, action(1, BRIEF), _locks()),
        HERE: _planned(consoles[HERE], EARLIER, action(3, "Send him to the behaviour course", **_COURSE)),
    }
    words = {word for said in plans.values() for one in said for word in (one.what, one.risk, one.achieves)}
    names = {name for one in (*theirs, *ours) for name in (one.given_names, one.surname, *one.aliases)}
    dates = {spelt for one in (*theirs, *ours) for spelt in spellings(one.date_of_birth)}
    numbers = {EARLIER, HEARD, HELPED, "EV-9001"}
    return World(areas, consoles, ours[0], ours[1], words | names | dates | numbers | {NEVER_GIVEN})


_COURSE: Final[dict[str, object]] = {
    "agency": "Northmoor Probation",
    "approach": Approach.divert,
    "risk": "He drinks, and comes",
    "achieves": "Somebody sees him each week",
}


def _locks() -> Action:
    said = {"agency": "Eastvale Homes", "addresses": Addresses.victim, "approach": None}
    return action(2, LOCKS, **said, risk="He has a key", achieves="He does not come in")


def people_in(rows: list[Row], number: str) -> list[Person]:
    """The people of a case of the story, the victim first."""
    return [
        Person(
            role=Role(row["role"]),
            given_names=row["given_names"],
            surname=row["surname"],
            date_of_birth=row["date_of_birth"],
            aliases=tuple(filter(None, row["aliases"].split(";"))),
        )
        for row in rows
        if row["case_ref"] == number
    ]


def spellings(date: str) -> tuple[str, str]:
    """A date of birth as nodes keep it, and as people type it."""
    day = dt.date.fromisoformat(date)
    return date, f"{day.day}/{day.month}/{day.year}"


def _hold(
    areas: Areas, area: str, number: str, people: list[Person], on: dt.date, kind: Kind = Kind.marac
) -> None:
    service = SERVICE if kind is Kind.idva else ""
    meeting = on + dt.timedelta(days=14) if kind is Kind.marac else None
    intake = case(number, people, referral_date=on, meeting_date=meeting, kind=kind, idva_service=service)
    hold(areas[area], replace(intake, fled_from=(), publish=True))


def _planned(console: Console, number: str, *actions: Action) -> tuple[Action, ...]:
    """An accepted plan, of which nobody reported but that the first action was not done."""
    node = console.node
    with node.read() as tx:
        acting = acting_as(tx, console.users[AccountRole.coordinator].account)
    held = case_shown(node, acting, lines(node, acting, 1, number)[0].handle)
    assert held is not None
    accepted(node, held, acting.requester, *actions)
    said = Report(
        outcome=Outcome.not_done, because=NEVER_GIVEN, agency=actions[0].agency, by="Sgt Lowe", at=1
    )
    report(node, reporter_of(acting), actions[0].id, said)
    return actions
