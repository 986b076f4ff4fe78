"""What goes to another area of one of ours, item by item, at a level that was decided: no more than that allows.

That an Idva service has supported somebody on a Marac's case is with that service: no word of the Marac's releases
it. Decides nothing else (`hub.consent`) and seals nothing (`hub.checks.receive`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from hub.errors import UsageError
from hub.matching import Confirmation
from hub.records.cases import CaseDetails, PersonDetails
from hub.records.received import Item
from hub.values import Kind, Level, day_in_words
from hub.wire.messages import Disclosure, WhomToRing

CRITERIA: Final = {
    "professional_judgement": "Professional judgement",
    "visible_high_risk": "Visible high risk (14 or more on the Dash)",
    "potential_escalation": "Potential escalation",
    "marac_repeat": "Marac repeat",
}
"""The Marac's criteria as referrals code them, in words; others are given as they were imported."""
CALLED: Final = {
    Item.marac_involvement: "Marac involvement",
    Item.coordinator_contact: "the coordinator's name and number",
    Item.idva_involvement: "Idva involvement",
    Item.idva_contact: "the Idva service, its worker on duty and number",
    Item.role: "role here",
    Item.last_activity: "month of last activity",
    Item.forename_compared: "how the forenames compare",
    Item.surname_compared: "how the surnames compare",
    Item.date_of_birth_compared: "how the dates of birth compare",
    Item.referral_date: "day of referral",
    Item.criteria: "criteria",
}
"""What each item is called on our record. It says nothing of what the item holds."""
BEYOND_INVOLVEMENT: Final = frozenset({Item.referral_date, Item.criteria})
_INVOLVEMENT: Final = {Kind.marac: Item.marac_involvement, Kind.idva: Item.idva_involvement}
_CONTACT: Final = {Kind.marac: Item.coordinator_contact, Kind.idva: Item.idva_contact}
_SERVICES_OWN: Final = (Item.idva_involvement, Item.idva_contact)
_COMPARED: Final = {
    "forename": Item.forename_compared,
    "surname": Item.surname_compared,
    "date_of_birth": Item.date_of_birth_compared,
}
COMPARED: Final = frozenset(_COMPARED.values())


class Part(NamedTuple):
    """What goes and what stays, item by item, in the order in which an answer holds them."""

    goes: tuple[Item, ...] = ()
    stays: tuple[Item, ...] = ()

    @property
    def in_words(self) -> str:
        """What went and what stayed, as our record says it: nothing of what an item holds."""
        goes, stays = (", ".join(CALLED[one] for one in items) for items in self)
        return f"Released: {goes}. Withheld: {stays}."

    def only(self, ticked: Iterable[Item]) -> Part:
        """No more of it than was ticked. Raises UsageError where that is none of it, or all."""
        chosen = frozenset(ticked)
        why = self.why_not(chosen)
        if why:
            raise UsageError(why, kept="Nothing was decided: it still waits.", do="See `hub requests list`.")
        stays = frozenset(self.stays) | (frozenset(self.goes) - chosen)
        return Part(
            tuple(one for one in self.goes if one in chosen), tuple(one for one in Item if one in stays)
        )

    def why_not(self, ticked: Iterable[Item]) -> str:
        """Why that is no part of it, in a sentence; else nothing."""
        chosen = frozenset(ticked)
        others = ", ".join(one.value for one in Item if one in chosen - frozenset(self.goes))
        if others:
            return f"That does not go by this word: {others}."
        if not chosen:
            return "To release part of it, say which items go; if none, withhold."
        return "That is all of it: release it whole." if chosen == frozenset(self.goes) else ""


