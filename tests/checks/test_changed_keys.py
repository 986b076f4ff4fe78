"""An area changes its keys while others ask it: they are answered, ask once more, or say why not."""

from __future__ import annotations

import asyncio

import pytest

from hub.checks.disclose import redeliver
from hub.crypto.vault import key_id
from hub.errors import ConflictError, PeerError
from hub.federation.peers import known
from hub.node.keys import load_root
from hub.node.new_keys import Name, change_keys
from hub.node.node import Node
from hub.records import outbox
from hub.records.check import AreaStatus, DisclosureStatus
from hub.records.outbox import Delivery
from hub.store import outbox as rows
from hub.wire.messages import DISCLOSURES_PATH, EVALUATIONS_PATH
from tests.checks.disclosing import asked, disclosed
from tests.checks.signing import she_fled
from tests.federation.nodes import Areas, events
from tests.federation.peer_simulator import Asked, Lie, Peer, Told, reissued, token_is


def change(node: Node, *names: Name) -> None:
    change_keys(node, load_root(node.home / "keys"), *names)


def changing(*names: Name) -> Lie:
    """Change the holder's keys when it has answered, before the answer arrives."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        peer.lies[EVALUATIONS_PATH] = []
        change(peer.node, *names)
        return told

    return lie


@pytest.fixture
def eastvale(areas: Areas) -> Peer:
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    return peer


def only(node: Node) -> Delivery:
    with node.read() as tx:
        (row,) = rows.every(tx.session)
        found = outbox.get(tx, row.id)
    assert found is not None
    return found


@pytest.mark.parametrize("changed", ["northmoor", "eastvale", "both"])
def test_a_check_and_a_disclosure_after_a_change_need_no_sync(areas: Areas, changed: str) -> None:
    """Whoever asks shows the certificate of its new keys, and whoever answers shows its own."""
    for node_id in ("northmoor", "eastvale"):
        if changed in (node_id, "both"):
            change(areas[node_id], "signing", "sealing")
    result = asked(areas)
    assert result.areas[0].status is AreaStatus.answered
    told = disclosed(areas, result.check_id)[0].areas[0].candidates[0].disclosure
    assert told.status is DisclosureStatus.answered


@pytest.mark.parametrize("changed", ["northmoor", "eastvale"])
def test_a_check_begun_before_is_disclosed_after(areas: Areas, changed: str) -> None:
    result = asked(areas)
    change(areas[changed], "signing", "sealing")
    told = disclosed(areas, result.check_id)[0].areas[0].candidates[0].disclosure
    assert told.status is DisclosureStatus.answered


def test_an_answer_signed_a_moment_before_the_change_still_counts(areas: Areas, eastvale: Peer) -> None:
    eastvale.lie(EVALUATIONS_PATH, changing("signing"))
    assert asked(areas).areas[0].status is AreaStatus.answered
    assert asked(areas).areas[0].status is AreaStatus.answered


def test_what_was_sealed_to_the_old_key_is_asked_again_once(areas: Areas, eastvale: Peer) -> None:
    """Northmoor learns of the new key by the refusal alone; the area reads the name once."""
    result = asked(areas)
    before = key_id(known(areas["northmoor"], "eastvale").pinned.sealing)
    change(areas["eastvale"], "sealing")
    heard = len(eastvale.heard)
    told = disclosed(areas, result.check_id)[0].areas[0].candidates[0].disclosure
    assert told.status is DisclosureStatus.answered
    sent = [asked.json() for asked, _ in eastvale.heard[heard:] if asked.path == DISCLOSURES_PATH]
    assert [one["key_id"] for one in sent] == [before, areas["eastvale"].sealing_key_id]
    assert len(events(areas["eastvale"], "disclosure_answered")) == 1
    (refused,) = events(areas["eastvale"], "request_refused")
    assert refused["detail"]["fault"] == "key_not_in_use"
    with areas["northmoor"].read() as tx:
        assert [one for one in rows.every(tx.session) if one.kind != "acknowledgement"] == []


def test_what_would_not_be_permitted_any_more_is_not_sealed_anew(areas: Areas, eastvale: Peer) -> None:
    """While the area took its time to refuse the old key, somebody learned that she fled it."""
    result = asked(areas)
    change(areas["eastvale"], "sealing")

    def meanwhile(peer: Peer, asked: Asked, told: Told) -> Told:
        she_fled(areas)
        return told

    eastvale.lies[DISCLOSURES_PATH] = [meanwhile]
    heard = len(eastvale.heard)
    with pytest.raises(ConflictError, match="not be permitted today"):
        disclosed(areas, result.check_id)
    assert [asked.path for asked, _ in eastvale.heard[heard:]].count(DISCLOSURES_PATH) == 1
    assert events(areas["eastvale"], "disclosure_answered") == []
    with areas["northmoor"].read() as tx:
        assert [one.state for one in rows.every(tx.session)] == ["lapsed"]


def test_what_waits_sealed_to_the_old_key_is_sealed_anew(stored_areas: Areas) -> None:
    areas = stored_areas
    result = asked(areas)
    there = areas.network.hosts.pop("eastvale")
    with pytest.raises(PeerError):
        disclosed(areas, result.check_id)
    areas.network.hosts["eastvale"] = there
    change(areas["eastvale"], "sealing")

    async def go() -> None:
        async with areas.client("northmoor") as client:
            await redeliver(areas["northmoor"], client, only(areas["northmoor"]))

    asyncio.run(go())
    with areas["northmoor"].read() as tx:
        assert [one for one in rows.every(tx.session) if one.kind != "acknowledgement"] == []
    assert len(events(areas["eastvale"], "disclosure_answered")) == 1


def test_an_area_that_refuses_the_key_it_certifies_is_a_fault_told_once(areas: Areas, eastvale: Peer) -> None:
    """It says that a key is not in use that its own metadata still name."""
    result = asked(areas)
    heard = len(eastvale.heard)

    def refusing(peer: Peer, asked: Asked, told: Told) -> Told:
        return Told(409, b'{"type": "urn:marac-hub:problem:key_not_in_use"}')

    eastvale.lie(DISCLOSURES_PATH, refusing)
    with pytest.raises(PeerError, match="changed its keys meanwhile"):
        disclosed(areas, result.check_id)
    assert len([one for one, _ in eastvale.heard[heard:] if one.path == DISCLOSURES_PATH]) == 1


def test_an_answer_under_the_old_key_after_the_new_one_was_seen_is_refused(
    areas: Areas, eastvale: Peer
) -> None:
    old = areas["eastvale"].keys.signing
    change(areas["eastvale"], "signing")
    assert asked(areas).areas[0].status is AreaStatus.answered
    eastvale.lie(EVALUATIONS_PATH, token_is(lambda token, _: reissued(token, old, header={"kid": old.kid})))
    area = asked(areas).areas[0]
    assert area.status is AreaStatus.error
    assert "does not verify" in area.note
