"""The cases that were referred to the Marac and have no meeting, or none since they were referred again."""

from __future__ import annotations

from itertools import islice

from hub.accounts.accounts import Acting
from hub.cases.shown import CaseLine, line_of, of_marac, opener
from hub.node.node import Node
from hub.records.gists import every_gist
from hub.records.transfers import moved_to


def not_yet_listed(node: Node, acting: Acting, most: int) -> list[CaseLine]:
    """The newest of those that they may open, for the Marac's coordinators and managers alone.

    One that has moved is heard by another area. Raises UsageError, RowsError.
    """
    if not of_marac(acting):
        return []
    may_open = opener(node, acting)
    with node.read() as tx:
        every = every_gist(tx)
        unlisted = node.derived.get(
            "not yet listed",
            (every,),
            lambda: sorted((one for one in every if one.unlisted), key=lambda one: -(one.row.id or 0)),
        )
        shown = (one for one in unlisted if may_open(one.row.ref_digest))
        here = (one for one in shown if moved_to(tx, one.row.ref_digest) is None)
        return list(map(line_of, islice(here, most)))
