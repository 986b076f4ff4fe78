"""A holder with real keys lies to the one who asks or syncs: a peer fault, soon, and nothing is believed."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.cli.peers import peer_list
from hub.cli.show import show_result
from hub.consent import Decision, Outcome
from hub.crypto import encoding, signing
from hub.crypto.prf import PrfKey
from hub.demo.form import sharing_form
from hub.errors import HubError, PeerError
from hub.federation.peers import add_peer, known, refresh
from hub.federation.sync import sync_peer
from hub.matching import match_keys
from hub.node.node import Node
from hub.records.check import AreaResult, AreaStatus, CheckRequest, CheckResult
from hub.store import feeds, peers
from hub.values import Person
from hub.wire import messages, tokens
from hub.wire.messages import MessageType
from hub.wire.test_people import TEST_CASE_HANDLE, TEST_PEOPLE
from hub.wire.tokens import Label, seal_entry
from tests.federation.attackers import AGREEMENT, World, answering, honest, make_area, telling, thumbprint_of
from tests.federation.nodes import check

SUBJECT = Person(ref="s", given_names="Orla", surname="Quennell", date_of_birth="1988-07-14")
MANY_PAGES = 400  # an increment within its slack, and then all of it anew


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> tuple[Node, Node]:
    folder: Path = tmp_path_factory.mktemp("areas")
    return make_area(folder, "northmoor", []), make_area(folder, "eastvale")


@pytest.fixture
def world(areas: tuple[Node, Node]) -> World:
    """The attacker is honest until a test has it lie; what it did to the victim before stays."""
    made = World(*areas)
    made.introduce()
    return made


def ask(world: World) -> AreaResult:
    """What the victim is told when it asks the attacker about the one person there is."""
    today = dt.datetime.now(dt.UTC).date()
    question: dict[str, Any] = {
        "purpose": "referred_elsewhere",
        "case_ref": "N-7",
        "requester": {"name": "R", "role": "coordinator", "agency": "A", "agency_kind": "police"},
        "subject": SUBJECT.model_dump(mode="json"),
        "areas": ["eastvale"],
    }
    form = sharing_form(question, today, grounded=True)
    form["protocol"]["ref"] = AGREEMENT
    request = CheckRequest.model_validate({**question, "sharing_form": form})

    async def once() -> AreaResult:
        async with world.client(world.victim) as client:
            return (await check(world.victim, client, request)).areas[0]

    return asyncio.run(once())


def sync(world: World) -> None:
    async def once() -> None:
        async with world.client(world.victim) as client:
            await sync_peer(world.victim, client, "eastvale", lambda *_: None)

    asyncio.run(once())


def lie(world: World, answer: Callable[[httpx2.Request], dict[str, Any] | None]) -> None:
    world.wire.hosts["eastvale.test"] = answering(world.attacker, answer)


def test_an_honest_holder_is_believed(world: World) -> None:
    result = ask(world)
    assert (result.status, [one.band for one in result.candidates]) == (AreaStatus.answered, ["strong"])


# Who it says it is.


def test_a_new_peer_cannot_take_the_place_of_one_that_is_pinned(world: World, tmp_path: Path) -> None:
    """Its own root key, its own thumbprint, but another area's name: the pin of that area stays."""
    pretender = make_area(tmp_path, "southmere", [])
    world.wire.hosts["southmere.test"] = telling(
        pretender, {"iss": "eastvale", "sub": "eastvale", "area": "Eastvale"}
    )

    async def add() -> None:
        async with world.client(world.victim) as client:
            await add_peer(world.victim, client, pretender.settings.url, thumbprint_of(pretender))

    with pytest.raises(HubError):
        asyncio.run(add())
    assert known(world.victim, "eastvale").root_thumbprint == thumbprint_of(world.attacker)


def test_a_peer_cannot_rename_itself(world: World) -> None:
    world.wire.hosts["eastvale.test"] = telling(world.attacker, {"iss": "southmere", "sub": "southmere"})

    async def fetch() -> None:
        async with world.client(world.victim) as client:
            await refresh(world.victim, client, "eastvale")

    with pytest.raises(PeerError):
        asyncio.run(fetch())


def test_an_address_in_the_clear_is_refused(world: World) -> None:
    """Signatures keep messages whole, not unseen: who asks whom, and when, is for TLS to hide."""

    async def add() -> None:
        async with world.client(world.victim) as client:
            await add_peer(world.victim, client, "http://eastvale.test", thumbprint_of(world.attacker))

    with pytest.raises(HubError):
        asyncio.run(add())


# What it evaluates.


