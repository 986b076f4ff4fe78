"""A correction of who is on a case: names, aliases, dates of birth, parts; somebody who is added, or is none of it.

Pure. One person proposes it with what the case says now beside what it is to say; another approves it before it
counts. What was proposed about somebody whom the case names otherwise by then changes nothing. Keeps nothing
(`corrections`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, StringConstraints

from hub.cases.referral import Referral
from hub.records.cases import PersonDetails, as_asked
from hub.values import LongText, Person, Requester, Role, ShortText, Value

MOST: Final = 40
Record = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{32})?$")]


class CorrectionState(StrEnum):
    """How far a correction is."""

    proposed = "proposed"
    approved = "approved"
    refused = "refused"
    withdrawn = "withdrawn"


class PersonSaid(Value):
    """Somebody as the case is to have them. `record` (hex): whom of those there; "" for somebody new.

    `leaves`: they are not, and were not, part of this case.
    """

    record: Record = ""
    leaves: bool = False
    role: Role
    given_names: ShortText = ""
    surname: ShortText = ""
    aliases: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    date_of_birth: Annotated[str, StringConstraints(max_length=10)] = ""
    postcode: Annotated[str, StringConstraints(max_length=10)] = ""

    @property
    def person(self) -> Person:
        """Them, by what says who they are."""
        return Person(**self.model_dump(exclude={"record", "leaves"}))


class PersonChange(Value):
    """One of the changes: who stands there (`record`, `before`) and who is to; None where nobody does."""

    record: Record = ""
    before: Person | None = None
    after: Person | None = None


class Correction(Value):
    """A correction, and how far it is. `account`: whose proposal it is, where people have accounts; so `decider`.

    `research`: the paper (hex) by which it was seen. `referral`: one that came under the case's number with a
    victim of another name, which is added to the case with it. `words`: why it was refused or withdrawn.
    """

    changes: Annotated[tuple[PersonChange, ...], Field(min_length=1, max_length=MOST)]
    because: Annotated[LongText, StringConstraints(min_length=1)]
    proposer: Requester
    account: str = ""
    research: Record = ""
    referral: Referral | None = None
    state: CorrectionState = CorrectionState.proposed
    decided_by: ShortText = ""
    decider: str = ""
    words: LongText = ""

    @property
    def open(self) -> bool:
        """Whether it waits for somebody."""
        return self.state is CorrectionState.proposed

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody in it, before and after."""
        return tuple(one for each in self.changes for one in (each.before, each.after) if one is not None)


class OnCase(NamedTuple):
    """Somebody who is on the case: the handle (hex) of the record, and what it says."""

    record: str
    details: PersonDetails


Wrong = Literal["", "nothing", "gone", "same_twice", "no_victim", "two_victims"]
"""What is wrong with a proposal: it changes nothing; somebody is not there as it says; who there would be."""


def changes_of(there: Sequence[OnCase], said: Iterable[PersonSaid]) -> tuple[PersonChange, ...] | None:
    """What is to be changed, of what somebody says of each person; None where one is not there any more."""
    known = {one.record: one.details.person for one in there}
    found = []
    for one in said:
        if one.record and one.record not in known:
            return None
        before = as_asked(known[one.record]) if one.record else None
        after = None if one.leaves else one.person if before is None else as_asked(one.person)
        if before != after:
            found.append(PersonChange(record=one.record, before=before, after=after))
    return tuple(found)


def corrected(there: Sequence[OnCase], changes: Iterable[PersonChange]) -> tuple[PersonDetails, ...] | None:
    """Who is on the case with these changes, the victim first; None where somebody is not there as they say.

    What else is known of somebody, such as an address, stays with them.
    """
    found = {one.record: one.details for one in there}
    added = []
    for change in changes:
        if change.record:
            stands = found.get(change.record)
            if stands is None or as_asked(stands.person) != change.before:
                return None
        if change.after is None:
            found.pop(change.record, None)
        elif change.record:
            found[change.record] = _renamed(found[change.record], change.after)
        else:
            added.append(PersonDetails(person=change.after))
    everybody = (*found.values(), *added)
    return tuple(sorted(everybody, key=lambda one: one.person.role is not Role.victim))


def wrong_with(there: Sequence[OnCase], changes: Sequence[PersonChange]) -> Wrong:
    """What is wrong with changes, in a word; nothing where the case can stand with them."""
    if not changes:
        return "nothing"
    people = corrected(there, changes)
    if people is None:
        return "gone"
    asked = [as_asked(one.person) for one in people]
    if len(set(asked)) < len(asked):
        return "same_twice"
    victims = sum(one.role is Role.victim for one in asked)
    return "" if victims == 1 else "no_victim" if victims == 0 else "two_victims"


def _renamed(details: PersonDetails, after: Person) -> PersonDetails:
    """Somebody with other names, date or part."""
    update = {
        name: getattr(after, name) for name in ("role", "given_names", "surname", "aliases", "date_of_birth")
    }
    return details.model_copy(update={"person": details.person.model_copy(update=update)})
