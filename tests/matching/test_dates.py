"""Dates of birth: whatever was typed gives what evidence it can; edges take real dates only, and ask."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from hub.errors import InputError
from hub.matching import DateFault, DateQuestion, PartialDate, parse_date, read_date, strict_date
from hub.matching.written_dates import DayWritten


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


@given(st.dates(min_value=dt.date(1000, 1, 1)).map(str))
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


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("4/7/1991", "1991-07-04"),
        ("04.07.1991", "1991-07-04"),
        ("04-07-1991", "1991-07-04"),
        ("4 7 1991", "1991-07-04"),
        ("4 July 1991", "1991-07-04"),
        ("4th of July, 1991", "1991-07-04"),
        ("Thursday 4 July 1991", "1991-07-04"),
        ("4-Jul-1991", "1991-07-04"),
        ("4jul1991", "1991-07-04"),
        ("July 4, 1991", "1991-07-04"),
        ("1991 July 4", "1991-07-04"),
        ("4 Jul 1991?", "1991-07-04"),
        ("1991-07-04", "1991-07-04"),
        ("1991/7/4", "1991-07-04"),
        ("July 1991", "1991-07"),
        ("sept 1991", "1991-09"),
        ("7/1991", "1991-07"),
        ("1991-07", "1991-07"),
        ("1991", "1991"),
        (" 29/2/2024 ", "2024-02-29"),
        ("29/2/00", "2000-02-29"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_a_date_as_people_write_it_is_read(text: str, meant: str) -> None:
    assert read_date(text) == meant


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("4 Jul 91?", ("1991-07-04", "1891-07-04")),
        ("4/7/91", ("1991-07-04", "1891-07-04")),
        ("4/7/12", ("2012-07-04", "1912-07-04")),
        ("July 91", ("1991-07", "1891-07")),
        ("7/91", ("1991-07", "1891-07")),
    ],
)
def test_a_year_of_two_digits_is_asked_back(text: str, choices: tuple[str, ...]) -> None:
    assert read_date(text) == DateQuestion(choices)
    assert [read_date(choice) for choice in choices] == list(choices)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("31/4/1991", "day"),
        ("30 February 1991", "day"),
        ("0/7/1991", "day"),
        ("123/7/1991", "day"),
        ("29/2/91", "day"),
        ("4/17/1991", "month"),
        ("1991-13", "month"),
        ("4/0/1991", "month"),
        ("4/7", "year"),
        ("04/07", "year"),
        ("4/7/191", "year"),
        ("4 July", "year"),
        ("4/7/0991", "year"),
        ("91", "year"),
        ("about 1991", "whole"),
        ("35 years old", "whole"),
        ("1991-07-04 00:00", "whole"),
        ("19910704", "whole"),
        ("1991 1991", "whole"),
        ("4 July August 1991", "whole"),
        ("\u0661\u0669\u0669\u0661", "whole"),
        ("?", "whole"),
        ("of", "whole"),
        ("4/7/" + "9" * 5_000, "whole"),
    ],
)
def test_a_date_that_cannot_be_says_which_part(text: str, part: str) -> None:
    assert read_date(text) == DateFault(part)


@given(st.text(max_size=20) | st.from_regex(r"[0-9]{0,4}[/. -][0-9a-z]{0,4}[/. -][0-9]{0,4}", fullmatch=True))
def test_reading_is_total_and_gives_real_dates_alone(text: str) -> None:
    found = read_date(text)
    if not isinstance(found, DateFault):
        for date in found.choices if isinstance(found, DateQuestion) else (found,):
            assert strict_date(date) == date == read_date(date)


@given(st.dates(min_value=dt.date(1000, 1, 1)), st.sampled_from([4, 7, 10]))
def test_what_documents_write_is_read_as_it_stands(date: dt.date, end: int) -> None:
    assert read_date(str(date)[:end]) == str(date)[:end]


@given(st.dates(min_value=dt.date(1000, 1, 1)), st.sampled_from("/.- "), st.booleans())
def test_the_day_stands_first(date: dt.date, between: str, padded: bool) -> None:
    day, month = (f"{date.day:02}", f"{date.month:02}") if padded else (str(date.day), str(date.month))
    assert read_date(between.join([day, month, f"{date.year:04}"])) == str(date)
    assert read_date(f"{date.day} {date:%B} {date.year:04}") == str(date)


def test_the_day_of_an_act_is_of_this_century_and_is_not_asked_back() -> None:
    day: TypeAdapter[dt.date] = TypeAdapter(DayWritten)
    assert day.validate_python("29/11/26") == dt.date(2026, 11, 29)
    assert day.validate_python("4 July 2026") == dt.date(2026, 7, 4)
    with pytest.raises(ValidationError):
        day.validate_python("31/2/26")
