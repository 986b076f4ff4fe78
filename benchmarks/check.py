"""How long the question "referred elsewhere?" takes, beside the bare cost of its cryptography.

"N areas" are N holders asked at the same time by one more node: N + 1 nodes, each holding `--people` people, each
holder a process of its own (`hub serve`), HTTP on loopback. The asking node is this long-lived process, warm, as
its server would be. `wall_ms` is `check` up to the scored candidates. `crypto_ms` is the library's own
blinds, evaluations with proof and finalisations, for as many elements as that question sent, padding included, to
all N areas, one after the other on one core; measured around each question, so that both meet the same noise.
`cpu_ms` is the mean of
the processor time that one whole question takes, all nodes together, and of the same cryptography: a busy machine
hardly changes it. `disclosure_ms` is `hub.checks.disclose.disclose`, about one candidate, to one area.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from voprf import ristretto

from benchmarks.machine import machine
from benchmarks.nodes import Federation, cases_of, enter, federation, told, world
from hub.checks.check import Timing, check
from hub.checks.disclose import disclose
from hub.demo.form import sharing_form
from hub.errors import HubError, PeerError
from hub.federation.client import PeerClient
from hub.matching import match_keys
from hub.records.check import AreaStatus, CandidateRef, CheckRequest, CheckResult
from hub.values import Band, Level
from hub.wire.blinding import Plan, plan

WARM_UP = 3
MOST_PEOPLE = 5  # of a case that are asked about: the subject and up to four more


@dataclass
class Measured:
    """Milliseconds of one run's questions, and how many elements each sent to an area."""

    wall: list[float] = field(default_factory=list)
    crypto: list[float] = field(default_factory=list)
    disclosure: list[float] = field(default_factory=list)
    elements: list[int] = field(default_factory=list)
    match_keys: list[int] = field(default_factory=list)
    cpu_s: float = 0.0
    crypto_cpu_s: float = 0.0
    met: int = 0


class BareCrypto:
    """The library's calls alone, under keys of its own: what no hub could do without."""

    def __init__(self) -> None:
        self._evaluator = ristretto.Evaluator.from_seed(os.urandom(32), b"benchmark")
        self._key = self._evaluator.public_key

    def ms(self, sizes: Sequence[int]) -> float:
        """Blind, evaluate with a proof and finalise a batch of each size, in turn, on one core."""
        batches = [[os.urandom(40) for _ in range(size)] for size in sizes]
        started = time.perf_counter()
        for values in batches:
            pairs = [ristretto.Client.blind(value) for value in values]
            answer = self._evaluator.evaluate_batch([blinded for _, blinded in pairs])
            ristretto.Client.finalize_batch([client for client, _ in pairs], answer, self._key)
        return (time.perf_counter() - started) * 1000


