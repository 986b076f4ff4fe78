"""The main path as an asker knows it: a lawful question finds who is known elsewhere, all of it recorded."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest

from hub.audit.chain import Verified
from hub.audit.log import verify_log
from hub.checks.check import areas_asked, form_of
from hub.checks.check import check as put
from hub.checks.rung import ring
from hub.consent import Outcome
from hub.errors import InputError, NotFoundError, StorageError
from hub.federation.publish import publish
from hub.records.check import AreaStatus, CheckRequest, CheckResult, DisclosureStatus, Rung, recorded_check
from hub.store.audit import DatabaseAudit
from hub.values import Band, Person
from tests.cases.casework import who
from tests.federation.nodes import (
    Areas,
    case,
    cases_of,
    check,
    entered,
    events,
    hold,
    known_as,
    log,
    question,
    stranger,
)
from tests.federation.peer_simulator import Peer
from tests.named import named_in

CASE = cases_of("eastvale")[0]


def ask(areas: Areas, request: CheckRequest, node_id: str = "northmoor") -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client(node_id) as client:
            return await check(areas[node_id], client, request)

    return asyncio.run(go())


def statuses(result: CheckResult) -> dict[str, AreaStatus]:
    return {one.node_id: one.status for one in result.areas}


# Who is found.


def test_who_is_known_elsewhere_is_found_with_reasons_and_a_phone_route(stored_areas: Areas) -> None:
    result = ask(stored_areas, question(CASE[0], "eastvale", "southmere"))
    assert result.decision.outcome is Outcome.permit
    eastvale, southmere = result.areas
    (candidate,) = eastvale.candidates
    assert candidate.band is Band.strong
    assert "same date of birth" in candidate.reasons
    assert candidate.disclosure.status is DisclosureStatus.not_asked
    assert "01632" in eastvale.contact
    assert (southmere.status, southmere.candidates) == (AreaStatus.answered, ())


def test_she_is_found_under_another_name(areas: Areas) -> None:
    """Known there by a short name and a former surname; here by another surname and the day and month swapped."""
    held = Person(given_names="Katherine", surname="Ashworth", date_of_birth="1988-07-04")
    hold(areas["eastvale"], case("alias", [held]))
    publish(areas["eastvale"])
    asked = Person(
        given_names="Kate", surname="Marsh", aliases=("Kate Ashworth",), date_of_birth="1988-04-07"
    )
    (area,) = ask(areas, question(asked, "eastvale")).areas
    assert len(area.candidates) == 1


def test_a_stranger_is_known_nowhere(areas: Areas) -> None:
    result = ask(areas, question(stranger(60), "eastvale", "southmere"))
    assert [one.candidates for one in result.areas] == [(), ()]
    assert set(statuses(result).values()) == {AreaStatus.answered}


def test_a_sealed_case_is_not_met_yet_its_area_can_ask(areas: Areas) -> None:
    hold(areas["eastvale"], case("eastvale-0", CASE, sealed=True))
    publish(areas["eastvale"])
    for person in CASE:
        (area,) = ask(areas, question(person, "eastvale")).areas
        assert (area.status, area.candidates) == (AreaStatus.answered, ())
    victim = cases_of("southmere")[0][0]
    (area,) = ask(areas, question(victim, "southmere"), "eastvale").areas
    assert len(area.candidates) == 1


def test_people_of_the_case_are_asked_about_with_the_subject(areas: Areas) -> None:
    alone = ask(areas, question(CASE[0], "eastvale")).areas[0].candidates
    together = ask(areas, question(CASE[0], "eastvale", related=CASE[1:])).areas[0].candidates
    assert [one.handle for one in together] == [one.handle for one in alone]


# Whom it asks.


def test_all_neighbours_or_named_areas_are_asked_and_nobody_else(areas: Areas) -> None:
    everybody = ask(areas, question(stranger(60), areas="all"))
    assert set(statuses(everybody)) == {"eastvale", "southmere", "westhaven"}
    assert statuses(everybody)["westhaven"] is AreaStatus.not_connected
    areas.network.asked.clear()
    named = ask(areas, question(stranger(60), areas=["southmere", "southmere"]))
    assert list(statuses(named)) == ["southmere"]
    assert {host for host, _ in areas.network.asked} == {"southmere"}
    neighbours = areas_asked(areas["eastvale"], question(stranger(60), areas="neighbours"))
    assert set(neighbours) == {"northmoor", "southmere"}


@pytest.mark.parametrize("name", ["atlantis", "northmoor"])
def test_an_area_that_cannot_be_asked_is_wrong_input(areas: Areas, name: str) -> None:
    with pytest.raises(InputError):
        ask(areas, question(stranger(60), name))
    assert areas.network.asked == []


def test_a_subject_without_a_name_is_wrong_input(areas: Areas) -> None:
    with pytest.raises(InputError, match="name"):
        ask(areas, question(Person(date_of_birth="1990-01-01"), "eastvale"))
    assert areas.network.asked == []


# The gate.

CLOSED: dict[str, dict[str, Any]] = {
    "no agreement and no ground": {"protocol": None},
    "no necessity": {"necessity": ""},
    "no review": {"review": None},
}


@pytest.mark.parametrize("name", CLOSED)
def test_without_a_permit_nobody_is_asked_and_the_decision_is_kept(stored_areas: Areas, name: str) -> None:
    form = question(CASE[0]).sharing_form.model_dump(mode="json") | CLOSED[name]
    result = ask(stored_areas, question(CASE[0], "eastvale", sharing_form=form))
    assert result.decision.outcome is not Outcome.permit
    assert result.decision.missing
    assert result.areas == ()
    assert stored_areas.network.asked == []
    northmoor = stored_areas["northmoor"]
    assert [one["refs"]["check_id"] for one in events(northmoor, "check_decided")] == [result.check_id]
    assert not events(northmoor, "request_sent")
    with northmoor.read() as tx:
        assert recorded_check(tx, result.check_id).result == result


def test_without_a_case_reference_nobody_is_asked(areas: Areas) -> None:
    result = ask(areas, question(CASE[0], "eastvale", case_ref=""))
    assert result.decision.outcome is Outcome.incomplete
    assert areas.network.asked == []


def test_a_form_that_says_something_else_than_the_request_is_wrong_input() -> None:
    form = question(CASE[0]).sharing_form.model_dump(mode="json") | {"purpose": "marac_transfer"}
    with pytest.raises(InputError, match="purpose"):
        form_of(question(CASE[0], sharing_form=form))


# The record.


def test_it_is_recorded_before_anything_is_sent(areas: Areas) -> None:
    """When the first request leaves, decision and intention are already in the log and the store."""
    northmoor = areas["northmoor"]
    recorded: list[list[str]] = []

    class Watching:
        def __init__(self, there: Any) -> None:
            self.there = there

        async def handle_async_request(self, request: Any) -> Any:
            recorded.append([entry.action for entry in log(northmoor)])
            return await self.there.handle_async_request(request)

    areas.network.hosts["eastvale"] = Watching(areas.network.hosts["eastvale"])  # type: ignore[assignment]
    ask(areas, question(CASE[0], "eastvale"))
    assert recorded[0][-2:] == ["check_decided", "request_sent"]


def test_both_logs_tell_of_the_check_and_hold(stored_areas: Areas) -> None:
    result = ask(stored_areas, question(CASE[0], "eastvale", "southmere"))
    for area, actions, called in (
        (
            "northmoor",
            ("check_decided", "request_sent", "answer_received", "check_recorded"),
            result.check_id,
        ),
        ("eastvale", ("request_received",), known_as(stored_areas, result.check_id)),
        ("southmere", ("request_received",), known_as(stored_areas, result.check_id, "southmere")),
    ):
        for action in actions:
            assert {one["refs"]["check_id"] for one in events(stored_areas[area], action)} == {called}
        with stored_areas[area].read() as tx:
            assert isinstance(verify_log(DatabaseAudit(tx.session), area), Verified)
        bodies = json.dumps([entry.body for entry in log(stored_areas[area])])
        assert not named_in(CASE[0], bodies)
        assert CASE[0].date_of_birth not in bodies


def test_what_was_found_is_kept_and_read_back(areas: Areas) -> None:
    result = ask(areas, question(CASE[0], "eastvale"))
    northmoor = areas["northmoor"]
    with northmoor.read() as tx:
        kept = recorded_check(tx, result.check_id)
        assert kept.result == result
        assert set(kept.salts) == {"eastvale"}
        with pytest.raises(NotFoundError):
            recorded_check(tx, "0" * 32)


def test_no_log_no_question(areas: Areas) -> None:
    with areas["northmoor"].database.write() as session:
        session.connection().exec_driver_sql("DROP TABLE audit_entry")
    with pytest.raises(StorageError):
        ask(areas, question(CASE[0], "eastvale"))
    assert areas.network.asked == []


def test_two_checks_of_one_subject_have_nothing_in_common(areas: Areas) -> None:
    """No identifier, commitment or element of the one is in the other: a holder cannot tell that it is the same."""
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    for _ in range(2):
        ask(areas, question(CASE[0], "eastvale"))
    one, two = (asked.json() for asked, _ in peer.heard)
    assert one.keys() == two.keys()
    for name in ("check_id", "commitment", "elements", "weak_elements"):
        assert len(one[name]) == len(two[name])
        assert one[name] != two[name]
    chunks = [
        {body["elements"][at : at + 43] for at in range(0, len(body["elements"]), 43)} for body in (one, two)
    ]
    assert not chunks[0] & chunks[1]


def test_what_was_said_on_the_telephone_while_it_was_asked_stays_with_it(areas: Areas) -> None:
    """A colleague reads that no answer is kept yet, rings, and writes down what is said."""
    node, check_id = areas["northmoor"], "5c" * 16
    there = areas.network.hosts["southmere"]

    class Slow(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            rang = Rung(
                by="Bea Other", at=node.now(), whom="Jo Lowther", said="Ring tonight.", once="1d" * 16
            )
            ring(node, who("Bea Other"), check_id, "southmere", rang)
            return await there.handle_async_request(request)

    areas.network.hosts["southmere"] = Slow()

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            request = entered(node, question(stranger(3), "eastvale", "southmere"))
            return await put(node, client, request, check_id=check_id)

    assert {one.status for one in asyncio.run(go()).areas} == {AreaStatus.answered}
    with node.read() as tx:
        kept = recorded_check(tx, check_id)
    assert [one.said for one in kept.rung["southmere"]] == ["Ring tonight."]
    assert len(kept.result.areas) == len(kept.published) == 2
