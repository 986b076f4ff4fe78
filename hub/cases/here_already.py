"""Here already? Whether the people of a referral are on the node's own cases, for somebody who may see those.

The own cases are searched as other areas' are: by match-keys, weighed, the people of one case supporting each
other; and then compared in the clear. What somebody may not see is as if it were not there: in what is found, in
what it is weighed against, and in the work that is done. Says how each case stands (`repeats`); what it is a person
decides. Does not keep anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from hub.cases.access import restrictions_on
from hub.cases.alike import (
    agree,
    alike,
    at_home,
    beside_others,
    beside_the_victim,
    dates_differ,
    named_alike,
    same_date,
    same_full_date,
)
from hub.cases.kept_out import CaseRestrictions
from hub.cases.name_frequencies import stated_frequencies
from hub.cases.own_keys import OwnKeys, OwnPerson, own_keys
from hub.cases.repeats import Earlier, Standing, last_referral, standing, until
from hub.matching import (
    AskedPerson,
    CandidateSet,
    MatchingConfig,
    MatchKey,
    Population,
    ScoredCandidate,
    band,
    completeness,
    home_keys,
    weigh,
)
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import papers
from hub.records.cases import HeldCase, held_cases, open_person, rests_on
from hub.records.gists import Gist, every_gist
from hub.records.papers import PaperKind
from hub.store import cases
from hub.values import Band, Kind, Person, Requester, Role, ShortText, Value

AMONG: Final = 1_024
"""People at least, among whom somebody is looked for: among few, next to anybody would be certain. Of more, the
next power of two, so that no figure follows one case."""

LIKELY: Final = (Band.strong, Band.probable)
MOST: Final = 20
_OTHERS_AGREE: Final = "others of the same case agree too"
_AT_HOME: Final = ("forename is alike", "date of birth is the same or nearly so", "same postcode")
_OTHERS: Final = 2  # of a case who are likely there, where the victim was not matched

Opens = Callable[[Any], bool]
"""Of what a case says, or of its gist: whether it is of somebody's organisation and role."""


class SamePerpetrator(Value):
    """A perpetrator of the referral who stands on the earlier case too, by the names of both."""

    referred: ShortText
    there: ShortText


class Found(Value):
    """A case that is here already. `band`: how sure it is that somebody of the referral is on it, by `reasons`.

    `case`: what addresses name it by. `part`: what part the victim has there; None where the victim was not matched
    and two others of the case were. `same_perpetrators`: which match; `other_perpetrators`: of the referral, which
    do not. `referred`: each referral known, in order; `last`: the one that counts, and `repeat_until` twelve months
    after it.
    """

    case: str
    case_ref: ShortText
    kind: Kind
    standing: Standing
    band: Band
    reasons: tuple[str, ...] = ()
    victim: ShortText = ""
    part: Role | None = None
    same_perpetrators: tuple[SamePerpetrator, ...] = ()
    other_perpetrators: tuple[ShortText, ...] = ()
    referred: tuple[dt.date, ...] = ()
    last: dt.date | None = None
    repeat_until: dt.date | None = None
    met: dt.date | None = None

    @property
    def likely(self) -> bool:
        """Whether it is likely the same person; of anything less a person is told apart."""
        return self.band in LIKELY


class _Match(NamedTuple):
    """Somebody of the referral who may be somebody of a case, weighed; `alike`: compared in the clear too."""

    number: int
    there: Person
    case_id: int
    band: Band
    reasons: tuple[str, ...]
    alike: bool

    @property
    def order(self) -> tuple[bool, int]:
        """As a victim before any other part, then the surest first."""
        return self.there.role is not Role.victim, list(Band).index(self.band)


def here_already(
    node: Node,
    requester: Requester | None,
    people: Sequence[Person],
    case_ref: str,
    *,
    opens: Opens | None = None,
    on: dt.date | None = None,
) -> tuple[Found, ...]:
    """The cases of this node that people of a referral are on, for whoever may see them; the surest first.

    `people`: the victim first, everybody in their part. `case_ref`: of the referral, whose own case is none of
    them. `opens`: which cases are the requester's organisation's and role's; None where all are. `on`: the day that
    counts, today unless it is given. At most `MOST`. Raises RowsError, StorageError, UsageError when `staff.toml`
    is broken.
    """
    restrictions = restrictions_on(node, requester)
    return search(node, restrictions, people, restrictions.digest(case_ref), opens, on)


def search(
    node: Node,
    restrictions: CaseRestrictions,
    people: Sequence[Person],
    mine: bytes,
    opens: Opens | None,
    on: dt.date | None,
) -> tuple[Found, ...]:
    """The same, under given restrictions. `mine`: the digest of the reference of the referral's own case."""
    with node.read() as tx:
        return OwnCases.of(node, tx).search(restrictions, people, mine, opens, on)


