"""Letting a node go on that has stopped, as its database was not as its log says: once an auditor has looked.

Where all rows hold again, it goes on. Else somebody answers for the rows as they stand now, on the record; then
each case that is among them counts as sealed by hand, and a feed that is among them is not served any more. Cases
or people that are gone, and a log that does not hold, let nothing go on: bring the node back from a backup
(`restore`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.audit.chain import Broken
from hub.audit.events import OPERATOR, Action
from hub.audit.log import broken_log
from hub.cases.seal_altered import cannot_be_accepted, seal_altered
from hub.errors import NotFoundError, UsageError
from hub.node.home import advance_audit_checkpoint
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.store import feeds, peers
from hub.store.guarded import GUARDED, GuardedRow
from hub.store.verify import RowFinding, RowTampering, not_as_said, verify_database

_OF_CASES: Final = ("case_record", "person_record")
_FEED: Final = frozenset({"feed_entry", "feed_state", "crowded_keys"})


@dataclass(frozen=True, slots=True)
class Resumed:
    """What came of it. `found`: rows that are not as the log says; unless they are `accepted`, it does not go on.

    `sealed`: the references of the cases among them, which count as sealed by hand. `feed_dropped`: the feed was
    among them, and new keys are needed before it is served again.
    """

    found: tuple[RowFinding, ...] = ()
    accepted: bool = False
    sealed: tuple[str, ...] = ()
    feed_dropped: bool = False

    @property
    def goes_on(self) -> bool:
        """Whether the node goes on."""
        return self.accepted or not self.found


def resume(node: Node, because: str, *, accept: bool) -> Resumed:
    """Let a stopped node go on where all rows hold, or (`accept`) with the rows as they stand.

    Running it again after it was interrupted is safe. Raises NotFoundError where the node has not stopped,
    UsageError without a reason, LogError when its log does not hold, StorageError, also when cases or people are
    gone or cannot be read and are to be accepted so.
    """
    if not because.strip():
        raise UsageError("It needs its reason.", kept="The node stays stopped.", do="Give --because.")
    if node.log.stops.read().open_one is None:
        raise NotFoundError("This node has not stopped.")
    heads = node.log.heads()
    heads.newest()
    with node.database.read() as session:
        report = verify_database(session, node.node_id, heads.found)
    if isinstance(report.log, Broken):
        raise broken_log(report.log)
    done = Resumed(report.rows)
    if report.rows and not accept:
        return done
    with node.database.write() as session:
        tx = Transaction(node, session)
        if report.rows:
            done = _accept(tx, report.rows, because)
        kind = "rows_accepted" if report.rows else "rows_hold"
        tx.record(Action.stop_ended, by=OPERATOR, kind=kind, times=len(report.rows))
        tx.close()
    node.log.stops.end(because, node.now())
    advance_audit_checkpoint(node)
    return done


def _accept(tx: Transaction, found: Sequence[RowFinding], because: str) -> Resumed:
    """Have the log bind the rows as they are, once they can lead to nothing that is not safe."""
    tx.believing = True
    tx.hold_others_off()
    session, touched = tx.session, {one.table for one in found}
    if any(one.table in _OF_CASES and one.what is RowTampering.removed for one in found):
        raise cannot_be_accepted("Cases, or people on them, are gone.")
    altered = {table: [row.key[0] for row in _not_as_said(tx, table)] for table in _OF_CASES}
    if feed_dropped := bool(touched & _FEED):
        feeds.drop(session)
    if touched & {"peer", "peer_entry"}:
        for peer in peers.every(session):
            peers.forget_copies(session, peer.node_id)
    sealed = seal_altered(tx, altered["case_record"], altered["person_record"], because)
    session.flush()
    tx.bind([row.anchor for table in GUARDED for row in _not_as_said(tx, table)])
    return Resumed(tuple(found), accepted=True, sealed=sealed, feed_dropped=feed_dropped)


def _not_as_said(tx: Transaction, table: str) -> list[GuardedRow]:
    return list(not_as_said(tx.session, table, tx.said_of(table)))
