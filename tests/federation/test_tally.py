"""What callers do is on the record, also who is refused and who pulls the feed; and nobody fills the log by it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from hub.audit.chain import Head
from hub.audit.checkpoint import sign_checkpoint
from hub.audit.events import Action
from hub.cases.alerts import alert_of_area
from hub.cases.close import close
from hub.cases.obligations import ListedObligation, list_obligations
from hub.consent.evidence import Closing
from hub.federation.heads import KEPT_EVERY_S
from hub.federation.tally import COUNTED_FOR_S, Kind, Tally
from hub.values import AgencyKind, Requester, RequesterRole
from hub.wire.messages import EVALUATIONS_PATH, FEED_PATH, encode
from hub.wire.witness import (
    ACKNOWLEDGEMENTS_PATH,
    CHECKPOINTS_PATH,
    RECONCILIATIONS_PATH,
    Acknowledgement,
    CheckpointNotice,
    HeadTold,
    ReconciliationRequest,
    RestoredTold,
)
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, cases_of, events, handle_of, log

MANAGER = Requester(
    name="A Manager", role=RequesterRole.manager, agency="Police", agency_kind=AgencyKind.police
)
COORDINATOR = MANAGER.model_copy(update={"name": "A Coordinator", "role": RequesterRole.coordinator})


@pytest.fixture
def hand(areas: Areas) -> Hand:
    return Hand(areas)


def refused(hand: Hand) -> list[tuple[str | None, str, int]]:
    """Who was refused, why and how often, as Eastvale's log says."""
    return [_told(event) for event in events(hand.holder, "request_refused")]


def _told(event: dict[str, Any]) -> tuple[str | None, str, int]:
    return event.get("refs", {}).get("peer"), event["detail"]["fault"], event["detail"]["times"]


def test_a_feed_that_is_pulled_is_on_the_record_with_who_pulls_it(hand: Hand) -> None:
    for _ in range(5):
        assert hand.send("GET", FEED_PATH).status_code == 200
    (first,) = events(hand.holder, "feed_pulled")[-1:]
    assert (first["actor"], first["detail"]["times"]) == ("peer:northmoor", 1)
    hand.areas.clock.advance(COUNTED_FOR_S + 1)
    assert hand.send("GET", FEED_PATH).status_code == 200
    assert events(hand.holder, "feed_pulled")[-1]["detail"]["times"] == 5, "four before, and this one"


def test_callers_whom_nobody_knows_are_counted_and_fill_nothing(hand: Hand) -> None:
    before = len(log(hand.holder))
    for number in range(50):
        claims = {"iss": f"somebody-{number}", "sub": f"somebody-{number}"}
        token = hand.token("POST", EVALUATIONS_PATH, b"{}", **claims)
        assert hand.send("POST", EVALUATIONS_PATH, b"{}", token=token).status_code == 401
    assert len(log(hand.holder)) == before + 1
    assert refused(hand) == [(None, "authentication", 1)], "what a caller says of itself is no part of it"
    hand.areas.clock.advance(COUNTED_FOR_S + 1)
    hand.send("POST", EVALUATIONS_PATH, b"{}", token="none")
    assert refused(hand)[-1] == (None, "authentication", 50)


def test_a_peer_that_is_refused_is_named_with_the_cause(hand: Hand) -> None:
    assert hand.send("POST", EVALUATIONS_PATH, b"{}").status_code == 422
    assert hand.send("GET", FEED_PATH + "?cursor=AA").status_code == 422
    assert hand.send("GET", FEED_PATH + "?cursor=MC4x").status_code == 410
    assert refused(hand) == [("northmoor", "invalid_input", 1), ("northmoor", "cursor_expired", 1)]


def test_a_replay_is_the_peers_whose_message_it_was(hand: Hand) -> None:
    token = hand.token("GET", FEED_PATH, b"")
    assert hand.send("GET", FEED_PATH, token=token).status_code == 200
    assert hand.send("GET", FEED_PATH, token=token).status_code == 401
    assert refused(hand) == [("northmoor", "authentication", 1)]


def test_what_is_counted_is_told_after_an_hour_and_when_the_process_ends(hand: Hand) -> None:
    tally, kind = Tally(hand.holder, alert_of_area), Kind(Action.request_refused, None, "authentication")
    for _ in range(3):
        tally.note(kind)
    tally.tell()
    assert refused(hand) == [(None, "authentication", 1)]
    hand.areas.clock.advance(COUNTED_FOR_S)
    tally.tell()
    assert refused(hand)[1:] == [(None, "authentication", 2)]
    tally.note(kind)
    tally.tell(all_of_them=True)
    assert refused(hand)[2:] == [(None, "authentication", 1)]


def not_asked(hand: Hand) -> httpx2.Response:
    said = Acknowledgement(check_id="0" * 32, handle="0" * 32, level="involvement", answer="A" * 43)
    return hand.send("POST", ACKNOWLEDGEMENTS_PATH, encode(said))


def sealed_to_an_old_key(hand: Hand) -> httpx2.Response:
    subject = cases_of("eastvale")[0][0]
    body = json.loads(hand.disclosure("0" * 32, "0" * 32, subject, b"0" * 32))
    return hand.disclose(json.dumps({**body, "key_id": "0" * 16}).encode())


def another_head(hand: Hand) -> httpx2.Response:
    """Each contradicts the first."""
    note = sign_checkpoint(hand.sender, Head(9, secrets.token_hex(32)), hand.node.keys.signing.private)
    return hand.send("POST", CHECKPOINTS_PATH, encode(CheckpointNotice(checkpoint=note.rstrip("\n"))))


