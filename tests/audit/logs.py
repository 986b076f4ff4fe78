"""Logs to tamper with: a store in memory, a strategy for events, and a slow twin of the verifier."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from hub.audit.chain import Entry, Head
from hub.audit.events import Action, Detail, Event, Refs
from hub.audit.log import append

NODE_ID = "northmoor"
START = datetime(2026, 3, 29, 0, 59, 58, 5, tzinfo=UTC)


def mark(entry_hash: str) -> str:
    """A mark that needs a key."""
    return hashlib.sha256(b"a key" + entry_hash.encode()).hexdigest()


class ListStore:
    """An audit store that keeps its entries in a list and holds the number to be unique."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = list(entries)

    def last(self) -> Entry | None:
        return self.entries[-1] if self.entries else None

    def at(self, seq: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.seq == seq), None)

    def first_of(self, action: str) -> Entry | None:
        return next((entry for entry in self.entries if entry.action == action), None)

    def insert(self, entry: Entry) -> None:
        if any(entry.seq == other.seq for other in self.entries):
            raise ValueError("the number is taken")
        self.entries.append(entry)

    def after(self, seq: int) -> Iterator[Entry]:
        return (entry for entry in sorted(self.entries, key=lambda entry: entry.seq) if entry.seq > seq)


events = st.builds(
    Event,
    action=st.sampled_from(Action),
    actor=st.sampled_from(["node", "operator", "user:" + "0f" * 16, "peer:eastvale"]),
    refs=st.builds(Refs, check_id=st.none() | st.uuids().map(str), peer=st.none() | st.just("southmere")),
    detail=st.builds(
        Detail, elements=st.none() | st.integers(0, 2**53 - 1), emergency=st.none() | st.booleans()
    ),
)


def log_of(written: Sequence[Event]) -> ListStore:
    """A log with these events, a second apart."""
    store = ListStore()
    for number, event in enumerate(written):
        append(store, NODE_ID, event, START + timedelta(seconds=number), mark)
    return store


def logs(at_least: int) -> st.SearchStrategy[ListStore]:
    """Logs of a few events."""
    return st.lists(events, min_size=at_least, max_size=9).map(log_of)


def holds(entries: Sequence[Entry], node_id: str, known: Sequence[Head]) -> bool:
    """The verifier's slow twin: each head computed anew from the first entry, by another JSON library."""

    def head_of(size: int) -> str:
        prev = hashlib.sha256(b"marac-hub/audit/genesis/v1\x00" + node_id.encode()).hexdigest()
        for entry in entries[:size]:
            row = {key: value for key, value in asdict(entry).items() if key not in ("hash", "mark")} | {
                "prev": prev
            }
            canonical = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            prev = hashlib.sha256(b"marac-hub/audit/entry/v1\x00" + canonical).hexdigest()
        return prev

    return all(
        entry.seq == place + 1 and entry.prev == head_of(place) and entry.hash == head_of(place + 1)
        for place, entry in enumerate(entries)
    ) and all(head.size <= len(entries) and head.hash == head_of(head.size) for head in known)
