"""What a peer says of itself and publishes is believed only whole, signed, fresh and never backwards.

After any lie the copy in use is the last good one, the fault is on the record, and an honest sync mends all.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event

from hub.crypto.encoding import b64, unb64
from hub.crypto.signing import SigningKey
from hub.federation import serve_feed
from hub.federation.peers import known
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.records.check import AreaStatus
from hub.store import peers
from hub.wire import tokens
from hub.wire.messages import EVALUATIONS_PATH, FEED_PATH
from hub.wire.tokens import ENTRY_BYTES
from tests.federation.lying_feed import ask, assert_refused, copy_in_use, keeping, sync
from tests.federation.nodes import (
    Areas,
    case,
    cases_of,
    events,
    hold,
    stranger,
)
from tests.federation.peer_simulator import (
    Asked,
    Lie,
    Peer,
    Told,
    field_by,
    fields,
    plain,
    reissued,
)

STRANGER = SigningKey.of(Ed25519PrivateKey.generate())


def test_an_old_copy_is_not_an_answer(areas: Areas, eastvale: Peer) -> None:
    """Eastvale has published since and its feed cannot be had: nothing is said about anybody."""
    eastvale.lie(FEED_PATH, PAGES["an entry too many"])
    found = ask(areas).areas[0]
    assert (found.status, found.candidates) == (AreaStatus.error, ())
    eastvale.lies.clear()
    assert len(ask(areas, stranger(50)).areas[0].candidates) == 1


# Pages.


def manifest_with(claims: dict[str, Any] | None = None, key: SigningKey | None = None, **header: Any) -> Lie:
    """Another manifest on the page, signed by the holder or by another key."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        body = told.json()
        body["manifest"] = reissued(body["manifest"], key or peer.node.keys.signing, claims, header or None)
        return peer.signed(asked, told, json.dumps(body).encode())

    return lie


