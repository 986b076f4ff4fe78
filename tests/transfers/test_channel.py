"""Two managers open a sealed channel over the telephone: her plan reaches her new area, and nobody else learns."""

from __future__ import annotations

import pytest

from tests.federation.nodes import Areas
from tests.transfers.moving import NEW
from tests.transfers.ringing import PLAN, THERE, Pair, carried, papers_of, ready


@pytest.fixture
def pair(areas: Areas) -> Pair:
    return ready(areas)


def test_the_plan_reaches_her_new_area(pair: Pair) -> None:
    done = carried(pair)
    assert done.state == "kept"
    assert PLAN in str([one.body for one in papers_of(pair.areas[NEW], THERE)])
    assert done.held
