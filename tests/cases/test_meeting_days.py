"""The day of a case's meeting: what may be said of it, and what a case says then; pure."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.meeting_days import Days, Listing, after, by_a_file, days_of, lacking
from hub.records.cases import CaseDetails
from hub.records.gists import not_listed, to_be_heard
from hub.values import Kind
from hub.web.typed.listing import WRONG

TODAY = dt.date(2026, 11, 30)
REFERRED, WAS, NEXT = dt.date(2026, 10, 1), dt.date(2026, 11, 12), dt.date(2026, 12, 3)


def details(**said: Any) -> CaseDetails:
    return CaseDetails(**{"case_ref": "NM-1", "kind": Kind.marac, "referral_date": REFERRED} | said)


LACKS: dict[str, tuple[dict[str, Any], Listing, str]] = {
    "before its referral": ({}, Listing(day=dt.date(2026, 9, 30), heard=True), "day"),
    "a year too far": ({}, Listing(day=dt.date(2027, 12, 3)), "day"),
    "heard on a day to come": ({}, Listing(day=NEXT, heard=True), "heard"),
    "a day that has passed, of which it is not said": ({}, Listing(day=WAS), "heard"),
    "an Idva service's": ({"kind": Kind.idva, "idva_service": "Haven"}, Listing(day=NEXT), "day"),
    "taken off without a reason": ({"meeting_date": NEXT}, Listing(day=None, because=" "), "because"),
    "taken off, and not on it": ({}, Listing(day=None, because="So."), "day"),
    "heard or not, is not said": ({"meeting_date": WAS}, Listing(day=NEXT), "before"),
    "not heard, without a reason": ({"meeting_date": WAS}, Listing(day=NEXT, before="not_heard"), "because"),
    "off a meeting to come, without a reason": (
        {"meeting_date": NEXT},
        Listing(day=WAS, heard=True),
        "because",
    ),
    "not heard, and the same day": (
        {"meeting_date": WAS},
        Listing(day=WAS, before="not_heard", because="The chair was ill."),
        "day",
    ),
    "a further hearing before the last": (
        {"meeting_date": WAS},
        Listing(day=dt.date(2026, 11, 5), heard=True, before="heard"),
        "day",
    ),
}


@pytest.mark.parametrize(("case", "said", "field"), LACKS.values(), ids=LACKS)
def test_what_cannot_be_the_day_of_a_meeting_is_said_of_its_field_in_words(
    case: dict[str, Any], said: Listing, field: str
) -> None:
    lack = lacking(details(**case), said, TODAY)
    assert lack is not None
    assert lack.field == field
    assert lack.text in WRONG


STANDS: dict[str, tuple[dict[str, Any], Listing, Days]] = {
    "listed": ({}, Listing(day=NEXT), Days(NEXT)),
    "today": ({}, Listing(day=TODAY), Days(TODAY)),
    "on the day of its referral": ({"referral_date": TODAY}, Listing(day=TODAY), Days(TODAY)),
    "without a day of referral": ({"referral_date": None}, Listing(day=NEXT), Days(NEXT)),
    "heard already": ({}, Listing(day=WAS, heard=True), Days(WAS)),
    "moved": ({"meeting_date": NEXT}, Listing(day=dt.date(2026, 12, 17)), Days(dt.date(2026, 12, 17))),
    "put off": (
        {"meeting_date": WAS},
        Listing(day=NEXT, before="not_heard", because="The chair was ill."),
        Days(NEXT),
    ),
    "heard again": ({"meeting_date": WAS}, Listing(day=NEXT, before="heard"), Days(NEXT, (WAS,))),
    "taken off": ({"meeting_date": NEXT}, Listing(day=None, because="She moved."), Days(None)),
    "a further hearing is taken off": (
        {"meeting_date": NEXT, "heard": (WAS,)},
        Listing(day=None, because="It was withdrawn."),
        Days(WAS),
    ),
    "what is so already": ({"meeting_date": WAS}, Listing(day=WAS), Days(WAS)),
}


@pytest.mark.parametrize(("case", "said", "then"), STANDS.values(), ids=STANDS)
def test_a_day_is_listed_moved_heard_again_and_taken_off(
    case: dict[str, Any], said: Listing, then: Days
) -> None:
    assert lacking(details(**case), said, TODAY) is None
    assert after(details(**case), said, TODAY) == then


a_day = st.dates(TODAY - dt.timedelta(days=500), TODAY + dt.timedelta(days=500))
listings = st.builds(
    Listing,
    day=st.none() | a_day,
    heard=st.booleans(),
    before=st.sampled_from(("", "heard", "not_heard")),
    because=st.sampled_from(("", "So.")),
)


@given(st.lists(st.tuples(listings, st.integers(0, 400)), max_size=8), st.none() | a_day)
def test_whatever_is_said_in_whatever_order_a_hearing_stays_and_comes_before_the_next(
    said: list[tuple[Listing, int]], referred: dt.date | None
) -> None:
    case, today = details(referral_date=referred), TODAY
    for one, later in said:
        today += dt.timedelta(days=later)
        lack = lacking(case, one, today)
        if lack is not None:
            assert lack.text in WRONG
            continue
        days = after(case, one, today)
        assert (days == days_of(case)) == (one.day is not None and one.day == case.meeting_date)
        if one.day is not None:
            assert days.meeting == one.day
            assert set(case.heard) <= set(days.heard), "what was heard stays heard"
        every = [*days.heard, *([days.meeting] if days.meeting else [])]
        assert every == sorted(set(every))
        assert all(each <= today for each in days.heard)
        case = case.model_copy(update={"meeting_date": days.meeting, "heard": days.heard})
        again = after(case, one, today) if one.day is not None else days
        assert again == days, "said twice, it is so once"


days_held = st.lists(a_day, unique=True, max_size=4).map(sorted)


@given(days_held, st.booleans(), st.none() | a_day, st.sets(a_day, max_size=3))
def test_a_file_takes_no_hearing_away_and_leaves_no_agenda_that_a_person_chose(
    every: list[dt.date], left: bool, new: dt.date | None, by_people: set[dt.date]
) -> None:
    heard = tuple(one for one in every[:-1] if one <= TODAY)
    last = every[-1] if every else None
    before = details(meeting_date=last, heard=heard)
    if left and new is not None:
        by_people |= {new}
    days = by_a_file(before, new, TODAY, by_people)
    now = [*days.heard, *([days.meeting] if days.meeting else [])]
    assert now == sorted(set(now))
    assert set(heard) <= set(days.heard)
    assert {one for one in every if one <= TODAY} <= set(now), "each day that came stays"
    assert all(one <= TODAY for one in days.heard)
    if days == days_of(before):
        return
    assert days.meeting == new is not None
    assert new not in by_people
    if last is not None and last > TODAY:
        assert not by_people
        assert new >= TODAY, "what is to be heard is not made what was"


FILES: dict[str, tuple[Days, dt.date | None, set[dt.date], Days]] = {
    "the first day of a case": (Days(None), WAS, set(), Days(WAS)),
    "an empty cell": (Days(NEXT, (WAS,)), None, set(), Days(NEXT, (WAS,))),
    "a day to come is moved": (Days(NEXT), dt.date(2026, 12, 17), set(), Days(dt.date(2026, 12, 17))),
    "a further hearing": (Days(WAS), NEXT, set(), Days(NEXT, (WAS,))),
    "a further hearing after one that a person set": (Days(WAS), NEXT, {WAS}, Days(NEXT, (WAS,))),
    "a day at which it was heard": (Days(NEXT, (WAS,)), WAS, set(), Days(NEXT, (WAS,))),
    "an older day": (Days(NEXT, (WAS,)), dt.date(2025, 6, 20), set(), Days(NEXT, (WAS,))),
    "an older day than one that has come": (Days(WAS), dt.date(2025, 6, 20), set(), Days(WAS)),
    "a day to come becomes one that has passed": (Days(NEXT), WAS, set(), Days(NEXT)),
    "what a person put off": (Days(NEXT), WAS, {WAS, NEXT}, Days(NEXT)),
    "a day to come that a person set": (Days(NEXT), dt.date(2026, 12, 17), {NEXT}, Days(NEXT)),
    "what a person took off": (Days(None), NEXT, {NEXT}, Days(None)),
    "a day that has passed, of what was taken off": (Days(None), WAS, {NEXT}, Days(None)),
    "a new day of what a person took off": (
        Days(None),
        dt.date(2026, 12, 17),
        {NEXT},
        Days(dt.date(2026, 12, 17)),
    ),
}


@pytest.mark.parametrize(("before", "new", "by_people", "then"), FILES.values(), ids=FILES)
def test_what_a_file_says_of_a_day(
    before: Days, new: dt.date | None, by_people: set[dt.date], then: Days
) -> None:
    case = details(meeting_date=before.meeting, heard=before.heard)
    assert by_a_file(case, new, TODAY, by_people) == then


def test_what_is_referred_again_after_its_hearing_is_to_be_heard_and_not_listed() -> None:
    assert not_listed(None, REFERRED)
    assert not not_listed(WAS, REFERRED)
    assert not not_listed(WAS, WAS), "heard on the day on which it was referred"
    assert not_listed(WAS, TODAY)
    assert to_be_heard(WAS, TODAY, TODAY)
    assert not to_be_heard(WAS, REFERRED, TODAY)
