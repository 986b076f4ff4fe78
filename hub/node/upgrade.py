"""Once, in a database of an earlier version: have the log bind the rows that were written before it bound any.

They are believed as they are found then. A database that was begun in this version binds every row from its first,
and one that was done with is not done again, whatever is written into its tables since: the log says so. Changes no
row but those of feeds, whose lines are counted.
"""

from __future__ import annotations

from itertools import islice
from typing import Final

from hub.audit.events import Action
from hub.audit.log import FORMAT, begun_in, is_marked
from hub.node.transaction import Transaction
from hub.store import feed_content, peers
from hub.store.audit import DatabaseAudit
from hub.store.guarded import GUARDED, every_row

_AT_ONCE: Final = 5_000


def binds_rows(log: DatabaseAudit) -> bool:
    """Whether the log binds rows, or has none to bind."""
    first = log.first()
    return first is None or is_marked(first) or log.first_of(Action.rows_anchored) is not None


def binds_deliveries(log: DatabaseAudit) -> bool:
    """Whether the log binds all of what waits in the outbox, also when it is tried next."""
    first = log.first()
    return first is None or begun_in(first) >= FORMAT or log.first_of(Action.deliveries_anchored) is not None


def bind_rows_of_before(tx: Transaction) -> None:
    """Bind every row, and all of what waits in the outbox, unless the log binds them already."""
    log = DatabaseAudit(tx.session)
    tx.believing = True
    if not binds_rows(log):
        _bind_every_row(tx)
    if not binds_deliveries(log):
        tx.bind([row.anchor for row in every_row(tx.session, "outbox")], Action.deliveries_anchored)


def _bind_every_row(tx: Transaction) -> None:
    feed_content.bind_lines(tx.session)
    peers.bind_copies(tx.session)
    tx.bind(())
    for table in GUARDED:
        rows = every_row(tx.session, table)
        while some := [row.anchor for row in islice(rows, _AT_ONCE)]:
            tx.bind(some)
