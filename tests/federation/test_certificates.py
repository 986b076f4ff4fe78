"""A certificate ends, rises and never goes back; a peer is who the pins say, not who the database says."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from hub.cli.peers import _row as peer_row
from hub.errors import HubError, NotFoundError, PeerError, StorageError
from hub.federation.peers import (
    DisabledPeer,
    KnownPeer,
    add_peer,
    every_known,
    known,
    remove_peer,
    take_over_pins,
)
from hub.federation.rotate_keys import rotate
from hub.federation.sync import sync_all
from hub.jobs.warnings import warnings_of
from hub.node.certificates import CERTIFICATES, add_certificate, certify_keys, own_certificate
from hub.node.home import current_metadata
from hub.node.keys import load_root
from hub.node.node import Node, open_node
from hub.node.pins import PINS, load_pins
from hub.records.check import AreaResult, AreaStatus
from hub.web.app import create_app
from hub.wire.certificates import CERTIFICATE_LIFE_S, certificate_warning
from hub.wire.messages import METADATA_PATH
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, cases_of, check, events, new_node, question
from tests.federation.problems import assert_problem
from tests.federation.thieves import in_its_place, root_of, stolen_copy

DAY = 86_400


def sync(areas: Areas, node_id: str = "northmoor") -> dict[str, str]:
    """What went wrong with each peer."""

    async def go() -> dict[str, str]:
        async with areas.client(node_id) as client:
            return {one.node_id: one.error for one in await sync_all(areas[node_id], client)}

    return asyncio.run(go())


def ask(areas: Areas, *asked: str) -> dict[str, AreaResult]:
    """What Northmoor is shown of somebody whom Eastvale knows."""

    async def go() -> dict[str, AreaResult]:
        async with areas.client("northmoor") as client:
            request = question(cases_of("eastvale")[0][0], *(asked or ("eastvale", "southmere")))
            return {one.node_id: one for one in (await check(areas["northmoor"], client, request)).areas}

    return asyncio.run(go())


def add(areas: Areas, node_id: str, thumbprint: str | None) -> None:
    async def go() -> None:
        async with areas.client("northmoor") as client:
            await add_peer(areas["northmoor"], client, f"https://{node_id}", thumbprint)

    asyncio.run(go())


def renew(node: Node) -> None:
    certify_keys(node, load_root(node.home / "keys"))


def tamper(node: Node, statement: str, **values: object) -> None:
    """Change the database behind the program's back."""
    with node.database.write() as session:
        session.connection().execute(text(statement), values)


# Renewal.


def test_a_renewed_certificate_is_taken_over_by_whoever_meets_it_first(areas: Areas) -> None:
    """By the holder from the next question, by the enquirer from the next answer; no sync is needed for either."""
    northmoor, eastvale = areas["northmoor"], areas["eastvale"]
    before = known(northmoor, "eastvale").certificate.serial
    areas.clock.advance(DAY)
    for node in (northmoor, eastvale):
        renew(node)
    assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered
    for here, there in ((northmoor, "eastvale"), (eastvale, "northmoor")):
        seen = load_pins(here).trusted(there)
        assert seen is not None
        assert seen.newest == own_certificate(areas[there]).told
        assert [one["refs"]["peer"] for one in events(here, "peer_certified")] == [there]
    assert own_certificate(eastvale).told.serial > before
    assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered


def test_certifying_again_is_safe_and_on_the_record(areas: Areas) -> None:
    eastvale = areas["eastvale"]
    first = own_certificate(eastvale).told
    for _ in range(3):  # The clock stands still, and the serial rises all the same.
        renew(eastvale)
    last = own_certificate(eastvale).told
    assert (last.serial, last.keys) == (first.serial + 3, first.keys)
    made = [*events(eastvale, "node_created"), *events(eastvale, "node_certified")]
    assert [one["detail"]["serial"] for one in made] == [first.serial + step for step in range(4)]


def test_a_node_that_lost_its_home_but_not_its_root_key_is_believed_again(
    areas: Areas, tmp_path: Path
) -> None:
    """What it knew of earlier serials is gone with its home; the clock still goes on."""
    lost = areas["eastvale"]
    renew(lost)
    assert sync(areas)["eastvale"] == ""
    areas.clock.advance(3_600)
    (tmp_path / "anew" / "keys").mkdir(parents=True)
    (tmp_path / "anew" / "keys" / "root.key").write_bytes((lost.home / "keys" / "root.key").read_bytes())
    (tmp_path / "anew" / "keys" / "root.key").chmod(0o600)
    anew = new_node(tmp_path / "anew", "eastvale", "sqlite:///hub.sqlite3", areas.clock)
    areas.network.serve(anew)
    remove_peer(areas["northmoor"], "eastvale")
    add(areas, "eastvale", root_of(anew))
    assert known(areas["northmoor"], "eastvale").certificate == own_certificate(anew).told


