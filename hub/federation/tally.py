"""What callers do that nobody would remember: they pull the feed, are refused, ask again, or are known to nobody.

The first of a kind is an event at once; more of them within an hour are counted, and one event says how many. A
kind is what was done, by which peer (none where its signature did not prove that) and why it was refused, all from
closed lists: nobody fills the log, and nothing that a caller typed gets there. Kept in memory, for each process.
A peer that does what no honest one does is told of, at most once an hour. Refuses nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from hub.audit.events import NODE, Action, Refs, peer_actor
from hub.node.node import Node
from hub.node.transaction import Transaction

COUNTED_FOR_S: Final = 3_600
TO_LOOK_INTO: Final[Mapping[str, str]] = {
    "over_quota": "it asked more than it may",
    "other_subject": "it asked about another person under a check that it had begun",
    "no_ground": "it asked without an agreement or a legal ground",
    "key_reused": "it sent another request under the mark of an earlier one",
    "not_asked": "it acknowledged an answer that it never had",
    "authentication": "it sent a message twice, or one that does not hold",
    "shorter": "it showed a shorter audit log than before",
    "other": "it showed two audit logs of one size",
    "rewritten": "it showed an audit log that does not go on from the one before",
}
"""What somebody looks into when a known peer was refused for it, in words; by the code of why."""
Alert = Callable[[Transaction, str, str], object]


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
    """The counts of one process. `alert`: has somebody look into a peer, with the words for why."""

    def __init__(self, node: Node, alert: Alert) -> None:
        self._node = node
        self._alert = alert
        self._counts: dict[Kind, _Count] = {}
        self._alerted: dict[str, int] = {}
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
        look_into = TO_LOOK_INTO.get(kind.fault or "")
        with self._node.write() as tx:
            tx.record(kind.action, by=by, about=Refs(peer=kind.peer), fault=kind.fault, times=times)
            if kind.peer and look_into and self._hour_of(kind.peer):
                self._alert(tx, kind.peer, look_into)

    def _hour_of(self, peer: str) -> bool:
        """Whether a manager was last told of this peer an hour ago or more, and is told now."""
        if self._node.now() < self._alerted.get(peer, -COUNTED_FOR_S) + COUNTED_FOR_S:
            return False
        self._alerted[peer] = self._node.now()
        return True
