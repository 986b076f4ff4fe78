"""Whatever one area's node does, a check ends: that area is reported with what to do, and the others answer.

A lie is never an answer (so never "not known"), never a crash, never another area's delay, and always in the
asking node's audit log.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
from typing import Any

import httpx2
import pytest

from hub.records.check import AreaStatus, CheckResult
from hub.wire.messages import EVALUATIONS_PATH
from tests.federation.lying import DEEP, ask, assert_contained, lying, run
from tests.federation.nodes import Areas, check, one_name, question, stranger
from tests.federation.peer_simulator import (
    Asked,
    Lie,
    Peer,
    Told,
    failing,
    honest,
    not_before,
    parts,
    plain,
)


@pytest.fixture
def areas(shared: Areas) -> Areas:
    return shared


# The network.

UNREACHABLE = {
    "no connection": failing(httpx2.ConnectError),
    "connection lost while reading": failing(httpx2.ReadError),
    "connection lost while writing": failing(httpx2.WriteError),
    "cut short": failing(httpx2.RemoteProtocolError),
    "connecting times out": failing(httpx2.ConnectTimeout),
    "reading times out": failing(httpx2.ReadTimeout),
}


@pytest.mark.parametrize("name", UNREACHABLE)
def test_an_area_that_cannot_be_reached_is_reported_so(areas: Areas, name: str) -> None:
    lying(areas, UNREACHABLE[name])
    assert_contained(areas, run(ask(areas)), AreaStatus.unreachable)


def test_an_area_whose_server_is_not_there_is_reported_so(areas: Areas) -> None:
    del areas.network.hosts["eastvale"]
    assert_contained(areas, run(ask(areas)), AreaStatus.unreachable)


def test_areas_are_asked_at_the_same_time(areas: Areas) -> None:
    """Each area keeps its answer back until the other was asked: in turn, neither would come."""

    async def go() -> CheckResult:
        asked = {"eastvale": asyncio.Event(), "southmere": asyncio.Event()}

        def after(other: str) -> Lie:
            async def lie(peer: Peer, _: Asked, told: Told) -> Told:
                asked[peer.node.node_id].set()
                await asked[other].wait()
                return told

            return lie

        for area, other in (("eastvale", "southmere"), ("southmere", "eastvale")):
            peer = Peer(areas[area])
            peer.lie(EVALUATIONS_PATH, after(other))
            areas.network.hosts[area] = peer
        return await ask(areas)

    assert [one.status for one in run(go()).areas] == [AreaStatus.answered] * 2


def test_an_area_that_never_answers_holds_nobody_up(areas: Areas) -> None:
    """It is given up when the other has answered: in turn, it would be given up first."""
    order: list[str] = []
    lying(areas, not_before(order))
    southmere = Peer(areas["southmere"])
    southmere.lie(EVALUATIONS_PATH, honest(order))
    areas.network.hosts["southmere"] = southmere
    assert_contained(areas, run(ask(areas)), AreaStatus.unreachable)
    assert order == ["answered", "given up"]


# Answers that are none.

RUBBISH = {
    "an empty answer": plain(200),
    "a page of a captive portal": plain(
        200, b"<html>Sign in to the guest network</html>", content_type="text/html"
    ),
    "random bytes": plain(200, os.urandom(2_000)),
    "a redirect": plain(302, location="http://southmere/federation/v1/evaluations"),
    "no content": plain(204),
    "a fault without a word": plain(500),
    "a fault in a page": plain(500, b"<html>oops</html>"),
    "a busy gateway": plain(503, b"busy"),
    "a problem that is a list": plain(400, b"[1]"),
    "a problem that is a number": plain(422, b"7"),
    "a problem nested beyond reading": plain(400, DEEP.encode()),
    "a problem in no encoding": plain(400, b'{"type": "\xff\xfe"}'),
    "a quota that ends at no number": plain(429, b"{}", retry_after="-1"),
    "a quota that never ends": plain(429, b"{}", retry_after="9" * 5_000),
    "more than an answer may be": plain(200, bytes(5 * 1024 * 1024)),
    "a compressed bomb": plain(200, gzip.compress(bytes(32 * 1024 * 1024)), content_encoding="gzip"),
    "compressed rubbish": plain(200, b"not gzip", content_encoding="gzip"),
}


@pytest.mark.parametrize("name", RUBBISH)
def test_rubbish_is_a_fault_of_that_area(areas: Areas, name: str) -> None:
    lying(areas, RUBBISH[name])
    assert_contained(areas, run(ask(areas)))


def test_a_peers_own_words_are_not_repeated(areas: Areas) -> None:
    words = {"type": "urn:marac-hub:problem:conflict", "detail": "call me", "title": "<script>"}
    lying(areas, plain(409, json.dumps(words).encode()))
    note = assert_contained(areas, run(ask(areas))).note
    assert "conflict" in note
    assert "call me" not in note
    assert "script" not in note


def test_a_passing_fault_is_asked_again(areas: Areas) -> None:
    answers = [plain(503), None]

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        one = answers.pop(0)
        return one(peer, asked, told) if one else told  # type: ignore[return-value]

    peer = lying(areas, lie)
    assert [one.status for one in run(ask(areas)).areas] == [AreaStatus.answered] * 2
    first, second = (
        parts(asked.headers["authorization"].removeprefix("Bearer "))[1] for asked, _ in peer.heard
    )
    assert first["jti"] != second["jti"]
    assert first["sha256"] == second["sha256"]


def test_a_quota_used_up_is_said_with_when_to_ask_again(areas: Areas) -> None:
    lying(areas, plain(429, b"{}", retry_after="3600"))
    note = assert_contained(areas, run(ask(areas))).note
    assert "quota" in note
    assert "3600 s" in note


def test_an_area_without_a_node_is_not_asked_and_its_phone_route_is_given(areas: Areas) -> None:
    result = run(ask(areas, "westhaven", "southmere"))
    assert result.areas[0].status is AreaStatus.not_connected
    assert result.areas[0].contact.startswith("01632 960104")
    assert "westhaven" not in {host for host, _ in areas.network.asked}


def test_everybody_at_fault_is_still_a_result(areas: Areas) -> None:
    lying(areas, RUBBISH["random bytes"])
    del areas.network.hosts["southmere"]
    result = run(ask(areas))
    assert [one.status for one in result.areas] == [AreaStatus.error, AreaStatus.unreachable]


def test_a_stranger_is_asked_about_with_the_same_traffic(areas: Areas) -> None:
    """The paths asked do not tell whether anybody was met."""

    async def paths(subject: Any) -> list[tuple[str, str]]:
        areas.network.asked.clear()
        async with areas.client("northmoor") as client:
            await check(areas["northmoor"], client, question(subject, "eastvale", "southmere"))
        return sorted(areas.network.asked)

    assert run(paths(stranger(1))) == run(paths(one_name("eastvale")))