def test_another_root_key_certifies_nothing_here(areas: Areas) -> None:
    before = own_certificate(areas["eastvale"])
    with pytest.raises(HubError, match="another root key than the node's"):
        certify_keys(areas["eastvale"], load_root(areas["southmere"].home / "keys"))
    assert own_certificate(areas["eastvale"]) == before


# Its end.


def test_a_certificate_that_ended_is_told_as_that_by_both_sides(areas: Areas) -> None:
    """All clocks agree, and nobody is told to look at them."""
    eastvale = areas["eastvale"]
    begun = int(areas.clock()) - CERTIFICATE_LIFE_S + DAY
    add_certificate(eastvale.home, eastvale.settings, eastvale.keys, load_root(eastvale.home / "keys"), begun)
    assert set(sync(areas).values()) == {""}
    areas.clock.advance(2 * DAY)
    ended = own_certificate(areas["eastvale"]).told.last_day

    told = ask(areas)
    assert told["southmere"].status is AreaStatus.answered
    assert told["eastvale"].status is AreaStatus.error
    assert f"The area's certificate ended on {ended}" in told["eastvale"].note
    assert "it has to run `hub certify`" in told["eastvale"].note
    error = sync(areas)["eastvale"]
    assert f"ended on {ended}" in error
    assert "clock" not in error

    # The holder says it to who asks it, too.
    problem = assert_problem(
        Hand(areas, sender="eastvale", to="southmere").evaluate(), 401, "certificate_ended", "membership"
    )
    assert f"ended on {ended}" in problem["detail"]
    for result in sync(areas, "eastvale").values():
        assert f"This node's certificate ended on {ended}" in result
        assert "run `hub certify`" in result

    renew(areas["eastvale"])
    assert ask(areas)["eastvale"].status is AreaStatus.answered
    assert set(sync(areas, "eastvale").values()) == {""}


def test_warnings_begin_thirty_days_before_the_end(areas: Areas) -> None:
    certificate = own_certificate(areas["eastvale"]).told
    said = {
        days: certificate_warning("Eastvale's", certificate, certificate.exp - days * DAY)
        for days in (90, 31, 29, 1, -1)
    }
    assert [days for days, words in said.items() if not words] == [90, 31]
    assert said[29] == said[1] == f"Eastvale's certificate ends on {certificate.last_day}."
    assert said[-1] == f"Eastvale's certificate ended on {certificate.last_day}."


def told_everywhere(areas: Areas, caplog: pytest.LogCaptureFixture) -> dict[str, bool]:
    """Where Eastvale's operator and Northmoor's are told that Eastvale's certificate ends."""
    eastvale, northmoor = areas["eastvale"], areas["northmoor"]
    caplog.clear()
    with TestClient(create_app(eastvale)) as client:
        probe = client.get("/healthz").json()["certificate"]
    return {
        "probe": bool(probe),
        "server's log": "This node's certificate e" in caplog.text,
        "worker's log": any("This node's certificate e" in one for one in warnings_of(eastvale)),
        "peer's worker": any("Eastvale's certificate e" in one for one in warnings_of(northmoor)),
        "peer list": bool(peer_row(every_known(northmoor)["eastvale"], northmoor.clock())["warning"]),
    }


@pytest.mark.parametrize(("days", "told"), [(31, False), (29, True), (0, True)])
def test_an_end_that_is_near_is_told_in_every_place(
    areas: Areas, caplog: pytest.LogCaptureFixture, days: int, told: bool
) -> None:
    """By the node itself, and by those who rely on it, so that somebody telephones."""
    areas.clock.at = own_certificate(areas["eastvale"]).told.exp - days * DAY
    assert set(told_everywhere(areas, caplog).values()) == {told}
    areas.clock.advance(DAY)
    renew(areas["eastvale"])
    renew(areas["northmoor"])
    assert sync(areas)["eastvale"] == ""
    assert set(told_everywhere(areas, caplog).values()) == {False}


# Older ones.


def test_whoever_holds_an_older_certificate_is_refused_for_good(areas: Areas, tmp_path: Path) -> None:
    """A thief of the home before it was renewed: fresh metadata, fresh signatures, yesterday's certificate."""
    eastvale = areas["eastvale"]
    thief = stolen_copy(eastvale, tmp_path)
    in_its_place(areas, thief)
    assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered  # It works, before.
    in_its_place(areas, eastvale)
    areas.clock.advance(DAY)
    renew(eastvale)
    assert sync(areas)["eastvale"] == ""
    assert sync(areas, "southmere")["eastvale"] == ""

    in_its_place(areas, thief)
    areas.clock.advance(DAY)
    refused = ask(areas, "eastvale")["eastvale"]
    assert (refused.status, refused.candidates) == (AreaStatus.error, ())
    assert "older certificate than before" in sync(areas)["eastvale"]
    asking = Areas({**areas.nodes, "eastvale": thief}, areas.clock, areas.network)
    assert_problem(
        Hand(asking, sender="eastvale", to="southmere").evaluate(), 401, "certificate_older", "membership"
    )
    remove_peer(areas["northmoor"], "eastvale")  # Nor does it pass for being added again.
    with pytest.raises(PeerError, match="older certificate"):
        add(areas, "eastvale", root_of(eastvale))

    in_its_place(areas, eastvale)
    add(areas, "eastvale", root_of(eastvale))
    assert sync(areas)["eastvale"] == ""
    assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered


