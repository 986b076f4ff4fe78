"""Two nodes' records of what passed between them are held against each other; what one has lost is named."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from hub.audit.events import Action, Event, Refs, peer_actor
from hub.checks import bodies
from hub.checks.acknowledge import KIND
from hub.checks.reconcile import Difference, Reconciled, counts_differ, reconcile
from hub.federation.heads import show_head
from hub.jobs import deliveries
from hub.node.node import open_node
from hub.records import exchanges
from hub.store import outbox
from hub.values import Level
from hub.wire.messages import encode
from hub.wire.witness import (
    ACKNOWLEDGEMENTS_PATH,
    RECONCILIATIONS_PATH,
    Acknowledgement,
    ReconciliationRequest,
)
from tests.audit.acting import sql
from tests.checks import pending
from tests.checks.disclosing import SUBJECT, asked, disclosed
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, events, handle_of, known_as
from tests.federation.problems import assert_problem


def deliver(areas: Areas, node_id: str = "northmoor") -> list[str]:
    """The worker delivers what is due; returns the kinds."""
    node = areas[node_id]
    with node.read() as tx:
        due = outbox.due(tx.session, tx.now)

    async def go() -> None:
        async with areas.client(node_id) as client:
            for row in due:
                await deliveries.attempt(node, client, row.id)

    asyncio.run(go())
    return [row.kind for row in due]


def passed(areas: Areas) -> str:
    """A check and a disclosure, answered and acknowledged; the check's id."""
    result = asked(areas)
    disclosed(areas, result.check_id)
    assert deliver(areas) == [KIND]
    return result.check_id


def held(areas: Areas, by: str = "northmoor", to: str = "eastvale") -> Reconciled:
    async def go() -> Reconciled:
        async with areas.client(by) as client:
            return await reconcile(areas[by], client, to, 30)

    return asyncio.run(go())


def found(areas: Areas, by: str = "northmoor", to: str = "eastvale") -> set[tuple[Difference, str]]:
    return {(one.what, one.of) for one in held(areas, by, to).findings}


def shown(areas: Areas) -> None:
    for one, other in (("northmoor", "eastvale"), ("eastvale", "northmoor")):

        async def go(one: str = one, other: str = other) -> None:
            async with areas.client(one) as client:
                await show_head(areas[one], client, other)

        asyncio.run(go())


def put_back(areas: Areas, node_id: str, kept: Path) -> None:
    """A node's home and database as they were earlier."""
    home = areas[node_id].home
    areas[node_id].database.close()
    shutil.rmtree(home)
    shutil.copytree(kept, home)
    areas.nodes[node_id] = open_node(home, clock=areas.clock)
    areas.network.serve(areas[node_id])


def copy_of(areas: Areas, node_id: str, to: Path) -> Path:
    areas[node_id].database.close()
    kept = Path(shutil.copytree(areas[node_id].home, to / f"{node_id}-before"))
    areas.nodes[node_id] = open_node(areas[node_id].home, clock=areas.clock)
    areas.network.serve(areas[node_id])
    return kept


def test_an_answer_that_was_read_is_acknowledged_on_both_records(stored_areas: Areas) -> None:
    check_id = passed(stored_areas)
    handle = handle_of(stored_areas["eastvale"], SUBJECT)
    refs = {"check_id": check_id, "handle": handle}
    (sent,) = events(stored_areas["northmoor"], "acknowledgement_sent")
    (kept,) = events(stored_areas["eastvale"], "acknowledgement_received")
    told_as = known_as(stored_areas, check_id)
    assert sent["refs"] == {**refs, "told_as": told_as, "peer": "eastvale"}
    assert kept["refs"] == {**refs, "check_id": told_as, "peer": "northmoor"}
    assert kept["actor"] == "peer:northmoor"
    disclosed(stored_areas, check_id)  # Asked again: acknowledged again, and kept once.
    deliver(stored_areas)
    with stored_areas["eastvale"].read() as tx:
        rows = tx.session.connection().exec_driver_sql("SELECT count(*) FROM acknowledgement")
        assert rows.scalar() == 1


def test_an_answer_that_waits_for_a_person_is_not_acknowledged_yet(areas: Areas) -> None:
    result = pending.asked(areas)
    pending.told(areas, result)
    with areas["northmoor"].read() as tx:
        assert [row.kind for row in outbox.every(tx.session)] == ["disclosure"]


def test_what_was_never_answered_cannot_be_acknowledged(areas: Areas) -> None:
    said = Acknowledgement(check_id="0" * 32, handle="0" * 32, level="involvement", answer="A" * 43)
    assert_problem(Hand(areas).send("POST", ACKNOWLEDGEMENTS_PATH, encode(said)), 404, "not_found")
    assert events(areas["eastvale"], "request_refused")[-1]["detail"]["fault"] == "not_asked"


def test_two_whole_records_agree(stored_areas: Areas) -> None:
    passed(stored_areas)
    shown(stored_areas)
    for by, to in (("northmoor", "eastvale"), ("eastvale", "northmoor"), ("northmoor", "southmere")):
        done = held(stored_areas, by, to)
        assert done.findings == ()
        assert counts_differ(done.days) == {}
    assert events(stored_areas["northmoor"], "reconciled")[0]["detail"]["status"] == "agrees"
    ours, theirs = held(stored_areas).days[stored_areas["northmoor"].today().isoformat()]
    assert (ours["asked"], ours["told"], theirs["answered"], theirs["heard"]) == (1, 1, 1, 1)
    assert theirs["elements"] >= 64


