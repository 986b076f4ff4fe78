"""A thief of disks and a reader of logs: what a check and a disclosure leave behind names nobody.

Both nodes do a whole round: import, publish, sync, check, disclose. Then every byte they wrote is searched for
what was asked and held, as it stands and as anyone would encode it; and the keys are where they belong.
"""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from hub.audit.chain import Broken, Head, Verified, genesis, verify
from hub.audit.log import verify_log
from hub.checks.disclose import disclose
from hub.crypto.encoding import unb64
from hub.demo.form import sharing_form
from hub.node.keys import NODE_KEY, ROOT_KEY
from hub.node.node import Node
from hub.records.check import CandidateRef, CheckRequest, CheckResult, DisclosureStatus
from hub.store.audit import DatabaseAudit
from hub.store.tables import Receipt
from hub.values import Level
from tests.federation.attackers import AGREEMENT, World, make_area
from tests.federation.nodes import check

HELD = {
    "case_ref": "HELD-CASE-77",
    "kind": "marac",
    "referral_date": "2026-02-03",
    "role": "victim",
    "given_names": "Orlaith",
    "surname": "Quennellton",
    "aliases": "Merrily Vastbrook",
    "date_of_birth": "1988-07-14",
    "postcode": "ZZ99 9ZZ",
    "address": "41 Hidingplace Row",
    "phone": "01632960999",
    "agreement": "given",
    "victim_aware": "yes",
    "publish": "yes",
}
ASKED: dict[str, Any] = {
    "purpose": "referred_elsewhere",
    "case_ref": "ASKED-CASE-88",
    "requester": {"name": "Gwendolen Askwith", "role": "coordinator", "agency": "Z", "agency_kind": "police"},
    "subject": {
        "ref": "subject-ref-99",
        "given_names": "Orla",
        "surname": "Quennellton",
        "aliases": ["Orla Nexttown"],
        "date_of_birth": "1988-07-14",
    },
    "areas": ["eastvale"],
}
SECRETS = [
    *(
        HELD[name]
        for name in ("case_ref", "given_names", "surname", "date_of_birth", "postcode", "address", "phone")
    ),
    "Merrily",
    "Vastbrook",
    "ASKED-CASE-88",
    "Gwendolen",
    "Askwith",
    "subject-ref-99",
    "Nexttown",
    "NARRATIVE",
]


@pytest.fixture(scope="module")
def round_done(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, CheckResult, Path]:
    folder: Path = tmp_path_factory.mktemp("round")
    world = World(make_area(folder, "northmoor", []), make_area(folder, "eastvale", [HELD]))
    world.introduce()
    form = sharing_form(ASKED, dt.datetime.now(dt.UTC).date(), grounded=True)
    form["protocol"]["ref"] = AGREEMENT
    form["comments"] = "NARRATIVE that stays here"
    request = CheckRequest.model_validate({**ASKED, "sharing_form": form})

    async def both() -> CheckResult:
        async with world.client(world.victim) as client:
            result = await check(world.victim, client, request)
            target = CandidateRef(result.check_id, "eastvale")
            return (await disclose(world.victim, client, target, Level.involvement))[0]

    return world, asyncio.run(both()), folder


def encodings(text: str) -> set[bytes]:
    """The text in either case, as bytes, in hex, in UTF-16, and inside base64 at each of its three offsets."""
    found: set[bytes] = set()
    for plain in (text.encode(), text.lower().encode(), text.upper().encode()):
        found |= {plain, plain.hex().encode(), plain.decode().encode("utf-16-le")}
        for offset in range(3):
            encoded = base64.urlsafe_b64encode(bytes(offset) + plain)
            found.add(encoded[-(-offset * 8 // 6) : len(plain) * 8 // 6])
    return {one for one in found if len(one) >= 5}


def everything(home: Path) -> bytes:
    """All that the node wrote, but its keys."""
    files = [path for path in home.rglob("*") if path.is_file() and path.parent.name != "keys"]
    assert any(path.suffix == ".sqlite3" for path in files)
    return b"".join(path.read_bytes() for path in files)


def test_the_round_was_a_whole_one(round_done: tuple[World, CheckResult, Path]) -> None:
    _, result, _ = round_done
    (candidate,) = result.areas[0].candidates
    assert candidate.disclosure.status is DisclosureStatus.answered


def test_a_stolen_disk_names_nobody(round_done: tuple[World, CheckResult, Path]) -> None:
    world, _, _ = round_done
    for node in (world.victim, world.attacker):
        written = everything(node.home)
        found = [encoded for secret in SECRETS for encoded in encodings(secret) if encoded in written]
        assert not found


def test_the_search_would_have_found_it() -> None:
    name = str(HELD["surname"]).encode()
    wrapped = base64.urlsafe_b64encode(b'{"surname":"' + name + b'"}')
    for written in (b"x" + name + b"x", b"x" + wrapped, b"x" + name.hex().encode()):
        assert any(encoded in written for encoded in encodings(name.decode()))


def test_keys_are_in_their_folder_alone(round_done: tuple[World, CheckResult, Path]) -> None:
    world, _, _ = round_done
    for node in (world.victim, world.attacker):
        keys = json.loads((node.home / "keys" / NODE_KEY).read_text())
        values = [*keys.values(), (node.home / "keys" / ROOT_KEY).read_text()]
        written = everything(node.home)
        for value in values:
            raw = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
            assert not [form for form in (value.encode(), raw, raw.hex().encode()) if form in written]


def test_both_logs_hold_and_say_the_same_of_the_check(round_done: tuple[World, CheckResult, Path]) -> None:
    world, result, _ = round_done
    known_as = world.victim.check_at(world.attacker.node_id, result.check_id)
    told = {node.node_id: _entries(node, known_as) for node in (world.victim, world.attacker)}
    told["northmoor"] = _entries(world.victim, result.check_id)
    assert told["northmoor"][:2] == ["check_decided", "request_sent"]
    assert told["eastvale"][0] == "request_received"
    assert "answer_received" in told["northmoor"]
    assert "answer_sent" in told["eastvale"]
    assert {"disclosure_sent", "disclosure_recorded"} <= set(told["northmoor"])
    assert {"disclosure_received", "disclosure_answered"} <= set(told["eastvale"])


def _entries(node: Node, check_id: str) -> list[str]:
    with node.read() as tx:
        return [entry.action for entry in DatabaseAudit(tx.session).after(0) if check_id in entry.body]


def test_what_was_answered_is_vouched_for_by_the_asker(round_done: tuple[World, CheckResult, Path]) -> None:
    """The answer left with the log's head in its receipt, so its row may not be cut off any more unseen."""
    world, result, _ = round_done
    with world.victim.read() as tx:
        tokens = [
            row.token
            for row in tx.session.exec(select(Receipt).where(Receipt.peer == world.attacker.node_id))
        ]
    receipts = [json.loads(unb64(token.split(".")[1]))["receipt"] for token in tokens]
    heads = [Head(told["log_size"], told["log_head"]) for told in receipts]
    assert len(heads) == 2
    with world.attacker.read() as tx:
        store = DatabaseAudit(tx.session)
        known_as = world.victim.check_at(world.attacker.node_id, result.check_id)
        last = max(entry.seq for entry in store.after(0) if known_as in entry.body)
        assert isinstance(verify_log(store, world.attacker.node_id, heads), Verified)
        cut = [entry for entry in store.after(0) if entry.seq < last]
    assert max(head.size for head in heads) == last
    assert isinstance(verify(cut, genesis(world.attacker.node_id), heads), Broken)
