"""Who opened which case, for the data-protection officer: what, by whom, when, and what is unusual in it.

Of a case that the reader may not know of there is nothing here, nor in any count. Cases stand by their numbers
alone, and nobody on one is named. Changes nothing, and judges nobody: what is unusual is to be asked about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.cases.access import restrictions_on
from hub.cases.shown import overseen_among
from hub.checks.opened_cases import cases_of
from hub.checks.unusual import ZONE
from hub.checks.unusual_reading import Read, Sign, signs
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.accounts import Account, AccountRole, every, organisations
from hub.records.gists import Gist, every_gist
from hub.records.reads import DAY_S, Came, ReadEvent, read_since
from hub.values import Requester

DAYS: Final = 30
"""How far back somebody looks who does not say."""
_USUAL_DAYS: Final = 30


class Thing(StrEnum):
    """What kind of thing was opened."""

    case = "case"
    paper = "paper"
    file = "file"
    result = "result"
    request = "request"
    transfer = "transfer"
    papers = "papers"
    submission = "submission"
    referral = "referral"
    obligation = "obligation"
    action = "action"
    hidden = "hidden"
    list = "list"


_THINGS: Final = {
    "check": Thing.result,
    "request": Thing.request,
    "transfer": Thing.transfer,
    "papers": Thing.papers,
    "submission": Thing.submission,
    "referral": Thing.referral,
    "number": Thing.obligation,
    "action": Thing.action,
    "likeness": Thing.hidden,
}


class CaseOpened(NamedTuple):
    """A case by its number; empty where it is not held here."""

    digest: str
    number: str


@dataclass(frozen=True, slots=True)
class OpeningLine:
    """Somebody opened something, or tried (`came`). `place`: the address or the command.

    `who` is the account's name, or whoever ran a command on the machine; `role` is None of them.
    """

    at: dt.datetime
    who: str
    organisation: str
    role: AccountRole | None
    thing: Thing
    place: str
    cases: tuple[CaseOpened, ...]
    came: Came

    @property
    def day(self) -> dt.date:
        """The day, in the time of the country."""
        return self.at.astimezone(ZONE).date()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which openings: of a case whose number, by somebody whose name, contains a text; on which days, both with."""

    number: str = ""
    who: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """From which day to which."""
        until = self.until or today
        return self.since or until - dt.timedelta(days=DAYS - 1), until


@dataclass(frozen=True, slots=True)
class Openings:
    """Those found, the newest first; what is unusual in those days, whatever was searched for.

    `unread`: so many lines of the journal are not as this node wrote them.
    """

    lines: tuple[OpeningLine, ...]
    unusual: tuple[Sign, ...]
    unread: int


def openings_for(node: Node, acting: Acting, wanted: Wanted) -> Openings:
    """What a data-protection officer reads. Raises UsageError, RowsError."""
    return _openings(node, partial(overseen_among, node, acting), wanted)


def openings_named(node: Node, named: Requester | None, wanted: Wanted) -> Openings:
    """The same where nobody has an account: of the cases that whoever asks is not kept out of. Raises likewise."""
    restricts = restrictions_on(node, named).restricts
    return _openings(node, lambda digests: frozenset(one for one in digests if not restricts(one)), wanted)


def _openings(
    node: Node, shown: Callable[[Collection[bytes]], Collection[bytes]], wanted: Wanted
) -> Openings:
    since, until = wanted.days(node.today())
    begins = int(dt.datetime.combine(since, dt.time(), dt.UTC).timestamp())
    with node.read() as tx:
        found = read_since(tx, begins - _USUAL_DAYS * DAY_S, cases_of)
        people = _People.of(tx)
    digests = {one for event in found.events for one in event.cases}
    may = {one.hex() for one in shown({bytes.fromhex(one) for one in digests})}
    lines = [
        people.line(event, may)
        for event in found.events
        if not event.cases or not may.isdisjoint(event.cases)
    ]
    unusual = (one for one in signs(map(people.read, lines)) if since <= one.day <= until)
    asked = [one for one in lines if since <= one.day <= until and _is_wanted(one, wanted)]
    return Openings(tuple(reversed(asked)), tuple(sorted(unusual, reverse=True)), found.unread)


