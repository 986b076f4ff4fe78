"""A stolen key is revoked by the root key: whoever hears of it, from whichever peer, refuses it from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient

from hub.checks.disclose import disclose, redeliver
from hub.crypto.signing import PrivateKey, SigningKey
from hub.errors import HubError, PeerError, UsageError
from hub.federation.peers import DisabledPeer, add_peer, every_known, known, refresh, remove_peer
from hub.federation.sync import sync_peer
from hub.node.certificates import certify_keys, every_certificate, own_certificate
from hub.node.home import current_metadata
from hub.node.keys import load_root
from hub.node.new_keys import change_keys
from hub.node.node import Node
from hub.node.pins import RevokedError, accept_certificate, change_pins, load_pins
from hub.node.revocations import (
    certificate_in_force,
    give_up_root,
    learn_revocations,
    own_warning,
    renew_certificate,
    revoke_certificates,
    told_revocations,
)
from hub.records import outbox
from hub.records.check import AreaResult, AreaStatus, CandidateRef, CheckResult, DisclosureStatus
from hub.records.outbox import Delivery
from hub.store import outbox as rows
from hub.values import Level
from hub.web.app import create_app
from hub.wire.certificates import read_revocation, revoke
from hub.wire.messages import DISCLOSURES_PATH, EVALUATIONS_PATH, MAX_REVOCATIONS
from hub.wire.metadata import read_metadata
from tests.federation.asking import sync
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, cases_of, check, events, new_node, question
from tests.federation.problems import assert_problem
from tests.federation.thieves import in_its_place, root_of, stolen_copy

DAY = 86_400
WHY = "A laptop was stolen."
SAID = f'The area revoked this key on Tuesday 3 November 2026. Its words, without digits: "{WHY}"'


def root(node: Node) -> SigningKey:
    return load_root(node.home / "keys")


def replaced(areas: Areas, node_id: str = "eastvale") -> None:
    """New keys, the old ones revoked: what the operator does the day after the theft."""
    areas.clock.advance(DAY)
    node = areas[node_id]
    change_keys(node, root(node), "signing", "sealing")
    revoke_certificates(node, root(node), None, WHY)


def synced(areas: Areas, asking: str, *peers: str) -> None:
    """Some peers alone, each without a fault."""

    async def go() -> None:
        async with areas.client(asking) as client:
            for peer in peers:
                await sync_peer(areas[asking], client, peer, lambda *_: None)

    asyncio.run(go())


def ask(areas: Areas) -> tuple[CheckResult, AreaResult]:
    """What Northmoor is shown of somebody whom Eastvale knows."""

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, question(cases_of("eastvale")[0][0], "eastvale"))

    result = asyncio.run(go())
    return result, result.areas[0]


def only(node: Node) -> Delivery:
    """The one delivery that waits, opened."""
    with node.read() as tx:
        (row,) = rows.every(tx.session)
        found = outbox.get(tx, row.id)
    assert found is not None
    return found


def tell(areas: Areas, check_id: str) -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            target = CandidateRef(check_id, "eastvale")
            return (await disclose(areas["northmoor"], client, target, Level.involvement))[0]

    return asyncio.run(go())


class Between(httpx2.AsyncBaseTransport):
    """A network on which something happens after a request to a path was answered, before the answer arrives."""

    def __init__(self, behind: httpx2.AsyncBaseTransport, path: str, happens: Callable[[], object]) -> None:
        self.behind, self.path, self.happens = behind, path, happens

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self.behind.handle_async_request(request)
        if request.url.path == self.path:
            self.happens()
        return answer


# Passed on.


def test_a_revocation_that_a_third_area_passes_on_ends_the_thief(areas: Areas, tmp_path: Path) -> None:
    """Northmoor never meets Eastvale's new keys: only the thief, who stands at its address, and Southmere."""
    northmoor = areas["northmoor"]
    thief = stolen_copy(areas["eastvale"], tmp_path)
    replaced(areas)
    synced(areas, "southmere", "eastvale")
    in_its_place(areas, thief)
    assert ask(areas)[1].status is AreaStatus.answered  # So far nobody has told Northmoor.

    synced(areas, "northmoor", "southmere")
    (learned,) = events(northmoor, "revocation_learned")
    assert (learned["actor"], learned["refs"]["peer"]) == ("operator", "eastvale")
    refused = ask(areas)[1]
    assert (refused.status, refused.candidates) == (AreaStatus.error, ())
    assert SAID in refused.note
    assert SAID in sync(areas)["eastvale"]
    disabled = every_known(northmoor)["eastvale"]
    assert isinstance(disabled, DisabledPeer)
    assert SAID in str(disabled.why)
    asking = Areas({**areas.nodes, "eastvale": thief}, areas.clock, areas.network)
    refusal = Hand(asking, sender="eastvale", to="northmoor").evaluate()
    assert SAID in assert_problem(refusal, 401, "certificate_revoked", "membership")["detail"]

    in_its_place(areas, areas["eastvale"])
    assert ask(areas)[1].status is AreaStatus.answered
    assert events(northmoor, "revocation_learned") == [learned]  # Once.