def back_an_epoch(areas: Areas, node_id: str, kept: Path) -> None:
    """The node as it was before its last rotation, database and keys; the certificate is still in force."""
    areas[node_id].database.close()
    shutil.rmtree(areas[node_id].home)
    shutil.copytree(kept, areas[node_id].home)
    areas.nodes[node_id] = open_node(areas[node_id].home, clock=areas.clock)
    areas.network.serve(areas[node_id])


def test_epochs_only_rise_whatever_the_database_says(areas: Areas, tmp_path: Path) -> None:
    """A peer that shows an earlier epoch is refused, and it is said what mends it; a rotation there does."""
    northmoor = areas["northmoor"]
    kept = Path(shutil.copytree(areas["eastvale"].home, tmp_path / "kept"))
    areas.clock.advance(DAY)
    rotate(areas["eastvale"])
    assert sync(areas)["eastvale"] == ""
    back_an_epoch(areas, "eastvale", kept)
    for step in ("as it is", "the database rolled back", "removed and added again"):
        if "database" in step:
            first = current_metadata(areas["eastvale"])
            tamper(
                northmoor,
                "UPDATE peer SET epoch = 1, signed_metadata = :said WHERE node_id = 'eastvale'",
                said=first,
            )
        if "removed" in step:
            remove_peer(northmoor, "eastvale")
            with pytest.raises(PeerError, match="went back to an earlier state") as caught:
                add(areas, "eastvale", root_of(areas["eastvale"]))
            assert "hub keys rotate" in caught.value.do
            break
        assert "went back to an earlier state" in sync(areas)["eastvale"]
        refused = ask(areas, "eastvale")["eastvale"]
        assert (refused.status, refused.candidates) == (AreaStatus.error, ())
    areas.clock.advance(60)
    rotate(areas["eastvale"])
    add(areas, "eastvale", root_of(areas["eastvale"]))
    assert sync(areas)["eastvale"] == ""
    assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered


# The database is not believed.


def of_another_node(areas: Areas, folder: Path) -> dict[str, str]:
    """What a thief would write in the place of what Eastvale said of itself."""
    evil = new_node(folder / "evil", "eastvale", "sqlite:///hub.sqlite3", areas.clock)
    return {"root": root_of(evil), "said": current_metadata(evil)}


TAMPERINGS: dict[str, str] = {
    "root and metadata": "root_thumbprint = :root, signed_metadata = :said",
    "metadata alone": "signed_metadata = :said",
    "metadata that nobody signed": "signed_metadata = 'a.b.c'",
    "another area's": "signed_metadata = (SELECT signed_metadata FROM peer WHERE node_id = 'southmere')",
    "the address": "url = 'https://evil'",
    "the row is gone": "node_id = 'westhaven'",
}


