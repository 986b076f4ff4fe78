"""Weigh the met match-keys of one candidate: bits of evidence, a band, and reasons in words.

After Fellegi and Sunter (1969): each of forename, surname and date adds log2(m / p), m the share of true pairs that
agree at that level, p how common the value is in the enquirer's population. The best level of each counts once.
What is absent on either side weighs nothing, and no role is looked at. It decides nothing: a person does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import log2
from typing import NamedTuple

from hub.matching.config import MatchingConfig
from hub.matching.dates import parse_date
from hub.matching.forms import Part
from hub.matching.keys import MatchKey, Meaning, meanings
from hub.matching.names import person_names
from hub.matching.population import Population
from hub.values import Band, Person

FORENAME, SURNAME, YEAR, MONTH, DAY, OTHER_NAMES = 1, 2, 4, 8, 16, 32
_DATE_LEVELS = {
    "ymd": "full",
    "dm": "swapped",
    "ym": "year_month",
    "yd": "year_day",
    "md": "month_day",
    "y": "year",
}
_PART_BITS = {"y": YEAR, "m": MONTH, "d": DAY}


class Reason(NamedTuple):
    """One thing that agreed, disagreed or was absent: a code for programs, words for people."""

    code: str
    text: str


@dataclass(frozen=True)
class Score:
    """Bits of evidence that two records are of one person, and why. Higher is surer; 0 is no evidence.

    `apart` is the part of it that also tells the members of one family apart: without what a surname gives.
    """

    bits: float
    apart: float
    reasons: tuple[Reason, ...] = ()


_TEXTS = {
    "date_same": "same date of birth",
    "date_swapped": "date of birth agrees with day and month swapped",
    "date_partly": "part of the date of birth agrees",
    "date_known_part": "date of birth agrees as far as both know it",
    "date_differs": "date of birth differs",
    "date_absent_there": "date of birth absent there",
    "date_absent_here": "date of birth absent here",
    "forename_same": "same forename",
    "forename_known": "forename is a known short form",
    "forename_sounds": "forename sounds the same",
    "forename_close": "forename differs by a letter, or is a middle name",
    "forename_differs": "forename differs",
    "forename_absent_there": "forename absent there",
    "forename_absent_here": "forename absent here",
    "surname_same": "same surname",
    "surname_sounds": "surname sounds the same",
    "surname_close": "surname differs by a letter",
    "surname_differs": "surname differs",
    "surname_absent_there": "surname absent there",
    "surname_absent_here": "surname absent here",
    "names_swapped": "forename and surname are the other way round",
    "other_name": "another name of the person asked about agrees",
    "case_agrees": "others of the same case agree too",
}


def reason(code: str) -> Reason:
    """The reason of that code."""
    return Reason(code, _TEXTS[code])


def completeness(person: Person) -> int:
    """One byte for the sealed label: which names and date parts the record has, because absence is no disagreement.

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
    """What one key would add for forename, surname or the two swapped, and its date class."""

    forename: float | None
    surname: float | None
    swapped: float | None
    meaning: Meaning


