"""Which neighbouring areas have not been reached lately, by what the worker wrote down of its syncs with each.

Asks nobody, and is no fact about a person. Where `areas.toml` names no neighbours it is every area that is trusted.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from hub.node.node import Node
from hub.store import peers, schedule

_TRIES: Final = 2
"""So often in a row it has failed: once is a hiccup."""


class Unreached(NamedTuple):
    """An area, and when it was last reached, in seconds since 1970; None where it never was."""

    area: str
    since: int | None


def unreached(node: Node) -> list[Unreached]:
    """The neighbours that gave no good answer at the last tries, or that nobody has tried to reach for long."""
    own, times = node.areas.get(node.node_id), node.settings.schedules
    with node.read() as tx:
        names = {row.node_id: row.area for row in peers.every(tx.session)}
        rows, now = schedule.every(tx.session), tx.now
    near = own.neighbours if own and own.neighbours else tuple(names)
    found = []
    for node_id in near:
        row = rows.get(f"sync:{node_id}")
        interval_s = times.interval_s("sync") or 0
        if node_id not in names or row is None:
            continue
        if (row.failing_since is not None and row.tries >= _TRIES) or row.late(now, interval_s):
            known = node.areas.get(node_id)
            found.append(Unreached(known.area if known else names[node_id], row.done_at))
    return found