def evaluated_with(world: World, key: PrfKey) -> Callable[[httpx2.Request], dict[str, Any] | None]:
    """Answer evaluations with a key of one's own choice, the proof included."""

    def answer(request: httpx2.Request) -> dict[str, Any] | None:
        if request.url.path != messages.EVALUATIONS_PATH:
            return None
        asked = messages.parse_request(messages.EvaluationRequest, request.content)
        elements, proof = key.evaluate(messages.split_elements(asked.elements))
        weak = messages.split_elements(asked.weak_elements)
        weak_elements, weak_proof = key.evaluate(weak) if weak else (b"", b"")
        return {
            "version": 1,
            "check_id": asked.check_id,
            "epoch": 1,
            "feed_at": 1,
            "elements": encoding.b64(elements),
            "proof": encoding.b64(proof),
            "weak_elements": encoding.b64(weak_elements),
            "weak_proof": encoding.b64(weak_proof),
        }

    return answer


def test_an_evaluation_under_a_key_for_this_asker_alone_is_a_fault(world: World) -> None:
    """A key of one's own for each asker would mark its questions; the pinned key shows it."""
    lie(world, evaluated_with(world, PrfKey(secrets.token_bytes(32), PrfKey.STRONG)))
    assert ask(world).status is AreaStatus.error


GARBLED: list[dict[str, Any]] = [
    {},
    {"elements": ""},
    {"elements": "A"},
    {"proof": ""},
    {"proof": encoding.b64(bytes(64))},
    {"check_id": "0" * 32},
    {"epoch": -1},
    {"epoch": 2**70},
    {"feed_at": "soon"},
    {"version": 2},
    {"elements": None},
    {"more": 1},
]


@pytest.mark.parametrize("changed", GARBLED, ids=str)
def test_a_garbled_evaluation_is_a_fault_and_the_page_says_it_means_nothing(
    world: World, changed: dict[str, Any]
) -> None:
    true = evaluated_with(world, world.attacker.prf_keys().strong)

    def answer(request: httpx2.Request) -> dict[str, Any] | None:
        told = true(request)
        return told if told is None else (told | changed if changed else {})

    lie(world, answer)
    result = ask(world)
    assert result.status in (AreaStatus.error, AreaStatus.unreachable)
    assert "does not mean that nobody is known" in result.note


# What it publishes.


def last_line(node: Node) -> int:
    """Where its honest feed ends."""
    with node.read() as tx:
        state = feeds.state(tx.session)
    assert state
    return state.last_seq


def page(world: World, lines: list[tuple[bytes, bytes]], **changed: Any) -> dict[str, Any]:
    """A page of a feed of the attacker's own making, with a manifest that it signs."""
    node = world.attacker
    now = node.now()
    manifest = {
        "iss": node.node_id,
        "sub": node.node_id,
        "iat": now,
        "exp": now + 3600,
        "jti": secrets.token_hex(16),
        "epoch": node.epoch(),
        "feed_at": last_line(node) + 2_000,
        "key_id": node.prf_keys().key_id,
        "weak_key_id": node.prf_keys().weak_key_id,
        "entries": len(lines),
        "people": 1,
        "digest": encoding.b64(bytes(32)),
        "max_gap": 2,
    } | changed.pop("manifest", {})
    return {
        "version": 1,
        "epoch": node.epoch(),
        "withdrawn": "",
        "entries": tokens.join_entries(lines),
        "cursor": secrets.token_hex(8),
        "more": False,
        "manifest": signing.sign(node.keys.signing, MessageType.manifest, manifest),
    } | changed


def counted(answers: Callable[[int], dict[str, Any]]) -> tuple[list[int], Callable[[httpx2.Request], Any]]:
    """Answer feed requests by their number; gives up on the test once there were far too many."""
    asked: list[int] = []

    def answer(request: httpx2.Request) -> dict[str, Any] | None:
        if request.url.path != messages.FEED_PATH:
            return None
        asked.append(len(asked))
        assert len(asked) < MANY_PAGES, "the sync does not end"
        return answers(len(asked))

    return asked, answer


def test_a_feed_that_never_ends_is_given_up(world: World) -> None:
    """Empty pages for ever, each with more to come."""
    _, answer = counted(lambda _: page(world, [], more=True))
    lie(world, answer)
    with pytest.raises(PeerError):
        sync(world)


def test_a_feed_longer_than_its_manifest_is_given_up(world: World) -> None:
    def one(_: int) -> dict[str, Any]:
        entries = [(secrets.token_bytes(16), secrets.token_bytes(61)) for _ in range(50)]
        return page(world, entries, more=True, manifest={"entries": 100})

    _, answer = counted(one)
    lie(world, answer)
    with pytest.raises(PeerError):
        sync(world)


