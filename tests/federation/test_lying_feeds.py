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
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from hub.crypto.encoding import b64, unb64
from hub.crypto.signing import SigningKey
from hub.errors import PeerError
from hub.federation import serve_feed
from hub.federation.peers import known
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.node.certificates import online_keys
from hub.node.keys import load_root
from hub.records.check import AreaStatus, CheckResult
from hub.store import peers
from hub.values import Mode
from hub.wire import messages
from hub.wire.certificates import certify
from hub.wire.messages import EVALUATIONS_PATH, FEED_PATH, METADATA_PATH
from hub.wire.metadata import verify_metadata
from hub.wire.tokens import ENTRY_BYTES
from tests.federation.nodes import (
    START,
    Areas,
    case,
    cases_of,
    check,
    events,
    hold,
    one_name,
    question,
    stranger,
)
from tests.federation.peer_simulator import (
    Asked,
    Lie,
    Peer,
    Told,
    compact,
    field_by,
    fields,
    parts,
    plain,
    reissued,
)

STRANGER = SigningKey.of(Ed25519PrivateKey.generate())


@pytest.fixture
def eastvale(areas: Areas) -> Peer:
    """Eastvale, honest until told otherwise; it has published one person since Northmoor last looked."""
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    hold(areas["eastvale"], case("new", [stranger(50)]))
    publish(areas["eastvale"])
    return peer


def sync(areas: Areas) -> str:
    """What goes wrong for Northmoor with Eastvale; southmere is synced whatever happens."""

    async def go() -> str:
        async with areas.client("northmoor") as client:
            eastvale, southmere = await sync_all(areas["northmoor"], client)
        assert (eastvale.node_id, southmere.node_id, southmere.error) == ("eastvale", "southmere", "")
        return eastvale.error

    return asyncio.run(go())


def ask(areas: Areas, subject: Any = None) -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(
                areas["northmoor"], client, question(subject or one_name("eastvale"), "eastvale")
            )

    return asyncio.run(go())


def copy_in_use(areas: Areas) -> tuple[int, bytes, int]:
    now = known(areas["northmoor"], "eastvale")
    with areas["northmoor"].read() as tx:
        return *peers.digest(tx.session, now.feed_id or 0), now.feed_at


def test_an_old_copy_is_not_an_answer(areas: Areas, eastvale: Peer) -> None:
    """Eastvale has published since and its feed cannot be had: nothing is said about anybody."""
    eastvale.lie(FEED_PATH, PAGES["an entry too many"])
    found = ask(areas).areas[0]
    assert (found.status, found.candidates) == (AreaStatus.error, ())
    eastvale.lies.clear()
    assert len(ask(areas, stranger(50)).areas[0].candidates) == 1


def assert_refused(areas: Areas, peer: Peer, lie: Callable[[], None]) -> str:
    """The lie is told on a sync: a fault on the record, and the copy in use is as it was. Then all is mended."""
    before, pinned = copy_in_use(areas), known(areas["northmoor"], "eastvale").pinned
    lie()
    error = sync(areas)
    assert error
    assert copy_in_use(areas) == before
    assert known(areas["northmoor"], "eastvale").pinned == pinned
    assert events(areas["northmoor"], "peer_fault")[-1]["refs"] == {"peer": "eastvale"}
    peer.lies.clear()
    assert sync(areas) == ""
    assert copy_in_use(areas)[2] > before[2]
    return error


