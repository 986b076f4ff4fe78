"""How well, and how fast, the product links two files by tokens alone.

    python -m benchmarks.linkage LEFT.csv RIGHT.csv TRUTH.csv [--fields names-dob|all] [--prf voprf|plain] [--json]

RIGHT is published and LEFT is asked, through the product's own match-keys, PRF, tokens, labels, weights, case
support and clear comparison, with the shipped configuration; nothing is fitted on the files. Every pair above a
threshold counts. It measures one holder in one process: no network, no database, no decisions.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import statistics
import sys
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import track

from benchmarks.figures import Pair, figures
from benchmarks.machine import machine
from benchmarks.people import Row, Truth, read_people, read_truth
from hub.crypto.prf import BlindedBatch, PrfKey
from hub.errors import HubError
from hub.matching import (
    AskedPerson,
    CandidateSet,
    MatchingConfig,
    MatchKey,
    Population,
    ScoredCandidate,
    band_of,
    completeness,
    confirm,
    load_config,
    match_keys,
    read_table,
    weigh,
)
from hub.wire.lookup import Copy, Evaluated, find_labels
from hub.wire.tokens import FeedContext, Label, seal_entry

_MAX_GAP = 2
_EPOCH = 1
_CONFIG = Path(__file__).parent.parent / "config" / "matching.toml"


class Holder(Protocol):
    """The holder's PRF, as the holder uses it on its own people and as it answers a question."""

    def own(self, key: MatchKey) -> bytes: ...

    def asked(self, keys: Sequence[MatchKey]) -> list[bytes]: ...


class VoprfHolder:
    """The product's PRF: blind, evaluate with a proof, verify and finalise; strong and weak keys apart."""

    def __init__(self) -> None:
        self._prf = {weak: PrfKey(os.urandom(32), b"benchmark") for weak in (False, True)}

    def own(self, key: MatchKey) -> bytes:
        return self._prf[key.weak].output(key.material)

    def asked(self, keys: Sequence[MatchKey]) -> list[bytes]:
        found: dict[MatchKey, bytes] = {}
        for weak, prf in self._prf.items():
            some = [key for key in keys if key.weak == weak]
            if some:
                batch = BlindedBatch([key.material for key in some])
                evaluated, proof = prf.evaluate(batch.elements)
                found.update(zip(some, batch.finalise(evaluated, proof, prf.public_key), strict=True))
        return [found[key] for key in keys]


class PlainHolder:
    """A keyed hash in the PRF's place, so that large files run in minutes. Protects nobody."""

    def __init__(self) -> None:
        self._secret = os.urandom(32)

    def own(self, key: MatchKey) -> bytes:
        return hashlib.blake2b(key.material, key=self._secret, digest_size=64).digest()

    def asked(self, keys: Sequence[MatchKey]) -> list[bytes]:
        return [self.own(key) for key in keys]


class Feed:
    """RIGHT as published: tokens with sealed labels."""

    def __init__(self, holder: Holder) -> None:
        self._holder = holder
        self._context = {
            weak: FeedContext("right", "weak" if weak else "strong", _EPOCH) for weak in (False, True)
        }
        self._entries: dict[bytes, bytes] = {}
        self._used: Counter[bytes] = Counter()
        self.people = 0

    def publish(self, person_handle: bytes, case_handle: bytes, keys: Sequence[MatchKey], parts: int) -> None:
        """Add one person's entries, each at the next free index of its match-key."""
        label = Label(case_handle, person_handle, parts)
        self.people += 1
        for key in keys:
            output = self._holder.own(key)
            mark = output[-12:]
            made, sealed = seal_entry(output, self._context[key.weak], self._used[mark], label)
            self._used[mark] += 1
            self._entries[made] = sealed

    def meet(self, asked: AskedPerson) -> tuple[CandidateSet, CandidateSet]:
        """What the asked person met: by all keys, and by strong keys alone."""
        every, strong = (CandidateSet(asked, self.people) for _ in range(2))
        outputs = self._holder.asked(asked.keys)
        evaluated = [Evaluated(key, output) for key, output in zip(asked.keys, outputs, strict=True)]
        copy = Copy(self._context[False], self._context[True], _MAX_GAP, self._lookup)
        for key, labels in find_labels(evaluated, copy).items():
            for label in labels:
                met = (key, label.case_handle, label.person_handle, label.completeness)
                every.add(*met)
                if not key.weak:
                    strong.add(*met)
        return every, strong

    def _lookup(self, tokens: Sequence[bytes]) -> dict[bytes, bytes]:
        return {made: self._entries[made] for made in tokens if made in self._entries}


@dataclass(frozen=True)
class Run:
    """Every scored pair of one run, per LEFT row, alone and within its case, and what was counted on the way."""

    alone: list[list[ScoredCandidate]]
    in_case: list[list[ScoredCandidate]] | None
    keys_per_person: list[int]
    publish_s: float
    ask_s: float


