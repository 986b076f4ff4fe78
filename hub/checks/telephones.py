"""Whom to ring when this node cannot ask: by the files of its home alone, for its database may be what is wrong.

`areas.toml` first, as in a result; then what the pins have of a peer. Asks nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from hub.errors import HubError
from hub.node.keys import KeyRing
from hub.node.node import key_folder
from hub.node.pins import PINS, Pins
from hub.node.settings import Contact, load_areas, load_settings
from hub.node.vouched import read_vouched


def telephones(home: Path, asked: Sequence[str] | str) -> list[str]:
    """A line for each area that a question names, `neighbours` and `all` too: its name and its telephone.

    Raises HubError where the settings cannot be read.
    """
    return list(by_area(home, asked).values())


def by_area(home: Path, asked: Sequence[str] | str) -> dict[str, str]:
    """The same lines by node id."""
    settings, known = load_settings(home), load_areas(home)
    lines = {one.node_id: f"{one.area}: {one.contact}" for one in known.area}
    with suppress(HubError):  # What was edited in the home is not told.
        pins = read_vouched(home / PINS, KeyRing(key_folder(home, settings)).now().vault, Pins) or Pins()
        lines = {
            one.node_id: f"{one.area}: {one.contact or Contact()}" for one in pins.pins if one.trusted
        } | lines
    own = known.get(settings.node_id)
    if isinstance(asked, str):
        asked = (
            own.neighbours
            if own and asked == "neighbours"
            else [one for one in lines if one != settings.node_id]
        )
    return {one: lines.get(one, f"{one}: {Contact()}") for one in asked}
