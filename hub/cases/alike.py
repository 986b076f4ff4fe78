"""Whether two records in the clear may be one person, and not two of one family. Pure.

Twins, sisters and a father and his son have the surname, the date or the home in common, and another first name; so
a first name has to agree, also where everything else does, but of a perpetrator beside the same victim. Weighs
nothing (`hub.matching`).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from hub.matching import Confirmation, MatchingConfig, confirm, home, parse_date
from hub.values import Person

_AGREES: Final = 100.0
_NEARLY: Final = 80.0  # two of three parts of a date, and the third within a digit
_HALF: Final = 50.0


def alike(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether they are alike in the clear, by a name as it is known, or a first name with all else."""
    compared = confirm(one, other, config)
    date = _date(one, other, config)
    if not compared.passes and (date is None or date < _NEARLY or not first_name_alike(one, other, config)):
        return False  # A new surname counts against nobody who has the first name and the date.
    return named_alike(one, other, config) or first_name_alike(one, other, config)


def named_alike(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether first name and surname are alike, also the other way round, of any name that either is known by."""
    return confirm(_by_first_names(one), _by_first_names(other), config).named_alike(config)


def agree(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether so much agrees that there is hardly a second of the kind, and nothing speaks against it.

    Both names, also the other way round, or two given names, with the date or all but a digit of it; or, where a
    date is not known, two given names and the surname.
    """
    date, two = _date(one, other, config), _two_given_names_alike(one, other, config)
    if date is not None:
        return date >= _NEARLY and (two or named_alike(one, other, config))
    return two and named_alike(one, other, config)


def first_name_alike(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether first names are alike, whatever the surnames: she may have another now.

    So is who was born the same day and goes by a middle name, letter for letter.
    """
    if any(_alike(mine, theirs, config) for mine in _firsts(one) for theirs in _firsts(other)):
        return True
    return _by_middle_name(one, other) and same_date(one, other, config)


def same_date(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether the dates agree in all that both have of them."""
    return _date(one, other, config) == _AGREES


def dates_differ(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether less than half of the dates agrees, of what both have of them."""
    date = _date(one, other, config)
    return date is not None and date < _HALF


def beside_others(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether they may be one person where others of the case are the same: by a name and nearly by the date.

    The first name, in whichever box it was written; or that one goes by a middle name.
    """
    date = _date(one, other, config)
    if date is not None and date < _NEARLY:
        return False
    if first_name_alike(one, other, config):
        return True
    return date is not None and (_by_middle_name(one, other) or _crossed(one, other, config))


def at_home(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether they may be one person who lives where she did: by the first name and nearly by the date.

    Whatever the surname is now. A date has to be known of both: a mother and her daughter may have one name.
    """
    if not home(one) or home(one) != home(other):
        return False
    date = _date(one, other, config)
    return date is not None and date >= _NEARLY and first_name_alike(one, other, config)


def beside_the_victim(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether two perpetrators may be one where the victim is the same: two of first name, surname and date agree.

    And the date, where both have one, does not differ in more than a part.
    """
    date = _date(one, other, config)
    if date is not None and date <= _HALF:
        return False
    surname = _surnames_alike(one, other, config)
    agreeing = (first_name_alike(one, other, config), surname, date is not None and date >= _NEARLY)
    return sum(agreeing) >= 2


def same_full_date(one: Person, other: Person) -> bool:
    """Whether both have all of a date, and it is the same."""
    mine = parse_date(one.date_of_birth)
    return len(mine.parts) == 3 and mine == parse_date(other.date_of_birth)


def _by_middle_name(one: Person, other: Person) -> bool:
    """Whether one goes by what is another given name of the other. That two share a middle name says nothing."""
    mine, theirs = (each.given_names.casefold().split() for each in (one, other))
    return bool(mine and theirs) and (mine[0] in theirs or theirs[0] in mine)


def _two_given_names_alike(one: Person, other: Person, config: MatchingConfig) -> bool:
    mine, theirs = one.given_names.split(), other.given_names.split()
    if min(len(mine), len(theirs)) < 2:
        return False
    return all(_alike(*pair, config) for pair in zip(mine[:2], theirs[:2], strict=True))


def _crossed(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether a first name stands in the other's box for the surname."""
    pairs = ((one, other), (other, one))
    return any(
        _alike(first, word, config)
        for mine, theirs in pairs
        for first in _firsts(mine)
        for word in theirs.surname.split()
    )


def _surnames_alike(one: Person, other: Person, config: MatchingConfig) -> bool:
    """Whether surnames are alike, of any name that either is known by."""
    every = (
        (each.surname, *(name.split()[-1] for name in each.aliases if name.split())) for each in (one, other)
    )
    mine, theirs = ({name for name in some if name} for some in every)
    return any(
        (_of(confirm(Person(surname=a), Person(surname=b), config), "surname") or 0.0) >= config.confirm.name
        for a in mine
        for b in theirs
    )


def _firsts(person: Person) -> set[str]:
    return {_first(name) for name in (person.given_names, *person.aliases)} - {""}


def _alike(one: str, other: str, config: MatchingConfig) -> bool:
    similarity = _of(confirm(Person(given_names=one), Person(given_names=other), config), "forename")
    return similarity is not None and similarity >= config.confirm.name


def _date(one: Person, other: Person, config: MatchingConfig) -> float | None:
    """How alike the dates are, 0-100; a day apart they nearly agree, also over the end of a month."""
    found = _of(confirm(one, other, config), "date_of_birth")
    return max(found, _NEARLY) if found is not None and _a_day_apart(one, other) else found


def _a_day_apart(one: Person, other: Person) -> bool:
    days = [_day(each) for each in (one, other)]
    return None not in days and abs((days[0] or 0) - (days[1] or 0)) == 1


def _day(person: Person) -> int | None:
    year, month, day = parse_date(person.date_of_birth)
    if year is None or month is None or day is None:
        return None
    try:
        return dt.date(year, month, day).toordinal()
    except ValueError:
        return None


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
