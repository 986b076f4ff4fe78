"""A disclosure that was decided reaches its area once, however often it is sent; or a person sees why not."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

import httpx2
import pytest

from hub.checks.answer import HolderDecision, record_holder_decision
from hub.checks.disclose import disclose, redeliver
from hub.consent import Decider
from hub.errors import PeerError, StorageError
from hub.federation.client import PeerClient
from hub.federation.publish import publish
from hub.federation.sealed import FIRST_TRY_S
from hub.node.node import Node
from hub.records import outbox
from hub.records.check import CandidateRef, CheckResult, DisclosureStatus, recorded_check, update_check
from hub.records.outbox import Delivery
from hub.store import outbox as rows
from hub.store.outbox import DeliveryRow, DeliveryState
from hub.values import Level
from hub.wire.messages import DISCLOSURES_PATH, IDEMPOTENCY_HEADER
from tests.checks import pending
from tests.checks.disclosing import SUBJECT, asked, disclosed
from tests.federation.nodes import Areas, case, events, hold, known_as
from tests.federation.peer_simulator import Peer, failing

GONE = "eastvale"


def waiting(node: Node) -> list[DeliveryRow]:
    """The disclosures that wait in a node's outbox."""
    with node.read() as tx:
        return [row for row in rows.every(tx.session) if row.kind == "disclosure"]


def only(node: Node) -> Delivery:
    """The one delivery that waits, opened."""
    (row,) = waiting(node)
    with node.read() as tx:
        found = outbox.get(tx, row.id)
    assert found is not None
    return found


def again(areas: Areas, asking: str = "northmoor") -> None:
    """The worker's next try."""

    async def go() -> None:
        async with areas.client(asking) as client:
            await redeliver(areas[asking], client, only(areas[asking]))

    asyncio.run(go())


def shown(areas: Areas, check_id: str) -> DisclosureStatus:
    """What the check says of its only candidate's disclosure."""
    with areas["northmoor"].read() as tx:
        return recorded_check(tx, check_id).result.areas[0].candidates[0].disclosure.status


def told(areas: Areas) -> list[Any]:
    """What Eastvale keeps of disclosures to it."""
    with areas["eastvale"].read() as tx:
        query = "SELECT check_id, level, pending FROM received_disclosure"
        return list(tx.session.connection().exec_driver_sql(query))


def unreachable(areas: Areas) -> CheckResult:
    """A check that was answered, and a disclosure on it for which the area could not be reached."""
    result = asked(areas)
    there = areas.network.hosts.pop(GONE)
    with pytest.raises(PeerError) as raised:
        disclosed(areas, result.check_id)
    assert "hub worker" in raised.value.kept
    assert "may have been told" not in raised.value.text
    areas.network.hosts[GONE] = there
    return result


def test_what_cannot_be_delivered_waits_and_is_delivered_later(stored_areas: Areas) -> None:
    result = unreachable(stored_areas)
    delivery = only(stored_areas["northmoor"])
    assert (delivery.row.state, delivery.row.tries, delivery.parcel.peer) == ("open", 1, "eastvale")
    assert "cannot be reached" in (delivery.row.fault or "")
    assert told(stored_areas) == []
    again(stored_areas)
    assert shown(stored_areas, result.check_id) is DisclosureStatus.answered
    assert waiting(stored_areas["northmoor"]) == []
    assert len(told(stored_areas)) == 1


def test_an_area_whose_answers_are_lost_is_told_once(areas: Areas) -> None:
    """It answers at every try, and every answer but the last is lost."""
    result = asked(areas)
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    peer.lie(DISCLOSURES_PATH, failing(httpx2.ReadError))
    with pytest.raises(PeerError, match="may have been told; ask again to read its answer"):
        disclosed(areas, result.check_id)
    with pytest.raises(PeerError):
        again(areas)
    peer.lie(DISCLOSURES_PATH)
    again(areas)
    assert shown(areas, result.check_id) is DisclosureStatus.answered
    sent = [asked for asked, _ in peer.heard if asked.path == DISCLOSURES_PATH]
    assert len(sent) == 5
    assert len({one.body for one in sent}) == 1
    assert len({one.headers[IDEMPOTENCY_HEADER.lower()] for one in sent}) == 1
    received = [
        one.get("detail", {}).get("times") for one in events(areas["eastvale"], "disclosure_received")
    ]
    assert received == [None, 1], "once; that it was sent again is counted by the hour"
    assert len(told(areas)) == 1


