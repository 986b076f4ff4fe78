"""Whatever an area says of the Idva services of a case that moves, with its own keys: nothing breaks there."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from hub.crypto import hpke
from hub.crypto.encoding import b64
from hub.wire.messages import encode
from hub.wire.transfers import HANDOVER_PAD_CLASSES, MessageKind, TransferState, Word
from tests.federation.moves_said import (
    IDVA,
    SEED,
    accepted_there,
    begun,
    handover,
    offer_of_ours,
    say,
    waits_again,
)
from tests.federation.mutations import of_each
from tests.federation.sayer import OTHER_ID, SAYS, Trial, text_of
from tests.transfers.moving import NEW, OLD


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Trial]:
    yield from begun(tmp_path_factory.mktemp("areas"), sqlite_template)


@pytest.fixture(autouse=True)
def _nothing_wrong_yet(trial: Trial) -> None:
    trial.wrong.clear()


WORDS_SAID: Final = {
    "service": f"{SAYS} Haven",
    "by": f"I. {SAYS}",
    "phone": "01632 960 123",
    "at": 1_790_000_000,
    "agreed": "not_asked",
    "because": f"He is at {SAYS}.",
    "words": f"She is safe at {SAYS}.",
}


@pytest.mark.parametrize(
    ("kind", "any_way", "edges"),
    [
        ("handover", 5, 9),
        ("handover words", 1, 4),  # Each is taken, after which a case has to move again.
        pytest.param("handover words", 5, 9, marks=pytest.mark.slow),
    ],
)
def test_a_handover_that_is_told_wrongly_breaks_nothing(
    trial: Trial, kind: str, any_way: int, edges: int
) -> None:
    """Carried wrongly it is refused, or kept as it came; what it says wrongly the service alone finds."""
    chance, areas = random.Random(SEED), trial.areas
    number, referral, key = accepted_there(trial, chance)
    for one in of_each(chance, (kind,), any_way=any_way, edges=edges):
        words = json.dumps(WORDS_SAID).encode()
        if kind == "handover words":
            words = text_of(dict(WORDS_SAID), one)
        if len(words) > HANDOVER_PAD_CLASSES[-1] - 4:
            continue  # Nobody can seal it.
        told = handover(number, key, words)
        plain = json.dumps(told).encode()
        if kind == "handover":
            plain = text_of(told, one, another=handover(OTHER_ID, key, words))
        say_it = partial(say, areas, NEW, MessageKind.handover, plain, number)
        taken = trial.said(one, NEW, say_it, {"case_paper"})
        trial.looks(one, IDVA, f"/idva-referrals/{referral}", f"/idva-referrals/{referral}/handover")
        if taken:
            trial.looks(one, NEW, f"/transfers/{number}", "/work")
            number, referral, key = accepted_there(trial, chance)
    assert trial.came[f"{kind}: taken"]
    assert trial.wrong == [], "\n".join(trial.wrong)


def test_a_key_of_a_service_that_is_told_wrongly_breaks_nothing(trial: Trial) -> None:
    chance, areas = random.Random(SEED), trial.areas
    before = offer_of_ours(trial)
    number = before[0].id
    say(areas, OLD, MessageKind.word, encode(Word(state=TransferState.accepted)), number)
    honest = {"key": b64(hpke.PrivateKey.generate().public_key().public_bytes_raw())}
    for one in of_each(chance, ("service key",), any_way=40, edges=9):
        plain = text_of(honest, one, another={"key": b64(bytes(32))}, earlier={"key": b64(b"\1" + bytes(31))})
        trial.said(one, OLD, partial(say, areas, OLD, MessageKind.service_key, plain, number), {"transfer"})
        trial.looks(one, OLD, f"/transfers/{number}")
    waits_again(areas, before)
    assert trial.came["service key: refused"]
    assert trial.wrong == [], "\n".join(trial.wrong)
