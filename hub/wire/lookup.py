"""Meeting: look evaluated match-keys up in our copy of a holder's feed and open the labels that answer.

The look-up is a callable (tokens in, labels out), so that this is pure; its cost grows with the records matched and
not with the feed. Does not weigh what it finds (`hub.matching`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from hub.matching import MatchKey, ScoredCandidate
from hub.wire.tokens import FeedContext, Label, open_label, token

Lookup = Callable[[Sequence[bytes]], Mapping[bytes, bytes]]
MOST_SHARED: Final = 512


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


class Published(NamedTuple):
    """What a holder published when it was asked: as its manifest says epoch, last line and digest of the feed.

    `verified_at`: when that was verified here, in seconds since 1970.
    """

    epoch: int
    feed_at: int
    digest: bytes
    verified_at: int


@dataclass(frozen=True)
class Found:
    """What matched in one holder's feed: the subject's candidates, supported by the case, and each related one's.

    `size` is the number of people that the holder publishes; `evidence` digests which match-keys of the subject
    matched each person handle; `salt` opens our commitment to the subject; `receipt` is the holder's signed answer,
    `published` what was looked in.
    """

    subject: Sequence[ScoredCandidate]
    related: Sequence[Sequence[ScoredCandidate]]
    size: int
    evidence: Mapping[bytes, bytes]
    salt: bytes
    receipt: str
    published: Published


def find_labels(evaluated: Sequence[Evaluated], copy: Copy) -> dict[MatchKey, list[Label]]:
    """The labels matched by each match-key, walking indices until a gap longer than the holder's `max_gap`.

    Steps grow, so that a match-key shared by many costs few look-ups; it is walked for at most MOST_SHARED records,
    beyond which it tells nobody from another. Raises PeerError when a label does not open: the feed was not made
    with the key that evaluated.
    """
    met: dict[MatchKey, list[Label]] = {}
    walking = [_Walk(one, 0, copy.max_gap + 1, 0) for one in evaluated]
    while walking:
        tokens = {
            token(walk.one.output, copy.of(walk.one.key), index): (walk.one, index)
            for walk in walking
            for index in range(walk.start, walk.start + walk.step)
        }
        reached: dict[MatchKey, int] = {}
        for made, sealed in copy.lookup(list(tokens)).items():
            one, index = tokens[made]
            label = open_label(one.output, copy.of(one.key), index, (made, sealed))
            met.setdefault(one.key, []).append(label)
            reached[one.key] = max(index, reached.get(one.key, -1))
        walking = [
            after
            for walk in walking
            if (after := _next(walk, reached.get(walk.one.key), copy.max_gap)) is not None
        ]
    return met


class _Walk(NamedTuple):
    """Where the walk over one match-key's records is: from `start`, `step` indices, `last` the last one live."""

    one: Evaluated
    start: int
    step: int
    last: int


def _next(walk: _Walk, reached: int | None, max_gap: int) -> _Walk | None:
    last = walk.last if reached is None else reached
    end = walk.start + walk.step
    live = reached is not None or walk.start > 0
    if not live or end - 1 - last > max_gap or end >= MOST_SHARED:
        return None
    return _Walk(walk.one, end, min(2 * walk.step, MOST_SHARED - end), last)
