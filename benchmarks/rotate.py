"""How long a rotation of the feed's keys takes while questions go on, and whom it holds up.

A holder of `--people` people is served (`hub serve`, a process of its own); `--asking` askers of one more node
put one question after the other to it, over HTTP; meanwhile `hub keys rotate` runs as an operator or the nightly
job runs it. `rotate_s` is that command from start to end, `switched_s` when within it the new epoch began.
`lock_s` is how long a further process waited to begin a write in the holder's database meanwhile. Of the
questions: how many were answered, found as many people as the same question had found before, and were settled
by asking again; of each `wrong` one, how many it found and when it was asked; how long the settled ones took, in
which the complete feed is copied anew (`settled_ms`), and others before and during the rotation (`before_ms`,
`during_ms`).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import httpx2

from benchmarks.check import requests
from benchmarks.machine import machine
from benchmarks.nodes import Federation, enter, federation
from hub.checks.check import check
from hub.errors import ConflictError, HubError
from hub.federation.client import PeerClient
from hub.node.node import open_node
from hub.records.check import AreaStatus, CheckRequest, CheckResult
from hub.wire.messages import EVALUATIONS_PATH

QUIET_S = 5.0  # of questions before the rotation begins and after it ends
QUESTIONS = 40


@dataclass(frozen=True)
class Asked:
    """One question: when it began and ended (seconds of the monotonic clock), and what came of it.

    `found_before`: how many people the same question found while nothing changed.
    """

    began: float
    ended: float
    found_before: int
    result: CheckResult

    @property
    def ms(self) -> float:
        """How long it took."""
        return (self.ended - self.began) * 1000

    @property
    def answered(self) -> bool:
        """Whether the area answered."""
        return self.result.areas[0].status is AreaStatus.answered

    @property
    def right(self) -> bool:
        """Whether it answered, with as many people as before."""
        return self.answered and len(self.result.areas[0].candidates) == self.found_before


async def measure(made: Federation, asking: int, people: int) -> dict[str, object]:
    """Ask, rotate meanwhile, and go on asking for a little."""
    (area,) = made.areas
    holder = open_node(made.asker.home.parent / area)
    every = requests((area,), people, QUESTIONS)
    enter(made.asker, every)
    asked: list[Asked] = []
    ended = asyncio.Event()
    turns = count()
    before = holder.epoch()
    wire = Counting()
    async with PeerClient(made.asker, transport=wire) as client:
        found = [len((await check(made.asker, client, one)).areas[0].candidates) for one in every]
        askers = [
            asyncio.create_task(_ask(made, client, list(zip(every, found, strict=True)), turns, ended, asked))
            for _ in range(asking)
        ]
        await asyncio.sleep(QUIET_S)
        with _asking_to_write(str(holder.database.engine.url.database)) as waits:
            began = time.monotonic()
            switching = asyncio.create_task(_switched(holder, before))
            rotated = await _rotate(holder.home)
            took = time.monotonic() - began
            switched = await switching - began
        await asyncio.sleep(QUIET_S)
        ended.set()
        await asyncio.gather(*askers)
    holder.database.close()
    return _report(asked, wire.refused, {"began": began, "took": took, "switched": switched}, waits, rotated)


async def _ask(
    made: Federation,
    client: PeerClient,
    every: Sequence[tuple[CheckRequest, int]],
    turns: Iterator[int],
    ended: asyncio.Event,
    asked: list[Asked],
) -> None:
    while not ended.is_set():
        question, found = every[next(turns) % len(every)]
        began = time.monotonic()
        result = await check(made.asker, client, question)
        asked.append(Asked(began, time.monotonic(), found, result))


async def _rotate(home: Any) -> dict[str, Any]:
    command = [sys.executable, "-m", "hub", "keys", "rotate", str(home), "--json"]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    if process.returncode:
        raise HubError(f"the rotation ended with {process.returncode}")
    document: dict[str, Any] = json.loads(out)
    return document


async def _switched(holder: Any, before: int) -> float:
    while holder.epoch() == before:
        await asyncio.sleep(0.02)
    return time.monotonic()


class Counting(httpx2.AsyncHTTPTransport):
    """The network; counts how often each check was refused because of a conflict, such as a new epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: dict[str, int] = {}

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        if response.status_code == ConflictError.status and request.url.path == EVALUATIONS_PATH:
            check_id = json.loads(await request.aread())["check_id"]
            self.refused[check_id] = self.refused.get(check_id, 0) + 1
        return response


