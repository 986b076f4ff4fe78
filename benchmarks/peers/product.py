"""The product's own run on a set: `benchmarks.linkage` for the figures, and the time of one question.

    python -m benchmarks.peers.product LEFT.csv RIGHT.csv --out FILE

For 100,000 people the PRF alone would publish for many minutes (`benchmarks.publish` measures that), so there RIGHT
is published by the keyed hash of `benchmarks.linkage`. A question still does all its real work: match-keys,
blinding, evaluation with proof, verification, look-up, labels, scores.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import time
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from benchmarks.linkage import Feed, PlainHolder, VoprfHolder
from benchmarks.peers.runners.common import QUESTIONS, SEED
from benchmarks.people import read_people
from hub.matching import AskedPerson, MatchKey, Population, completeness, load_config, match_keys, read_table

_CONFIG = Path(__file__).parents[2] / "config" / "matching.toml"
REAL_PUBLISHING = 10_000  # people: a holder of up to so many publishes through the PRF


class PaidHolder(PlainHolder):
    """Answers by the keyed hash, after doing all that the PRF would have to do for the question."""

    def __init__(self) -> None:
        super().__init__()
        self._real = VoprfHolder()

    def asked(self, keys: Sequence[MatchKey]) -> list[bytes]:
        self._real.asked(keys)
        return super().asked(keys)


def times(left_path: Path, right_path: Path) -> dict[str, object]:
    """Seconds to publish RIGHT (null where the keyed hash stood in) and milliseconds of a question."""
    config = load_config(tomllib.loads(_CONFIG.read_text()))
    left, right = (read_people(path, every_field=False) for path in (left_path, right_path))
    real = len(right) <= REAL_PUBLISHING
    feed = Feed(VoprfHolder() if real else PaidHolder())
    started = time.perf_counter()
    for place, row in enumerate(right):
        handle = place.to_bytes(16, "big")
        feed.publish(handle, handle, match_keys(row.person, config), completeness(row.person))
    build_s = time.perf_counter() - started
    table = read_table((files("hub.matching") / "data" / "population.csv.gz").read_bytes())
    population = Population.from_people((row.person for row in left), table, config.population)
    took = []
    for row in random.Random(SEED).sample(left, min(len(left), QUESTIONS + 2)):
        started = time.perf_counter()
        every, _ = feed.meet(AskedPerson(row.person, population, config))
        every.candidates()
        took.append(1_000 * (time.perf_counter() - started))
    del took[:2]
    return {
        "build_s": build_s if real else None,
        "question_ms": {"p50": statistics.median(took), "max": max(took), "questions": len(took)},
    }


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.product")
    parser.add_argument("left", type=Path)
    parser.add_argument("right", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.write_text(json.dumps(times(options.left, options.right)))


if __name__ == "__main__":
    main()