def again(hand: Hand, check_id: str = secrets.token_hex(16)) -> httpx2.Response:
    """Another subject each time."""
    return hand.evaluate(hand.evaluation(check_id=check_id))


REFUSALS: dict[str, tuple[Callable[[Hand], httpx2.Response], int, bool]] = {
    "no ground": (lambda hand: hand.evaluate(hand.evaluation(protocol_ref=None)), 422, True),
    "agreement not held": (lambda hand: hand.evaluate(hand.evaluation(protocol_ref="Other")), 409, False),
    "other keys": (lambda hand: hand.evaluate(hand.evaluation(key_id="0" * 16)), 409, False),
    "another subject": (again, 409, True),
    "a key used before": (lambda hand: hand.evaluate(key="once"), 422, True),
    "an unknown acknowledgement": (not_asked, 404, True),
    "an old sealing key": (sealed_to_an_old_key, 409, False),
    "another head": (another_head, 409, True),
}
"""What an authenticated peer may send without end, the status, and whether a manager is told."""


@pytest.mark.parametrize("name", REFUSALS)
def test_a_peer_that_is_refused_without_end_fills_nothing_and_a_manager_is_told_once(
    hand: Hand, name: str
) -> None:
    send, status, told = REFUSALS[name]
    send(hand)
    before = len(log(hand.holder))
    for _ in range(12):
        assert send(hand).status_code == status
    assert len(log(hand.holder)) <= before + 2
    hand.areas.clock.advance(COUNTED_FOR_S + 1)
    send(hand)
    assert send(hand).status_code == status
    kinds = [one for one in last_of(hand, before) if one["detail"].get("times", 0) > 10]
    assert [one["actor"] for one in kinds] == ["peer:northmoor"], "how many there were is said, and by whom"
    owed = [one for one in obligations(hand, MANAGER) if one.code == "look_into_area"]
    assert len(owed) == told
    assert all("Northmoor was refused" in one.text and "01632 960101" in one.text for one in owed)
    assert not [one for one in obligations(hand, None) if one.code == "look_into_area"]


def last_of(hand: Hand, before: int) -> list[dict[str, Any]]:
    return [{"detail": {}, **json.loads(one.body)} for one in log(hand.holder)[before:]]


def obligations(hand: Hand, asker: Requester | None) -> list[ListedObligation]:
    return list_obligations(hand.holder, asker, hand.holder.today())


def test_a_manager_closes_what_they_looked_into_and_is_told_of_the_next(hand: Hand) -> None:
    not_asked(hand)
    (first,) = obligations(hand, MANAGER)
    by_another = Closing(by=COORDINATOR, on=hand.holder.today(), text="Rang them.")
    assert close(hand.holder, [first.number], by_another).lacking
    by_manager = Closing(by=MANAGER, on=hand.holder.today(), text="Rang them: a test.")
    assert close(hand.holder, [first.number], by_manager).closed == [first.number]
    not_asked(hand)
    assert obligations(hand, MANAGER) == [], "not within the hour"
    hand.areas.clock.advance(COUNTED_FOR_S + 1)
    not_asked(hand)
    (second,) = obligations(hand, MANAGER)
    assert second.number != first.number


def test_what_is_asked_again_is_answered_again_and_fills_nothing(hand: Hand) -> None:
    """The same question, disclosure and acknowledgement; and looks at both records."""
    subject = cases_of("eastvale")[0][0]
    check_id, salt = hand.ask_about(subject)
    handle = handle_of(hand.holder, subject)
    body = hand.disclosure(check_id, handle, subject, salt)
    request = hand.evaluation()
    said = Acknowledgement(check_id=check_id, handle=handle, level="involvement", answer="A" * 43)
    day = hand.holder.today().isoformat()

    def all_of_it() -> list[int]:
        sent = (
            hand.evaluate(request, key="k2"),
            hand.disclose(body),
            hand.send("POST", ACKNOWLEDGEMENTS_PATH, encode(said)),
            hand.send("POST", RECONCILIATIONS_PATH, encode(ReconciliationRequest(first=day, last=day))),
        )
        return [one.status_code for one in sent]

    assert all_of_it() == [200] * 4
    before = len(log(hand.holder))
    for _ in range(5):
        assert all_of_it() == [200] * 4
    assert len(log(hand.holder)) == before + 3 + 5, "the first of each kind, and what looks are charged"


def test_restorations_without_end_fill_nothing(hand: Hand) -> None:
    """Each under a new mark, back to the first head, and on from there."""
    key = hand.node.keys.signing.private
    heads = [Head(size, secrets.token_hex(32)) for size in (5, 9)]

    def show(head: Head, mark: str | None) -> httpx2.Response:
        first = HeadTold(size=heads[0].size, hash=heads[0].hash)
        notice = CheckpointNotice(
            checkpoint=sign_checkpoint(hand.sender, head, key).rstrip("\n"),
            since=first,
            restored=RestoredTold(mark=mark, head=first) if mark else None,
        )
        return hand.send("POST", CHECKPOINTS_PATH, encode(notice))

    for head in heads:
        hand.areas.clock.advance(KEPT_EVERY_S)
        assert show(head, None).json()["status"] == "kept"
    before = len(log(hand.holder))
    for _ in range(5):
        assert show(Head(7, secrets.token_hex(32)), secrets.token_hex(16)).status_code == 200
    assert len(log(hand.holder)) == before + 1
