"""Whoever writes the database and has no key: the node acts on no row of theirs, and stops when it meets one."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.cases.close import close
from hub.cases.elsewhere import said_of
from hub.cases.obligations import escalate, list_obligations
from hub.cases.seals import shown_likenesses
from hub.cases.staff import STAFF_FILE
from hub.checks.answer import waiting_requests
from hub.checks.check import check
from hub.checks.earlier import earlier_result
from hub.errors import LogError, RowsError
from hub.federation.publish import publish
from hub.federation.rotate_keys import rotate
from hub.jobs import deliveries
from hub.node.node import Node, open_node
from hub.records import outbox as parcels
from hub.records import restorations
from hub.records.check import CheckRequest
from hub.records.outbox import Parcel
from hub.records.restorations import Reasons
from tests.audit.acting import HER, keep, put_back, sealed_and_put_back, sql, stopped
from tests.cases.casework import DAY, FIRST, done, who
from tests.checks.pending import asked as asked_on_a_ground
from tests.checks.pending import told
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, entered, hold, in_feed, log, question

# Who is published.


@pytest.mark.parametrize("act", [publish, rotate])
def test_a_sealed_case_put_back_as_it_was_publishes_nobody(
    stored_areas: Areas, act: Callable[[Node], object]
) -> None:
    node = stored_areas["eastvale"]
    sealed_and_put_back(node)
    with pytest.raises(RowsError, match="case_record"):
        act(node)
    assert not in_feed(node, HER)
    assert stopped(node)


def test_a_quota_put_back_gives_no_more_questions(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    assert hand.evaluate().status_code == 200
    keep(hand.holder, "quota_use")
    assert hand.evaluate().status_code == 200
    put_back(hand.holder, "quota_use")
    assert hand.evaluate().status_code == 503


def test_a_restoration_that_is_made_to_seem_ended_ends_nothing(areas: Areas) -> None:
    hand = Hand(areas)
    with hand.holder.write() as tx:
        reasons = Reasons(because="a drill", head_size=1, head_hash="0" * 64)
        restorations.add(tx, backup_at=1, lost_size=None, reasons=reasons)
    sql(hand.holder, "UPDATE restoration_record SET ended_at = 1")
    assert hand.evaluate().json()["type"].endswith("audit_log")
    with pytest.raises(LogError):
        publish(hand.holder)


# Who must not know.

STAFF = '[[exclusion]]\ncase_ref = "her"\nperson = "Lorna Mercer"\n'
LORNA = who("Lorna Mercer")
EXCLUSIONS: dict[str, str] = {
    "her case deleted": "DELETE FROM case_record WHERE {her}",
    "its digest changed": "UPDATE case_record SET ref_digest = handle WHERE {her}",
    "its record another's": "UPDATE case_record SET sealed ="
    " (SELECT min(sealed) FROM case_record WHERE NOT {her}) WHERE {her}",
    "she taken off it": "DELETE FROM person_record WHERE {of_hers}",
    "she on another": "UPDATE person_record SET case_id = 1 WHERE {of_hers}",
    "she retired": "UPDATE person_record SET retired = true WHERE {of_hers}",
}


def assert_stops_before_it_asks(areas: Areas, about: CheckRequest) -> None:
    node, asked = areas["northmoor"], len(areas.network.asked)

    async def ask() -> None:
        async with areas.client("northmoor") as client:
            await check(node, client, about)

    with pytest.raises(RowsError, match=r"case_record|person_record"):
        asyncio.run(ask())
    assert len(areas.network.asked) == asked
    assert stopped(node)


@pytest.mark.parametrize("statement", EXCLUSIONS.values(), ids=EXCLUSIONS)
def test_an_exclusion_cannot_be_lifted_through_the_database(areas: Areas, statement: str) -> None:
    node = areas["northmoor"]
    (node.home / STAFF_FILE).write_text(STAFF, encoding="utf-8")
    hold(node, case("her", [HER], publish=False))
    about = entered(node, question(HER, "eastvale", requester=LORNA.model_dump(mode="json")))
    her = f"ref_digest = X'{node.case_digest('her').hex()}'"
    of_hers = f"case_id = (SELECT id FROM case_record WHERE {her})"
    if statement.startswith("DELETE FROM case_record"):
        sql(node, f"DELETE FROM person_record WHERE {of_hers}")
    sql(node, statement.format(her=her, of_hers=of_hers))
    assert_stops_before_it_asks(areas, about)


FLED: dict[str, str] = {
    "the case deleted": "DELETE FROM case_record WHERE {hers}",
    "she taken off it": "DELETE FROM person_record WHERE case_id = (SELECT id FROM case_record WHERE {hers})",
    "she on another": "UPDATE person_record SET case_id = 1 WHERE case_id ="
    " (SELECT id FROM case_record WHERE {hers})",
}


@pytest.mark.parametrize("statement", FLED.values(), ids=FLED)
def test_that_she_fled_by_another_case_cannot_be_taken_out_of_the_database(
    areas: Areas, statement: str
) -> None:
    node = areas["northmoor"]
    hold(node, case("earlier", [HER], fled_asked=True, fled_from=("eastvale",), publish=False))
    about = entered(node, question(HER, "eastvale"))
    hers = f"ref_digest = X'{node.case_digest('earlier').hex()}'"
    if statement.startswith("DELETE FROM case_record"):
        sql(node, FLED["she taken off it"].format(hers=hers))
    sql(node, statement.format(hers=hers))
    assert_stops_before_it_asks(areas, about)


def test_what_cases_said_at_an_earlier_question_hides_nothing_that_was_done_to_them_since(
    stored_areas: Areas,
) -> None:
    """By another process of the node, or by whoever puts an earlier state back."""
    node = stored_areas["northmoor"]

    def fled() -> tuple[str, ...]:
        with node.read() as tx:
            return said_of(tx, [HER], lambda _: False).fled_from

    hold(node, case("earlier", [HER], fled_asked=True, fled_from=(), publish=False))
    keep(node, "case_record")
    assert fled() == ()
    other = open_node(node.home, clock=stored_areas.clock)
    hold(other, case("earlier", [HER], fled_asked=True, fled_from=("eastvale",), publish=False))
    other.database.close()
    assert fled() == ("eastvale",)
    put_back(node, "case_record")
    with pytest.raises(RowsError, match="case_record"):
        fled()
    assert stopped(node)


# What is still to be sent, and still owed.

SENT = "kind, peer, act, case_digest, state, created_at, next_at, tries, fault, sealed"
WAITING: dict[str, str] = {
    "put off": "UPDATE outbox SET next_at = next_at + 99999999",
    "called given up": "UPDATE outbox SET state = 'failed'",
    "sent elsewhere": "UPDATE outbox SET peer = 'southmere'",
    "deleted": "DELETE FROM outbox",
    "one more": f"INSERT INTO outbox (id, {SENT}) SELECT 'x', {SENT} FROM outbox",
}


@pytest.mark.parametrize("statement", WAITING.values(), ids=WAITING)
def test_a_delivery_cannot_be_put_off_or_taken_away(stored_areas: Areas, statement: str) -> None:
    node = stored_areas["northmoor"]
    with node.write() as tx:
        parcels.put(tx, Parcel("test", "eastvale", "an act", b"words"))
    assert len(deliveries.due(node)) == 1
    sql(node, statement)
    with pytest.raises(RowsError, match="outbox"):
        deliveries.due(node)
    assert stopped(node)


OWED: dict[str, str] = {
    "closed": "UPDATE obligation_record SET state = 'closed', closed_at = 1",
    "put off": "UPDATE obligation_record SET due = '2099-01-01'",
    "escalated already": "UPDATE obligation_record SET escalated_at = 1",
    "deleted": "DELETE FROM obligation_record",
}


@pytest.mark.parametrize("statement", OWED.values(), ids=OWED)
def test_what_is_owed_is_not_believed_done_because_a_row_says_so(stored_areas: Areas, statement: str) -> None:
    node = stored_areas["northmoor"]
    hold(node, case("her", [HER]))
    stored_areas.clock.advance(400 * DAY)
    later = FIRST + dt.timedelta(days=400)
    assert list_obligations(node, who(), later, every=True)
    sql(node, statement)
    with pytest.raises(RowsError, match="obligation_record"):
        list_obligations(node, who(), later, every=True)
    with pytest.raises(LogError):
        escalate(node)


ASKED = {
    "deleted": "DELETE FROM received_disclosure",
    "done": "UPDATE received_disclosure SET pending = false",
}


@pytest.mark.parametrize("statement", ASKED.values(), ids=ASKED)
def test_that_an_area_asked_cannot_be_taken_out_of_what_waits_here(
    stored_areas: Areas, statement: str
) -> None:
    told(stored_areas, asked_on_a_ground(stored_areas))
    node = stored_areas["eastvale"]
    assert waiting_requests(node)
    sql(node, statement)
    with pytest.raises(RowsError, match="received_disclosure"):
        waiting_requests(node)
    assert stopped(node)


def test_who_may_be_a_sealed_person_cannot_be_taken_out_of_what_waits_here(stored_areas: Areas) -> None:
    node = stored_areas["eastvale"]
    likely = HER.model_copy(update={"surname": "Quill", "date_of_birth": HER.date_of_birth[:7]})
    hold(node, case("her", [HER], sealed=True))
    hold(node, case("other", [likely]))
    assert shown_likenesses(node, who())
    sql(node, "UPDATE case_record SET sealed_case = false WHERE id = (SELECT max(id) FROM case_record)")
    with pytest.raises(RowsError, match="case_record"):
        shown_likenesses(node, who())


UNDONE: dict[str, Callable[[Node], None]] = {
    "as it was before they were told": lambda node: put_back(node, "check_record"),
    "as if it was never asked": lambda node: sql(node, "DELETE FROM check_record"),
}


@pytest.mark.parametrize("undo", UNDONE.values(), ids=UNDONE)
def test_what_came_of_a_question_is_not_shown_or_told_by_from_a_row_that_was_put_back(
    stored_areas: Areas, undo: Callable[[Node], None]
) -> None:
    """Whom an area met, and that it was told, would be hidden; and it would be told again."""
    node = stored_areas["northmoor"]
    result = asked_on_a_ground(stored_areas)
    keep(node, "check_record")
    told(stored_areas, result)
    undo(node)
    sent = len(stored_areas.network.asked)
    with pytest.raises(RowsError, match="check_record"):
        earlier_result(node, who(), result.check_id)
    assert stopped(node)
    with pytest.raises(LogError):
        told(stored_areas, result)
    assert len(stored_areas.network.asked) == sent


def test_a_row_that_somebody_else_changed_is_not_written_over(stored_areas: Areas) -> None:
    """Else what they changed would be bound with what the node does."""
    node = stored_areas["northmoor"]
    hold(node, case("her", [HER]))
    [owed, *_] = list_obligations(node, who(), FIRST, every=True)
    before = len(log(node))
    sql(node, f"UPDATE obligation_record SET place = place + 1 WHERE id = '{owed.number}'")
    with pytest.raises((LogError, IndexError)):
        close(node, [owed.number], done("It was done."))
    assert len(log(node)) == before


# Who reads and who writes at once.


def test_whoever_looks_at_an_earlier_state_finds_nothing_wrong(stored_areas: Areas) -> None:
    node = stored_areas["northmoor"]
    with node.read() as earlier:
        earlier.require_tables_as_bound("case_record", "person_record")
        hold(node, case("her", [HER]))
        publish(node)
        with node.read() as later:
            later.require_tables_as_bound("case_record", "person_record", "decision_record")
            later.require_lines_as_bound()
        earlier.require_tables_as_bound("case_record", "person_record", "decision_record")
        earlier.require_lines_as_bound()


class _TakenBack(Exception):  # noqa: N818
    pass


def test_what_was_taken_back_is_not_remembered(stored_areas: Areas) -> None:
    node = stored_areas["northmoor"]

    def act() -> None:
        with node.write() as tx:
            parcels.put(tx, Parcel("test", "eastvale", "an act", b"words"))
            tx.head()
            tx.require_as_bound({"feed_state": [(1,)]})
            raise _TakenBack

    with pytest.raises(_TakenBack):
        act()
    with node.read() as tx:
        tx.require_tables_as_bound("outbox")


def test_a_log_that_is_cut_under_a_running_node_is_found_by_what_it_has_read(areas: Areas) -> None:
    """Also behind the newest signed head."""
    hand = Hand(areas)
    assert hand.evaluate().status_code == 200
    sql(hand.holder, "DELETE FROM audit_entry WHERE seq = (SELECT max(seq) FROM audit_entry)")
    assert hand.evaluate().status_code == 503


def test_what_is_remembered_of_a_long_log_is_no_use_to_whoever_changes_it(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.node.bound._KEEP_AFTER", 1)
    node = areas["eastvale"]
    publish(node)
    kept: Path = node.home / "rows-said.json"
    before = kept.read_bytes()
    hold(node, case("her", [HER]))
    publish(node)
    for text in (before, b"{}", kept.read_bytes().replace(b'"size": ', b'"size": 1')):
        kept.write_bytes(text)
        again = open_node(node.home, clock=areas.clock)
        publish(again)
        with again.read() as tx:
            tx.require_tables_as_bound("case_record", "person_record")
        again.database.close()
