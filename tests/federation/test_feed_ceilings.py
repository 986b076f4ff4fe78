"""How much of a peer's feed is taken is the node's own to say; what was pulled in time is kept for the next try."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import current_thread, main_thread
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import func, select

from hub.checks import ask_area
from hub.crypto.encoding import b64
from hub.federation import client, serve_feed
from hub.federation.peers import known
from hub.federation.publish import publish
from hub.federation.sync import Synced, sync_all
from hub.node.node import Node
from hub.records.check import AreaResult, AreaStatus
from hub.store import peers
from hub.store.tables import PeerEntry, PeerFeed
from hub.wire.blinding import BlindQuestion
from hub.wire.messages import FEED_PATH, METADATA_PATH
from hub.wire.tokens import ENTRY_BYTES
from tests.federation.nodes import Areas, case, cases_of, check, events, hold, question, stranger
from tests.federation.peer_simulator import Asked, Lie, Peer, Told, honest, not_before, reissued


def feeds_are(node: Node, **changes: Any) -> None:
    """Other settings of feeds at a node."""
    feeds = node.settings.feeds.model_copy(update=changes)
    object.__setattr__(node, "settings", node.settings.model_copy(update={"feeds": feeds}))


def lying(areas: Areas, path: str, *lies: Lie) -> Peer:
    peer = Peer(areas["eastvale"])
    peer.lie(path, *lies)
    areas.network.hosts["eastvale"] = peer
    return peer


def sync(areas: Areas) -> dict[str, Synced]:
    async def go() -> list[Synced]:
        async with areas.client("northmoor") as client:
            return await sync_all(areas["northmoor"], client)

    return {one.node_id: one for one in asyncio.run(go())}


def ask(areas: Areas, *who: str) -> tuple[AreaResult, ...]:
    async def go() -> tuple[AreaResult, ...]:
        async with areas.client("northmoor") as client:
            request = question(stranger(50), *(who or ("eastvale", "southmere")))
            return (await check(areas["northmoor"], client, request)).areas

    return asyncio.run(go())


def kept(areas: Areas) -> tuple[int, int]:
    """How many copies of feeds Northmoor keeps, begun ones too, and how many entries in all of them."""
    with areas["northmoor"].read() as tx:
        copies = tx.session.exec(select(func.count()).select_from(PeerFeed)).one()
        return copies, tx.session.exec(select(func.count()).select_from(PeerEntry)).one()


def in_use(areas: Areas) -> tuple[int, bytes]:
    now = known(areas["northmoor"], "eastvale")
    with areas["northmoor"].read() as tx:
        return peers.digest(tx.session, now.feed_id or 0)


def endless(entries: Callable[[int], int], pages: int = 40) -> Lie:
    """Pages without end of entries from nowhere, under signed manifests of so many entries on each page."""
    honest: list[Told] = []

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        honest.append(honest[0] if honest else told)  # It refuses cursors that it did not make.
        at, body = len(honest), honest[0].json()
        claims = {"entries": entries(at), "feed_at": 2**40 + at}
        body["manifest"] = reissued(body["manifest"], peer.node.keys.signing, claims)
        body |= {"entries": b64(os.urandom(ENTRY_BYTES * 1_000)), "withdrawn": ""}
        body |= {"more": at < pages, "cursor": f"A{at}"}
        return peer.signed(asked, honest[0], json.dumps(body).encode())

    return lie


ENDLESS = {
    "of more entries than may be": lambda at: 2**31 - 1,
    "of as many entries as may be": lambda at: 5_000,
    "that grows with every page": lambda at: 1_000 * at,
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_feed_without_end_is_dropped_at_our_own_ceiling(areas: Areas, name: str) -> None:
    """Signed, page by page, and whatever size it says: from the beginning, and as changes to the copy in use."""
    feeds_are(areas["northmoor"], most_entries=5_000)
    before, copy = kept(areas), in_use(areas)
    peer = lying(areas, FEED_PATH, endless(ENDLESS[name]))
    for _ in range(3):
        done = sync(areas)
        assert "feed" in done["eastvale"].error
        assert done["southmere"].error == ""
        assert (kept(areas), in_use(areas)) == (before, copy)
    assert len(peer.heard) < 3 * 25
    peer.lies.clear()
    assert sync(areas)["eastvale"].error == ""
    assert kept(areas) == before


def test_a_feed_over_the_ceiling_is_said_with_the_setting(areas: Areas) -> None:
    hold(areas["eastvale"], case("new", [stranger(50)]))
    publish(areas["eastvale"])
    feeds_are(areas["northmoor"], most_entries=100)
    error = sync(areas)["eastvale"].error
    assert "larger than this node takes" in error
    assert "most_entries under [feeds] in node.toml" in error
    assert events(areas["northmoor"], "peer_fault")[-1]["detail"] == {"fault": "feed_too_large"}
    feeds_are(areas["northmoor"], most_entries=10_000, most_bytes=1_000)
    assert "most_bytes" in sync(areas)["eastvale"].error
    assert ask(areas)[0].status is AreaStatus.error


def test_a_feed_of_which_most_was_withdrawn_is_synced_from_the_beginning(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who begins is not sent what was withdrawn before: it is no more than the feed has entries."""
    monkeypatch.setattr(serve_feed, "PAGE_LINES", 300)
    monkeypatch.setattr("hub.federation.sync.SLACK_LINES", 200)
    for at, people in enumerate(cases_of("eastvale")):
        hold(areas["eastvale"], case(f"eastvale-{at}", people, sealed=True))
    publish(areas["eastvale"])
    with areas["northmoor"].write() as tx:
        peers.start_copy(tx.session, "eastvale")
    done = sync(areas)["eastvale"]
    assert done.error == ""
    assert done.entries == in_use(areas)[0]


