"""What every runner does alike: read the files, time the steps, write scored pairs. Standard library alone.

A runner is a class given to `run`. Names are cleaned as these tools' guides ask (lower case, no diacritics or
punctuation). An alias becomes a further row of the same person with the same date; a pair of people scores as
its best pair of rows (the caller takes that best one). Nothing here sees the truth.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import re
import statistics
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import ClassVar, NamedTuple, Protocol

SEED = 20_261_122
QUESTIONS = 25  # timed one by one
BATCH = 200  # people asked between looks at the clock


class Record(NamedTuple):
    """One name of one person; `person` is the row's place in its file, `date` digits YYYY, YYYYMM or YYYYMMDD."""

    person: int
    given: str
    surname: str
    date: str


Scored = tuple[float, int, int]  # score, person of LEFT, person of RIGHT


class Peer(Protocol):
    """A peer: built from both files, then asked."""

    packages: ClassVar[tuple[str, ...]]

    def __init__(self, left: Sequence[Record], right: Sequence[Record]) -> None: ...

    def link(self, asked: Sequence[Record]) -> Iterable[Scored]:
        """Every scored pair worth keeping between `asked` and RIGHT."""

    def ask(self, one: Record) -> object:
        """One question, as a user would put it."""


def clean(name: str) -> str:
    """Lower case, no diacritics, apostrophes closed up, other punctuation as a space."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", name) if not unicodedata.combining(one))
    return " ".join(re.sub(r"[^\w\s]|_", " ", re.sub(r"['\u2019`]", "", plain.casefold())).split())


def read(path: Path) -> list[Record]:
    """The people of `path`, aliases as further rows."""
    records: list[Record] = []
    with path.open(encoding="utf-8", newline="") as file:
        for place, line in enumerate(csv.DictReader(file)):
            date = re.sub(r"\D", "", line["date_of_birth"])
            names = {(clean(line["given_names"]), clean(line["surname"])): None}
            for alias in (line.get("aliases") or "").split(";"):
                given, _, surname = clean(alias).rpartition(" ")
                if surname:
                    names[given, surname] = None
            records.extend(Record(place, given, surname, date) for given, surname in names)
    return records


def run(peer: type[Peer]) -> None:
    """The runner's command line: build, then link (`--pairs`) or ask one by one (`--questions`), into `--out`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("left", type=Path)
    parser.add_argument("right", type=Path)
    parser.add_argument("--out", type=Path, required=True, help="JSON of counts and times")
    parser.add_argument("--pairs", type=Path, help="link everything, scored pairs into this CSV")
    parser.add_argument("--questions", action="store_true", help="time questions one by one")
    parser.add_argument("--limit", type=float, required=True, help="seconds for linking")
    options = parser.parse_args()
    left, right = read(options.left), read(options.right)
    started = time.perf_counter()
    built = peer(left, right)
    result: dict[str, object] = {
        "versions": {name: version(name) for name in peer.packages},
        "build_s": time.perf_counter() - started,
    }
    if options.pairs:
        result |= _link(built, left, options.pairs, options.limit)
    if options.questions:
        result |= _questions(built, left)
    options.out.write_text(json.dumps(result))


def _link(built: Peer, left: Sequence[Record], pairs: Path, limit: float) -> dict[str, object]:
    """Ask everybody, in a fixed shuffled order, until done or out of time; say who was asked."""
    started = time.perf_counter()
    people: dict[int, list[Record]] = {}
    for one in left:
        people.setdefault(one.person, []).append(one)
    order = sorted(people)
    random.Random(SEED).shuffle(order)
    step = getattr(built, "batch", BATCH)
    asked = 0
    with pairs.open("w", encoding="ascii") as file:
        while asked < len(order) and (asked == 0 or time.perf_counter() - started < limit):
            some = [one for person in order[asked : asked + step] for one in people[person]]
            file.writelines(f"{score:.6g},{one},{other}\n" for score, one, other in built.link(some))
            asked += step
    return {"asked": order[:asked], "link_s": time.perf_counter() - started}


def _questions(built: Peer, left: Sequence[Record]) -> dict[str, object]:
    chosen = random.Random(SEED).sample(left, min(len(left), QUESTIONS + 2))
    took = []
    for one in chosen:
        started = time.perf_counter()
        built.ask(one)
        took.append(1_000 * (time.perf_counter() - started))
    del took[:2]  # the first ones warm caches
    return {"question_ms": {"p50": statistics.median(took), "max": max(took), "questions": len(took)}}


def chunks(items: Sequence[Record], size: int) -> Iterator[Sequence[Record]]:
    """`items` in runs of `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