def test_an_answer_by_a_key_that_is_revoked_while_it_is_under_way_is_not_taken(
    areas: Areas, tmp_path: Path
) -> None:
    northmoor = areas["northmoor"]
    thief = stolen_copy(areas["eastvale"], tmp_path)
    replaced(areas)
    in_its_place(areas, thief)
    (said,) = told_revocations(areas["eastvale"])
    behind = areas.network.hosts["eastvale"]
    areas.network.hosts["eastvale"] = Between(
        behind, EVALUATIONS_PATH, lambda: learn_revocations(northmoor, [said])
    )
    refused = ask(areas)[1]
    assert (refused.status, refused.candidates) == (AreaStatus.error, ())
    assert SAID in refused.note


def test_nothing_is_sealed_or_sent_to_a_revoked_sealing_key(areas: Areas, tmp_path: Path) -> None:
    """Neither what is decided after, nor what waits in the outbox and was sealed to it before."""
    northmoor, eastvale = areas["northmoor"], areas["eastvale"]
    thief = stolen_copy(eastvale, tmp_path)
    old = known(northmoor, "eastvale").sealing_key_id
    result, _ = ask(areas)
    there = areas.network.hosts.pop("eastvale")
    with pytest.raises(PeerError):
        tell(areas, result.check_id)
    assert only(northmoor).parcel.content.count(old.encode())

    areas.network.hosts["eastvale"] = there
    replaced(areas)
    learn_revocations(northmoor, told_revocations(eastvale))
    in_its_place(areas, thief)
    heard = len(areas.network.asked)

    async def again() -> None:
        async with areas.client("northmoor") as client:
            await redeliver(northmoor, client, only(northmoor))

    for act in (lambda: asyncio.run(again()), lambda: tell(areas, result.check_id)):
        with pytest.raises(HubError, match="revoked this key"):
            act()
    assert DISCLOSURES_PATH not in [path for _, path in areas.network.asked[heard:]]

    in_its_place(areas, eastvale)
    asyncio.run(again())
    assert events(eastvale, "disclosure_received")
    assert not [
        one for one in events(eastvale, "request_refused") if one["detail"]
    ]  # Never sealed to the old.
    with northmoor.read() as tx:
        assert not [one for one in rows.every(tx.session) if one.kind != "acknowledgement"]
    assert tell(areas, result.check_id).areas[0].candidates[0].disclosure.status is DisclosureStatus.answered


def test_an_area_that_is_added_later_is_judged_by_what_the_others_know(areas: Areas, tmp_path: Path) -> None:
    """By its removal nothing is forgotten of what its root key said."""
    northmoor = areas["northmoor"]
    thief = stolen_copy(areas["eastvale"], tmp_path)
    replaced(areas)
    synced(areas, "southmere", "eastvale")
    remove_peer(northmoor, "eastvale")
    synced(areas, "northmoor", "southmere")
    in_its_place(areas, thief)

    async def add() -> None:
        async with areas.client("northmoor") as client:
            await add_peer(northmoor, client, "https://eastvale", root_of(thief))

    with pytest.raises(PeerError, match="revoked this key"):
        asyncio.run(add())
    in_its_place(areas, areas["eastvale"])
    asyncio.run(add())
    assert known(northmoor, "eastvale").certificate == own_certificate(areas["eastvale"]).told


