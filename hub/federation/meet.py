"""Meeting: look evaluated match-keys up in our copy of a holder's feed and open the labels that answer.

The look-up is a callable (tokens in, labels out), so that this is pure; its cost grows with the records met and
not with the feed. Does not weigh what it finds (`hub.matching`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.federation.tokens import FeedContext, Label, open_label, token
from hub.matching import MatchKey

Lookup = Callable[[Sequence[bytes]], Mapping[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A match-key with the holder's PRF output for it."""

    key: MatchKey
    output: bytes


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of a holder's feed: its contexts, the gap to step over, and how to look tokens up."""

    context: FeedContext
    weak_context: FeedContext
    max_gap: int
    lookup: Lookup

    def of(self, key: MatchKey) -> FeedContext:
        """The context of a match-key's tokens."""
        return self.weak_context if key.weak else self.context


def meet(evaluated: Sequence[Evaluated], copy: Copy) -> dict[MatchKey, list[Label]]:
    """The labels met by each match-key, walking indices until a gap longer than the holder's `max_gap`.

    Raises PeerError when a label does not open: the feed was not made with the key that evaluated.
    """
    met: dict[MatchKey, list[Label]] = {}
    step = copy.max_gap + 1
    walking = [(one, 0) for one in evaluated]
    while walking:
        tokens = {
            token(one.output, copy.of(one.key), index): (one, index)
            for one, start in walking
            for index in range(start, start + step)
        }
        labels = copy.lookup(list(tokens))
        reached: dict[MatchKey, tuple[Evaluated, int]] = {}
        for made, sealed in labels.items():
            one, index = tokens[made]
            met.setdefault(one.key, []).append(
                open_label(one.output, copy.of(one.key), index, (made, sealed))
            )
            last = reached.get(one.key)
            reached[one.key] = (one, max(index, last[1]) if last else index)
        walking = [(one, last + 1) for one, last in reached.values()]
    return met
