"""Whether a head of another node's log goes on from the one that it showed before.

Pure. What is compared is what the other node signed: the entry that it now shows at the earlier head's number.
Whoever writes a node's database and home, and has none of its keys, cannot have another one shown. A node that lies
in its own signature is found when its database is verified with the heads that peers hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hub.audit.chain import Head


class Break(StrEnum):
    """How a head does not go on from the one before."""

    shorter = "shorter"
    other = "other"
    rewritten = "rewritten"


BREAKS_IN_WORDS = {
    Break.shorter: "Its log is shorter than it was, and no restored backup says why.",
    Break.other: "Its log has two heads of one size.",
    Break.rewritten: "Its log was written anew: it has another entry where its earlier head was.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A head that a node shows, and the entry that it has at the earlier one."""

    head: Head
    since: Head | None


def judge(base: Head | None, shown: Shown) -> Break | Head | None:
    """What is wrong with a head; the head whose entry must be shown first; or None where it goes on from `base`."""
    if base is None:
        return None
    if shown.head.size < base.size:
        return Break.shorter
    if shown.head.size == base.size:
        return None if shown.head.hash == base.hash else Break.other
    if shown.since is None or shown.since.size != base.size:
        return base
    return None if shown.since.hash == base.hash else Break.rewritten
