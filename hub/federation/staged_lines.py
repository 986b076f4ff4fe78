"""The lines of a feed that nobody has been shown yet, and what brings them up to date.

They stand in random order, in complete batches. A line that goes is replaced where it stands, by one that comes or
by a filler; so neither the order nor a gap shows that somebody came or left meanwhile. Reads and writes nothing.
"""

from __future__ import annotations

import os
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from hub.federation.entries import Entry
from hub.wire.messages import BATCH_ENTRIES
from hub.wire.tokens import LABEL_BYTES, TOKEN_BYTES

_shuffle = random.SystemRandom().shuffle
Line = tuple[Entry, bool]


def fillers(count: int) -> list[Line]:
    """Random entries that open to nothing, told apart from others here alone."""
    return [(Entry(os.urandom(TOKEN_BYTES), os.urandom(LABEL_BYTES), None), True) for _ in range(count)]


class Changes(NamedTuple):
    """What is to be written: lines in the place of others, told by their tokens, and lines to add in this order."""

    replaced: list[tuple[bytes, Line]]
    added: list[Line]


@dataclass
class StagedLines:
    """The tokens of the lines that were written: of entries, and of fillers."""

    entries: set[bytes] = field(default_factory=set)
    fillers: set[bytes] = field(default_factory=set)

    def changes_to(self, new: Mapping[bytes, Entry]) -> Changes:
        """What makes these entries the feed's; taken for written from now on."""
        coming: list[Line] = [(entry, False) for made, entry in new.items() if made not in self.entries]
        going = [made for made in self.entries if made not in new]
        places = [*going, *self.fillers][: max(len(going), len(coming))]
        added = coming[len(places) :]
        in_place = coming[: len(places)] + fillers(len(places) - len(coming))
        added += fillers(-len(added) % BATCH_ENTRIES)
        _shuffle(added)
        self.entries = set(new)
        self.fillers.difference_update(places)
        self.fillers.update(one.token for one, filler in (*in_place, *added) if filler)
        return Changes(list(zip(places, in_place, strict=True)), added)
