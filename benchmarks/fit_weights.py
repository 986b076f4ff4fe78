"""Fit the weights of config/matching.toml, on data that no figure is reported on.

    python -m benchmarks.fit_weights [--write]

Data: FEBRL1 and FEBRL2, and the sample generator's UK set and cases with seeds kept for fitting.
Method: the shares of levels among true pairs (Fellegi and Sunter) give a starting weight log2(m); a penalised
logistic regression over all pairs met then moves each weight, since levels are not independent; what a pair's
rivals take from it is an offset. A UK set counts twice, since it is names of the United Kingdom that will be asked
about. Rounds repeat because weights decide which level is the best one met. Prints the TOML; `--write` puts it
into the file.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from math import ceil, log2
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.people import febrl_people, sample_people
from hub.matching import (
    AskedPerson,
    MatchingConfig,
    MatchKey,
    Namesakes,
    Population,
    Score,
    ScoredCandidate,
    completeness,
    load_config,
    match_keys,
    read_table,
    weigh,
)
from hub.values import Person

_CONFIG = Path(__file__).parent.parent / "config" / "matching.toml"
FIT_SEEDS = (11, 12)  # of the sample generator: used here, never to report
ROUNDS = 3
PENALTY = 2.0
MOST_STEPS = 50
CLOSE_ENOUGH = 1e-6  # bits; weights are written to two decimals
_FIELDS = ("forename", "surname", "date")


@dataclass(frozen=True)
class LabelledSet:
    """People asked, people held, the positions of those that are one person, and how much the set counts."""

    name: str
    counts: float
    left: Sequence[Person]
    right: Sequence[Person]
    pairs: frozenset[tuple[int, int]]


def labelled_sets() -> Iterator[LabelledSet]:
    """The sets that weights may be fitted on."""
    for number in (1, 2):
        yield LabelledSet(f"FEBRL{number}", 1.0, *febrl_people(number))
    for kind, seed in zip(("uk_set", "uk_cases"), FIT_SEEDS, strict=True):
        yield LabelledSet(kind, 2.0, *sample_people(kind, seed))


class Met:
    """Every pair of one set that met, worked out once: asked, the keys met, the other's parts, and the truth."""

    def __init__(self, data: LabelledSet, config: MatchingConfig) -> None:
        self.data = data
        table = read_table((files("hub.matching") / "data" / "population.csv.gz").read_bytes())
        self._population = Population.from_people(data.left, table, config.population)
        holders: dict[MatchKey, list[int]] = defaultdict(list)
        for place, person in enumerate(data.right):
            for key in match_keys(person, config):
                holders[key].append(place)
        self._parts = [completeness(person) for person in data.right]
        self._met: list[dict[int, list[MatchKey]]] = []
        truths = []
        for place, person in enumerate(data.left):
            met: dict[int, list[MatchKey]] = defaultdict(list)
            for key in match_keys(person, config):
                for other in holders.get(key, ()):
                    met[other].append(key)
            self._met.append(met)
            truths += [(place, other) in data.pairs for other in met]
        self.truths = np.array(truths)

    def scores(self, config: MatchingConfig) -> tuple[list[Score], list[float]]:
        """The score of every pair, in the order of `truths`, and what its rivals take from it, in bits."""
        found: list[Score] = []
        taken: list[float] = []
        size = len(self.data.right)
        for person, met in zip(self.data.left, self._met, strict=True):
            asked = AskedPerson(person, self._population, config)
            counts = Counter(key for keys in met.values() for key in keys)
            namesakes = Namesakes(size, counts)
            scores = [asked.score(keys, self._parts[other], namesakes) for other, keys in met.items()]
            alone = [ScoredCandidate(b"", str(place).encode(), score) for place, score in enumerate(scores)]
            weighed = {one.person_handle: one.score.bits for one in weigh(alone, (), size, config)}
            taken += [weighed[one.person_handle] - one.score.bits for one in alone]
            found += scores
        return found, taken


def _names(config: MatchingConfig) -> list[str]:
    weights = config.weights.model_dump()
    return [f"{field}.{level}" for field in _FIELDS for level in weights[field]] + ["swapped"]


