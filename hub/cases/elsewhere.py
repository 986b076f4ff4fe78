"""What this node's cases say of people, whichever case somebody asks from or is asked about.

The areas fled, who is not safe to talk to, and that they are sealed; of whoever is on a case or ever was, by the
comparison in the clear. Of who is named alike and no more it is not known whether they fled, whatever the dates
say, unless a person has decided that they are another. A case that must not be known of adds "not known" and no
more. Reads alone; does not say who is told (`hub.consent`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.consent.form.fled import NOT_KNOWN, most_careful
from hub.matching import confirm
from hub.node.transaction import Reading
from hub.records.cases import HeldCase, found_by, named_people
from hub.records.gists import every_gist
from hub.values import Person, Role

Restricts = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What cases say of somebody: the areas fled, `NOT_KNOWN` among them, and that they are sealed.

    `not_safe`: the people, agencies and areas that a victim named as not safe to talk to.
    `hidden`: as one of those whom that case hides, and not as an alleged perpetrator there.
    """

    fled_from: tuple[str, ...] = ()
    sealed: bool = False
    hidden: bool = False
    not_safe: tuple[str, ...] = ()

    def __add__(self, other: Elsewhere) -> Elsewhere:
        return Elsewhere(
            most_careful(self.fled_from, other.fled_from) or (),
            self.sealed or other.sealed,
            self.hidden or other.hidden,
            tuple(dict.fromkeys((*self.not_safe, *other.not_safe))),
        )

    @property
    def not_sure(self) -> Elsewhere:
        """What remains of it where somebody may be another."""
        fled = (NOT_KNOWN,) if self.fled_from or self.sealed else ()
        return Elsewhere(fled, not_safe=self.not_safe)


def said_of(
    tx: Reading,
    people: Sequence[Person],
    restricts: Restricts,
    *,
    kept_out: bool = False,
    own: HeldCase | None = None,
) -> Elsewhere:
    """What every case with one of these people on it says. That nobody fled says nothing. Raises StorageError.

    Who is `kept_out` of one of these people asks nobody about them: cases that they must not know of say nothing.
    `own`: the case that they are asked about from; who was decided on it to be another is another.
    """
    cases = named_people(tx, [case.row for case in every_gist(tx) if case.grave])
    grave = {held.row.handle.hex(): held for held in cases}
    words = _Words(grave, restricts, kept_out=kept_out)
    others, config = _decided_to_be_others(own), tx.node.matching
    said = Elsewhere()
    for case, held in grave.items():
        compared = [
            (confirm(one, other, config), other.role)
            for handle, other in held.everyone
            for one in people
            if (found_by(one), handle.hex()) not in others
        ]
        roles = {role for each, role in compared if each.passes}
        if roles:
            found = words.of(case)
            said += found + Elsewhere(hidden=found.sealed and roles != {Role.perpetrator})
        elif any(each.named_alike(config) for each, _ in compared):
            said += words.of(case).not_sure
    return said


@dataclass(frozen=True, slots=True)
class _Words:
    """What cases say, each with those that hide somebody on it."""

    grave: Mapping[str, HeldCase]
    restricts: Restricts
    kept_out: bool

    def of(self, case: str, but: frozenset[str] = frozenset()) -> Elsewhere:
        """What is said by the case with that handle (hex), and by others that hide somebody on it."""
        if case not in self.grave:
            return Elsewhere(sealed=True)  # It hid somebody when that was found.
        held = self.grave[case]
        if self.restricts(held.row.ref_digest):
            return Elsewhere(() if self.kept_out else (NOT_KNOWN,))
        details = held.details
        said = Elsewhere(details.fled_from or (), details.sealed, not_safe=tuple(details.not_safe_to_talk_to))
        but = but | {case}
        for one in () if self.kept_out else held.kept.likenesses:
            if one.seals and one.sealed_case not in but:
                found = self.of(one.sealed_case, but)
                said += found if one.same else found.not_sure + Elsewhere(sealed=found.sealed)
        return said


def _decided_to_be_others(own: HeldCase | None) -> set[tuple[tuple[object, ...], str]]:
    """Of people on a case, by names and date, the records that a person decided not to be theirs, by handle."""
    if own is None:
        return set()
    names = {handle.hex(): found_by(person) for handle, person in own.everyone}
    return {
        (names[one.person], one.sealed_person)
        for one in own.kept.likenesses
        if not one.seals and one.person in names
    }
