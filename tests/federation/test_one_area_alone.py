"""What goes wrong with one area, foreseen or not, is that area's alone, and is said with its telephone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text as sql

from hub.checks.disclose import disclose_at_once
from hub.errors import HubError
from hub.federation.peers import add_peer, known, remove_peer
from hub.federation.sync import Synced, sync_all
from hub.node.keys import load_root
from hub.records.check import AreaResult, AreaStatus, CheckResult
from hub.wire.messages import DISCLOSURES_PATH, EVALUATIONS_PATH, FEED_PATH, METADATA_PATH
from tests.federation.nodes import Areas, cases_of, check, events, question
from tests.federation.peer_simulator import Asked, Lie, Peer, Told

SUBJECT = cases_of("southmere")[0][0]


def unforeseen(peer: Peer, asked: Asked, told: Told) -> Told:
    """What nobody thought of, from below the client: no error of the HTTP library."""
    raise LookupError("nobody thought of this")


def lying(areas: Areas, path: str, *lies: Lie) -> Peer:
    peer = Peer(areas["eastvale"])
    peer.lie(path, *lies)
    areas.network.hosts["eastvale"] = peer
    return peer


def ask(areas: Areas, **changes: Any) -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            request = question(SUBJECT, "eastvale", "southmere", **changes)
            result = await check(areas["northmoor"], client, request)
            return await disclose_at_once(areas["northmoor"], client, request, result)

    return asyncio.run(go())


def sync(areas: Areas) -> dict[str, Synced]:
    async def go() -> list[Synced]:
        async with areas.client("northmoor") as client:
            return await sync_all(areas["northmoor"], client)

    return {one.node_id: one for one in asyncio.run(go())}


def assert_alone(result: CheckResult, say: str) -> AreaResult:
    """Eastvale's part says so, with what to do and its telephone; Southmere answered."""
    bad, good = result.areas
    assert (bad.node_id, bad.status, bad.candidates) == ("eastvale", AreaStatus.error, ())
    assert say in bad.note
    assert "This does not mean that nobody is known there" in bad.note
    assert bad.contact.startswith("01632")
    assert (good.node_id, good.status, len(good.candidates)) == ("southmere", AreaStatus.answered, 1)
    return bad


def unreadable(areas: Areas) -> None:
    """What Northmoor keeps of Eastvale was damaged."""
    with areas["northmoor"].database.write() as session:
        session.connection().execute(
            sql(
                "UPDATE peer SET signed_metadata = replace(signed_metadata, '0', 'null') WHERE node_id = 'eastvale'"
            )
        )


def test_what_nobody_thought_of_in_asking_is_that_areas_alone(areas: Areas) -> None:
    lying(areas, EVALUATIONS_PATH, unforeseen)
    note = assert_alone(ask(areas), "LookupError").note
    assert "nobody thought of this" not in note
    assert events(areas["northmoor"], "peer_fault")[-1]["detail"] == {"fault": "lookup_error"}


def test_what_nobody_thought_of_in_syncing_is_that_areas_alone(areas: Areas) -> None:
    for path in (METADATA_PATH, FEED_PATH):
        lying(areas, path, unforeseen)
        done = sync(areas)
        assert "LookupError" in done["eastvale"].error
        assert "nobody thought of this" not in done["eastvale"].error
        assert done["southmere"].error == ""
        assert events(areas["northmoor"], "peer_fault")[-1]["detail"] == {"fault": "lookup_error"}


def test_what_nobody_thought_of_in_telling_at_once_leaves_the_answers(areas: Areas) -> None:
    southmere = Peer(areas["southmere"])
    southmere.lie(DISCLOSURES_PATH, unforeseen)
    areas.network.hosts["southmere"] = southmere
    eastvale, told = ask(areas, disclose="at_once").areas
    assert (eastvale.status, told.status, len(told.candidates)) == (
        AreaStatus.answered,
        AreaStatus.answered,
        1,
    )
    assert "LookupError" in told.note
    assert events(areas["northmoor"], "peer_fault")[-1]["detail"]["fault"] == "lookup_error"


def test_a_row_that_cannot_be_read_disables_that_peer_alone_and_names_it(stored_areas: Areas) -> None:
    areas = stored_areas
    unreadable(areas)
    assert_alone(ask(areas), "hub peer remove eastvale")
    assert events(areas["northmoor"], "peer_fault")[-1]["refs"]["peer"] == "eastvale"
    done = sync(areas)
    assert "hub peer remove eastvale" in done["eastvale"].error
    assert done["southmere"].error == ""
    with pytest.raises(HubError, match="hub peer remove eastvale"):
        known(areas["northmoor"], "eastvale")

    remove_peer(areas["northmoor"], "eastvale")

    async def add() -> None:
        async with areas.client("northmoor") as client:
            root = load_root(areas["eastvale"].home / "keys").kid
            await add_peer(areas["northmoor"], client, "https://eastvale", root)

    asyncio.run(add())
    assert [one.status for one in ask(areas).areas] == [AreaStatus.answered] * 2


@pytest.mark.parametrize("path", [METADATA_PATH, FEED_PATH])
def test_a_peer_removed_during_a_sync_is_said_so(areas: Areas, path: str) -> None:
    def removing(peer: Peer, asked: Asked, told: Told) -> Told:
        remove_peer(areas["northmoor"], "eastvale")
        return told

    lying(areas, path, removing)
    done = sync(areas)
    assert "removed while" in done["eastvale"].error
    assert done["southmere"].error == ""
