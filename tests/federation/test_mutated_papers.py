"""Whatever an area says of papers asked for, signed and sealed with its own keys: nothing breaks there."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from hub.checks.papers.deliver import context_of, put
from hub.federation.client import PeerClient
from hub.records.accounts import AccountRole
from hub.records.papers_requests import PapersRequest, keep_papers_request, papers_request_of
from hub.store import cases
from hub.wire.messages import encode
from hub.wire.papers import PAPERS_PATH, PapersKind, PapersMessage, PapersState, PapersWithdrawn
from tests.accounts.people import cheap_passwords
from tests.checks.papers import ASKS, HOLDS, ask, delivered, known_there
from tests.federation.mutations import Mutation, of_each
from tests.federation.nodes import Areas, copied
from tests.federation.peer_simulator import Peer
from tests.federation.sayer import SAYS, Trial, answering, item, posted, sealed, text_of
from tests.web.console.signed_in import Console

SEED: Final = 20261129
ENDS: Final = frozenset({"papers_request", "papers_pack", "outbox", "notice"})


@pytest.fixture(scope="module")
def asked(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Trial, PapersRequest]]:
    """Northmoor has asked Eastvale for papers; a coordinator of each looks at what comes of it."""
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    made = ask(areas, known_there(areas))
    assert made.request
    trial = Trial(areas)
    with cheap_passwords():
        client = partial(PeerClient, transport=areas.network)
        for area in (ASKS, HOLDS):
            console = Console.of(areas[area], "Police", client)
            trial.consoles[area] = (console, console.users[AccountRole.coordinator].signed_in())
    with areas[ASKS].read() as tx:
        request = papers_request_of(tx, made.request.id)
    assert request
    yield trial, request
    areas.close()


@pytest.fixture(autouse=True)
def _nothing_wrong_yet(asked: tuple[Trial, PapersRequest]) -> None:
    asked[0].wrong.clear()


def message(areas: Areas, to: str, kind: PapersKind, plain: bytes, number: str) -> PapersMessage:
    """What carries it, honestly."""
    (by,) = {ASKS, HOLDS} - {to}
    key_id = areas[to].sealing_key_id
    content = sealed(areas, to, plain, context_of(by, to, key_id, number, kind))
    return PapersMessage(request_id=number, kind=kind, key_id=key_id, sealed=content)


def say(areas: Areas, to: str, kind: PapersKind, plain: bytes, number: str) -> Any:
    """Say it to an area, honestly but for what is in it."""
    (by,) = {ASKS, HOLDS} - {to}
    return posted(areas, by, to, PAPERS_PATH, encode(message(areas, to, kind, plain, number)))


def asks(one: PapersRequest) -> dict[str, Any]:
    """What Northmoor asked."""
    names = {"check_id", "handle", "question", "wanted", "why", "needed_by", "until"}
    return one.model_dump(mode="json", include=names) | {"check_id": one.told_as}


def state_of(areas: Areas, area: str, number: str) -> PapersState | None:
    with areas[area].read() as tx:
        one = papers_request_of(tx, number)
    return one.state if one else None


def waits_again(areas: Areas, one: PapersRequest) -> None:
    """It waits for an answer as it did."""
    with areas[ASKS].write() as tx:
        keep_papers_request(tx, one)


def test_papers_that_are_asked_for_wrongly_break_nothing(asked: tuple[Trial, PapersRequest]) -> None:
    trial, request = asked
    areas, chance = trial.areas, random.Random(SEED)
    other = {**asks(request), "handle": "ab" * 16, "check_id": "cd" * 16}
    for one in of_each(chance, ("papers ask",), any_way=1, edges=1):
        number, plain = secrets.token_hex(16), text_of(asks(request), one, another=other)
        may = {"papers_request", "notice", "decision_record", "obligation_record"}
        if trial.said(one, HOLDS, partial(say, areas, HOLDS, PapersKind.ask, plain, number), may):
            trial.looks(one, HOLDS, f"/papers/{number}")
            end = encode(PapersWithdrawn(to=PapersState.withdrawn))
            assert say(areas, HOLDS, PapersKind.withdraw, end, number).status_code == 200
    trial.looks("after all of it", HOLDS, "/papers", "/work", "/obligations")
    assert trial.came["papers ask: taken"]
    assert trial.wrong == [], "\n".join(trial.wrong)


def test_a_word_of_papers_that_is_told_wrongly_breaks_nothing(asked: tuple[Trial, PapersRequest]) -> None:
    trial, request = asked
    areas, chance = trial.areas, random.Random(SEED)
    for one in of_each(chance, ("papers word",), any_way=4, edges=6):
        plain = text_of({"state": "withheld", "opened_at": 1_790_000_000}, one)
        if trial.said(one, ASKS, partial(say, areas, ASKS, PapersKind.word, plain, request.id), ENDS):
            trial.looks(one, ASKS, f"/papers/{request.id}")
            if state_of(areas, ASKS, request.id) is PapersState.released:
                trial.wrong.append(f"{one}: released without papers")
            waits_again(areas, request)
    assert trial.came["papers word: taken"]
    assert trial.wrong == [], "\n".join(trial.wrong)


def test_papers_that_are_released_wrongly_break_nothing(asked: tuple[Trial, PapersRequest]) -> None:
    """Nor the case that asked for them."""
    trial, request = asked
    areas, chance = trial.areas, random.Random(SEED)
    with areas[ASKS].read() as tx:
        row = cases.find(tx.session, bytes.fromhex(request.case))
    assert row
    case = f"/cases/{row.handle.hex()}"
    may = {*ENDS, "case_paper", "case_attachment", "obligation_record", "decision_record", "case_record"}
    for one in of_each(chance, ("papers released",), any_way=2, edges=1):
        kinds = chance.sample(["plan", "minutes", "flag", "attachment", "dash"], 5)
        told = {
            "items": [item(kind) for kind in kinds],
            "permission": {"by": f"Chair {SAYS}", "date": "2026-11-01"},
            "opened_at": 1_790_000_000,
        }
        plain = text_of(told, one)
        if trial.said(one, ASKS, partial(say, areas, ASKS, PapersKind.release, plain, request.id), may):
            assert state_of(areas, ASKS, request.id) is PapersState.released
            trial.looks(one, ASKS, f"/papers/{request.id}", case)
            waits_again(areas, request)
    trial.looks(
        "after all of it", ASKS, "/papers", "/work", "/obligations", f"{case}/plan", "/flags", "/actions"
    )
    assert trial.came["papers released: taken"]
    assert trial.wrong == [], "\n".join(trial.wrong)


def test_what_carries_it_and_its_end_are_told_wrongly_and_break_nothing(
    asked: tuple[Trial, PapersRequest],
) -> None:
    trial, request = asked
    areas, chance = trial.areas, random.Random(SEED)
    plain = encode(PapersWithdrawn(to=PapersState.withdrawn))
    for one in of_each(chance, ("papers withdrawn",), any_way=6, edges=6):
        number = secrets.token_hex(16)
        assert say(areas, HOLDS, PapersKind.ask, text_of(asks(request), NOTHING), number).status_code == 200
        wrong = text_of({"to": "withdrawn"}, one)
        trial.said(one, HOLDS, partial(say, areas, HOLDS, PapersKind.withdraw, wrong, number), ENDS)
        say(areas, HOLDS, PapersKind.withdraw, plain, number)
        assert state_of(areas, HOLDS, number) in (PapersState.withdrawn, PapersState.expired)
    for one in of_each(chance, ("papers",), any_way=3, edges=3):
        told = message(areas, ASKS, PapersKind.word, b'{"state":"withheld"}', request.id).model_dump(
            mode="json"
        )
        trial.said(one, ASKS, partial(posted, areas, HOLDS, ASKS, PAPERS_PATH, text_of(told, one)), ENDS)
        waits_again(areas, request)
    assert trial.came["papers withdrawn: taken"]
    assert trial.came["papers: refused"]
    assert trial.wrong == [], "\n".join(trial.wrong)


NOTHING: Final = Mutation("papers ask", ("why",), "as on_agenda")
"""What changes nothing."""


def test_a_receipt_of_papers_that_is_told_wrongly_breaks_nothing(asked: tuple[Trial, PapersRequest]) -> None:
    """What Eastvale answers when Northmoor wants them no more."""
    trial, request = asked
    areas, chance = trial.areas, random.Random(SEED)
    theirs = Peer(areas[HOLDS])
    areas.network.hosts[HOLDS] = theirs
    for one in of_each(chance, ("papers answer",), any_way=2, edges=4):
        theirs.lie(PAPERS_PATH, answering(one, another={"word": {"state": "withheld", "opened_at": 7}}))
        with areas[ASKS].write() as tx:
            unwanted = request.model_copy(update={"wanted_end": PapersState.withdrawn})
            keep_papers_request(tx, unwanted)
            delivery, came = put(tx, unwanted, PapersKind.withdraw, wait_s=0), len(theirs.heard)
        with trial.watched(str(one)):
            why = delivered(areas, ASKS, delivery)
            trial.came[f"papers answer: {'put off' if why else 'heard'}"] += 1
        assert len(theirs.heard) > came
        if state_of(areas, ASKS, request.id) is PapersState.released:
            trial.wrong.append(f"{one}: released without papers")
        trial.looks(one, ASKS, f"/papers/{request.id}")
        waits_again(areas, request)
    areas.network.serve(areas[HOLDS])
    assert trial.came["papers answer: put off"]
    assert trial.came["papers answer: heard"]
    assert trial.wrong == [], "\n".join(trial.wrong)
