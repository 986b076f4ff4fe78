"""The node's other records of hidden people, found by the comparison in the clear, whatever case they are on.

A case hides its people where it is sealed, or says that somebody fled an area, or may have. A case on which
somebody is certainly, or may be, one of them is sealed too: a certain one without more ado, a likely one until a
person has decided (`seals`). Whoever is hidden is searched for: the people of such a case but for alleged
perpetrators, and her other records in turn, under any name there, as whatever they are on those cases. A case that
hides its people itself is compared with sealed ones alone, and not where it is sealed.
Likely is also who is named alike, whatever the date of birth says. A record that shares no match-key with hers is
none that a question about her could meet, and is not compared. On a case entered by somebody restricted from her
nobody is searched for by what was found there: they would see it.

Reads alone. Does not decide on publication (`publication`) or write (`changes`).
"""

from __future__ import annotations

import secrets
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Final

from hub.cases.name_frequencies import frequencies_in
from hub.cases.proposals import Proposal, as_it_is
from hub.matching import AskedPerson, band, completeness, confirm, match_keys
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import CaseDetails, HeldCase, Likeness, held_cases, open_person
from hub.store import cases
from hub.values import Band, Person, Role

AMONG: Final = (
    5_000  # people at least, among whom she is looked for: among few, next to anybody would be certain
)


@dataclass(frozen=True, slots=True)
class _Hidden:
    """A record of somebody who is hidden: handles of case and record, who it is; whether that case is sealed."""

    case: bytes
    handle: bytes
    person: Person
    sealed: bool


@dataclass
class _Work:
    """A proposal with the likenesses found so far. `before`: those that it had.

    `searched`: whether this act looks for whoever it hides, or that was done.
    """

    proposal: Proposal
    before: dict[tuple[str, str], Likeness]
    found: dict[tuple[str, str], Likeness] = field(default_factory=dict)
    changed: bool = True
    searched: bool = True

    @classmethod
    def anew(cls, proposal: Proposal, moved: Mapping[str, Sequence[str]]) -> _Work:
        """All likenesses are found again; what a person decided of two stays while the case knows of both.

        `moved`: the handles of records that are gone, with those that stand for the same people now.
        """
        there = {one.handle.hex() for one in proposal.members}
        ever = {handle.hex() for handle, _ in proposal.everyone}
        known = [other for one in proposal.known for other in _moved(one, moved)]
        before = {one.pair: one for one in known if one.person in (ever if one.decided else there)}
        return cls(proposal, before, {pair: one for pair, one in before.items() if not one.seals})

    @classmethod
    def more(cls, held: HeldCase) -> _Work:
        """Those that a case in store has stay, and others may come."""
        known = {one.pair: one for one in held.kept.likenesses}
        done = held.kept.searched_as_now or not held.kept.hidden
        return cls(as_it_is(held), known, dict(known), changed=False, searched=done)

    @property
    def now(self) -> set[bytes]:
        """The handles of those who are on it."""
        return {one.handle for one in self.proposal.members}

    @property
    def lost(self) -> set[bytes]:
        """The records that somebody was hidden for until now, and is not by what is proposed."""
        earlier, details = self.proposal.earlier, self.proposal.details
        if earlier is None:
            return set()
        was = {one.handle for one in _hidden_by(earlier)}
        if (earlier.details.sealed, earlier.details.hides) > (details.sealed, details.hides):
            return was  # Whom others hide on it may be hidden there for this one alone.
        same = {bytes.fromhex(one.person) for one in self.before.values() if one.same}
        now = _hidden(details, self.proposal.everyone, same)
        return was - {handle for handle, _ in now}

    def hidden(self) -> list[_Hidden]:
        """Its people who are hidden by what is said of the case."""
        proposal = self.proposal
        return [
            _Hidden(proposal.handle, handle, person, proposal.details.sealed)
            for handle, person in _hidden(proposal.details, proposal.everyone, set())
        ]

    def compared(self) -> list[tuple[bytes, Person]]:
        """Whose records are compared: everybody on it, and who was when a person decided who they are."""
        proposal = self.proposal
        decided = {one.person for one in self.before.values() if one.decided == "same"}
        return [one for one in proposal.everyone if one[0] in self.now or one[0].hex() in decided]

    def done(self) -> Proposal:
        """The proposal with what was found. Who is found to be hidden needs no decision of anybody any more."""
        same = {one.person for one in self.found.values() if one.same}
        kept = [one for one in self.found.values() if not (one.waits and one.person in same)]
        likenesses = tuple(sorted(kept, key=lambda one: one.pair))
        return replace(self.proposal, likenesses=likenesses, searched=self.searched)


