"""What a holder does with requests for its feed: pages by cursor, which is signed, and nothing made up."""

from __future__ import annotations

import pytest

from hub.crypto.encoding import b64
from hub.federation import serve_feed
from hub.store import feeds
from hub.wire import tokens
from hub.wire.messages import (
    FEED_PATH,
    FeedPage,
    Manifest,
)
from tests.federation.hand import Hand
from tests.federation.nodes import Areas
from tests.federation.peer_simulator import parts
from tests.federation.problems import assert_problem


def page(hand: Hand, cursor: str = "") -> tuple[FeedPage, Manifest]:
    path = FEED_PATH + (f"?cursor={cursor}" if cursor else "")
    response = hand.send("GET", path)
    assert response.status_code == 200, response.text
    told = FeedPage.model_validate_json(response.content)
    hand.receipt(response)
    return told, Manifest.model_validate(parts(told.manifest)[1])


def test_the_feed_comes_in_pages_by_cursor(areas: Areas, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve_feed, "PAGE_LINES", 300)
    hand = Hand(areas)
    whole, cursor = [], ""
    while True:
        told, manifest = page(hand, cursor)
        entries = tokens.split_entries(told.entries)
        assert 0 < len(entries) <= 300
        whole += entries
        cursor = told.cursor
        if not told.more:
            break
    assert len(whole) == len(set(whole)) == manifest.entries
    told, _ = page(hand, cursor)
    assert (told.entries, told.withdrawn, told.more, told.cursor) == ("", "", False, cursor)


@pytest.mark.parametrize("text", ["2.1", "1.99999999", "0.0", "1.1.99999999"])
def test_an_expired_cursor_says_so(hand: Hand, text: str) -> None:
    response = hand.send("GET", f"{FEED_PATH}?cursor={b64(text.encode())}")
    assert_problem(response, 410, "cursor_expired")


@pytest.mark.parametrize(
    "cursor", ["%00", "x", b64(b"1"), b64(b"1.-1"), b64(b"1." + b"9" * 40), b64(b"1.1.1.1"), b64(b"\xff.1")]
)
def test_a_made_up_cursor_is_refused(hand: Hand, cursor: str) -> None:
    assert_problem(hand.send("GET", f"{FEED_PATH}?cursor={cursor}"), 422, "invalid_input")


def test_the_cursor_is_part_of_what_is_signed(hand: Hand) -> None:
    token = hand.token("GET", FEED_PATH, b"")
    cursor = b64(b"1.0")
    assert hand.send("GET", f"{FEED_PATH}?cursor={cursor}", token=token).status_code == 401


def test_an_area_that_has_not_published_says_so(areas: Areas) -> None:
    hand = Hand(areas)
    with hand.holder.write() as tx:
        feeds.drop(tx.session)
    assert_problem(hand.evaluate(), 404, "not_found")
    assert_problem(hand.send("GET", FEED_PATH), 404, "not_found")