def _report(
    asked: Sequence[Asked],
    refused: dict[str, int],
    times: dict[str, float],
    waits: Sequence[float],
    rotated: dict[str, Any],
) -> dict[str, object]:
    began, ended = times["began"], times["began"] + times["took"]
    again = [one for one in asked if one.result.check_id in refused]
    settled = [one.ms for one in again]
    quiet = [one.ms for one in asked if one.ended < began]
    during = [one.ms for one in asked if one.began > began and one.ended < ended and one not in again]
    return {
        "people": rotated["people"],
        "entries": rotated["entries"],
        "rotate_s": round(times["took"], 1),
        "switched_s": round(times["switched"], 1),
        "lock_s": {"longest": round(max(waits), 3), "p99": _p(waits, 99), "waits": len(waits)},
        "questions": len(asked),
        "answered": sum(one.answered for one in asked),
        "right": sum(one.right for one in asked),
        "asked_again": len(again),
        "asked_more_than_once_again": sum(refused[one.result.check_id] > 1 for one in again),
        "wrong": [
            {
                "before": one.found_before,
                "found": len(one.result.areas[0].candidates),
                "when": _when(one, began, ended),
            }
            for one in asked
            if one.answered and not one.right
        ],
        "faults": sorted({one.result.areas[0].note for one in asked if not one.answered}),
        "settled_ms": {"p50": _p(settled, 50), "longest": _p(settled, 100)},
        "before_ms": {"p50": _p(quiet, 50), "p95": _p(quiet, 95)},
        "during_ms": {"p50": _p(during, 50), "p95": _p(during, 95)},
    }


def _when(one: Asked, began: float, ended: float) -> str:
    return "before" if one.ended < began else "after" if one.began > ended else "meanwhile"


def _p(values: Sequence[float], percent: int) -> float:
    ranked = sorted(values)
    return round(ranked[min(len(ranked) - 1, round(percent / 100 * (len(ranked) - 1)))], 3) if ranked else 0.0


@contextmanager
def _asking_to_write(file: str) -> Iterator[list[float]]:
    """Ask for the write lock again and again, in a process beside the block; gives how long each time took."""
    waits: list[float] = []
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_ask_to_write, args=(file, theirs))
    process.start()
    ours.recv()
    try:
        yield waits
    finally:
        ours.send("end")
        waits += ours.recv()
        process.join()


def _ask_to_write(file: str, parent: Connection) -> None:
    waits: list[float] = []
    with closing(sqlite3.connect(file, timeout=3_600, isolation_level=None)) as connection:
        parent.send("ready")
        while not parent.poll(0.01):
            started = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            waits.append(time.perf_counter() - started)
    parent.send(waits)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rotate", description=__doc__.split("\n")[0])
    parser.add_argument("--people", type=int, default=5_000, help="people the holder publishes")
    parser.add_argument("--asking", type=int, default=4, help="questions in flight at any time")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args(arguments)
    if options.people < 20 or options.asking < 1:
        parser.error("at least 20 people and 1 question")
    try:
        with federation(1, options.people, _say) as made:
            _say("rotating ...")
            result = asyncio.run(measure(made, options.asking, options.people))
    except HubError as error:
        print(f"rotate: {error}", file=sys.stderr)
        return error.exit_code
    result |= {"asking": options.asking, "load": os.getloadavg()[0], "machine": machine()}
    print(json.dumps(result, indent=None if options.json else 2))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