class AskedPerson:
    """One asked person with every key's weight worked out once, to score any number of candidates."""

    def __init__(self, person: Person, population: Population, config: MatchingConfig) -> None:
        self._population = population
        self._shares = config.agreement
        self._date = parse_date(person.date_of_birth)
        self._own = completeness(person)
        self._keys = {key: self._weigh(meaning) for key, meaning in meanings(person, config).items()}
        self.keys = tuple(self._keys)

    def _weigh(self, meaning: Meaning) -> _Weighed:
        piece = meaning.piece
        if piece.swapped:
            rarity = self._bits(piece.forename) + self._bits(piece.surname) - 1
            return _Weighed(None, None, log2(self._shares.names_swapped) + rarity, meaning)
        forename = surname = None
        if piece.forename:
            share = getattr(self._shares.forename, piece.forename.level)
            forename = log2(share) + self._bits(piece.forename)
        if piece.surname:
            share = getattr(self._shares.surname, piece.surname.level)
            surname = log2(share) + self._bits(piece.surname)
        return _Weighed(forename, surname, None, meaning)

    def _bits(self, part: Part | None) -> float:
        return -log2(self._population.share(part.column, part.text)) if part else 0.0

    def score(self, met: Collection[MatchKey], there: int) -> Score:
        """Weigh the keys that met a candidate whose completeness byte is `there`."""
        weighed = [self._keys[key] for key in met if key in self._keys]
        if not weighed:
            return Score(0.0, 0.0)
        both = self._own & there
        forename, forename_reason = self._best_name("forename", weighed, both & FORENAME, there & FORENAME)
        surname, surname_reason = self._best_name("surname", weighed, both & SURNAME, there & SURNAME)
        names, reasons = forename + surname, [forename_reason, surname_reason]
        own_names = forename + min(surname, 0.0)
        swapped = max((one.swapped for one in weighed if one.swapped is not None), default=None)
        if swapped is not None and swapped > names:
            names, reasons = swapped, [reason("names_swapped")]
            own_names = max(own_names, swapped / 2)
        date, date_reason = self._best_date({one.meaning.date for one in weighed}, there)
        reasons = [date_reason, *reasons]
        if all(one.meaning.other_name for one in weighed):
            reasons.append(reason("other_name"))
        return Score(names + date, own_names + date, tuple(reasons))

    def _best_name(
        self, field: str, weighed: list[_Weighed], comparable: int, held: int
    ) -> tuple[float, Reason]:
        if not comparable:
            return 0.0, reason(f"{field}_absent_{'here' if held else 'there'}")
        best = log2(getattr(self._shares, field).none)
        code = f"{field}_differs"
        for one in weighed:
            bits = one.forename if field == "forename" else one.surname
            part = one.meaning.piece.forename if field == "forename" else one.meaning.piece.surname
            if bits is not None and part is not None and bits > best:
                best = bits
                said = {"exact": "same", "variant": "known" if part.known else "sounds", "close": "close"}
                code = f"{field}_{said[part.level]}"
        return best, reason(code)

    def _best_date(self, marks: set[str], there: int) -> tuple[float, Reason]:
        mine = self._date.parts
        comparable = frozenset(mark for mark in mine if _PART_BITS[mark] & there)
        if not comparable:
            return 0.0, reason(f"date_absent_{'here' if there & (YEAR | MONTH | DAY) else 'there'}")
        whole = comparable == {"y", "m", "d"}
        shares = self._shares.date
        best = log2(shares.none if whole else 1 - self._shares.partial_date_agrees)
        code = "date_differs"
        for mark in marks - {""}:
            known_part = not whole and frozenset(mark) == comparable
            share = self._shares.partial_date_agrees if known_part else getattr(shares, _DATE_LEVELS[mark])
            bits = log2(share) - self._date_log_share(mark)
            if bits > best:
                best = bits
                code = (
                    "date_known_part"
                    if known_part
                    else {"ymd": "date_same", "dm": "date_swapped"}.get(mark, "date_partly")
                )
        return best, reason(code)

    def _date_log_share(self, mark: str) -> float:
        """log2 of the share of people who agree with the asked date on the parts of `mark` by chance."""
        bits = 0.0
        if "y" in mark or mark == "dm":
            bits += log2(self._population.year_share(self._date.year or 0))
        if mark == "dm":
            return bits + log2(2 / 365)
        if "m" in mark:
            bits -= log2(12)
        if "d" in mark:
            bits -= log2(30.4)
        return bits


def posterior(bits: float, holder_size: int, config: MatchingConfig) -> float:
    """The probability of one person, given `bits` and a holder that publishes `holder_size` people."""
    known = config.bands.known_there
    log_odds = bits + log2(known / (1 - known)) - log2(max(holder_size, 1))
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
