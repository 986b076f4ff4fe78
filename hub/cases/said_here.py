"""Which cases here have somebody on them of whom a manager decides, and say what stands against telling about them.

For whoever decides about one of them: those cases that they may open, and no word of any other. Decides nothing,
and does not say what stands against it (`hub.cases.elsewhere`).
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.accounts.accounts import Acting
from hub.cases.shown import CaseLine, gists_shown, line_of
from hub.matching import confirm
from hub.node.node import Node
from hub.records.cases import named_people
from hub.values import Person


def cases_that_say(node: Node, acting: Acting, people: Sequence[Person]) -> list[CaseLine]:
    """The sealed cases, and those that say who fled or is not safe to talk to, with one of these people on them.

    The newest first; those that they may open. Raises UsageError, RowsError.
    """
    grave = list(gists_shown(node, acting, lambda one: one.grave))
    with node.read() as tx:
        held = {one.row.handle: one for one in named_people(tx, [one.row for one in grave])}
    return [
        line_of(one)
        for one in grave
        if any(
            confirm(person, other, node.matching).passes
            for person in people
            for other in held[one.row.handle].ever
        )
    ]
