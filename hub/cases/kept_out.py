"""The cases and the people that somebody is kept out of, worked out once for a node and somebody.

An exclusion names a case. Whoever is under it is restricted from everybody who is in that case or ever was, and
from every other case of the node that one of them is in or ever was: by the comparison in the clear, by the names
alone and, since a question must not be wider, by any shared match-key. Who is under which is `access`'s to say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from hub.cases.staff import CaseExclusion
from hub.matching import MatchKey, confirm, match_keys
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import HeldCase, digest_for, held_case, named_people, rests_on
from hub.records.check import CheckRequest, RecordedCheck, recorded_check
from hub.records.gists import CheckGist, Gist, every_gist
from hub.store import cases
from hub.store.cases import StoredCase
from hub.values import Person

NOBODY: Final = "nobody"


class RestrictedCase(NamedTuple):
    """A case that somebody is restricted from."""

    case_ref: str
    digest: bytes


class ExcludedCase(NamedTuple):
    """A case held that an exclusion may name: the reference sealed in it, and its row."""

    case_ref: str
    row: StoredCase


@dataclass(frozen=True)
class CaseRestrictions:
    """The cases and the people that somebody must not know of. `user`: their pseudonym, or `NOBODY` named.

    `every_case`: every case in a word, where it was read; whoever is kept out of nothing has cases looked up then,
    so that nobody tells by the time of a page whether they are kept out of anything.
    """

    node: Node
    user: str
    against: tuple[CaseExclusion, ...]
    every_case: tuple[Gist, ...] | None = field(default=None, repr=False, compare=False)

    @property
    def any(self) -> bool:
        """Whether there is any."""
        return bool(self.against)

    @property
    def every(self) -> bool:
        """Whether it is every case."""
        return any(not one.case_ref for one in self.against)

    @cached_property
    def named(self) -> frozenset[bytes]:
        """The cases that the exclusions name, by the digests of their references, in whatever spelling."""
        refs = {one.case_ref for one in self.against if one.case_ref} | {
            one.case_ref for one in self._excluded
        }
        digests = {self.node.case_digest(ref) for ref in refs}
        return frozenset(digests | {one.row.ref_digest for one in self._excluded})

    @cached_property
    def _gists(self) -> tuple[Gist, ...]:
        if self.every_case is not None:
            return self.every_case
        with self.node.read() as tx:
            return every_gist(tx)

    @cached_property
    def _excluded(self) -> tuple[ExcludedCase, ...]:
        """The cases held that the exclusions name: by what is sealed, whatever digest stands beside it."""
        refs = {folded_ref(one.case_ref) for one in self.against if one.case_ref}
        return tuple(by_reference(self._gists, refs.__contains__)) if refs or self._looks else ()

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Everybody in those cases, and whoever ever was: no import takes an exclusion off her."""
        rows = [one.row for one in self._excluded]
        if not rows and self._looks:
            rows = [one.row for one in self._gists[:1]]  # Anybody's, for the time that it takes.
        if not rows:
            return ()
        with self.node.read() as tx:
            held = named_people(tx, rows)
            tx.require_as_bound(rests_on(held))
        found = tuple(dict.fromkeys(person for case in held for person in case.ever))
        return found if self._excluded else ()

    @cached_property
    def _known(self) -> dict[bytes, bool]:
        """Whether a case is restricted, by its digest: the cases named, and those looked at since."""
        return dict.fromkeys(self.named, True)

    @cached_property
    def _vouched(self) -> dict[bytes, StoredCase]:
        """The cases as the log vouches for them, by their digests: none is read that stays as it was."""
        return {one.row.ref_digest: one.row for one in self._gists}

    @cached_property
    def _hidden_before(self) -> dict[bytes | Person, bool]:
        """Which cases have one of these people, by what is sealed in them: each is looked into once while so.

        And who is, or may be, one of them.
        """
        return self.node.derived.get(
            ("hidden before", self.user, self.people), (), dict[bytes | Person, bool]
        )

    def _restricted(self, case_digest: bytes) -> bool:
        """Whether it is a case named, or has or ever had somebody of them in it and they did not enter it."""
        if self.every or not self._looks:
            return self.every
        row = self._vouched.get(case_digest)
        found = self._known[case_digest] = self._as_before(row) if row else self._looked_at(case_digest)
        return found

    def _looked_at(self, case_digest: bytes) -> bool:
        with self.node.read() as tx:
            row = cases.find(tx.session, case_digest)
            if row is None:
                _require_none(tx, case_digest)
            held = named_people(tx, [row] if row else [])
            tx.require_as_bound(rests_on(held))
            return any(map(self._hides, held))

    def _as_before(self, row: StoredCase) -> bool:
        found = self._hidden_before.get(row.sealed)
        if found is not None or not self.any:
            return bool(found)
        with self.node.read() as tx:
            found = any(map(self._hides, named_people(tx, [row])))
        self._hidden_before[row.sealed] = found
        return found

    def _hides(self, held: HeldCase) -> bool:
        own = held.details.entered_by == self.user != NOBODY
        return not own and self.concern(held.ever)

    def restricts(self, case_digest: bytes | None) -> bool:
        """Whether that case is to read like none. A case not known is restricted with any other."""
        if case_digest is None:
            return self.any
        found = self._known.get(case_digest)
        return self._restricted(case_digest) if found is None else found

    @property
    def _looks(self) -> bool:
        """Whether cases are looked up for them."""
        return self.any or self.every_case is not None

    def concern(self, people: Iterable[Person]) -> bool:
        """Whether one of these people is, or may be, somebody whom they must not know of.

        As wide as a question: typed beside her name, a wholly wrong date does not make it a question about another.
        """
        return self.every or any(map(self._concerns, people))

    def _concerns(self, one: Person) -> bool:
        """Of the same person it is found out once: a list that names them takes as long for whoever is kept out."""
        found = self._hidden_before.get(one) if self._looks else None
        if found is None:
            found = self._may_be(one, self.people, self._keys)
            if self.people and self.user != NOBODY:
                self._hidden_before[one] = found
        return found

    @cached_property
    def _keys(self) -> frozenset[MatchKey]:
        return self._keys_of(self.people)

    def _keys_of(self, people: Iterable[Person]) -> frozenset[MatchKey]:
        return frozenset(key for one in people for key in match_keys(one, self.node.matching))

    def _may_be(self, one: Person, others: Sequence[Person], keys: frozenset[MatchKey]) -> bool:
        """Whether a question about this one could meet any of the others, who have these match-keys."""
        if not others:
            return False
        config = self.node.matching
        compared = (confirm(one, other, config) for other in others)
        return any(each.passes or each.named_alike(config) for each in compared) or not keys.isdisjoint(
            match_keys(one, config)
        )

    def concerned(self, tx: Reading, people: Sequence[Person], case_ref: str) -> RestrictedCase | None:
        """The case restricted for them that one of these people is in, or the one of that reference."""
        if not self.any:
            return None
        own = RestrictedCase(case_ref, self.node.case_digest(case_ref))
        if self.every or self.restricts(own.digest):
            return own
        for one in self._excluded:
            others = named_people(tx, [one.row])[0].ever
            keys = self._keys_of(others)
            if any(self._may_be(asked, others, keys) for asked in people):
                return RestrictedCase(one.case_ref, one.row.ref_digest)
        return None

    def digest(self, case_ref: str) -> bytes:
        """The digest under which they find a case: of one restricted, what they entered under its reference."""
        plain = self.node.case_digest(case_ref)
        return digest_for(self.node.keys.vault, case_ref, self.user) if self.restricts(plain) else plain

    def find(self, tx: Reading, case_ref: str) -> HeldCase | None:
        """The case of that reference, as they find it. Raises StorageError."""
        row = cases.find(tx.session, self.digest(case_ref))
        return held_case(tx, row) if row else None

    def apart(self, case_ref: str) -> str:
        """For whom a case that they enter under that reference is kept apart; empty where it is not."""
        return self.user if self.restricts(self.node.case_digest(case_ref)) else ""

    def entered_by(self, case_ref: str, people: Iterable[Person]) -> str:
        """Who enters a case of that reference with these people, where they are restricted from any of it.

        Then they read of it what there would be without what they are restricted from.
        """
        concern = self.any and self.concern(people)  # Looked at either way: the time of it tells nothing.
        return self.user if self.apart(case_ref) or concern else ""

    def hide(self, recorded: RecordedCheck) -> bool:
        """Whether a check is to read like none: of such a case or person. Of their own, not one asked in vain."""
        if not self._looks:
            return False
        request = recorded.request
        about = self.concern((request.subject, *request.related))
        if self._asked(request):
            return about and not recorded.asked_nobody
        return about or self.restricts(self.node.case_digest(request.case_ref))

    def hides_check(self, tx: Reading, one: CheckGist) -> bool:
        """As `hide`, of a check of a case that they may open; found out once while it stays as it was."""
        if not self._looks:
            return False
        found = self._hidden_before.get(one.sealed)
        if found is not None or not self.any:
            return bool(found)
        tx.require_as_bound({"check_record": [(one.check_id,)]})
        found = self._hidden_before[one.sealed] = self.hide(recorded_check(tx, one.check_id))
        return found

    def _asked(self, request: CheckRequest) -> bool:
        return self.node.user(request.requester.name) == self.user


@lru_cache(maxsize=65_536)
def folded_ref(case_ref: str) -> str:
    """A reference as exclusions are compared: in whatever case, and with whatever blanks, it was typed."""
    return "".join(case_ref.casefold().split())


def by_reference(every: Iterable[Gist], which: Callable[[str], bool]) -> list[ExcludedCase]:
    """Cases by the reference sealed in them, folded, but those that are kept apart for somebody."""
    found = (one for one in every if which(folded_ref(one.case_ref)) and not one.apart)
    return [ExcludedCase(one.case_ref, one.row) for one in found]


def _require_none(tx: Reading, case_digest: bytes) -> None:
    """That no case is found there is as the log says: else one would be shown as none is. Raises RowsError."""
    known = [(one.row.id,) for one in every_gist(tx) if one.row.ref_digest == case_digest]
    tx.require_as_bound({"case_record": known})
