"""Who may be one person in the clear, and which two of a family are not: twins, sisters, namesakes."""

from __future__ import annotations

from typing import Final

import pytest

from hub.cases.alike import (
    agree,
    at_home,
    beside_others,
    beside_the_victim,
    dates_differ,
    first_name_alike,
    same_full_date,
)
from hub.matching import MatchingConfig
from hub.values import Person
from tests.matching.people import config

CONFIG: Final[MatchingConfig] = config()


def somebody(given: str, surname: str, born: str = "", *aliases: str) -> Person:
    return Person(given_names=given, surname=surname, date_of_birth=born, aliases=aliases)


HER = somebody("Shirley Gemma", "Petersham", "1968-04-10")
ONE = [
    somebody("Shirley", "Petersham", "1968-04-10"),
    somebody("Shirley", "Petersham", "1968-08-10"),
    somebody("Petersham", "Shirley", "1968-04-11"),
    somebody("Shirley Gemma", "Petersham"),
    somebody("Shirley Gemma", "Quillfeather", "1968-04-19"),
]
NOT_SO_MUCH = [
    somebody("Shirley", "Petersham"),
    somebody("Shirley", "Petersham", "1951-09-23"),
    somebody("Shirley", "Quillfeather", "1968-04-19"),
    somebody("Shirley Gemma", "Petersham", "1951-09-23"),
    somebody("Bridget Gemma", "Petersham", "1968-04-10"),
]


@pytest.mark.parametrize("other", ONE)
def test_so_much_agrees_that_there_is_hardly_a_second(other: Person) -> None:
    assert agree(HER, other, CONFIG)
    assert agree(other, HER, CONFIG)


@pytest.mark.parametrize("other", NOT_SO_MUCH)
def test_a_namesake_or_a_twin_does_not_agree_so_far(other: Person) -> None:
    assert not agree(HER, other, CONFIG)
    assert not agree(other, HER, CONFIG)


def test_twins_who_share_a_middle_name_are_two() -> None:
    twin = somebody("Bridget Gemma", "Petersham", "1968-04-10")
    assert not first_name_alike(HER, twin, CONFIG)
    assert not beside_others(HER, twin, CONFIG)


def test_whoever_goes_by_a_middle_name_is_one() -> None:
    assert first_name_alike(HER, somebody("Gemma", "Quillfeather", "1968-04-10"), CONFIG)
    assert not first_name_alike(HER, somebody("Gemma", "Quillfeather", "1968-04-19"), CONFIG)
    assert beside_others(HER, somebody("Gemma", "Quillfeather", "1968-10-04"), CONFIG)


def test_beside_others_a_first_name_in_the_wrong_box_counts_and_a_date_that_differs_does_not() -> None:
    assert beside_others(HER, somebody("Quillfeather", "Shirley", "1968-04-10"), CONFIG)
    assert not beside_others(HER, somebody("Quillfeather", "Shirley"), CONFIG)
    assert not beside_others(HER, somebody("Shirley", "Quillfeather", "1951-09-23"), CONFIG)


HIM = somebody("Alan", "Barfield", "1971-11-18")


@pytest.mark.parametrize(
    "other",
    [
        somebody("Alan", "Barfield"),
        somebody("Simon", "Barfield", "1971-11-18"),
        somebody("Al", "", "1971-11-18"),
        somebody("Alan", "Barfield", "1971-11-19"),
    ],
)
def test_beside_the_same_victim_two_of_three_make_the_same_perpetrator(other: Person) -> None:
    assert beside_the_victim(HIM, other, CONFIG)


@pytest.mark.parametrize(
    "other",
    [
        somebody("Simon", "Barfield"),
        somebody("Alan", "Barfield", "1938-02-03"),
        somebody("Alan", "Quillfeather"),
        somebody("Kashif", "Yousaf", "1971-11-18"),
    ],
)
def test_his_brother_his_father_and_a_stranger_are_others(other: Person) -> None:
    assert not beside_the_victim(HIM, other, CONFIG)


AT = {"postcode": "NM4 1AB"}


@pytest.mark.parametrize("born", ["1968-04-10", "1969-04-10", "1968-04-19", "1968"])
def test_at_one_home_a_first_name_and_nearly_the_date_make_one(born: str) -> None:
    her, there = HER.model_copy(update=AT), somebody("Shirley", "Quillfeather", born)
    assert at_home(her, there.model_copy(update={"postcode": "nm41ab"}), CONFIG)
    assert not at_home(her, there.model_copy(update={"postcode": "NM4 1AC"}), CONFIG)
    assert not at_home(her, there, CONFIG)
    assert not at_home(HER, there, CONFIG)


@pytest.mark.parametrize(
    "other",
    [
        somebody("Bridget Gemma", "Petersham", "1968-04-10"),
        somebody("Shirley", "Petersham", "1994-04-10"),
        somebody("Shirley", "Petersham"),
    ],
)
def test_at_one_home_a_twin_and_a_daughter_of_the_same_name_are_others(other: Person) -> None:
    assert not at_home(HER.model_copy(update=AT), other.model_copy(update=AT), CONFIG)


def test_dates_differ_where_less_than_half_agrees_and_never_where_one_is_not_known() -> None:
    assert dates_differ(HIM, somebody("Alan", "Barfield", "1938-02-03"), CONFIG)
    assert not dates_differ(HIM, somebody("Alan", "Barfield"), CONFIG)
    assert not dates_differ(HIM, somebody("Alan", "Barfield", "1971"), CONFIG)


def test_a_day_apart_over_the_end_of_a_month_nearly_agrees() -> None:
    one, other = somebody("Kara", "Hadbury", "1982-09-30"), somebody("Kara", "Hadbury", "1982-10-01")
    assert agree(one, other, CONFIG)
    assert not dates_differ(one, other, CONFIG)
    assert not agree(one, somebody("Kara", "Hadbury", "1982-10-02"), CONFIG)


def test_a_year_alone_is_no_full_date() -> None:
    assert same_full_date(HIM, somebody("Simon", "Yousaf", "1971-11-18"))
    assert not same_full_date(somebody("A", "B", "1971"), somebody("C", "D", "1971"))
    assert not same_full_date(somebody("A", "B"), somebody("C", "D"))
