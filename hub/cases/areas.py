"""The areas that this node knows, by node id and names: its own, those of `areas.toml`, and its peers.

What people write about areas is held against these (`hub.consent.areas`). Asks no peer.
"""

from __future__ import annotations

from hub.consent.areas import Area
from hub.consent.form.fled import fled_areas
from hub.node.transaction import Reading
from hub.store import peers


def known_areas(tx: Reading) -> tuple[Area, ...]:
    """Every area that the node knows."""
    names = {tx.node.node_id: {tx.node.settings.area}}
    for listed in tx.node.areas.area:
        names.setdefault(listed.node_id, set()).add(listed.area)
    for peer in peers.every(tx.session):
        names.setdefault(peer.node_id, set()).add(peer.area)
    return tuple(Area(node_id, tuple(sorted(called))) for node_id, called in names.items())


def unknown_among(tx: Reading, answer: tuple[str, ...] | None) -> list[str]:
    """The areas that an answer names, as they are written, that are none that the node knows."""
    known = known_areas(tx)
    return [one for one in fled_areas(answer) if not any(area.is_called(one) for area in known)]