def _design(scores: Sequence[Score], names: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One row a pair: which levels it has, then its name rarity; and apart its date rarity."""
    index = {name: place for place, name in enumerate(names)}
    rows = np.zeros((len(scores), len(names) + 1))
    dates = np.zeros(len(scores))
    for place, score in enumerate(scores):
        for field in _FIELDS:
            level = getattr(score, field).level
            level = "sounds" if level == "known" else level
            name = "swapped" if level == "swapped" and field != "date" else f"{field}.{level}"
            if name in index:
                rows[place, index[name]] = 1
        rows[place, -1] = score.forename.rarity + score.surname.rarity
        dates[place] = score.date.rarity
    return rows, dates


def _start(
    rows: Sequence[NDArray[np.float64]],
    truths: Sequence[NDArray[np.bool_]],
    names: Sequence[str],
    counts: Sequence[float],
) -> NDArray[np.float64]:
    """log2 of each level's share among the true pairs that have that field on both sides, averaged over sets."""
    means = np.zeros(len(names))
    for often, design, true in zip(counts, rows, truths, strict=True):
        found = design[true][:, :-1].sum(axis=0)
        for place, name in enumerate(names):
            field = name.partition(".")[0]
            of_part = "known_part" in name
            alike = [
                other
                for other, one in enumerate(names)
                if one.startswith(field) and ("known_part" in one) == of_part
            ]
            total = found[alike].sum() if name != "swapped" else true.sum()
            means[place] += often * (found[place] + 0.5) / (total + 1)
    return np.log2(means / sum(counts))


@dataclass(frozen=True)
class Pairs:
    """Pairs that met: their levels, which are true, how much each counts, and the bits that are not fitted."""

    levels: NDArray[np.float64]
    true: NDArray[np.bool_]
    counts: NDArray[np.float64]
    given: NDArray[np.float64]


def fitted_weights(pairs: Pairs, start: NDArray[np.float64]) -> NDArray[np.float64]:
    """The weights of least penalised log loss. It is convex and smooth, so Newton's steps find the one minimum."""
    weights = start
    for _ in range(MOST_STEPS):
        logit = (pairs.levels @ weights + pairs.given) * np.log(2)
        chance = 1 / (1 + np.exp(-np.clip(logit, -60, 60)))
        slope = pairs.levels.T @ (pairs.counts * (chance - pairs.true)) * np.log(2)
        slope += 2 * PENALTY * (weights - start)
        curve = (pairs.levels.T * (pairs.counts * chance * (1 - chance))) @ pairs.levels * np.log(2) ** 2
        step = np.linalg.solve(curve + 2 * PENALTY * np.eye(len(start)), slope)
        weights = weights - step
        if np.abs(step).max() < CLOSE_ENOUGH:
            return weights
    raise ArithmeticError(f"no minimum after {MOST_STEPS} steps")


def fit(sets: Sequence[Met], config: MatchingConfig) -> MatchingConfig:
    """One round: score with `config`, return it with refitted weights."""
    names = _names(config)
    designs, dates, truths, offsets = [], [], [], []
    for met in sets:
        data, true = met.data, met.truths
        scores, taken = met.scores(config)
        design, date = _design(scores, names)
        designs.append(design)
        dates.append(date)
        truths.append(true)
        density = len(data.pairs) / (len(data.left) * len(data.right))
        offsets.append(log2(density) + np.array(taken))
    counts = [met.data.counts for met in sets]
    start = _start(designs, truths, names, counts)
    start = np.append(start, 1.0)
    start[names.index("swapped")] -= 1
    rows, date, true = np.vstack(designs), np.concatenate(dates), np.concatenate(truths)
    rows[:, -1] /= config.weights.rarity
    offset = np.concatenate(offsets)
    share = np.concatenate(
        [np.full(len(one), 1000 * often / one.sum()) for often, one in zip(counts, truths, strict=True)]
    )

    found = fitted_weights(Pairs(rows, true, share, date + offset), start)
    fitted = config.weights.model_dump()
    fitted["rarity"] = round(float(min(found[-1], 1.0)), 3)
    for name, value in zip(names, found[:-1], strict=True):
        field, _, level = name.partition(".")
        if name == "swapped":
            fitted["names_swapped"] = round(float(value), 2)
        else:
            fitted[field][level] = round(float(value), 2)
    _in_order(fitted)
    return load_config({**config.model_dump(), "weights": fitted})


def _in_order(weights: dict[str, Any]) -> None:
    """A closer level never weighs less than a looser one that meets whenever it does."""
    for field in ("forename", "surname"):
        weights[field]["same"] = max(weights[field]["same"], weights[field]["close"])
    both_close = weights["forename"]["close"] + weights["surname"]["close"]
    weights["names_swapped"] = max(weights["names_swapped"], ceil(100 * both_close) / 100)


def as_toml(config: MatchingConfig) -> str:
    """The [weights] sections."""
    weights = config.weights.model_dump()
    lines = [
        "[weights]",
        f"rarity = {weights['rarity']}",
        f"family_surname = {weights['family_surname']}",
        f"twins_date = {weights['twins_date']}",
        f"names_swapped = {weights['names_swapped']}",
    ]
    for field in _FIELDS:
        lines += ["", f"[weights.{field}]"]
        lines += [f"{level} = {value}" for level, value in weights[field].items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Fit and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fit_weights")
    parser.add_argument("--write", action="store_true", help="put the weights into config/matching.toml")
    options = parser.parse_args()
    text = _CONFIG.read_text()
    config = load_config(tomllib.loads(text))
    sets = [Met(data, config) for data in labelled_sets()]
    for number in range(ROUNDS):
        print(f"round {number + 1} of {ROUNDS}", file=sys.stderr)
        config = fit(sets, config)
    print(as_toml(config))
    if options.write:
        _CONFIG.write_text(
            re.sub(r"\[weights\]\n.*?(?=\[population\])", as_toml(config) + "\n", text, flags=re.S)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