def test_an_answer_that_waits_for_a_person_is_asked_for_until_it_is_there(areas: Areas) -> None:
    result = pending.asked(areas)
    assert pending.told(areas, result).status is DisclosureStatus.pending
    first = only(areas["northmoor"]).row
    assert first.state is DeliveryState.open
    assert first.next_at == areas.clock.at + 3600
    areas.clock.advance(3600)
    again(areas)
    assert shown(areas, result.check_id) is DisclosureStatus.pending
    key = pending.waiting(areas)
    record_holder_decision(areas["eastvale"], key, HolderDecision(Decider.coordinator, release=True))
    areas.clock.advance(3600)
    again(areas)
    assert shown(areas, result.check_id) is DisclosureStatus.answered
    assert waiting(areas["northmoor"]) == []
    assert len(told(areas)) == 1


def test_who_decided_tries_first_and_after_a_crash_the_worker_does(areas: Areas) -> None:
    """The process dies between its decision and its first try: the disclosure is there."""

    class Dying(PeerClient):
        async def post(self, *_: Any, **__: Any) -> Any:
            raise KeyboardInterrupt

    result = asked(areas)
    northmoor = areas["northmoor"]

    async def die() -> None:
        async with Dying(northmoor) as client:
            await disclose(northmoor, client, CandidateRef(result.check_id, "eastvale"), Level.involvement)

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(die())
    with northmoor.read() as tx:
        assert rows.due(tx.session, northmoor.now()) == []
        assert len(rows.due(tx.session, northmoor.now() + FIRST_TRY_S)) == 1
    again(areas)
    assert shown(areas, result.check_id) is DisclosureStatus.answered


def test_a_person_who_asks_again_sends_what_waits_and_owes_nothing_twice(areas: Areas) -> None:
    result = unreachable(areas)
    before, owed = only(areas["northmoor"]), recipients_owed(areas)
    disclosed(areas, result.check_id)
    assert waiting(areas["northmoor"]) == []
    assert len(told(areas)) == 1
    (resumed,) = events(areas["northmoor"], "delivery_resumed")
    assert resumed["refs"] == {"message": before.id, "peer": "eastvale"}
    assert recipients_owed(areas) == owed


def recipients_owed(areas: Areas) -> int:
    """How often Northmoor was to record whom it told."""
    with areas["northmoor"].read() as tx:
        query = "SELECT count(*) FROM obligation_record WHERE code = 'record_recipients'"
        return int(tx.session.connection().exec_driver_sql(query).scalar_one())


def test_a_failure_is_put_off_longer_each_time_and_given_up_in_the_end(areas: Areas) -> None:
    unreachable(areas)
    northmoor = areas["northmoor"]
    waits = []
    while (row := waiting(northmoor)[0]).state is DeliveryState.open:
        waits.append(row.next_at - northmoor.now())
        with northmoor.write() as tx:
            outbox.put_off(tx, row.id, "The area cannot be reached.")
    assert row.tries == northmoor.settings.schedules.give_up_after == 100
    assert 30 <= waits[0] <= 60
    assert all(1800 <= wait <= 3600 for wait in waits[8:])
    assert len(set(waits)) > 50, "nodes that failed together come back apart"
    (stopped,) = events(northmoor, "delivery_stopped")
    assert stopped["detail"] == {"kind": "disclosure", "status": "failed"}
    with northmoor.read() as tx:
        assert rows.due(tx.session, northmoor.now() + 10**6) == []


