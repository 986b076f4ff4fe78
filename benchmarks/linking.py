"""What two holders who lay their logs side by side still link of an honest year's questions: by time and size.

The year of `benchmarks.quotas`, with seconds: who asks about a case presses once, and its questions follow one
another as fast as they are answered (`GAP_S`); an agenda's cases follow one another likewise. Both holders are
asked within `APART_S`. Of some cases (`FLED`, drawn) the first is one that she fled, asked with the tick.

A question at one is held to be that at the other that came nearest. `at_once`: all are asked at once, as they were;
`apart`: those of areas fled are spread over the working day. `by_elimination`: of those, how many are found by what
is left over: all that came to both in one moment is set aside, and of the questions of the working day before, one
case alone is left at the other holder; `and_size`: of the same size class.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import random
import sys
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from benchmarks.nodes import ROOT
from benchmarks.quotas import SEED, YEARS, Question, honest_year
from hub.checks.spread import SPREAD_S, working
from hub.matching import MatchingConfig, load_config

GAP_S: Final = (0.4, 1.5)
APART_S: Final = 0.2
FLED: Final = 0.1
OFFICE_S: Final = 3_600


class Seen(NamedTuple):
    """A question as a holder has it: when, of what size, and, which it does not see, of which check and case."""

    at: float
    size: tuple[int, int]
    check: int
    case: int


@dataclass(frozen=True)
class TwoLogs:
    """What both holders have of a year: `fled` are the checks that the first was asked apart."""

    first: Sequence[Seen]
    second: Sequence[Seen]
    fled: frozenset[int]


def two_logs(year: Iterable[Question], rng: random.Random, fled: float, *, apart: bool) -> TwoLogs:
    """Both logs of a year. A case's questions are those of one moment, and of an agenda two and two."""
    first, second, spread = list[Seen](), list[Seen](), set[int]()
    case, before, now, hers = -1, (-1, False), 0.0, False
    for check, one in enumerate(year):
        moment = one.at, one.agenda
        begins = moment != before or (one.agenda and not check % 2)
        if moment != before:
            now = max(now, one.at + (0 if one.agenda else rng.random() * OFFICE_S))
        if begins:
            case, hers = case + 1, rng.random() < fled
        before = moment
        now += rng.uniform(*GAP_S)
        size = one.strong, one.weak
        second.append(Seen(now + rng.random() * APART_S, size, check, case))
        at = now + rng.random() * APART_S
        if hers:
            spread.add(check)
            if apart:
                at = working(int(now), rng.randrange(SPREAD_S))
        first.append(Seen(at, size, check, case))
    return TwoLogs(sorted(first), sorted(second), frozenset(spread))


def by_time(logs: TwoLogs, of: Iterable[int]) -> float:
    """The share of these checks whose question at the second holder is the nearest in time to that at the first."""
    wanted, times = set(of), [one.at for one in logs.second]
    right = 0
    for one in logs.first:
        if one.check in wanted:
            place = bisect_left(times, one.at)
            near = min(logs.second[max(0, place - 1) : place + 1], key=lambda other: abs(other.at - one.at))
            right += near.check == one.check
    return right / len(wanted) if wanted else 0.0


def by_elimination(logs: TwoLogs, *, with_size: bool) -> float:
    """The share of the checks asked apart that are found by what nothing else is left for."""
    at_first = [one.at for one in logs.first]
    left = [one for one in logs.second if not _met(at_first, one.at)]
    times = [one.at for one in left]
    right = 0
    for one in logs.first:
        if one.check not in logs.fled:
            continue
        since = _day_before(one.at)
        some = left[bisect_left(times, since) : bisect_right(times, one.at)]
        cases = {other.case for other in some if not with_size or other.size == one.size}
        right += cases == {one.case}
    return right / len(logs.fled) if logs.fled else 0.0


def _met(times: Sequence[float], at: float) -> bool:
    return bisect_right(times, at + APART_S) > bisect_left(times, at - APART_S)


def _day_before(at: float) -> float:
    """The earliest moment from which a question may have been spread to that time."""
    low, high = int(at) - 5 * 86_400, int(at)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if working(middle, SPREAD_S) >= at else (middle + 1, high)
    return low


def measure(years: int, config: MatchingConfig, seed: int = SEED) -> dict[str, float]:
    """The figures over some years."""
    found: dict[str, list[float]] = {}
    for number in range(years):
        year, rng = honest_year(seed + number, config), random.Random(seed + number)
        logs = two_logs(year, rng, FLED, apart=False)
        spread = two_logs(year, random.Random(seed + number), FLED, apart=True)
        others = {one.check for one in spread.first} - spread.fled
        told = {
            "questions": float(len(year)),
            "fled": float(len(spread.fled)),
            "at_once": by_time(logs, (one.check for one in logs.first)),
            "at_once_fled": by_time(logs, logs.fled),
            "apart_others": by_time(spread, others),
            "apart_fled": by_time(spread, spread.fled),
            "apart_fled_by_elimination": by_elimination(spread, with_size=False),
            "apart_fled_by_elimination_and_size": by_elimination(spread, with_size=True),
        }
        for name, value in told.items():
            found.setdefault(name, []).append(value)
    return {name: round(sum(some) / len(some), 3) for name, some in found.items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--years", type=int, default=YEARS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    config = load_config(tomllib.loads((ROOT / "config" / "matching.toml").read_text()))
    figures = measure(given.years, config)
    if given.json:
        print(json.dumps({"on": dt.datetime.now(dt.UTC).date().isoformat(), **figures}))
    else:
        print("\n".join(f"{name:40} {value}" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
