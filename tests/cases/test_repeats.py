"""What a repeat is, by dates and people alone: requirements S001-R3 to R10 and S003-R199."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.cases.repeats import (
    Definition,
    Earlier,
    Happened,
    Standing,
    counts,
    last_referral,
    months_after,
    standing,
    until,
)

REFERRED = dt.date(2025, 8, 25)


def earlier(*referred: dt.date, victim: bool = True, part: bool = True, perpetrators: int = 1) -> Earlier:
    return Earlier(victim, part, perpetrators, referred)


@pytest.mark.parametrize(
    ("on", "stands"),
    [
        (dt.date(2025, 8, 25), Standing.repeat),
        (dt.date(2026, 8, 25), Standing.repeat),
        (dt.date(2026, 8, 26), Standing.outside),
        (dt.date(2026, 10, 25), Standing.outside),  # 14 months: it is still said
        (dt.date(2025, 8, 24), Standing.later),
    ],
)
def test_s001_r4_twelve_months_run_from_the_last_referral(on: dt.date, stands: Standing) -> None:
    assert standing(earlier(REFERRED), on) is stands


def test_s001_r4_the_last_of_several_referrals_counts() -> None:
    first, second = dt.date(2024, 3, 1), dt.date(2025, 2, 20)
    assert standing(earlier(first), dt.date(2025, 12, 1)) is Standing.outside
    assert standing(earlier(first, second), dt.date(2025, 12, 1)) is Standing.repeat
    assert last_referral((second, first), dt.date(2025, 1, 1)) == first
    assert last_referral((second,), dt.date(2025, 1, 1)) == second
    assert last_referral((), dt.date(2025, 1, 1)) is None


def test_s001_r3_the_same_victim_and_any_of_the_perpetrators() -> None:
    on = dt.date(2026, 1, 1)
    assert standing(earlier(REFERRED, perpetrators=2), on) is Standing.repeat
    assert standing(earlier(REFERRED, perpetrators=0), on) is Standing.other_perpetrator
    assert standing(earlier(REFERRED, victim=False), on) is Standing.other_part
    assert standing(earlier(REFERRED, victim=False, part=False), on) is Standing.by_others


def test_a_referral_without_a_date_is_not_taken_for_an_old_one() -> None:
    assert standing(earlier(), dt.date(2026, 1, 1)) is Standing.undated


@pytest.mark.parametrize("happened", list(Happened))
def test_s001_r5_to_r10_any_abuse_counts_and_by_the_definition_before_2018_violence_alone(
    happened: Happened,
) -> None:
    assert counts([happened])
    before = {Happened.violence, Happened.threats, Happened.sexual_abuse, Happened.stalking}
    assert counts([happened], Definition.violence) == (happened in before)  # S003-R199


def test_nothing_that_happened_is_no_repeat() -> None:
    assert not counts([])


def test_twelve_months_after_the_last_of_february() -> None:
    assert until(dt.date(2024, 2, 29)) == dt.date(2025, 2, 28)
    assert months_after(dt.date(2025, 11, 30), 3) == dt.date(2026, 2, 28)
