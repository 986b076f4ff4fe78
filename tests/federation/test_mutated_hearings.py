"""Whatever an area says of the day of a later hearing, signed and sealed with its own keys, breaks nothing."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub.checks.later_hearings import links
from hub.crypto import hpke
from hub.crypto.encoding import b64
from hub.crypto.hpke import SealContext
from hub.errors import HubError
from hub.records.accounts import AccountRole
from hub.values import Level
from hub.wire.hearings import HEARINGS_PATH
from tests.accounts.people import cheap_passwords
from tests.checks.hearings import exchanged, linked
from tests.federation.mutations import Mutation, of_each
from tests.federation.nodes import Areas, copied
from tests.federation.peer_simulator import Asked, Peer, Told
from tests.federation.sayer import Trial, answering, posted, text_of
from tests.web.console.signed_in import Console

SEED: Final = 20261129
ASKS, HOLDS = "northmoor", "eastvale"
DAY: Final = {"day": "2026-12-03"}
HEARD: Final = frozenset({"received_disclosure", "decision_record", "sharing_record"})


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Trial]:
    """Northmoor asked Eastvale about a victim whom its Marac knows; a coordinator of each looks at what comes."""
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    linked(areas)
    made = Trial(areas)
    with cheap_passwords():
        for area in (ASKS, HOLDS):
            console = Console.of(areas[area], "Police")
            made.consoles[area] = (console, console.users[AccountRole.coordinator].signed_in())
    yield made
    areas.close()


@pytest.fixture(autouse=True)
def _nothing_wrong_yet(trial: Trial) -> None:
    trial.wrong.clear()


def encode(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def named(areas: Areas) -> tuple[str, str]:
    """The check and the handle that both know the case by."""
    (link,) = links(areas[ASKS], HOLDS)
    assert link.target.handle
    return link.known_as, link.target.handle


def sealed(areas: Areas, to: str, plain: bytes, what: str) -> str:
    """Sealed to an area by the other, as what is said of this case."""
    (by,) = {ASKS, HOLDS} - {to}
    context = SealContext(what, by, to, areas[to].sealing_key_id, *named(areas), Level.involvement)
    return b64(hpke.seal(plain, areas[to].keys.sealing_public, context))


def message(areas: Areas, plain: bytes) -> dict[str, Any]:
    """What carries Northmoor's day to Eastvale, honestly."""
    check_id, handle = named(areas)
    return {
        "version": 1,
        "check_id": check_id,
        "handle": handle,
        "level": "involvement",
        "key_id": areas[HOLDS].sealing_key_id,
        "sealed": sealed(areas, HOLDS, plain, "hearing"),
    }


@pytest.mark.parametrize("kind", ["hearing", "hearing said"])
def test_a_day_that_is_told_wrongly_changes_nothing_but_the_day(trial: Trial, kind: str) -> None:
    areas = trial.areas
    for one in of_each(random.Random(SEED), (kind,), any_way=3, edges=6):
        plain = text_of(DAY, one) if kind == "hearing said" else encode(DAY)
        carries = message(areas, plain)
        body = text_of(carries, one) if kind == "hearing" else encode(carries)
        trial.said(one, HOLDS, lambda body=body: posted(areas, ASKS, HOLDS, HEARINGS_PATH, body), HEARD)  # type: ignore[misc]
        trial.looks(one, HOLDS, "/work", "/cases")
    assert trial.came[f"{kind}: taken"]
    assert trial.came[f"{kind}: refused"]
    assert trial.wrong == [], "\n".join(trial.wrong)


@pytest.mark.parametrize("kind", ["hearing answer", "hearing said"])
def test_a_day_that_is_answered_wrongly_is_that_areas_fault(trial: Trial, kind: str) -> None:
    areas, theirs = trial.areas, Peer(trial.areas[HOLDS])
    areas.network.hosts[HOLDS] = theirs
    for one in of_each(random.Random(SEED), (kind,), any_way=3, edges=6):
        theirs.lie(HEARINGS_PATH, answering(one) if kind == "hearing answer" else within(areas, one))
        came = len(theirs.heard)
        with trial.watched(str(one)):
            try:
                exchanged(areas)
                trial.came[f"{kind} heard"] += 1
            except HubError:
                trial.came[f"{kind} put off"] += 1
                raise
        assert len(theirs.heard) > came
        trial.looks(one, ASKS, "/work", "/cases")
    areas.network.serve(areas[HOLDS])
    assert trial.came[f"{kind} heard"]
    assert trial.came[f"{kind} put off"]
    assert trial.wrong == [], "\n".join(trial.wrong)


def within(areas: Areas, one: Mutation) -> Any:
    """An honest answer, in which what is sealed is said wrongly."""

    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        body = json.loads(told.body) | {"sealed": sealed(areas, ASKS, text_of(DAY, one), "hearing-answer")}
        return peer.signed(asked, told, encode(body))

    return lie
