"""Who may know of which cases and of whom in them, and what the engine has to know of who asks.

An exclusion names a case. Whoever is under it is restricted from everybody who is in that case or ever was, and
from every other case of the node that one of them is in or ever was: by the comparison in the clear, by the names
alone and, since a question must not be wider, by any shared match-key. Decides nothing about a question:
`hub.consent` does, with the Context made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from hub.accounts.accounts import has_accounts
from hub.cases.areas import known_areas
from hub.cases.elsewhere import said_of
from hub.cases.staff import CaseExclusion, staff_list
from hub.consent import Context, Exclusion, Staff, conflicts_of_interest, is_excluded
from hub.matching import MatchKey, confirm, match_keys, may_be_called
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import (
    CaseDetails,
    HeldCase,
    digest_for,
    held_case,
    named_people,
    rests_on,
)
from hub.records.check import CheckRequest, RecordedCheck, recorded_check, unknown_check
from hub.records.gists import CheckGist, Gist, every_gist
from hub.store import cases
from hub.store.cases import StoredCase
from hub.values import Person, Requester

NOBODY: Final = "nobody"
_MOST_KEPT_OUT: Final = 200


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
    """The cases and the people that somebody must not know of. `user`: their pseudonym, or `NOBODY` named."""

    node: Node
    user: str
    against: tuple[CaseExclusion, ...]

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
    def _excluded(self) -> tuple[ExcludedCase, ...]:
        """The cases held that the exclusions name: by what is sealed, whatever digest stands beside it."""
        refs = {folded_ref(one.case_ref) for one in self.against if one.case_ref}
        if not refs:
            return ()
        with self.node.read() as tx:
            return tuple(_by_reference(tx, refs.__contains__))

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Everybody in those cases, and whoever ever was: no import takes an exclusion off her."""
        if not self._excluded:
            return ()
        with self.node.read() as tx:
            held = named_people(tx, [one.row for one in self._excluded])
            tx.require_as_bound(rests_on(held))
        return tuple(dict.fromkeys(person for case in held for person in case.ever))

    @cached_property
    def _known(self) -> dict[bytes, bool]:
        """Whether a case is restricted, by its digest: the cases named, and those looked at since."""
        return dict.fromkeys(self.named, True)

    @cached_property
    def _vouched(self) -> dict[bytes, StoredCase]:
        """Cases as the log vouches for them, by their digests, where somebody goes through many (`through`)."""
        return {}

    @cached_property
    def _hidden_before(self) -> dict[bytes, bool]:
        """Which cases have one of these people, by what is sealed in them: each is looked into once while so."""
        every: dict[object, dict[bytes, bool]] = self.node.looked_into
        if len(every) >= _MOST_KEPT_OUT:
            every.clear()
        return every.setdefault((self.user, self.people), {})

    def through(self, every: Iterable[Gist]) -> None:
        """Somebody goes through these cases, which the log vouches for: none is read that stays as it was."""
        if self.any:
            self._vouched.update((one.row.ref_digest, one.row) for one in every)

    def _restricted(self, case_digest: bytes) -> bool:
        """Whether it is a case named, or has or ever had somebody of them in it and they did not enter it."""
        if case_digest not in self._known:
            row = self._vouched.get(case_digest)
            self._known[case_digest] = self._as_before(row) if row else self._looked_at(case_digest)
        return self._known[case_digest]

    def _looked_at(self, case_digest: bytes) -> bool:
        with self.node.read() as tx:
            row = cases.find(tx.session, case_digest)
            if row is None:
                _require_none(tx, case_digest)
            held = named_people(tx, [row] if row else [])
            tx.require_as_bound(rests_on(held))
            return any(map(self._hides, held))

    def _as_before(self, row: StoredCase) -> bool:
        if row.sealed not in self._hidden_before:
            with self.node.read() as tx:
                self._hidden_before[row.sealed] = any(map(self._hides, named_people(tx, [row])))
        return self._hidden_before[row.sealed]

    def _hides(self, held: HeldCase) -> bool:
        own = held.details.entered_by == self.user != NOBODY
        return not own and self.concern(held.ever)

    def restricts(self, case_digest: bytes | None) -> bool:
        """Whether that case is to read like none. A case not known is restricted with any other."""
        return self.any if case_digest is None else self.every or (self.any and self._restricted(case_digest))

    def concern(self, people: Iterable[Person]) -> bool:
        """Whether one of these people is, or may be, somebody whom they must not know of.

        As wide as a question: typed beside her name, a wholly wrong date does not make it a question about another.
        """
        return self.every or any(self._may_be(one, self.people, self._keys) for one in people)

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
        if not self.any:
            return False
        request = recorded.request
        about = self.concern((request.subject, *request.related))
        if self._asked(request):
            return about and not recorded.asked_nobody
        return about or self.restricts(self.node.case_digest(request.case_ref))

    def hides_check(self, tx: Reading, one: CheckGist) -> bool:
        """As `hide`, of a check of a case that they may open; found out once while it stays as it was."""
        if not self.any:
            return False
        if one.sealed not in self._hidden_before:
            tx.require_as_bound({"check_record": [(one.check_id,)]})
            self._hidden_before[one.sealed] = self.hide(recorded_check(tx, one.check_id))
        return self._hidden_before[one.sealed]

    def _asked(self, request: CheckRequest) -> bool:
        return self.node.user(request.requester.name) == self.user