@dataclass(frozen=True, slots=True)
class Packet:
    """What an answer at a level holds of one person of one case of ours. `agreed`: how the two compare.

    `today`: a meeting to come is no activity yet. `ring`: whom to ring here about the case.
    """

    level: Level
    case: CaseDetails
    person: PersonDetails
    agreed: Confirmation
    today: dt.date
    ring: tuple[WhomToRing, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Everything that there is, in order."""
        case, there = self.case, {_INVOLVEMENT[self.case.kind], Item.role}
        if case.kind is Kind.marac and case.idva_service:
            there.add(Item.idva_involvement)
        if self._dates:
            there.add(Item.last_activity)
        there |= {_CONTACT[one.kind] for one in self.ring}
        there |= {_COMPARED[one.field] for one in self.agreed.fields}
        if self.level is Level.summary:
            there |= BEYOND_INVOLVEMENT
        return tuple(one for one in Item if one in there)

    def part(self, *, idva_too: bool) -> Part:
        """All of it; without `idva_too` not what is with the Idva service."""
        stays = () if idva_too else tuple(one for one in self.items if self.with_idva_service(one))
        return Part(tuple(one for one in self.items if one not in stays), stays)

    def with_idva_service(self, item: Item) -> bool:
        """Whether an item of a Marac's case is an Idva service's to give."""
        return item in _SERVICES_OWN and self.case.kind is Kind.marac

    def supplied_by(self, item: Item, agency: str) -> str:
        """Who supplied it; empty where nobody has recorded that. `agency`: whose case it is."""
        if item in COMPARED:
            return ""  # Worked out here, of what both areas say.
        if self.with_idva_service(item) or item is Item.idva_contact:
            return self.case.idva_service
        if item is Item.coordinator_contact:
            return next(one.body for one in self.ring if one.kind is Kind.marac)
        if item in (Item.marac_involvement, Item.idva_involvement, Item.last_activity):
            return agency
        return agency if self.case.kind is Kind.idva else self.case.referring_agency

    def says(self, item: Item) -> str:
        """What an item says, as the answer has it."""
        alone = self.released(Part((item,)))
        role = alone.role.value if alone.role else ""
        ring = (in_words(one) for one in alone.ring)
        found = (*alone.involvement, *ring, role, alone.last_activity, *alone.agreement, alone.summary)
        return next(str(one) for one in found if one)

    def released(self, part: Part) -> Disclosure:
        """The answer with what goes, at no higher level than that."""
        goes = frozenset(part.goes)
        compared = (one for one in self.agreed.fields if _COMPARED[one.field] in goes)
        return Disclosure(
            status="answered",
            level=self.level if goes & BEYOND_INVOLVEMENT else Level.involvement,
            involvement=tuple(kind for kind in Kind if _INVOLVEMENT[kind] in goes),
            role=self.person.person.role if Item.role in goes else None,
            last_activity=max(self._dates).strftime("%Y-%m") if Item.last_activity in goes else None,
            agreement=tuple(f"{one.field.replace('_', ' ')}: {_words(one.similarity)}" for one in compared),
            summary=self._summary(goes) or None,
            in_part=bool(part.stays),
            ring=tuple(one for one in self.ring if _CONTACT[one.kind] in goes),
        )

    @property
    def _dates(self) -> list[dt.date]:
        return [date for date in (self.case.referral_date, self.case.heard_last(self.today)) if date]

    def _summary(self, goes: frozenset[Item]) -> str:
        said = []
        if Item.referral_date in goes:
            day = self.case.referral_date
            said.append(f"Referred on {day_in_words(day) if day else 'a date not recorded'}.")
        if Item.criteria in goes:
            criteria = "; ".join(CRITERIA.get(one, one) for one in self.case.criteria) or "not recorded"
            said.append(f"Criteria: {criteria}.")
        return " ".join(said)


def in_words(ring: WhomToRing) -> str:
    """Whom to ring, in a line: the body, who is on duty there, and the number."""
    return ", ".join(filter(None, (ring.body, ring.name, ring.phone)))


def _words(similarity: float | None) -> str:
    if similarity is None:
        return "absent on one side"
    if similarity >= 99:
        return "agrees"
    return "close" if similarity >= 80 else "differs"
