"""From people to feed entries: match-keys, one PRF evaluation for each distinct one, a token and label a record.

Pure apart from label nonces; large sets are spread over processes because the PRF library holds the GIL. Does
not read or write the feed (`hub.federation.publish`).
"""

from __future__ import annotations

import gc
import os
import signal
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import Any, Final, NamedTuple, TypeVar

from hub.crypto.prf import OUTPUT_BYTES, PrfKey
from hub.errors import HubError
from hub.matching import MatchingConfig, completeness, match_keys
from hub.processes import end_with_parent
from hub.values import Person
from hub.wire.tokens import ENTRY_BYTES, TOKEN_BYTES, FeedContext, Label, seal_entry, token

_T = TypeVar("_T")
_CHUNK: Final = 2_000
_POOL_FROM: Final = 250  # people

Progress = Callable[[int, int], None]
Used = Mapping[bytes, frozenset[int]]
_Work = Callable[["FeedKeys", Any], bytes]
_Run = Callable[[_Work, Iterable[Any]], Iterable[bytes]]


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


class Evaluator:
    """Evaluates match-keys under the feed's keys, chunk by chunk. `run` does one kind of work on each chunk."""

    def __init__(self, run: _Run) -> None:
        self._run = run

    def entries(self, jobs: Sequence[Job], used: Used, progress: Progress) -> list[Entry]:
        """All entries of a run, with whose they are; progress counts match-keys."""
        made: list[Entry] = []
        progress(0, len(jobs))
        results = self._run(_sealed, (_task(chunk, used) for chunk in _chunks(jobs)))
        for chunk, sealed in zip(_chunks(jobs), results, strict=True):
            owners = (person_id for job in chunk for person_id, _ in job.holders)
            for at, owner in zip(range(0, len(sealed), ENTRY_BYTES), owners, strict=True):
                middle, end = at + TOKEN_BYTES, at + ENTRY_BYTES
                made.append(Entry(sealed[at:middle], sealed[middle:end], owner))
            progress(min(len(made), len(jobs)), len(jobs))
        return made

    def outputs(self, keys: Sequence[tuple[bytes, bool]]) -> list[bytes]:
        """The PRF output of each match-key: its material, and whether it is weak."""
        joined = b"".join(self._run(_outputs, _chunks(keys)))
        return [joined[at : at + OUTPUT_BYTES] for at in range(0, len(joined), OUTPUT_BYTES)]


@contextmanager
def evaluator(keys: FeedKeys, people: int) -> Iterator[Evaluator]:
    """An evaluator for so many people.

    With many it works in processes, which start while the caller still derives match-keys. Raises HubError when one
    of them ends before its work is done.
    """
    if people < _POOL_FROM:
        yield Evaluator(lambda work, chunks: map(partial(work, keys), chunks))
        return
    pool = ProcessPoolExecutor(
        max_workers=os.cpu_count(),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=(KeySource.of(keys.strong), KeySource.of(keys.weak)),
    )
    try:
        with _without_interrupts():
            for _ in range(os.cpu_count() or 1):
                pool.submit(_at_work, _outputs, ())
        yield Evaluator(lambda work, chunks: pool.map(partial(_at_work, work), chunks))
    except BrokenProcessPool as error:
        raise HubError(
            "A worker process ended before its work was done.",
            kept="The feed as it was.",
            do="See that the machine has memory to spare, and run the command again.",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


def _chunks(every: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (every[at : at + _CHUNK] for at in range(0, len(every), _CHUNK))


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


def _outputs(keys: FeedKeys, chunk: Sequence[tuple[bytes, bool]]) -> bytes:
    """The outputs of match-keys, joined."""
    return b"".join([keys.of(weak).prf.output(material) for material, weak in chunk])


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


class KeySource(NamedTuple):
    """What a feed's key is made of again in another process."""

    seed: bytes
    context: FeedContext

    @classmethod
    def of(cls, key: FeedKey) -> KeySource:
        """The source of a key."""
        return cls(key.prf.seed, key.context)


def feed_keys(strong: KeySource, weak: KeySource) -> FeedKeys:
    """A feed's keys from what they are made of."""
    return FeedKeys(
        FeedKey(PrfKey(strong.seed, PrfKey.STRONG), strong.context),
        FeedKey(PrfKey(weak.seed, PrfKey.WEAK), weak.context),
    )


_worker_keys: list[FeedKeys] = []


def _start_worker(strong: KeySource, weak: KeySource) -> None:
    end_with_parent()
    gc.disable()  # A worker makes no cycles and ends with the run.
    _worker_keys[:] = [feed_keys(strong, weak)]


def _at_work(work: _Work, chunk: Any) -> bytes:
    return work(_worker_keys[0], chunk)


class Opened(NamedTuple):
    """A match-key's PRF output, and the context of its tokens."""

    output: bytes
    context: FeedContext


def positions(
    keys: Sequence[Opened], max_gap: int, live: Callable[[Sequence[bytes]], Set[bytes]]
) -> list[dict[int, bytes]]:
    """Which indices of each match-key are live, with their tokens.

    Walked side by side, in steps that grow, each until a gap longer than `max_gap`.
    """
    found: list[dict[int, bytes]] = [{} for _ in keys]
    walking, start, step = list(range(len(keys))), 0, max_gap + 2
    while walking:
        made = {
            at: [token(keys[at].output, keys[at].context, index) for index in range(start, start + step)]
            for at in walking
        }
        there = live([one for tokens in made.values() for one in tokens])
        for at, tokens in made.items():
            found[at].update((index, one) for index, one in enumerate(tokens, start) if one in there)
        start, step = start + step, 2 * step
        walking = [at for at in walking if start - 1 - max(found[at], default=-1) <= max_gap]
    return found


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
