"""Whether two records in the clear may be one person, and not two of one family. Pure.

Twins, sisters and a father and his son have the surname, the date or the home in common, and another first name; so
a first name has to agree, also where everything else does. Weighs nothing (`hub.matching`).
"""

from __future__ import annotations

from typing import Final

from hub.matching import Confirmation, MatchingConfig, confirm
from hub.values import Person

_AGREES: Final = 100.0
_NEARLY: Final = 80.0  # two of three parts of a date, and the third within a digit


def alike(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether they are alike in the clear, by a name as it is known, or a first name with all else."""
    compared = confirm(one, other, config)
    date = _of(compared, "date_of_birth")
    if not compared.passes and (date is None or date < _NEARLY or not first_name_alike(one, other, config)):
        return False  # A new surname counts against nobody who has the first name and the date.
    return named_alike(one, other, config) or first_name_alike(one, other, config)


def named_alike(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether first name and surname are alike, also the other way round, of any name that either is known by."""
    return confirm(_by_first_names(one), _by_first_names(other), config).named_alike(config)


def first_name_alike(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether first names are alike, whatever the surnames: she may have another now.

    So is who was born the same day and goes by a middle name, letter for letter.
    """
    if any(_alike(mine, theirs, config) for mine in _firsts(one) for theirs in _firsts(other)):
        return True
    mine, theirs = (frozenset(each.given_names.casefold().split()) for each in (one, other))
    return not mine.isdisjoint(theirs) and same_date(one, other, config)


def _firsts(person: Person) -> set[str]:
    return {_first(name) for name in (person.given_names, *person.aliases)} - {""}


def _alike(one: str, other: str, config: MatchingConfig) -> bool:
    similarity = _of(confirm(Person(given_names=one), Person(given_names=other), config), "forename")
    return similarity is not None and similarity >= config.confirm.name


def same_date(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether the dates agree in all that both have of them."""
    return _of(confirm(one, other, config), "date_of_birth") == _AGREES


def beside_others(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether they may be one person where others of the case are the same: by first name and nearly by date."""
    date = _of(confirm(one, other, config), "date_of_birth")
    return first_name_alike(one, other, config) and (date is None or date >= _NEARLY)


def _of(compared: Confirmation, field: str) -> float | None:
    return next(one.similarity for one in compared.fields if one.field == field)


def _by_first_names(person: Person) -> Person:
    """Without middle names: a sister's first is often another's middle one."""
    aliases = (words for one in person.aliases if (words := one.split()))
    return person.model_copy(
        update={
            "given_names": _first(person.given_names),
            "aliases": tuple(" ".join(dict.fromkeys((one[0], one[-1]))) for one in aliases),
        }
    )


def _first(names: str) -> str:
    return next(iter(names.split()), "")
