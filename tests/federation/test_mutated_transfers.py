"""Whatever an area says of a case that moves, signed and sealed with its own keys: nothing breaks there."""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from pydantic import BaseModel

from hub.crypto.encoding import b64
from hub.jobs.schedule import Run, jobs_of
from hub.records import papers
from hub.records.transfers import Transfer, transfer_of
from hub.store import cases
from hub.transfers.deliver import context_of, put
from hub.wire import channel, hearings, transfers
from hub.wire import papers as wire_papers
from hub.wire.messages import encode
from hub.wire.transfers import (
    TRANSFERS_PATH,
    AskBack,
    MessageKind,
    ServiceKey,
    TransferMessage,
    TransferState,
    Word,
)
from tests.federation.moves_said import (
    NOTHING,
    SEED,
    at,
    begun,
    handover,
    message,
    offer_of_ours,
    pack,
    say,
    waits_again,
)
from tests.federation.mutations import EACH, SAID, Mutation, mutations, of_each, reached
from tests.federation.nodes import Areas
from tests.federation.peer_simulator import Peer
from tests.federation.sayer import OTHER_ID, Trial, answering, differing, held, posted, sealed, text_of
from tests.transfers.moving import NEW, OLD, delivered


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Trial]:
    yield from begun(tmp_path_factory.mktemp("areas"), sqlite_template)


@pytest.fixture(autouse=True)
def _nothing_wrong_yet(trial: Trial) -> None:
    trial.wrong.clear()


def offer_wrongly(trial: Trial, one: Mutation, chance: random.Random) -> None:
    """An offer with one thing said wrongly; where it is taken somebody looks at it, accepts it, and looks again."""
    areas, number = trial.areas, secrets.token_hex(16)
    plain = text_of(pack(chance), one, another=pack(chance), earlier=pack(chance))
    may = {"transfer", "transfer_pack", "notice"}
    if not trial.said(one, NEW, lambda: say(areas, NEW, MessageKind.offer, plain, number), may):
        return
    kept = at(areas, NEW, number)
    assert kept
    page = f"/transfers/{number}"
    trial.looks(one, NEW, page)
    if kept.state is not TransferState.offered:
        assert kept.state is TransferState.expired
        return
    status = trial.does(one, NEW, page, answer="accept", reason="She is here.")
    trial.came[f"accepted: {status}"] += 1
    if status == 303:
        look_at_case(trial, one, number)
    else:
        trial.does(one, NEW, page, answer="wrong_area", reason="")


def look_at_case(trial: Trial, one: Mutation, number: str) -> None:
    """The case that it became, and the first of its papers."""
    node, kept = trial.areas[NEW], at(trial.areas, NEW, number)
    assert kept
    with node.read() as tx:
        row = cases.find(tx.session, bytes.fromhex(kept.case))
        assert row
        came = papers.of_case(tx, row)
    there = f"/cases/{row.handle.hex()}"
    first = [f"{there}/papers/{came[0].handle}"] if came and one.path[:1] == ("items",) else []
    trial.looks(one, NEW, there, *first)


WORST: Final = (
    Mutation("offer", ("meeting_date",), "the last day"),
    Mutation("offer", ("items", EACH, "at"), "as large as allowed"),
    Mutation("offer", ("people", EACH, "person", "date_of_birth"), "a text"),
    Mutation("offer", ("reason",), "right to left"),
)
"""What stopped pages, or all of the worker's casework, before days, times and texts had their bounds."""
LISTS: Final = ("/work", "/transfers", "/obligations", "/flags", "/actions", "/agenda", "/cases", "/papers")
"""What shows all that came, at once."""


def lists_open(trial: Trial, area: str) -> None:
    """The lists in which all of it stands, and what the worker does with all of it."""
    trial.looks("after all of it", area, *LISTS)
    with trial.watched("the worker's casework"):
        jobs_of(trial.areas[area], ())["casework"].act(Run(trial.areas[area], lambda: None))


