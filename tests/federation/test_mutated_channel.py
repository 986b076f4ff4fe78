"""Whatever a node says in a sealed channel, signed and sealed with its own keys: nothing breaks."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import pytest

from hub.crypto import hpke
from hub.crypto.encoding import b64
from hub.errors import HubError
from hub.federation.client import PeerClient
from hub.records.accounts import AccountRole
from hub.records.channels import Channel, ChannelState, channel_of, keep_channel
from hub.transfers.channel import answering
from hub.wire.channel import (
    ASKED_BYTES,
    ENVELOPES_PATH,
    KEPT_GIVEN_BYTES,
    EnvelopeMessage,
    Question,
    Reference,
    Says,
    digest_of,
    envelope_context,
)
from hub.wire.messages import encode
from tests.accounts.people import cheap_passwords
from tests.federation.mutations import EACH, Mutation, of_each
from tests.federation.nodes import copied
from tests.federation.peer_simulator import Asked, Peer, Told
from tests.federation.sayer import SAYS, Trial, differing, held, item, posted, text_of
from tests.federation.sayer import answering as answered_wrongly
from tests.transfers.moving import NEW, OLD, SHE
from tests.transfers.ringing import NEW_MANAGER, OLD_MANAGER, Pair, both_logged, ready, tick
from tests.web.console.signed_in import Console

SEED: Final = 20261129
R = AccountRole


@pytest.fixture(scope="module")
def rung(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Any
) -> Iterator[tuple[Trial, Pair, Channel]]:
    """Two managers who have spoken, and have each logged it; their pages."""
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        pair = ready(areas)
        channel = both_logged(pair)
        trial = Trial(areas)
        client = partial(PeerClient, transport=areas.network)
        for area, who in ((OLD, pair.old), (NEW, pair.new)):
            console = Console.with_people(areas[area], {R.manager: who}, client)
            trial.consoles[area] = (console, who.signed_in())
    yield trial, pair, channel
    areas.close()


@pytest.fixture(autouse=True)
def _nothing_wrong_yet(rung: tuple[Trial, Pair, Channel]) -> None:
    rung[0].wrong.clear()


def envelope(trial: Trial, reference: Reference, asked: bytes) -> dict[str, Any]:
    """What Eastvale's node sends, honestly but for what is in it."""
    there = trial.areas[OLD]
    sealed = reference.seal("asked", asked, ASKED_BYTES, NEW, OLD)
    plain = Question(reference.post.slot(Says.asks, sealed, NEW, OLD), sealed).packed
    context = envelope_context(NEW, OLD, there.sealing_key_id, "there")
    content = b64(hpke.seal(plain, there.keys.sealing_public, context))
    return EnvelopeMessage(key_id=there.sealing_key_id, sealed=content).model_dump(mode="json")


def asks() -> dict[str, Any]:
    return {
        "of": OLD_MANAGER,
        "by": NEW_MANAGER,
        "agency": f"{SAYS} Police",
        "given_names": SHE.given_names,
        "surname": SHE.surname,
        "date_of_birth": SHE.date_of_birth,
    }


def test_who_is_asked_for_wrongly_breaks_no_page_of_the_manager_who_is_asked(
    rung: tuple[Trial, Pair, Channel],
) -> None:
    trial, pair, channel = rung
    chance, reference = random.Random(SEED), Reference(channel.reference)
    for one in of_each(chance, ("asked for",), any_way=2, edges=1):
        plain = text_of(asks(), one)
        if len(plain) > ASKED_BYTES - 64:
            continue
        body = json.dumps(envelope(trial, reference, plain)).encode()
        assert trial.said(
            one, OLD, partial(posted, trial.areas, NEW, OLD, ENVELOPES_PATH, body), {"envelope", "arrived"}
        )
        with trial.watched(str(one)):
            answering.see(trial.areas[OLD], pair.old_acting, reference)
        trial.does(one, OLD, "/channels", reference=reference.text, button="open")
    assert trial.came["page 409"]
    assert trial.came["page 200"]
    assert trial.wrong == [], "\n".join(trial.wrong)


def test_an_envelope_that_is_told_wrongly_is_refused_and_keeps_what_is_there(
    rung: tuple[Trial, Pair, Channel],
) -> None:
    trial, _, channel = rung
    chance, reference = random.Random(SEED), Reference(channel.reference)
    told = envelope(trial, reference, json.dumps(asks()).encode())
    for one in of_each(chance, ("envelope",), any_way=4, edges=1):
        body = text_of(told, one)
        trial.said(
            one, OLD, partial(posted, trial.areas, NEW, OLD, ENVELOPES_PATH, body), {"envelope", "arrived"}
        )
    assert trial.came["envelope: refused"] > 10
    assert trial.wrong == [], "\n".join(trial.wrong)


@pytest.mark.parametrize("packed", [b"", bytes(17), bytes(16) + b"\x02" + bytes(ASKED_BYTES), bytes(60_000)])
def test_what_is_in_an_envelope_is_as_long_as_agreed_or_is_refused(
    rung: tuple[Trial, Pair, Channel], packed: bytes
) -> None:
    trial, _, _ = rung
    there = trial.areas[OLD]
    context = envelope_context(NEW, OLD, there.sealing_key_id, "there")
    content = b64(hpke.seal(packed, there.keys.sealing_public, context))
    body = encode(EnvelopeMessage(key_id=there.sealing_key_id, sealed=content))
    # The first refusal of a day is owed to be looked into.
    posted(trial.areas, NEW, OLD, ENVELOPES_PATH, body)
    before = held(there)
    answer = posted(trial.areas, NEW, OLD, ENVELOPES_PATH, body)
    assert (answer.status_code, answer.json()["title"]) == (401, "authentication")
    assert differing(before, held(there)) == set()