@pytest.mark.parametrize("case", ["review passed", "fled", "restricted"])
def test_what_it_was_decided_on_must_still_stand(areas: Areas, case: str) -> None:
    result = unreachable(areas)
    northmoor = areas["northmoor"]
    if case == "review passed":
        areas.clock.advance(dt.timedelta(days=31).total_seconds())
    elif case == "restricted":
        northmoor.home.joinpath("staff.toml").write_text(
            '[[exclusion]]\ncase_ref = "NM-1"\nperson = "A. Coordinator"\n'
        )
    else:
        she_fled_there(areas, result.check_id)
    areas.network.asked.clear()
    again(areas)
    assert areas.network.asked == []
    row = waiting(northmoor)[0]
    assert row.state is DeliveryState.lapsed
    assert row.fault
    (stopped,) = events(northmoor, "delivery_stopped")
    assert stopped["detail"] == {"kind": "disclosure", "status": "lapsed"}


def she_fled_there(areas: Areas, check_id: str) -> None:
    """Somebody learns after the decision that she fled the very area."""
    with areas["northmoor"].write() as tx:
        recorded = recorded_check(tx, check_id)
        form = recorded.request.sharing_form.model_copy(update={"fled_from": ("eastvale",)})
        request = recorded.request.model_copy(update={"sharing_form": form})
        update_check(tx, recorded.model_copy(update={"request": request}))


def test_a_decision_made_again_and_refused_takes_back_what_waits(areas: Areas) -> None:
    result = unreachable(areas)
    she_fled_there(areas, result.check_id)
    _, decision = disclosed(areas, result.check_id)
    assert not decision.permitted
    assert only(areas["northmoor"]).row.state is DeliveryState.lapsed
    assert told(areas) == []


def test_two_answers_at_once_on_one_check_are_both_kept(stored_areas: Areas) -> None:
    """Both disclosures are under way before either is answered."""
    areas = stored_areas
    northmoor = areas["northmoor"]
    hold_twice(areas)
    result = asked(areas, SUBJECT)
    handles = [one.handle for one in result.areas[0].candidates]
    assert len(handles) == 2
    both = asyncio.Barrier(2)

    class Together(PeerClient):
        async def post(self, *given: Any, **named: Any) -> Any:
            answer = await super().post(*given, **named)
            await both.wait()
            return answer

    async def go() -> None:
        async with Together(northmoor, transport=areas.network) as client:
            targets = [CandidateRef(result.check_id, "eastvale", handle) for handle in handles]
            await asyncio.gather(
                *(disclose(northmoor, client, target, Level.involvement) for target in targets)
            )

    asyncio.run(go())
    with northmoor.read() as tx:
        after = recorded_check(tx, result.check_id).result.areas[0].candidates
    assert [one.disclosure.status for one in after] == [DisclosureStatus.answered] * 2


def hold_twice(areas: Areas) -> None:
    """Eastvale has her in another case too."""
    hold(areas["eastvale"], case("ev-again", [SUBJECT]))
    publish(areas["eastvale"])


def test_a_parcel_whose_row_was_changed_is_not_sent_elsewhere(areas: Areas) -> None:
    unreachable(areas)
    northmoor = areas["northmoor"]
    with northmoor.write() as tx:
        tx.session.connection().exec_driver_sql("UPDATE outbox SET peer = 'southmere'")
    with pytest.raises(StorageError):
        only(northmoor)


def test_a_holder_that_uses_a_key_for_another_request_refuses_it_while_one_waits(areas: Areas) -> None:
    """An answer that waits for a person is not stored, and its key is used all the same."""
    result = pending.asked(areas)
    pending.told(areas, result)
    with areas["eastvale"].read() as tx:
        handle = result.areas[0].candidates[0].handle
        check = known_as(areas, result.check_id)
        query = f"SELECT answer FROM idempotent_answer WHERE key LIKE '{check}-{handle}-%'"
        assert [row[0] for row in tx.session.connection().exec_driver_sql(query)] == [None]
