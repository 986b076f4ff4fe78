"""Once, in a database of an earlier version: have the log bind the rows that were written before it bound any.

They are believed as they are found then. A database that was begun in this version binds every row from its first,
and one that was done with is not done again, whatever is written into its tables since: the log says so. Changes no
row but those of feeds, whose lines are counted.

Says likewise whether hidden people were looked for as this version does, and keeps publication from going on before
that; does not look for them (`hub.cases.upgrade`).
"""

from __future__ import annotations

from itertools import islice
from typing import Final
from weakref import WeakSet

from hub.audit.events import Action, Event
from hub.audit.log import BINDS_DELIVERIES, FORMAT, begun_in, is_marked
from hub.errors import ConflictError
from hub.node.transaction import Reading, Transaction
from hub.store import checks, feed_content, peers
from hub.store.audit import DatabaseAudit
from hub.store.guarded import GUARDED, every_row

_AT_ONCE: Final = 5_000
_TELLINGS: Final = 4


class UpgradingError(ConflictError):
    """The home is of an earlier version, and is not brought up to date yet."""

    code = "upgrading"
    status = 503


def binds_rows(log: DatabaseAudit) -> bool:
    """Whether the log binds rows, or has none to bind."""
    first = log.first()
    return first is None or is_marked(first) or log.first_of(Action.rows_anchored) is not None


def binds_deliveries(log: DatabaseAudit) -> bool:
    """Whether the log binds all of what waits in the outbox, also when it is tried next."""
    first = log.first()
    return (
        first is None
        or begun_in(first) >= BINDS_DELIVERIES
        or log.first_of(Action.deliveries_anchored) is not None
    )


def binds_tellings(log: DatabaseAudit) -> bool:
    """Whether the log binds which records of theirs peers were told of."""
    first = log.first()
    return first is None or begun_in(first) >= _TELLINGS or log.first_of(Action.tellings_anchored) is not None


_searched: WeakSet[object] = WeakSet()
"""The opened databases of which it is known that it was done: it stays so."""


def searched_for_hidden(tx: Reading) -> bool:
    """Whether everybody who is hidden by a case was looked for on every other, as this version does."""
    if tx.node.database not in _searched:
        log = DatabaseAudit(tx.session)
        first = log.first()
        if first and begun_in(first) < FORMAT and log.first_of(Action.hidden_searched) is None:
            return False
        _searched.add(tx.node.database)
    return True


def require_searched_for_hidden(tx: Reading) -> None:
    """Raise UpgradingError before that: somebody may be shown whom this version hides."""
    if not searched_for_hidden(tx):
        raise UpgradingError(
            "This home is of an earlier version, and is not brought up to date yet.",
            kept="Nobody is published, and no peer is answered.",
            do="Stop what runs on it; the next command that writes brings it up to date, such as `hub publish`.",
        )


def bind_rows_of_before(tx: Transaction) -> None:
    """Bind every row, what waits in the outbox and what peers were told of, unless the log binds them already."""
    log = DatabaseAudit(tx.session)
    tx.believing = True
    if not binds_rows(log):
        _bind_every_row(tx)
    if not binds_deliveries(log):
        tx.bind([row.anchor for row in every_row(tx.session, "outbox")], Action.deliveries_anchored)
    if not binds_tellings(log):
        _keep_tellings(tx, log)


def _keep_tellings(tx: Transaction, log: DatabaseAudit) -> None:
    """Keep which records of theirs peers were told of, as the log has it, which kept it alone."""
    checks.forget_told(tx.session)
    for entry in log.of_actions([Action.disclosure_sent]):
        refs = Event.model_validate_json(entry.body).refs
        if refs.peer and refs.handle and refs.check_id:
            key = refs.peer, bytes.fromhex(refs.handle)
            checks.put_told(tx.session, *key, [*checks.told_by(tx.session, *key), refs.check_id])
    tx.record(Action.tellings_anchored)


def _bind_every_row(tx: Transaction) -> None:
    feed_content.bind_lines(tx.session)
    peers.bind_copies(tx.session)
    tx.bind(())
    for table in GUARDED:
        rows = every_row(tx.session, table)
        while some := [row.anchor for row in islice(rows, _AT_ONCE)]:
            tx.bind(some)
