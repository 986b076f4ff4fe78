"""A case is listed for a meeting, and what follows from its day: the agenda, the flag, the plan, what is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from hub.cases.flags import end_flags, flag_of, flags, tell
from hub.cases.listing import list_for, listings_of
from hub.cases.meeting_days import Days, Listing
from hub.cases.plans import begin, plan_of
from hub.cases.repeat_decisions import Looker, decide, here_already_of
from hub.cases.repeat_papers import RepeatDecision
from hub.cases.repeats import Happened
from hub.checks import routine
from hub.checks.agenda import Asker, agenda_of
from hub.checks.agenda import days_of as agenda_days
from hub.errors import ConflictError, InputError
from hub.node.node import Node
from hub.records import papers
from hub.records.papers import PaperKind
from hub.values import Kind, Role
from tests.cases.casework import DAY
from tests.cases.hidden import held
from tests.federation.nodes import IMPORTER, Areas, case, events, hold, stranger

HER = stranger(251)
HIM = stranger(252).model_copy(update={"role": Role.perpetrator})
WHO, ASKER = Looker(IMPORTER), Asker(IMPORTER)


@pytest.fixture
def node(areas: Areas) -> Node:
    node = areas["eastvale"]
    hold(node, case("NEW-1", (HER, HIM), referral_date=node.today(), meeting_date=None))
    return node


def said(node: Node, ref: str = "NEW-1", days: int | None = 3, **more: Any) -> Days:
    day = None if days is None else node.today() + dt.timedelta(days=days)
    return list_for(node, held(node, ref), IMPORTER, Listing(day=day, **more))


def on_agenda(node: Node) -> dict[dt.date, list[str]]:
    days = (node.today() + dt.timedelta(days=each) for each in range(-40, 40))
    found = {day: [one.case.details.case_ref for one in agenda_of(node, ASKER, day)] for day in days}
    return {day: refs for day, refs in found.items() if refs}


def flag_days(node: Node, ref: str = "NEW-1") -> tuple[dt.date, dt.date] | None:
    found = flag_of(node, WHO, held(node, ref).row.handle.hex())
    return (found.meeting, found.until) if found else None


def test_a_case_that_is_listed_is_on_the_agenda_of_its_day_and_flagged_from_it(
    node: Node, areas: Areas
) -> None:
    before = agenda_days(node, ASKER)
    day = node.today() + dt.timedelta(days=3)
    assert said(node) == Days(day)
    assert said(node) == Days(day), "said twice, it is done once"
    assert agenda_days(node, ASKER) == before | {day: before.get(day, 0) + 1}
    assert "NEW-1" in on_agenda(node)[day]
    assert flag_days(node) is None
    (event,) = events(node, "case_listed")
    assert event["detail"]["kind"] == "listed"
    assert event["actor"] == node.actor(IMPORTER.name)
    areas.clock.advance(3 * DAY)
    assert flag_days(node) == (day, dt.date(day.year + 1, day.month, day.day))


def test_one_that_is_moved_leaves_the_agenda_it_was_on_and_its_flag_begins_with_the_new_day(
    node: Node, areas: Areas
) -> None:
    first = said(node).meeting
    moved = said(node, days=10).meeting
    assert first is not None
    assert moved is not None
    assert "NEW-1" not in on_agenda(node).get(first, [])
    assert "NEW-1" in on_agenda(node)[moved]
    areas.clock.advance(3 * DAY)
    assert flag_days(node) is None
    areas.clock.advance(7 * DAY)
    assert flag_days(node) == (moved, dt.date(moved.year + 1, moved.month, moved.day))


def test_one_that_is_put_off_was_not_heard_and_one_heard_again_stays_flagged_meanwhile(
    node: Node, areas: Areas
) -> None:
    first = said(node, days=0).meeting
    assert first is not None
    flagged = flag_days(node)
    assert flagged is not None
    tell(node, WHO, "Police", {held(node, "NEW-1").row.handle.hex()})
    with pytest.raises(InputError, match="whether it was heard"):
        said(node, days=7)
    further = said(node, days=7, before="heard").meeting
    assert further is not None
    assert flag_days(node) == flagged, "it was heard, whenever it is heard next"
    assert "NEW-1" in on_agenda(node)[first], "that meeting was held"
    assert "NEW-1" in on_agenda(node)[further]
    areas.clock.advance(7 * DAY)
    again = flag_of(node, WHO, held(node, "NEW-1").row.handle.hex())
    assert again is not None
    assert (again.meeting, again.to_tell(["Police"])) == (further, ["Police"]), "told anew, of a later end"
    put_off = said(node, days=14, before="not_heard", because="The chair was ill.")
    assert put_off.heard == (first,)
    assert flag_days(node) == flagged, "it runs from when it was heard"


def test_a_flag_that_ended_begins_anew_with_a_further_hearing_and_its_end_is_kept_again(
    node: Node, areas: Areas
) -> None:
    said(node, days=0)
    tell(node, WHO, "Police", {held(node, "NEW-1").row.handle.hex()})
    areas.clock.advance(370 * DAY)
    assert end_flags(node) == 1
    said(node, days=1, before="heard")
    areas.clock.advance(DAY)
    assert flag_days(node) is not None
    assert end_flags(node) == 0
    areas.clock.advance(370 * DAY)
    assert (end_flags(node), end_flags(node)) == (1, 0)


def test_what_is_taken_off_the_list_is_on_no_agenda_and_the_reason_is_kept(node: Node) -> None:
    day = said(node).meeting
    with pytest.raises(InputError, match="why it is taken off"):
        said(node, days=None)
    assert said(node, days=None, because="She was referred by mistake.") == Days(None)
    assert not any("NEW-1" in refs for refs in on_agenda(node).values())
    with node.read() as tx:
        (off, why), (on, _) = listings_of(tx, held(node, "NEW-1"))
    assert (why.done, why.was, why.said.because) == ("taken_off", day, "She was referred by mistake.")
    assert (off.by, on.by) == (IMPORTER.name, IMPORTER.name)
    assert [one["detail"]["kind"] for one in events(node, "case_listed")] == ["listed", "taken_off"]


def test_the_review_of_a_question_and_a_plan_go_by_the_day_that_was_set(node: Node) -> None:
    day = said(node).meeting
    assert day is not None
    begin(node, held(node, "NEW-1"), IMPORTER)
    found = plan_of(node, held(node, "NEW-1"), IMPORTER)
    assert found is not None
    assert found.plan.meeting_date == day
    review = routine.review_on(held(node, "NEW-1").details.meeting_date, node.today())
    assert review == day + dt.timedelta(days=routine.REVIEW_DAYS)


def test_a_case_of_an_idva_service_and_one_that_moved_are_listed_for_no_meeting(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(node, case("CLIENT", (HER,), kind=Kind.idva, idva_service="Haven"))
    with pytest.raises(InputError, match="Idva service alone"):
        said(node, "CLIENT")
    said(node)
    monkeypatch.setattr("hub.cases.listing.moved_to", lambda *_: "northmoor")
    with pytest.raises(ConflictError, match="moved to the area northmoor"):
        said(node, days=10)
    assert said(node, days=None, because="She moved.") == Days(None), "it leaves the agenda here"


def test_nothing_is_listed_in_nobodys_name(node: Node) -> None:
    with pytest.raises(InputError, match="who lists it"):
        list_for(node, held(node, "NEW-1"), None, Listing(day=node.today()))


def test_a_file_without_a_day_leaves_the_day_that_has_come_and_a_later_day_its_hearing_and_flag(
    node: Node,
) -> None:
    day = said(node, days=0).meeting
    assert day is not None
    flagged = flag_days(node)
    referred = {"referral_date": node.today()}
    hold(node, case("NEW-1", (HER, HIM), meeting_date=None, **referred))
    assert held(node, "NEW-1").details.meeting_date == day
    later = node.today() + dt.timedelta(days=14)
    hold(node, case("NEW-1", (HER, HIM), meeting_date=later, **referred))
    kept = held(node, "NEW-1").details
    assert (kept.meeting_date, kept.heard) == (later, (day,))
    assert flag_days(node) == flagged


def from_a_file(node: Node, day: dt.date | None) -> None:
    hold(node, case("NEW-1", (HER, HIM), referral_date=node.today(), meeting_date=day))


def test_the_same_file_again_takes_no_case_off_the_meeting_that_a_person_listed_it_for(node: Node) -> None:
    first = node.today() - dt.timedelta(days=20)
    from_a_file(node, first)
    further = said(node, days=11, before="heard")
    flagged = flag_days(node)
    assert flagged is not None
    from_a_file(node, first)
    from_a_file(node, node.today() + dt.timedelta(days=25))
    kept = held(node, "NEW-1").details
    assert Days(kept.meeting_date, kept.heard) == further == Days(further.meeting, (first,))
    assert further.meeting is not None
    assert "NEW-1" in on_agenda(node)[further.meeting]
    assert flag_days(node) == flagged


def test_the_same_file_again_flags_nobody_from_a_meeting_that_a_person_said_was_not_held(node: Node) -> None:
    first = node.today() - dt.timedelta(days=2)
    from_a_file(node, first)
    put_off = said(node, days=5, before="not_heard", because="The chair was ill.")
    from_a_file(node, first)
    assert held(node, "NEW-1").details.meeting_date == put_off.meeting
    assert flag_days(node) is None
    said(node, days=None, because="She was referred by mistake.")
    from_a_file(node, first)
    from_a_file(node, put_off.meeting)
    assert not any("NEW-1" in refs for refs in on_agenda(node).values())
    assert flag_days(node) is None


def test_a_file_with_an_older_day_ends_no_flag_and_takes_no_further_hearing_away(node: Node) -> None:
    first = node.today() - dt.timedelta(days=20)
    from_a_file(node, first)
    flagged = flag_days(node)
    older = node.today() - dt.timedelta(days=160)
    from_a_file(node, older)
    assert (held(node, "NEW-1").details.meeting_date, flag_days(node)) == (first, flagged)
    later = node.today() + dt.timedelta(days=3)
    from_a_file(node, later)
    from_a_file(node, older)
    kept = held(node, "NEW-1").details
    assert (kept.meeting_date, kept.heard, flag_days(node)) == (later, (first,), flagged)
    assert "NEW-1" in on_agenda(node)[later]


def repeat(node: Node, meeting: dt.date | None, looker: Looker = WHO) -> None:
    other = held(node, "OLD-1").row.handle.hex()
    what = RepeatDecision(
        other=other, decided="repeat", happened=(Happened.contact,), because="So.", meeting=meeting
    )
    decide(node, looker, held(node, "NEW-1"), what)


def test_s001_r12_a_repeat_that_is_listed_is_on_that_days_agenda_with_its_decision_or_neither_is_kept(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = node.today() - dt.timedelta(days=100)
    hold(node, case("OLD-1", (HER, HIM), referral_date=long_ago, meeting_date=long_ago))
    day = node.today() + dt.timedelta(days=5)

    def fails(*_: Any, **__: Any) -> None:
        raise KeyError

    with monkeypatch.context() as patch:
        patch.setattr("hub.cases.repeat_decisions.repeat_paper", fails)
        with pytest.raises(KeyError):
            repeat(node, day)
    assert held(node, "NEW-1").details.meeting_date is None
    assert not events(node, "case_listed")
    for wrong in (node.today() - dt.timedelta(days=1), node.today() + dt.timedelta(days=800)):
        with pytest.raises(InputError):
            repeat(node, wrong)
    with pytest.raises(InputError, match="A coordinator of the Marac"):
        repeat(node, day, Looker(IMPORTER, lists=False))
    (undecided,) = here_already_of(node, WHO, held(node, "NEW-1"))
    assert undecided.decision is None, "no day that cannot be keeps a decision"
    repeat(node, day)
    repeat(node, day)
    assert on_agenda(node)[day] == ["NEW-1"]
    (one,) = here_already_of(node, WHO, held(node, "NEW-1"))
    assert one.decision is not None
    assert one.decision.meeting == day == held(node, "NEW-1").details.meeting_date
    assert len(events(node, "case_listed")) == 1
    with node.read() as tx:
        assert len(papers.of_case(tx, held(node, "NEW-1").row, PaperKind.listing)) == 1


def test_a_repeat_that_was_taken_off_its_day_is_listed_when_the_same_is_decided_again(node: Node) -> None:
    long_ago = node.today() - dt.timedelta(days=100)
    hold(node, case("OLD-1", (HER, HIM), referral_date=long_ago, meeting_date=long_ago))
    day = node.today() + dt.timedelta(days=5)
    repeat(node, day)
    said(node, days=None, because="She asked for time.")
    repeat(node, day)
    assert on_agenda(node)[day] == ["NEW-1"]
    with node.read() as tx:
        row = held(node, "NEW-1").row
        kept = [one.paper.by for one in papers.of_case(tx, row, PaperKind.repeat)]
    assert kept.count(IMPORTER.name) == 1, "the decision is kept once"
    assert len(events(node, "case_listed")) == 3


def test_a_case_without_a_day_has_no_flag_and_one_of_an_earlier_version_reads_as_it_was(node: Node) -> None:
    assert not any(one.case_ref == "NEW-1" for one in flags(node, WHO))
    assert held(node, "NEW-1").details.heard == ()
