"""What it costs to withdraw people from the feed, and for how long nobody else can write meanwhile.

A node holds twice `--people` people and has published them all. Then one case is sealed by hand (`seal_one`), and
every second one by an import, in the transactions of which their people leave the feed. `cpu_s` is the processor
time of the publish and of that import, workers included; its ratio compares a person withdrawn with one published.
`lock_s` is the longest that another connection to the same SQLite database waited to begin a write meanwhile.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from benchmarks.command import Command
from benchmarks.machine import machine
from benchmarks.nodes import KEPT, home, rows_of
from benchmarks.publish import cpu_s, made
from hub.cases.importing.assemble import read_cases
from hub.cases.importing.run import import_cases
from hub.cases.seals import Said, seal_case
from hub.federation.publish import publish
from hub.node.node import Node
from hub.sample import COLUMNS, write_csv
from hub.values import Requester


def measure(people: int) -> dict[str, object]:
    """Withdraw about half of the people of a fresh node that has published twice as many."""
    folder = Path(tempfile.mkdtemp(prefix="withdraw-", dir=made(KEPT.parent)))
    try:
        node = home(folder, 0, 2 * people, lambda _: None)
        added, publishing, _ = spent(lambda: publish(node).added)
        _, sealing, sealing_wall = spent(lambda: _seal_one(node))
        file = _every_second_sealed(node, 2 * people)
        with asking_to_write(node) as waits:
            withdrawn, withdrawing, wall = spent(lambda: _import(node, file))
        assert publish(node).withdrawn == 0
        node.database.close()
    finally:
        shutil.rmtree(folder)
    return {
        "published": added,
        "withdrawn": withdrawn,
        "wall_s": round(wall, 2),
        "lock_s": round(max(waits), 2),
        "seal_one": {"wall_s": round(sealing_wall, 2), "cpu_s": round(sealing, 2)},
        "cpu_s": {
            "publish": round(publishing, 2),
            "withdraw": round(withdrawing, 2),
            "ratio": round(withdrawing / withdrawn / (publishing / added), 2),
        },
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "machine": machine(),
    }


def spent(act: Callable[[], int]) -> tuple[int, float, float]:
    """What an act gives, its processor seconds and its seconds."""
    busy, started = cpu_s(), time.perf_counter()
    given = act()
    return given, cpu_s() - busy, time.perf_counter() - started


def _seal_one(node: Node) -> int:
    """Seal one case by hand: everybody held is compared with its people, as in a process just started."""
    name = {"name": "A. Coordinator", "role": "coordinator", "agency": "Police", "agency_kind": "police"}
    return seal_case(node, "0/0", Said(Requester.model_validate(name), "She fled.")).withdrawn


def _every_second_sealed(node: Node, people: int) -> Path:
    file = node.home / "sealed.csv"
    rows = [row for row in rows_of(0, people) if int(row["case_ref"].split("/")[1]) % 2]
    write_csv(file, COLUMNS, [row | {"sealed": "yes"} for row in rows])
    return file


def _import(node: Node, file: Path) -> int:
    return import_cases(node, read_cases(file), dry_run=False, progress=lambda _: None).withdrawn


@contextmanager
def asking_to_write(node: Node) -> Iterator[list[float]]:
    """Ask for the write lock again and again beside the block; gives how long each time took, in seconds."""
    waits: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        file = node.database.engine.url.database or ""
        with closing(sqlite3.connect(file, timeout=3_600, isolation_level=None)) as connection:
            while not ended.wait(0.001):
                started = time.perf_counter()
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
                waits.append(time.perf_counter() - started)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield waits
    finally:
        ended.set()
        asking.join()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    return Command("withdraw", __doc__ or "", "about how many people are withdrawn", 1_000).run(
        measure, arguments
    )


if __name__ == "__main__":
    sys.exit(main())
