"""The weights are those of least penalised log loss, and no other solver is needed to see it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_weights import PENALTY, Pairs, fitted_weights


def loss(pairs: Pairs, weights: NDArray[np.float64], start: NDArray[np.float64]) -> float:
    """The loss in nats as the method says it, pair by pair."""
    total = PENALTY * float(((weights - start) ** 2).sum())
    for levels, true, often, given in zip(pairs.levels, pairs.true, pairs.counts, pairs.given, strict=True):
        chance = 1 / (1 + 2.0 ** -float(levels @ weights + given))
        total -= float(often) * float(np.log(chance if true else 1 - chance))
    return total


def test_no_step_in_any_direction_makes_the_loss_less() -> None:
    draw = np.random.default_rng(7)
    levels = (draw.random((200, 5)) < 0.4).astype(float)
    true = draw.random(200) < 0.3
    pairs = Pairs(levels, true, draw.random(200) * 4, draw.normal(-2, 3, 200))
    start = draw.normal(0, 2, 5)
    found = fitted_weights(pairs, start)
    least = loss(pairs, found, start)
    assert least < loss(pairs, start, start)
    for step in (*np.eye(5), *-np.eye(5), *draw.normal(0, 1, (20, 5))):
        assert loss(pairs, found + 0.001 * step, start) > least
