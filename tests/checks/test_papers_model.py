"""Two real nodes ask each other for papers while everything between them fails: they agree, or somebody is shown.

People, the workers, the clock, the network and the disks do anything in any order. What was answered stays
answered; nothing goes but what a person released, to nobody but the area that asked, and once.
"""

from __future__ import annotations

from collections import Counter
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

from hub.cases.changes import find_case
from hub.checks.papers.answer import answer_papers, open_papers
from hub.checks.papers.ask import ask_papers, withdraw_papers
from hub.checks.papers.expire import expire
from hub.checks.papers.listing import papers_requests_for
from hub.errors import ConflictError
from hub.records import papers
from hub.records.check import CheckResult
from hub.records.papers import PaperKind
from hub.records.papers_requests import PapersRequest, every_papers_request
from hub.wire.papers import PAPERS_PATH, PapersState
from tests.checks.papers import (
    ASKER,
    ASKS,
    HOLDS,
    OURS,
    PRIYA,
    decides,
    delivered,
    known_there,
    paper,
    put,
    the_plan,
    wants,
    worker,
)
from tests.federation.faults import HOUR, died
from tests.federation.nodes import copied
from tests.federation.two_nodes import STORED, TwoNodes

BOTH: Final = (ASKS, HOLDS)
ANSWERS: Final = ("all", "part", "withhold", "not_same")
OVER_S: Final = 12 * 86_400


class Papers(TwoNodes):
    """The two areas, and what the model remembers of them: what was chosen, and what had ended."""

    template: Path
    result: CheckResult
    handles: tuple[str, ...]

    def __init__(self) -> None:
        super().__init__(self.template, PAPERS_PATH, BOTH)
        self.chosen: dict[str, list[set[str]]] = {}
        self.ended: dict[tuple[str, str], tuple[PapersState, str]] = {}

    def every(self, area: str) -> dict[str, PapersRequest]:
        with self.areas[area].read() as tx:
            return {one.id: one for one in every_papers_request(tx)}

    def came(self, area: str = ASKS) -> list[papers.KeptPaper]:
        with self.areas[area].read() as tx:
            held = find_case(tx, OURS)
            assert held is not None
            return [one for one in papers.of_case(tx, held.row) if one.paper.source]

    @rule()
    def somebody_asks(self) -> None:
        self.areas.clock.advance(60)
        made = ask_papers(self.areas[ASKS], wants(self.areas, self.result), ASKER)
        assert made.request is not None, made.decision
        delivered(self.areas, ASKS, made.delivery)

    @rule(at=st.integers(0, 3))
    def somebody_opens_it(self, at: int) -> None:
        for number in self.one_of(HOLDS, at):
            open_papers(self.areas[HOLDS], number, PRIYA)

    @rule(at=st.integers(0, 3), how=st.sampled_from(ANSWERS), dies=st.booleans())
    def somebody_answers_it(self, at: int, how: str, dies: bool) -> None:
        """And the process dies before it says so, or not."""
        for number in self.one_of(HOLDS, at):
            goes = {"all": self.handles, "part": self.handles[:1]}.get(how, ())
            changes: dict[str, Any] = {"answer": "release" if goes else how, "items": goes}
            before = self.every(HOLDS)[number]
            try:
                delivery = answer_papers(self.areas[HOLDS], number, decides(self.areas, **changes), PRIYA)
            except ConflictError:
                assert not before.open or before.over(self.areas[HOLDS].now())
                continue
            assert before.open
            self.chosen.setdefault(number, []).append(set(goes))
            if dies:
                died(self.areas, HOLDS)
            else:
                delivered(self.areas, HOLDS, delivery)

    @rule(at=st.integers(0, 3), dies=st.booleans())
    def it_is_wanted_no_more(self, at: int, dies: bool) -> None:
        for number in self.one_of(ASKS, at):
            try:
                delivery = withdraw_papers(self.areas[ASKS], number, ASKER)
            except ConflictError:
                assert not self.every(ASKS)[number].open
                continue
            if dies:
                died(self.areas, ASKS)
            else:
                delivered(self.areas, ASKS, delivery)

    @precondition(lambda self: self.times < 2)
    @rule()
    def its_time_passes(self) -> None:
        self.times += 1
        self.areas.clock.advance(OVER_S)
        for area in BOTH:
            expire(self.areas[area])

    @rule(area=st.sampled_from(BOTH))
    def a_worker_goes_on(self, area: str) -> None:
        self.areas.clock.advance(HOUR)
        worker(self.areas, area)

    def forget(self, area: str) -> None:
        self.ended = {key: told for key, told in self.ended.items() if key[0] != area}

    @invariant()
    def what_was_answered_stays_answered(self) -> None:
        for area in BOTH:
            for number, one in self.every(area).items():
                if not one.open:
                    now = (one.state, one.digest)
                    assert self.ended.setdefault((area, number), now) == now

    @invariant()
    def nothing_is_there_but_what_was_released_and_once(self) -> None:
        """Of each request that was released the papers that a person chose, each one time, and no other."""
        there = Counter(one.handle for one in self.came())
        said = [one for one in self.every(ASKS).values() if one.state is PapersState.released]
        assert there == Counter(handle for one in said for handle in one.papers)
        for one in said:
            assert {len(each) for each in self.chosen[one.id]} & {len(one.papers)}
        kinds = Counter(one.paper.kind for one in self.came())
        assert kinds[PaperKind.plan] == len(said)

    @invariant()
    def no_other_area_is_asked_or_told(self) -> None:
        assert {host for host, path in self.areas.network.asked if path == PAPERS_PATH} <= set(BOTH)

    @invariant()
    def the_area_that_asks_follows_the_one_that_answers(self) -> None:
        if self.went_back:
            return
        there = self.every(HOLDS)
        for number, one in self.every(ASKS).items():
            if not one.open:
                assert (one.state, one.digest) == (there[number].state, there[number].digest)
            assert not one.differs

    def look(self) -> None:
        """Look at all that has to hold, as is done after each step."""
        self.what_was_answered_stays_answered()
        self.nothing_is_there_but_what_was_released_and_once()
        self.no_other_area_is_asked_or_told()
        self.the_area_that_asks_follows_the_one_that_answers()

    def teardown(self) -> None:
        self.settle()
        ours, theirs = self.every(ASKS), self.every(HOLDS)
        shown = {
            line.request.id
            for area, who in ((ASKS, ASKER), (HOLDS, PRIYA))
            for line in papers_requests_for(self.areas[area], who)
            if line.waits
        }
        for number in ours.keys() | theirs.keys():
            one, other = ours.get(number), theirs.get(number)
            never_went = other is None and one is not None and one.open
            agree = one is not None and other is not None and _end(one) == _end(other)
            assert agree or number in shown, (one, other)
            assert agree or never_went or self.went_back, (one, other)
        self.leave()

    def settle(self) -> None:
        """Everything works again; what nobody answered ends."""
        self.mend()
        for passes in (HOUR, OVER_S, HOUR, HOUR):
            self.areas.clock.advance(passes)
            for area in BOTH:
                expire(self.areas[area])
                worker(self.areas, area)

    def one_of(self, area: str, at: int) -> list[str]:
        """One of the requests that an area has, if it has any: one in four the newest."""
        every = list(self.every(area))
        return every[at % len(every) : at % len(every) + 1] if every else []


