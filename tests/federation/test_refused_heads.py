"""A peer that refuses our head says something of our log only by what we signed; else it says something of itself.

The liar here has every key of its own, and nothing that it was not shown.
"""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.audit.chain import Head
from hub.audit.checkpoint import sign_checkpoint
from hub.backup.make import backup
from hub.backup.restore import Source, restore
from hub.crypto import age
from hub.crypto.encoding import b64
from hub.crypto.signing import digest
from hub.errors import LogError, PeerError
from hub.federation.client import _read_problem
from hub.federation.heads import KEPT_EVERY_S, show_head
from hub.federation.shown_before import Proof, judge_refusal
from hub.jobs.schedule import Run, do, jobs_of
from hub.node.keys import load_root
from hub.node.new_keys import change_keys
from hub.node.node import key_folder, open_node
from hub.store import schedule
from hub.wire.certificates import OnlineKeys, certify
from hub.wire.messages import encode
from hub.wire.problem import HEAD_INCONSISTENT
from hub.wire.witness import CHECKPOINTS_PATH, CheckpointNotice
from tests.federation.mutations import Mutation, mutations
from tests.federation.nodes import Areas, case, cases_of, events, hold
from tests.federation.peer_simulator import Asked, Peer, Told, reissued
from tests.federation.said_wrongly import Others, changed

IDENTITY, RECIPIENT = age.new_identity()
Document = dict[str, Any]


def show(areas: Areas, to: str = "eastvale") -> Head:
    areas.clock.advance(KEPT_EVERY_S)

    async def go() -> Head:
        async with areas.client("northmoor") as client:
            return await show_head(areas["northmoor"], client, to)

    return asyncio.run(go())


def go_on(areas: Areas, ref: str) -> None:
    hold(areas["northmoor"], case(ref, cases_of("eastvale")[1]))


def reopened(areas: Areas) -> None:
    areas.nodes["northmoor"] = node = open_node(areas["northmoor"].home, clock=areas.clock)
    areas.network.serve(node)


def put_back(areas: Areas, kept: Path) -> None:
    """Everything of Northmoor as it was: home, database, keys and signed heads."""
    home = areas["northmoor"].home
    areas["northmoor"].database.close()
    shutil.rmtree(home)
    shutil.copytree(kept, home)
    reopened(areas)


def copied(areas: Areas, to: Path) -> Path:
    areas["northmoor"].database.close()
    kept = Path(shutil.copytree(areas["northmoor"].home, to))
    reopened(areas)
    return kept


def refusal(areas: Areas, tmp_path: Path, *, again: bool = False) -> Document:
    """Eastvale's honest refusal of Northmoor's log that was put back; and Northmoor whole again, if so wished."""
    before = copied(areas, tmp_path / "before")
    go_on(areas, "later")
    show(areas)
    whole = copied(areas, tmp_path / "whole")
    put_back(areas, before)
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    with pytest.raises(LogError):
        show(areas)
    if again:
        put_back(areas, whole)
    (told,) = [told for asked, told in peer.heard if asked.path == CHECKPOINTS_PATH]
    assert told.status == 409
    return dict(told.json())


def lying(areas: Areas, told: Document) -> None:
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer

    def lie(_peer: Peer, _asked: Asked, _told: Told) -> Told:
        return Told(409, json.dumps(told).encode(), {"content-type": "application/problem+json"})

    peer.lie(CHECKPOINTS_PATH, lie)


def the_peers_own_fault(areas: Areas, proof: Proof) -> PeerError:
    """Nothing is said against our log, and the operator reads whom to ring."""
    with pytest.raises(PeerError) as raised:
        show(areas)
    error = raised.value
    assert error.problem == HEAD_INCONSISTENT
    assert error.text.startswith("Eastvale refuses the head of our log")
    assert "01632 960102" in error.do
    assert "auditor" not in str(error)
    assert events(areas["northmoor"], "checkpoint_refused")[-1]["detail"] == {"status": proof.value}
    return error


def without(told: Document, areas: Areas) -> Document:
    return {name: value for name, value in told.items() if name != "held"}


def by_its_own_key(told: Document, areas: Areas) -> Document:
    """All that we signed, signed anew by the peer in our name, with a certificate by its own root."""
    theirs = areas["eastvale"].keys
    root = load_root(key_folder(areas["eastvale"].home, areas["eastvale"].settings))
    keys = OnlineKeys(theirs.signing.public, theirs.sealing_public)
    body = encode(
        CheckpointNotice(
            checkpoint=sign_checkpoint("northmoor", Head(999, "1" * 64), theirs.signing.private).rstrip("\n")
        )
    )
    claims = {"sha256": digest(body)}
    return held(
        told,
        request=reissued(told["held"]["request"], theirs.signing, claims, {"kid": theirs.signing.kid}),
        body=b64(body),
        certificate=certify(root, "northmoor", keys, 99, int(areas.clock()), areas["eastvale"].settings.mode),
    )


def another_head_in_it(told: Document, areas: Areas) -> Document:
    """A head that the liar made up, in what we signed."""
    note = sign_checkpoint("northmoor", Head(999, "1" * 64), areas["eastvale"].keys.signing.private)
    return held(told, body=b64(encode(CheckpointNotice(checkpoint=note.rstrip("\n")))))


def held(told: Document, **changes: Any) -> Document:
    return {**told, "held": {**told["held"], **changes}}


