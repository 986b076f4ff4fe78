"""Weigh the met match-keys of one candidate: bits of evidence, a band, and reasons in words.

After Fellegi and Sunter (1969): each of forename, surname and date adds the weight of the best level at which it
agrees, and more the rarer the agreeing value is in the enquirer's population. What is absent on either side weighs
nothing, and no role is looked at. It decides nothing: a person does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import log2
from typing import NamedTuple

from hub.matching.config import MatchingConfig, NameWeights
from hub.matching.dates import parse_date
from hub.matching.forms import Part
from hub.matching.keys import MatchKey, Meaning, meanings
from hub.matching.names import person_names
from hub.matching.population import Population
from hub.matching.reasons import Reason, reasons
from hub.values import Band, Person

FORENAME, SURNAME, YEAR, MONTH, DAY, OTHER_NAMES = 1, 2, 4, 8, 16, 32
_PART_BITS = {"y": YEAR, "m": MONTH, "d": DAY}
_DATE_LEVELS = {
    "ymd": "same",
    "dm": "swapped",
    "ym": "year_month",
    "yd": "year_day",
    "md": "month_day",
    "y": "year",
}


class Agreement(NamedTuple):
    """How one field agrees: its level, that level's weight and the value's rarity, both in bits."""

    level: str
    weight: float = 0.0
    rarity: float = 0.0

    @property
    def bits(self) -> float:
        """What it adds to the score."""
        return self.weight + self.rarity


_NOTHING = Agreement("")


@dataclass(frozen=True, slots=True)
class Score:
    """Bits of evidence that two records are of one person. Higher is surer; 0 is no evidence.

    `apart` is the part of it that also tells the members of one family apart: without what a surname gives and,
    where the forename differs, with only so much of what a date gives, since there are twins.
    """

    bits: float
    apart: float
    date: Agreement = _NOTHING
    forename: Agreement = _NOTHING
    surname: Agreement = _NOTHING
    other_name: bool = False
    by_case: bool = False

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What agreed, differed or was absent, in words, with no value of either record."""
        levels = {"date": self.date.level, "forename": self.forename.level, "surname": self.surname.level}
        return reasons(levels, other_name=self.other_name, by_case=self.by_case)


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
    met: Collection[MatchKey],
    completeness: int,
    population: Population,
    config: MatchingConfig,
) -> Score:
    """Weigh the keys of `asked` that met one candidate whose label carries `completeness`.

    Keys that are not the asked person's own are ignored. More keys met never lower the score.
    """
    return AskedPerson(asked, population, config).score(met, completeness)


class _Weighed(NamedTuple):
    """One key's meaning with the rarity, in bits, of what it says of forename and surname."""

    meaning: Meaning
    forename: float
    surname: float


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
        together = max((population.shared_community(name) for name in person_names(person)), default=1.0)
        self._together = config.weights.rarity * log2(together)

    def _rarity(self, part: Part | None) -> float:
        if part is None:
            return 0.0
        return -self._weights.rarity * log2(self._population.share(part.column, part.text))

    def score(self, met: Collection[MatchKey], there: int) -> Score:
        """Weigh the keys that met a candidate whose completeness byte is `there`."""
        weighed = [self._keys[key] for key in met if key in self._keys]
        if not weighed:
            return Score(0.0, 0.0)
        forename, surname = self._names(weighed, there)
        date = self._best_date({one.meaning.date for one in weighed}, there)
        bits = forename.bits + surname.bits + date.bits
        in_family = date.bits if forename.level != "differs" else min(date.bits, self._weights.twins_date)
        apart = forename.bits + min(surname.bits, 0.0) + in_family
        other_name = all(one.meaning.other_name for one in weighed)
        return Score(bits, apart, date, forename, surname, other_name)

    def _names(self, weighed: list[_Weighed], there: int) -> tuple[Agreement, Agreement]:
        """Forename and surname at their best, or both the other way round where that weighs more."""
        weights = self._weights
        straight = [one for one in weighed if not one.meaning.piece.swapped]
        firsts = ((one.meaning.piece.forename, one.forename) for one in straight)
        lasts = ((one.meaning.piece.surname, one.surname) for one in straight)
        best = self._hanging_together(
            self._best_name(firsts, weights.forename, there, FORENAME),
            self._best_name(lasts, weights.surname, there, SURNAME),
        )
        half = weights.names_swapped / 2
        for one in weighed:
            if one.meaning.piece.swapped:
                swapped = self._hanging_together(
                    Agreement("swapped", half, one.forename), Agreement("swapped", half, one.surname)
                )
                best = max(swapped, best, key=lambda pair: pair[0].bits + pair[1].bits)
        return best

    def _hanging_together(self, forename: Agreement, surname: Agreement) -> tuple[Agreement, Agreement]:
        """The two without the surname's rarity that is no evidence, because names hang together.

        A family shares its surname, so it adds little where the forename differs. A community shares its given
        names and surnames, so two rare names of one are less of a coincidence than two of any; taken off only as
        far as an agreeing name still weighs no less than a differing one.
        """
        weights = self._weights
        if forename.level == "differs":
            return forename, surname._replace(rarity=min(surname.rarity, weights.family_surname))
        gains = forename.bits - weights.forename.differs, surname.bits - weights.surname.differs
        shared = min(self._together, surname.rarity, *gains) if forename.rarity and surname.rarity else 0.0
        return forename, surname._replace(rarity=surname.rarity - max(shared, 0.0))

    def _best_name(
        self, met: Iterable[tuple[Part | None, float]], weights: NameWeights, there: int, part_bit: int
    ) -> Agreement:
        if not there & part_bit:
            return Agreement("absent_there")
        if not self._own & part_bit:
            return Agreement("absent_here")
        best = Agreement("differs", weights.differs)
        for part, rarity in met:
            if part:
                weight: float = getattr(weights, part.level)
                if weight + rarity > best.bits:
                    best = Agreement("known" if part.known else part.level, weight, rarity)
        return best

    def _best_date(self, marks: set[str], there: int) -> Agreement:
        comparable = frozenset(mark for mark in self._date.parts if _PART_BITS[mark] & there)
        if not comparable:
            return Agreement("absent_here" if there & (YEAR | MONTH | DAY) else "absent_there")
        whole = comparable == {"y", "m", "d"}
        weights = self._weights.date
        best = Agreement("differs", weights.differs if whole else weights.known_part_differs)
        for mark in marks - {""}:
            level = "known_part" if not whole and frozenset(mark) == comparable else _DATE_LEVELS[mark]
            found = Agreement(level, getattr(weights, level), self._date_rarity(mark))
            if found.bits > best.bits:
                best = found
        return best

    def _date_rarity(self, mark: str) -> float:
        """Bits of agreeing by chance with the asked date on the parts of `mark`."""
        if mark == "ymd":
            return -log2(self._population.date_share(self._date))
        bits = 0.0
        if "y" in mark or mark == "dm":
            bits -= log2(self._population.year_share(self._date.year or 0))
        if mark == "dm":
            return bits + log2(365 / 2)
        if "m" in mark:
            bits += log2(12)
        if "d" in mark:
            bits += log2(30.4)
        return bits


def posterior(bits: float, holder_size: int, config: MatchingConfig) -> float:
    """The probability of one person, given `bits` and a holder that publishes `holder_size` people.

    Before any evidence each of them is the asked person with the chance that the holder knows her, over its size.
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
