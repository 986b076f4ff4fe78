"""Link events into a hash chain, and find what was done to one afterwards.

Pure: entries in, a verdict out, in constant memory. An entry's hash covers its number, time, action, body and
the hash before it; the first follows a hash of the node id. Whoever can write the table can also compute
hashes anew, so `verify` takes heads known from outside it: signed checkpoints, peers' receipts. Does not read
or write entries (`log`, `hub.store`) and signs nothing (`checkpoint`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

import rfc8785

from hub.audit.events import Event

# How many removed or inserted entries are still told from an altered one when the rest was renumbered.
RENUMBERED_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the log. `at` is UTC in ISO 8601; `body` is the event's canonical JSON; hashes are hex.

    `mark` is the node's own, over the hash (hex): only whoever holds its keys can make it, and read it.
    """

    seq: int
    at: str
    action: str
    body: str
    prev: str
    hash: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The state of a log: how many entries, and the hash of the last."""

    size: int
    hash: str


class Tampering(StrEnum):
    """What was done to the entry that a broken chain names."""

    altered = "altered"
    removed = "removed"
    inserted = "inserted"
    reordered = "reordered"
    rewritten = "rewritten"
    forged = "forged"


@dataclass(frozen=True, slots=True)
class Verified:
    """Every entry follows the one before and every known head was found.

    `unwitnessed` counts the entries after the newest known head: linked, but vouched for by nothing outside.
    """

    head: Head
    unwitnessed: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not hold, by number, and what was done to it."""

    seq: int
    what: Tampering

    def __str__(self) -> str:
        """The finding in words."""
        return _WORDS[self.what].format(seq=self.seq)


_WORDS = {
    Tampering.altered: "Entry {seq} was altered after it was written.",
    Tampering.removed: "Entry {seq} was removed.",
    Tampering.inserted: "Entry {seq} was inserted after the log was written.",
    Tampering.reordered: "Entry {seq} is not where it was written: entries were reordered.",
    Tampering.rewritten: "The log up to entry {seq} was rewritten: it misses a head known from outside.",
    Tampering.forged: "Entry {seq} was written by somebody who does not have this node's keys.",
}


def genesis(node_id: str) -> Head:
    """The head of an empty log, which binds a chain to its node."""
    return Head(0, hashlib.sha256(b"marac-hub/audit/genesis/v1\x00" + node_id.encode()).hexdigest())


def link(head: Head, at: datetime, event: Event) -> Entry:
    """The entry that follows `head`. Raises ValueError if `at` bears no time zone."""
    if at.tzinfo is None:
        raise ValueError("an audit time bears a time zone")
    when = at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    entry = Entry(head.size + 1, when, event.action.value, event.canonical(), head.hash, "")
    return replace(entry, hash=_digest(entry))


def head_after(entry: Entry) -> Head:
    """The head that an entry makes."""
    return Head(entry.seq, entry.hash)


def verify(entries: Iterable[Entry], start: Head, known: Iterable[Head] = ()) -> Verified | Broken:
    """Walk entries, in the order of their numbers, from `start` and say whether all is as it was written.

    `start` is `genesis(node_id)` for a complete log, or a trusted head to go on from. `known` are heads from
    outside the table; those at or before `start` are not looked at, those past the end mean entries removed.
    """
    heads = {head.size: head.hash for head in known if head.size > start.size}
    rest = iter(entries)
    head, witnessed = start, start.size
    for entry in rest:
        if not _follows(entry, head):
            return _name(head, entry, rest, heads)
        head = head_after(entry)
        if head.size in heads:
            if heads[head.size] != head.hash:
                return Broken(head.size, Tampering.rewritten)
            witnessed = head.size
    if any(size > head.size for size in heads):
        return Broken(head.size + 1, Tampering.removed)
    return Verified(head, head.size - witnessed)


def _digest(entry: Entry, *, seq: int | None = None) -> str:
    fields: dict[str, str | int] = {
        "seq": entry.seq if seq is None else seq,
        "at": entry.at,
        "action": entry.action,
        "body": entry.body,
        "prev": entry.prev,
    }
    try:
        return hashlib.sha256(b"marac-hub/audit/entry/v1\x00" + rfc8785.dumps(fields)).hexdigest()
    except (rfc8785.CanonicalizationError, UnicodeError):
        return ""  # No writer of ours made this: a number past 2^53, a type that is not text.


def _follows(entry: Entry, head: Head) -> bool:
    return entry.seq == head.size + 1 and entry.prev == head.hash and entry.hash == _digest(entry)


def _name(head: Head, entry: Entry, rest: Iterator[Entry], heads: Mapping[int, str]) -> Broken:
    """Tell what happened at the first entry that does not follow `head`, by what comes after it."""
    expected = head.size + 1
    if _belongs(entry, head):  # Right in all but its number.
        return Broken(expected, Tampering.altered)
    twice = entry.hash == head.hash and entry.prev != head.hash
    if twice or 0 < entry.seq == head.size:
        return Broken(entry.seq, Tampering.inserted)
    successor_later = linked_later = copied = False
    for later in rest:
        copied = copied or entry.hash == later.hash
        successor_later = successor_later or _belongs(later, head)
        linked_later = linked_later or entry.hash == later.prev or entry.prev == later.hash
    linked_later = linked_later or entry.hash in heads.values()
    if successor_later and entry.seq > expected:
        return Broken(expected, Tampering.reordered)
    if successor_later:
        moved = linked_later and not copied
        return Broken(entry.seq, Tampering.reordered if moved else Tampering.inserted)
    if entry.seq > expected:
        return Broken(expected, Tampering.removed)
    if entry.seq < expected:
        return Broken(entry.seq, Tampering.inserted)
    if entry.hash == _digest(entry):
        # Consistent in itself, on another past. If it was built upon, the one before it was made anew.
        made_anew = linked_later and head.size > 0
        return Broken(head.size if made_anew else expected, Tampering.altered)
    return _renumbered(entry) or Broken(expected, Tampering.altered)


def _belongs(entry: Entry, head: Head) -> bool:
    """Whether this is what was written after `head`, whatever number it bears now."""
    return entry.prev == head.hash and entry.hash == _digest(entry, seq=head.size + 1)


def _renumbered(entry: Entry) -> Broken | None:
    for shift in range(1, RENUMBERED_AT_MOST + 1):
        if entry.hash == _digest(entry, seq=entry.seq + shift):
            return Broken(entry.seq, Tampering.removed)
        if entry.hash == _digest(entry, seq=entry.seq - shift):
            return Broken(entry.seq - shift, Tampering.inserted)
    return None
