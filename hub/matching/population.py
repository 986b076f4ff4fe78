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
from hub.matching.dates import PartialDate, parse_date
from hub.matching.forms import pieces
from hub.matching.names import Name, given_parts, person_names, surname_parts
from hub.values import Person

# Which population columns a name's forms are counted in, see `hub.matching.forms`.
_COLUMNS = ("FX", "FR", "FP", "SX", "SR", "A")
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
    dates: Counter[PartialDate] = field(repr=False)
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
        dates: Counter[PartialDate] = Counter()
        for person in people:
            number += 1
            for name in person_names(person)[:1]:
                for column, text in set(_columns(name)):
                    counts[column][text] += 1
            date = parse_date(person.date_of_birth)
            if date.year:
                years[date.year] += 1
            dates[date] += 1
        return cls(counts, number + weight, years, dates, settings)

    def share(self, column: str, text: str) -> float:
        """The share of people with this form; never below half a person."""
        return max(self.counts[column][text], 0.5) / self.people

    def year_share(self, year: int) -> float:
        """The share of people born in `year`, smoothed over seven years and with the whole span as background."""
        span = self.settings.youngest_year - self.settings.oldest_year + 1
        known = self.years.total()
        near = sum(self.years[year + shift] for shift in range(-3, 4)) / 7
        return (near + 50 / span) / (known + 50)

    def date_share(self, date: PartialDate) -> float:
        """The share of people with this full date; more where the enquirer's own records repeat it.

        Placeholders are repeated. Two records of one date are not: that may be one person, known twice.
        """
        repeated = max(self.dates[date] - 2, 0) / max(self.dates.total(), 1)
        return self.year_share(date.year or 0) / 365 + repeated


def _columns(name: Name) -> list[tuple[str, str]]:
    """Every population column and text that `name` counts in."""
    found: list[tuple[str, str]] = []
    for form, some in pieces(name).items():
        if form in _COLUMNS:
            found += [(form, piece.text) for piece in some]
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
