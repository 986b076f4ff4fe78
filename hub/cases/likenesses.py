"""Who on one case may be somebody whom another hides, for an account that may open both cases."""

from __future__ import annotations

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.seals import ShownLikeness, shown_likenesses
from hub.cases.shown import asker_of, opener
from hub.node.node import Node


def likenesses_shown(node: Node, acting: Acting, *, every: bool = False) -> list[ShownLikeness]:
    """What waits for a person, or `every` one, also of those decided. Raises UsageError, RowsError."""
    asker = asker_of(acting)
    may_open, digest = opener(node, acting), restrictions_on(node, asker).digest
    return [
        one
        for one in shown_likenesses(node, asker, every=every)
        if may_open(digest(one.case_ref)) and may_open(digest(one.sealed_case_ref))
    ]
