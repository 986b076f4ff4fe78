"""Obligations listed and escalated, by many at once, and blocking nothing."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

from hub.audit.log import verify_log
from hub.cases.close import close
from hub.cases.obligations import ListedObligation, escalate, list_obligations
from hub.cases.refer import refer
from hub.cases.referral import Referral
from hub.errors import NotFoundError
from hub.node.node import open_node
from hub.records.obligations import due_at
from hub.store.audit import DatabaseAudit
from tests.cases.casework import DAY, FIRST, KNOWN, asked, done, emergency, of_checks, tell_area, who
from tests.cases.referring import sample
from tests.federation.nodes import (
    Areas,
    events,
    question,
)


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


def test_an_emergencys_form_is_due_by_its_hour_and_overdue_and_escalated_from_then(areas: Areas) -> None:
    northmoor = areas["northmoor"]
    asked(areas, KNOWN, sharing_form=emergency().model_dump(mode="json"))
    made = int(areas.clock())

    def completion() -> ListedObligation:
        (one,) = (
            each
            for each in list_obligations(northmoor, who(), northmoor.today(), every=True)
            if each.code == "complete_emergency"
        )
        return one

    assert (completion().due_at, completion().late_s) == (made + DAY, 0)
    areas.clock.advance(DAY - 60)
    assert completion().late_s == 0
    assert escalate(northmoor) == 0
    areas.clock.advance(120)
    assert completion().late_s == 60
    assert completion().overdue_days == 0
    assert (escalate(northmoor), escalate(northmoor)) == (1, 0)
    assert completion().escalated
    (written,) = events(northmoor, "obligation_escalated")
    assert written["detail"]["kind"] == "complete_emergency"


def test_nothing_but_an_emergencys_form_is_due_by_the_hour() -> None:
    night = dt.datetime(2026, 11, 29, 2, 40, tzinfo=dt.UTC)
    at = int(night.timestamp())
    assert due_at("complete_emergency", dt.date(2026, 11, 30), at) == at + DAY
    assert due_at("complete_emergency", None, at) is None
    assert due_at("countersign", dt.date(2026, 11, 30), at) is None


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


def test_that_somebody_refused_says_which_record_says_so_and_never_the_one_that_says_yes(
    areas: Areas,
) -> None:
    northmoor = areas["northmoor"]
    refer(northmoor, Referral.model_validate(sample(consent_given="no")), who())

    def texts() -> list[str]:
        found = list_obligations(northmoor, who(), northmoor.today(), every=True)
        return [one.text for one in found if one.code == "answer_refusal"]

    (of_referral,) = texts()
    assert of_referral.startswith("The case's referral says that consent was not given")
    asked(areas, KNOWN)  # They agreed to that.
    assert texts() == [of_referral]
    form = question(KNOWN).sharing_form.model_dump(mode="json")
    form["subjects"][0] |= {"agreement": "refused", "only_self_at_risk": False}
    asked(areas, KNOWN, sharing_form=form | {"risk": [{"who": "Wren, aged 6"}]})
    assert [text.split(" somebody")[0] for text in texts() if text != of_referral] == [
        "Asked about this sharing"
    ]
