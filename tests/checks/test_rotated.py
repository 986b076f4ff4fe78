"""Checks, disclosures and dismissals across a rotation of the holder's keys; copies kept from before it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import httpx2
import pytest
from sqlmodel import select

from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.disclose import disclose
from hub.checks.dismissals import dismiss
from hub.consent import Decider
from hub.crypto.encoding import b64, unb64
from hub.crypto.prf import BlindedBatch
from hub.federation.peers import known
from hub.federation.publish import publish
from hub.federation.rotate_keys import rotate
from hub.federation.sync import sync_all
from hub.matching import match_keys
from hub.node.node import Node
from hub.records.check import AreaResult, AreaStatus, CandidateRef, CheckResult, DisclosureStatus
from hub.store.tables import CheckRecord, PeerEntry
from hub.values import Kind, Level, Person, Requester
from hub.wire.lookup import Copy, Evaluated, find_labels
from hub.wire.messages import EVALUATIONS_PATH, FEED_PATH
from hub.wire.tokens import FeedContext
from tests.checks.pending import grounded
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, cases_of, check, hold, question, stranger

SUBJECT = cases_of("eastvale")[0][0]
HER = stranger(61)
WHO = Requester.model_validate(
    {"name": "A. Coordinator", "role": "coordinator", "agency": "Police", "agency_kind": "police"}
)


def ask(areas: Areas, subject: Person = SUBJECT, **changes: Any) -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, question(subject, "eastvale", **changes))

    return asyncio.run(go())


def sync(areas: Areas) -> None:
    async def go() -> None:
        async with areas.client("northmoor") as client:
            assert not any(one.error for one in await sync_all(areas["northmoor"], client))

    asyncio.run(go())


def tell(areas: Areas, target: CandidateRef) -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            result, _ = await disclose(areas["northmoor"], client, target, Level.involvement)
            return result

    return asyncio.run(go())


def bands(area: AreaResult) -> list[str]:
    return [one.band for one in area.candidates]


class Meanwhile(httpx2.AsyncBaseTransport):
    """Eastvale, where something happens after it has answered a request for `path`."""

    def __init__(self, areas: Areas, path: str, *acts: Callable[[], Awaitable[object]]) -> None:
        self._true = areas.network.hosts["eastvale"]
        self._path = path
        self._acts = list(acts)
        areas.network.hosts["eastvale"] = self

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._true.handle_async_request(request)
        if request.url.path == self._path and self._acts:
            await self._acts.pop(0)()
        return response


def asked(areas: Areas) -> Counter[str]:
    """How often each of Eastvale's routes was asked."""
    return Counter(path for host, path in areas.network.asked if host == "eastvale")


def test_a_check_that_meets_a_rotation_is_settled_by_asking_once_more(stored_areas: Areas) -> None:
    before = ask(stored_areas).areas[0]
    stored_areas.network.asked.clear()
    rotate(stored_areas["eastvale"])
    area = ask(stored_areas).areas[0]
    assert (area.status, bands(area)) == (AreaStatus.answered, bands(before))
    assert asked(stored_areas)[EVALUATIONS_PATH] == 2


def test_a_copy_that_a_sync_replaced_between_evaluation_and_look_up_is_asked_about_once_more(
    stored_areas: Areas,
) -> None:
    """What was evaluated under the keys of before finds nobody in the new copy, nor anything wrong with it."""

    async def rotate_and_sync() -> None:
        await asyncio.to_thread(rotate, stored_areas["eastvale"])
        async with stored_areas.client("northmoor") as client:
            assert not any(one.error for one in await sync_all(stored_areas["northmoor"], client))

    Meanwhile(stored_areas, EVALUATIONS_PATH, rotate_and_sync)
    area = ask(stored_areas).areas[0]
    assert (area.status, bands(area)[:1]) == (AreaStatus.answered, ["strong"])
    assert asked(stored_areas)[EVALUATIONS_PATH] == 2
    # The holder has the commitment of the first time: it is about the same subject, and can be disclosed.
    told = tell(stored_areas, CandidateRef(only_check(stored_areas), "eastvale")).areas[0]
    assert told.candidates[0].disclosure.status is DisclosureStatus.answered


def only_check(areas: Areas) -> str:
    with areas["northmoor"].read() as tx:
        return tx.session.exec(select(CheckRecord.check_id)).one()


def test_an_area_that_changes_its_keys_at_every_question_is_a_fault_and_not_a_loop(areas: Areas) -> None:
    async def again() -> None:
        await asyncio.to_thread(rotate, areas["eastvale"])
        async with areas.client("northmoor") as client:
            await sync_all(areas["northmoor"], client)

    Meanwhile(areas, EVALUATIONS_PATH, again, again)
    area = ask(areas).areas[0]
    assert area.status is AreaStatus.error
    assert "telephone it" in area.note
    assert asked(areas)[EVALUATIONS_PATH] == 2


def test_a_rotation_in_the_middle_of_a_sync_is_synced_after_all(stored_areas: Areas) -> None:
    """Its metadata is of before, its pages are of after."""

    async def turn() -> None:
        await asyncio.to_thread(rotate, stored_areas["eastvale"])

    Meanwhile(stored_areas, "/.well-known/marac-node", turn)
    sync(stored_areas)
    assert known(stored_areas["northmoor"], "eastvale").epoch == stored_areas["eastvale"].epoch()


