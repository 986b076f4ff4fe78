"""What callers do that nobody would remember: pulls of the feed, requests that were refused, callers nobody knows.

The first of a kind is an event at once; more of them within an hour are counted, and one event says how many. A
kind is what was done, by which peer (none where its signature did not prove that) and why it was refused, all from
closed lists: nobody fills the log, and nothing that a caller typed gets there. Kept in memory, for each process.
Refuses nobody.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Final, NamedTuple

from hub.audit.events import NODE, Action, Refs, peer_actor
from hub.node.node import Node

COUNTED_FOR_S: Final = 3_600


class Kind(NamedTuple):
    """What is counted together: an action, by an authenticated peer or nobody known, and the code of why."""

    action: Action
    peer: str | None = None
    fault: str | None = None


@dataclass
class _Count:
    """How many since the last event of a kind, and when that was."""

    told_at: int
    more: int = 0


class Tally:
    """The counts of one process."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._counts: dict[Kind, _Count] = {}
        self._lock = threading.Lock()

    def note(self, kind: Kind) -> None:
        """Note one. Raises LogError or StorageError where it cannot be put on the record."""
        with self._lock:
            count = self._counts.get(kind)
            if count is not None and self._node.now() < count.told_at + COUNTED_FOR_S:
                count.more += 1
                return
            times = 1 + (count.more if count else 0)
            self._tell(kind, times)
            self._counts[kind] = _Count(self._node.now())

    def tell(self, *, all_of_them: bool = False) -> None:
        """Put on the record what was counted an hour ago, or all, before a process ends. Raises as `note`."""
        with self._lock:
            for kind, count in list(self._counts.items()):
                if not all_of_them and self._node.now() < count.told_at + COUNTED_FOR_S:
                    continue
                if count.more:
                    self._tell(kind, count.more)
                    self._counts[kind] = _Count(self._node.now())
                else:
                    del self._counts[kind]

    def _tell(self, kind: Kind, times: int) -> None:
        by = peer_actor(kind.peer) if kind.peer else NODE
        with self._node.write() as tx:
            tx.record(kind.action, by=by, about=Refs(peer=kind.peer), fault=kind.fault, times=times)