def gives(chance: random.Random, channel: Channel) -> dict[str, Any]:
    """What an honest manager gives, with something in every field."""
    kinds = chance.sample(["plan", "minutes", "flag", "move_notice"], 4)
    items = [{**item(kind), "file": ""} for kind in kinds]
    return {
        "asked": digest_of(channel.asked),
        "by": f"Mo {SAYS}",
        "agency": "Police",
        "refused": None,
        "referral_date": "2026-09-01",
        "meeting_date": "2026-09-15",
        "disclosed_on": "2026-08-30",
        "not_safe_to_talk_to": [f"{SAYS} School"],
        "permission": {"by": f"Chair {SAYS}", "date": "2026-11-01"},
        "items": items,
    }


def giving(trial: Trial, channel: Channel, plain: bytes) -> Callable[[Peer, Asked, Told], Told]:
    """An envelope that comes back with this in it."""
    reference, here = Reference(channel.reference), trial.areas[NEW]
    kept = reference.seal("given", plain, KEPT_GIVEN_BYTES, NEW, OLD, digest_of(channel.asked))
    content = reference.post.sealed(kept, NEW, OLD)
    context = envelope_context(OLD, NEW, here.sealing_key_id, "back")
    told = {"version": 1, "key_id": here.sealing_key_id, "sealed": b64(hpke.seal(
        content, here.keys.sealing_public, context))}  # fmt: skip

    def lie(peer: Peer, asked: Asked, answer: Told) -> Told:
        return peer.signed(asked, answer, json.dumps(told).encode())

    return lie


NO_PLAN: Final = Mutation("given", ("items", EACH, "kind"), "as plan")
"""Minutes that are said to be a plan."""


def test_what_is_given_wrongly_breaks_no_page_of_the_manager_who_asked(
    rung: tuple[Trial, Pair, Channel],
) -> None:
    """Nor the case that it is put into."""
    trial, pair, channel = rung
    areas, chance = trial.areas, random.Random(SEED)
    theirs = Peer(areas[OLD])
    areas.network.hosts[OLD] = theirs
    page = f"/cases/{pair.there}/channel"
    with areas[NEW].read() as tx:
        before = channel_of(tx, channel.id)
    for one in (*of_each(chance, ("given",), any_way=1, edges=1), NO_PLAN):
        document = gives(chance, channel)
        if one is NO_PLAN:
            document["items"] = [{**item("minutes"), "kind": "plan"}]
        plain = json.dumps(document).encode() if one is NO_PLAN else text_of(document, one)
        if len(plain) > KEPT_GIVEN_BYTES - 64:
            continue
        theirs.lie(ENVELOPES_PATH, giving(trial, channel, plain))
        with trial.watched(str(one)):
            tick(areas)
        with areas[NEW].read() as tx:
            state = channel_of(tx, channel.id).state
        trial.came[f"given: {state}"] += 1
        trial.looks(one, NEW, page)
        if state is ChannelState.answered:
            trial.does(one, NEW, page, channel=channel.id, button="put")
            trial.looks(one, NEW, f"/cases/{pair.there}", *first_paper(trial, pair))
        with areas[NEW].write() as tx:
            keep_channel(tx, before)
    areas.network.serve(areas[OLD])
    assert {f"given: {state}" for state in ("asked", "answered", "refused")} <= set(trial.came)
    trial.looks(
        "after all of it", NEW, "/work", "/channels", f"/cases/{pair.there}/plan", "/flags", "/actions"
    )
    assert trial.wrong == [], "\n".join(trial.wrong)


def first_paper(trial: Trial, pair: Pair) -> list[str]:
    """The newest paper of her case there."""
    console, cookie = trial.consoles[NEW]
    found = re.findall(
        rf"/cases/{pair.there}/papers/[0-9a-f]+", console.send("GET", f"/cases/{pair.there}", cookie).text
    )
    return found[-1:]


def test_a_receipt_of_an_envelope_that_is_told_wrongly_changes_nothing(
    rung: tuple[Trial, Pair, Channel],
) -> None:
    trial, _, channel = rung
    areas, chance = trial.areas, random.Random(SEED)
    theirs = Peer(areas[OLD])
    areas.network.hosts[OLD] = theirs
    with areas[NEW].read() as tx:
        before = channel_of(tx, channel.id)
    for one in of_each(chance, ("envelope answer",), any_way=5, edges=2):
        theirs.lie(ENVELOPES_PATH, answered_wrongly(one))
        with trial.watched(str(one)):
            tick(areas)
        with areas[NEW].read() as tx:
            after = channel_of(tx, channel.id)
        if after.model_copy(update={"tried_at": before.tried_at}) != before:
            trial.wrong.append(f"{one}: it is {after.state}")
    areas.network.serve(areas[OLD])
    assert trial.wrong == [], "\n".join(trial.wrong)


def test_an_area_that_answers_what_cannot_be_read_holds_up_no_other_channel(
    rung: tuple[Trial, Pair, Channel],
) -> None:
    """Each is tried in its turn: one whose answer is broken is tried again after the others."""
    trial, _, channel = rung
    areas = trial.areas
    theirs = Peer(areas[OLD])
    areas.network.hosts[OLD] = theirs
    theirs.lie(ENVELOPES_PATH, giving(trial, channel, b"{}"))
    areas.clock.advance(60)
    with pytest.raises(HubError):
        tick(areas)
    areas.network.serve(areas[OLD])
    with areas[NEW].read() as tx:
        assert channel_of(tx, channel.id).tried_at == tx.now
