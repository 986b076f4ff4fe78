"""The cases of a meeting, to be asked about at once before its agenda goes out.

Each line says when other areas were last asked, what has changed since, and why a case is asked singly: where the
victim refused or was never asked, where somebody is in hiding or fled. One confirmation covers the others, and each
question is decided by the engine on a form of its own. Whoever was asked about today is not asked about again.
Decides no law and names nobody to anyone (`hub.checks.check`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.kept_out import CaseRestrictions
from hub.cases.shown import opens
from hub.checks import routine
from hub.checks.check import check
from hub.checks.referred_again import last_referred
from hub.checks.routine import Asking, RoutineAnswers, WhyNow
from hub.consent import VictimAgreement
from hub.consent.form.fled import NOT_KNOWN
from hub.errors import ConflictError, HubError
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import HeldCase, HeldPerson, held_cases, rests_on
from hub.records.check import CheckRequest, open_check
from hub.records.gists import Gist, every_check, every_gist
from hub.records.transfers import moved_to
from hub.values import Kind, NodeId, Person, Requester, Role


class Alone(StrEnum):
    """Why a case is asked about on its own page, or not at all from here."""

    sealed = "sealed"
    fled = "fled"
    fled_not_known = "fled_not_known"
    refused = "refused"
    not_said = "not_said"
    known = "known"
    moved = "moved"
    nobody = "nobody"


class Changed(StrEnum):
    """What has changed since other areas were last asked."""

    new_name = "new_name"
    new_person = "new_person"
    new_referral = "new_referral"


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """A case of the meeting. `last_asked`: seconds since 1970, None where nobody was asked yet.

    `left`: the people to be asked about now. `alone`: why it is asked about singly, if so. `said`: what the victim
    said about asking, as it stands with the case or the last question.
    """

    case: HeldCase
    last_asked: int | None
    changed: tuple[Changed, ...]
    left: tuple[HeldPerson, ...]
    alone: Alone | None
    said: VictimAgreement | None
    areas: tuple[NodeId, ...]

    @property
    def handle(self) -> str:
        """What addresses name the case by."""
        return self.case.row.handle.hex()

    @property
    def open(self) -> bool:
        """Whether one confirmation may cover it, and somebody is left to ask about."""
        return self.alone is None and bool(self.left)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked about a case before: the newest question about each person, with when."""

    questions: tuple[tuple[int, CheckRequest], ...] = ()

    @property
    def last(self) -> int | None:
        """When, last of all."""
        return max((at for at, _ in self.questions), default=None)

    def about(self, person: Person) -> tuple[int, CheckRequest] | None:
        """The newest question about somebody: by a name or alias and part that are theirs still."""
        found = [one for one in self.questions if same(one[1].subject, person)]
        return max(found, key=lambda one: one[0], default=None)


def same(before: Person, now: Person) -> bool:
    """Whether somebody who was asked about is that person of the case: the same part, and a name in common."""
    return before.role is now.role and bool(names(before) & names(now))


def names(person: Person) -> frozenset[str]:
    """Every name of somebody, written alike."""
    whole = f"{person.given_names} {person.surname}"
    return frozenset(" ".join(one.casefold().split()) for one in (whole, *person.aliases) if one.strip())


def changed_since(asked: Asked, people: Iterable[Person], referred: int | None) -> tuple[Changed, ...]:
    """What has changed since the last question; nothing where there was none. Pure."""
    if asked.last is None:
        return ()
    found = set[Changed]()
    for person in people:
        before = asked.about(person)
        if before is None:
            found.add(Changed.new_person)
        elif names(person) - names(before[1].subject):
            found.add(Changed.new_name)
    if referred is not None and referred > asked.last:
        found.add(Changed.new_referral)
    return tuple(one for one in Changed if one in found)


def left_to_ask(
    asked: Asked, people: Sequence[HeldPerson], since: int, referred: int | None
) -> tuple[HeldPerson, ...]:
    """Of the people, those not asked about since a time as they stand now. Pure."""

    def done(one: HeldPerson) -> bool:
        before = asked.about(one.details.person)
        if before is None or before[0] < since or (referred is not None and referred > before[0]):
            return False
        return names(one.details.person) <= names(before[1].subject)

    return tuple(one for one in people if not done(one))