def test_a_root_key_that_was_given_up_covers_whatever_its_thief_certifies(
    areas: Areas, tmp_path: Path
) -> None:
    thief = stolen_copy(areas["eastvale"], tmp_path)
    areas.clock.advance(DAY)
    give_up_root(areas["eastvale"], root(areas["eastvale"]), "The safe was broken into.")
    synced(areas, "northmoor", "southmere")
    with pytest.raises(
        PeerError,
        match=r'gave up its root key on Tuesday 3 November 2026\. Its words, without digits: "The safe',
    ):
        synced(areas, "southmere", "eastvale")
    synced(areas, "northmoor", "southmere")
    certify_keys(thief, root(thief))  # A serial as high as you like.
    in_its_place(areas, thief)
    said = sync(areas)["eastvale"]
    assert "gave up its root key" in said
    assert "hub peer remove" in said


# What is not proved, and how much.


def test_what_no_pinned_root_key_said_is_left_out(areas: Areas, tmp_path: Path) -> None:
    northmoor, now = areas["northmoor"], int(areas.clock())
    stranger = root(new_node(tmp_path / "westhaven", "westhaven", "sqlite:///hub.sqlite3", areas.clock))
    true = revoke(root(areas["eastvale"]), "eastvale", 1, WHY, now)
    head, _, signature = true.split(".")
    before = load_pins(northmoor)
    learn_revocations(
        northmoor,
        [
            revoke(stranger, "westhaven", None, WHY, now),  # nobody's here
            revoke(stranger, "eastvale", None, WHY, now),  # not Eastvale's root key
            revoke(root(areas["southmere"]), "eastvale", None, WHY, now),  # nor Southmere's
            ".".join(
                (head, revoke(root(areas["eastvale"]), "eastvale", None, WHY, now).split(".")[1], signature)
            ),
            own_certificate(areas["eastvale"]).token,
            "a.b.c",
            "",
        ],
    )
    assert load_pins(northmoor) == before
    assert events(northmoor, "revocation_learned") == []
    learn_revocations(northmoor, [true, "a.b.c"])
    assert load_pins(northmoor).revocations == (true,)


def test_of_one_root_key_the_furthest_statement_alone_is_kept(areas: Areas) -> None:
    northmoor, now = areas["northmoor"], int(areas.clock())
    by = {up_to: revoke(root(areas["eastvale"]), "eastvale", up_to, WHY, now) for up_to in (7, 9, 8, None)}
    for up_to in (7, 9, 8):
        learn_revocations(northmoor, [by[up_to]])
    assert load_pins(northmoor).revocations == (by[9],)
    learn_revocations(northmoor, [by[8], by[None], by[9]])
    assert load_pins(northmoor).revocations == (by[None],)


def test_what_is_passed_on_is_bounded_and_the_longest_fits(areas: Areas) -> None:
    """As many as there may be, each as long as it may be: the metadata are still read by a peer."""
    northmoor, now = areas["northmoor"], int(areas.clock())
    keys = [SigningKey.of(PrivateKey.generate()) for _ in range(MAX_REVOCATIONS + 8)]
    pins = load_pins(northmoor)
    one = pins.pins[0]
    for at, key in enumerate(keys):
        pins = pins.put(
            one.model_copy(update={"node_id": f"a{at}" + "x" * 60, "root": key.kid, "trusted": False})
        )
    said = [revoke(key, f"a{at}" + "x" * 60, None, "y" * 100, now + at) for at, key in enumerate(keys)]
    change_pins(northmoor, lambda _: pins)
    learn_revocations(northmoor, said)
    own = give_up_root(northmoor, root(northmoor), WHY)
    passed_on = told_revocations(northmoor)
    assert read_revocation(passed_on[0]) == own
    assert list(passed_on[1:]) == said[:-MAX_REVOCATIONS:-1]  # The newest.
    assert read_metadata(current_metadata(northmoor)).metadata.revocations == passed_on


@pytest.mark.parametrize("reason", ["", "  ", "x" * 101, "a\nb", "\u202e", "\N{PARTY POPPER}" * 100])
def test_a_reason_is_a_sentence(areas: Areas, reason: str) -> None:
    node = areas["eastvale"]
    change_keys(node, root(node), "signing")
    with pytest.raises(UsageError, match="at most 100 characters"):
        revoke_certificates(node, root(node), None, reason)
    assert load_pins(node).revocations == ()


