"""Two real nodes move a case while what they send is lost, answered in vain or sent twice: they agree at last."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from hub.errors import ConflictError, NotFoundError
from hub.records.transfers import Transfer
from hub.transfers.accept import accept, decline
from hub.transfers.expire import expire
from hub.transfers.listing import line_of
from hub.transfers.offer import STANDS_S, ask_back, offer_case
from hub.wire.transfers import TRANSFERS_PATH, DeclineCode, TransferState
from tests.federation.faults import FAULTS, HOUR, Faulty, faulty
from tests.federation.nodes import Areas, copied
from tests.transfers.moving import (
    COORDINATOR,
    NEW,
    OLD,
    THERE,
    an_offer,
    at,
    delivered,
    heard,
    worker,
)


def settle(areas: Areas, ways: dict[str, Faulty]) -> None:
    """Everything works again, and the workers of both go on."""
    for way in ways.values():
        way.fault = ""
    for _ in range(3):
        areas.clock.advance(HOUR)
        worker(areas, OLD)
        worker(areas, NEW)


def sides(areas: Areas, number: str) -> tuple[Transfer, Transfer]:
    return at(areas, OLD, number), at(areas, NEW, number)


def end(areas: Areas, how: str, number: str) -> None:
    """Somebody accepts, declines or withdraws it; its first message is tried."""
    if how == "withdraw":
        delivered(areas, OLD, ask_back(areas[OLD], number, COORDINATOR))
    elif how == "accept":
        delivered(areas, NEW, accept(areas[NEW], number, THERE).delivery)
    else:
        delivered(areas, NEW, decline(areas[NEW], number, THERE, DeclineCode.duplicate).delivery)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("how", ["accept", "decline", "withdraw"])
def test_what_is_lost_or_sent_twice_is_settled(areas: Areas, fault: str, how: str) -> None:
    heard(areas)
    ways = faulty(areas, TRANSFERS_PATH, OLD, NEW)
    ways[NEW].fault = fault
    made = offer_case(areas[OLD], an_offer(areas[OLD]), COORDINATOR)
    assert made.transfer
    number = made.transfer.id
    assert delivered(areas, OLD, made.delivery)
    settle(areas, ways)
    assert [one.state for one in sides(areas, number)] == ["offered", "offered"]
    for way in ways.values():
        way.fault = fault
    end(areas, how, number)
    old, new = sides(areas, number)
    now = areas[OLD].now()
    assert line_of(areas[OLD], old, now).unsettled or line_of(areas[NEW], new, now).unsettled or old == new
    settle(areas, ways)
    old, new = sides(areas, number)
    assert (old.state, old.code, new.told) == (new.state, new.code, True)
    assert not line_of(areas[OLD], old, areas[OLD].now()).unsettled
    assert not line_of(areas[NEW], new, areas[NEW].now()).unsettled


class Moving(RuleBasedStateMachine):
    """People, the workers, the clock and the network do anything in any order, over two real nodes."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.areas = copied(self.template, self.folder, lambda _: "sqlite:///hub.sqlite3")
        heard(self.areas)
        self.ways = faulty(self.areas, TRANSFERS_PATH, OLD, NEW)
        made = offer_case(self.areas[OLD], an_offer(self.areas[OLD]), COORDINATOR)
        assert made.transfer
        self.number, self.delivery = made.transfer.id, made.delivery

    def new(self) -> Transfer | None:
        try:
            return at(self.areas, NEW, self.number)
        except AssertionError:
            return None

    @rule(area=st.sampled_from([OLD, NEW]), fault=st.sampled_from(["", "", *FAULTS]))
    def the_way_breaks_or_is_mended(self, area: str, fault: str) -> None:
        self.ways[area].fault = fault

    @rule(area=st.sampled_from([OLD, NEW]))
    def a_worker_goes_on(self, area: str) -> None:
        self.areas.clock.advance(HOUR)
        worker(self.areas, area)

    @rule(how=st.sampled_from(["accept", "decline", "withdraw"]))
    def somebody_decides(self, how: str) -> None:
        try:
            end(self.areas, how, self.number)
        except (ConflictError, NotFoundError):
            return

    @rule()
    def its_time_passes(self) -> None:
        self.areas.clock.advance(STANDS_S)
        expire(self.areas[OLD])
        expire(self.areas[NEW])

    @invariant()
    def somebody_is_responsible(self) -> None:
        old, new = at(self.areas, OLD, self.number), self.new()
        now = self.areas[OLD].now()
        named = set(line_of(self.areas[OLD], old, now).responsible)
        if new is not None:
            named |= set(line_of(self.areas[NEW], new, now).responsible)
        assert OLD in named or (new is not None and new.state is TransferState.accepted)
        if old.state is not TransferState.offered:
            assert new is not None
            assert (old.state, old.code) == (new.state, new.code)

    def teardown(self) -> None:
        settle(self.areas, self.ways)
        old, new = at(self.areas, OLD, self.number), self.new()
        lapsed = new is None and old.over(self.areas[OLD].now())
        assert lapsed or (new is not None and (old.state, old.code) == (new.state, new.code))
        self.areas.close()
        shutil.rmtree(self.folder)


@pytest.mark.slow
def test_two_nodes_agree_whatever_happens_between_them(sqlite_template: Path) -> None:
    Moving.template = sqlite_template
    run_state_machine_as_test(Moving, settings=settings(max_examples=20, stateful_step_count=12))
