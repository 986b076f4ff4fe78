"""How a case is to read: what whoever imports, seals or reviews proposes. What becomes of it is `changes`'."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import NamedTuple

from hub.records.cases import (
    CaseDetails,
    HeldCase,
    Likeness,
    PersonDetails,
    as_asked,
    former_handle,
    found_by,
)
from hub.records.words import FledWord, NotSafeWord, SealWord
from hub.values import Person


class Member(NamedTuple):
    """One of the people of a case as proposed: the number of the record that is there, and its handle.

    `was`: the handle of the record that a new one stands in the place of.
    """

    number: int | None
    handle: bytes
    details: PersonDetails
    was: bytes = b""


@dataclass(frozen=True, slots=True)
class Proposal:
    """How a case is to read, and how it reads in store, if it is there. `anew`: it is decided again in any case.

    `searched`: whoever it hides was looked for on other cases.
    `likenesses`, the words, `handle` and `members` follow from what is in store, unless they are given.
    """

    details: CaseDetails
    people: tuple[PersonDetails, ...]
    earlier: HeldCase | None
    anew: bool = False
    likenesses: tuple[Likeness, ...] | None = None
    words: tuple[SealWord, ...] | None = None
    fled_words: tuple[FledWord, ...] | None = None
    not_safe_words: tuple[NotSafeWord, ...] | None = None
    handle: bytes = b""
    members: tuple[Member, ...] = ()
    searched: bool = False

    def __post_init__(self) -> None:
        earlier = self.earlier
        if self.likenesses is None:
            object.__setattr__(self, "likenesses", earlier.kept.likenesses if earlier else ())
        if self.words is None:
            object.__setattr__(self, "words", earlier.kept.words if earlier else ())
        if self.fled_words is None:
            object.__setattr__(self, "fled_words", earlier.kept.fled_words if earlier else ())
        if self.not_safe_words is None:
            object.__setattr__(self, "not_safe_words", earlier.kept.not_safe_words if earlier else ())
        if not self.handle:
            object.__setattr__(self, "handle", earlier.row.handle if earlier else os.urandom(16))
        if not self.members:
            object.__setattr__(self, "members", _members(self.people, earlier))

    @property
    def known(self) -> tuple[Likeness, ...]:
        """Who on it is, or may be, a sealed person."""
        return self.likenesses or ()

    @property
    def former(self) -> tuple[Person, ...]:
        """Who was on it before and is not, by what a question could meet them by."""
        if self.earlier is None:
            return ()
        now = {as_asked(one.person) for one in self.people}
        before = dict.fromkeys(as_asked(one) for one in self.earlier.ever)
        return tuple(one for one in before if one not in now)

    @property
    def everyone(self) -> tuple[tuple[bytes, Person], ...]:
        """Everybody on it, and who ever was, each with a handle, as `HeldCase` has them when it is stored."""
        now = ((one.handle, one.details.person) for one in self.members)
        return (*now, *((former_handle(self.handle, one), one) for one in self.former))

    @property
    def went_on(self) -> dict[str, list[str]]:
        """Handles (hex) of records that are not any more, with those that stand for the same people now.

        First the record in its place, if there is one; then that of the same names and date.
        """
        same = {as_asked(person): handle.hex() for handle, person in reversed(self.everyone)}
        there = {handle for handle, _ in self.everyone}
        before = self.earlier.everyone if self.earlier else ()
        gone = [(handle, person) for handle, person in before if handle not in there]
        anew = {one.was: [one.handle.hex()] for one in self.members if one.was}
        return {
            handle.hex(): [*anew.get(handle, ()), *filter(None, [same.get(as_asked(person))])]
            for handle, person in gone
        }

    @property
    def as_decided(self) -> CaseDetails:
        """What its publication is decided by: it is sealed for somebody on it who is sealed elsewhere too.

        Whoever entered it and is restricted from that person reads what there would be without: it is hidden, and
        decided as if it were not.
        """
        sealed = self.details.sealed or (self.sealed_elsewhere and not self.details.entered_by)
        return self.details.model_copy(update={"sealed": sealed})

    @property
    def sealed_elsewhere(self) -> bool:
        """Whether somebody on it is, or may be, sealed on another case."""
        return any(one.seals for one in self.known)

    @property
    def hidden(self) -> bool:
        """Whether nobody on it is published, whatever is decided: for who is sealed elsewhere, or kept apart."""
        return self.sealed_elsewhere or bool(self.details.apart)


def as_it_is(held: HeldCase, **update: object) -> Proposal:
    """A case as it reads in store, but for these fields."""
    details = held.details.model_copy(update=update)
    return Proposal(details, tuple(one.details for one in held.people), held)


def _members(people: tuple[PersonDetails, ...], earlier: HeldCase | None) -> tuple[Member, ...]:
    """Whoever is found by the same names and date keeps the record that is there.

    Who else is new stands in the place of who else is gone: first of the same role, then in order.
    """
    there = list(earlier.people) if earlier else []
    found: list[Member] = []
    for one in people:
        same = next((held for held in there if found_by(held.details.person) == found_by(one.person)), None)
        if same is not None:
            there.remove(same)
        number, handle = (same.number, same.handle) if same else (None, os.urandom(16))
        found.append(Member(number, handle, one))
    for alike in (True, False):
        for at, new in enumerate(found):
            role = new.details.person.role
            gone = next((held for held in there if not alike or held.details.person.role is role), None)
            if new.number is None and not new.was and gone is not None:
                there.remove(gone)
                found[at] = new._replace(was=gone.handle)
    return tuple(found)
