"""The areas that this node knows, by node id and names: its own, those of `areas.toml`, and its peers.

What people write about areas is held against these (`hub.consent.areas`). Asks no peer.
"""

from __future__ import annotations

from hub.consent.areas import Area
from hub.node.node import Node
from hub.store import peers


def known_areas(node: Node) -> tuple[Area, ...]:
    """Every area that the node knows. Raises StorageError."""
    names = {node.node_id: {node.settings.area}}
    for listed in node.areas.area:
        names.setdefault(listed.node_id, set()).add(listed.area)
    with node.read() as tx:
        for row in peers.every(tx.session):
            names.setdefault(row.node_id, set()).add(row.area)
    return tuple(Area(node_id, tuple(sorted(called))) for node_id, called in names.items())
