"""Two managers open a sealed channel over the telephone: her plan reaches her new area, and nobody else learns."""

from __future__ import annotations

import pytest

from hub.jobs.doctor import findings
from tests.federation.nodes import Areas
from tests.transfers.moving import NEW, OLD
from tests.transfers.ringing import PLAN, THERE, Pair, carried, papers_of, prepared, ready


@pytest.fixture
def pair(areas: Areas) -> Pair:
    return ready(areas)


def test_the_plan_reaches_her_new_area(pair: Pair) -> None:
    done = carried(pair)
    assert done.state == "kept"
    assert PLAN in str([one.body for one in papers_of(pair.areas[NEW], THERE)])
    assert done.held


def test_the_doctor_says_how_many_channels_wait_where_they_were_opened_and_nothing_where_she_fled(
    pair: Pair,
) -> None:
    def said(area: str) -> list[str]:
        return [one.what for one in findings(pair.areas[area]) if one.about == "channels"]

    assert said(NEW) == []
    prepared(pair)
    (line,) = said(NEW)
    assert line.endswith("not at an end: 1; of which the time has passed: 0.")
    pair.areas.clock.advance(15 * 86_400)
    (line,) = said(NEW)
    assert line.endswith("not at an end: 1; of which the time has passed: 1.")
    assert said(OLD) == []
