"""What decisions leave to be done, as casework: created, listed, closed with evidence, escalated; on both sides."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import SQLModel

from hub.audit.log import verify_log
from hub.cases.access import STAFF_FILE
from hub.cases.case_file import case_paper
from hub.cases.close import close
from hub.cases.disclosure_log import AddedEntries, add_entries, read_log
from hub.cases.obligations import ListedObligation, escalate, list_obligations
from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.check import check
from hub.checks.disclose import disclose
from hub.consent import Decider, SharingForm
from hub.consent.evidence import Closing, DisclosureLogEntry
from hub.errors import InputError, NotFoundError, UnreachableError
from hub.node.node import Node, open_node
from hub.records.check import CandidateRef, CheckRequest, CheckResult
from hub.records.disclosures import DisclosureLogRow
from hub.store import cases
from hub.store.audit import DatabaseAudit
from hub.values import AgencyKind, Level, Person, Requester, RequesterRole
from tests.checks.pending import asked as asked_on_a_ground
from tests.checks.pending import grounded, told, waiting
from tests.consent.stories import form_named
from tests.federation.nodes import (
    START,
    Areas,
    agreement,
    case,
    cases_of,
    events,
    hold,
    log,
    question,
    stranger,
)

DAY = 86_400
FIRST = dt.datetime.fromtimestamp(START, dt.UTC).date()
KNOWN = cases_of("eastvale")[0][0]
CASE = "NM-1"


def who(name: str = "A. Coordinator", role: str = "coordinator", agency: str = "Police") -> Requester:
    return Requester(name=name, role=RequesterRole(role), agency=agency, agency_kind=AgencyKind.police)


def done(text: str = "", by: Requester | None = None, days: int = 0, **more: Any) -> Closing:
    """Evidence of so many days after the first."""
    return Closing(by=by or who(), on=FIRST + dt.timedelta(days=days), text=text, **more)


def ask(areas: Areas, request: CheckRequest) -> CheckResult:
    async def once() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, request)

    return asyncio.run(once())


def asked(areas: Areas, subject: Person = KNOWN, *where: str, **changes: Any) -> CheckResult:
    """A permitted question by Northmoor, of Eastvale alone unless told otherwise."""
    result = ask(areas, question(subject, *(where or ("eastvale",)), **changes))
    assert result.decision.permitted, result.decision
    return result


def tell_area(areas: Areas, result: CheckResult, level: Level = Level.involvement) -> CheckResult:
    async def once() -> CheckResult:
        async with areas.client("northmoor") as client:
            target = CandidateRef(result.check_id, "eastvale")
            after, decision = await disclose(areas["northmoor"], client, target, level)
            assert decision.permitted, decision
            return after

    return asyncio.run(once())


def of_checks(node: Node, **how: Any) -> dict[str, ListedObligation]:
    """What questions left open or closed, by code: each once."""
    every = how or {"every": True}
    found = [one for one in list_obligations(node, who(), FIRST, **every) if one.purpose != "publish"]
    assert len({one.code for one in found}) == len(found), found
    return {one.code: one for one in found}


def record(node: Node, case_ref: str = CASE) -> list[DisclosureLogRow]:
    return read_log(node, who(), case_ref)


def in_words(rows: list[DisclosureLogRow]) -> list[tuple[str, bool, str]]:
    return [(row.shared.sharing.agency, row.shared.sharing.told, row.shared.sharing.response) for row in rows]


# What a question leaves.


def test_a_routine_question_leaves_little_and_closes_what_the_hub_itself_can_show(
    stored_areas: Areas,
) -> None:
    asked(stored_areas, KNOWN, "eastvale", "southmere")
    northmoor = stored_areas["northmoor"]
    open_ = of_checks(northmoor)
    assert {code: one.due for code, one in open_.items()} == {
        "notify_client": FIRST + dt.timedelta(days=7),
        "review": FIRST + dt.timedelta(days=30),
    }
    assert {one.case_ref for one in open_.values()} == {CASE}
    assert set(of_checks(northmoor, closed=True)) == {"record_recipients"}
    assert in_words(record(northmoor)) == [("Eastvale", False, ""), ("Southmere", False, "")]
    assert "protocol" in record(northmoor)[0].shared.sharing.authority


def test_asking_leaves_the_same_record_whether_or_not_anybody_was_met(areas: Areas) -> None:
    met = asked(areas, KNOWN)
    nobody = asked(areas, stranger(3), case_ref="NM-2")
    assert met.areas[0].candidates
    assert not nobody.areas[0].candidates
    first, second = (record(areas["northmoor"], ref) for ref in (CASE, "NM-2"))
    assert [row.shared for row in first] == [row.shared for row in second]
    assert [
        one.code
        for one in list_obligations(areas["northmoor"], who(), FIRST, every=True)
        if one.case_ref == CASE
    ] == [
        one.code
        for one in list_obligations(areas["northmoor"], who(), FIRST, every=True)
        if one.case_ref == "NM-2"
    ]


def test_what_is_refused_leaves_nothing(areas: Areas) -> None:
    form = question(KNOWN).sharing_form.model_dump(mode="json") | {"protocol": None}
    result = ask(areas, question(KNOWN, "eastvale", sharing_form=form))
    assert not result.decision.permitted
    assert of_checks(areas["northmoor"]) == {}
    with pytest.raises(NotFoundError):
        record(areas["northmoor"])


def test_telling_an_area_goes_on_the_record_with_its_answer_and_owes_nothing_twice(
    stored_areas: Areas,
) -> None:
    result = asked(stored_areas)
    northmoor = stored_areas["northmoor"]
    before = set(of_checks(northmoor))
    after = tell_area(stored_areas, result)
    assert tell_area(stored_areas, result) == after
    assert set(of_checks(northmoor)) == before
    assert in_words(record(northmoor)) == [
        ("Eastvale", False, ""),
        ("Eastvale", True, "answered: involvement"),
    ]
    row = record(northmoor)[1].shared
    assert (row.by, row.node_id, row.level) == ("hub", "eastvale", Level.involvement)
    assert row.sharing.person
    assert row.sharing.authority


def test_an_area_that_may_have_been_told_is_on_the_record_though_it_never_answered(areas: Areas) -> None:
    result = asked(areas)
    del areas.network.hosts["eastvale"]
    with pytest.raises(UnreachableError):
        tell_area(areas, result)
    northmoor = areas["northmoor"]
    assert in_words(record(northmoor)) == [("Eastvale", False, ""), ("Eastvale", True, "")]
    number = of_checks(northmoor)["review"].number
    assert close(northmoor, [number], done("Reviewed.")).lacking == {number: ("sharings[Eastvale].response",)}


def test_reading_an_answer_again_does_not_owe_anew_what_was_done(areas: Areas) -> None:
    result = asked(areas)
    tell_area(areas, result)
    northmoor = areas["northmoor"]
    close(northmoor, [of_checks(northmoor)["notify_client"].number], done("told"))
    tell_area(areas, result)
    assert set(of_checks(northmoor)) == {"review"}


def test_telling_somebody_new_owes_anew_what_was_done(areas: Areas) -> None:
    """She was told that an area was asked; now it is told about her."""
    result = asked(areas)
    northmoor = areas["northmoor"]
    close(northmoor, [of_checks(northmoor)["notify_client"].number], done("told"))
    tell_area(areas, result)
    assert set(of_checks(northmoor)) == {"notify_client", "review"}


def test_an_agency_that_the_form_names_stays_owed_until_it_was_told_or_not(areas: Areas) -> None:
    result = asked(areas, KNOWN, sharing_form=grounded())
    northmoor = areas["northmoor"]
    number = of_checks(northmoor)["record_recipients"].number
    assert close(northmoor, [number], done()).lacking == {number: ("sharings[Eastvale Police]",)}
    tell_area(areas, result)
    assert "record_recipients" not in of_checks(northmoor)

    other = asked(areas, KNOWN, sharing_form=grounded(), case_ref="NM-2")
    number = next(
        one.number
        for one in list_obligations(northmoor, who(), FIRST, every=True)
        if (one.case_ref, one.code) == ("NM-2", "record_recipients")
    )
    not_told = DisclosureLogEntry(date=FIRST, agency="Eastvale Police", told=False)
    assert close(northmoor, [number], done(sharings=(not_told,))).closed == [number]
    assert in_words(record(northmoor, "NM-2"))[-1] == ("Eastvale Police", False, "")
    assert other.decision.permitted


# The holder's side.


def test_a_holder_records_whom_it_answered_and_on_whose_word(stored_areas: Areas) -> None:
    result = asked_on_a_ground(stored_areas)
    told(stored_areas, result)
    eastvale = stored_areas["eastvale"]
    assert record(eastvale, "ev-pending") == []
    record_holder_decision(
        eastvale,
        waiting(stored_areas),
        HolderDecision(Decider.coordinator, release=True, name="E. Coordinator"),
    )
    (row,) = record(eastvale, "ev-pending")
    sharing = row.shared.sharing
    assert (sharing.agency, sharing.person, sharing.response) == (
        "Police",
        "A. Coordinator",
        "answered: involvement",
    )
    assert sharing.method.endswith("decided by the coordinator E. Coordinator")
    assert "crime" in sharing.authority
    assert set(of_checks(eastvale, closed=True)) == {"record_answer"}
    assert of_checks(eastvale) == {}


def test_an_automatic_answer_is_on_the_record_too(areas: Areas) -> None:
    tell_area(areas, asked(areas))
    (row,) = record(areas["eastvale"], "eastvale-0")
    assert row.shared.sharing.method.endswith("decided by policy, under the protocol")


def test_what_a_holder_does_not_answer_leaves_neither_row_nor_event_of_its_own(areas: Areas) -> None:
    """A receipt shows how long the log is: answering and not answering write as many events."""
    result = asked_on_a_ground(areas)
    told(areas, result)
    eastvale = areas["eastvale"]
    lengths = []
    for release in (False, True):
        speaking = asked_on_a_ground(areas) if release else result
        told(areas, speaking)
        before = len(events(eastvale, "disclosure_answered")), len(log(eastvale))
        record_holder_decision(eastvale, waiting(areas), HolderDecision(Decider.coordinator, release=release))
        lengths.append(len(log(eastvale)) - before[1])
        assert len(record(eastvale, "ev-pending")) == int(release)
    assert lengths[0] == lengths[1]


# Closing.


def test_closing_needs_the_right_evidence_and_is_safe_to_repeat(stored_areas: Areas) -> None:
    asked(stored_areas)
    northmoor = stored_areas["northmoor"]
    open_ = of_checks(northmoor)
    numbers = [open_["notify_client"].number, open_["review"].number]
    lacks = close(northmoor, numbers, done()).lacking
    assert lacks == dict.fromkeys(numbers, ("text",))
    early = close(northmoor, numbers, done("told", days=-1)).lacking
    assert early[numbers[0]] == ("on: not before the decision",)
    late = close(northmoor, numbers, done("told", days=1)).lacking
    assert late[numbers[0]] == ("on: not after today",)
    assert set(of_checks(northmoor)) == {"notify_client", "review"}

    evidence = done("She was told by her Idva, in person.")
    assert close(northmoor, numbers[:1], evidence).closed == numbers[:1]
    logged = len(log(northmoor))
    assert close(northmoor, numbers[:1], evidence).closed == numbers[:1]
    assert len(log(northmoor)) == logged
    with pytest.raises(NotFoundError, match="No such obligation"):
        close(northmoor, numbers[:1], done("Something else."))
    assert of_checks(northmoor, closed=True)["notify_client"].closing == evidence
    (event,) = events(northmoor, "obligation_closed")
    assert event["detail"] == {"kind": "notify_client"}
    assert event["refs"] == {"obligation": numbers[0]}


def test_either_all_that_are_named_close_or_none(areas: Areas) -> None:
    asked(areas)
    asked(areas, case_ref="NM-2")
    northmoor = areas["northmoor"]
    every = [one for one in list_obligations(northmoor, who(), FIRST, every=True) if one.purpose != "publish"]
    with pytest.raises(NotFoundError):
        close(northmoor, [every[0].number, "0" * 16], done("told"))
    row = DisclosureLogEntry(date=FIRST, agency="Eastvale", response="none yet")
    with pytest.raises(InputError, match="several activities"):
        close(northmoor, [one.number for one in every], done("told", sharings=(row,)))
    still = [one for one in list_obligations(northmoor, who(), FIRST, every=True) if one.purpose != "publish"]
    assert still == every
    close(northmoor, [one.number for one in every], done("told"))
    assert [
        one for one in list_obligations(northmoor, who(), FIRST, every=True) if one.purpose != "publish"
    ] == []


def test_a_review_closes_only_with_each_response_or_its_recorded_absence(areas: Areas) -> None:
    result = asked_on_a_ground(areas)
    told(areas, result)  # It waits for a person at Eastvale, who does not answer.
    northmoor = areas["northmoor"]
    number = of_checks(northmoor)["review"].number
    assert close(northmoor, [number], done("Reviewed.")).lacking == {
        number: ("sharings[Eastvale Police].response",)
    }
    absent = DisclosureLogEntry(date=FIRST, agency="eastvale  police", response="no response by 2 November")
    assert close(northmoor, [number], done("Reviewed.", sharings=(absent,))).closed == [number]
    assert in_words(record(northmoor))[-1] == ("Eastvale Police", True, "no response by 2 November")
    assert len(record(northmoor)) == 2


def test_a_countersignature_is_a_managers_and_anothers(areas: Areas) -> None:
    form = grounded()
    form["signatures"] = form["signatures"][:1]
    asked(areas, KNOWN, sharing_form=form)
    northmoor = areas["northmoor"]
    number = of_checks(northmoor)["countersign"].number
    own = done(by=who("c. worker", "manager"))
    assert close(northmoor, [number], own).lacking == {
        number: ("by.name: another person than the caseworker",)
    }
    assert close(northmoor, [number], done()).lacking == {number: ("by.role: a manager",)}
    assert close(northmoor, [number], done(by=who("M. Manager", "manager"))).closed == [number]


def emergency() -> SharingForm:
    """What can be typed in two minutes."""
    full = grounded()
    keys = ("form_version", "jurisdiction", "requester", "recipient", "subjects")
    short = {key: full[key] for key in keys} | {
        "emergency": {"imminent_threat": "he has texted that he is ten minutes away with a knife"},
        "signatures": full["signatures"][:1],
    }
    return SharingForm.model_validate(short)


def test_an_emergency_closes_with_the_form_that_stands_without_it(areas: Areas) -> None:
    asked(areas, KNOWN, sharing_form=emergency().model_dump(mode="json"))
    northmoor = areas["northmoor"]
    number = of_checks(northmoor)["complete_emergency"].number
    assert close(northmoor, [number], done("all well")).lacking == {number: ("form",)}
    half = emergency().model_copy(update={"purpose": "referred_elsewhere"})
    lacks = close(northmoor, [number], done(form=half)).lacking[number]
    assert {"form.necessity", "form.review.date"} <= set(lacks)
    whole = SharingForm.model_validate(grounded() | {"purpose": "referred_elsewhere", "level": "involvement"})
    stranger_ = whole.model_copy(
        update={"subjects": (whole.subjects[0].model_copy(update={"ref": "someone else"}),)}
    )
    assert close(northmoor, [number], done(form=stranger_)).lacking == {
        number: ("form.subjects: the people who were decided on",)
    }
    for _ in range(2):
        assert close(northmoor, [number], done(form=whole)).closed == [number]
    (paper,) = case_paper(northmoor, who(), CASE).forms
    assert paper.form == whole
    assert paper.decision.reasons[0].code == "emergency"


# What people told by other ways.


def test_people_add_whom_they_told_by_telephone_once(stored_areas: Areas) -> None:
    result = asked(stored_areas)
    northmoor = stored_areas["northmoor"]
    row = DisclosureLogEntry(
        date=FIRST, agency="Westhaven Council", person="duty officer", method="telephone"
    )
    added = AddedEntries(case_ref=CASE, check_id=result.check_id, by=who(), sharings=(row,))
    assert add_entries(northmoor, added) == ("sharings[Westhaven Council].authority",)
    assert len(record(northmoor)) == 1
    whole = row.model_copy(update={"authority": "the agreed protocol"})
    for _ in range(2):
        assert add_entries(northmoor, added.model_copy(update={"sharings": (whole,)})) == ()
    assert len(record(northmoor)) == 2
    assert len(events(northmoor, "sharing_recorded")) == 1
    number = of_checks(northmoor)["review"].number
    assert close(northmoor, [number], done("Reviewed.")).lacking == {
        number: ("sharings[Westhaven Council].response",)
    }
    with pytest.raises(NotFoundError, match="No such check"):
        add_entries(northmoor, added.model_copy(update={"check_id": "0" * 32}))


def test_evidence_and_the_record_stand_sealed(stored_areas: Areas) -> None:
    result = asked(stored_areas)
    northmoor = stored_areas["northmoor"]
    secret = DisclosureLogEntry(
        date=FIRST,
        agency="Agency Ninefold",
        person="Person Ninefold",
        method="telephone",
        authority="Law Ninefold",
        response="Response Ninefold",
    )
    assert (
        add_entries(
            northmoor, AddedEntries(case_ref=CASE, check_id=result.check_id, by=who(), sharings=(secret,))
        )
        == ()
    )
    close(northmoor, [of_checks(northmoor)["notify_client"].number], done("Text Ninefold"))
    with northmoor.read() as tx:
        held = b"".join(
            repr(tuple(row)).encode()
            for table in SQLModel.metadata.sorted_tables
            for row in tx.session.connection().execute(table.select())
        )
    assert b"Ninefold" not in held
    assert CASE.encode() not in held
    assert b"A. Coordinator" not in held


# Overdue.


def late(areas: Areas) -> dict[str, ListedObligation]:
    """An emergency of three days ago, of which nothing was done."""
    asked(areas, KNOWN, sharing_form=emergency().model_dump(mode="json"))
    areas.clock.advance(3 * DAY)
    found = list_obligations(areas["northmoor"], who(), FIRST + dt.timedelta(days=3))
    return {one.code: one for one in found}


def test_the_list_has_what_is_due_and_escalates_what_is_late_once(stored_areas: Areas) -> None:
    northmoor = stored_areas["northmoor"]
    overdue = late(stored_areas)
    assert set(overdue) == {"complete_emergency", "countersign", "record_recipients", "review"}
    assert {(one.overdue_days, one.escalated) for one in overdue.values()} == {(2, False)}
    assert list_obligations(northmoor, who(), FIRST) == []
    assert escalate(northmoor) == 4
    assert escalate(northmoor) == 0
    again = list_obligations(northmoor, who(), FIRST + dt.timedelta(days=3))
    assert again == [replace(one, escalated=True) for one in again]
    written = events(northmoor, "obligation_escalated")
    assert sorted(event["detail"]["kind"] for event in written) == sorted(overdue)
    assert {event["refs"]["obligation"] for event in written} == {one.number for one in overdue.values()}


def test_many_servers_escalate_each_obligation_once(stored_areas: Areas) -> None:
    late(stored_areas)
    home, clock = stored_areas["northmoor"].home, stored_areas.clock
    done: list[int] = []

    def serve() -> None:
        node = open_node(home, clock=clock)
        done.append(escalate(node))
        node.database.close()

    threads = [threading.Thread(target=serve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 4 == len(events(stored_areas["northmoor"], "obligation_escalated"))
    with stored_areas["northmoor"].read() as tx:
        assert verify_log(DatabaseAudit(tx.session), "northmoor")


def test_two_people_who_close_one_obligation_at_once_close_it_once(stored_areas: Areas) -> None:
    asked(stored_areas)
    number = of_checks(stored_areas["northmoor"])["notify_client"].number
    home, clock = stored_areas["northmoor"].home, stored_areas.clock
    ended: list[str] = []

    def one(name: str) -> None:
        node = open_node(home, clock=clock)
        try:
            ended.extend(close(node, [number], done("told", by=who(name))).closed)
        except NotFoundError as error:
            ended.append(error.code)
        node.database.close()

    threads = [threading.Thread(target=one, args=(name,)) for name in ("Ada One", "Bea Two", "Cas Three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ended) == sorted([number, "not_found", "not_found"])
    assert len(events(stored_areas["northmoor"], "obligation_closed")) == 1


def test_what_is_overdue_blocks_no_question_no_emergency_no_transfer_and_no_answer(areas: Areas) -> None:
    assert late(areas)
    escalate(areas["northmoor"])
    assert asked(areas).areas[0].candidates
    assert asked(areas, KNOWN, sharing_form=emergency().model_dump(mode="json")).areas[0].candidates
    form = question(KNOWN).sharing_form.model_dump(mode="json") | {"purpose": "marac_transfer"}
    moving = asked(areas, KNOWN, purpose="marac_transfer", sharing_form=form)
    answered = tell_area(areas, moving).areas[0].candidates[0].disclosure
    assert answered.status == "answered"


# Publication.


def published(node: Node, **how: Any) -> list[ListedObligation]:
    every = how or {"every": True}
    return [one for one in list_obligations(node, who(), FIRST, **every) if one.purpose == "publish"]


def test_every_publication_has_a_clock_of_its_own_that_a_new_version_starts_anew(stored_areas: Areas) -> None:
    northmoor = stored_areas["northmoor"]
    first = [one for one in published(northmoor) if one.code == "review"]
    assert sorted(one.case_ref for one in first) == ["northmoor-0", "northmoor-1", "northmoor-2"]
    assert {one.due for one in first} == {agreement().review_date}
    kept = {one.number for one in published(northmoor) if one.code == "notify_client"}

    stored_areas.clock.advance(DAY)
    hold(northmoor, case("northmoor-0", cases_of("northmoor")[0], criteria=("another",)))
    after = published(northmoor)
    renewed = {one.number for one in after if one.code == "review"}
    assert len(renewed) == 3
    assert len(renewed & {one.number for one in first}) == 2
    assert {one.number for one in after if one.code == "notify_client"} == kept

    hold(northmoor, case("northmoor-0", cases_of("northmoor")[0], sealed=True))
    reviews = [one.case_ref for one in published(northmoor) if one.code == "review"]
    assert sorted(reviews) == ["northmoor-1", "northmoor-2"]


def test_a_publication_reviewed_is_decided_again_or_ends(areas: Areas) -> None:
    northmoor = areas["northmoor"]
    clock = next(one for one in published(northmoor) if (one.case_ref, one.code) == ("northmoor-0", "review"))
    day = agreement().review_date
    areas.clock.advance((day - FIRST).days * DAY)
    on = [one for one in list_obligations(northmoor, who(), day) if one.code == "review"]
    assert clock.number in {one.number for one in on}

    evidence = Closing(by=who(), on=day, text="The agreement was reviewed and stands.")
    assert close(northmoor, [clock.number], evidence).not_published == 0
    (fresh,) = [one for one in published(northmoor) if (one.case_ref, one.code) == ("northmoor-0", "review")]
    assert fresh.number != clock.number
    assert fresh.due is not None
    assert fresh.due >= day

    areas.clock.advance(DAY)  # Now the agreement is past its review: nothing covers the other publications.
    rest = [
        one.number
        for one in list_obligations(northmoor, who(), day)
        if one.code == "review" and one.due == day
    ]
    rest = [number for number in rest if number != fresh.number]
    evidence = Closing(by=who(), on=day, text="Nobody renewed the agreement.")
    assert close(northmoor, rest, evidence).not_published == len(rest) == 2
    with northmoor.read() as tx:
        assert cases.counts(tx.session)["may_publish"] == 1


# Who is kept out.

STAFF = """
[[staff]]
given_names = "Ash"
surname = "Kept-Out"
agency = "Police"
team = "Blue"