def keeping(kept: list[Told]) -> Lie:
    """Honest, and remembers what it told."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        kept.append(told)
        return told

    return lie


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
        withdrawn=b64(b"".join(token for token, _ in messages.split_entries(told.json()["entries"]))),
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


# What a peer says of itself.


def metadata_is(change: Callable[[Peer, dict[str, Any]], str]) -> Lie:
    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        return Told(200, change(peer, parts(told.body.decode())[1]).encode(), told.headers)

    return lie


def signed_anew(peer: Peer, claims: dict[str, Any], key: SigningKey | None = None, **header: Any) -> str:
    used = key or peer.node.keys.signing
    head = {"alg": "EdDSA", "typ": "marac-node+jwt", "kid": used.kid, **header}
    return compact(json.dumps(head), json.dumps(claims), used)


def certified(peer: Peer, root: SigningKey, name: str) -> str:
    return certify(root, name, online_keys(peer.node.keys), int(START), int(START), Mode.trial)


def of_another_root(peer: Peer, claims: dict[str, Any]) -> str:
    return signed_anew(peer, {**claims, "certificate": certified(peer, STRANGER, "eastvale")})


def of_another_name(peer: Peer, claims: dict[str, Any]) -> str:
    certificate = certified(peer, load_root(peer.node.home / "keys"), "southmere")
    return signed_anew(peer, {**claims, "iss": "southmere", "sub": "southmere", "certificate": certificate})


def of_an_uncertified_key(peer: Peer, claims: dict[str, Any]) -> str:
    return signed_anew(peer, claims, STRANGER)


def of_a_key_certified_by_itself(peer: Peer, claims: dict[str, Any]) -> str:
    """The root key's public half stands in the certificate, which another key signed."""
    head, said = parts(claims["certificate"])
    return signed_anew(peer, {**claims, "certificate": compact(json.dumps(head), json.dumps(said), STRANGER)})


def with_keys(**changed: str) -> Lie:
    return metadata_is(
        lambda peer, claims: signed_anew(peer, {**claims, "keys": {**claims["keys"], **changed}})
    )


def with_claims(**changed: Any) -> Lie:
    return metadata_is(lambda peer, claims: signed_anew(peer, {**claims, **changed}))


def quotas(per_day: float) -> dict[str, Any]:
    honest = {"per_day": 1, "burst": 1, "per_month": 1}
    return {"strong": {**honest, "per_day": per_day}, "weak": honest}


METADATA: dict[str, Lie] = {
    "of another root": metadata_is(of_another_root),
    "of another area": metadata_is(of_another_name),
    "of a key that the root did not certify": metadata_is(of_an_uncertified_key),
    "of a key that certifies itself": metadata_is(of_a_key_certified_by_itself),
    "of another type": metadata_is(lambda peer, claims: signed_anew(peer, claims, typ="marac-manifest+jwt")),
    "with another certificate": with_claims(certificate="a.b.c"),
    "good for a year": with_claims(exp=2_000_000_000),
    "for one reader": with_claims(aud="northmoor"),
    "with a claim too many": with_claims(admin=True),
    "with a quota without end": with_claims(quotas=quotas(float("inf"))),
    "with a quota that is no number": with_claims(quotas=quotas(float("nan"))),
    "with a quota beyond number": with_claims(quotas=quotas(2**80)),
    "with a quota of less than nothing": with_claims(quotas=quotas(-1)),
    "with a version beyond number": with_claims(versions=[2**80]),
    "with a name in half a letter": with_claims(area="\ud800"),
    "with a name of a nought": with_claims(area="East\0vale"),
    "with an identifier of a nought": with_claims(jti="\0" * 20),
    "with no certificate": with_claims(certificate=""),
    "with a key that is none": with_keys(prf=b64(bytes(31))),
    "with a key that is not base64": with_keys(prf="%%%"),
    "not a token": plain(200, b"hello"),
    "nothing": plain(200, b""),
    "not there": plain(404, b"{}"),
    "in no encoding": plain(200, b"\xff\xfe\xfd"),
}


@pytest.mark.parametrize("name", METADATA)
def test_metadata_that_do_not_hold_are_a_fault(areas: Areas, eastvale: Peer, name: str) -> None:
    assert_refused(areas, eastvale, lambda: eastvale.lie(METADATA_PATH, METADATA[name]))


def test_an_old_directory_is_a_fault(areas: Areas, eastvale: Peer) -> None:
    """Yesterday's metadata, still within its day, may name a key given up since."""
    kept: list[Told] = []
    eastvale.lie(METADATA_PATH, keeping(kept))
    assert sync(areas) == ""
    areas.clock.advance(3_600)
    assert sync(areas) == ""
    eastvale.lie(METADATA_PATH, lambda peer, asked, told: kept[0])
    areas.clock.advance(3_600)
    assert "older" in sync(areas)
    eastvale.lies.clear()
    assert sync(areas) == ""


@given(
    text=st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: f"{b64(raw)}.{b64(raw)}.{b64(raw)}")
)
@settings(max_examples=200)
def test_whatever_stands_for_metadata_is_a_peer_fault(text: str) -> None:
    with pytest.raises(PeerError):
        verify_metadata(text, 1_793_613_600)


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
