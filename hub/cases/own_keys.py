"""Whom of the node's own people a match-key leads to: found in memory, without opening the cases.

Of each record the short digests of its match-keys, in sorted segments. A record keeps its handle while its names
and date stay, so that what was worked out of a handle holds for good; whoever is not there yet is worked out.
Which records there are is held to the log at each look. Does not weigh (`hub.matching`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from threading import Lock
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import RowMapping

from hub.crypto.vault import Vault
from hub.matching import MatchKey, match_keys
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import open_person

_PLACE_BITS: Final = 24
_DIGEST_BYTES: Final = 5
_MOST_SEGMENTS: Final = 8


class OwnPerson(NamedTuple):
    """A record of somebody: its case's number, its handle, and the person, still sealed."""

    case_id: int
    handle: bytes
    sealed: bytes


class Segment(NamedTuple):
    """Records by handle, and their match-keys: a digest with the record's place among the handles, in order."""

    handles: tuple[bytes, ...]
    keys: array[int]

    def places(self, digest: int) -> Iterator[int]:
        """Where the records stand that have this match-key."""
        at = bisect_left(self.keys, digest << _PLACE_BITS)
        while at < len(self.keys) and self.keys[at] >> _PLACE_BITS == digest:
            yield self.keys[at] & ((1 << _PLACE_BITS) - 1)
            at += 1


@dataclass
class _Known:
    segments: list[Segment] = field(default_factory=list)
    handles: set[bytes] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


_known: WeakKeyDictionary[object, _Known] = WeakKeyDictionary()


@dataclass(frozen=True)
class OwnKeys:
    """The node's people as they are, and the match-keys of theirs. `people`: by handle."""

    people: Mapping[bytes, OwnPerson]
    _segments: Sequence[Segment]

    def having(self, keys: Iterable[MatchKey]) -> dict[bytes, list[MatchKey]]:
        """Who has any of these match-keys, by handle, and which."""
        found: dict[bytes, list[MatchKey]] = {}
        for key in keys:
            digest = _digest(key)
            for segment in self._segments:
                for place in segment.places(digest):
                    found.setdefault(segment.handles[place], []).append(key)
        return {handle: some for handle, some in found.items() if handle in self.people}


def own_keys(tx: Reading) -> OwnKeys:
    """The match-keys of everybody on the node's cases now. Raises RowsError, StorageError."""
    every = (one for one in tx.every_row("person_record", _person) if one is not None)
    people = {one.handle: one for one in every}
    known = _known.setdefault(tx.node.database, _Known())
    with known.lock:
        new = [one for handle, one in people.items() if handle not in known.handles]
        if new:
            known.segments.append(_segment(tx, new))
            known.handles |= {one.handle for one in new}
            if len(known.segments) > _MOST_SEGMENTS:
                known.segments[:] = [_merged(known.segments)]
        return OwnKeys(people, tuple(known.segments))


def _person(_: Vault, row: RowMapping) -> OwnPerson | None:
    return None if row["retired"] else OwnPerson(row["case_id"], row["handle"], row["sealed"])


def _segment(tx: Reading, people: Sequence[OwnPerson]) -> Segment:
    """Work out the match-keys of records."""
    node: Node = tx.node
    keys = [
        _digest(key) << _PLACE_BITS | place
        for place, one in enumerate(people)
        for key in match_keys(open_person(tx.vault, one.handle, one.sealed), node.matching)
    ]
    return Segment(tuple(one.handle for one in people), array("Q", sorted(keys)))


def _merged(segments: Iterable[Segment]) -> Segment:
    handles: list[bytes] = []
    keys: list[int] = []
    for one in segments:
        keys += [key + len(handles) for key in one.keys]
        handles += one.handles
    return Segment(tuple(handles), array("Q", sorted(keys)))


def _digest(key: MatchKey) -> int:
    return int.from_bytes(blake2b(key.material, digest_size=_DIGEST_BYTES).digest())
