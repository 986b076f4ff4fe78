"""A case moves with her: offered, accepted, declined, withdrawn, by real nodes."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from sqlalchemy import delete

from hub.audit.events import Action
from hub.cases.attachments import checked
from hub.cases.case_files import By, attach
from hub.cases.changes import find_case
from hub.cases.obligations import list_obligations
from hub.cases.plans import begin
from hub.errors import ConflictError, InputError, NotFoundError, StorageError
from hub.jobs import schedule
from hub.node.node import Node
from hub.records import papers
from hub.records.papers import Paper, PaperKind
from hub.records.transfers import drop_pack, keep_pack, keep_transfer, pack_of
from hub.store.guarded import table_of
from hub.transfers import deliver
from hub.transfers.accept import accept, decline, incoming
from hub.transfers.expire import expire
from hub.transfers.listing import transfers_for
from hub.transfers.offer import STANDS_S, offer_case
from hub.values import RequesterRole
from hub.wire.transfers import DeclineCode, MessageKind, TransferState
from tests.cases.scanning import PDF
from tests.federation.nodes import Areas
from tests.transfers.moving import (
    COORDINATOR,
    NEW,
    OLD,
    OWN_ADDRESS,
    REF,
    THERE,
    an_offer,
    at,
    delivered,
    heard,
    offered,
    told,
    withdrawn,
    worker,
)

MINUTES = {"kind": "minutes", "supplier": "Police", "may_follow": "yes", "body": {"text": "Heard."}}
RESEARCH = {"kind": "dash", "supplier": "Northmoor Hospital", "may_follow": "ask", "body": {"text": "GP"}}


def test_a_case_that_is_accepted_is_a_case_there_with_its_papers(areas: Areas) -> None:
    heard(areas)
    made = offered(areas, items=(MINUTES, RESEARCH))
    assert made.transfer
    number = made.transfer.id
    assert at(areas, NEW, number).state is TransferState.offered
    transfer, pack = incoming(areas[NEW], number, THERE)
    assert pack is not None
    assert [one.held_by for one in transfer.items] == ["", "Northmoor Hospital"]
    decided = accept(areas[NEW], number, THERE, "She rang us from 9 High Row.")
    assert told(areas, decided) == ""
    assert [at(areas, area, number).state for area in (OLD, NEW)] == ["accepted", "accepted"]
    word = at(areas, OLD, number).word
    assert word is not None
    assert word.token
    assert at(areas, NEW, number).told
    with areas[NEW].read() as tx:
        found = find_case(tx, decided.case_ref)
        assert found is not None
        kept = papers.of_case(tx, found.row)
    assert decided.case_ref == f"{OLD}/{REF}"
    assert found.details.transferred_from == OLD
    assert found.details.disclosed_on is not None
    assert OWN_ADDRESS in [one.details.address for one in found.people]
    owed = {
        one.code: one
        for one in list_obligations(areas[NEW], THERE, areas[NEW].today(), every=True)
        if one.case_ref == decided.case_ref
    }
    assert {"idva_contact", "ask_supplier"} <= owed.keys()
    assert "Northmoor Hospital" in owed["ask_supplier"].text
    assert [(one.paper.kind, one.paper.supplier, one.paper.body) for one in kept] == [
        ("minutes", "Police", {"text": "Heard."})
    ]


def test_a_decline_travels_as_a_code(areas: Areas) -> None:
    heard(areas)
    made = offered(areas)
    assert made.transfer
    decided = decline(areas[NEW], made.transfer.id, THERE, DeclineCode.wrong_area, "She is at Ash House.")
    told(areas, decided)
    old = at(areas, OLD, made.transfer.id)
    assert (old.state, old.code) == (TransferState.declined, DeclineCode.wrong_area)
    assert "Ash House" not in old.model_dump_json()
    assert offered(areas).transfer


def test_what_was_withdrawn_is_accepted_no_more(areas: Areas) -> None:
    heard(areas)
    made = offered(areas)
    assert made.transfer
    assert withdrawn(areas, made.transfer.id) == ""
    assert at(areas, OLD, made.transfer.id).state is TransferState.withdrawn
    with pytest.raises(ConflictError, match="withdrew"):
        accept(areas[NEW], made.transfer.id, THERE)


def test_accepted_twice_is_one_case(areas: Areas) -> None:
    heard(areas)
    made = offered(areas)
    assert made.transfer
    accept(areas[NEW], made.transfer.id, THERE)
    with pytest.raises(ConflictError, match="accepted already"):
        accept(areas[NEW], made.transfer.id, THERE)
    assert withdrawn(areas, made.transfer.id) == ""
    assert at(areas, OLD, made.transfer.id).state is TransferState.accepted


def test_one_transfer_is_open_of_a_case_to_an_area(areas: Areas) -> None:
    heard(areas)
    offered(areas)
    with pytest.raises(ConflictError, match="open already"):
        offer_case(areas[OLD], an_offer(areas[OLD]), COORDINATOR)
    assert offer_case(areas[OLD], an_offer(areas[OLD], to="southmere"), COORDINATOR).transfer


def test_nobody_offers_to_their_own_area_or_to_one_that_left(areas: Areas) -> None:
    heard(areas)
    with pytest.raises(InputError):
        offer_case(areas[OLD], an_offer(areas[OLD], to=OLD), COORDINATOR)
    with pytest.raises(NotFoundError):
        offer_case(areas[OLD], an_offer(areas[OLD], to="westhaven"), COORDINATOR)


@pytest.mark.parametrize(
    "changes",
    [
        {"fled_from": ("eastvale",)},
        {"fled_from": None},
        {"not_safe_to_talk_to": ("Eastvale Police",)},
        {"sealed": True},
    ],
)
def test_an_area_that_she_fled_is_offered_nothing(areas: Areas, changes: dict[str, object]) -> None:
    heard(areas, **changes)
    made = offer_case(areas[OLD], an_offer(areas[OLD]), COORDINATOR)
    assert made.transfer is None
    assert not made.decision.permitted


def test_an_offer_that_nobody_answers_ends_and_both_areas_look(areas: Areas) -> None:
    heard(areas)
    made = offered(areas)
    assert made.transfer
    areas.clock.advance(STANDS_S + 1)
    assert [expire(areas[area]) for area in (NEW, OLD)] == [1, 1]
    worker(areas, NEW)
    worker(areas, OLD)
    assert [at(areas, area, made.transfer.id).state for area in (OLD, NEW)] == ["expired", "expired"]
    for area, code in ((OLD, "transfer_expired"), (NEW, "look_into_area")):
        manager = COORDINATOR.model_copy(update={"role": RequesterRole.manager})
        assert code in {
            one.code for one in list_obligations(areas[area], manager, areas[area].today(), every=True)
        }
    assert [expire(areas[area]) for area in (NEW, OLD)] == [0, 0]


def test_the_worker_ends_them(areas: Areas) -> None:
    heard(areas)
    made = offered(areas)
    assert made.transfer
    areas.clock.advance(STANDS_S + 1)
    job = schedule.jobs_of(areas[NEW], [])["escalate"]
    schedule.do(job, schedule.Run(areas[NEW], lambda: None))
    assert at(areas, NEW, made.transfer.id).state is TransferState.expired


def paper(node: Node, kind: PaperKind) -> Paper:
    return Paper(kind=kind, body={"text": "New."}, by="A", at=node.now(), supplier="Police")


def test_the_old_areas_view_of_her_freezes_and_its_actions_go_on(areas: Areas) -> None:
    heard(areas)
    made = offered(areas)
    assert made.transfer
    told(areas, accept(areas[NEW], made.transfer.id, THERE))
    old = areas[OLD]
    with old.write() as tx:
        found = find_case(tx, REF)
        assert found
        papers.put(tx, found.row, paper(old, PaperKind.plan_review))
    with pytest.raises(ConflictError, match="moved to the area eastvale"), old.write() as tx:
        papers.put(tx, found.row, paper(old, PaperKind.dash))
    with pytest.raises(ConflictError, match="has moved"):
        offer_case(old, an_offer(old, to="southmere"), COORDINATOR)


def test_a_case_that_has_moved_takes_no_file_and_no_new_plan_and_says_who_keeps_them(areas: Areas) -> None:
    """The file is not kept; the plan in hand goes on, and none is begun beside it."""
    heard(areas)
    old = areas[OLD]
    made = offered(areas)
    assert made.transfer
    told(areas, accept(areas[NEW], made.transfer.id, THERE))
    with old.read() as tx:
        found = find_case(tx, REF)
        assert found
        before = papers.of_case(tx, found.row)
    file = checked(old, "scan.pdf", PDF)
    with pytest.raises(ConflictError, match="moved to the area eastvale, and takes no more files here"):
        attach(old, By("A. Coordinator", "Police"), found, file, "other")
    with pytest.raises(ConflictError, match="moved to the area eastvale, which plans for her"):
        begin(old, found, COORDINATOR)
    with old.read() as tx:
        assert papers.of_case(tx, found.row) == before


@pytest.mark.parametrize("day", [dt.date(1899, 12, 31), dt.date(2100, 1, 1)])
@pytest.mark.parametrize("which", ["referral_date", "meeting_date"])
def test_a_case_with_a_day_that_no_area_reads_is_not_offered_and_which_day_is_said(
    areas: Areas, which: str, day: dt.date
) -> None:
    heard(areas, **{which: day})
    with pytest.raises(InputError, match="before 1900 or after 2099") as refused:
        offer_case(areas[OLD], an_offer(areas[OLD]), COORDINATOR)
    assert str(day) in str(refused.value)
    assert transfers_for(areas[OLD], COORDINATOR) == []


def test_each_move_is_a_transfer_of_its_own_in_the_history_of_its_case(areas: Areas) -> None:
    """She moves and comes back: at each area, each of its cases has its own moves alone."""
    heard(areas)
    made = offered(areas)
    assert made.transfer
    there = accept(areas[NEW], made.transfer.id, THERE)
    told(areas, there)
    back = offer_case(areas[NEW], an_offer(areas[NEW], case_ref=there.case_ref, to=OLD), THERE)
    assert back.transfer, back.decision
    delivered(areas, NEW, back.delivery)
    home = accept(areas[OLD], back.transfer.id, COORDINATOR)
    delivered(areas, OLD, home.delivery)
    first, second = made.transfer.id, back.transfer.id
    assert first != second

    def history(area: str, ref: str) -> list[tuple[str, str, str, str]]:
        digest = areas[area].case_digest(ref).hex()
        found = [one.transfer for one in transfers_for(areas[area], THERE)]
        return [(one.id, one.direction, one.peer, one.state) for one in found if one.case == digest]

    assert home.case_ref == f"{NEW}/{OLD}/{REF}"

    def moves(area: str) -> dict[str, str]:
        return {one.transfer.id: one.move for one in transfers_for(areas[area], THERE)}

    assert moves(OLD) == {first: "", second: "back"}
    assert moves(NEW) == {first: "", second: "back"}
    assert history(OLD, REF) == [(first, "out", NEW, "accepted")]
    assert history(OLD, home.case_ref) == [(second, "in", NEW, "accepted")]
    assert sorted(history(NEW, there.case_ref)) == sorted(
        [(first, "in", OLD, "accepted"), (second, "out", OLD, "accepted")]
    )
    further = offer_case(
        areas[OLD], an_offer(areas[OLD], case_ref=home.case_ref, to="southmere"), COORDINATOR
    )
    assert further.transfer, further.decision
    assert moves(OLD)[further.transfer.id] == "on"


def test_a_pack_of_five_megabytes_arrives_whole(areas: Areas) -> None:
    heard(areas)
    old = areas[OLD]
    scan = b"%PDF-1.7\n" + bytes(range(256)) * (5 * 4096)
    with old.write() as tx:
        found = find_case(tx, REF)
        assert found
        attached = paper(old, PaperKind.attachment).model_copy(
            update={"may_follow": "yes", "body": checked(old, "scan.pdf", scan).said.model_dump(mode="json")}
        )
        papers.put(tx, found.row, papers.WithFile(attached, scan))
    made = offered(areas, items=("attachment",))
    assert made.transfer
    there = accept(areas[NEW], made.transfer.id, THERE)
    with areas[NEW].read() as tx:
        case = find_case(tx, there.case_ref)
        assert case
        (kept,) = papers.of_case(tx, case.row, PaperKind.attachment)
        assert papers.file_of(tx, kept) == scan


def test_another_pack_of_the_same_transfer_is_refused(areas: Areas) -> None:
    heard(areas)
    made = offered(areas)
    assert made.transfer
    old = areas[OLD]
    with old.write() as tx:
        transfer = at(areas, OLD, made.transfer.id)
        other = pack_of(tx, transfer).model_copy(update={"reason": "Another."}).model_dump_json().encode()
        drop_pack(tx, transfer.id)
        keep_pack(tx, transfer.id, other)
        changed = transfer.model_copy(update={"digest": hashlib.sha256(other).hexdigest()})
        keep_transfer(tx, changed)
        again = deliver.put(tx, changed, MessageKind.offer)
    assert "refused" in delivered(areas, OLD, again)
    with areas[NEW].read() as tx:
        assert pack_of(tx, at(areas, NEW, transfer.id)).reason == made.transfer.reason


def test_what_was_packed_is_what_moves(areas: Areas) -> None:
    """Whoever writes the database alone moves nothing else."""
    heard(areas)
    made = offered(areas)
    assert made.transfer
    new = areas[NEW]
    with new.write() as tx:
        drop_pack(tx, made.transfer.id)
        keep_pack(tx, made.transfer.id, b"{}")
    with pytest.raises(StorageError, match="not what was packed"):
        accept(new, made.transfer.id, THERE)


def test_an_area_that_knows_no_such_transfer_any_more_is_rung(areas: Areas) -> None:
    heard(areas)
    made = offered(areas)
    assert made.transfer
    with areas[OLD].write() as tx:
        tx.record(Action.transfer_ended, status="expired")
        tx.session.connection().execute(delete(table_of("transfer")))
    there = accept(areas[NEW], made.transfer.id, THERE)
    assert "not found" in told(areas, there)
    (line,) = transfers_for(areas[NEW], THERE)
    assert (line.unsettled, line.responsible) == (True, (NEW, OLD))


def test_what_is_not_released_stays(areas: Areas) -> None:
    """Under an agreement for less, her address and what was learned of the risk do not move."""
    file = areas[OLD].home / "agreements" / "agreement.toml"
    text = file.read_text().replace(
        '"identity", "involvement", "risk", "children", "contact"', '"identity", "involvement"'
    )
    file.write_text(text)
    heard(areas)
    made = offered(areas, items=(MINUTES,))
    assert made.transfer
    (item,) = made.transfer.items
    assert item.held_by == "Police"
    _, pack = incoming(areas[NEW], made.transfer.id, THERE)
    assert pack is not None
    assert OWN_ADDRESS not in pack.model_dump_json()
    assert "Heard." not in pack.model_dump_json()
