"""How common names and dates are where the asking happens: a stated table blended with the enquirer's own records.

Used on the enquirer's side only. Holds counts, never records; it reads no file: the table's bytes come in.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from hub.matching.config import PopulationSettings
from hub.matching.dates import PartialDate, parse_date
from hub.matching.forms import Pieces, pieces
from hub.matching.names import Name, given_parts, person_names, surname_parts
from hub.values import Person

# Which population columns a name's forms are counted in, see `hub.matching.forms`.
_COLUMNS = ("FX", "FR", "FP", "SX", "SR", "A")
Counts = dict[str, Counter[str]]


@dataclass(frozen=True, eq=False)
class NameTable:
    """Shares (sum about 1) of given names and of surnames in a population of stated source.

    `communities` has, by G (given) or S (surname) and name, the communities whose name it mostly is.
    """

    given: tuple[tuple[str, float], ...]
    surname: tuple[tuple[str, float], ...]
    communities: Mapping[tuple[str, str], frozenset[str]]


def read_table(data: bytes) -> NameTable:
    """The table in `data`: gzip of lines `G|S,name,share` and `CG|CS,name,community`; # states the sources."""
    rows: dict[str, list[tuple[str, float]]] = {"G": [], "S": []}
    communities: dict[tuple[str, str], set[str]] = {}
    for line in gzip.decompress(data).decode().splitlines():
        if line.startswith("#"):
            continue
        kind, name, value = line.split(",")
        if kind.startswith("C"):
            communities.setdefault((kind[1], name), set()).add(value)
        else:
            rows[kind].append((name, float(value)))
    frozen = {key: frozenset(some) for key, some in communities.items()}
    return NameTable(tuple(rows["G"]), tuple(rows["S"]), frozen)


@dataclass(frozen=True)
class Population:
    """Frequencies of name forms and of years of birth, as shares of people."""

    counts: Counts
    people: float
    years: Counter[int] = field(repr=False)
    dates: Counter[PartialDate] = field(repr=False)
    communities: Mapping[str, float]
    table: NameTable = field(repr=False)
    settings: PopulationSettings

    @classmethod
    def from_people(
        cls, people: Iterable[Person], table: NameTable, settings: PopulationSettings
    ) -> Population:
        """Count the enquirer's own records and add `table` with the weight of `settings.table_people` people."""
        weight = settings.table_people
        counts = {column: some.copy() for column, some in _table_counts(table, weight).items()}
        number = 0
        years: Counter[int] = Counter()
        dates: Counter[PartialDate] = Counter()
        members: Counter[str] = Counter()
        for person in people:
            number += 1
            for name in person_names(person)[:1]:
                for column, text in set(_columns(pieces(name))):
                    counts[column][text] += 1
                likely = _communities(name.surname, "S", table)
                for community in likely:
                    members[community] += 1 / len(likely)  # type: ignore[assignment]
            date = parse_date(person.date_of_birth)
            if date.year:
                years[date.year] += 1
            dates[date] += 1
        every = {one for some in table.communities.values() for one in some}
        shares = {one: max(members[one] / max(number, 1), settings.least_community) for one in every}
        return cls(counts, number + weight, years, dates, shares, table, settings)

    def share(self, column: str, text: str) -> float:
        """The share of people with this form; never below half a person."""
        return max(self.counts[column][text], 0.5) / self.people

    def year_share(self, year: int) -> float:
        """The share of people born in `year`, smoothed over seven years and with all years as background."""
        span = self.settings.youngest_year - self.settings.oldest_year + 1
        known = self.years.total()
        near = sum(self.years[year + shift] for shift in range(-3, 4)) / 7
        return (near + 50 / span) / (known + 50)

    def years_share(self, years: Iterable[int]) -> float:
        """The share of people born in any of `years`."""
        return sum(self.year_share(year) for year in years)

    def date_share(self, date: PartialDate) -> float:
        """The share of people with this full date; more where the enquirer's own records repeat it.

        Placeholders are repeated. Two records of one date are not: that may be one person, known twice.
        """
        repeated = max(self.dates[date] - 2, 0) / max(self.dates.total(), 1)
        return self.year_share(date.year or 0) / 365 + repeated

    def shared_community(self, name: Name) -> float:
        """How many times likelier the two names of `name` are together than if names were drawn apart; at least 1.

        Given names and surnames go together in communities, so that two rare names of one small community
        are no such coincidence as the product of their shares says.
        """
        given = _communities(name.given[:1], "G", self.table)
        surname = _communities(name.surname, "S", self.table)
        if not (given and surname):
            return 1.0
        in_given = sum(self.communities[one] for one in given)
        in_surname = sum(self.communities[one] for one in surname)
        both = sum(self.communities[one] for one in given & surname)
        return max(both / (in_given * in_surname), 1.0)


def _communities(words: tuple[str, ...], kind: str, table: NameTable) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for word in words:
        found |= table.communities.get((kind, word), frozenset())
    return found


def _columns(forms: Pieces) -> list[tuple[str, str]]:
    """Every population column and text that a name of these forms counts in."""
    found: list[tuple[str, str]] = []
    for form, some in forms.items():
        if form in _COLUMNS:
            found += [(form, piece.text) for piece in some]
    return found


@lru_cache(maxsize=4)
def _table_counts(table: NameTable, people: float) -> Counts:
    """How many of so many people of the table's population have each form."""
    counts: dict[str, dict[str, float]] = {column: {} for column in _COLUMNS}
    names = [(Name(given_parts(text), ()), share) for text, share in table.given]
    names += [(Name((), surname_parts(text)), share) for text, share in table.surname]
    for name, share in names:
        forms = pieces.__wrapped__(name)  # Remembered, they would fill the memory.
        for column, text in set(_columns(forms)):
            counts[column][text] = counts[column].get(text, 0.0) + share
    weighed = {
        column: {text: share * people for text, share in some.items()} for column, some in counts.items()
    }
    return {column: Counter(some) for column, some in weighed.items()}
