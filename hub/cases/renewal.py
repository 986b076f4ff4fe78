"""Publications follow their agreements: one that has lapsed, changed or lost its file has them decided again.

What is not permitted any more leaves the feed with the next publish. Reads no file (`hub.node.agreements` does).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from hub.cases.changes import carry_out
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.consent.coverage import named
from hub.errors import StorageError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import decisions
from hub.records.cases import held_cases
from hub.store import cases

BATCH: Final = 200  # cases in one transaction


def follow_agreements(node: Node, alive: Callable[[], None] = lambda: None) -> int:
    """Decide again about every case published under an agreement that is not what it was, or not in force today.

    Returns how many of them are not published any more. `alive` is called between batches. Running it again changes
    nothing. Raises StorageError.
    """
    with node.read() as tx:
        numbers = _resting_on_others(tx)
    ended = 0
    for at in range(0, len(numbers), BATCH):
        some = frozenset(numbers[at : at + BATCH])
        changes = carry_out(PublicationDecisions(node), partial(_proposals, some), _nothing_else)
        ended += sum(one.ends for one in changes)
        alive()
    return ended


def _resting_on_others(tx: Reading) -> list[int]:
    """The published cases whose decision names another agreement than one that is held and in force, by number."""
    in_force = [one for one in tx.node.agreements.held if not one.why_not_on(tx.today)]
    digests = {one.ref: one.digest for one in in_force}
    found = []
    for row in cases.may_publish(tx.session):
        try:
            form = decisions.get(tx, row.decision_id or 0).form
        except StorageError:  # What stands in the columns alone is refused when it is published.
            continue
        agreement = named(form.protocol, in_force)
        if agreement is None or form.protocol is None or form.protocol.digest != digests[agreement.ref]:
            found.append(row.id)
    return found


def _proposals(numbers: frozenset[int], tx: Reading) -> list[Proposal]:
    """The cases as they are, to be decided anew."""
    rows = [row for row in cases.may_publish(tx.session) if row.id in numbers]
    return [replace(as_it_is(one), anew=True) for one in held_cases(tx, rows)]


def _nothing_else(*_: object) -> None:
    """Nothing is done beside the change."""
