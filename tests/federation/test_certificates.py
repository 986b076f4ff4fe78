"""A certificate ends, rises and never goes back."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from hub.cli.peers import _row as peer_row
from hub.errors import HubError, PeerError
from hub.federation.peers import (
    every_known,
    known,
    remove_peer,
)
from hub.jobs.warnings import warnings_of
from hub.node.certificates import add_certificate, certify_keys, own_certificate
from hub.node.keys import load_root
from hub.node.node import Node
from hub.node.pins import load_pins
from hub.records.check import AreaStatus
from hub.web.app import create_app
from hub.wire.certificates import CERTIFICATE_LIFE_S, certificate_warning
from hub.wire.messages import METADATA_PATH
from tests.federation.asking import add, ask, sync
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, events, new_node
from tests.federation.problems import assert_problem
from tests.federation.thieves import in_its_place, root_of, stolen_copy

DAY = 86_400


def renew(node: Node) -> None:
    certify_keys(node, load_root(node.home / "keys"))


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