@dataclass(frozen=True)
class OwnCases:
    """What the people of referrals are looked for among, read once for as many as are looked for."""

    tx: Reading
    keys: OwnKeys
    gists: Mapping[int, Gist]
    config: MatchingConfig
    population: Population

    @classmethod
    def of(cls, node: Node, tx: Reading) -> OwnCases:
        """As of one reading. Raises RowsError."""
        gists = {one.row.id: one for one in every_gist(tx)}
        return cls(tx, own_keys(tx), gists, _of_repeats(node.matching), stated_frequencies(node))

    def search(
        self,
        restrictions: CaseRestrictions,
        people: Sequence[Person],
        mine: bytes,
        opens: Opens | None,
        on: dt.date | None,
    ) -> tuple[Found, ...]:
        """Who of a referral is on them: see `search`. Raises RowsError."""
        tx, own = self.tx, self.keys
        asked = [AskedPerson(one, self.population, self.config) for one in people]
        met = own.having([(*mine.keys, *home_keys(one)) for mine, one in zip(asked, people, strict=True)])
        near = {own.people[handle].case_id for some in met for handle in some}
        shown = {
            number
            for number in near
            if self.gists[number].row.ref_digest != mine and _may_see(self.gists[number], restrictions, opens)
        }
        looked = _Search(tx, people, asked, met, own.people, _size(len(own.people)), self.config)
        found = looked.of(shown)
        looked.of(near - shown)  # The work is the same, whoever asks.
        held = held_cases(tx, cases.of_numbers(tx.session, {one.case_id for some in found for one in some}))
        tx.require_as_bound(rests_on(held))
        asking = _Asking(people, on or tx.today, self.config)
        every = [
            asking.found(case, _referred(tx, case), [_on(case, some) for some in found]) for case in held
        ]
        return tuple(sorted(filter(None, every), key=_surest)[:MOST])


def _referred(tx: Reading, case: HeldCase) -> tuple[dt.date, ...]:
    """Each day on which a case was referred: what it says now, and what its referrals say."""
    days = {case.details.referral_date} if case.details.referral_date else set()
    for one in papers.of_case(tx, case.row, PaperKind.referral):
        said = one.paper.body.get("referral", {}).get("date")
        if said:
            days.add(dt.date.fromisoformat(said))
    return tuple(sorted(days))


def _may_see(gist: Gist, restrictions: CaseRestrictions, opens: Opens | None) -> bool:
    if gist.apart_for:
        finds = gist.apart_for == restrictions.user
    else:
        finds = not restrictions.restricts(gist.row.ref_digest)
    return finds and (opens is None or opens(gist))


def _of_repeats(config: MatchingConfig) -> MatchingConfig:
    """How people are matched, but that whoever is here once is as likely here again: that is what is looked for."""
    bands = config.bands.model_copy(update={"known_again": config.bands.known_there})
    return config.model_copy(update={"bands": bands})


def _size(people: int) -> int:
    return max(AMONG, 1 << people.bit_length())


@dataclass(frozen=True)
class _Search:
    """Whom the people of a referral, the victim first, may be of the records that share match-keys with them."""

    tx: Reading
    people: Sequence[Person]
    asked: Sequence[AskedPerson]
    met: Sequence[Mapping[bytes, Sequence[MatchKey]]]
    own: Mapping[bytes, OwnPerson]
    size: int
    config: MatchingConfig
    _opened: dict[bytes, Person] = field(default_factory=dict)

    def of(self, among: Collection[int]) -> list[list[_Match]]:
        """Those of these cases, for each of the people."""
        alone = [self._weighed(at, among) for at in range(len(self.people))]
        found = []
        for at, mine in enumerate(alone):
            weighed = weigh(mine, [*alone[:at], *alone[at + 1 :]], self.size, self.config)
            matches = [match for one in weighed if (match := self._match(at, one)) is not None]
            found.append([*matches, *self._at_home(at, among)])
        return found

    def _at_home(self, at: int, among: Collection[int]) -> Iterable[_Match]:
        """Who lives where this one does, and may be them under another surname."""
        for handle in self.met[at]:
            case_id = self.own[handle].case_id
            if case_id in among and at_home(self.people[at], there := self._person(handle), self.config):
                yield _Match(at, there, case_id, Band.probable, _AT_HOME, alike=True)

    def _weighed(self, at: int, among: Collection[int]) -> list[ScoredCandidate]:
        candidates, lives = CandidateSet(self.asked[at], self.size), home_keys(self.people[at])
        for handle, keys in self.met[at].items():
            case_id = self.own[handle].case_id
            if case_id in among:
                there = completeness(self._person(handle))
                for key in (one for one in keys if one not in lives):
                    candidates.add(key, case_id.to_bytes(8), handle, there)
        return candidates.candidates()

    def _match(self, at: int, one: ScoredCandidate) -> _Match | None:
        sure = band(one.score.bits, self.size, self.config)
        if sure is None:
            return None
        there = self._person(one.person_handle)
        same = alike(self.people[at], there, self.config)
        if not same or (not one.score.by_case and dates_differ(self.people[at], there, self.config)):
            sure = Band.possible
        elif sure is Band.possible and agree(self.people[at], there, self.config):
            sure = Band.probable  # Match-keys do not say that two dates agree as far as both are known.
        reasons = tuple(reason.text for reason in one.score.reasons if reason.code != "another_agrees")
        return _Match(at, there, int.from_bytes(one.case_handle), sure, reasons, same)

    def _person(self, handle: bytes) -> Person:
        if handle not in self._opened:
            self._opened[handle] = open_person(self.tx.vault, handle, self.own[handle].sealed)
        return self._opened[handle]


