"""What callers do is on the record, also who is refused and who pulls the feed; and nobody fills the log by it."""

from __future__ import annotations

from typing import Any

import pytest

from hub.audit.events import Action
from hub.federation.tally import COUNTED_FOR_S, Kind, Tally
from hub.wire.messages import EVALUATIONS_PATH, FEED_PATH
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, events, log


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
    tally, kind = Tally(hand.holder), Kind(Action.request_refused, None, "authentication")
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
