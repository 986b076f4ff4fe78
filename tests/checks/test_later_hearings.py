"""Two areas that hold a case to be the same tell each other the days of its later hearings, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from hub.cases.listing import list_for
from hub.cases.meeting_days import Listing
from hub.cases.staff import STAFF_FILE
from hub.checks import later_hearings
from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.dismissals import dismiss
from hub.checks.later_hearings import METHOD, links
from hub.checks.part import PartDecision, part_decision
from hub.consent import Decider
from hub.node.node import Node
from hub.records import disclosures, received
from hub.records.check import CandidateRef, DisclosureStatus, recorded_check
from hub.records.hearings import Hearing
from hub.records.received import Item
from hub.transfers.accept import accept
from hub.transfers.offer import offer_case
from hub.values import Level, Role
from hub.wire.hearings import HEARINGS_PATH
from tests.cases.hidden import held
from tests.checks import pending
from tests.checks.disclosing import SUBJECT, asked, disclosed
from tests.checks.hearings import HERS, LATER, THEIRS, exchanged, linked
from tests.federation.nodes import Areas, case, cases_of, events, hold, known_as, stranger
from tests.transfers.moving import COORDINATOR, THERE, an_offer, delivered

BOTH = ("northmoor", "eastvale")


@pytest.fixture
def told(areas: Areas) -> str:
    return linked(areas)


def at_asker(node: Node, check_id: str) -> Hearing:
    with node.read() as tx:
        kept = recorded_check(tx, check_id)
    (heard,) = kept.hearings.values() or [Hearing()]
    return heard


def at_holder(node: Node) -> Hearing:
    with node.read() as tx:
        (key,) = received.every_key(tx)
        one = received.disclosure(tx, key)
    assert one is not None
    return one.recorded.hearing


def test_each_area_tells_the_other_the_day_of_its_own_later_hearing(areas: Areas, told: str) -> None:
    exchanged(areas)
    assert at_asker(areas["northmoor"], told).heard == THEIRS
    assert at_holder(areas["eastvale"]).heard == HERS


def test_a_day_is_told_once_by_a_decision_and_stands_in_the_disclosure_log(areas: Areas, told: str) -> None:
    for _ in range(3):
        exchanged(areas)
    for area, ref in (("northmoor", "NM-1"), ("eastvale", "eastvale-0")):
        node = areas[area]
        assert (len(events(node, "hearing_told")), len(events(node, "hearing_heard"))) == (1, 1)
        with node.read() as tx:
            rows = [one.shared.sharing for one in disclosures.of_case(tx, tx.case_digest(ref))]
        (row,) = (one for one in rows if one.method == METHOD)
        assert row.authority
        assert str(HERS) not in row.model_dump_json()
    assert areas["northmoor"].today() == areas["eastvale"].today()


def test_a_new_day_takes_the_place_of_the_one_before(areas: Areas, told: str) -> None:
    exchanged(areas)
    hold(areas["northmoor"], case("NM-1", [SUBJECT], meeting_date=LATER))
    hold(areas["eastvale"], case("eastvale-0", cases_of("eastvale")[0], meeting_date=LATER))
    exchanged(areas)
    assert (at_asker(areas["northmoor"], told).heard, at_holder(areas["eastvale"]).heard) == (LATER, LATER)
    assert len(events(areas["eastvale"], "hearing_told")) == 2


def test_a_day_that_was_told_is_said_as_heard_before_the_next_for_which_the_case_is_listed(
    areas: Areas, told: str
) -> None:
    hold(areas["northmoor"], case("NM-1", [SUBJECT], meeting_date=THEIRS))
    exchanged(areas)
    assert at_asker(areas["northmoor"], told).state == at_holder(areas["eastvale"]).state == "listed"
    areas.clock.advance(19 * 86_400)
    for area, ref in (("northmoor", "NM-1"), ("eastvale", "eastvale-0")):
        list_for(areas[area], held(areas[area], ref), COORDINATOR, Listing(day=LATER, before="heard"))
    for day, state in ((THEIRS, "heard"), (LATER, "listed"), (LATER, "listed")):
        exchanged(areas)
        for read in (at_asker(areas["northmoor"], told), at_holder(areas["eastvale"])):
            assert (read.heard, read.state) == (day, state)


def test_what_was_heard_before_one_told_the_other_is_not_told_again(areas: Areas) -> None:
    before = dt.date(2026, 11, 1)
    hold(areas["northmoor"], case("NM-1", [SUBJECT], meeting_date=before))
    hold(areas["eastvale"], case("eastvale-0", cases_of("eastvale")[0], meeting_date=before))
    check_id = asked(areas).check_id
    disclosed(areas, check_id)
    exchanged(areas)
    assert nothing(areas, check_id)


def nothing(areas: Areas, check_id: str) -> bool:
    """Whether neither has heard or told anything."""
    assert {len(events(areas[area], f"hearing_{what}")) for area in BOTH for what in ("told", "heard")} == {0}
    return at_asker(areas["northmoor"], check_id) == at_holder(areas["eastvale"]) == Hearing()


def sealed_at_asker(areas: Areas, _: str) -> None:
    hold(areas["northmoor"], case("NM-1", [SUBJECT], meeting_date=HERS, sealed=True))


def fled(areas: Areas, _: str) -> None:
    hold(areas["northmoor"], case("NM-1", [SUBJECT], meeting_date=HERS, fled_from=("eastvale",)))


def dismissed(areas: Areas, check_id: str) -> None:
    dismiss(areas["northmoor"], CandidateRef(check_id, "eastvale"))


def after_the_review(areas: Areas, _: str) -> None:
    areas.clock.advance(31 * 86_400)


def excluded_who_asked(areas: Areas, _: str) -> None:
    (areas["northmoor"].home / STAFF_FILE).write_text(
        '[[exclusion]]\ncase_ref = "NM-1"\nperson = "A. Coordinator"\n'
    )


@pytest.mark.parametrize(
    "change",
    [sealed_at_asker, fled, dismissed, after_the_review, excluded_who_asked],
    ids=lambda one: one.__name__,
)
def test_of_a_link_that_stands_no_more_nothing_is_said_or_asked(
    areas: Areas, told: str, change: Callable[[Areas, str], None]
) -> None:
    change(areas, told)
    areas.network.asked.clear()
    exchanged(areas)
    assert ("eastvale", HEARINGS_PATH) not in areas.network.asked
    assert nothing(areas, told)


def sealed_at_holder(areas: Areas) -> None:
    hold(areas["eastvale"], case("eastvale-0", cases_of("eastvale")[0], meeting_date=THEIRS, sealed=True))


def fled_at_holder(areas: Areas) -> None:
    hold(
        areas["eastvale"],
        case("eastvale-0", cases_of("eastvale")[0], meeting_date=THEIRS, fled_from=("northmoor",)),
    )


def kept_out_at_holder(areas: Areas) -> None:
    (areas["eastvale"].home / STAFF_FILE).write_text(
        '[[exclusion]]\ncase_ref = "eastvale-0"\nperson = "A. Coordinator"\n'
    )


@pytest.mark.parametrize(
    "change", [sealed_at_holder, fled_at_holder, kept_out_at_holder], ids=lambda one: one.__name__
)
def test_a_holder_that_would_not_answer_today_tells_no_day_and_keeps_none(
    areas: Areas, told: str, change: Callable[[Areas], None]
) -> None:
    """The same answer as of no later hearing, and nobody is alerted: no insider there learns that it was asked."""
    change(areas)
    exchanged(areas)
    assert at_asker(areas["northmoor"], told).heard is None
    assert at_holder(areas["eastvale"]) == Hearing()
    assert not events(areas["eastvale"], "hearing_heard")
    assert waiting_requests(areas["eastvale"]) == []


def moved(areas: Areas, area: str, to: str, case_ref: str) -> None:
    """A case moves, and the other area has said that it accepts it."""
    made = offer_case(areas[area], an_offer(areas[area], case_ref=case_ref, to=to), COORDINATOR)
    assert made.transfer is not None, made.decision
    delivered(areas, area, made.delivery)
    delivered(areas, to, accept(areas[to], made.transfer.id, THERE).delivery)


def test_of_a_case_that_has_moved_its_old_area_says_and_asks_nothing(areas: Areas, told: str) -> None:
    moved(areas, "northmoor", "eastvale", "NM-1")
    areas.network.asked.clear()
    exchanged(areas)
    assert ("eastvale", HEARINGS_PATH) not in areas.network.asked
    assert nothing(areas, told)


def test_a_holder_whose_case_has_moved_tells_no_day_and_keeps_none(areas: Areas, told: str) -> None:
    theirs = case("eastvale-0", cases_of("eastvale")[0], meeting_date=THEIRS, fled_from=())
    hold(areas["eastvale"], theirs)
    moved(areas, "eastvale", "southmere", "eastvale-0")
    exchanged(areas)
    assert at_asker(areas["northmoor"], told).heard is None
    assert at_holder(areas["eastvale"]) == Hearing()


@pytest.mark.parametrize("there", [Role.perpetrator, Role.victim])
def test_a_question_about_somebody_accused_links_nothing(areas: Areas, there: Role) -> None:
    """The other area's case may be another victim's, or have the two the other way round."""
    people = cases_of("eastvale")[0]
    him = next(one for one in people if one.role is there).model_copy(update={"role": Role.perpetrator})
    hold(areas["northmoor"], case("NM-1", [stranger(1), him], meeting_date=HERS))
    check_id = asked(areas, him).check_id
    disclosed(areas, check_id)
    for one in waiting_requests(areas["eastvale"]):
        record_holder_decision(areas["eastvale"], one.key, HolderDecision(Decider.coordinator, release=True))
    answer = disclosed(areas, check_id)[0].areas[0].candidates[0].disclosure
    assert (answer.status, answer.role) == (DisclosureStatus.answered, there)
    assert links(areas["northmoor"], "eastvale") == []


@pytest.mark.parametrize("there", [Role.perpetrator, Role.victim])
def test_a_holder_tells_no_day_of_a_question_about_somebody_accused_whatever_the_asker_holds(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, there: Role
) -> None:
    """An asker whose program takes it for a link all the same."""
    people = cases_of("eastvale")[0]
    him = next(one for one in people if one.role is there).model_copy(update={"role": Role.perpetrator})
    hold(areas["northmoor"], case("NM-1", [stranger(1), him], meeting_date=HERS))
    hold(areas["eastvale"], case("eastvale-0", people, meeting_date=THEIRS))
    check_id = asked(areas, him).check_id
    disclosed(areas, check_id)
    for one in waiting_requests(areas["eastvale"]):
        record_holder_decision(areas["eastvale"], one.key, HolderDecision(Decider.coordinator, release=True))
    handle = disclosed(areas, check_id)[0].areas[0].candidates[0].handle
    link = later_hearings.Link(
        CandidateRef(check_id, "eastvale", handle), Level.involvement, known_as(areas, check_id)
    )
    monkeypatch.setattr(later_hearings, "links", lambda _node, _peer: [link])
    areas.network.asked.clear()
    exchanged(areas)
    assert any(path == HEARINGS_PATH for _, path in areas.network.asked)
    assert at_asker(areas["northmoor"], check_id).heard is None
    assert at_holder(areas["eastvale"]) == Hearing()


def test_of_a_case_the_newest_question_that_was_answered_is_the_link(areas: Areas, told: str) -> None:
    areas.clock.advance(86_400)
    again = asked(areas).check_id
    disclosed(areas, again)
    (link,) = links(areas["northmoor"], "eastvale")
    assert link.target.check_id == again != told


@pytest.mark.parametrize("withheld", [True, False], ids=["withheld", "not"])
def test_where_somebody_withheld_when_it_was_no_day_is_told(areas: Areas, withheld: bool) -> None:
    hold(areas["northmoor"], case("NM-1", [stranger(1)], meeting_date=HERS))
    result = pending.asked(areas, meeting_date=THEIRS)
    pending.told(areas, result)
    items = (Item.marac_involvement, Item.role, *(() if withheld else (Item.last_activity,)))
    node, key = areas["eastvale"], pending.waiting(areas)
    typed = PartDecision(items=items, because="Ring me for the rest.", basis="Ours, by our own record.")
    record_holder_decision(node, key, part_decision(node, key, typed, Decider.coordinator, "E. Coordinator"))
    assert pending.told(areas, result).status is DisclosureStatus.answered
    exchanged(areas)
    assert at_asker(areas["northmoor"], result.check_id).heard == (None if withheld else THEIRS)