LIES: dict[str, Callable[[Document, Areas], Document]] = {
    "no head": without,
    "signed by the liar": by_its_own_key,
    "another body": another_head_in_it,
    "no note": lambda told, _: held(told, body=b64(b"{}")),
    "a token of nothing": lambda told, _: held(told, request="a.b.c"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_refusal_that_proves_nothing_is_the_peers_own_fault(
    areas: Areas, tmp_path: Path, name: str
) -> None:
    told = refusal(areas, tmp_path, again=True)
    lying(areas, LIES[name](told, areas))
    the_peers_own_fault(areas, Proof.none)


def test_a_head_that_is_in_our_log_proves_nothing_against_it(areas: Areas, tmp_path: Path) -> None:
    """What we did sign, and hold to."""
    lying(areas, refusal(areas, tmp_path, again=True))
    the_peers_own_fault(areas, Proof.in_log)


def test_what_we_signed_for_one_area_is_no_other_ones_to_hold(areas: Areas, tmp_path: Path) -> None:
    before = copied(areas, tmp_path / "earlier")
    go_on(areas, "later")
    southmere = Peer(areas["southmere"])
    areas.network.hosts["southmere"] = southmere
    show(areas, "southmere")
    told = refusal(areas, tmp_path)
    put_back(areas, before)
    (asked,) = [asked for asked, _ in southmere.heard if asked.path == CHECKPOINTS_PATH]
    token = asked.headers["authorization"].partition(" ")[2]
    lying(areas, held(told, request=token, body=b64(asked.body)))
    the_peers_own_fault(areas, Proof.none)


def test_every_field_of_a_refusal_told_wrongly_leaves_our_log_alone(areas: Areas, tmp_path: Path) -> None:
    """While our log is whole nothing that anybody says of it stops the node."""
    told = refusal(areas, tmp_path, again=True)
    node, chance = areas["northmoor"], random.Random(9)
    every = [one for one in mutations() if one.kind == "problem" and one.path[:1] in ((), ("held",))]
    for one in every:
        proof, _ = judge_refusal(node, "eastvale", read(changed(told, [one], Others())))
        assert proof in (Proof.none, Proof.in_log), one
    assert len(every) > 100
    lying(areas, json.loads(changed(told, [chance.choice(sensible(every))], Others())))
    with pytest.raises(PeerError):
        show(areas)


def sensible(every: list[Mutation]) -> list[Mutation]:
    """Those after which it still is JSON."""
    return [one for one in every if one.path and one.how == "one less"]


def read(text: str):  # type: ignore[no-untyped-def]
    problem = _read_problem(text.encode(errors="replace"))
    return problem.held if problem else None


def test_a_log_put_back_to_before_its_key_was_changed_is_found_by_the_certificate(
    areas: Areas, tmp_path: Path
) -> None:
    """The node put back does not know the key any more; its root key's word for it is enough."""
    node = areas["northmoor"]
    before = copied(areas, tmp_path / "before")
    root = load_root(key_folder(node.home, node.settings))
    change_keys(areas["northmoor"], root, "signing")
    reopened(areas)
    head = show(areas)
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    go_on(areas, "later")
    head = show(areas)
    told = taken_from(peer)
    put_back(areas, before)
    lying(areas, told)
    with pytest.raises(
        LogError, match=f"a head of {head.size} entries that this node signed, with an earlier"
    ):
        show(areas)
    lying(areas, held(told, certificate=""))
    with pytest.raises(PeerError):
        show(areas)


def taken_from(peer: Peer) -> Document:
    """A refusal by what the peer was shown last."""
    asked = [asked for asked, _ in peer.heard if asked.path == CHECKPOINTS_PATH][-1]
    return {
        "type": "urn:marac-hub:problem:head_inconsistent",
        "status": 409,
        "held": {
            "request": asked.headers["authorization"].partition(" ")[2],
            "body": b64(asked.body),
            "certificate": asked.headers["marac-certificate"],
        },
    }


def test_an_area_that_refuses_us_for_our_restoration_does_not_stop_us(areas: Areas, tmp_path: Path) -> None:
    """What it holds was lost as everybody was told; what came after the restoration is held to as before."""
    for name in ("backups", "safe"):
        (tmp_path / name).mkdir()
    show(areas)
    done = backup(areas["northmoor"], tmp_path / "backups", [RECIPIENT], keys_to=tmp_path / "safe")
    go_on(areas, "later")
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    show(areas)
    told = taken_from(peer)
    areas["northmoor"].database.close()
    restore(areas["northmoor"].home, Source(done.home, done.keys, IDENTITY), "The disk failed.")
    reopened(areas)
    lying(areas, told)
    assert "before this node was brought back" in the_peers_own_fault(areas, Proof.restored).text
    after = copied(areas, tmp_path / "after")
    areas.network.hosts["eastvale"] = peer = Peer(areas["eastvale"])
    go_on(areas, "since")
    go_on(areas, "and since")
    show(areas)
    told = taken_from(peer)
    put_back(areas, after)
    lying(areas, told)
    with pytest.raises(LogError):
        show(areas)


def test_the_worker_tells_the_operator_which_it_is(areas: Areas, tmp_path: Path) -> None:
    told = refusal(areas, tmp_path)
    node = areas["northmoor"]

    def fault() -> str:
        job = jobs_of(node, ())["show:eastvale"]
        do(job, Run(node, lambda: None, lambda _: areas.client("northmoor")))
        with node.read() as tx:
            return schedule.every(tx.session)["show:eastvale"].fault or ""

    lying(areas, told)
    assert "stop the node, and call your auditor" in fault()
    lying(areas, without(told, areas))
    assert "Ring Eastvale, 01632 960102" in fault()
    assert "auditor" not in fault()
