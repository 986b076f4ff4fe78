"""Weigh the matched match-keys of one candidate: bits of evidence, a band, and reasons in words.

After Fellegi and Sunter (1969): each of forename, surname and date adds the weight of the best level at which it
agrees, and more the rarer the agreeing value is in the enquirer's population. What is absent on either side weighs
nothing, and no role is looked at. It decides nothing: a person does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import log2
from typing import NamedTuple

from hub.matching.config import MatchingConfig, NameWeights
from hub.matching.dates import parse_date
from hub.matching.forms import Part
from hub.matching.keys import MatchKey, Meaning, meanings
from hub.matching.names import person_names
from hub.matching.population import Population
from hub.matching.reasons import MatchReason, reasons
from hub.values import Band, Person

FORENAME, SURNAME, YEAR, MONTH, DAY, OTHER_NAMES = 1, 2, 4, 8, 16, 32
_PART_BITS = {"y": YEAR, "m": MONTH, "d": DAY}
_DATE_LEVELS = {
    "ymd": "same",
    "dm": "swapped",
    "tmd": "year_slip",
    "umd": "year_slip",
    "ymt": "day_slip",
    "ymu": "day_slip",
    "ym": "year_month",
    "yd": "year_day",
    "md": "month_day",
    "y": "year",
}


class FieldAgreement(NamedTuple):
    """How one field agrees: its level, that level's weight and the value's rarity, both in bits."""

    level: str
    weight: float = 0.0
    rarity: float = 0.0

    @property
    def bits(self) -> float:
        """What it adds to the score."""
        return self.weight + self.rarity


_NOTHING = FieldAgreement("")
_FORMS = ("middle", "known", "sounds", "starts", "close")
"""How a name agrees by a form of it."""


class KeysMet(NamedTuple):
    """What the keys that met hold, whatever the other record's label says of itself.

    `dated`: one has a full date. `joined`: one has both names. `whole`: one has both names with the full date,
    which nobody can make for more than a few people without knowing them. `unnamed`: the label says that the other
    record lacks a name that was asked for.
    """

    dated: bool = False
    joined: bool = False
    whole: bool = False
    unnamed: bool = False

    @property
    def most(self) -> int:
        """The place in `Band` of the surest that they allow: what is absent there is the holder's own word."""
        if self.whole or (self.dated and not self.unnamed):
            return 0
        return 1 if self.dated or self.joined else 2


_ALL_MET = KeysMet(dated=True, joined=True, whole=True)


@dataclass(frozen=True, slots=True)
class Score:
    """Bits of evidence that two records are of one person. Higher is surer; 0 is no evidence.

    `apart` is the part of it that also tells the members of one family apart: without what a surname gives and,
    where the forename differs, with only so much of what a date gives, since there are twins.
    """

    bits: float
    apart: float
    date: FieldAgreement = _NOTHING
    forename: FieldAgreement = _NOTHING
    surname: FieldAgreement = _NOTHING
    other_name: bool = False
    by_case: bool = False
    another: bool = False
    met: KeysMet = _ALL_MET

    @property
    def reasons(self) -> tuple[MatchReason, ...]:
        """What agreed, differed or was absent, in words, with no value of either record."""
        levels = {"date": self.date.level, "forename": self.forename.level, "surname": self.surname.level}
        return reasons(levels, other_name=self.other_name, by_case=self.by_case, another=self.another)


def completeness(person: Person) -> int:
    """One byte for the sealed label: which names and date parts are there, because absence is no disagreement.

    Bits: 1 a forename, 2 a surname, 4 year, 8 month, 16 day, 32 more than one name.
    """
    names = person_names(person)
    byte = FORENAME if any(name.given for name in names) else 0
    byte |= SURNAME if any(name.surname for name in names) else 0
    byte |= OTHER_NAMES if len(names) > 1 else 0
    for mark in parse_date(person.date_of_birth).parts:
        byte |= _PART_BITS[mark]
    return byte


def score(
    asked: Person,
    matched: Collection[MatchKey],
    completeness: int,
    population: Population,
    config: MatchingConfig,
    namesakes: Namesakes | None = None,
) -> Score:
    """Weigh the keys of `asked` that matched one candidate whose label carries `completeness`.

    Keys that are not the asked person's own are ignored. More keys matched never lower the score.
    """
    return AskedPerson(asked, population, config).score(matched, completeness, namesakes)


class Namesakes(NamedTuple):
    """What the holder's own feed says of how common names are: its size, and how many people each key matched."""

    size: int
    met: Mapping[MatchKey, int]


class _Weighed(NamedTuple):
    """One key's meaning with the rarity, in bits, of what it says of forename and surname."""

    meaning: Meaning
    forename: float
    surname: float


