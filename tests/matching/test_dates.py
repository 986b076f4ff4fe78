"""Dates of birth: whatever was typed gives what evidence it can; edges take real dates only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import InputError
from hub.matching import PartialDate, parse_date, strict_date


@pytest.mark.parametrize(
    ("text", "year", "month", "day", "parts"),
    [
        ("1984-03-17", 1984, 3, 17, "ymd"),
        ("19840317", 1984, 3, 17, "ymd"),
        ("17/03/1984", 1984, 3, 17, "ymd"),
        ("1984-03", 1984, 3, None, "ym"),
        ("03/1984", 1984, 3, None, "ym"),
        ("1984", 1984, None, None, "y"),
        ("1984-01-01", 1984, None, None, "y"),
        ("1984-17-03", 1984, 3, 17, "ymd"),
        ("1984-04-93", 1984, 4, None, "ym"),
        ("1984-00-17", 1984, None, 17, "yd"),
        ("1984-02-30", 1984, 2, 30, "y"),
        ("0000-03-17", None, 3, 17, "md"),
        ("17/3/84", 1984, 3, 17, "ymd"),
        ("17.3.12", 2012, 3, 17, "ymd"),
        ("17031984", 1984, 3, 17, "ymd"),
        ("170384", 1984, 3, 17, "ymd"),
        ("198403", 1984, 3, None, "ym"),
        ("17 Mar 84", 1984, 3, 17, "ymd"),
        ("5th March 1984", 1984, 3, 5, "ymd"),
        ("March 5, 1984", 1984, 3, 5, "ymd"),
        ("1984 Sept 5", 1984, 9, 5, "ymd"),
        ("Mar 1984", 1984, 3, None, "ym"),
        ("maybe 1984", 1984, None, None, "y"),
        ("9999-12-31", None, None, None, ""),
        ("", None, None, None, ""),
        ("about 40", None, None, None, ""),
    ],
)
def test_lenient(text: str, year: int | None, month: int | None, day: int | None, parts: str) -> None:
    found = parse_date(text)
    assert found == PartialDate(year, month, day)
    assert found.parts == set(parts)


@given(st.text(max_size=20))
def test_lenient_is_total(text: str) -> None:
    year, month, day = parse_date(text)
    assert year is None or 1000 <= year <= 2999
    assert month is None or 1 <= month <= 12
    assert day is None or 1 <= day <= 31


@given(st.dates(min_value=__import__("datetime").date(1000, 1, 1)).map(str))
def test_strict_takes_every_real_date_and_its_parts(text: str) -> None:
    assert [strict_date(text[:end]) for end in (4, 7, 10)] == [text[:4], text[:7], text]


@pytest.mark.parametrize(
    "text",
    [
        "1984-02-30",
        "1984-13",
        "84-01-02",
        "1984-1-2",
        "17/03/1984",
        "1984-03-17x",
        "0999",
        "١٩٨٤",
        "19840317",
    ],
)
def test_strict_refuses_the_rest_without_repeating_it(text: str) -> None:
    with pytest.raises(InputError) as refused:
        strict_date(text)
    assert text not in str(refused.value)


def test_strict_takes_nothing_for_nothing() -> None:
    assert strict_date("  ") == ""