def of_no_case(node: Node) -> list[str]:
    """The references that exclusions name and no case has here, as they stand in the list. Raises UsageError."""
    with node.read() as tx:
        held = {folded_ref(one.case_ref) for one in _by_reference(tx, bool)}
    named = dict.fromkeys(one.case_ref for one in staff_list(node).exclusion)
    return [ref for ref in named if folded_ref(ref) and folded_ref(ref) not in held]


@lru_cache(maxsize=65_536)
def folded_ref(case_ref: str) -> str:
    """A reference as exclusions are compared: in whatever case, and with whatever blanks, it was typed."""
    return "".join(case_ref.casefold().split())


def _by_reference(tx: Reading, which: Callable[[str], bool]) -> list[ExcludedCase]:
    """Cases by the reference sealed in them, folded, but those that are kept apart for somebody."""
    found = (one for one in every_gist(tx) if which(folded_ref(one.case_ref)) and not one.apart)
    return [ExcludedCase(one.case_ref, one.row) for one in found]


def _require_none(tx: Reading, case_digest: bytes) -> None:
    """That no case is found there is as the log says: else one would be shown as none is. Raises RowsError."""
    known = [(one.row.id,) for one in every_gist(tx) if one.row.ref_digest == case_digest]
    tx.require_as_bound({"case_record": known})


def restrictions_on(node: Node, requester: Requester | None) -> CaseRestrictions:
    """What is restricted for this person. Who does not say who they are is restricted with everyone.

    Raises UsageError when `staff.toml` is broken.
    """
    user = node.user(requester.name) if requester is not None and requester.name else NOBODY
    return CaseRestrictions(node, user, staff_list(node).against(requester))


def context_of(
    node: Node,
    request: CheckRequest,
    *,
    tells: bool,
    made: CaseDetails | None = None,
    opens: Callable[[CaseDetails], bool] | None = None,
) -> Context:
    """Return what the engine must know of this asker and of the case as they find it. `made`: one made in the act.

    `opens`: which cases are their organisation's and role's; another reads like none.
    Raises UsageError when `staff.toml` is broken.
    """
    known = staff_list(node)
    asker = known.listed(request.requester.name)
    colleagues = [one.person for one in known.staff if one is not asker]
    asked = (request.subject, *request.related)
    with node.read() as tx:
        areas = known_areas(tx)
        restrictions = restrictions_on(node, request.requester)
        held = None if made else restrictions.find(tx, request.case_ref)
        if held is not None and opens is not None and not opens(held.details):
            held = None
        # Who is restricted from somebody asks nobody, and must not learn that there is anything.
        kept_out = restrictions.any and restrictions.concern(asked)
        elsewhere = said_of(tx, asked, restrictions.restricts, kept_out=kept_out, own=held)
    own = held.details if held else made
    return Context(
        case_ref=request.case_ref,
        case_linked=own is not None or not request.case_ref,
        case_made=made is not None,
        tells=tells,
        at_once=request.disclose == "at_once",
        recipient_known=True,
        not_safe_to_talk_to=(*(own.not_safe_to_talk_to if own else ()), *elsewhere.not_safe),
        staff=known.as_excluded(request.requester),
        managers=tuple(one.name for one in known.staff if one.manager),
        insider=conflicts_of_interest(
            asker.person if asker else _named(request.requester.name), colleagues, asked
        ),
        areas=areas,
        case_fled_from=own.fled_from if own else None,
        fled_elsewhere=elsewhere.fled_from,
        sealed=elsewhere.sealed,
        agreements=node.agreements.held,
        area=node.node_id,
        signed_by=() if has_accounts(node) else None,
        receiver_in_case=receiver_in_case(node, request),
    )


def receiver_in_case(node: Node, request: CheckRequest) -> bool:
    """Whether who is named to receive it is, or may be, on the case or asked about, or is kept out of the case."""
    receiver = request.sharing_form.recipient.person
    if not receiver:
        return False
    with node.read() as tx:
        held = restrictions_on(node, request.requester).find(tx, request.case_ref)
    people = (request.subject, *request.related, *(held.ever if held else ()))
    names = {name for one in people for name in (f"{one.given_names} {one.surname}", *one.aliases)}
    if held is not None and is_excluded(Staff(receiver), exclusions_from(node, held)):
        return True
    return any(may_be_called(receiver, one) for one in names)


def exclusions_from(node: Node, held: HeldCase) -> tuple[Exclusion, ...]:
    """The exclusions from one of our cases and whoever is in it, whichever area asks.

    Raises UsageError when `staff.toml` is broken.
    """
    people = [one.details.person for one in held.people]
    return tuple(
        one.who
        for one in staff_list(node).exclusion
        if folded_ref(one.case_ref) in ("", folded_ref(held.details.case_ref))
        or CaseRestrictions(node, NOBODY, (one,)).concern(people)
    )


def check_for(node: Node, asker: Requester | None, check_id: str) -> RecordedCheck:
    """A check of ours, for somebody who may know of its case.

    Raises NotFoundError: one that is hidden reads like one that does not exist; UsageError when `staff.toml` is
    broken; RowsError.
    """
    with node.read() as tx:
        tx.require_as_bound({"check_record": [(check_id,)]})
        kept = recorded_check(tx, check_id)
    if restrictions_on(node, asker).hide(kept):
        raise unknown_check()
    return kept


def _named(name: str) -> Person:
    given, _, surname = name.strip().rpartition(" ")
    return Person(given_names=given, surname=surname)