class _Others:
    """How many people of the holder beside this candidate a key matched."""

    def __init__(self, namesakes: Namesakes | None, matched: Collection[MatchKey]) -> None:
        self._namesakes = namesakes
        self._mine = frozenset(matched)

    def rarity(self, key: MatchKey, expected: float, weight: float) -> float:
        """Bits of the names of `key`: as `expected`, a Gamma prior worth `weight`, and the others say."""
        if self._namesakes is None:
            return expected
        size = max(self._namesakes.size, 1)
        others = self._namesakes.met.get(key, 0) - (key in self._mine)
        prior = size * 2.0**-expected
        share = (weight + others) / (weight / prior + 1) / size
        return -log2(share)


class _Option(NamedTuple):
    """One way in which a name agrees."""

    agreement: FieldAgreement
    part: Part | None = None


def _said(found: FieldAgreement, met: Iterable[tuple[Part | None, float]]) -> FieldAgreement:
    """A name's agreement with its level in words: the same, where it met whole and straight."""
    whole = any(part is not None and part.level == "same" for part, _ in met)
    return found._replace(level="same") if whole and found.level in _FORMS else found


class AskedPerson:
    """One asked person with every key's rarity worked out once, to score any number of candidates."""

    def __init__(self, person: Person, population: Population, config: MatchingConfig) -> None:
        self._population = population
        self._weights = config.weights
        self._date = parse_date(person.date_of_birth)
        self._own = completeness(person)
        self._keys = {
            key: _Weighed(meaning, self._rarity(meaning.piece.forename), self._rarity(meaning.piece.surname))
            for key, meaning in meanings(person, config).items()
        }
        self.keys = tuple(self._keys)
        self._both = {
            (meaning.piece.forename, meaning.piece.surname, meaning.piece.swapped): key
            for key, (meaning, _, _) in self._keys.items()
            if not meaning.date
        }
        shared = max((population.shared_community(name) for name in person_names(person)), default=1.0)
        self._community = config.weights.rarity * log2(shared)

    def _rarity(self, part: Part | None) -> float:
        if part is None:
            return 0.0
        return -self._weights.rarity * log2(self._population.share(part.column, part.text))

    def score(self, matched: Collection[MatchKey], there: int, namesakes: Namesakes | None = None) -> Score:
        """Weigh the keys that matched a candidate whose completeness byte is `there`.

        `namesakes` says how many people of the same holder each key matched, this candidate among them.
        """
        weighed = [self._keys[key] for key in matched if key in self._keys]
        if not weighed:
            return Score(0.0, 0.0)
        forename, surname = self._names(weighed, there, _Others(namesakes, matched))
        date = self._best_date({one.meaning.date for one in weighed}, there)
        bits = forename.bits + surname.bits + date.bits
        in_family = date.bits if forename.level != "differs" else min(date.bits, self._weights.twins_date)
        apart = forename.bits + min(surname.bits, 0.0) + in_family
        other_name = all(one.meaning.other_name for one in weighed)
        return Score(bits, apart, date, forename, surname, other_name, met=self._met(matched, there))

    def _met(self, matched: Collection[MatchKey], there: int) -> KeysMet:
        found = [(key.weak, self._keys[key].meaning.piece) for key in matched if key in self._keys]
        both = [weak for weak, piece in found if piece.forename and piece.surname]
        return KeysMet(
            dated=not all(weak for weak, _ in found),
            joined=bool(both),
            whole=not all(both),
            unnamed=bool(self._own & ~there & (FORENAME | SURNAME)),
        )

    def _names(
        self, weighed: list[_Weighed], there: int, others: _Others
    ) -> tuple[FieldAgreement, FieldAgreement]:
        """The forename and the surname, straight or the other way round, that together weigh most.

        What met whole is said to be the same, also where a form of it weighs more: one of two names that the holder
        has of many is less of a coincidence, one with a letter left out may not have been counted.
        """
        weights = self._weights
        straight = [one for one in weighed if not one.meaning.piece.swapped]
        firsts = [(one.meaning.piece.forename, one.forename) for one in straight]
        lasts = [(one.meaning.piece.surname, one.surname) for one in straight]
        found = [
            self._hanging_together(first, last, others, swapped=False)
            for first in self._options(firsts, weights.forename, there, FORENAME)
            for last in self._options(lasts, weights.surname, there, SURNAME)
        ]
        half = weights.names_swapped / 2
        for one in weighed:
            if one.meaning.piece.swapped:
                piece = one.meaning.piece
                first = _Option(FieldAgreement("swapped", half, one.forename), piece.forename)
                last = _Option(FieldAgreement("swapped", half, one.surname), piece.surname)
                found.append(self._hanging_together(first, last, others, swapped=True))
        forename, surname = max(found, key=lambda pair: pair[0].bits + pair[1].bits)
        return _said(forename, firsts), _said(surname, lasts)

    def _hanging_together(
        self, first: _Option, last: _Option, others: _Others, *, swapped: bool
    ) -> tuple[FieldAgreement, FieldAgreement]:
        """The two with the surname's rarity as it is beside that forename, because names hang together.

        A family shares its surname, so it adds little where the forename differs. A community shares its given
        names and surnames, so two rare names of one are less of a coincidence than two of any. How many more people
        of both names the holder has says it best, where that was asked. Taken off only as far as an agreeing name
        still weighs no less than a differing one.
        """
        weights, forename, surname = self._weights, first.agreement, last.agreement
        if forename.level == "differs":
            return forename, surname._replace(rarity=min(surname.rarity, weights.family_surname))
        if not (forename.rarity and surname.rarity):
            return forename, surname
        both = forename.rarity + surname.rarity - max(min(self._community, surname.rarity), 0.0)
        key = self._both.get((first.part, last.part, swapped))
        if key is not None:
            both = others.rarity(key, both, self._population.settings.namesakes)
        beyond_family = max(surname.rarity - weights.family_surname, 0.0)
        gains = (
            forename.bits - weights.forename.differs + beyond_family,
            surname.bits - weights.surname.differs,
        )
        off = min(forename.rarity + surname.rarity - both, *(max(gain, 0.0) for gain in gains))
        return forename, surname._replace(rarity=surname.rarity - off)

    def _options(
        self, matched: Iterable[tuple[Part | None, float]], weights: NameWeights, there: int, part_bit: int
    ) -> list[_Option]:
        """Every way in which this name agrees, or that it differs or is absent."""
        if not there & part_bit:
            return [_Option(FieldAgreement("absent_there"))]
        if not self._own & part_bit:
            return [_Option(FieldAgreement("absent_here"))]
        differs = FieldAgreement("differs", weights.differs)
        found = {
            part: FieldAgreement("known" if part.known else part.level, getattr(weights, part.level), rarity)
            for part, rarity in matched
            if part
        }
        return [_Option(one, part) for part, one in found.items() if one.bits > differs.bits] or [
            _Option(differs)
        ]

    def _best_date(self, marks: set[str], there: int) -> FieldAgreement:
        comparable = frozenset(mark for mark in self._date.parts if _PART_BITS[mark] & there)
        if not comparable:
            return FieldAgreement("absent_here" if there & (YEAR | MONTH | DAY) else "absent_there")
        whole = comparable == {"y", "m", "d"}
        weights = self._weights.date
        best = FieldAgreement("differs", weights.differs if whole else weights.known_part_differs)
        for mark in marks - {""}:
            level = "known_part" if not whole and frozenset(mark) == comparable else _DATE_LEVELS[mark]
            found = FieldAgreement(level, getattr(weights, level), self._date_rarity(mark))
            if found.bits > best.bits:
                best = found
        return best

    def _date_rarity(self, mark: str) -> float:
        """Bits of agreeing by chance with the asked date on the parts of `mark`."""
        if mark == "ymd":
            return -log2(self._population.date_share(self._date))
        year, share = self._date.year or 0, 1.0
        if "y" in mark or mark == "dm":
            share *= self._population.years_share((year,))
        if mark == "tmd":
            share *= self._population.years_share(range(year - year % 10, year - year % 10 + 10))
        if "u" in mark:
            share /= 10
        if mark == "ymt":
            share *= 10 / 30.4
        if mark == "dm":
            return -log2(share * 2 / 365)
        if "m" in mark:
            share /= 12
        if "d" in mark:
            share /= 30.4
        return -log2(share)


def posterior(bits: float, holder_size: int, config: MatchingConfig) -> float:
    """The probability of one person, given `bits` and a holder that publishes `holder_size` people.

    Before any evidence each of them is the asked person with the chance that the holder knows them, over its size.
    """
    log_odds = bits + log2(config.bands.known_there / max(holder_size, 1))
    return 1 / (1 + 2 ** -max(min(log_odds, 60.0), -60.0))


def band(bits: float, holder_size: int, config: MatchingConfig) -> Band | None:
    """The band of that posterior probability, or None below the lowest."""
    chance = posterior(bits, holder_size, config)
    bands = config.bands
    if chance >= bands.strong:
        return Band.strong
    if chance >= bands.probable:
        return Band.probable
    return Band.possible if chance >= bands.possible else None


def band_of(score: Score, holder_size: int, config: MatchingConfig) -> Band | None:
    """The band of a peer's record: that of its bits, and none surer than the keys that it met allow.

    One step surer where others of the case agree: those are asked by keys with a full date alone.
    """
    found = band(score.bits, holder_size, config)
    if found is None:
        return None
    order = list(Band)
    return order[max(order.index(found), score.met.most - score.by_case)]
