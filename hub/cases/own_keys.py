"""Whom of the node's own people a match-key leads to: found in memory, without opening the cases.

Of each record the short digests of its match-keys, as they are kept with it (`hub.records.person_keys`); of whom
none are kept, they are worked out. A process that looks for the first time goes through all of them once; each
look sorts some into segments, until a few steps find what is looked for. A record that was written again is read
again: it keeps its handle while its names and date stay, also where somebody moved. What it led by before still
leads to it, until the process ends; whoever looks compares in the clear. Which records there are is held to the log
at each look. Does not weigh (`hub.matching`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import RowMapping

from hub.crypto.vault import Vault
from hub.matching import MatchKey
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import open_person
from hub.records.person_keys import Keys, digest_of, keys_in, keys_of, put_keys
from hub.store import person_keys

_PLACE_BITS: Final = 24
_AT_ONCE: Final = 1_500
"""Records that a look sorts: as many as take about as long as the look."""
_PORTION: Final = 500  # records in one transaction of the worker
_MOST_SMALL: Final = 8


class OwnPerson(NamedTuple):
    """A record of somebody: its case's number, its handle, and the person, still sealed."""

    case_id: int
    handle: bytes
    sealed: bytes


class Segment(NamedTuple):
    """Records by handle, and their match-keys: a digest with the record's place among the handles, in order."""

    handles: tuple[bytes, ...]
    keys: array[int]

    @classmethod
    def of(cls, records: Iterable[tuple[bytes, Iterable[int]]]) -> Segment:
        """That of some records."""
        every = list(records)
        keys = [key << _PLACE_BITS | place for place, (_, some) in enumerate(every) for key in some]
        return cls(tuple(handle for handle, _ in every), array("Q", sorted(keys)))

    def places(self, digest: int) -> Iterator[int]:
        """Where the records stand that have this match-key."""
        at = bisect_left(self.keys, digest << _PLACE_BITS)
        while at < len(self.keys) and self.keys[at] >> _PLACE_BITS == digest:
            yield self.keys[at] & ((1 << _PLACE_BITS) - 1)
            at += 1


@dataclass
class _Known:
    """What a process has of them: sorted, and still as it was read."""

    segments: list[Segment] = field(default_factory=list)
    loose: list[tuple[bytes, Keys]] = field(default_factory=list)
    people: dict[bytes, OwnPerson] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)


_known: WeakKeyDictionary[object, _Known] = WeakKeyDictionary()


@dataclass(frozen=True)
class OwnKeys:
    """The node's people as they are, and the match-keys of theirs. `people`: by handle."""

    people: Mapping[bytes, OwnPerson]
    _segments: Sequence[Segment]
    _loose: Sequence[tuple[bytes, Keys]]

    def having(self, asked: Sequence[Iterable[MatchKey]]) -> list[dict[bytes, list[MatchKey]]]:
        """Of each of these, who has any of the match-keys, by handle, and which."""
        by_digest = [{digest_of(key): key for key in keys} for keys in asked]
        every = set().union(*by_digest)
        loose = [(handle, set(keys)) for handle, keys in self._loose if not every.isdisjoint(keys)]
        return [self._having(some, loose) for some in by_digest]

    def _having(
        self, asked: Mapping[int, MatchKey], loose: Sequence[tuple[bytes, set[int]]]
    ) -> dict[bytes, list[MatchKey]]:
        found: dict[bytes, list[MatchKey]] = {}
        for digest, key in asked.items():
            for segment in self._segments:
                for place in segment.places(digest):
                    found.setdefault(segment.handles[place], []).append(key)
        for handle, keys in loose:
            if some := [key for digest, key in asked.items() if digest in keys]:
                found.setdefault(handle, []).extend(some)
        return {handle: some for handle, some in found.items() if handle in self.people}


def own_keys(tx: Reading) -> OwnKeys:
    """The match-keys of everybody on the node's cases now. Raises RowsError, StorageError."""
    people = _people(tx)
    known = _known.setdefault(tx.node.database, _Known())
    with known.lock:
        new = [handle for handle, one in people.items() if _is_new(known.people.get(handle), one)]
        if new:
            kept = keys_in(tx, {one: people[one].sealed for one in new})
            known.loose += [(one, kept.get(one) or _worked_out(tx, people[one])) for one in new]
            known.people.update((one, people[one]) for one in new)
        found = OwnKeys(people, tuple(known.segments), tuple(known.loose))
        _sort_some(known)
        return found


def keep_own_keys(node: Node, alive: Callable[[], None] = lambda: None) -> None:
    """Keep the match-keys of whom none are kept, or others than would be made now, in portions.

    Those of earlier versions, and of settings that were changed. Raises RowsError, StorageError.
    """
    with node.read() as tx:
        people = _people(tx)
        kept = keys_in(tx, {handle: one.sealed for handle, one in people.items()})
        missing = list(people.keys() - kept.keys())
    for at in range(0, len(missing), _PORTION):
        alive()
        with node.read() as tx:
            some = [people[one] for one in missing[at : at + _PORTION]]
            made = {(one.handle, one.sealed): _worked_out(tx, one) for one in some}
        with node.write() as tx:
            tx.hold_others_off()
            put_keys(tx, made)
            person_keys.forget_retired(tx.session)


def _people(tx: Reading) -> dict[bytes, OwnPerson]:
    return {one.handle: one for one in tx.every_row("person_record", _person)}


def _person(_: Vault, row: RowMapping) -> OwnPerson | None:
    return None if row["retired"] else OwnPerson(row["case_id"], row["handle"], row["sealed"])


def _is_new(before: OwnPerson | None, now: OwnPerson) -> bool:
    return before is not now and (before is None or before.sealed != now.sealed)


def _worked_out(tx: Reading, one: OwnPerson) -> Keys:
    return keys_of(open_person(tx.vault, one.handle, one.sealed), tx.node.matching)


def _sort_some(known: _Known) -> None:
    """Sort some of what was only read; small segments are put together."""
    some, known.loose = known.loose[:_AT_ONCE], known.loose[_AT_ONCE:]
    if some:
        known.segments.append(Segment.of(some))
    small = [one for one in known.segments if len(one.handles) < _AT_ONCE]
    if len(small) > _MOST_SMALL:
        large = [one for one in known.segments if len(one.handles) >= _AT_ONCE]
        known.segments = [*large, _together(small)]


def _together(segments: Iterable[Segment]) -> Segment:
    handles: list[bytes] = []
    keys: list[int] = []
    for one in segments:
        keys += [key + len(handles) for key in one.keys]
        handles += one.handles
    return Segment(tuple(handles), array("Q", sorted(keys)))
