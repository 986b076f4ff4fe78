# mypy: ignore-errors
# Runs in the peer's own environment, whose packages the project's type check does not see.
"""OpenMined PSI: which of the enquirer's strings does the holder have, and nothing else.

Exact, so errors are met only by putting several strings a person into it: names with the date, either name with the
date, names alone.

The protocol tells which strings met, not whose they are; the pairs are made here from RIGHT to count them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import private_set_intersection.python as psi

from benchmarks.peers.runners.common import Record, Scored, run

FALSE_POSITIVES = 1e-9  # the rate the set-up message is sized for
SCORES = {"both": 4.0, "surname": 3.0, "given": 2.0, "names": 1.0}


def _strings(one: Record) -> dict[str, float]:
    """The strings of one row and what each is worth. A missing value makes no string."""
    names = "|".join(sorted((one.given, one.surname)))  # so that swapped names meet
    made: dict[str, float] = {}
    if one.given and one.surname:
        made[f"names|{names}"] = SCORES["names"]
        if one.date:
            made[f"both|{names}|{one.date}"] = SCORES["both"]
    if one.surname and one.date:
        made[f"surname|{one.surname}|{one.date}"] = SCORES["surname"]
    if one.given and one.date:
        made[f"given|{one.given}|{one.date}"] = SCORES["given"]
    return made


class Psi:
    """A holder with a set-up message, and an enquirer who has it."""

    packages = ("openmined-psi",)
    batch = 1_000

    def __init__(self, left: Sequence[Record], right: Sequence[Record]) -> None:
        self._holders: dict[str, list[int]] = defaultdict(list)
        for one in right:
            for string in _strings(one):
                self._holders[string].append(one.person)
        self._server = psi.server.CreateWithNewKey(reveal_intersection=True)
        self._setup = self._server.CreateSetupMessage(
            FALSE_POSITIVES, 4 * len(left), list(self._holders), psi.DataStructure.RAW
        )
        self._client = psi.client.CreateWithNewKey(reveal_intersection=True)

    def link(self, asked: Sequence[Record]) -> Iterable[Scored]:
        items = [(string, worth, one.person) for one in asked for string, worth in _strings(one).items()]
        if not items:
            return
        request = self._client.CreateRequest([string for string, _, _ in items])
        response = self._server.ProcessRequest(request)
        for place in self._client.GetIntersection(self._setup, response):
            string, worth, person = items[place]
            for other in self._holders[string]:
                yield worth, person, other

    def ask(self, one: Record) -> list[Scored]:
        return list(self.link([one]))


if __name__ == "__main__":
    run(Psi)
