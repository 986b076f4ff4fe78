"""Whatever a peer answers, signed with its own keys, is its own area's fault: every other area is answered.

Some of all fields and ways here; each field of each message in each way by
`python -m tests.federation.campaign 10000`.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from hub.wire.messages import MessageType
from tests.federation.campaign import campaign, round_of, trial
from tests.federation.liar import TOLD_ON
from tests.federation.mutations import SENT, mutations, one_of_each

SEED = 20261128


def test_a_field_told_wrongly_is_the_liars_fault_alone(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with trial(tmp_path, SEED, http=False) as made:
        wrongly = [one for one in one_of_each(chance) if not one.at_an_edge]
        for one in chance.sample(wrongly, 40):
            made.tell(round_of(chance, one))
    assert made.wrong == []
    assert made.liar.told > 40
    assert made.statuses["error"] > made.statuses["answered"] > 0


@pytest.mark.slow
def test_a_thousand_answers_told_wrongly_over_http(tmp_path: Path) -> None:
    assert campaign(tmp_path, 1_000, SEED)["wrong"] == []


def test_nothing_that_a_peer_sends_is_left_out() -> None:
    """A message type that is added is told wrongly here too, or is none that a holder sends to who asks it."""
    requests = {
        MessageType.evaluation,
        MessageType.disclosure,
        MessageType.feed,
        MessageType.checkpoint,
        MessageType.acknowledgement,
        MessageType.reconciliation,
    }
    tokens = {MessageType.answer, MessageType.certificate, MessageType.metadata, MessageType.revocation}
    # Of a case that moves, of papers, in a sealed channel, of hearings: `test_mutated_transfers` and beside it.
    of_a_move = {MessageType.transfer, MessageType.papers, MessageType.envelope, MessageType.hearing}
    assert set(MessageType) == requests | tokens | {MessageType.manifest} | of_a_move
    assert set(SENT) == set(TOLD_ON)
    assert {one.kind for one in mutations()} == set(SENT)
