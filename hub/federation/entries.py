"""From people to feed entries: match-keys, one PRF evaluation for each distinct one, a token and label a record.

Pure apart from label nonces; large sets are spread over processes because the PRF library holds the GIL. Does
not read or write the feed (`hub.federation.publish`).
"""

from __future__ import annotations

import os
import signal
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final, NamedTuple

from hub.errors import HubError
from hub.federation.prf import PrfKey
from hub.federation.tokens import FeedContext, Label, seal_entry, token
from hub.matching import MatchingConfig, completeness, match_keys
from hub.values import Person

_CHUNK: Final = 2_000
_POOL_FROM: Final = 10_000

Progress = Callable[[int, int], None]
Used = Mapping[bytes, frozenset[int]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A person to publish; `person_id` is the store's, or None for a test person."""

    person_id: int | None
    case_handle: bytes
    person_handle: bytes
    person: Person


@dataclass(frozen=True, slots=True)
class Entry:
    """A feed entry and whose it is. A withdrawn or moved entry is told by its token alone."""

    token: bytes
    label: bytes
    person_id: int | None


@dataclass(frozen=True, slots=True)
class FeedKey:
    """A PRF key with the context of the tokens made under it."""

    prf: PrfKey
    context: FeedContext


@dataclass(frozen=True, slots=True)
class FeedKeys:
    """The two keys of a feed: for match-keys with a full date, and for weak ones."""

    strong: FeedKey
    weak: FeedKey

    def of(self, weak: bool) -> FeedKey:
        """The key for a match-key."""
        return self.weak if weak else self.strong


class Job(NamedTuple):
    """One distinct match-key of a run, and who has it."""

    material: bytes
    weak: bool
    holders: tuple[tuple[int | None, Label], ...]


def jobs_of(subjects: Sequence[Subject], config: MatchingConfig) -> list[Job]:
    """Group people by match-key, so that a shared key is evaluated once."""
    holders: dict[tuple[bytes, bool], list[tuple[int | None, Label]]] = defaultdict(list)
    for one in subjects:
        holder = (one.person_id, Label(one.case_handle, one.person_handle, completeness(one.person)))
        for key in match_keys(one.person, config):
            holders[key.material, key.weak].append(holder)
    return [Job(material, weak, tuple(who)) for (material, weak), who in holders.items()]


def entries_of(keys: FeedKeys, jobs: Iterable[Job], used: Used) -> Iterator[Entry]:
    """Each record's entry, at the first free index of its match-key. `used` are the indices already live."""
    for job in jobs:
        key = keys.of(job.weak)
        output = key.prf.output(job.material)
        taken = used.get(job.material, frozenset())
        index = 0
        for person_id, label in job.holders:
            while index in taken:
                index += 1
            made, sealed = seal_entry(output, key.context, index, label)
            yield Entry(made, sealed, person_id)
            index += 1


def evaluate(keys: FeedKeys, jobs: Sequence[Job], used: Used, progress: Progress) -> list[Entry]:
    """All entries of a run, in processes when there are many match-keys; progress counts match-keys."""
    total = len(jobs)
    chunks = [jobs[at : at + _CHUNK] for at in range(0, total, _CHUNK)]
    entries: list[Entry] = []
    progress(0, total)
    if total < _POOL_FROM:
        for done, chunk in enumerate(chunks, 1):
            entries += entries_of(keys, chunk, used)
            progress(min(done * _CHUNK, total), total)
        return entries
    tasks = [
        (chunk, {job.material: used[job.material] for job in chunk if job.material in used})
        for chunk in chunks
    ]
    seeds = (keys.strong.prf.seed, keys.weak.prf.seed)
    contexts = (keys.strong.context, keys.weak.context)
    pool = ProcessPoolExecutor(
        max_workers=os.cpu_count(),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=(seeds, contexts),
    )
    try:
        with _without_interrupts():
            results = pool.map(_work, tasks)
        for done, made in enumerate(results, 1):
            entries += made
            progress(min(done * _CHUNK, total), total)
    except BrokenProcessPool as error:
        raise HubError(
            "a worker process ended before its work was done",
            kept="the feed as it was",
            do="see that the machine has memory to spare, and run the command again",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)
    return entries


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while workers start, who inherit that: only this process answers it, once."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def feed_keys(seeds: tuple[bytes, bytes], contexts: tuple[FeedContext, FeedContext]) -> FeedKeys:
    """A feed's keys from their seeds and contexts, strong first."""
    return FeedKeys(
        FeedKey(PrfKey(seeds[0], PrfKey.STRONG), contexts[0]),
        FeedKey(PrfKey(seeds[1], PrfKey.WEAK), contexts[1]),
    )


_worker_keys: list[FeedKeys] = []


def _start_worker(seeds: tuple[bytes, bytes], contexts: tuple[FeedContext, FeedContext]) -> None:
    _worker_keys[:] = [feed_keys(seeds, contexts)]


def _work(task: tuple[Sequence[Job], Used]) -> list[Entry]:
    jobs, used = task
    return list(entries_of(_worker_keys[0], jobs, used))


class Positions:
    """Which indices of one match-key are live, found by walking tokens in steps until a long enough gap."""

    def __init__(
        self, output: bytes, context: FeedContext, max_gap: int, live: Callable[[Sequence[bytes]], set[bytes]]
    ) -> None:
        self._output, self._context = output, context
        self.tokens: dict[int, bytes] = {}
        index, empty = 0, 0
        while empty <= max_gap:
            step = [self.token(at) for at in range(index, index + 8)]
            found = live(step)
            for at, made in enumerate(step, index):
                empty = 0 if made in found else empty + 1
                if made in found:
                    self.tokens[at] = made
                if empty > max_gap:
                    break
            index += 8

    def token(self, index: int) -> bytes:
        """The token at an index, live or not."""
        return token(self._output, self._context, index)


def moves_to_close(live: Iterable[int], max_gap: int) -> list[tuple[int, int]]:
    """Which entries to move (from, to) so that no live index lies beyond a gap longer than `max_gap`."""
    positions = sorted(live)
    moves: list[tuple[int, int]] = []
    while (hole := _first_long_gap(positions, max_gap)) is not None:
        last = positions.pop()
        moves.append((last, hole))
        positions = sorted([*positions, hole])
    return moves


def _first_long_gap(positions: list[int], max_gap: int) -> int | None:
    before = -1
    for position in positions:
        if position - before - 1 > max_gap:
            return before + 1
        before = position
    return None