def _end(one: PapersRequest) -> tuple[PapersState, str]:
    return one.state, one.digest


@pytest.fixture(scope="module")
def both_know_her(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Eastvale has answered that it knows her, and has her plan and two minutes, of which one may not follow."""
    folder = tmp_path_factory.mktemp("papers")
    areas = copied(sqlite_template, folder, lambda _: STORED)
    Papers.result = known_there(areas)
    minutes = put(areas, paper(areas[HOLDS], PaperKind.minutes))
    Papers.handles = (the_plan(areas), *minutes)
    areas.close()
    Papers.template = folder


@pytest.mark.usefixtures("both_know_her")
def test_two_areas_agree_about_papers_whatever_happens_between_them() -> None:
    short = settings(max_examples=3, stateful_step_count=10, derandomize=True, deadline=None)
    run_state_machine_as_test(Papers, settings=short)


@pytest.mark.usefixtures("both_know_her")
@pytest.mark.parametrize("area", BOTH)
@pytest.mark.parametrize("answer", ["all", "withhold"])
def test_an_area_that_was_brought_back_from_before_it_agrees_or_shows_that_it_does_not(
    area: str, answer: str
) -> None:
    """The one that asks has forgotten that it did; the one that answers has too, and answers otherwise."""
    two = Papers()
    if area == HOLDS:
        two.somebody_asks()
    two.backups.make(area)
    if area == ASKS:
        two.somebody_asks()
    two.somebody_answers_it(0, answer, dies=area == ASKS)
    two.a_node_is_brought_back(0)
    if area == HOLDS:
        two.somebody_answers_it(0, "withhold" if answer == "all" else "all", dies=False)
    two.look()
    two.teardown()


@pytest.mark.usefixtures("both_know_her")
def test_papers_that_come_twice_or_late_are_there_once_and_a_withdrawal_changes_no_answer() -> None:
    two = Papers()
    two.somebody_asks()
    two.ways[ASKS].fault = "answer lost"
    two.somebody_answers_it(0, "all", dies=False)
    two.look()
    two.ways[ASKS].fault = ""
    two.a_worker_goes_on(HOLDS)
    two.look()
    for at in range(len(two.ways[ASKS].went)):
        two.ways[ASKS].goes_again(at)
        two.look()
    two.ways[ASKS].fault = "twice"
    two.somebody_asks()
    two.somebody_answers_it(0, "part", dies=True)
    two.look()
    two.it_is_wanted_no_more(0, dies=False)
    two.look()
    for way in (ASKS, HOLDS):
        two.a_worker_goes_on(HOLDS)
        two.ways[way].goes_again(1)
        two.look()
    two.teardown()


@pytest.mark.slow
@pytest.mark.usefixtures("both_know_her")
def test_two_areas_agree_about_papers_however_long_it_goes_on() -> None:
    run_state_machine_as_test(
        Papers, settings=settings(max_examples=30, stateful_step_count=25, deadline=None)
    )