def test_an_offer_that_is_told_wrongly_breaks_nothing(trial: Trial) -> None:
    chance = random.Random(SEED)
    for one in (*of_each(chance, ("offer",), any_way=1, edges=1), *WORST):
        offer_wrongly(trial, one, chance)
    lists_open(trial, NEW)
    assert trial.wrong == [], "\n".join(trial.wrong)


def legal(trial: Trial, one: Mutation, kept: Transfer | None) -> None:
    """Of a transfer that was declined it is known why, and of no other."""
    if kept is None or (kept.state is TransferState.declined) != (kept.code is not None):
        trial.wrong.append(f"{one}: {kept and (kept.state, kept.code)}")


def test_a_word_that_is_told_wrongly_breaks_nothing(trial: Trial) -> None:
    chance, areas = random.Random(SEED), trial.areas
    before = offer_of_ours(trial)
    number = before[0].id
    for one in of_each(chance, ("word",), any_way=3, edges=9):
        plain = text_of({"state": "declined", "code": "wrong_area"}, one)
        may = {"transfer", "transfer_pack", "outbox", "notice"}
        if trial.said(one, OLD, partial(say, areas, OLD, MessageKind.word, plain, number), may):
            legal(trial, one, at(areas, OLD, number))
            trial.looks(one, OLD, f"/transfers/{number}")
            waits_again(areas, before)
    assert trial.came["word: taken"]
    assert trial.wrong == [], "\n".join(trial.wrong)


def test_a_transfer_that_is_asked_back_wrongly_breaks_nothing(trial: Trial) -> None:
    chance, areas = random.Random(SEED), trial.areas
    for one in of_each(chance, ("ask back",), any_way=6, edges=9):
        number = secrets.token_hex(16)
        assert say(areas, NEW, MessageKind.offer, text_of(pack(chance), NOTHING), number).status_code == 200
        plain = text_of({"to": "withdrawn"}, one)
        may = {"transfer", "transfer_pack", "outbox", "notice"}
        if trial.said(one, NEW, partial(say, areas, NEW, MessageKind.ask_back, plain, number), may):
            kept = at(areas, NEW, number)
            assert kept
            assert kept.state in (TransferState.withdrawn, TransferState.expired)
        else:
            say(areas, NEW, MessageKind.ask_back, encode(AskBack(to=TransferState.withdrawn)), number)
        trial.looks(one, NEW, f"/transfers/{number}")
    assert trial.came["ask back: taken"]
    assert trial.wrong == [], "\n".join(trial.wrong)


def test_what_carries_a_message_is_told_wrongly_and_breaks_nothing(trial: Trial) -> None:
    chance, areas = random.Random(SEED), trial.areas
    for one in of_each(chance, ("transfer",), any_way=3, edges=2):
        number, plain = secrets.token_hex(16), text_of(pack(chance), NOTHING)
        told = message(areas, NEW, MessageKind.offer, plain, number)
        body = text_of(told, one, another=message(areas, OLD, MessageKind.offer, plain, OTHER_ID))
        may = {"transfer", "transfer_pack", "notice"}
        if trial.said(one, NEW, partial(posted, areas, OLD, NEW, TRANSFERS_PATH, body), may):
            trial.does(one, NEW, f"/transfers/{number}", answer="wrong_area")
    assert trial.came["transfer: refused"] > 10
    assert trial.wrong == [], "\n".join(trial.wrong)


@pytest.mark.parametrize("kind", [MessageKind.offer, MessageKind.word])
def test_a_receipt_that_is_told_wrongly_breaks_nothing(trial: Trial, kind: MessageKind) -> None:
    """What Eastvale answers to an offer, and Northmoor to a word: whoever hears it holds what it may hold."""
    chance, areas = random.Random(SEED), trial.areas
    by, to = (OLD, NEW) if kind is MessageKind.offer else (NEW, OLD)
    before = offer_of_ours(trial)
    number = before[0].id
    delivered(areas, OLD, put_anew(areas, OLD, number, MessageKind.offer))
    waits_again(areas, before)
    theirs = Peer(areas[to])
    areas.network.hosts[to] = theirs
    for one in of_each(chance, ("transfer answer",), any_way=2, edges=4):
        theirs.lie(TRANSFERS_PATH, answering(one, another={"word": {"state": "accepted", "code": None}}))
        delivery, came = put_anew(areas, by, number, kind), len(theirs.heard)
        with trial.watched(f"{kind} {one}"):
            why = delivered(areas, by, delivery)
            trial.came[f"answered {kind}: {'put off' if why else 'heard'}"] += 1
        assert len(theirs.heard) > came
        legal(trial, one, at(areas, by, number))
        trial.looks(one, by, f"/transfers/{number}")
        waits_again(areas, before)
    areas.network.serve(areas[to])
    assert trial.came[f"answered {kind}: put off"] > trial.came[f"answered {kind}: heard"] > 0
    assert trial.wrong == [], "\n".join(trial.wrong)


