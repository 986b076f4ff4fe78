"""Enough made-up people for a command to take a while, and what is then in the feed."""

from __future__ import annotations

from pathlib import Path

from hub.sample.people import World
from hub.sample.referrals import Row
from tests.cli.running import query, write_csv

CASES = 480  # eight batches: the first is in long before the last, on a fast machine too
FEW = 500  # enough people for publishing to use worker processes
SOME = 1_500  # enough for them to work for some seconds


def tokens(home: Path) -> set[bytes]:
    """The feed's meaning under the node's own keys: the token of every person at every match-key."""
    return {token for (token,) in query(home, "SELECT token FROM feed_entry WHERE person_id IS NOT NULL")}


def referrals(path: Path, cases: int) -> Path:
    """An import file of made-up victims, one a case."""
    world = World(11)
    rows: list[Row] = []
    while len(rows) < cases:
        victim = world.case("NM").members[0].identity
        rows.append(
            {
                "case_ref": f"M-{len(rows)}",
                "kind": "marac",
                "role": "victim",
                "given_names": " ".join(victim.given),
                "surname": victim.surname,
                "date_of_birth": victim.born.isoformat(),
                "publish": "yes",
            }
        )
    return write_csv(path, rows)
