"""The clock of an Idva's first contact: 24 hours, 48 at the latest, from the referral."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from hub.cases.first_contact import LATEST_H, begins, first_contact

HOUR = 3_600
TIMES = st.integers(0, 2**33)
DAYS = st.dates(dt.date(1971, 1, 1), dt.date(2200, 1, 1))


@given(TIMES, st.integers(0, 400 * HOUR))
def test_s003_r203_who_is_not_reached_within_48_hours_is_late_and_nobody_before(
    since: int, waited: int
) -> None:
    now = first_contact(since, None, since + waited)
    assert now.late == (waited >= LATEST_H * HOUR)
    assert now.due == (waited >= 24 * HOUR)
    assert now.hours == waited // HOUR


@given(TIMES, st.integers(0, 400 * HOUR), st.integers(0, 400 * HOUR))
def test_the_clock_stands_when_she_was_reached(since: int, reached: int, later: int) -> None:
    now = first_contact(since, since + reached, since + reached + later)
    assert (now.reached, now.hours, now.late) == (True, reached // HOUR, False)


@given(DAYS, st.integers(0, 400 * HOUR))
def test_where_a_day_alone_is_known_days_are_counted_from_it(day: dt.date, waited: int) -> None:
    began = begins(day, 2**33)
    now = first_contact(began, None, began + waited, by_day=True)
    until = dt.datetime.fromtimestamp(began + waited, dt.UTC).date()
    assert (now.day, now.days) == (day, (until - day).days)
    assert first_contact(began, None, began + waited).day is None


@given(TIMES, DAYS)
def test_a_referral_that_comes_days_late_began_at_the_end_of_its_own_day(came: int, day: dt.date) -> None:
    began = begins(day, came)
    end = int(dt.datetime.combine(day, dt.time(), dt.UTC).timestamp()) + 24 * HOUR
    assert began == min(came, end)
    assert begins(None, came) == came