def test_a_cursor_that_its_maker_no_longer_reads_does_not_end_syncing_for_good(world: World) -> None:
    """A fault of the holder's, mended there, must mend itself here."""
    lie(
        world,
        lambda request: page(world, [], cursor="zz") if request.url.path == messages.FEED_PATH else None,
    )
    with pytest.raises(PeerError):
        sync(world)
    world.wire.hosts["eastvale.test"] = honest(world.attacker)
    sync(world)


def test_a_feed_that_is_not_the_signed_one_leaves_the_last_good_copy(world: World) -> None:
    sync(world)
    before = known(world.victim, "eastvale")
    lie(world, lambda request: page(world, []) if request.url.path == messages.FEED_PATH else None)
    with pytest.raises(PeerError):
        sync(world)
    assert known(world.victim, "eastvale") == before
    world.wire.hosts["eastvale.test"] = honest(world.attacker)
    assert ask(world).status is AreaStatus.answered


@pytest.mark.parametrize(
    "changed",
    [
        {"entries": "AAAA"},
        {"withdrawn": "AA"},
        {"entries": "*"},
        {"cursor": "x" * 300},
        {"cursor": "\u0000"},
        {"epoch": -1},
        {"epoch": 2**70},
        {"manifest": {"exp": 2**40}},
        {"manifest": {"iss": "southmere", "sub": "southmere"}},
        {"manifest": {"max_gap": 10**6}},
        {"manifest": {"key_id": "0" * 16}},
        {"manifest": {"people": -1}},
        {"manifest": {"people": 2**70}},
    ],
    ids=lambda changed: str(changed)[:40],
)
def test_a_malformed_page_is_a_fault(world: World, changed: dict[str, Any]) -> None:
    lie(world, lambda request: page(world, [], **changed) if request.url.path == messages.FEED_PATH else None)
    with pytest.raises(PeerError):
        sync(world)


def crowd(world: World, size: int) -> dict[str, Any]:
    """A true feed for its manifest, in which one match-key of the subject stands for a crowd of people."""
    node = world.attacker
    entries: list[tuple[bytes, bytes]] = []
    for person in (SUBJECT, *TEST_PEOPLE):
        case = secrets.token_bytes(16) if person is SUBJECT else TEST_CASE_HANDLE
        for key in match_keys(person, node.matching):
            prf = node.prf_keys()
            context = prf.context(node.node_id, weak=key.weak)
            output = (prf.weak if key.weak else prf.strong).output(key.material)
            for index in range(1 if entries else size):
                label = Label(case, secrets.token_bytes(16), 7)
                entries.append(seal_entry(output, context, index, label))
    digest = hashlib.sha256(b"".join(token + label for token, label in sorted(entries))).digest()
    return page(world, entries, manifest={"digest": encoding.b64(digest), "people": size})


def test_a_crowd_under_one_match_key_does_not_hold_up_the_asker(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The walk over those who share a match-key ends at a bound, whatever the holder has published."""
    lie(world, lambda request: crowd(world, 3_500) if request.url.path == messages.FEED_PATH else None)
    sync(world)
    lookups: list[int] = []
    true = peers.labels

    def counting(session: Any, feed_id: int, tokens: Any) -> dict[bytes, bytes]:
        lookups.append(len(tokens))
        return true(session, feed_id, tokens)

    monkeypatch.setattr(peers, "labels", counting)
    ask(world)
    assert sum(lookups) < 3_000


# What it writes to be read by people.


@pytest.mark.parametrize(
    "text", ["[/]", "[bold", "\x1b[2J\x1b[1;1HAll clear", "line\nAll clear", "\u202eelav"]
)
def test_a_peers_words_are_shown_as_words(
    world: World, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither markup, nor what moves a terminal's cursor, nor what turns text round comes through."""
    world.wire.hosts["eastvale.test"] = telling(world.attacker, {"area": text, "contact": text})

    async def fetch() -> None:
        async with world.client(world.victim) as client:
            await refresh(world.victim, client, "eastvale")

    try:
        asyncio.run(fetch())
    except PeerError:
        return  # Refused outright: as good.
    peer_list(world.victim.home)
    result = ask(world)
    decision = Decision(outcome=Outcome.permit)
    show_result(CheckResult(check_id="0" * 32, decision=decision, areas=(result,), took_ms=1), Path("HOME"))
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert not any(line.startswith("All clear") for line in shown.splitlines())
