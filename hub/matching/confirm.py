"""The holder's comparison in the clear, before it answers: all names and aliases, and the dates.

Done on what the enquirer discloses and what the holder has, with RapidFuzz. It answers only whether the two may be
one person and where they agree; what is then released is for `hub.consent`. It does not look at roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler, Levenshtein

from hub.matching.config import MatchingConfig
from hub.matching.dates import PartialDate, parse_date
from hub.matching.names import Name, given_sounds, person_names, roots, sound
from hub.values import Person

_NAME_WEIGHT, _DATE_WEIGHT = 3.0, 4.0
# Below the first, names differ, by however much: two that half resemble by chance never outdo one that agrees.
_DIFFERS, _ALIKE = 60.0, 70.0
_SECOND = 5.0  # what it costs that a name agrees with one in another place


class FieldComparison(NamedTuple):
    """How alike one field is, 0-100; None where either side lacks it."""

    field: str
    similarity: float | None


@dataclass(frozen=True)
class Confirmation:
    """Whether the clear comparison passes, its score (0-100) and the field by field agreement."""

    passes: bool
    score: float
    fields: tuple[FieldComparison, ...]

    def named_alike(self, config: MatchingConfig) -> bool:
        """Whether forename and surname are alike, whatever the dates say."""
        names = [one.similarity for one in self.fields if one.field != "date_of_birth"]
        return all(one is not None and one >= config.confirm.name for one in names)


def confirm(asked: Person, held: Person, config: MatchingConfig) -> Confirmation:
    """Compare everything both sides have; absent fields count neither way.

    Passes where at least one name is alike, all together are, and, where either lacks a date, both names are.
    """
    forename, surname = _best_names(person_names(asked), person_names(held))
    date = _date_similarity(parse_date(asked.date_of_birth), parse_date(held.date_of_birth))
    weighed = [(_NAME_WEIGHT, forename), (_NAME_WEIGHT, surname), (_DATE_WEIGHT, date)]
    known = [(weight, value) for weight, value in weighed if value is not None]
    total = (
        sum(weight * value for weight, value in known) / sum(weight for weight, _ in known) if known else 0.0
    )
    names = [value for value in (forename, surname) if value is not None]
    if date is None:
        alike = len(names) == 2 and min(names) >= config.confirm.name
    else:
        alike = bool(names) and max(names) >= config.confirm.name
    fields = (
        FieldComparison("forename", forename),
        FieldComparison("surname", surname),
        FieldComparison("date_of_birth", date),
    )
    return Confirmation(alike and total >= config.confirm.passes, round(total, 1), fields)


def _best_names(asked: tuple[Name, ...], held: tuple[Name, ...]) -> tuple[float | None, float | None]:
    """Forename and surname similarity of the two names that agree best, the other way round if that is closer."""
    best: tuple[float | None, float | None] = (None, None)
    for mine in asked:
        for theirs in held:
            straight = _alike(mine.given, theirs.given), _alike(mine.surname, theirs.surname)
            crossed = _alike(mine.given, theirs.surname), _alike(mine.surname, theirs.given)
            best = max(best, straight, key=_closeness)
            if _closeness(crossed) > _closeness(straight) + _SECOND:
                best = max(best, crossed, key=_closeness)
    return best


def _closeness(pair: tuple[float | None, float | None]) -> float:
    """An agreeing field for, a differing one against, an absent one neither; any pair before none at all."""
    known = [value for value in pair if value is not None]
    return sum(max(value, _DIFFERS) - _ALIKE for value in known) if known else -200.0


def _alike(mine: tuple[str, ...], theirs: tuple[str, ...]) -> float | None:
    """How alike two lists of name parts are: run together, or the best part against the best part."""
    if not (mine and theirs):
        return None
    best = _similarity("".join(mine), "".join(theirs))
    for place, one in enumerate(mine):
        for other, two in enumerate(theirs):
            best = max(best, _similarity(one, two) - (_SECOND if place or other else 0.0))
    return best


def _similarity(one: str, two: str) -> float:
    """Jaro-Winkler, 0-100; at least 90 for one sound and 95 for two forms of one given name."""
    alike = 100.0 * JaroWinkler.normalized_similarity(one, two)
    if {one, *roots(one)} & {two, *roots(two)}:
        return max(alike, 95.0)
    if sound(one) == sound(two) or given_sounds(one)[0].text == given_sounds(two)[0].text:
        return max(alike, 90.0)
    return alike


def _date_similarity(mine: PartialDate, theirs: PartialDate) -> float | None:
    """How alike the parts both know are, 0-100: equal 1, one digit apart a half; day and month swapped 90."""
    known = [(one, two) for one, two in zip(mine, theirs, strict=True) if one is not None and two is not None]
    if not known:
        return None
    if mine != theirs and mine.year == theirs.year and (mine.month, mine.day) == (theirs.day, theirs.month):
        return 90.0
    return 100.0 * sum(_part_alike(f"{one:02d}", f"{two:02d}") for one, two in known) / len(known)


def _part_alike(one: str, two: str) -> float:
    if one == two:
        return 1.0
    return 0.5 if Levenshtein.distance(one, two) == 1 or sorted(one) == sorted(two) else 0.0