def _on(case: HeldCase, matches: Iterable[_Match]) -> list[_Match]:
    return [one for one in matches if one.case_id == case.row.id]


@dataclass(frozen=True)
class _Asking:
    """The people of a referral, the victim first, and the day that counts."""

    people: Sequence[Person]
    on: dt.date
    config: MatchingConfig

    def found(
        self, case: HeldCase, referred: Sequence[dt.date], matched: Sequence[Sequence[_Match]]
    ) -> Found | None:
        """How a case stands, where the victim is on it, or two others are likely on it."""
        details = case.details
        others = [min(some, key=lambda one: one.order) for some in matched[1:] if some]
        likely = [one for one in others if one.band in LIKELY and one.alike]
        victim = min(matched[0], key=lambda one: one.order, default=None)
        if victim is None or victim.band not in LIKELY:
            by_others = _by_others(case, self.people[0], likely, self.config)
            if by_others is not None and (victim is None or by_others.band in LIKELY):
                victim = by_others
        if victim is None and len(likely) < _OTHERS:
            return None
        matching = {one.number: one.there for one in others if one.alike and self._of_perpetrators(one)}
        sure = _sure(victim, matching)
        same = matching | (self._beside_the_victim(case, matching) if sure in LIKELY else {})
        earlier = Earlier(
            victim=victim is not None and victim.there.role is Role.victim,
            part=victim is not None,
            perpetrators=len(same),
            referred=referred,
        )
        last = last_referral(referred, self.on)
        return Found(
            case=case.row.handle.hex(),
            case_ref=details.case_ref,
            kind=details.kind,
            standing=standing(earlier, self.on),
            band=sure,
            reasons=victim.reasons if victim else (),
            victim=_name(victim.there) if victim else "",
            part=victim.there.role if victim else None,
            same_perpetrators=tuple(
                SamePerpetrator(referred=_name(self.people[number]), there=_name(there))
                for number, there in sorted(same.items())
            ),
            other_perpetrators=tuple(
                _name(one)
                for at, one in enumerate(self.people)
                if one.role is Role.perpetrator and at not in same
            ),
            referred=tuple(referred),
            last=last,
            repeat_until=until(last) if last else None,
            met=details.meeting_date,
        )

    def _beside_the_victim(self, case: HeldCase, matching: Collection[int]) -> dict[int, Person]:
        """The perpetrators not matched who may be one of that case's: its victim is likely the same."""
        there = [one.details.person for one in case.people if one.details.person.role is Role.perpetrator]
        found = {}
        for number, one in enumerate(self.people):
            if one.role is Role.perpetrator and number not in matching:
                same = (each for each in there if beside_the_victim(one, each, self.config))
                if (each := next(same, None)) is not None:
                    found[number] = each
        return found

    def _of_perpetrators(self, one: _Match) -> bool:
        return Role.perpetrator is one.there.role is self.people[one.number].role


def _by_others(
    case: HeldCase, asked: Person, others: Sequence[_Match], config: MatchingConfig
) -> _Match | None:
    """The victim of a case on which others of the referral are likely, where it may be her under another name.

    By the date of birth alone it is possible and no more: twins have one.
    """
    if not others:
        return None
    victims = [one.details.person for one in case.people if one.details.person.role is Role.victim]
    her = next((one for one in victims if beside_others(asked, one, config)), None)
    if her is not None:
        certain = len(others) >= _OTHERS or same_date(asked, her, config) or agree(asked, her, config)
        differs = () if named_alike(asked, her, config) else ("surname differs",)
        reasons = (_OTHERS_AGREE, "forename is alike", *differs)
        return _Match(0, her, case.row.id, Band.probable if certain else Band.possible, reasons, alike=True)
    her = next((one for one in victims if same_full_date(asked, one)), None)
    if her is None:
        return None
    return _Match(0, her, case.row.id, Band.possible, (_OTHERS_AGREE, "same date of birth"), alike=False)


def _sure(victim: _Match | None, perpetrators: Collection[int]) -> Band:
    """How sure it is that the victim is there: who is alike, with a perpetrator who is, is at least probable."""
    if victim is None:
        return Band.possible
    if victim.band is Band.possible and victim.alike and perpetrators:
        return Band.probable
    return victim.band


def _surest(found: Found) -> tuple[int, int, str]:
    day = found.last.toordinal() if found.last else 0
    return list(Band).index(found.band), -day, found.case_ref


def _name(person: Person) -> str:
    return f"{person.given_names} {person.surname}".strip()[:200]