class SamePeople:
    """Finds who of the node's people is, or may be, a hidden person. Of one act: it remembers match-keys."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._keys: dict[bytes, array[int]] = {}
        self._asked: dict[bytes, AskedPerson] = {}
        self._size = 0

    def complete(self, tx: Reading, proposals: Iterable[Proposal]) -> list[Proposal]:
        """Proposals with who on them is hidden elsewhere; then those of other cases for which that changes."""
        proposals = list(proposals)
        moved = {gone: now for each in proposals for gone, now in each.went_on.items()}
        work = [_Work.anew(one, moved) for one in proposals]
        mine = {one.proposal.earlier.row.id for one in work if one.proposal.earlier}
        others = [one for one in held_cases(tx, cases.sealed(tx.session)) if one.row.id not in mine]
        if any(one.lost for one in work):  # Who was hidden for them is looked at again.
            work += [_Work.anew(as_it_is(one), moved) for one in others if not one.details.sealed]
            others = [one for one in others if one.details.sealed]
        known = [person for one in others for person in _hidden_by(one)]
        before = [one.proposal.earlier for one in work if one.proposal.earlier]
        earlier = [person for one in before if one.kept.searched_as_now for person in _hidden_by(one)]
        # Who is sealed now, and was hidden alone, is looked for again: also on cases that hide their people.
        searched = {(one.handle, sealed) for one in (*known, *earlier) for sealed in {False, one.sealed}}
        fresh = known + [person for one in work for person in one.hidden()]
        by_word = {one.row.id for one in others if one.details.sealed}
        while fresh:
            new = [one for one in fresh if (one.handle, one.sealed) not in searched]
            work += self._elsewhere(tx, new, work, by_word)
            searched |= {(one.handle, one.sealed) for one in new}
            fresh = self._compared(tx, work, fresh)
        return [one.done() for one in work if one.changed]

    def _elsewhere(
        self, tx: Reading, new: Sequence[_Hidden], work: Sequence[_Work], but: Collection[int]
    ) -> list[_Work]:
        """The other cases in store with anybody who shares a match-key with people who were not hidden before."""
        if not new:
            return []
        wanted = {key for one in new for key in self._keys_of(one.handle, one.person)}
        mine = {one.proposal.earlier.row.id for one in work if one.proposal.earlier} | set(but)
        found = set()
        for case_id, (_, handle, sealed) in cases.members(tx.session):
            if case_id in mine or case_id in found:
                continue
            if handle not in self._keys:
                self._keys_of(handle, open_person(tx.vault, handle, sealed))
            if not wanted.isdisjoint(self._keys[handle]):
                found.add(case_id)
        return [_Work.more(one) for one in held_cases(tx, cases.of_numbers(tx.session, found))]

    def _compared(self, tx: Reading, work: Iterable[_Work], fresh: Sequence[_Hidden]) -> list[_Hidden]:
        """Compare the people of cases with hidden people; gives the records found to be of one of them."""
        by_key: dict[int, list[int]] = defaultdict(list)
        places = {one.handle.hex(): at for at, one in enumerate(fresh)}
        for at, one in enumerate(fresh):
            for key in self._keys_of(one.handle, one.person):
                by_key[key].append(at)
        found = []
        for case in work:
            if case.proposal.details.sealed:
                continue
            for handle, person in case.compared():
                keys = self._keys_of(handle, person) if handle in case.now else ()
                near = {at for key in keys if key in by_key for at in by_key[key]}
                mine = handle.hex()
                near |= {places[other] for one, other in case.before if one == mine and other in places}
                alike = [self._alike(tx, case, (handle, person), fresh[at]) for at in sorted(near)]
                if any(alike):
                    found.append(_Hidden(case.proposal.handle, handle, person, sealed=False))
        return found

    def _alike(self, tx: Reading, case: _Work, record: tuple[bytes, Person], hidden: _Hidden) -> bool:
        """Keep a likeness; whether the two are taken for one person, and were not found to be so before."""
        pair = (record[0].hex(), hidden.handle.hex())
        if hidden.case == case.proposal.handle or pair in case.found:
            return False
        likeness = case.before.get(pair)
        decided = likeness is not None and likeness.decided == "same"
        if case.proposal.details.hides and not hidden.sealed and not decided:
            return False
        if likeness is None:
            certain = self._certain(tx, hidden, record[1])
            if certain is None:
                return False
            likeness = Likeness(
                id=secrets.token_hex(8),
                person=pair[0],
                sealed_case=hidden.case.hex(),
                sealed_person=pair[1],
                certain=certain,
            )
        already = any(one.same and one.person == pair[0] for one in case.found.values())
        case.found[pair], case.changed = likeness, True
        return likeness.same and not already and not case.proposal.details.entered_by

    def _certain(self, tx: Reading, hidden: _Hidden, other: Person) -> bool | None:
        """Whether it is certain, or likely (False), that they are one person; None where it is neither."""
        config = self._node.matching
        asked = self._asked.get(hidden.handle)
        if asked is None:
            population = frequencies_in(tx)
            self._size = max(int(population.people - config.population.table_people), AMONG)
            asked = self._asked[hidden.handle] = AskedPerson(hidden.person, population, config)
        matched = set(match_keys(other, config)).intersection(asked.keys)
        weighed = asked.score(matched, completeness(other))
        found, compared = band(weighed.bits, self._size, config), confirm(hidden.person, other, config)
        if found is None and not compared.named_alike(config):
            return None
        return found is Band.strong and compared.passes

    def _keys_of(self, handle: bytes, person: Person) -> array[int]:
        """Short digests of a record's match-keys. A record keeps its handle while its names and date stay."""
        keys = self._keys.get(handle)
        if keys is None:
            every = (key.material for key in match_keys(person, self._node.matching))
            digests = (int.from_bytes(blake2b(one, digest_size=4).digest()) for one in every)
            keys = self._keys[handle] = array("I", digests)
        return keys


