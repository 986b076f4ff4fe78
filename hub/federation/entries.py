"""From people to feed entries: match-keys, one PRF evaluation for each distinct one, a token and label a record.

Pure apart from label nonces; large sets are spread over processes because the PRF library holds the GIL. Does
not read or write the feed (`hub.federation.publish`).
"""

from __future__ import annotations

import gc
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

from hub.crypto.prf import PrfKey
from hub.errors import HubError
from hub.matching import MatchingConfig, completeness, match_keys
from hub.values import Person
from hub.wire.tokens import ENTRY_BYTES, TOKEN_BYTES, FeedContext, Label, seal_entry, token

_CHUNK: Final = 2_000
_POOL_FROM: Final = 250  # people

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


Evaluate = Callable[[Sequence[Job], Used, Progress], list[Entry]]


@contextmanager
def evaluator(keys: FeedKeys, people: int) -> Iterator[Evaluate]:
    """A function that makes all entries of a run; progress counts match-keys.

    With many people it works in processes, which start while the caller still derives match-keys. Raises HubError
    when one of them ends before its work is done.
    """
    if people < _POOL_FROM:
        yield lambda jobs, used, progress: _evaluate(jobs, progress, map(_here(keys, used), _chunks(jobs)))
        return
    pool = ProcessPoolExecutor(
        max_workers=os.cpu_count(),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=((keys.strong.prf.seed, keys.weak.prf.seed), (keys.strong.context, keys.weak.context)),
    )
    try:
        with _without_interrupts():
            for _ in range(os.cpu_count() or 1):
                pool.submit(_work, ())
        yield lambda jobs, used, progress: _evaluate(
            jobs, progress, pool.map(_work, (_task(chunk, used) for chunk in _chunks(jobs)))
        )
    except BrokenProcessPool as error:
        raise HubError(
            "a worker process ended before its work was done",
            kept="the feed as it was",
            do="see that the machine has memory to spare, and run the command again",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _chunks(jobs: Sequence[Job]) -> Iterator[Sequence[Job]]:
    return (jobs[at : at + _CHUNK] for at in range(0, len(jobs), _CHUNK))


def _here(keys: FeedKeys, used: Used) -> Callable[[Sequence[Job]], bytes]:
    return lambda chunk: _sealed(keys, _task(chunk, used))


def _evaluate(jobs: Sequence[Job], progress: Progress, results: Iterable[bytes]) -> list[Entry]:
    """Put the sealed entries of each chunk together with whose they are."""
    entries: list[Entry] = []
    progress(0, len(jobs))
    for chunk, sealed in zip(_chunks(jobs), results, strict=True):
        owners = (person_id for job in chunk for person_id, _ in job.holders)
        for at, owner in zip(range(0, len(sealed), ENTRY_BYTES), owners, strict=True):
            middle, end = at + TOKEN_BYTES, at + ENTRY_BYTES
            entries.append(Entry(sealed[at:middle], sealed[middle:end], owner))
        progress(min(len(entries), len(jobs)), len(jobs))
    return entries


# Between processes go plain tuples and bytes: pickling values of our own took a third of a publish.
_Task = Sequence[tuple[bytes, bool, frozenset[int], tuple[tuple[bytes, bytes, int], ...]]]


def _task(jobs: Sequence[Job], used: Used) -> _Task:
    return [
        (
            job.material,
            job.weak,
            used.get(job.material, frozenset()),
            tuple((one.case_handle, one.person_handle, one.completeness) for _, one in job.holders),
        )
        for job in jobs
    ]


def _sealed(keys: FeedKeys, task: _Task) -> bytes:
    """The entries of a task's records, joined, each at the first free index of its match-key."""
    made: list[bytes] = []
    for material, weak, taken, labels in task:
        key = keys.of(weak)
        output = key.prf.output(material)
        index = 0
        for label in labels:
            while index in taken:
                index += 1
            made += seal_entry(output, key.context, index, Label(*label))
            index += 1
    return b"".join(made)


@contextmanager
def without_collections() -> Iterator[None]:
    """Hold the cycle collector back: among a million small values that all stay, it took a sixth of a publish."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


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
    gc.disable()  # A worker makes no cycles and ends with the run.
    _worker_keys[:] = [feed_keys(seeds, contexts)]


def _work(task: _Task) -> bytes:
    return _sealed(_worker_keys[0], task)


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
