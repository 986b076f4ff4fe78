"""An area that somebody fled is asked, where that is ticked, apart from the others and at a time of its own."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.checks import spread
from hub.checks.reconcile import reconcile
from hub.checks.spread import CLOSES, OPENS, SPREAD_S, spread_over_the_day, working
from hub.records.check import AreaResult, AreaStatus, CheckResult, recorded_check
from hub.store import outbox
from hub.wire.messages import EVALUATIONS_PATH
from tests.checks.fled import OTHERS, asked, routine, urgent
from tests.checks.papers import worker
from tests.federation.nodes import Areas, events

LONDON = ZoneInfo("Europe/London")
FLED = {"fled_from": ["eastvale"]}
times = st.integers(1_700_000_000, 1_900_000_000)


@given(now=times, seconds=st.integers(0, SPREAD_S), more=st.integers(0, SPREAD_S))
def test_it_is_asked_in_the_hours_in_which_areas_ask_and_by_the_time_that_is_said(
    now: int, seconds: int, more: int
) -> None:
    at = working(now, seconds)
    local = dt.datetime.fromtimestamp(at, LONDON)
    assert local.weekday() < 5
    assert dt.time(OPENS) <= local.time() <= dt.time(CLOSES)
    assert now <= at <= working(now, SPREAD_S)
    assert at <= working(now, seconds + more)


def test_it_is_as_likely_at_any_time_of_the_working_day() -> None:
    now = int(dt.datetime(2026, 11, 27, 13, tzinfo=LONDON).timestamp())  # A Friday: until Monday at one.
    drawn = [spread_over_the_day(now) for _ in range(2_000)]
    assert {dt.datetime.fromtimestamp(one.by, LONDON).isoformat()[:16] for one in drawn} == {
        "2026-11-30T13:00"
    }
    hours = [dt.datetime.fromtimestamp(one.at, LONDON) for one in drawn]
    counted = {(day, hour): 0 for day in (27, 30) for hour in range(9, 17)}
    for one in hours:
        counted[one.day, min(one.hour, CLOSES - 1)] += 1
    likely = [counted[27, hour] for hour in range(13, 17)] + [counted[30, hour] for hour in range(9, 13)]
    assert sum(likely) == 2_000
    assert all(170 < one < 340 for one in likely), counted


def evaluated(areas: Areas, area: str = "eastvale") -> int:
    """How often an area was asked."""
    return areas.network.asked.count((area, EVALUATIONS_PATH))


def result_of(areas: Areas, check_id: str) -> CheckResult:
    with areas["northmoor"].read() as tx:
        return recorded_check(tx, check_id).result


def there(result: CheckResult) -> AreaResult:
    (found,) = [one for one in result.areas if one.node_id == "eastvale"]
    return found


def ticked(areas: Areas, form: dict[str, Any] | None = None) -> CheckResult:
    """Northmoor asks both others, Eastvale too although she fled it."""
    result = asked(areas, (form or routine()) | FLED, "not", ask_fled_areas=True)
    assert result.decision.permitted, result.decision
    return result


def due_at(areas: Areas) -> int:
    """When it is asked."""
    with areas["northmoor"].read() as tx:
        (row,) = [one for one in outbox.every(tx.session) if one.kind == spread.KIND]
    return row.next_at


def test_it_is_asked_by_the_worker_at_its_time_and_the_result_says_by_when(three: Areas) -> None:
    result = ticked(three)
    assert there(result).status is AreaStatus.not_asked
    by = there(result).to_be_asked_by
    assert by is not None
    assert by.timestamp() == working(int(three.clock()), SPREAD_S)
    assert (evaluated(three), evaluated(three, "southmere")) == (0, 1)
    sent = events(three["northmoor"], "request_sent")
    assert [one["refs"]["peer"] for one in sent] == ["southmere"]

    at = due_at(three)
    three.clock.advance(at - three.clock() - 1)
    worker(three, "northmoor")
    assert evaluated(three) == 0
    three.clock.advance(1)
    worker(three, "northmoor")
    assert evaluated(three) == 1
    found = there(result_of(three, result.check_id))
    assert (found.status, found.not_told, found.to_be_asked_by) == (AreaStatus.answered, "fled", None)
    assert found.candidates
    sent = events(three["northmoor"], "request_sent")
    assert [one["refs"]["peer"] for one in sent] == ["southmere", "eastvale"]
    worker(three, "northmoor")
    assert evaluated(three) == 1

    async def both() -> None:
        async with three.client("northmoor") as client:
            for area in OTHERS:
                assert not (await reconcile(three["northmoor"], client, area, days=7)).findings

    asyncio.run(both())


def test_what_the_other_areas_answered_stays_with_it(three: Areas) -> None:
    result = ticked(three)
    before = [one for one in result.areas if one.node_id == "southmere"]
    three.clock.advance(due_at(three) - three.clock())
    worker(three, "northmoor")
    with three["northmoor"].read() as tx:
        kept = recorded_check(tx, result.check_id)
    assert [one for one in kept.result.areas if one.node_id == "southmere"] == before
    assert set(kept.salts) == set(OTHERS)
    assert kept.salts["eastvale"] != kept.salts["southmere"]
    assert set(kept.evidence) == set(OTHERS)


def test_an_emergency_asks_it_at_once(three: Areas) -> None:
    result = ticked(three, urgent())
    assert there(result).status is AreaStatus.answered
    assert evaluated(three) == 1


def test_without_the_tick_it_is_never_asked_over_the_hub(three: Areas) -> None:
    result = asked(three, routine() | FLED, "not")
    assert (there(result).status, there(result).to_be_asked_by) == (AreaStatus.not_asked, None)
    three.clock.advance(20 * 86_400)
    worker(three, "northmoor")
    assert evaluated(three) == 0


def test_one_that_cannot_be_reached_is_asked_again_about_the_same_person(three: Areas) -> None:
    result = ticked(three)
    three.clock.advance(due_at(three) - three.clock())
    gone = three.network.hosts.pop("eastvale")
    worker(three, "northmoor")
    assert there(result_of(three, result.check_id)).status is AreaStatus.not_asked
    assert events(three["northmoor"], "peer_fault")[-1]["refs"]["peer"] == "eastvale"
    three.network.hosts["eastvale"] = gone
    three.clock.advance(due_at(three) - three.clock())
    worker(three, "northmoor")
    assert there(result_of(three, result.check_id)).status is AreaStatus.answered
    assert len(events(three["northmoor"], "request_sent")) == 2


def test_what_it_was_asked_on_must_still_stand(three: Areas) -> None:
    result = ticked(three)
    for file in (three["northmoor"].home / "agreements").iterdir():
        file.unlink()
    three.clock.advance(due_at(three) - three.clock())
    worker(three, "northmoor")
    assert evaluated(three) == 0
    assert there(result_of(three, result.check_id)).status is AreaStatus.not_asked
    with three["northmoor"].read() as tx:
        (row,) = [one for one in outbox.every(tx.session) if one.kind == spread.KIND]
    assert (row.state, row.fault) == ("lapsed", "It would not be permitted today: ask anew.")


@pytest.mark.parametrize("hour", [3, 12, 22])
def test_nobody_else_sees_it_at_the_time_of_the_others(three: Areas, hour: int) -> None:
    """Whatever the hour of the question: the second is not that of the others but by chance, once in 28,800."""
    three.clock.at = dt.datetime(2026, 11, 3, hour, tzinfo=dt.UTC).timestamp()
    ticked(three)
    at = dt.datetime.fromtimestamp(due_at(three), LONDON)
    assert OPENS <= at.hour <= CLOSES
