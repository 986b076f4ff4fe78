# mypy: ignore-errors
# Runs in the peer's own environment, whose packages the project's type check does not see.
"""CRATE's linkage with hashed identifiers: all its defaults, and the population frequencies it ships (US names).

The tool reports one best match a person; here every candidate of its shortlist is kept with its log odds, since
every pair counts. Middle names go in as further forenames, which is how its input has them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from crate_anon.linkage.matchconfig import MatchConfig
from crate_anon.linkage.people import People
from crate_anon.linkage.person import Person

from benchmarks.peers.runners.common import Record, Scored, run

FLOOR = -14.0  # of the log odds, in nats: about the odds that two people of its population are one


def _date(digits: str) -> str:
    """A whole and possible date, or nothing: CRATE takes no other."""
    if re.fullmatch(r"\d{8}", digits):
        try:
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).isoformat()
        except ValueError:
            pass
    return ""


class Crate:
    """Hashed people of RIGHT in the tool's own index; hashed probands compared with its shortlist."""

    packages = ("crate-anon",)
    batch = 50

    def __init__(self, _left: Sequence[Record], right: Sequence[Record]) -> None:
        logging.disable(logging.WARNING)
        caches = Path(__file__).parents[3] / ".bench" / "peers" / "crate"
        self._config = MatchConfig(
            hash_key="the secret both sides share",
            forename_cache_filename=str(caches / "forenames.jsonl"),
            surname_cache_filename=str(caches / "surnames.jsonl"),
            postcode_csv_filename="",
            n_workers=1,
        )
        self._person: dict[str, int] = {}
        self._people = People(self._config)
        for place, one in enumerate(right):
            name = str(place + 1)
            self._person[name] = one.person
            self._people.add_person(self._made(name, one))

    def _made(self, name: str, one: Record) -> Person:
        plain = Person(
            self._config,
            local_id=name,
            forenames=list(one.given.split(" ")),
            surnames=[one.surname],
            dob=_date(one.date),
        )
        return plain.hashed()

    def link(self, asked: Sequence[Record]) -> Iterable[Scored]:
        for one in asked:
            proband = self._made("proband", one)
            for candidate in self._people.gen_shortlist(proband):
                odds = proband.log_odds_same(candidate)
                if odds >= FLOOR:
                    yield odds, one.person, self._person[candidate.local_id]

    def ask(self, one: Record) -> list[Scored]:
        return list(self.link([one]))


if __name__ == "__main__":
    run(Crate)
