"""What a server says of the node's worker, which does what the node does by itself: to probes and in its log."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Final

from hub.jobs.listing import worker_state
from hub.node.node import Node

GRACE_S: Final = 120  # Server and worker start side by side.
TELL_EVERY_S: Final = 3600
logger = logging.getLogger("hub")


class WorkerWatch:
    """Looks whether a worker runs, and tells the operator where none does."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._tell_at = node.now() + GRACE_S

    def look(self) -> dict[str, str | None]:
        """What a probe may know: nothing of casework, for anybody can read it. Raises StorageError."""
        state, now = worker_state(self._node), self._node.now()
        seen = dt.datetime.fromtimestamp(state.seen_at, dt.UTC).isoformat() if state.seen_at else None
        if not state.running and now >= self._tell_at:
            self._tell_at = now + TELL_EVERY_S
            logger.warning(
                "no worker has run since %s: nothing is published, synced or signed by itself, and deliveries that"
                " wait: %d; start `hub worker`",
                seen or "this node was made",
                state.overdue,
            )
        return {"worker": "running" if state.running else "not running", "worker_seen": seen}