def said_of(asked: Asked, case: HeldCase) -> VictimAgreement | None:
    """What the victim said about asking: in the last question about them, or as the case has it. Pure."""
    about = [one for one in asked.questions if one[1].subject.role is Role.victim]
    newest = max(about, key=lambda one: one[0], default=None)
    subjects = newest[1].sharing_form.subjects if newest else ()
    if subjects and subjects[0].agreement is not None:
        return subjects[0].agreement
    said = case.details.agreement
    return VictimAgreement(said) if said else None


def alone(case: HeldCase, asked: Asked, said: VictimAgreement | None, by: str) -> Alone | None:
    """Why a case is asked about singly, the gravest reason. `by`: who asks. Pure."""
    fled = case.details.fled_from
    knows = any(
        one.sharing_form.conflicts.declared and one.requester.name == by for _, one in asked.questions
    )
    reasons = (
        (Alone.sealed, case.kept.sealed),
        (Alone.fled_not_known, fled is None or NOT_KNOWN in fled),
        (Alone.fled, bool(fled)),
        (Alone.refused, said is VictimAgreement.refused),
        (Alone.not_said, said is None),
        (Alone.known, knows),
        (Alone.nobody, not any(map(_named, case.people))),
    )
    return next((reason for reason, applies in reasons if applies), None)


def _named(one: HeldPerson) -> bool:
    return one.details.person.role in routine.ASKED_ABOUT and bool(names(one.details.person))


@dataclass(frozen=True)
class Asker:
    """Who asks or, unnamed, looks; and which cases are their organisation's and role's: `opens` None where all are.

    `key`: whose forms these are, so that a form that is sent twice asks once.
    """

    requester: Requester | None
    opens: Callable[[Any], bool] | None = None
    key: str = ""

    @classmethod
    def of(cls, acting: Acting) -> Asker:
        """An account."""
        return cls(acting.requester, opens(acting), acting.account.id)

    @property
    def name(self) -> str:
        """As forms name them."""
        return self.requester.name if self.requester else ""

    def meets(self, restrictions: CaseRestrictions) -> Callable[[Gist], bool]:
        """Which cases of a Marac, that have a meeting, they may know of."""

        def meets(one: Gist) -> bool:
            if one.kind is not Kind.marac or one.meeting is None:
                return False
            if self.opens is not None and not self.opens(one):
                return False
            if one.apart_for:
                return one.apart_for == restrictions.user
            return not restrictions.restricts(one.row.ref_digest)

        return meets


def days_of(node: Node, who: Asker) -> dict[dt.date, int]:
    """The days of the meetings to come, each with how many cases they may open. Raises UsageError, RowsError."""
    meets, today = who.meets(restrictions_on(node, who.requester)), node.today()
    found = defaultdict[dt.date, int](int)
    with node.read() as tx:
        for one in filter(meets, every_gist(tx)):
            if one.meeting is not None and one.meeting >= today:
                found[one.meeting] += 1
    return dict(sorted(found.items()))


def agenda_of(node: Node, who: Asker, day: dt.date) -> list[AgendaLine]:
    """The cases of a meeting that they may open, by their numbers. Raises UsageError, RowsError."""
    restrictions = restrictions_on(node, who.requester)
    meets = who.meets(restrictions)
    midnight = int(dt.datetime.combine(node.today(), dt.time(), dt.UTC).timestamp())
    lines = []
    with node.read() as tx:
        rows = [one.row for one in every_gist(tx) if meets(one) and one.meets_on(day)]
        held = held_cases(tx, rows)
        tx.require_as_bound(rests_on(held))
        before, referred = _asked_before(tx, restrictions, held), last_referred(tx)
        for case in held:
            asked, again = before.get(case.details.case_ref, Asked()), referred.get(case.row.id or 0)
            people = tuple(filter(_named, case.people))
            said = said_of(asked, case)
            moved = moved_to(tx, case.row.ref_digest) is not None
            lines.append(
                AgendaLine(
                    case=case,
                    last_asked=asked.last,
                    changed=changed_since(asked, [one.details.person for one in people], again),
                    left=left_to_ask(asked, people, midnight, again),
                    alone=Alone.moved if moved else alone(case, asked, said, who.name),
                    said=said,
                    areas=_areas(node, asked),
                )
            )
    return sorted(lines, key=lambda one: one.case.details.case_ref)