def test_what_the_other_area_lost_is_named(areas: Areas, tmp_path: Path) -> None:
    """Eastvale's database and home are put back to before it was asked."""
    kept = copy_of(areas, "eastvale", tmp_path)
    passed(areas)
    shown(areas)
    put_back(areas, "eastvale", kept)
    there = Difference.lost_there
    assert found(areas) == {
        (there, "check"), (there, "disclosure"), (there, "acknowledgement"), (Difference.log_there, "entry")
    }  # fmt: skip
    here = Difference.lost_here
    assert found(areas, "eastvale", "northmoor") == {
        (here, "check"), (here, "disclosure"), (here, "acknowledgement"), (Difference.log_here, "entry")
    }  # fmt: skip
    assert counts_differ(held(areas).days)


def test_what_we_lost_ourselves_is_named(areas: Areas, tmp_path: Path) -> None:
    kept = copy_of(areas, "northmoor", tmp_path)
    passed(areas)
    put_back(areas, "northmoor", kept)
    unknown = Difference.not_known_here
    assert found(areas) == {(unknown, "check"), (unknown, "disclosure")}
    assert found(areas, "eastvale", "northmoor") == {
        (Difference.not_known_there, "check"), (Difference.not_known_there, "disclosure")
    }  # fmt: skip


def test_a_question_in_our_name_that_we_did_not_ask_is_named(areas: Areas) -> None:
    """Whoever has Northmoor's signing key asks; Northmoor's own node knows nothing of it."""
    assert Hand(areas).evaluate().status_code == 200
    assert found(areas) == {(Difference.not_known_here, "check")}


def test_what_passed_about_midnight_is_no_difference(areas: Areas) -> None:
    areas.clock.advance(14 * 3600 - 1)  # One second before midnight: asked today, answered tomorrow.
    eastvale = areas["eastvale"]
    object.__setattr__(eastvale, "clock", lambda: areas.clock() + 2)
    result = asked(areas)
    assert result.areas[0].status == "answered"
    assert found(areas) == found(areas, "eastvale", "northmoor") == set()
    areas.clock.advance(29 * 86_400)
    assert found(areas) == found(areas, "eastvale", "northmoor") == set()


def test_another_peers_exchanges_are_not_told(areas: Areas) -> None:
    check_id = known_as(areas, passed(areas))
    day = areas["eastvale"].today().isoformat()
    request = encode(ReconciliationRequest(first=day, last=day))
    answer = Hand(areas, sender="southmere").send("POST", RECONCILIATIONS_PATH, request)
    assert answer.status_code == 200
    assert check_id not in answer.text
    assert check_id in Hand(areas).send("POST", RECONCILIATIONS_PATH, request).text


@pytest.mark.parametrize(("first", "last"), [("2026-02-30", "2026-03-01"), ("2026-01-01", "2026-12-31")])
def test_days_that_are_none_or_too_many_are_refused(areas: Areas, first: str, last: str) -> None:
    request = encode(ReconciliationRequest(first=first, last=last))
    assert_problem(Hand(areas).send("POST", RECONCILIATIONS_PATH, request), 422, "invalid_input")


def test_a_peers_event_about_another_is_not_ours(areas: Areas) -> None:
    with areas["eastvale"].write() as tx:
        refs = Refs(check_id="1" * 32, peer="southmere")
        tx.record(Action.answer_sent, by=peer_actor("southmere"), about=refs, outcome="evaluated")
    assert found(areas) == set()


def test_a_reconciliation_is_charged_to_the_area_that_asks(areas: Areas) -> None:
    day = areas["eastvale"].today().isoformat()
    request = encode(ReconciliationRequest(first=day, last=day))
    most = areas["eastvale"].settings.quotas.reconciliations.burst
    hand = Hand(areas)
    for _ in range(most):
        assert hand.send("POST", RECONCILIATIONS_PATH, request).status_code == 200
    assert_problem(hand.send("POST", RECONCILIATIONS_PATH, request), 429, "quota")
    assert Hand(areas, sender="southmere").send("POST", RECONCILIATIONS_PATH, request).status_code == 200
    sql(areas["eastvale"], "UPDATE quota_use SET level = 99 WHERE pool = 'reconciliations'")
    assert hand.send("POST", RECONCILIATIONS_PATH, request).status_code == 503, "nobody gives it more"


def test_a_reconciliation_reads_what_passed_with_that_area_in_those_days_alone(
    stored_areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    eastvale = stored_areas["eastvale"]
    check_id, day = known_as(stored_areas, passed(stored_areas)), eastvale.today().isoformat()
    about = [Refs(check_id=f"{at:032x}", peer="northmoor", handle="2" * 32) for at in range(30)]
    others = [one.model_copy(update={"peer": "southmere"}) for one in about]
    for days, some in ((20, others), (0, about)):
        with eastvale.write() as tx:
            for one in some:
                tx.record(Action.disclosure_answered, about=one, requested_level=Level.involvement)
        stored_areas.clock.advance(days * 86_400)
    opened = list[str]()

    def validated(body: str) -> Event:
        opened.append(body)
        return Event.model_validate_json(body)

    for module in (exchanges, bodies):
        monkeypatch.setattr(module, "Event", SimpleNamespace(model_validate_json=validated))
    answer = Hand(stored_areas).send(
        "POST", RECONCILIATIONS_PATH, encode(ReconciliationRequest(first=day, last=day))
    )
    assert check_id in answer.text
    assert opened
    assert all(check_id in body for body in opened)
