"""Preparing one question for a holder: match-keys under each PRF key, padded, blinded, and unblinded again.

Weak keys are asked for the subject alone; related people support a match with their full dates. Padding brings
the request to a size class, and asks for a few of the federation's test people, whom every honest feed holds.
Does no I/O.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from hub.crypto.prf import BlindedBatch, Evaluation
from hub.errors import InputError, PeerError
from hub.matching import MatchingConfig, MatchKey, match_keys
from hub.wire.lookup import Evaluated
from hub.wire.messages import SIZE_CLASSES
from hub.wire.test_people import TEST_PEOPLE

WEAK_STEP: Final = 32
TEST_KEYS: Final = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """The match-keys of a question by PRF key, with how many elements each side is padded to."""

    strong: tuple[MatchKey, ...]
    weak: tuple[MatchKey, ...]
    strong_size: int
    weak_size: int


def plan(subject: Sequence[MatchKey], related: Sequence[Sequence[MatchKey]]) -> Plan:
    """Which match-keys to ask. Related people's keys are left off, last first, when they do not fit.

    Raises InputError when the subject has no match-key at all.
    """
    if not subject:
        raise InputError("The subject has no name to ask about.", do="Give at least one name or alias.")
    weak = tuple(dict.fromkeys(key for key in subject if key.weak))
    weak_size = -(-len(weak) // WEAK_STEP) * WEAK_STEP
    room = SIZE_CLASSES[-1] - weak_size - TEST_KEYS
    strong = dict.fromkeys(key for key in subject if not key.weak)
    for keys in related:
        more = dict.fromkeys(key for key in keys if not key.weak)
        if len(strong | more) <= room:
            strong |= more
    total = next(size for size in SIZE_CLASSES if len(strong) + TEST_KEYS + weak_size <= size)
    return Plan(tuple(strong), weak, total - weak_size, weak_size)


def test_keys(config: MatchingConfig) -> tuple[MatchKey, ...]:
    """The test people's match-keys with a full date."""
    return tuple(key for person in TEST_PEOPLE for key in match_keys(person, config) if not key.weak)


class ByKey(NamedTuple):
    """Something of each of a holder's PRF keys: for match-keys with a full date, and for weak ones."""

    strong: bytes
    weak: bytes


class BlindQuestion:
    """A plan blinded afresh for one holder, and what it takes to read the answer."""

    def __init__(self, plan: Plan, tests: Sequence[MatchKey]) -> None:
        filling = plan.strong_size - len(plan.strong)
        self._plan = plan
        self._tests = tuple(secrets.SystemRandom().sample(list(tests), min(TEST_KEYS, filling, len(tests))))
        self._strong = _blind([*plan.strong, *self._tests], plan.strong_size)
        self._weak = _blind(plan.weak, plan.weak_size)

    @property
    def elements(self) -> ByKey:
        """Blinded elements under the strong and the weak key, each concatenated."""
        return ByKey(b"".join(self._strong.elements), b"".join(self._weak.elements))

    def read(self, strong: Evaluation, weak: Evaluation, keys: ByKey) -> Outputs:
        """Verify and unblind what was evaluated under each pinned key. Raises PeerError."""
        outputs = self._strong.finalise(*strong, keys.strong)
        asked = [*self._plan.strong, *self._tests]
        found = [Evaluated(key, output) for key, output in zip(asked, outputs, strict=False)]
        tests = found[len(self._plan.strong) :]
        subject = found[: len(self._plan.strong)]
        if self._plan.weak_size:
            weak_outputs = self._weak.finalise(*weak, keys.weak)
            subject += [
                Evaluated(key, output) for key, output in zip(self._plan.weak, weak_outputs, strict=False)
            ]
        elif weak != Evaluation():
            raise PeerError("The area's answer has elements that were not asked.")
        return Outputs(tuple(subject), tuple(tests))


@dataclass(frozen=True, slots=True)
class Outputs:
    """What a holder evaluated: the people asked about, and the test people."""

    asked: tuple[Evaluated, ...]
    tests: tuple[Evaluated, ...]


def _blind(keys: Sequence[MatchKey], size: int) -> BlindedBatch:
    padding = [secrets.token_bytes(32) for _ in range(size - len(keys))]
    return BlindedBatch([*(key.material for key in keys), *padding])
