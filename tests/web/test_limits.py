"""One address that asks without end does not keep a node busy, and honest peers do not meet the limit."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
from hypothesis import given
from hypothesis import strategies as st

from hub.web.limits import MOST_ADDRESSES, Allowances
from tests.cli.running import free_port, serving
from tests.web.homes import home_with


@given(st.lists(st.floats(min_value=0, max_value=10), max_size=60), st.integers(1, 20), st.integers(1, 10))
def test_no_address_gets_more_than_its_burst_and_what_refills(
    waits: list[float], burst: int, per_second: int
) -> None:
    now = 0.0
    allowances = Allowances(per_second, burst, clock=lambda: now)
    granted = 0
    for wait in waits:
        now += wait
        granted += allowances.take("a")
        assert granted <= burst + now * per_second + 1e-6


def test_addresses_have_allowances_of_their_own_and_are_forgotten_in_the_end() -> None:
    allowances = Allowances(1, 1, clock=lambda: 0.0)
    assert allowances.take("first")
    assert not allowances.take("first")
    assert allowances.take("second")
    for number in range(MOST_ADDRESSES):
        allowances.take(str(number))
    assert allowances.take("first")


def test_who_asks_too_often_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    port = free_port()
    home = home_with(tmp_path / "northmoor", port, "\n[server]\nper_second = 0.01\nburst = 20\n")

    async def ask() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            return [await client.get("/.well-known/marac-node") for _ in range(25)]

    with serving(home, port, tmp_path / "log"):
        answers = asyncio.run(ask())
    assert answers[0].status_code == 200
    busy = answers[-1]
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "1")
    assert busy.json()["type"] == "urn:marac-hub:problem:busy"
