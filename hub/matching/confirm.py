"""The holder's comparison in the clear, before it answers: all names and aliases, and the dates.

Done on what the enquirer discloses and what the holder has, with RapidFuzz. It answers only whether the two may be
one person and where they agree; what is then released is for `hub.consent`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from hub.matching.config import MatchingConfig
from hub.matching.dates import PartialDate, parse_date
from hub.matching.names import Name, person_names, roots, sound
from hub.values import Person


class FieldAgreement(NamedTuple):
    """How alike one field is, 0-100; None where either side lacks it."""

    field: str
    similarity: float | None


@dataclass(frozen=True)
class Confirmation:
    """Whether the clear comparison passes, its score (0-100) and the field by field agreement."""

    passes: bool
    score: float
    fields: tuple[FieldAgreement, ...]


def confirm(asked: Person, held: Person, config: MatchingConfig) -> Confirmation:
    """Compare everything both sides have; absent fields count neither way."""
    forename, surname = _best_names(person_names(asked), person_names(held))
    date = _date_similarity(parse_date(asked.date_of_birth), parse_date(held.date_of_birth))
    fields = (
        FieldAgreement("forename", forename),
        FieldAgreement("surname", surname),
        FieldAgreement("date_of_birth", date),
    )
    weights = {"forename": 3.0, "surname": 3.0, "date_of_birth": 4.0}
    known = [(weights[one.field], one.similarity) for one in fields if one.similarity is not None]
    total = (
        sum(weight * value for weight, value in known) / sum(weight for weight, _ in known) if known else 0.0
    )
    names_agree = max(forename or 0.0, surname or 0.0) >= config.confirm.name
    return Confirmation(names_agree and total >= config.confirm.passes, round(total, 1), fields)


def _best_names(asked: tuple[Name, ...], held: tuple[Name, ...]) -> tuple[float | None, float | None]:
    """The best forename and the best surname similarity over all pairs of names; both swapped if that is better."""
    forename: float | None = None
    surname: float | None = None
    for mine in asked:
        for theirs in held:
            one = _given_similarity(mine.given, theirs.given)
            two = _word_similarity(
                "".join(mine.surname), "".join(theirs.surname), mine.surname, theirs.surname
            )
            crossed = token_sort_ratio(
                " ".join(mine.given + mine.surname), " ".join(theirs.given + theirs.surname)
            )
            if one is not None and two is not None and crossed >= 95 > min(one, two):
                one = two = crossed
            forename = one if forename is None else max(forename, one or 0.0)
            surname = two if surname is None else max(surname, two or 0.0)
    return forename, surname


def _given_similarity(mine: tuple[str, ...], theirs: tuple[str, ...]) -> float | None:
    if not (mine and theirs):
        return None
    best = _alike("".join(mine), "".join(theirs))
    for place, one in enumerate(mine):
        for other_place, two in enumerate(theirs):
            alike = _alike(one, two)
            if {one, *roots(one)} & {two, *roots(two)}:
                alike = max(alike, 95.0)
            best = max(best, alike - (5.0 if place or other_place else 0.0))
    return best


def _word_similarity(whole: str, other: str, mine: tuple[str, ...], theirs: tuple[str, ...]) -> float | None:
    if not (whole and other):
        return None
    return max(_alike(whole, other), *(_alike(one, two) - 3.0 for one in mine for two in theirs))


def _alike(one: str, two: str) -> float:
    alike = 100 * JaroWinkler.normalized_similarity(one, two)
    return max(alike, 90.0) if sound(one) == sound(two) else alike


def _date_similarity(mine: PartialDate, theirs: PartialDate) -> float | None:
    """The share of the parts both know that agree, as 0-100; swapped day and month count as 90."""
    known = [(one, two) for one, two in zip(mine, theirs, strict=True) if one is not None and two is not None]
    if not known:
        return None
    if len(known) == 3 and mine.year == theirs.year and (mine.month, mine.day) == (theirs.day, theirs.month):
        return 100.0 if mine.month == mine.day else 90.0
    return 100.0 * sum(one == two for one, two in known) / len(known)
