"""Two managers use sealed channels while all between their nodes fails: her plan arrives, and nobody else sees.

Telephones, people, the clock, the network and the disks do anything in any order. Of the area that she fled nobody
but the named manager ever finds anything of it; what was answered stays answered; and when all works again a
channel goes the whole way.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hub.errors import ConflictError, NotFoundError, PeerError
from hub.records.accounts import AccountRole
from hub.records.channels import Channel, ChannelState, every_channel
from hub.transfers.channel import answering, asking
from hub.transfers.channel.answering import Logged
from hub.wire.channel import ENVELOPES_PATH, NotGiven, Reference
from tests.accounts.people import User, user
from tests.federation.faults import HOUR, died
from tests.federation.nodes import copied, events
from tests.federation.two_nodes import STORED, TwoNodes
from tests.transfers.moving import NEW, OLD, OWN_ADDRESS
from tests.transfers.nothing_back import Everything, everything, rows_opened
from tests.transfers.ringing import (
    NEW_ADDRESS,
    NEW_MANAGER,
    OLD_MANAGER,
    PLAN,
    SAID,
    THERE,
    Pair,
    acting,
    call,
    carried,
    chosen,
    papers_of,
    prepared,
    ready,
    tick,
)

BOTH: Final = (OLD, NEW)
THIRD: Final = "southmere"
NEVER: Final = (NEW_MANAGER, NEW_ADDRESS, THERE, SAID)
"""What nobody of the old area may find: who rang, from where, about whom there, and what was said."""
OVER_S: Final = 15 * 86_400


class Channels(TwoNodes):
    """Both areas, and what the model remembers: the references that were read out, and what was answered."""

    pair: Pair
    second: User
    home: Path
    before: frozenset[tuple[str, bytes]]
    """What the old area held when nobody had rung: it is searched once."""
    thorough = False

    def __init__(self) -> None:
        super().__init__(self.home, ENVELOPES_PATH, BOTH)
        self.both = replace(self.pair, areas=self.areas)
        self.read_out: list[str] = []
        self.answered: dict[str, tuple[Any, ...]] = {}
        self.known = set(self.before)
        self.put = 0

    def channels(self) -> list[Channel]:
        with self.areas[NEW].read() as tx:
            return every_channel(tx)

    def logged(self, text: str) -> Logged | None:
        with suppress(NotFoundError):
            return answering.see(self.areas[OLD], self.both.old_acting, Reference(text)).logged
        return None

    @rule()
    def a_manager_opens_one(self) -> None:
        self.areas.clock.advance(60)
        try:
            self.read_out.append(prepared(self.both).reference)
        except ConflictError:
            assert any(one.open for one in self.channels())

    @rule()
    def the_call_is_logged_where_she_is(self) -> None:
        for one in self.channels()[:1]:
            try:
                asking.log_call(self.areas[NEW], self.both.new_acting, one.id, call(OLD_MANAGER))
            except ConflictError:
                assert one.state is not ChannelState.prepared

    @rule(at=st.integers(0, 2))
    def the_call_is_logged_where_she_fled(self, at: int) -> None:
        for text in self.one_of(at):
            before = self.logged(text)
            try:
                answering.log_call(
                    self.areas[OLD],
                    self.both.old_acting,
                    Reference(text),
                    NEW,
                    NEW_MANAGER,
                    call(NEW_MANAGER),
                )
            except ConflictError:
                assert before is not None

    @rule(area=st.sampled_from([OLD, NEW, NEW, THIRD]))
    def the_clock_comes_round(self, area: str) -> None:
        self.areas.clock.advance(HOUR)
        with suppress(PeerError):
            tick(self.areas, area, OLD if area != OLD else NEW)

    @rule(at=st.integers(0, 2), how=st.sampled_from(["plan", "plan", "nothing", "refused"]))
    def it_is_answered(self, at: int, how: str) -> None:
        for text in self.one_of(at):
            old, by, reference = self.areas[OLD], self.both.old_acting, Reference(text)
            try:
                if how == "refused":
                    answering.refuse(old, by, reference, NotGiven.not_permitted)
                else:
                    goes = (self.both.paper,) if how == "plan" else ()
                    done = answering.give(old, by, reference, chosen(self.both, papers=goes))
                    assert done.decision.permitted
            except NotFoundError:
                assert self.logged(text) is None
            except ConflictError:
                one = answering.see(old, by, reference)
                assert one.asked is None or one.logged.answered_at

    @rule()
    def what_came_is_put_into_her_case(self) -> None:
        for one in self.channels():
            try:
                self.put += asking.put_into_case(self.areas[NEW], self.both.new_acting, one.id)
            except ConflictError:
                assert one.state is not ChannelState.answered

    @rule()
    def it_is_closed(self) -> None:
        for one in self.channels()[:1]:
            with suppress(ConflictError):
                asking.close(self.areas[NEW], self.both.new_acting, one.id)

    @precondition(lambda self: self.times < 2)
    @rule()
    def its_time_passes(self) -> None:
        self.times += 1
        self.areas.clock.advance(OVER_S)

    @rule(area=st.sampled_from(BOTH))
    def a_node_dies(self, area: str) -> None:
        died(self.areas, area)

    def forget(self, area: str) -> None:
        self.put = len(self.came())
        if area == OLD:
            self.answered.clear()

    @rule(at=st.integers(0, 2))
    def another_manager_of_the_old_area_has_the_reference(self, at: int) -> None:
        """And learns no more than from one that nobody ever had."""
        other, reading = acting(self.areas[OLD], self.second), self.areas[OLD]
        for text in (*self.one_of(at), Reference.new().text):
            with pytest.raises(NotFoundError):
                answering.see(reading, other, Reference(text))
            with pytest.raises(NotFoundError):
                answering.give(reading, other, Reference(text), chosen(self.both))

    @invariant()
    def nobody_of_the_old_area_finds_that_it_is_there(self) -> None:
        """In no value that the node's own keys open, and in no kind of entry that it would not have without."""
        new = [one for one in rows_opened(self.areas[OLD]) if one not in self.known]
        self.known |= set(new)
        found = Everything(new)
        assert found.search(*NEVER, *self.read_out) == []
        assert not [
            one for kind in ("channel_prepared", "channel_asked") for one in events(self.areas[OLD], kind)
        ]

    @invariant()
    def what_was_answered_stays_answered(self) -> None:
        for text in self.read_out:
            one = self.logged(text)
            if one is not None and one.answered_at:
                now = (one.answered_at, one.refused, one.items, one.case_ref, one.permission)
                assert self.answered.setdefault(text, now) == now
            elif text in self.answered:
                assert one is None  # Its envelope is out of use.

    @invariant()
    def no_more_is_in_her_case_than_was_given_and_put_there(self) -> None:
        assert len(self.came()) == self.put
        given = [told for told in self.answered.values() if told[2]]
        assert self.went_back or self.put <= len(given)

    @invariant()
    def what_came_is_what_was_answered(self) -> None:
        for one in self.channels():
            told = self.answered.get(one.reference)
            if one.given is not None and not self.went_back:
                assert told is not None
                assert (one.given.refused, len(one.given.items)) == (told[1], len(told[2]))

    def look(self) -> None:
        """Look at all that has to hold, as is done after each step."""
        self.nobody_of_the_old_area_finds_that_it_is_there()
        self.what_was_answered_stays_answered()
        self.no_more_is_in_her_case_than_was_given_and_put_there()
        self.what_came_is_what_was_answered()

    def came(self) -> list[Any]:
        return [one for one in papers_of(self.areas[NEW], THERE) if one.source == OLD]

    def teardown(self) -> None:
        """When everything works again a channel goes the whole way, and the old area holds nothing of any."""
        self.mend()
        for one in self.channels():
            with suppress(ConflictError):
                asking.close(self.areas[NEW], self.both.new_acting, one.id)
        self.areas.clock.advance(
            24 * HOUR
        )  # Each day its worker makes an empty envelope, of which one is used.
        tick(self.areas, NEW, OLD)
        last = carried(self.both)
        self.read_out.append(last.reference)
        assert (last.state, last.held) == (ChannelState.kept, True)
        assert PLAN in str([one.body for one in self.came()])
        if self.thorough:
            old = everything(self.areas[OLD], self.folder / "old")
            new = everything(self.areas[NEW], self.folder / "new")
            assert old.search(OWN_ADDRESS)
            assert all(new.search(text) for text in NEVER)
            assert old.search(*NEVER, *self.read_out) == []
        self.leave()

    def one_of(self, at: int) -> list[str]:
        """One of the references that were read out, the newest first."""
        every = self.read_out[::-1]
        return every[at % len(every) : at % len(every) + 1] if every else []