@pytest.mark.parametrize("change", TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_peer_that_the_database_alone_changed_is_disabled_and_named(
    stored_areas: Areas, tmp_path: Path, change: str
) -> None:
    areas = stored_areas
    northmoor = areas["northmoor"]
    if "westhaven" in change:
        tamper(northmoor, "DELETE FROM peer_entry")
        tamper(northmoor, "UPDATE peer SET feed_id = NULL")
        tamper(northmoor, "DELETE FROM peer_feed")
    written = of_another_node(areas, tmp_path)
    named = {name: value for name, value in written.items() if f":{name}" in change}
    tamper(northmoor, f"UPDATE peer SET {change} WHERE node_id = 'eastvale'", **named)
    every = every_known(northmoor)
    disabled = every["eastvale"]
    assert isinstance(disabled, DisabledPeer)
    assert (disabled.area, disabled.contact) == ("Eastvale", "no phone route recorded")
    assert "Find out who wrote into the database" in disabled.why.do
    assert isinstance(every["southmere"], KnownPeer)

    heard = len(areas.network.asked)
    told = ask(areas)
    assert told["southmere"].status is AreaStatus.answered
    assert (told["eastvale"].status, told["eastvale"].candidates) == (AreaStatus.error, ())
    assert "eastvale" not in {host for host, _ in areas.network.asked[heard:]}
    assert "evil" not in {host for host, _ in areas.network.asked}
    errors = sync(areas)
    assert "database" in errors["eastvale"]
    assert errors["southmere"] == ""
    if "westhaven" in change or "url" in change or "root_thumbprint =" in change:
        assert Hand(areas, sender="eastvale", to="northmoor").evaluate().status_code == 500

    # What the words say to do.
    remove_peer(northmoor, "eastvale")
    if "westhaven" in change:
        remove_peer(northmoor, "westhaven")
    add(areas, "eastvale", root_of(areas["eastvale"]))
    assert set(sync(areas).values()) == {""}
    assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered


def test_a_peer_that_was_removed_does_not_come_back_by_the_database(areas: Areas, tmp_path: Path) -> None:
    northmoor = areas["northmoor"]
    with northmoor.database.read() as session:
        row = (
            session.connection()
            .execute(text("SELECT * FROM peer WHERE node_id = 'eastvale'"))
            .mappings()
            .one()
        )
    remove_peer(northmoor, "eastvale")
    kept = {**row, "feed_id": None}
    columns, places = ", ".join(kept), ", ".join(f":{name}" for name in kept)
    tamper(northmoor, f"INSERT INTO peer ({columns}) VALUES ({places})", **kept)
    with pytest.raises(StorageError, match="a peer that nobody added here"):
        known(northmoor, "eastvale")
    assert Hand(areas, sender="eastvale", to="northmoor").evaluate().status_code == 500


EDITS: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "edited": lambda path: path.write_text(path.read_text().replace("https://eastvale", "https://evil")),
    "of no kind": lambda path: path.write_text("[]"),
    "cut short": lambda path: path.write_text(path.read_text()[:200]),
    "another file's": lambda path: path.write_bytes(path.with_name(CERTIFICATES).read_bytes()),
}


@pytest.mark.parametrize("edit", EDITS)
def test_without_its_pins_a_node_believes_nobody_and_says_what_to_do(areas: Areas, edit: str) -> None:
    northmoor = areas["northmoor"]
    EDITS[edit](northmoor.home / PINS)
    heard = len(areas.network.asked)
    for result in ask(areas).values():
        assert (result.status, result.candidates) == (AreaStatus.error, ())
        assert PINS in result.note
    assert areas.network.asked[heard:] == []
    assert all(PINS in error for error in sync(areas).values())
    assert Hand(areas, sender="eastvale", to="northmoor").evaluate().status_code == 500
    with pytest.raises(StorageError, match=PINS):  # At first sight nobody is believed either.
        add(areas, "eastvale", None)
    assert take_over_pins(northmoor) == 0
    if edit == "gone":
        add(areas, "eastvale", root_of(areas["eastvale"]))
        assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered
        assert isinstance(every_known(northmoor)["southmere"], DisabledPeer)


def test_a_crash_between_pin_and_database_leaves_what_can_be_done_again(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    northmoor = areas["northmoor"]

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hub.store.peers.remove", crash)
        with pytest.raises(KeyboardInterrupt):
            remove_peer(northmoor, "eastvale")
    assert isinstance(every_known(northmoor)["eastvale"], DisabledPeer)  # It is trusted no more.
    remove_peer(northmoor, "eastvale")
    assert "eastvale" not in every_known(northmoor)

    with monkeypatch.context() as patch:
        patch.setattr("hub.store.peers.pin", crash)
        with pytest.raises(KeyboardInterrupt):
            add(areas, "eastvale", root_of(areas["eastvale"]))
    assert isinstance(every_known(northmoor)["eastvale"], DisabledPeer)
    add(areas, "eastvale", root_of(areas["eastvale"]))
    assert isinstance(every_known(northmoor)["eastvale"], KnownPeer)
    remove_peer(northmoor, "eastvale")
    with pytest.raises(NotFoundError):
        remove_peer(northmoor, "eastvale")


# The network.


class Lossy(httpx2.AsyncBaseTransport):
    """Loses the first request to a path."""

    def __init__(self, behind: httpx2.AsyncBaseTransport, path: str, status: int) -> None:
        self.behind, self.path, self.status, self.lost = behind, path, status, 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == self.path and not self.lost:
            self.lost += 1
            if self.status:
                return httpx2.Response(self.status, content=json.dumps({}).encode())
            raise httpx2.ConnectError("lost", request=request)
        return await self.behind.handle_async_request(request)


@pytest.mark.parametrize("status", [0, 502, 503])
def test_one_lost_packet_does_not_fail_a_sync(areas: Areas, status: int) -> None:
    lossy = Lossy(areas.network.hosts["eastvale"], METADATA_PATH, status)
    areas.network.hosts["eastvale"] = lossy
    assert sync(areas)["eastvale"] == ""
    assert lossy.lost == 1
