"""What a publish will change in the feed, worked out before anything is written.

A draft lies over the feed as it was read: entries to come, tokens to go. Reads the feed, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from sqlmodel import Session

from hub.federation.entries import Entry, Opened, moves_to_close, positions
from hub.federation.staged_lines import Line, fillers
from hub.store import feeds
from hub.wire.messages import BATCH_ENTRIES
from hub.wire.tokens import open_label, seal_entry, token

WITHDRAWAL_CLASS: Final = 256


class Lines(NamedTuple):
    """The lines that a draft comes to: tombstones, then entries, each in token order and so telling no more.

    Tombstones are padded with fillers that leave, as far as there are any, and both together to complete batches
    with new ones.
    """

    tombstones: list[bytes]
    entries: list[Line]

    def write(self, session: Session, epoch: int) -> None:
        """Write them to the feed."""
        feeds.withdraw(session, epoch, self.tombstones)
        feeds.add(session, epoch, self.entries)


@dataclass
class Draft:
    """What a publish would change, gathered before it is written.

    `new` are the entries to come, by token. `gone` are live in the feed and will not be, unless they are in `new`
    too; `dropped` were to come and will not.
    """

    epoch: int
    max_gap: int
    new: dict[bytes, Entry]
    gone: set[bytes] = field(default_factory=set)
    dropped: set[bytes] = field(default_factory=set)

    def take_out(self, session: Session, people: Collection[int], keys: Sequence[Opened]) -> None:
        """Take out all entries of these people, who have these match-keys, and close the gaps that they leave.

        The last entries of a match-key move into its holes, so that none lies beyond a gap longer than `max_gap`.
        """
        self.gone |= feeds.tokens_of(session, self.epoch, people)
        for entry in [one for one in self.new.values() if one.person_id in people]:
            self._drop(entry.token)
        walks = positions(keys, self.max_gap, lambda made: self._there(session, made))
        for key, tokens in zip(keys, walks, strict=True):
            live = [at for at, made in tokens.items() if self._stays(made)]
            for origin, to in moves_to_close(live, self.max_gap):
                self._move(session, key, origin, to)

    @property
    def withdrawn(self) -> set[bytes]:
        """The tokens that leave the feed."""
        return self.gone - self.new.keys()

    def lines(self, session: Session) -> Lines:
        """What is to be written."""
        gone, new = self.withdrawn, self.new
        going = feeds.fillers(session, self.epoch, -len(gone) % WITHDRAWAL_CLASS) if gone else []
        rows = [(entry, False) for entry in new.values()]
        rows += fillers(-(len(new) + len(gone) + len(going)) % BATCH_ENTRIES)
        rows.sort(key=lambda row: row[0].token)
        return Lines(sorted({*gone, *going}), rows)

    def _there(self, session: Session, made: Sequence[bytes]) -> set[bytes]:
        """Which tokens a walk may not take for the end: also those that leave, and would have come."""
        mine = {one for one in made if one in self.new or one in self.dropped}
        return feeds.live_tokens(session, self.epoch, made) | mine

    def _stays(self, made: bytes) -> bool:
        return made in self.new or (made not in self.gone and made not in self.dropped)

    def _move(self, session: Session, key: Opened, origin: int, to: int) -> None:
        left = token(key.output, key.context, origin)
        entry: feeds.Entry | None = self.new.get(left)
        if entry is None:
            entry = feeds.entry(session, self.epoch, left)
            self.gone.add(left)
        else:
            self._drop(left)
        label = open_label(key.output, key.context, origin, (left, entry.label))
        made, sealed = seal_entry(key.output, key.context, to, label)
        self.new[made] = Entry(made, sealed, entry.person_id)

    def _drop(self, made: bytes) -> None:
        del self.new[made]
        self.dropped.add(made)