@pytest.fixture(scope="module")
def managers(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Both areas with a manager and an officer; in the old one there is another manager."""
    folder = tmp_path_factory.mktemp("channels")
    areas = copied(sqlite_template, folder, lambda _: STORED)
    Channels.pair = ready(areas)
    Channels.second = user(
        areas[OLD], "Ola Second", AccountRole.manager, by=Channels.pair.old.account, organisation="Police"
    )
    Channels.before = frozenset(rows_opened(areas[OLD]))
    areas.close()
    assert Everything(list(Channels.before)).search(*NEVER) == []
    Channels.home = folder


@pytest.mark.usefixtures("managers")
def test_a_channel_tells_nobody_whatever_happens_to_it() -> None:
    short = settings(max_examples=2, stateful_step_count=10, derandomize=True, deadline=None)
    run_state_machine_as_test(Channels, settings=short)


@pytest.mark.usefixtures("managers")
def test_a_channel_is_answered_once_by_the_manager_who_was_rung_and_found_by_nobody_else() -> None:
    """With a node brought back from before it, an answer on its way twice, and another manager at each step."""
    two = Channels()
    two.backups.make(OLD)
    two.a_manager_opens_one()
    two.the_call_is_logged_where_she_is()
    two.the_call_is_logged_where_she_fled(0)
    for answer in ("plan", "nothing", "refused"):
        two.the_clock_comes_round(NEW)
        two.another_manager_of_the_old_area_has_the_reference(0)
        two.it_is_answered(0, answer)
        two.look()
    two.ways[OLD].fault = "twice"
    two.the_clock_comes_round(NEW)
    for _ in range(2):
        two.what_came_is_put_into_her_case()
        two.ways[OLD].goes_again(1)
        two.look()
    assert two.put == 1
    two.a_node_is_brought_back(0)
    two.look()
    two.teardown()


@pytest.mark.slow
@pytest.mark.usefixtures("managers")
def test_a_channel_tells_nobody_however_long_it_goes_on() -> None:
    class Thorough(Channels):
        thorough = True

    run_state_machine_as_test(
        Thorough, settings=settings(max_examples=60, stateful_step_count=30, deadline=None)
    )
