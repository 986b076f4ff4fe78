"""Scoring: equal to a slow plain twin, monotone in agreement, blind to roles, and silent about what is absent."""

from __future__ import annotations

from itertools import product
from math import log2
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.matching import MatchKey, Namesakes, band, completeness, match_keys, parse_date, posterior, score
from hub.matching.forms import Part
from hub.matching.keys import Meaning, meanings
from hub.matching.names import person_names
from hub.values import Band, Person, Role
from tests.matching.people import config, people, person, population

ANNA = person("Anna", "Smith", "1984-03-17")


class Way(NamedTuple):
    """One way in which a name agrees."""

    level: str
    weight: float
    rarity: float
    part: Part | None


DATE_LEVELS = {
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


def weigh(asked: Person, met: list[MatchKey], there: int, namesakes: Namesakes | None = None) -> float:
    return score(asked, met, there, population(), config(), namesakes).bits


def between(asked: Person, held: Person) -> float:
    """The score of a pair as the two areas would reach it."""
    met = sorted(set(match_keys(asked, config())) & set(match_keys(held, config())))
    return weigh(asked, met, completeness(held))


def slow_twin(asked: Person, met: list[MatchKey], there: int, namesakes: Namesakes) -> float:
    """The definition, by trying every combination of what was met."""
    weights = config().weights
    mine = completeness(asked)
    known = meanings(asked, config())
    said = [known[key] for key in met if key in known]
    if not said:
        return 0.0

    def rarity(part: Part) -> float:
        return -weights.rarity * log2(population().share(part.column, part.text))

    def options(field: str, bit: int) -> list[Way]:
        if not mine & there & bit:
            return [Way("absent", 0.0, 0.0, None)]
        table = getattr(weights, field)
        parts = [getattr(one.piece, field) for one in said if not one.piece.swapped]
        found = [Way(part.level, getattr(table, part.level), rarity(part), part) for part in parts if part]
        return [way for way in found if way.weight + way.rarity > table.differs] or [
            Way("differs", table.differs, 0.0, None)
        ]

    pairs = [(*pair, False) for pair in product(options("forename", 1), options("surname", 2))]
    for one in said:
        first, last = one.piece.forename, one.piece.surname
        if one.piece.swapped and first and last:
            half = weights.names_swapped / 2
            pairs.append(
                (Way("swapped", half, rarity(first), first), Way("swapped", half, rarity(last), last), True)
            )

    def names(pair: tuple[Way, Way, bool]) -> float:
        first, last, _ = pair
        if first.level == "differs":
            return first.weight + last.weight + min(last.rarity, weights.family_surname)
        bits = first.weight + first.rarity + last.weight + last.rarity
        if not (first.rarity and last.rarity):
            return bits
        gains = (
            first.weight
            + first.rarity
            - weights.forename.differs
            + last.rarity
            - min(last.rarity, weights.family_surname),
            last.weight + last.rarity - weights.surname.differs,
        )
        off = first.rarity + last.rarity - together_twin(asked, met, pair, namesakes)
        return bits - min(off, *(max(gain, 0.0) for gain in gains))

    return max(map(names, pairs)) + date_twin(asked, said, there)


def together_twin(
    asked: Person, met: list[MatchKey], pair: tuple[Way, Way, bool], namesakes: Namesakes
) -> float:
    """Rarity of two names together: apart, less what a community shares, and as the holder's own people say."""
    first, last, swapped = pair
    shared = max((population().shared_community(name) for name in person_names(asked)), default=1.0)
    together = config().weights.rarity * log2(shared)
    expected = first.rarity + last.rarity - max(min(together, last.rarity), 0.0)
    for key, meaning in meanings(asked, config()).items():
        piece = meaning.piece
        named = piece.forename, piece.surname, piece.swapped
        if not meaning.date and named == (first.part, last.part, swapped):
            others = namesakes.met.get(key, 0) - (key in met)
            worth = config().population.namesakes
            return -log2((worth + others) / (worth / 2**-expected + namesakes.size))
    return expected


def date_twin(asked: Person, said: list[Meaning], there: int) -> float:
    """The definition for dates."""
    weights, date = config().weights.date, parse_date(asked.date_of_birth)
    comparable = {mark for mark, bit in (("y", 4), ("m", 8), ("d", 16)) if mark in date.parts and there & bit}
    if not comparable:
        return 0.0
    whole = comparable == {"y", "m", "d"}
    best = weights.differs if whole else weights.known_part_differs
    for mark in {one.date for one in said} - {""}:
        year = date.year or 0
        decade = sum(population().year_share(one) for one in range(year // 10 * 10, year // 10 * 10 + 10))
        this_year, month, day = population().year_share(year), 1 / 12, 1 / 30.4
        share = {
            "ymd": population().date_share(date),
            "dm": this_year * 2 / 365,
            "tmd": decade * month * day,
            "umd": month * day / 10,
            "ymt": this_year * month * 10 / 30.4,
            "ymu": this_year * month / 10,
            "ym": this_year * month,
            "yd": this_year * day,
            "md": month * day,
            "y": this_year,
        }[mark]
        known_part = not whole and set(mark) == comparable
        weight = weights.known_part if known_part else getattr(weights, DATE_LEVELS[mark])
        best = max(best, weight - log2(share))
    return best


@given(people, st.data())
@settings(max_examples=200)
def test_equal_to_the_slow_twin_and_monotone(asked: Person, data: st.DataObject) -> None:
    keys = match_keys(asked, config())
    met = data.draw(st.lists(st.sampled_from(keys), unique=True)) if keys else []
    there = data.draw(st.integers(0, 63))
    others = {key: data.draw(st.integers(0, 40)) for key in keys if not key.cls.endswith("d")}

    def namesakes(mine: list[MatchKey]) -> Namesakes:
        return Namesakes(10_000, {key: others.get(key, 0) + (key in mine) for key in keys})

    bits = weigh(asked, met, there, namesakes(met))
    assert bits == pytest.approx(slow_twin(asked, met, there, namesakes(met)))
    if met:
        more = [*met, data.draw(st.sampled_from(keys))]
        assert weigh(asked, more, there, namesakes(more)) >= bits - 1e-9


@given(people, people)
@settings(max_examples=100)
def test_no_role_counts(asked: Person, held: Person) -> None:
    bits = between(asked, held)
    for role in Role:
        assert between(asked.model_copy(update={"role": role}), held) == bits
        assert between(asked, held.model_copy(update={"role": role})) == bits


@pytest.mark.parametrize(
    "held", [person("Anna", "Smith"), person("Anna", "Smith", "1984"), person("Anna", "", "1984-03-17")]
)
def test_what_is_absent_counts_less_against_than_what_differs(held: Person) -> None:
    filled = held.model_copy(
        update={
            "date_of_birth": "1971-11-02" if len(held.date_of_birth) < 10 else held.date_of_birth,
            "surname": held.surname or "Nguyen",
        }
    )
    assert between(ANNA, held) > between(ANNA, filled)


def test_absent_weighs_nothing() -> None:
    keys = match_keys(ANNA, config())
    forename = [key for key in keys if key.cls == "FX.ymd"]
    everything = score(ANNA, forename, completeness(ANNA), population(), config())
    no_surname = score(ANNA, forename, completeness(person("Anna", "", "1984-03-17")), population(), config())
    assert no_surname.surname.bits == 0
    assert no_surname.bits == pytest.approx(everything.bits - config().weights.surname.differs)


def test_rare_names_count_for_more() -> None:
    rare, common = person("Hepzibah", "Crackstone", "1984-03-17"), person("John", "Smith", "1984-03-17")
    assert between(rare, rare) > between(common, common) + 5


def test_a_shared_community_is_less_of_a_coincidence() -> None:
    lone = population().shared_community(person_names(person("Kasia", "Smith"))[0])
    together = population().shared_community(person_names(person("Mateusz", "Wójcik"))[0])
    assert lone == 1.0
    assert together > 5


def test_a_name_that_agrees_never_weighs_less_than_one_that_differs() -> None:
    """However much of the two names' rarity is taken off because they are of one community."""
    asked = person("Mateusz", "Baran", "1984-03-17")
    assert population().shared_community(person_names(asked)[0]) > 40
    keys = {key.cls: key for key in match_keys(asked, config())}
    for first, second in (("FX.ymd", "SR.ymd"), ("SX.ymd", "FP.ymd"), ("SX.ymd", "FR.ymd")):
        less, more = [keys[first]], [keys[first], keys[second]]
        assert weigh(asked, more, completeness(asked)) >= weigh(asked, less, completeness(asked))


@pytest.mark.parametrize(
    ("held", "codes"),
    [
        (person("Anna", "Smith", "1984-03-17"), {"date_same", "forename_same", "surname_same"}),
        (person("Anna", "Jones", "1984-03-17"), {"date_same", "forename_same", "surname_differs"}),
        (person("Anna", "Smith"), {"date_absent_there", "forename_same", "surname_same"}),
        (person("Anna", "Smith", "1984"), {"date_known_part", "forename_same", "surname_same"}),
        (person("Anna", "Smith", "1984-03-19"), {"date_day_slip", "forename_same", "surname_same"}),
        (person("Anna", "Smith", "1984-03-28"), {"date_year_month", "forename_same", "surname_same"}),
        (person("Anna", "Smith", "1994-03-17"), {"date_year_slip", "forename_same", "surname_same"}),
        (person("Smith", "Anna", "1984-03-17"), {"date_same", "names_swapped"}),
        (person("Anna", "Smth", "1984-03-17"), {"date_same", "forename_same", "surname_close"}),
    ],
)
def test_reasons_say_what_agreed_and_hold_no_value(held: Person, codes: set[str]) -> None:
    met = [key for key in match_keys(ANNA, config()) if key in set(match_keys(held, config()))]
    found = score(ANNA, met, completeness(held), population(), config()).reasons
    assert {reason.code for reason in found} == codes
    words = " ".join(reason.text for reason in found).lower()
    assert not any(value in words for value in ("anna", "smith", "jones", "1984"))


@pytest.mark.parametrize("heard", [1, 3, 30])
def test_a_name_that_is_the_same_is_not_said_to_differ_by_a_letter(heard: int) -> None:
    """However often the holder heard the same person, and under a short name beside."""
    asked = person("Rebecca", "Roberts", "1988-02-21", "Becca Roberts")
    keys = match_keys(asked, config())
    met = Namesakes(200, dict.fromkeys(keys, heard))
    found = score(asked, keys, completeness(asked), population(), config(), met)
    assert {one.code for one in found.reasons} == {"date_same", "forename_same", "surname_same"}
    assert found.bits == pytest.approx(slow_twin(asked, list(keys), completeness(asked), met))


def test_another_name_is_told() -> None:
    known = person("Anna", "Smith", "1984-03-17", "Petra Novak")
    met = [key for key in match_keys(known, config()) if key.cls == "XX." and "petra" in key.text]
    assert "other_name" in {reason.code for reason in score(known, met, 63, population(), config()).reasons}


def test_bands_shift_with_the_holders_size() -> None:
    bits = 17.0
    assert posterior(bits, 5_000, config()) > posterior(bits, 100_000, config())
    assert band(40.0, 100_000, config()) is Band.strong
    assert band(-10.0, 10, config()) is None
    order = [None, Band.possible, Band.probable, Band.strong]
    places = [order.index(band(float(bits), 5_000, config())) for bits in range(40)]
    assert places == sorted(places)
    assert set(places) == {0, 1, 2, 3}


@given(st.floats(-1e6, 1e6), st.integers(0, 10**9))
def test_a_posterior_is_a_probability(bits: float, size: int) -> None:
    assert 0 <= posterior(bits, size, config()) <= 1