def put_anew(areas: Areas, by: str, number: str, kind: MessageKind) -> str:
    """It is to be said once more, now."""
    with areas[by].write() as tx:
        kept = transfer_of(tx, number)
        assert kept
        return put(tx, kept, kind, wait_s=0)


NOT_YET: Final = {("ours", "service_key"), ("theirs", "handover")}
"""Theirs to say once it is accepted."""


@pytest.mark.parametrize("kind", list(MessageKind))
@pytest.mark.parametrize("whose", ["ours", "theirs", "another area's", "nobody's"])
def test_nobody_says_anything_of_a_transfer_that_is_not_theirs_to_say(
    trial: Trial, kind: MessageKind, whose: str
) -> None:
    """An offer under the number of one that we offered, a word of one that they offered, and of other areas'."""
    areas, chance = trial.areas, random.Random(SEED)
    number, ours = secrets.token_hex(16), offer_of_ours(trial)
    if whose == "ours":
        number = ours[0].id
    elif whose == "theirs":
        say(areas, OLD, MessageKind.offer, text_of(pack(chance), NOTHING), number)
    elif whose == "another area's":
        context = context_of("southmere", OLD, areas[OLD].sealing_key_id, number, MessageKind.offer)
        content = sealed(areas, OLD, text_of(pack(chance), NOTHING), context)
        told = TransferMessage(
            transfer_id=number, kind=MessageKind.offer, key_id=context.key_id, sealed=content
        )
        assert posted(areas, "southmere", OLD, TRANSFERS_PATH, encode(told)).status_code == 200
    before = held(areas[OLD])
    plain = {
        MessageKind.offer: text_of(pack(chance), NOTHING),
        MessageKind.word: encode(Word(state=TransferState.accepted)),
        MessageKind.ask_back: encode(AskBack(to=TransferState.withdrawn)),
        MessageKind.service_key: encode(ServiceKey(key=b64(bytes([9, *bytes(31)])))),
        MessageKind.handover: json.dumps(handover(number, areas[OLD].keys.sealing_public, b"x")).encode(),
    }[kind]
    answer = say(areas, OLD, kind, plain, number)
    theirs_to_say = {"ours": ("word",), "theirs": ("offer", "ask_back"), "nobody's": ("offer", "ask_back")}
    if kind.value in theirs_to_say.get(whose, ()):
        assert answer.status_code in (200, 409)
        if whose == "ours":
            waits_again(areas, ours)
    else:
        expected = (409, "conflict") if (whose, kind.value) in NOT_YET else (404, "not found")
        assert (answer.status_code, answer.json()["title"]) == expected
        assert differing(before, held(areas[OLD])) == set()


def test_every_message_of_these_is_told_wrongly() -> None:
    """A model that is added to what is said of moves, papers and hearings or in channels is told wrongly too."""
    within = set[type[BaseModel]]().union(*map(reached, SAID.values()))
    written = {
        one
        for module in (transfers, wire_papers, channel, hearings)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, BaseModel) and one.__module__ == module.__name__
    }
    assert written <= within


@pytest.mark.slow
def test_an_offer_that_is_told_wrongly_in_each_way_breaks_nothing(trial: Trial) -> None:
    chance = random.Random(SEED)
    for one in mutations(("offer",)):
        offer_wrongly(trial, one, chance)
    lists_open(trial, NEW)
    assert trial.wrong == [], "\n".join(trial.wrong)