def _asked_before(
    tx: Reading, restrictions: CaseRestrictions, held: Iterable[HeldCase]
) -> Mapping[str, Asked]:
    refs = {one.details.case_ref for one in held}
    found = defaultdict[str, list[tuple[int, CheckRequest]]](list)
    for gist in every_check(tx):
        asked = gist.case_ref in refs and gist.permitted and not gist.nobody
        if asked and not restrictions.hides_check(tx, gist):
            kept = open_check(tx.vault, gist.check_id, gist.sealed)
            found[gist.case_ref].append((gist.asked_at, kept.request))
    return {ref: Asked(tuple(every)) for ref, every in found.items()}


def _areas(node: Node, asked: Asked) -> tuple[NodeId, ...]:
    """The neighbours, and whoever was asked about the case before."""
    known = {one.node_id for one in node.areas.area} - {node.node_id}
    before = (area for _, one in asked.questions if not isinstance(one.areas, str) for area in one.areas)
    return tuple(dict.fromkeys((*routine.neighbours(node), *(one for one in before if one in known))))


@dataclass(frozen=True, slots=True)
class Confirmed:
    """One confirmation: who asks, for which meeting, and the token of the form that asks, so that twice is once."""

    who: Asker
    day: dt.date
    token: str

    def ids(self, node: Node, line: AgendaLine) -> dict[str, str]:
        """The check of each person of a case, by the handle of the record."""
        once = "\x00".join((self.who.key, self.day.isoformat(), line.handle, self.token))
        as_named = {
            one.handle.hex(): "\x00".join((one.handle.hex(), *sorted(names(one.details.person))))
            for one in line.case.people
        }
        found = routine.question_ids(node, once, as_named.values())
        return {handle: found[said] for handle, said in as_named.items()}


@dataclass(frozen=True, slots=True)
class CaseAsked:
    """What came of asking about a case: its checks, and what stopped any of them, in words."""

    line: AgendaLine
    checks: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()


async def ask_about(node: Node, client: PeerClient, confirmed: Confirmed, line: AgendaLine) -> CaseAsked:
    """Ask about everybody left of one case, one question after the other; what was asked is not asked again.

    What stops one question stops no other. Of a case that is asked about singly nobody is asked.
    """
    requester = confirmed.who.requester
    agreement = routine.agreement_for(node, requester) if requester else None
    if not line.open or requester is None or agreement is None or line.said is None:
        return CaseAsked(line)
    people = tuple(one.handle.hex() for one in line.left)
    answers = RoutineAnswers(
        why=WhyNow.listed,
        line="",
        said=line.said,
        fled_from=(),
        knows_anyone=False,
        known_how="",
        people=people,
        areas=line.areas,
    )
    ids, stopped = confirmed.ids(node, line), list[str]()
    asking = Asking(requester, agreement, node.today())
    for handle, question in zip(people, routine.routine_questions(line.case, answers, asking), strict=True):
        try:
            with suppress(ConflictError):  # It was asked already, by this confirmation.
                result = await check(node, client, question, check_id=ids[handle])
                if not result.decision.permitted:
                    stopped += [one.text for one in result.decision.reasons]
        except HubError as error:
            stopped.append(error.text)
    return CaseAsked(line, tuple(ids[one] for one in people), tuple(dict.fromkeys(stopped)))


def came_of(node: Node, confirmed: Confirmed, lines: Iterable[AgendaLine]) -> dict[str, CaseAsked]:
    """What a confirmation has come to so far, by the handle of the case; none that it did not come to."""
    restrictions = restrictions_on(node, confirmed.who.requester)
    found = {}
    with node.read() as tx:
        every = {one.check_id: one for one in every_check(tx) if not restrictions.hides_check(tx, one)}
        for line in lines:
            made = [every[one] for one in confirmed.ids(node, line).values() if one in every]
            kept = [open_check(tx.vault, one.check_id, one.sealed).result for one in made]
            stopped = [
                reason.text for one in kept for reason in one.decision.reasons if not one.decision.permitted
            ]
            if made:
                asked = tuple(one.check_id for one in made if one.permitted)
                found[line.handle] = CaseAsked(line, asked, tuple(dict.fromkeys(stopped)))
    return found
