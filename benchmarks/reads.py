"""What it costs to keep who opened which case: processor time of a page with and without it, and what it rests on.

A node of `--people` people, its console in this process. `page_ms`: processor time of a page, with its event and
(every other time, by a function that keeps nothing) without. `event_us`: of keeping one event, as it is done and,
to compare, as a row of a table in a database as the node's is; each on the clock too. `bring_in_ms`: of bringing a
batch in. `officer_ms`: of the page "Who opened a case" with so many batches of so many events.
"""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import Final

import httpx2

from benchmarks.command import Command
from benchmarks.machine import machine
from benchmarks.nodes import KEPT, home
from benchmarks.publish import made
from hub.accounts import sessions
from hub.accounts.accounts import every_account
from hub.checks.opened_cases import cases_of
from hub.demo.consoles import SEED, open_accounts
from hub.node.node import Node
from hub.records.accounts import Account, AccountRole
from hub.records.gists import every_gist
from hub.records.reads import ReadEvent, bring_in, leave
from hub.sample.people import World
from hub.web import read_events
from hub.web.console.app import REMEMBER_S, create_console

TIMES: Final = 100
EVENTS: Final = 2_000
BATCHES: Final = 200
IN_A_BATCH: Final = 60


def measure(people: int) -> dict[str, object]:
    """Build the node, and measure."""
    folder = Path(tempfile.mkdtemp(prefix="reads-", dir=made(KEPT.parent)))
    try:
        node = home(folder, 0, people, lambda text: print(text, file=sys.stderr))
        open_accounts(node, World(SEED))
        with node.read() as tx:
            accounts = {one.role: one for one in every_account(tx)}
            handles = [one.row.handle.hex() for one in every_gist(tx)]
        node.remembered.for_s = REMEMBER_S
        asked = _Asked(node, accounts[AccountRole.coordinator])
        one = ReadEvent(
            at=node.now(), account="ab" * 16, organisation="cd" * 16, place="GET /cases/{case}"
        ).model_copy(update={"things": (("case", handles[0]),)})
        pages = {"case": f"/cases/{handles[0]}", "cases": "/cases", "my work": "/work"}
        result = {
            "cases": len(handles),
            "page_ms": {name: _page(asked, path) for name, path in pages.items()},
            "event_us": {"journal": _each(lambda: leave(node, one)), "row": _rows(folder, one)},
            "bring_in_ms": _brought_in(node),
            "officer_ms": _officer(node, accounts[AccountRole.data_protection_officer], handles),
            "machine": machine(),
        }
        node.database.close()
    finally:
        shutil.rmtree(folder)
    return result


class _Asked:
    """The console in this process, as somebody with a session asks it."""

    def __init__(self, node: Node, account: Account) -> None:
        with node.write() as tx:
            self._cookie = f"__Host-{node.node_id}={sessions.begin(tx, account)}"
        self._app = create_console(node)

    def times(self, path: str, count: int, between: Callable[[int], None] = lambda _: None) -> list[float]:
        """Processor milliseconds of each request."""

        async def go() -> list[float]:
            transport = httpx2.ASGITransport(app=self._app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
                found = []
                for number in range(count):
                    between(number)
                    before = time.process_time()
                    answer = await client.get(path, headers={"Cookie": self._cookie})
                    found.append((time.process_time() - before) * 1000)
                    answer.raise_for_status()
                return found

        return asyncio.run(go())


def _page(asked: _Asked, path: str) -> dict[str, float]:
    keep = read_events.leave  # type: ignore[attr-defined]

    def between(number: int) -> None:
        read_events.leave = keep if number % 2 else lambda *_: None  # type: ignore[attr-defined]

    asked.times(path, 4)
    found = asked.times(path, 2 * TIMES, between)
    read_events.leave = keep  # type: ignore[attr-defined]
    without, with_it = found[::2], found[1::2]
    return {"without": round(median(without), 2), "with": round(median(with_it), 2)}


def _each(act: Callable[[], object]) -> dict[str, float]:
    """Microseconds of an act: of the processor in the middle of so many, and on the clock."""
    cpu, clock = [], []
    for _ in range(EVENTS):
        begun, ticked = time.process_time_ns(), time.perf_counter_ns()
        act()
        clock.append(time.perf_counter_ns() - ticked)
        cpu.append(time.process_time_ns() - begun)
    return {"processor": round(median(cpu) / 1000, 1), "clock": round(median(clock) / 1000, 1)}


def _rows(folder: Path, event: ReadEvent) -> dict[str, float]:
    """The same as a row, each in a transaction of its own that is safe on the disk, as all of the node's are."""
    with closing(sqlite3.connect(folder / "rows.sqlite3", isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE event (id INTEGER PRIMARY KEY, sealed BLOB NOT NULL)")

        def keep() -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO event (sealed) VALUES (?)", (event.model_dump_json().encode(),))
            connection.execute("COMMIT")

        return _each(keep)


def _brought_in(node: Node) -> dict[str, float]:
    before = time.process_time()
    count = bring_in(node, cases_of)
    return {"events": count, "processor": round((time.process_time() - before) * 1000, 1)}


def _officer(node: Node, account: Account, handles: Sequence[str]) -> dict[str, float]:
    for number in range(BATCHES):
        for place in range(IN_A_BATCH):
            handle = handles[(number * IN_A_BATCH + place) % len(handles)]
            things = (("case", handle),)
            leave(
                node, ReadEvent(at=node.now(), account=account.id, place="GET /cases/{case}", things=things)
            )
        bring_in(node, cases_of)
    found = _Asked(node, account).times("/reads", 6)[1:]
    return {"batches": BATCHES, "events": BATCHES * IN_A_BATCH, "processor": round(median(found), 1)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    return Command("reads", __doc__ or "", "how many people the node holds", 5_000).run(measure, arguments)


if __name__ == "__main__":
    sys.exit(main())