TRICKS = {
    "01632 960999 is our number now": "##### ###### is our number now",
    "Ring \N{FULLWIDTH DIGIT ONE}\N{SUPERSCRIPT TWO}\N{ROMAN NUMERAL FIVE}\N{CIRCLED DIGIT SIX}": "Ring ####",
    'x". Telephone \N{RIGHT DOUBLE QUOTATION MARK}the number below': "x'. Telephone 'the number below",
}


@pytest.mark.parametrize("because", TRICKS)
def test_a_peers_words_are_told_as_its_own_and_no_number_stands_in_them(
    areas: Areas, tmp_path: Path, because: str
) -> None:
    """Its thief may have chosen them, to be rung instead: the telephone is the one that this node has."""
    northmoor = areas["northmoor"]
    thief = stolen_copy(areas["eastvale"], tmp_path)
    now = int(areas.clock())
    learn_revocations(northmoor, [revoke(root(thief), "eastvale", None, because, now)])
    result = ask(areas)[1]
    assert f'Its words, without digits: "{TRICKS[because]}".' in result.note
    assert because not in result.note
    assert "01632 960102" in result.contact
    assert result.note.count('"') == 2


def test_a_reason_with_a_number_is_not_said(areas: Areas) -> None:
    node = areas["eastvale"]
    change_keys(node, root(node), "signing")
    with pytest.raises(UsageError, match="has a digit"):
        revoke_certificates(node, root(node), None, "Ring 01632 960102.")
    assert load_pins(node).revocations == ()


# The node's own.


def test_the_keys_in_use_are_not_revoked_by_mistake(areas: Areas) -> None:
    node = areas["eastvale"]
    first = own_certificate(node).told.serial
    for _ in range(2):  # Also after a renewal: a thief's copy is of the same keys.
        for up_to in (None, first, first + 100):
            with pytest.raises(UsageError, match="keys in use") as caught:
                revoke_certificates(node, root(node), up_to, WHY)
            assert "hub keys rotate --signing --sealing" in caught.value.do
        certify_keys(node, root(node))
    with pytest.raises(UsageError, match="another root key"):
        revoke_certificates(node, root(areas["southmere"]), None, WHY)
    assert load_pins(node).revocations == ()
    change_keys(node, root(node), "signing")
    certify_keys(node, root(node))
    said = revoke_certificates(node, root(node), None, WHY)
    assert [said.covers(one) for one in every_certificate(node)] == [True, True, True, False, False]
    assert [one["detail"]["serial"] for one in events(node, "certificates_revoked")] == [said.up_to]


def test_a_node_whose_own_keys_are_revoked_hears_of_it_from_its_peers(areas: Areas, tmp_path: Path) -> None:
    """The operator did it on a copy of the home that was brought back; this one still runs somewhere."""
    forgotten = stolen_copy(areas["eastvale"], tmp_path)
    replaced(areas)
    synced(areas, "southmere", "eastvale")
    beside = Areas({**areas.nodes, "eastvale": forgotten}, areas.clock, areas.network)
    assert own_warning(forgotten) == ""
    with pytest.raises(
        UsageError
    ):  # Southmere's metadata came, with what it passes on; nothing was asked then.
        synced(beside, "eastvale", "southmere")
    assert "was revoked by its root key on Tuesday 3 November 2026" in own_warning(forgotten)
    with pytest.raises(UsageError, match="was revoked by its root key"):
        certificate_in_force(forgotten)
    with pytest.raises(UsageError, match="was revoked by its root key") as caught:
        renew_certificate(forgotten, root(forgotten))  # The thief's keys, once more.
    assert caught.value.kept == "Nothing was certified."
    probe = TestClient(create_app(forgotten)).get("/healthz").json()
    assert "revoked by its root key" in probe["certificate"]


def test_a_certificate_is_judged_wherever_it_is_met(areas: Areas) -> None:
    northmoor = areas["northmoor"]
    old = own_certificate(areas["eastvale"]).token
    assert accept_certificate(northmoor, "eastvale", old)
    replaced(areas)
    learn_revocations(northmoor, told_revocations(areas["eastvale"]))
    with pytest.raises(RevokedError):
        accept_certificate(northmoor, "eastvale", old)

    async def go() -> None:
        async with areas.client("northmoor") as client:
            await refresh(northmoor, client, "eastvale")

    asyncio.run(go())
    assert known(northmoor, "eastvale").certificate == own_certificate(areas["eastvale"]).told
