"""Once, in a home of an earlier version: look for whoever a case hides on every other case, as this version does.

In batches, each complete in itself: the feed is without whoever is found when her batch is kept, and what is likely
waits for a person. One that was interrupted is gone on with; the log says when all of it is done, and nothing is
published and no peer answered before (`hub.node.upgrade`). Does not search (`same_people`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

from hub.audit.events import Action
from hub.cases.changes import carry_out
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.node.upgrade import searched_for_hidden
from hub.records.cases import named_people, open_kept
from hub.records.gists import every_gist
from hub.store.cases import StoredCase

BATCH: Final = 60  # cases in one transaction


def bring_up_to_date(node: Node, progress: Callable[[int, int], None] = lambda _done, _all: None) -> bool:
    """Look for all of them, unless it was done; returns whether there was anything to do. Safe to run again.

    `progress`: the cases done, and all. Raises RowsError, StorageError.
    """
    with node.read() as tx:
        if searched_for_hidden(tx):
            return False
        every, looked_at = len(_left(tx, set())), set[bytes]()
    done, deciding = 0, PublicationDecisions(node)
    while carry_out(deciding, partial(_batch, looked_at=looked_at), lambda _tx, _changes: None):
        done += BATCH
        progress(min(done, every), every)
    with node.write() as writing:
        writing.hold_others_off()
        if not searched_for_hidden(writing):
            writing.record(Action.hidden_searched, by=node.acts_as, cases=every)
    return bool(every)


def _batch(tx: Reading, looked_at: set[bytes]) -> list[Proposal]:
    held = named_people(tx, _left(tx, looked_at)[:BATCH])
    return [replace(as_it_is(one), anew=True) for one in held]


def _left(tx: Reading, looked_at: set[bytes]) -> list[StoredCase]:
    """The cases that hide somebody who was not looked for yet. Raises RowsError, StorageError.

    `looked_at`: those of which it is known already that they are none of them.
    """
    left = list[StoredCase]()
    for case in every_gist(tx):
        if not case.grave or case.row.handle in looked_at:
            continue
        kept = open_kept(tx.vault, case.row.handle, case.row.sealed)
        if kept.hidden and not kept.searched_as_now:
            left.append(case.row)
        else:
            looked_at.add(case.row.handle)
    return left
