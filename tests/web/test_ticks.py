"""What waits for a tick leaves at a multiple of it since it came, however long it took, whatever the clocks say."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.node.settings import ServerLimits
from hub.web import ticks
from hub.web.ticks import until_the_tick

TICKS = st.floats(min_value=0.05, max_value=2)


@given(TICKS, st.floats(min_value=0, max_value=3_600))
def test_it_leaves_at_a_multiple_of_the_tick(tick_s: float, spent_s: float) -> None:
    waits_s = until_the_tick(tick_s, spent_s)
    assert 0 < waits_s <= tick_s
    times = (spent_s + waits_s) / tick_s
    assert times == pytest.approx(round(times))


@pytest.mark.parametrize(
    ("spent_s", "waits_s"), [(0.0, 0.25), (0.013, 0.237), (0.25, 0.25), (0.3, 0.2), (86_400.2, 0.05)]
)
def test_what_took_longer_than_a_tick_waits_for_the_next(spent_s: float, waits_s: float) -> None:
    """Also where the machine stood still across it."""
    assert until_the_tick(ServerLimits().tick_s, spent_s) == pytest.approx(waits_s, abs=1e-6)


def test_a_clock_that_is_put_on_or_back_moves_no_tick() -> None:
    assert ticks.clock is time.monotonic


@pytest.mark.parametrize("tick_s", [0.0, 0.049, 2.01, -1])
def test_a_tick_that_hides_nothing_or_stops_everybody_cannot_be_set(tick_s: float) -> None:
    with pytest.raises(ValidationError):
        ServerLimits(tick_s=tick_s)
