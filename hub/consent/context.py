"""What a decision needs besides the form: the case, conflicts of interest, who is excluded.

Values only; whoever calls `decide` looks them up. Everything here can only narrow a decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hub.consent.agreements import SharingAgreement
from hub.consent.areas import Area, folded
from hub.matching import may_be_called
from hub.values import Person, ShortText, Value


class ConflictOfInterest(StrEnum):
    """Why a question may be about the asker's own life."""

    self_ = "self"
    colleague = "colleague"
    household = "household"


class Exclusion(Value):
    """Someone restricted from a case: one person, a team or an agency, as the node knows them."""

    person: ShortText = ""
    team: ShortText = ""
    agency: ShortText = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """The person who asks or opens a case, as exclusions and conflicts know people."""

    person: str = ""
    team: str = ""
    agency: str = ""


NOBODY = Staff()


@dataclass(frozen=True, slots=True)
class Context:
    """`case_ref` None: not asked here (a form on its own).

    `case_linked`: the asker's own node holds the case, or makes it in the same act (`case_made`: in an emergency);
    nothing is asked about any other. `tells`: whether the act tells the recipient about whom; asking obliviously
    does not. `at_once`: the question asks that likely candidates' areas be told as soon as it is answered.
    `recipient_known`: the caller knows the areas asked, so the form need not name one. `asserted`: a peer's
    form, whose own people have decided what was theirs to decide. `sealed`: somebody in the case is sealed, or
    anybody asked about on any case of this node.
    `seal_answers`: nobody was asked who fled when the case came, so that its seal alone says it.
    `not_safe_to_talk_to`: the people, agencies and areas that the victim named so.
    `managers`: whom the node knows as managers, by name. `case_fled_from`: the case's own answer.
    `areas`: those that the node knows; None for a form on its own.
    `fled_elsewhere`: the areas that somebody asked about fled by any case of this node, or that it is not known.
    `agreements`: those that this node holds; None for a form on its own, whose protocol is taken as stated.
    `area`: the node id of the area that shares, for which its agency has to have signed.
    `signed_by`: whose account signed this very form, by name. None: nobody has an account here, and a manager's
    name counts as it is written. `receiver_in_case`: who is named to receive it there is, or may be, somebody in
    the case, or is kept out of it.
    """

    case_ref: str | None = None
    case_linked: bool = True
    case_made: bool = False
    tells: bool = True
    at_once: bool = False
    recipient_known: bool = False
    asserted: bool = False
    sealed: bool = False
    seal_answers: bool = False
    staff: Staff = NOBODY
    insider: frozenset[ConflictOfInterest] = frozenset()
    not_safe_to_talk_to: tuple[str, ...] = ()
    managers: tuple[str, ...] = ()
    areas: tuple[Area, ...] | None = None
    case_fled_from: tuple[str, ...] | None = None
    fled_elsewhere: tuple[str, ...] = ()
    agreements: tuple[SharingAgreement, ...] | None = None
    area: str = ""
    signed_by: tuple[str, ...] | None = None
    receiver_in_case: bool = False

    @property
    def of_a_node(self) -> bool:
        """Whether this is an act of this node, and not a form decided on its own, or a peer's."""
        return self.areas is not None


NO_CONTEXT = Context()


def same(left: str, right: str) -> bool:
    """Whether two names are the same but for case and spacing; empty is the same as nothing."""
    folded = " ".join(left.casefold().split())
    return bool(folded) and folded == " ".join(right.casefold().split())


def is_excluded(staff: Staff, exclusions: Iterable[Exclusion]) -> bool:
    """Whether any entry keeps this person out: every part that an entry names must be theirs, or may be.

    Where a name cannot be told from the one that is listed, it counts as that one.
    """
    return any(_matches(staff, entry) for entry in exclusions)


def _matches(staff: Staff, entry: Exclusion) -> bool:
    parts = ((entry.team, staff.team), (entry.agency, staff.agency))
    found = [folded(listed) == folded(own) for listed, own in parts if listed]
    if entry.person:
        found.append(may_be_called(entry.person, staff.person))
    return bool(found) and all(found)


def conflicts_of_interest(
    asker: Person, colleagues: Iterable[Person], people: Iterable[Person]
) -> frozenset[ConflictOfInterest]:
    """Whether anyone asked about looks like the asker, a colleague, or lives at one of their postcodes."""
    staff = (asker, *colleagues)
    found = set()
    for person in people:
        if _same_person(asker, person):
            found.add(ConflictOfInterest.self_)
        elif any(_same_person(colleague, person) for colleague in staff):
            found.add(ConflictOfInterest.colleague)
        if any(_same_place(member, person) for member in staff):
            found.add(ConflictOfInterest.household)
    return frozenset(found)


def _same_person(left: Person, right: Person) -> bool:
    names = same(f"{left.given_names} {left.surname}", f"{right.given_names} {right.surname}")
    dates = left.date_of_birth, right.date_of_birth
    return names and (not all(dates) or dates[0] == dates[1])


def _same_place(left: Person, right: Person) -> bool:
    return same(left.postcode.replace(" ", ""), right.postcode.replace(" ", ""))
