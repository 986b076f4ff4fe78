"""What is out of the ordinary in who opens cases here: against the same person's own days, and nobody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.checks.unusual_reading import LEAST, Read, Reads, Sign, signs

DAY = dt.datetime(2026, 11, 25, 11, 0, tzinfo=dt.UTC)
"""A Wednesday."""
BEFORE: Final = (1, 2, 7, 8, 9)
"""So many days before, which were no weekends."""


def opened(
    count: int, at: dt.datetime = DAY, who: str = "Ash Underhill", *, refused: bool = False
) -> Iterator[Read]:
    for number in range(count):
        yield Read(at, who, frozenset({f"{number}"}), frozenset(), refused=refused)


def found(*reads: Iterator[Read]) -> list[Sign]:
    return list(signs(one for each in reads for one in each))


def test_many_cases_in_a_day_are_told_with_that_persons_usual_day() -> None:
    before = (opened(12, DAY - dt.timedelta(days=back)) for back in BEFORE)
    assert found(*before, opened(41)) == [Sign(DAY.date(), "Ash Underhill", Reads.many, 41, 12)]


@pytest.mark.parametrize("count", [40, 41])
def test_who_opens_as_many_on_other_days_is_not_told_nor_is_an_agenda(count: int) -> None:
    before = (opened(35, DAY - dt.timedelta(days=back)) for back in BEFORE)
    assert found(*before, opened(count)) == []


def test_the_same_case_opened_often_is_one() -> None:
    again = (Read(DAY, "A", frozenset({"1"}), frozenset({"1"}), refused=False) for _ in range(100))
    assert found(again) == []


def test_nights_and_weekends_are_told_and_working_hours_are_not() -> None:
    night, saturday = DAY.replace(hour=23), DAY + dt.timedelta(days=3)
    assert [one.what for one in found(opened(6, night))] == [Reads.out_of_hours]
    assert [one.what for one in found(opened(6, saturday))] == [Reads.out_of_hours]
    assert found(opened(6)) == []


def test_who_tries_what_is_not_there_for_them_is_told_after_the_second_time() -> None:
    assert found(opened(2, refused=True)) == []
    assert [(one.what, one.counted) for one in found(opened(3, refused=True))] == [(Reads.refused, 3)]


def test_cases_that_another_body_referred_are_counted_apart() -> None:
    theirs = (Read(DAY, "A", frozenset({f"{n}"}), frozenset({f"{n}"}), refused=False) for n in range(11))
    assert [(one.what, one.counted) for one in found(theirs)] == [(Reads.elsewhere, 11)]


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("AB"), st.integers(0, 60)), max_size=20))
def test_what_one_does_changes_nothing_for_another(days: list[tuple[int, str, int]]) -> None:
    def of(*names: str) -> list[Sign]:
        reads = (
            opened(count, DAY - dt.timedelta(days=back), who) for back, who, count in days if who in names
        )
        return sorted(found(*reads))

    assert of("A", "B") == sorted([*of("A"), *of("B")])
    assert all(one.counted > LEAST[one.what] for one in of("A", "B"))
