"""The areas that this node knows, by node id and names: its own, those of `areas.toml`, and the peers of its pins.

What people write about areas is held against these (`hub.consent.areas`). What a peer calls itself is its own word.
Asks no peer, and believes no row of the database.
"""

from __future__ import annotations

from contextlib import suppress

from hub.consent.areas import Area
from hub.consent.form.fled import fled_areas
from hub.errors import StorageError
from hub.node.pins import load_pins
from hub.node.transaction import Reading


def known_areas(tx: Reading) -> tuple[Area, ...]:
    """Every area that the node knows. Without readable pins no peer is one."""
    node = tx.node
    names = {node.node_id: {node.settings.area}}
    for listed in node.areas.area:
        names.setdefault(listed.node_id, set()).add(listed.area)
    own_words: dict[str, set[str]] = {}
    with suppress(StorageError):
        for pin in load_pins(node).pins:
            if pin.trusted:
                own_words.setdefault(pin.node_id, set()).add(pin.area)
    ids = dict.fromkeys((*names, *own_words))
    return tuple(Area(one, *(tuple(sorted(of.get(one, ()))) for of in (names, own_words))) for one in ids)


def unknown_among(tx: Reading, answer: tuple[str, ...] | None) -> list[str]:
    """The areas that an answer names, as they are written, that are none that the node knows."""
    known = known_areas(tx)
    return [one for one in fled_areas(answer) if not any(area.is_called(one) for area in known)]