[[exclusion]]
case_ref = "{ref}"
{entry}
"""


def kept_out(node: Node, ref: str, entry: str = 'person = "Ash Kept-Out"') -> Requester:
    """Ash, whom the node's list keeps out of a case."""
    (node.home / STAFF_FILE).write_text(STAFF.format(ref=ref, entry=entry), encoding="utf-8")
    return who("ash  kept-out", "manager", "Another Agency")


@pytest.mark.parametrize("entry", ['person = "Ash Kept-Out"', 'team = "Blue"', 'agency = "Police"'])
def test_someone_kept_out_reads_what_there_is_without_the_case(areas: Areas, entry: str) -> None:
    """Also who only says to be of another agency than the node's own list has."""
    northmoor = areas["northmoor"]
    asked(areas)
    without = list_obligations(northmoor, who(), FIRST, every=True)
    result = asked(areas, case_ref="NM-2")
    ash = kept_out(northmoor, "NM-2", entry)
    assert list_obligations(northmoor, ash, FIRST, every=True) == without
    assert list_obligations(northmoor, None, FIRST, every=True) == without
    assert list_obligations(northmoor, who(""), FIRST, every=True) == without
    colleague = list_obligations(northmoor, who("Bea Other", agency="Council"), FIRST, every=True)
    hidden = next(one.number for one in colleague if one.case_ref == "NM-2")

    def refused(act: Any) -> str:
        with pytest.raises(NotFoundError) as caught:
            act()
        return str(caught.value)

    row = DisclosureLogEntry(date=FIRST, agency="A", person="B", method="C", authority="D")
    for known, unknown in (
        (lambda: read_log(northmoor, ash, "NM-2"), lambda: read_log(northmoor, ash, "NM-3")),
        (lambda: case_paper(northmoor, ash, "NM-2"), lambda: case_paper(northmoor, ash, "NM-3")),
        (
            lambda: add_entries(
                northmoor, AddedEntries(case_ref="NM-2", check_id=result.check_id, by=ash, sharings=(row,))
            ),
            lambda: add_entries(
                northmoor, AddedEntries(case_ref="NM-3", check_id=result.check_id, by=ash, sharings=(row,))
            ),
        ),
        (
            lambda: close(northmoor, [hidden], done("told", by=ash)),
            lambda: close(northmoor, ["0" * 16], done("told", by=ash)),
        ),
    ):
        assert refused(known) == refused(unknown)
    assert len(read_log(northmoor, who("Bea Other", agency="Council"), "NM-2")) == 1


def test_an_exclusion_from_everything_hides_everything(areas: Areas) -> None:
    asked(areas)
    ash = kept_out(areas["northmoor"], "")
    assert list_obligations(areas["northmoor"], ash, FIRST, every=True) == []
    assert list_obligations(areas["northmoor"], None, FIRST, every=True) == []
    assert list_obligations(areas["northmoor"], who(), FIRST, every=True)


def test_what_waits_in_a_case_is_hidden_from_who_is_kept_out_of_it(areas: Areas) -> None:
    told(areas, asked_on_a_ground(areas))
    eastvale = areas["eastvale"]
    assert len(waiting_requests(eastvale)) == 1
    ash = kept_out(eastvale, "ev-pending")
    assert waiting_requests(eastvale, ash) == []
    assert waiting_requests(eastvale) == []
    assert len(waiting_requests(eastvale, who("Bea Other", agency="Council"))) == 1


def test_the_shipped_forms_record_can_be_completed() -> None:
    """Evidence is read as a form of any edition is."""
    assert (
        Closing.model_validate({"by": who().model_dump(), "on": FIRST, "form": form_named("refuge")}).form
        is not None
    )