def _is_wanted(line: OpeningLine, wanted: Wanted) -> bool:
    number, who = folded(wanted.number), folded(wanted.who)
    return (not number or any(number in folded(one.number) for one in line.cases)) and who in folded(line.who)


class _People(NamedTuple):
    """Who has an account, which bodies there are, and the cases by their digests (hex)."""

    accounts: Mapping[str, Account]
    bodies: Mapping[str, str]
    cases: Mapping[str, Gist]
    own: str

    @classmethod
    def of(cls, tx: Reading) -> _People:
        """Those of a node."""
        return cls(
            {one.id: one for one in every(tx)},
            {one.id: one.name for one in organisations(tx)},
            {one.row.ref_digest.hex(): one for one in every_gist(tx)},
            folded(tx.node.settings.agency),
        )

    def line(self, event: ReadEvent, may: Collection[str]) -> OpeningLine:
        account = self.accounts.get(event.account)
        named = f" ({event.named[:8]})" if event.named else ""
        return OpeningLine(
            at=dt.datetime.fromtimestamp(event.at, dt.UTC),
            who=account.name if account else f"{event.operator}{named}",
            organisation=self.bodies.get(event.organisation, ""),
            role=account.role if account else None,
            thing=_thing(event),
            place=event.place,
            cases=tuple(
                CaseOpened(one, self.cases[one].case_ref if one in self.cases else "")
                for one in event.cases
                if one in may
            ),
            came=event.came,
        )

    def read(self, line: OpeningLine) -> Read:
        """What of a line counts towards what is unusual."""
        body = folded(line.organisation)
        elsewhere = (
            one.digest for one in line.cases if body != self.own and not self._theirs(one.digest, body)
        )
        return Read(
            line.at,
            line.who,
            frozenset(one.digest for one in line.cases),
            frozenset(elsewhere) if line.role else frozenset(),
            refused=line.came is Came.refused,
        )

    def _theirs(self, digest: str, body: str) -> bool:
        case = self.cases.get(digest)
        return case is None or body in (folded(case.referring_agency), folded(case.idva_service))


def _thing(event: ReadEvent) -> Thing:
    kinds = dict(event.things)
    found = next((thing for kind, thing in _THINGS.items() if kind in kinds), None)
    if found is not None:
        return found
    if not kinds:
        return Thing.list
    given = event.place.startswith("GET") and event.place.endswith("/file")
    if given or event.place == "hub referral file":
        return Thing.file
    return Thing.paper if "/papers" in event.place or event.place == "hub referral show" else Thing.case


def is_of_one(openings: Openings, number: str) -> bool:
    """Whether what was found is of the one case that has this number, and of nothing else."""
    found = {case.number for one in openings.lines for case in one.cases}
    return bool(number) and {folded(one) for one in found} == {folded(number)}


class Fact(NamedTuple):
    """On one day, people of one body in one role opened her case. Names nobody."""

    day: dt.date
    organisation: str
    role: AccountRole | None
    things: tuple[Thing, ...]
    times: int


def facts(found: Iterable[OpeningLine]) -> Iterator[Fact]:
    """What a victim is told who asks who opened her case: by day, body and role, the first first. Pure.

    Not who of a body's staff: they act under its authority, and are no recipients of their own.
    """
    by_day = dict[tuple[dt.date, str, AccountRole | None], list[Thing]]()
    for one in found:
        if one.came is Came.shown and one.cases:
            by_day.setdefault((one.day, one.organisation, one.role), []).append(one.thing)
    for (day, body, role), things in sorted(by_day.items(), key=lambda one: tuple(map(str, one[0]))):
        yield Fact(day, body, role, tuple(sorted(set(things))), len(things))