# Slow lines.


@pytest.fixture
def published(areas: Areas, monkeypatch: pytest.MonkeyPatch) -> Areas:
    """Eastvale has published several pages since Northmoor last looked."""
    monkeypatch.setattr(serve_feed, "PAGE_LINES", 100)
    hold(areas["eastvale"], case("new", [stranger(50), stranger(51), stranger(52)]))
    publish(areas["eastvale"])
    return areas


MANY = 600  # tries that are enough on whatever machine; most of them are never made


def slow(s: float) -> Lie:
    async def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        await asyncio.sleep(s)
        return told

    return lie


def test_a_slow_line_gets_there_a_part_at_a_time(published: Areas) -> None:
    """A check that cannot bring an old copy up to date in time says so; the next goes on from there."""
    areas = published
    feeds_are(areas["northmoor"], catch_up_s=0.5)
    peer = lying(areas, FEED_PATH, slow(0.1))
    for _ in range(MANY):
        eastvale, southmere = ask(areas)
        assert southmere.status is AreaStatus.answered
        if eastvale.status is AreaStatus.answered:
            break
        assert eastvale.status is AreaStatus.error
        assert "could not be brought up to date in time" in eastvale.note
        assert "hub sync" in eastvale.note
        assert eastvale.contact.startswith("01632")
    assert len(eastvale.candidates) == 1
    pages = [
        asked.path for asked, told in peer.heard if asked.path.startswith(FEED_PATH) and told.status == 200
    ]
    assert len(pages) > 5
    assert kept(areas)[0] == 2


def test_the_pages_of_an_increment_are_kept(published: Areas) -> None:
    areas, heard = published, []

    def failing_once(peer: Peer, asked: Asked, told: Told) -> Told:
        heard.append(asked.path)
        return Told(500, b"") if len(heard) == 3 else told

    lying(areas, FEED_PATH, failing_once)
    copy = in_use(areas)
    assert sync(areas)["eastvale"].error
    assert in_use(areas) == copy
    assert sync(areas)["eastvale"].error == ""
    assert heard[3] == heard[2]
    assert len(ask(areas)[0].candidates) == 1
    assert kept(areas)[0] == 2


def test_a_peer_has_a_budget_of_its_own_in_a_sync(published: Areas) -> None:
    areas = published
    feeds_are(areas["northmoor"], sync_s=0.3)
    lying(areas, FEED_PATH, slow(0.1))
    done = sync(areas)
    assert "within 0.3 s" in done["eastvale"].error
    assert "goes on from there" in done["eastvale"].error
    for _ in range(MANY):
        if not sync(areas)["eastvale"].error:
            break
    assert len(ask(areas)[0].candidates) == 1


def test_a_peer_that_does_not_answer_holds_up_no_other_sync(areas: Areas) -> None:
    """It is given up when the other has sent its feed: in turn, it would be given up first."""
    order: list[str] = []
    lying(areas, METADATA_PATH, not_before(order))
    southmere = Peer(areas["southmere"])
    southmere.lie(FEED_PATH, honest(order))
    areas.network.hosts["southmere"] = southmere
    done = sync(areas)
    assert (bool(done["eastvale"].error), done["southmere"].error) == (True, "")
    assert order.index("answered") < order.index("given up")


# Clocks.


def test_an_areas_clock_does_not_run_while_we_compute(areas: Areas, monkeypatch: pytest.MonkeyPatch) -> None:
    """None runs in the work for an area itself; what is done for another stands in no event loop's way."""
    running: list[object] = []
    computed: list[tuple[int, bool]] = []
    limit = asyncio.timeout

    @asynccontextmanager
    async def timed(s: float) -> AsyncIterator[None]:
        async with limit(s) as clock:
            running.append(clock)
            try:
                yield
            finally:
                running.remove(clock)

    class Observed(BlindQuestion):
        def __init__(self, *args: Any) -> None:
            computed.append((len(running), current_thread() is main_thread()))
            super().__init__(*args)

        def read(self, *args: Any) -> Any:
            computed.append((len(running), current_thread() is main_thread()))
            return super().read(*args)

    monkeypatch.setattr(client, "asyncio", SimpleNamespace(**{**vars(asyncio), "timeout": timed}))
    monkeypatch.setattr(ask_area, "BlindQuestion", Observed)
    assert [one.status for one in ask(areas, "eastvale")] == [AreaStatus.answered]
    assert computed == [(0, False)] * 2
    assert [one.status for one in ask(areas)] == [AreaStatus.answered] * 2
    assert [beside for _, beside in computed] == [False] * 6
