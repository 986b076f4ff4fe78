"""What an area knows a question by: its own names for it, also of what was asked before there were any."""

from __future__ import annotations

import asyncio

import pytest
from sqlmodel import select

from hub.audit.events import NODE, Action
from hub.checks.answer import waiting_requests
from hub.checks.ask_area import CheckInProgress
from hub.checks.reconcile import reconcile
from hub.crypto.vault import Vault
from hub.node.node import Node, open_node
from hub.records.check import CheckRequest, recorded_check
from hub.store import received
from hub.store.tables import QuotaUse
from hub.values import Role
from hub.wire.commitment import commitment_without_role
from tests.checks.disclosing import SUBJECT, asked, disclosed
from tests.checks.hearings import exchanged, linked
from tests.checks.papers import worker
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, check, events, handle_of, question

A_USER = "A. Coordinator"


def users_at(areas: Areas, area: str) -> set[str]:
    """Whom an area charges, of Northmoor's people."""
    with areas[area].read() as tx:
        owners = {row.owner for row in tx.session.exec(select(QuotaUse))}
    return {one.partition("|")[2] for one in owners if one.startswith("northmoor|")}


def test_whoever_asks_is_one_person_at_an_area_however_often_and_another_at_each(areas: Areas) -> None:
    for name in (A_USER, "a.  coordinator", A_USER):
        form = question(SUBJECT).sharing_form.model_dump(mode="json")
        who = form["requester"] | {"name": name}
        asks = question(
            SUBJECT, "eastvale", "southmere", requester=who, sharing_form=form | {"requester": who}
        )

        async def go(asks: CheckRequest = asks) -> None:
            async with areas.client("northmoor") as client:
                await check(areas["northmoor"], client, asks)

        asyncio.run(go())
    (here,), (there,) = users_at(areas, "eastvale"), users_at(areas, "southmere")
    assert here != there
    northmoor = areas["northmoor"]
    assert northmoor.user(A_USER) not in (here, there)
    again = open_node(northmoor.home, clock=areas.clock)
    assert (again.user_at("eastvale", A_USER), again.user_at("southmere", A_USER)) == (here, there)
    again.database.close()


def test_what_one_peer_is_given_is_of_that_peer_kind_and_identifier_alone() -> None:
    one, other = Vault(b"1" * 32), Vault(b"2" * 32)
    given = [
        vault.told(kind, peer, local)
        for vault in (one, other)
        for kind in ("check", "user")
        for peer in ("eastvale", "southmere", "east")
        for local in ("ab" * 16, "vale" + "ab" * 16)
    ]
    assert len(set(given)) == len(given) == 24
    assert one.told("check", "eastvale", "ab" * 16) == given[0]


def as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """As versions asked that gave every area the check's own id, and kept nothing of it."""
    monkeypatch.setattr(Node, "check_at", lambda _node, _peer, check_id: check_id)
    monkeypatch.setattr(CheckInProgress, "told_as", lambda _asking, _areas: {})


def test_a_question_that_was_asked_before_goes_on_under_the_name_that_the_area_has(areas: Areas) -> None:
    """Across an upgrade: told, answered, acknowledged, heard later, and both sides agree on it."""
    with pytest.MonkeyPatch.context() as before:
        as_before(before)
        check_id = asked(areas).check_id
    result, _ = disclosed(areas, check_id)
    assert result.areas[0].candidates[0].disclosure.status == "answered"
    worker(areas, "northmoor")
    assert events(areas["eastvale"], "acknowledgement_received")[-1]["refs"]["check_id"] == check_id
    agree(areas)


def test_a_disclosure_that_waits_at_an_upgrade_arrives(areas: Areas) -> None:
    with pytest.MonkeyPatch.context() as before:
        as_before(before)
        check_id = asked(areas).check_id
        gone = areas.network.hosts.pop("eastvale")
        with pytest.raises(Exception, match="reached"):
            disclosed(areas, check_id)
    areas.network.hosts["eastvale"] = gone
    areas.clock.advance(3_600)
    worker(areas, "northmoor")
    with areas["northmoor"].read() as tx:
        kept = recorded_check(tx, check_id)
    assert kept.result.areas[0].candidates[0].disclosure.status == "answered"
    agree(areas)


def test_later_hearings_of_a_question_of_before_are_exchanged(areas: Areas) -> None:
    with pytest.MonkeyPatch.context() as before:
        as_before(before)
        linked(areas)
    exchanged(areas)
    assert events(areas["northmoor"], "hearing_heard")
    assert events(areas["eastvale"], "hearing_heard")


def agree(areas: Areas) -> None:
    async def both() -> None:
        for by, of in (("northmoor", "eastvale"), ("eastvale", "northmoor")):
            async with areas.client(by) as client:
                assert not (await reconcile(areas[by], client, of, days=7)).findings

    asyncio.run(both())


# The part in the case that is asked about.


def test_a_counter_allegation_is_judged_by_the_part_that_was_committed_to(areas: Areas) -> None:
    """A form that calls an alleged perpetrator a victim is believed in nothing: the question was about him."""
    hand, eastvale = Hand(areas), areas["eastvale"]
    accused = SUBJECT.model_copy(update={"role": Role.perpetrator})
    check_id, salt = hand.ask_about(accused)
    body = hand.disclosure(check_id, handle_of(eastvale, SUBJECT), accused, salt)
    assert question(accused).sharing_form.subjects[0].role is Role.victim
    assert hand.opened(hand.disclose(body)).status == "pending"
    (waiting,) = waiting_requests(eastvale)
    assert waiting.reasons == ("Victim there, perpetrator here: a person decides before anything moves.",)


def test_another_part_than_was_committed_to_is_another_person(areas: Areas) -> None:
    hand, eastvale = Hand(areas), areas["eastvale"]
    accused = SUBJECT.model_copy(update={"role": Role.perpetrator})
    check_id, salt = hand.ask_about(accused)
    body = hand.disclosure(check_id, handle_of(eastvale, SUBJECT), SUBJECT, salt)
    assert hand.opened(hand.disclose(body)).status == "not_answered"
    check_id, salt = hand.ask_about(SUBJECT)
    body = hand.disclosure(check_id, handle_of(eastvale, SUBJECT), SUBJECT, salt)
    assert hand.opened(hand.disclose(body, key="k2")).status == "answered"


def test_a_check_of_before_commitments_were_to_the_part_is_answered_by_the_forms_word(areas: Areas) -> None:
    hand, eastvale = Hand(areas), areas["eastvale"]
    check_id, salt = hand.ask_about(SUBJECT)
    with eastvale.write() as tx:
        row = received.check(tx.session, "northmoor", check_id)
        assert row is not None
        before = commitment_without_role(SUBJECT, salt)
        received.add_check(tx.session, row._replace(purpose="referred_elsewhere", commitment=before))
        tx.record(Action.node_started, by=NODE)
    body = hand.disclosure(check_id, handle_of(eastvale, SUBJECT), SUBJECT, salt)
    assert hand.opened(hand.disclose(body)).status == "answered"