def test_many_checks_after_a_rotation_copy_the_feed_once(areas: Areas) -> None:
    sync(areas)
    areas.network.asked.clear()
    rotate(areas["eastvale"])

    async def go() -> list[CheckResult]:
        async with areas.client("northmoor") as client:
            subjects = [SUBJECT, *(stranger(at) for at in range(1, 6))]
            return await asyncio.gather(
                *(check(areas["northmoor"], client, question(one, "eastvale")) for one in subjects)
            )

    results = [result.areas[0] for result in asyncio.run(go())]
    assert {area.status for area in results} == {AreaStatus.answered}
    assert bands(results[0])[:1] == ["strong"]
    from_the_beginning = asked(areas)[FEED_PATH]
    assert from_the_beginning <= 4, "each check pulled it anew"


def test_a_kept_copy_of_the_feed_meets_nobody_after_a_rotation(stored_areas: Areas) -> None:
    """Not with what the new keys make of her match-keys; and under the old ones nothing is evaluated any more."""
    eastvale, northmoor = stored_areas["eastvale"], stored_areas["northmoor"]
    hold(eastvale, case("her", [HER]))
    publish(eastvale)
    sync(stored_areas)
    copy = known(northmoor, "eastvale")
    kept = kept_copy(northmoor)
    assert met_in(stored_areas, kept, copy.max_gap)
    hold(eastvale, case("her", [HER], sealed=True))
    assert met_in(stored_areas, kept, copy.max_gap), "the copy holds her until the keys change"
    rotate(eastvale)
    assert not met_in(stored_areas, kept, copy.max_gap)
    sync(stored_areas)
    assert not met_in(stored_areas, kept_copy(northmoor), copy.max_gap)


def kept_copy(node: Node) -> dict[bytes, bytes]:
    """All entries that a peer ever had of the feed in use."""
    feed_id = known(node, "eastvale").feed_id
    with node.read() as tx:
        rows = tx.session.exec(select(PeerEntry.token, PeerEntry.label).where(PeerEntry.feed_id == feed_id))
        return {row[0]: row[1] for row in rows}


def met_in(areas: Areas, kept: Mapping[bytes, bytes], max_gap: int) -> bool:
    """Whether a dishonest Northmoor finds her in a copy: it asks as agreed, and looks under every epoch."""
    holder, hand = areas["eastvale"], Hand(areas)
    keys = [key for key in match_keys(HER, holder.matching) if not key.weak][:32]
    padding = [bytes([at]) * 32 for at in range(32 - len(keys))]
    batch = BlindedBatch([*(key.material for key in keys), *padding])
    answer = hand.evaluate(hand.evaluation(elements=b64(b"".join(batch.elements))))
    assert answer.status_code == 200
    prf = holder.prf_keys()
    outputs = batch.finalise(
        unb64(answer.json()["elements"]), unb64(answer.json()["proof"]), prf.strong.public_key
    )
    evaluated = [Evaluated(key, output) for key, output in zip(keys, outputs, strict=False)]

    def lookup(made: Sequence[bytes]) -> Mapping[bytes, bytes]:
        return {one: kept[one] for one in made if one in kept}

    contexts = [FeedContext("eastvale", prf.key_id, epoch) for epoch in (1, holder.epoch())]
    return any(find_labels(evaluated, Copy(one, one, max_gap, lookup)) for one in contexts)


def test_handles_are_others_in_each_epoch(stored_areas: Areas) -> None:
    """Peers cannot link a person or a case across epochs by them; the test people alone stay as all know them."""
    first = ask(stored_areas).areas[0].candidates[0]
    rotate(stored_areas["eastvale"])
    second = ask(stored_areas).areas[0].candidates[0]
    assert first.handle != second.handle
    assert first.band == second.band


@pytest.mark.parametrize("turns", [1, 2])
def test_a_disclosure_begun_before_a_rotation_is_answered_after_it(stored_areas: Areas, turns: int) -> None:
    result = ask(stored_areas)
    for _ in range(turns):
        rotate(stored_areas["eastvale"])
    told = tell(stored_areas, CandidateRef(result.check_id, "eastvale")).areas[0]
    assert told.candidates[0].disclosure.status is DisclosureStatus.answered


def test_a_request_that_waits_is_found_and_answered_after_a_rotation(stored_areas: Areas) -> None:
    eastvale = stored_areas["eastvale"]
    idva = {"kind": Kind.idva, "idva_service": "Eastvale Idva Service", "publish": True}
    hold(eastvale, case("EV-IDVA", [stranger(4)], **idva))
    publish(eastvale)
    result = ask(stored_areas, stranger(4), sharing_form=grounded())
    target = CandidateRef(result.check_id, "eastvale")
    assert tell(stored_areas, target).areas[0].candidates[0].disclosure.status is DisclosureStatus.pending
    rotate(eastvale)
    (waiting,) = waiting_requests(eastvale, WHO)
    record_holder_decision(eastvale, waiting.key, HolderDecision(Decider.idva_service, release=True))
    told = tell(stored_areas, target).areas[0]
    assert told.candidates[0].disclosure.status is DisclosureStatus.answered


def test_a_dismissed_candidate_stays_dismissed_after_a_rotation(stored_areas: Areas) -> None:
    result = ask(stored_areas)
    every = result.areas[0].candidates
    for one in every:
        dismiss(stored_areas["northmoor"], CandidateRef(result.check_id, "eastvale", one.handle), WHO)
    rotate(stored_areas["eastvale"])
    area = ask(stored_areas).areas[0]
    assert (area.candidates, len(area.set_aside)) == ((), len(every))
