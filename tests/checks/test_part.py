"""A release of part of what another area asks for: what goes, what stays, and what both sides keep of it."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from hub.cases.case_file import case_paper
from hub.cases.disclosure_log import read_log
from hub.cases.listing import list_for
from hub.cases.meeting_days import Listing
from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.part import PartDecision, items_of, part_decision
from hub.checks.released import CALLED
from hub.consent import Decider
from hub.errors import UsageError
from hub.pdf.sharing_form import case_pdf
from hub.records import received
from hub.records.check import DisclosureResult, DisclosureStatus
from hub.records.received import Item
from hub.store.verify import verify_database
from hub.values import Kind, Level, Requester, RequesterRole, Role
from hub.wire.messages import Disclosure, encode, parse_answer
from tests.cases.hidden import held
from tests.checks import disclosing
from tests.checks.pending import asked, told, waiting
from tests.federation.nodes import Areas, case, cases_of, events, hold

WHO = Requester(name="A. Coordinator", role=RequesterRole.coordinator, agency_kind="police")
SERVICE = "Eastvale Idva Service"
WORDS: dict[str, Any] = {"because": "Ring me for the rest.", "basis": "Ours, by our own record."}


def release(areas: Areas, *items: Item, by: Decider = Decider.coordinator, **words: Any) -> Disclosure:
    """Somebody at Eastvale releases those of what waits there."""
    node, key = areas["eastvale"], waiting(areas)
    typed = PartDecision(items=items, **{**WORDS, **words})
    return record_holder_decision(node, key, part_decision(node, key, typed, by, "E. Coordinator"))


def test_the_asker_reads_what_was_ticked_and_that_there_is_more(stored_areas: Areas) -> None:
    areas, eastvale = stored_areas, stored_areas["eastvale"]
    result = asked(areas)
    told(areas, result)
    key = waiting(areas)
    (one,) = waiting_requests(eastvale)
    assert {item.item: item.says for item in items_of(eastvale, one)} == {
        Item.marac_involvement: "marac",
        Item.role: "victim",
        Item.last_activity: "2026-09",
        Item.forename_compared: "forename: agrees",
        Item.surname_compared: "surname: agrees",
        Item.date_of_birth_compared: "date of birth: agrees",
    }
    release(areas, Item.surname_compared, Item.marac_involvement)

    assert told(areas, result) == DisclosureResult(
        status=DisclosureStatus.answered,
        level=Level.involvement,
        involvement=(Kind.marac,),
        agreement=("surname: agrees",),
        in_part=True,
    )
    goes = (Item.marac_involvement, Item.surname_compared)
    stays = (Item.role, Item.last_activity, Item.forename_compared, Item.date_of_birth_compared)
    with eastvale.read() as tx:
        kept = received.disclosure(tx, key)
        assert kept is not None
        (word,) = kept.recorded.words
        assert verify_database(tx.session, "eastvale", eastvale.log.files.read().found).holds
    assert (word.by, word.answer, word.because) == ("E. Coordinator", "release_part", WORDS["because"])
    assert (word.released, word.withheld) == (goes, stays)
    (event,) = events(eastvale, "disclosure_decided")
    assert (event["detail"]["released"], event["detail"]["withheld"]) == (2, 4)
    read = events(areas["northmoor"], "disclosure_recorded")[-1]
    assert read["digests"] == event["digests"]


def test_the_papers_of_both_sides_say_what_went_and_what_stayed(areas: Areas) -> None:
    result = asked(areas)
    told(areas, result)
    release(areas, Item.marac_involvement, Item.role)
    told(areas, result)
    theirs = read_log(areas["northmoor"], WHO, "NM-1")
    assert theirs[-1].shared.sharing.response == "answered in part: involvement; the rest was withheld"
    eastvale = areas["eastvale"]
    paper = case_pdf(case_paper(eastvale, WHO, "ev-pending"), eastvale.rules, eastvale.today())
    printed = " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages).split()
    ).replace("- ", "")
    assert "answered in part: involvement. Released: Marac involvement, role here. Withheld:" in printed
    assert CALLED[Item.date_of_birth_compared] in printed


def test_of_a_summary_a_part_goes_at_no_higher_level_than_it_holds(areas: Areas) -> None:
    """And only what is beyond involvement takes the word of whoever allowed it."""
    result = asked(areas)
    told(areas, result, Level.summary)
    key, node = waiting(areas), areas["eastvale"]
    criteria = PartDecision(items=(Item.marac_involvement, Item.criteria), **WORDS)
    with pytest.raises(UsageError, match="who allowed it"):
        part_decision(node, key, criteria, Decider.coordinator, "E. Coordinator")
    release(areas, Item.marac_involvement, Item.criteria, permission="The meeting, today.")
    after = told(areas, result, Level.summary)
    assert (after.level, after.summary) == (Level.summary, "Criteria: professional judgement.")
    assert after.last_activity is None

    other = asked(areas, ref="ev-other", number=3)
    told(areas, other, Level.summary)
    release(areas, Item.marac_involvement, Item.role)
    after = told(areas, other, Level.summary)
    assert (after.level, after.summary, after.role) == (Level.involvement, None, Role.victim)


def test_that_an_idva_service_helped_goes_by_no_word_of_the_maracs(areas: Areas) -> None:
    result = asked(areas, idva_service=SERVICE)
    told(areas, result)
    (one,) = waiting_requests(areas["eastvale"])
    theirs = [item for item in items_of(areas["eastvale"], one) if item.with_idva_service]
    assert [item.item for item in theirs] == [Item.idva_involvement, Item.idva_contact]
    assert {item.supplied_by for item in theirs} == {SERVICE}
    with pytest.raises(UsageError, match="does not go by this word: idva_involvement"):
        release(areas, Item.marac_involvement, Item.idva_involvement)
    record_holder_decision(areas["eastvale"], one.key, HolderDecision(Decider.coordinator, release=True))
    after = told(areas, result)
    assert (after.involvement, after.role, after.in_part) == ((Kind.marac,), Role.victim, True)


def test_an_agreement_still_answers_for_both(areas: Areas) -> None:
    hold(areas["eastvale"], case("eastvale-0", cases_of("eastvale")[0], idva_service=SERVICE))
    check_id = disclosing.asked(areas).check_id
    result, _ = disclosing.disclosed(areas, check_id)
    answer = result.areas[0].candidates[0].disclosure
    assert (answer.involvement, answer.in_part) == ((Kind.marac, Kind.idva), False)


def test_what_is_no_part_is_refused_and_still_waits(areas: Areas) -> None:
    result = asked(areas)
    told(areas, result)
    (one,) = waiting_requests(areas["eastvale"])
    every = [item.item for item in items_of(areas["eastvale"], one)]
    for items, why in ((every, "release it whole"), ([Item.criteria], "does not go by this word: criteria")):
        with pytest.raises(UsageError, match=why):
            release(areas, *items)
    nothing = HolderDecision(Decider.coordinator, release=True, items=())
    with pytest.raises(UsageError, match="say which items go"):
        record_holder_decision(areas["eastvale"], one.key, nothing)
    assert told(areas, result).status is DisclosureStatus.pending
    assert events(areas["eastvale"], "disclosure_decided") == []


def test_a_part_of_an_idva_services_record_takes_that_services_word(areas: Areas) -> None:
    result = asked(areas, kind=Kind.idva, idva_service=SERVICE, meeting_date=None)
    told(areas, result)
    release(areas, Item.idva_involvement)
    assert told(areas, result).status is DisclosureStatus.pending
    release(areas, Item.idva_involvement, by=Decider.idva_service)
    after = told(areas, result)
    assert (after.involvement, after.role, after.in_part) == ((Kind.idva,), None, True)


def test_an_answer_that_is_whole_is_the_message_that_it_was() -> None:
    """What was answered before keeps its digest, and an area of an earlier version reads it."""
    whole = Disclosure(status="answered", level=Level.involvement, role=Role.victim)
    assert b"in_part" not in encode(whole)
    part = whole.model_copy(update={"in_part": True})
    assert parse_answer(Disclosure, encode(part)) == part


def test_the_month_of_last_activity_is_that_of_a_hearing_and_never_of_a_meeting_to_come(areas: Areas) -> None:
    node = areas["eastvale"]
    result = asked(areas, meeting_date=dt.date(2026, 10, 20))
    list_for(node, held(node, "ev-pending"), WHO, Listing(day=dt.date(2026, 12, 3), before="heard"))
    told(areas, result)
    (one,) = waiting_requests(node)
    assert {item.item: item.says for item in items_of(node, one)}[Item.last_activity] == "2026-10"