def _moved(likeness: Likeness, moved: Mapping[str, Sequence[str]]) -> Iterator[Likeness]:
    """A likeness of each of the records that now stand for those it was of: one matter to decide, with one id.

    That two are not the same was said of their names and dates: it goes to records of these alone.
    """
    only = slice(None) if likeness.seals else slice(-1, None)
    for person in moved.get(likeness.person, (likeness.person,))[only]:
        for other in moved.get(likeness.sealed_person, (likeness.sealed_person,))[only]:
            yield likeness.model_copy(update={"person": person, "sealed_person": other})


def _hidden_by(held: HeldCase) -> list[_Hidden]:
    """The people whom a case in store hides: by what it says, and who was found to be hidden by another."""
    same = {bytes.fromhex(one.person) for one in held.kept.likenesses if one.same}
    if held.details.entered_by:
        same = set()
    return [
        _Hidden(held.row.handle, handle, person, held.details.sealed)
        for handle, person in _hidden(held.details, held.everyone, same)
    ]


def _hidden(
    case: CaseDetails, everyone: Iterable[tuple[bytes, Person]], same: Collection[bytes]
) -> Iterator[tuple[bytes, Person]]:
    for handle, person in everyone:
        if (case.hides and person.role is not Role.perpetrator) or handle in same:
            yield handle, person
