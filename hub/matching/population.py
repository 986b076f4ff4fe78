"""How common names and dates are where the asking happens: a stated table blended with the enquirer's own records.

Used on the enquirer's side only. Holds counts, never records; it reads no file: the table's bytes come in.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from hub.matching.config import PopulationSettings
from hub.matching.dates import parse_date
from hub.matching.names import Name, deletions, given_parts, given_sounds, person_names, sound, surname_parts
from hub.values import Person

# Which population columns a name's forms are counted in, see `hub.matching.keys.Part`.
_COLUMNS = ("FX", "FR", "SX", "SR", "A")
Counts = dict[str, Counter[str]]


@dataclass(frozen=True, eq=False)
class NameTable:
    """Shares (sum about 1) of given names and of surnames in a population of stated source."""

    given: tuple[tuple[str, float], ...]
    surname: tuple[tuple[str, float], ...]


def read_table(data: bytes) -> NameTable:
    """The table in `data`: gzip of lines `G|S,name,share`; lines that start with # state its source."""
    rows: dict[str, list[tuple[str, float]]] = {"G": [], "S": []}
    for line in gzip.decompress(data).decode().splitlines():
        if line and not line.startswith("#"):
            kind, name, share = line.split(",")
            rows[kind].append((name, float(share)))
    return NameTable(tuple(rows["G"]), tuple(rows["S"]))


@dataclass(frozen=True)
class Population:
    """Frequencies of name forms and of years of birth, as shares of people."""

    counts: Counts
    people: float
    years: Counter[int] = field(repr=False)
    settings: PopulationSettings

    @classmethod
    def from_people(
        cls, people: Iterable[Person], table: NameTable, settings: PopulationSettings
    ) -> Population:
        """Count the enquirer's own records and add `table` with the weight of `settings.table_people` people."""
        weight = settings.table_people
        counts: Counts = {column: Counter() for column in _COLUMNS}
        for column, shares in _table_counts(table).items():
            counts[column].update({text: share * weight for text, share in shares.items()})
        number = 0
        years: Counter[int] = Counter()
        for person in people:
            number += 1
            for name in person_names(person)[:1]:
                for column, text in set(_columns(name)):
                    counts[column][text] += 1
            year = parse_date(person.date_of_birth).year
            if year:
                years[year] += 1
        return cls(counts, number + weight, years, settings)

    def share(self, column: str, text: str) -> float:
        """The share of people with this form; never below half a person."""
        return max(self.counts[column][text], 0.5) / self.people

    def year_share(self, year: int) -> float:
        """The share of people born in `year`, smoothed over seven years and with the whole span as background."""
        span = self.settings.youngest_year - self.settings.oldest_year + 1
        known = self.years.total()
        near = sum(self.years[year + shift] for shift in range(-3, 4)) / 7
        return (near + 50 / span) / (known + 50)


def _columns(name: Name) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if name.given:
        first = name.given[0]
        found.append(("FX", first))
        found += [("FR", form.text) for form in given_sounds(first)]
        found += [("A", text) for text in deletions(first)]
    if name.surname:
        for part in {"".join(name.surname), *name.surname}:
            found.append(("SX", part))
            found.append(("SR", sound(part)))
            found += [("A", text) for text in deletions(part)]
    return found


@lru_cache(maxsize=4)
def _table_counts(table: NameTable) -> dict[str, dict[str, float]]:
    counts: dict[str, dict[str, float]] = {column: {} for column in _COLUMNS}
    names = [(Name(given_parts(text), ()), share) for text, share in table.given]
    names += [(Name((), surname_parts(text)), share) for text, share in table.surname]
    for name, share in names:
        for column, text in set(_columns(name)):
            counts[column][text] = counts[column].get(text, 0.0) + share
    return counts