def link(left: Sequence[Row], right: Sequence[Row], holder: Holder, config: MatchingConfig) -> Run:
    """Publish `right` (handles are its positions), ask every row of `left`."""
    table = read_table((files("hub.matching") / "data" / "population.csv.gz").read_bytes())
    population = Population.from_people((row.person for row in left), table, config.population)
    console = Console(stderr=True)
    feed, counts = Feed(holder), []

    started = time.perf_counter()
    for place, row in enumerate(track(right, "publish", console=console)):
        keys = match_keys(row.person, config)
        counts.append(len(keys))
        case = hashlib.sha256(b"case" + (row.case_ref or f"\0{place}").encode()).digest()[:16]
        feed.publish(place.to_bytes(16, "big"), case, keys, completeness(row.person))
    published = time.perf_counter()
    subject: list[list[ScoredCandidate]] = []
    strong: list[list[ScoredCandidate]] = []
    for row in track(left, "ask", console=console):
        asked = AskedPerson(row.person, population, config)
        counts.append(len(asked.keys))
        every, safe = feed.meet(asked)
        subject.append(every.candidates())
        strong.append(safe.candidates())
    alone = [weigh(found, (), len(right), config) for found in subject]
    in_case = None
    if any(row.case_ref for row in left) and any(row.case_ref for row in right):
        in_case = _in_case(left, subject, strong, len(right), config)
    return Run(alone, in_case, counts, published - started, time.perf_counter() - published)


def _in_case(
    left: Sequence[Row],
    subject: list[list[ScoredCandidate]],
    strong: list[list[ScoredCandidate]],
    holder_size: int,
    config: MatchingConfig,
) -> list[list[ScoredCandidate]]:
    """Each LEFT person as the subject, asked by all keys, with the others of the case asked by strong keys."""
    cases: dict[str, list[int]] = defaultdict(list)
    for place, row in enumerate(left):
        if row.case_ref:
            cases[row.case_ref].append(place)
    return [
        weigh(
            subject[place],
            [strong[other] for other in cases.get(row.case_ref, ()) if other != place],
            holder_size,
            config,
        )
        for place, row in enumerate(left)
    ]


class Report:
    """Figures over a run's pairs, restricted to some LEFT rows and their truths where asked."""

    def __init__(
        self, left: Sequence[Row], right: Sequence[Row], truth: Truth, config: MatchingConfig
    ) -> None:
        self._left, self._right, self._truth, self._config = left, right, truth, config

    def figures(
        self, found: list[list[ScoredCandidate]], *, role: str = "", kind: str = "", confirmed: bool = False
    ) -> dict[str, object]:
        """Figures of the pairs of those LEFT rows; `confirmed`: of what the holder's comparison lets pass."""
        wanted = {
            row.id
            for row in self._left
            if (not role or row.person.role == role)
            and (not kind or kind in self._truth.kinds_of_left.get(row.id, ()))
        }
        pairs = []
        for row, candidates in zip(self._left, found, strict=True):
            if row.id not in wanted:
                continue
            for one in candidates:
                other = self._right[int.from_bytes(one.person_handle, "big")]
                where = band_of(one.score, len(self._right), self._config)
                if confirmed and not (where and confirm(row.person, other.person, self._config).passes):
                    continue
                pairs.append(Pair(one.score.bits, where, (row.id, other.id) in self._truth.pairs))
        return figures(pairs, sum(one in wanted for one, _ in self._truth.pairs))


def report(left: Sequence[Row], right: Sequence[Row], truth: Truth, prf: str) -> dict[str, object]:
    """Link the two files and state everything the contract names."""
    config = load_config(tomllib.loads(_CONFIG.read_text()))
    run = link(left, right, VoprfHolder() if prf == "voprf" else PlainHolder(), config)
    lens = Report(left, right, truth, config)
    best = run.in_case or run.alone
    roles = sorted({row.person.role for row in left})
    return {
        "left": len(left),
        "right": len(right),
        "true_pairs": len(truth.pairs),
        "prf": prf,
        "match_keys_per_person": _spread(run.keys_per_person),
        "seconds": {"publish": round(run.publish_s, 2), "ask": round(run.ask_s, 2)},
        "person": lens.figures(run.alone),
        "person_in_case": lens.figures(run.in_case) if run.in_case else None,
        "confirmed": lens.figures(best, confirmed=True),
        "by_role": {str(role): lens.figures(run.in_case, role=role) for role in roles}
        if run.in_case
        else None,
        "by_kind": {kind: lens.figures(best, kind=kind) for kind in truth.kinds} if truth.kinds else None,
        "machine": machine(),
    }


def _spread(counts: list[int]) -> dict[str, float]:
    ranked = sorted(counts)
    return {"median": statistics.median(ranked), "p95": ranked[int(0.95 * (len(ranked) - 1))]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 1 a file that cannot be read, 2 wrong usage or a fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linkage", description=__doc__.split("\n")[0])
    parser.add_argument("left", type=Path)
    parser.add_argument("right", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--fields", choices=["names-dob", "all"], default="names-dob")
    parser.add_argument("--prf", choices=["voprf", "plain"], default="voprf")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args(arguments)
    try:
        every = options.fields == "all"
        left = read_people(options.left, every_field=every)
        right = read_people(options.right, every_field=every)
        truth = read_truth(options.truth, {row.id for row in left}, {row.id for row in right})
        result = report(left, right, truth, options.prf)
    except HubError as error:
        print(f"linkage: {error}", file=sys.stderr)
        return error.exit_code
    result["fields"] = options.fields
    print(json.dumps(result, indent=None if options.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
