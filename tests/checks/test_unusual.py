"""What is out of the ordinary is shown to the data-protection officers of both sides, and an honest day is not."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from hub.audit.events import NODE, Action
from hub.checks.unusual import LEAST, MORE, TIMES, Seen, Side, What, beyond, out_of_hours, signs, unusual
from hub.jobs.schedule import Run, do, jobs_of
from hub.jobs.warnings import warnings_of
from tests.checks.disclosing import asked
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, events

DAY = dt.date(2026, 11, 25)


def noon(back: int) -> dt.datetime:
    return dt.datetime.combine(DAY - dt.timedelta(days=back), dt.time(12), dt.UTC)


def received(back: int, elements: int) -> Seen:
    return Seen(noon(back), Action.request_received, "eastvale", elements=elements)


def sent(back: int, number: int, by: str = "user:a", peer: str = "eastvale") -> Seen:
    return Seen(noon(back), Action.request_sent, peer, by, f"{back}-{number}")


def found(*seen: Seen) -> set[tuple[dt.date, What, Side, str]]:
    return {
        (one.day, one.what, one.side, one.who) for one in signs(seen) if one.what is not What.out_of_hours
    }


def test_an_area_that_asks_far_more_than_on_its_other_days_is_shown() -> None:
    usual = [received(back, 700) for back in range(1, 31)]
    assert found(*usual, received(0, 12_000)) == {(DAY, What.volume, Side.of_us, "eastvale")}
    assert found(*usual, received(0, 2_000)) == set()


def test_an_agenda_is_no_news_a_fortnight_later() -> None:
    usual = [received(back, 700) for back in range(1, 31)]
    assert found(*usual, received(14, 8_000), received(0, 9_000)) == {
        (DAY - dt.timedelta(days=14), What.volume, Side.of_us, "eastvale")
    }


def test_a_person_who_asks_about_far_more_people_is_shown_by_their_pseudonym() -> None:
    """Once, however many areas each question goes to."""
    usual = [sent(back, 0) for back in range(1, 31)]
    many = [sent(0, number, peer=peer) for number in range(60) for peer in ("eastvale", "southmere")]
    assert (DAY, What.subjects, Side.by_us, "user:a") in found(*usual, *many)
    half = [sent(0, number, peer=peer) for number in range(40) for peer in ("eastvale", "southmere")]
    assert found(*usual, *half) == set()


def test_nights_and_weekends_are_those_of_the_country() -> None:
    assert not out_of_hours(dt.datetime(2026, 7, 1, 18, 30, tzinfo=dt.UTC))  # 19:30 in summer.
    assert out_of_hours(dt.datetime(2026, 7, 1, 19, 30, tzinfo=dt.UTC))
    assert not out_of_hours(dt.datetime(2026, 11, 25, 19, 30, tzinfo=dt.UTC))
    assert out_of_hours(dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC))  # A Saturday.
    night = [received(0, 1)._replace(at=noon(0).replace(hour=3)) for _ in range(6)]
    assert {one.what for one in signs(night)} == {What.out_of_hours}
    assert list(signs(night[:5])) == []


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=45), st.integers(1, 5_000))
def test_what_is_shown_is_above_the_least_the_median_and_the_largest(days: list[int], least: int) -> None:
    counts = {DAY - dt.timedelta(days=back): many for back, many in enumerate(days)}
    usual = beyond(counts, DAY, least)
    before = [many for many in days[1:31] if many]
    if usual is not None:
        assert days[0] > least
        assert days[0] > MORE * max(before, default=0)
        assert days[0] > TIMES * usual
    elif days[0] > least and not before:
        raise AssertionError("a first day above the least was not shown")


def test_every_kind_that_is_counted_has_a_least() -> None:
    assert {what for what, _ in LEAST} == set(What) - {What.counts, What.emergency}


def reconciled(areas: Areas, node_id: str, with_: str) -> None:
    node = areas[node_id]
    do(jobs_of(node, ())[f"reconcile:{with_}"], Run(node, lambda: None, lambda _: areas.client(node_id)))


def test_who_asks_with_a_stolen_key_is_shown_to_both_officers_the_next_day(areas: Areas) -> None:
    """By the worker of either side alone, however little was asked: the area has no record of having asked."""
    asked(areas)
    sides = (("northmoor", "eastvale"), ("eastvale", "northmoor"))
    for one, other in sides:
        reconciled(areas, one, other)
        assert unusual(areas[one]) == []
    assert Hand(areas).evaluate().status_code == 200
    areas.clock.advance(86_400)
    for one, other in sides:
        reconciled(areas, one, other)
        (shown,) = [each for each in unusual(areas[one]) if each.what is What.counts]
        assert (shown.who, shown.day) == (other, areas[one].today())
        assert any("Out of the ordinary" in sentence for sentence in warnings_of(areas[one]))
        last = events(areas[one], "reconciled")[-1]
        assert (last["actor"], last["detail"]["status"]) == (NODE, "differs")
    areas.clock.advance(86_400 * 31)
    assert unusual(areas["eastvale"]) == []