PAGES: dict[str, Lie] = {
    "the last entry missing": field_by("entries", lambda raw: raw[:-ENTRY_BYTES]),
    "an entry too many": field_by("entries", lambda raw: raw + bytes(ENTRY_BYTES)),
    "an entry cut": field_by("entries", lambda raw: raw[:-1]),
    "a label tampered with": field_by("entries", lambda raw: raw[:-1] + bytes([raw[-1] ^ 1]) if raw else raw),
    "no entries": fields(entries=""),
    "everything withdrawn": lambda peer, asked, told: fields(
        withdrawn=b64(b"".join(token for token, _ in tokens.split_entries(told.json()["entries"]))),
        entries="",
    )(peer, asked, told),
    "another epoch": fields(epoch=2),
    "a cursor that never moves": fields(more=True, cursor=""),
    "an unknown field": fields(people=["x"]),
    "no manifest": fields(manifest=""),
    "a manifest by another key": manifest_with(key=STRANGER),
    "a manifest by another key, named": manifest_with(key=STRANGER, kid=STRANGER.kid),
    "a manifest of another area": manifest_with({"iss": "southmere", "sub": "southmere"}),
    "a manifest of another type": manifest_with(typ="marac-feed+jwt"),
    "a manifest for one reader": manifest_with({"aud": "northmoor"}),
    "a manifest of another key": manifest_with({"key_id": "0" * 16}),
    "a manifest of another weak key": manifest_with({"weak_key_id": "0" * 16}),
    "a manifest of fewer entries": manifest_with({"entries": 1}),
    "a manifest of another digest": manifest_with({"digest": b64(bytes(32))}),
    "a manifest of endless gaps": manifest_with({"max_gap": 10_000}),
    "a manifest of another epoch": manifest_with({"epoch": 2}),
    "an unknown claim": manifest_with({"people_known": 3}),
    "a manifest of people beyond number": manifest_with({"people": 2**80}),
    "a manifest of fewer people than none": manifest_with({"people": -7}),
    "a manifest of people by halves": manifest_with({"people": 1.5}),
    "a manifest of infinitely many people": manifest_with({"people": float("inf")}),
    "a manifest of entries that are no number": manifest_with({"entries": float("nan")}),
    "a manifest of a time beyond number": manifest_with({"feed_at": 2**63}),
    "a manifest of half a letter": manifest_with({"jti": "\ud800" * 20}),
    "an epoch beyond number": lambda peer, asked, told: manifest_with({"epoch": 2**40})(
        peer,
        asked,
        fields(epoch=2**40)(peer, asked, told),  # type: ignore[arg-type]
    ),
    "more lines than a page may have": field_by("entries", lambda raw: raw + bytes(ENTRY_BYTES) * 4_096),
    "rubbish": plain(200, b"rubbish"),
    "refused": plain(403, b"{}"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_that_does_not_hold_is_a_fault(areas: Areas, eastvale: Peer, name: str) -> None:
    assert_refused(areas, eastvale, lambda: eastvale.lie(FEED_PATH, PAGES[name]))


@pytest.mark.parametrize("off", [-90_000, 90_000])
def test_a_manifest_from_another_day_is_a_fault(areas: Areas, eastvale: Peer, off: int) -> None:
    at = int(areas.clock()) + off
    assert_refused(
        areas, eastvale, lambda: eastvale.lie(FEED_PATH, manifest_with({"iat": at, "exp": at + 3_600}))
    )


def test_a_page_lost_on_the_way_is_a_fault(
    areas: Areas, eastvale: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The liar skips a page: it answers the second cursor with the third page."""
    monkeypatch.setattr(serve_feed, "PAGE_LINES", 400)
    pages: list[Told] = []

    def skipping(peer: Peer, asked: Asked, told: Told) -> Told:
        pages.append(told)
        if len(pages) != 1:
            return told
        body = told.json()
        epoch, after, until = unb64(body["cursor"]).decode().split(".")
        body["cursor"] = b64(f"{epoch}.{int(after) + 200}.{until}".encode())
        return peer.signed(asked, told, json.dumps(body).encode())

    def each_time(peer: Peer, asked: Asked, told: Told) -> Told:
        if "cursor=" not in asked.path:
            pages.clear()
        return skipping(peer, asked, told)

    assert_refused(areas, eastvale, lambda: eastvale.lie(FEED_PATH, each_time))


def test_a_feed_rolled_back_is_a_fault(areas: Areas, eastvale: Peer, tmp_path: Path) -> None:
    """What was withdrawn since would come back. The signatures are all good, and fresh."""
    assert sync(areas) == ""
    before = copy_in_use(areas)
    old: list[Told] = []
    eastvale.lie(FEED_PATH, keeping(old))
    fetch_whole(areas)
    eastvale.lies.clear()
    hold(areas["eastvale"], case("new", [stranger(50)], sealed=True))
    assert sync(areas) == ""
    now = copy_in_use(areas)
    assert now != before

    def rolled_back(peer: Peer, asked: Asked, told: Told) -> Told:
        if "cursor=" in asked.path:
            return plain(410, b'{"type": "urn:marac-hub:problem:cursor_expired"}')(peer, asked, told)  # type: ignore[return-value]
        return peer.signed(asked, told, old[0].body)

    eastvale.lie(FEED_PATH, rolled_back)
    assert "went back" in sync(areas)
    assert copy_in_use(areas) == now
    eastvale.lies.clear()
    assert sync(areas) == ""


def fetch_whole(areas: Areas) -> None:
    """Southmere fetches Eastvale's feed from the beginning."""

    async def go() -> None:
        southmere = areas["southmere"]
        with southmere.write() as tx:
            row = peers.get(tx.session, "eastvale")
            assert row
            peers.start_copy(tx.session, "eastvale")
        async with areas.client("southmere") as client:
            assert (await sync_all(southmere, client))[0].error == ""

    asyncio.run(go())


# Nothing new.


def copy_read(areas: Areas, act: Callable[[], object]) -> bool:
    """Whether Northmoor reads entries of a copy while something is done."""
    asked: list[str] = []

    def heard(_c: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    engine = areas["northmoor"].database.engine
    event.listen(engine, "before_cursor_execute", heard)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", heard)
    assert asked
    return any("FROM peer_entry" in one for one in asked)


def test_a_sync_with_nothing_new_does_not_read_the_copy_again(areas: Areas, eastvale: Peer) -> None:
    assert copy_read(areas, lambda: sync(areas))
    areas.clock.advance(3_600)
    before = copy_in_use(areas)
    assert not copy_read(areas, lambda: sync(areas))
    assert copy_in_use(areas) == before
    assert known(areas["northmoor"], "eastvale").synced_at == int(areas.clock())


@pytest.mark.parametrize(
    "claims",
    [{"digest": b64(bytes(32))}, {"entries": 1}, {"feed_at": 1}, {"epoch": 2}],
    ids=lambda one: next(iter(one)),
)
def test_a_manifest_that_changes_with_no_line_is_a_fault(
    areas: Areas, eastvale: Peer, claims: dict[str, Any]
) -> None:
    assert sync(areas) == ""
    before = copy_in_use(areas)
    eastvale.lie(FEED_PATH, manifest_with(claims))
    assert sync(areas)
    assert copy_in_use(areas) == before
    assert events(areas["northmoor"], "peer_fault")
    eastvale.lies.clear()
    assert sync(areas) == ""
    assert copy_in_use(areas) == before


# In flight.


def test_an_epoch_that_changes_while_a_check_is_in_flight_is_caught_up_with(
    areas: Areas, eastvale: Peer
) -> None:
    """The holder publishes between its evaluation and our look: the copy is brought up to date first."""
    assert sync(areas) == ""

    def publishing(peer: Peer, asked: Asked, told: Told) -> Told:
        hold(peer.node, case("later", cases_of("southmere")[0]))
        done = publish(peer.node)
        assert done.added
        state = json.dumps(
            {**told.json(), "feed_at": known(areas["northmoor"], "eastvale").feed_at + 1}
        ).encode()
        return peer.signed(asked, told, state)

    eastvale.lie(EVALUATIONS_PATH, publishing)
    found = ask(areas, cases_of("southmere")[0][0]).areas[0]
    assert (found.status, len(found.candidates)) == (AreaStatus.answered, 1)


def test_a_key_rotated_while_a_check_is_in_flight_is_an_error_not_an_answer(
    areas: Areas, eastvale: Peer
) -> None:
    """Evaluated under the old key, looked up in the new key's feed: nothing would be met, so nothing is said."""

    def rotating(peer: Peer, asked: Asked, told: Told) -> Told:
        body = json.dumps({**told.json(), "epoch": 2}).encode()
        return peer.signed(asked, told, body)

    def new_key(peer: Peer, asked: Asked, told: Told) -> Told:
        return plain(409, b'{"type": "urn:marac-hub:problem:conflict"}')(peer, asked, told)  # type: ignore[return-value]

    eastvale.lie(EVALUATIONS_PATH, rotating)
    eastvale.lie(FEED_PATH, new_key)
    found = ask(areas).areas[0]
    assert (found.status, found.candidates) == (AreaStatus.error, ())
    assert "does not mean that nobody is known there" in found.note


def test_an_interrupted_sync_goes_on_and_completes(
    areas: Areas, eastvale: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve_feed, "PAGE_LINES", 400)
    heard: list[str] = []

    def failing_once(peer: Peer, asked: Asked, told: Told) -> Told:
        heard.append(asked.path)
        return plain(500)(peer, asked, told) if len(heard) == 2 else told  # type: ignore[return-value]

    eastvale.lie(FEED_PATH, failing_once)
    assert sync(areas)
    assert sync(areas) == ""
    assert len(ask(areas, stranger(50)).areas[0].candidates) == 1