def requests(areas: Sequence[str], people: int, count: int) -> list[CheckRequest]:
    """Questions about whole cases: every second one known in one of the areas, the rest in none."""
    known = []
    for number in range(1, len(areas) + 1):
        drawn = world(number)
        cases = cases_of(drawn, people)
        known.append(iter([told(drawn, case) for case in cases[:: max(1, len(cases) // count)]]))
    strangers = world(0, of="others")
    nobody = iter([told(strangers, case) for case in cases_of(strangers, 8 * count)])
    turn = cycle(known)
    every = [next(next(turn)) if place % 2 else next(nobody) for place in range(count)]
    return [_request(areas, place, asked[:MOST_PEOPLE]) for place, asked in enumerate(every)]


def _request(areas: Sequence[str], place: int, asked: Sequence[Any]) -> CheckRequest:
    question: dict[str, Any] = {
        "purpose": "referred_elsewhere",
        "case_ref": f"asked/{place}",
        "requester": {
            "name": "Benchmark",
            "role": "coordinator",
            "agency": "Area police",
            "agency_kind": "police",
        },
        "subject": asked[0].model_dump(),
        "related": [person.model_dump() for person in asked[1:]],
        "areas": list(areas),
    }
    form = sharing_form(question, dt.datetime.now(dt.UTC).date(), grounded=True)
    return CheckRequest.model_validate({**question, "sharing_form": form})


def plan_of(made: Federation, request: CheckRequest) -> Plan:
    """What a question sends to each area."""
    config = made.asker.matching
    return plan(
        match_keys(request.subject, config), [match_keys(person, config) for person in request.related]
    )


async def measure(made: Federation, asked: Sequence[CheckRequest]) -> Measured:
    """Ask every question once, after a few unmeasured ones."""
    crypto, measured = BareCrypto(), Measured()
    enter(made.asker, asked)
    async with PeerClient(made.asker) as client:
        for request in asked[:WARM_UP]:
            await check(made.asker, client, request)
        for request in asked:
            one = plan_of(made, request)
            sizes = [size for size in (one.strong_size, one.weak_size) if size] * len(request.areas)
            busy = time.process_time()
            before = crypto.ms(sizes[: len(sizes) // 2])
            measured.crypto_cpu_s += time.process_time() - busy
            busy, timing = made.cpu_s(), Timing()
            result = await check(made.asker, client, request, timing)
            measured.cpu_s += made.cpu_s() - busy
            busy = time.process_time()
            measured.wall.append(timing.scored_ms)
            measured.crypto.append(before + crypto.ms(sizes[len(sizes) // 2 :]))
            measured.crypto_cpu_s += time.process_time() - busy
            measured.elements.append(one.strong_size + one.weak_size)
            measured.match_keys.append(len(one.strong) + len(one.weak))
            await _disclosed(made, client, result, measured)
    return measured


async def _disclosed(made: Federation, client: PeerClient, result: CheckResult, measured: Measured) -> None:
    """Every area answered; the surest candidate's area is asked to disclose."""
    for area in result.areas:
        if area.status is not AreaStatus.answered:
            raise PeerError(f"{area.area}: {area.note}")
    sure = [
        area
        for area in result.areas
        if any(one.band in (Band.strong, Band.probable) for one in area.candidates)
    ]
    if sure:
        measured.met += 1
        started = time.perf_counter()
        await disclose(made.asker, client, CandidateRef(result.check_id, sure[0].node_id), Level.involvement)
        measured.disclosure.append((time.perf_counter() - started) * 1000)


def report(measured: Measured, areas: int, people: int) -> dict[str, object]:
    """One run by the contract, with the spread that shows the noise."""
    ratios = [wall / crypto for wall, crypto in zip(measured.wall, measured.crypto, strict=True)]
    crypto = statistics.median(measured.crypto)
    return {
        "areas": areas,
        "people": people,
        "match_keys": round(statistics.median(measured.match_keys)),
        "wall_ms": {"p50": _p(measured.wall, 50), "p95": _p(measured.wall, 95)},
        "crypto_ms": {"p50": round(crypto, 1), "p95": _p(measured.crypto, 95)},
        "ratio": round(statistics.median(measured.wall) / crypto, 2),
        "disclosure_ms": {"p50": _p(measured.disclosure, 50)} if measured.disclosure else {"p50": None},
        "elements": round(statistics.median(measured.elements)),
        "cpu_ms": {
            "check": round(measured.cpu_s / len(measured.wall) * 1000, 1),
            "crypto": round(measured.crypto_cpu_s / len(measured.wall) * 1000, 1),
            "ratio": round(measured.cpu_s / measured.crypto_cpu_s, 2),
        },
        "questions": len(measured.wall),
        "met": measured.met,
        "ratio_of_each": {"p10": _p(ratios, 10), "p50": _p(ratios, 50), "p90": _p(ratios, 90)},
    }


def _p(values: Sequence[float], percent: int) -> float:
    ranked = sorted(values)
    return round(ranked[min(len(ranked) - 1, round(percent / 100 * (len(ranked) - 1)))], 2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.check", description=__doc__.split("\n")[0])
    parser.add_argument("--areas", type=int, nargs="+", default=[2, 10], metavar="N", help="areas asked")
    parser.add_argument("--people", type=int, default=5_000, help="people each area holds")
    parser.add_argument("--questions", type=int, default=40, help="questions measured in each run")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args(arguments)
    if min(options.areas) < 1 or options.people < 20 or options.questions < 2:
        parser.error("at least 1 area, 20 people and 2 questions")
    try:
        runs = []
        with federation(max(options.areas), options.people, _say) as made:
            for areas in options.areas:
                _say(f"asking {areas} areas {options.questions} questions ...")
                some = made.areas[:areas]
                measured = asyncio.run(measure(made, requests(some, options.people, options.questions)))
                runs.append(report(measured, areas, options.people))
    except HubError as error:
        print(f"check: {error}", file=sys.stderr)
        return error.exit_code
    result = {"runs": runs, "load": os.getloadavg()[0], "machine": machine()}
    print(json.dumps(result, indent=None if options.json else 2))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
