"""How long a first publish takes, beside the bare cost of its cryptography.

`wall_s` is `hub.federation.publish.publish` on a node that holds `--people` people and has never published: reading
and opening its records, deriving match-keys, evaluating, sealing, storing and committing the feed. `match_keys`
counts the people's match-keys (one feed entry each); people who share one share its evaluation (`distinct`).
`crypto_s` is the libraries' calls alone on as many cores: one direct evaluation for each distinct match-key, and
the two HKDFs and the AEAD of each entry, in warm processes; half of it measured before the publish and half after.
`cpu_s` is the same in processor time, which a busy machine hardly changes.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from voprf import ristretto

from benchmarks.command import Command
from benchmarks.machine import machine
from benchmarks.nodes import KEPT, home
from hub.federation.publish import publish
from hub.matching import match_keys
from hub.node.node import Node
from hub.records.cases import open_person
from hub.store import feeds

CHUNK = 1_000
INFO = os.urandom(72)  # as long as the product's derivation context


def bare(counts: tuple[int, int]) -> float:
    """Processor seconds of that many direct evaluations and entries' HKDFs and AEAD, by the libraries alone."""
    evaluations, entries = counts
    started = time.process_time()
    evaluator = ristretto.Evaluator.from_seed(bytes(32), b"benchmark")
    output = bytes(64)
    for _ in range(evaluations):
        output = evaluator.evaluate_known_input(INFO[:24])
    for _ in range(entries):
        token = HKDFExpand(SHA256(), 16, INFO).derive(output)
        key = HKDFExpand(SHA256(), 32, INFO).derive(output)
        AESGCM(key).encrypt(os.urandom(12), INFO[:33], token)
    return time.process_time() - started


def bare_s(pool: ProcessPoolExecutor, evaluations: int, entries: int) -> tuple[float, float]:
    """Seconds and processor seconds for that much, shared out evenly over a warm pool."""
    chunks = -(-evaluations // CHUNK)
    tasks = [(evaluations // chunks, entries // chunks)] * chunks
    started = time.perf_counter()
    cpu = sum(pool.map(bare, tasks))
    return time.perf_counter() - started, cpu


def measure(people: int) -> dict[str, object]:
    """Publish the people of a fresh node once."""
    folder = Path(tempfile.mkdtemp(prefix="publish-", dir=made(KEPT.parent)))
    cores = len(os.sched_getaffinity(0))
    try:
        node = home(folder, 0, people, lambda _: None)
        distinct, entries = _counts(node)
        with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
            list(pool.map(bare, [(50, 50)] * 8 * cores))
            before = bare_s(pool, distinct // 2, entries // 2)
            busy, started = cpu_s(), time.perf_counter()
            publish(node)
            wall, cpu = time.perf_counter() - started, cpu_s() - busy
            after = bare_s(pool, distinct - distinct // 2, entries - entries // 2)
        crypto, crypto_cpu = before[0] + after[0], before[1] + after[1]
        node.database.close()
    finally:
        shutil.rmtree(folder)
    return {
        "people": people,
        "match_keys": entries,
        "cores": cores,
        "wall_s": round(wall, 2),
        "crypto_s": round(crypto, 2),
        "ratio": round(wall / crypto, 2),
        "distinct": distinct,
        "cpu_s": {
            "publish": round(cpu, 2),
            "crypto": round(crypto_cpu, 2),
            "ratio": round(cpu / crypto_cpu, 2),
        },
        "load": os.getloadavg()[0],
        "machine": machine(),
    }


def cpu_s() -> float:
    """Processor seconds of this process and of the worker processes that have ended."""
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _counts(node: Node) -> tuple[int, int]:
    """How many distinct match-keys its people have, and how many in all."""
    with node.read() as tx:
        keys = [
            key
            for row in feeds.joining(tx.session)
            for key in match_keys(open_person(node.keys.vault, row.handle, row.sealed), node.matching)
        ]
    return len(set(keys)), len(keys)


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    return Command("publish", __doc__ or "", "people the node holds", 5_000).run(measure, arguments)


if __name__ == "__main__":
    sys.exit(main())
