"""Figures of a peer's scored pairs, by the same function as the product's own. Reads the runner's files."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from benchmarks.figures import Pair, figures
from benchmarks.peers.sets import FileSet
from benchmarks.people import Truth, read_people, read_truth

Best = dict[tuple[int, int], float]


def best_of(scored: Iterable[tuple[float, int, int]]) -> Best:
    """The best score of each pair of people (an alias is a further row of one person)."""
    best: Best = {}
    for score, one, other in scored:
        pair = one, other
        if score > best.get(pair, float("-inf")):
            best[pair] = score
    return best


def scored_pairs(path: Path) -> Iterable[tuple[float, int, int]]:
    """The runner's pairs: score, place in LEFT, place in RIGHT."""
    with path.open(encoding="ascii", newline="") as file:
        for score, one, other in csv.reader(file):
            yield float(score), int(one), int(other)


class Judge:
    """One set's truth, and the figures of what a peer found in it."""

    def __init__(self, files: FileSet) -> None:
        left, right = (read_people(path, every_field=False) for path in files.paths[:2])
        self._left = [row.id for row in left]
        self._right = [row.id for row in right]
        self._truth: Truth = read_truth(files.paths[2], set(self._left), set(self._right))

    def report(self, best: Best, asked: Iterable[int]) -> dict[str, object]:
        """Figures over the LEFT rows asked (places): all of them, and those with each kind of error."""
        ids = {self._left[place] for place in asked}
        kinds = self._truth.kinds
        return {
            "asked": len(ids),
            "person": self._figures(best, ids),
            "of_kind": self.of_kind(),
            "by_kind": {kind: self._figures(best, ids & self._with(kind)) for kind in kinds} or None,
        }

    def of_kind(self) -> dict[str, int]:
        """How many asked people of the truth have each kind of error."""
        return {kind: len(self._with(kind)) for kind in self._truth.kinds}

    def _with(self, kind: str) -> set[str]:
        return {one for one, found in self._truth.kinds_of_left.items() if kind in found}

    def _figures(self, best: Best, ids: set[str]) -> dict[str, object]:
        pairs = [
            Pair(score, None, (self._left[one], self._right[other]) in self._truth.pairs)
            for (one, other), score in best.items()
            if self._left[one] in ids
        ]
        return figures(pairs, sum(one in ids for one, _ in self._truth.pairs))
