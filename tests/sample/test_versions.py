"""One person, two areas' versions: every slip is named, and nothing is named that did not happen."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sample.people import Identity, World
from hub.sample.slips import DATE_SLIPS, hearing, typing
from hub.sample.versions import DATE_RATES, NAME_RATES, between, version


@pytest.fixture(scope="module")
def people() -> list[Identity]:
    world = World(21)
    return [member.identity for _ in range(4_000) for member in world.case().members]


def test_without_carelessness_a_record_is_what_is_true(people: list[Identity]) -> None:
    rng = Random(1)
    for person in people:
        record, kinds = version(rng, person, care=0)
        assert kinds <= {"middle_name"}
        assert record.given_names.startswith(person.given[0])
        assert record.surname == person.surname
        assert record.date_of_birth == person.born.isoformat()


def test_every_kind_happens_and_is_named(people: list[Identity]) -> None:
    rng, seen = Random(2), Counter[str]()
    for person in people:
        seen.update(between(version(rng, person), version(rng, person, care=0)))
    assert set(seen) == {"exact", "middle_name", *NAME_RATES, *DATE_RATES}


def test_kinds_are_true_of_the_pair(people: list[Identity]) -> None:
    rng = Random(3)
    for person in people:
        (left, lk), (right, rk) = version(rng, person), version(rng, person)
        kinds = between((left, lk), (right, rk))
        names_same = (left.given_names, left.surname) == (right.given_names, right.surname)
        dates_same = left.date_of_birth == right.date_of_birth
        name_kinds = [kind for kind in kinds if kind != "exact" and not kind.startswith("dob_")]
        assert any(kind.startswith("dob_") for kind in kinds) != dates_same
        assert not (names_same and name_kinds)
        assert (kinds == ("exact",)) == (not name_kinds and dates_same)
        # A name that differs has its reason; only a choice that both made alike may go unnamed.
        if not names_same and not name_kinds:
            assert lk & rk


@given(st.integers(), st.text(max_size=40))
def test_slips_are_total_and_change_little(seed: int, text: str) -> None:
    assert abs(len(typing(Random(seed), text)) - len(text)) <= 1
    assert abs(len(hearing(Random(seed), text)) - len(text.lower())) <= 3 + len(text.lower()) - len(text)


@given(st.integers(), st.dates(min_value=date(1930, 1, 1)), st.sampled_from(sorted(DATE_SLIPS)))
def test_dates_stay_of_a_known_shape(seed: int, born: date, kind: str) -> None:
    text = DATE_SLIPS[kind](Random(seed), born)
    assert [len(part) for part in text.split("-")] in ([0], [4], [4, 2], [4, 2, 2])
