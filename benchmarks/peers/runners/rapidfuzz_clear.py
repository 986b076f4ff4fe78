# mypy: ignore-errors
# Runs in the peer's own environment, whose packages the project's type check does not see.
"""RapidFuzz in the clear, hand weights: every pair compared on names (either way round) and date.

Each distinct value is compared once and looked up by position, which gives the same scores as pair by pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cdist

from benchmarks.peers.runners.common import Record, Scored, run

FLOOR = 0.74  # pairs scored lower are not kept
GIVEN, SURNAME, DATE = 0.25, 0.35, 0.40
ABSENT = 0.5  # what an absent value counts as
SWAPPED = 0.95  # forename for surname, or day for month


class _Values:
    """The distinct values of one field of RIGHT, and which of them each row has."""

    def __init__(self, values: Sequence[str]) -> None:
        self.distinct = sorted(set(values))
        place = {value: number for number, value in enumerate(self.distinct)}
        self.of_row = np.array([place[value] for value in values])
        self.absent = np.array([not value for value in self.distinct])

    def names(self, asked: Sequence[str]) -> np.ndarray:
        """Jaro-Winkler, asked by distinct."""
        scores = cdist(asked, self.distinct, scorer=JaroWinkler.normalized_similarity, dtype=np.float32)
        return self._absent(scores, asked)

    def dates(self, asked: Sequence[str]) -> np.ndarray:
        """Optimal string alignment over the digits, or with day and month the other way round."""
        turned = [value[:4] + value[6:8] + value[4:6] if len(value) == 8 else value for value in asked]
        straight, crossed = (
            cdist(some, self.distinct, scorer=OSA.normalized_similarity, dtype=np.float32)
            for some in (asked, turned)
        )
        return self._absent(np.maximum(straight, SWAPPED * crossed), asked)

    def _absent(self, scores: np.ndarray, asked: Sequence[str]) -> np.ndarray:
        scores[:, self.absent] = ABSENT
        scores[[not value for value in asked], :] = ABSENT
        return scores


class RapidFuzzClear:
    """All pairs, three fields, hand weights."""

    packages = ("rapidfuzz", "numpy")

    def __init__(self, _left: Sequence[Record], right: Sequence[Record]) -> None:
        self._person = np.array([one.person for one in right])
        self._given = _Values([one.given for one in right])
        self._first = _Values([one.given.split(" ")[0] for one in right])
        self._surname = _Values([one.surname for one in right])
        self._date = _Values([one.date for one in right])

    def link(self, asked: Sequence[Record]) -> Iterable[Scored]:
        for one, scores in zip(asked, self._scores(asked), strict=True):
            kept = np.flatnonzero(scores >= FLOOR)
            for score, other in zip(scores[kept].tolist(), self._person[kept].tolist(), strict=True):
                yield score, one.person, other

    def ask(self, one: Record) -> list[Scored]:
        return sorted(self.link([one]), reverse=True)

    def _scores(self, asked: Sequence[Record]) -> Iterator[np.ndarray]:
        given, surname = [one.given for one in asked], [one.surname for one in asked]
        first = [value.split(" ")[0] for value in given]
        tables = (
            (self._given, self._given.names(given)),
            (self._first, self._first.names(first)),
            (self._surname, self._surname.names(surname)),
            (self._surname, self._surname.names(given)),
            (self._given, self._given.names(surname)),
            (self._date, self._date.dates([one.date for one in asked])),
        )
        for row in range(len(asked)):
            whole, first_alone, last, given_last, last_given, date = (
                scores[row][values.of_row] for values, scores in tables
            )
            straight = GIVEN * np.maximum(whole, first_alone) + SURNAME * last
            crossed = SWAPPED * (GIVEN * given_last + SURNAME * last_given)
            yield np.maximum(straight, crossed) + DATE * date


if __name__ == "__main__":
    run(RapidFuzzClear)
