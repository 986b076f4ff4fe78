"""A database against its log and the signed heads of that, by whoever holds no key: every entry, then every row.

Or those rows alone that somebody is about to act on. What is found is a value that names the table, the row and the
entry that last wrote it. A log that does not hold says nothing of rows. Reads alone; opens no database (`database`)
and judges no signature (`hub.audit.checkpoint`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from hub.audit.chain import Broken, Entry, Head, Verified
from hub.audit.log import verify_log
from hub.audit.rows import GONE, Anchor, Ledger, Written, unpack_entry
from hub.errors import RowsError
from hub.store import feed_content, peers
from hub.store.audit import DatabaseAudit
from hub.store.guarded import GUARDED, GuardedRow, every_row, gone, rows_of, table_of
from hub.store.tables import FeedState, Peer

_SHOWN: Final = 100
RowKeys = Mapping[str, Collection[tuple[Any, ...]]]
"""Rows: their primary keys, by table."""
KnownBy = Mapping[str, Iterable[bytes]]
"""Rows by what the log knows them by, by table."""
SaidOf = Callable[[KnownBy], Mapping[str, Mapping[bytes, Written]]]


class RowTampering(StrEnum):
    """What was done to a row, or to what a row says of another table."""

    altered = "altered"
    removed = "removed"
    inserted = "inserted"
    put_back = "put_back"
    unreadable = "unreadable"
    lines = "lines"


_WORDS: Final = {
    RowTampering.altered: "{table}: the row {key} is not as entry {seq} left it.",
    RowTampering.removed: "{table}: a row that entry {seq} wrote is gone.",
    RowTampering.inserted: "{table}: no entry wrote the row {key}.",
    RowTampering.put_back: "{table}: the row {key} is in an earlier state than entry {seq} left it in.",
    RowTampering.unreadable: "{table}: it holds what such a table cannot hold.",
    RowTampering.lines: "{table}: its rows are not those that the row {key} of {of} stands for.",
}
_LINES_OF: Final = {"feed_entry": "feed_state", "peer_entry": "peer"}


@dataclass(frozen=True, slots=True)
class RowFinding:
    """One thing that is not as it was written. `seq`: the entry that last wrote it, 0 where there is none."""

    table: str
    what: RowTampering
    key: str = ""
    seq: int = 0

    def __str__(self) -> str:
        """The finding in words."""
        return _WORDS[self.what].format(
            table=self.table, key=self.key, seq=self.seq, of=_LINES_OF.get(self.table, "")
        )


@dataclass(frozen=True, slots=True)
class Report:
    """What was found of a database: of its log, of its rows, and how many of these the log binds.

    `unwitnessed_rows`: those that were last written by entries after the newest known head.
    """

    log: Verified | Broken
    rows: tuple[RowFinding, ...] = ()
    bound: int = 0
    unwitnessed_rows: int = 0

    @property
    def holds(self) -> bool:
        """Whether everything is as it was written."""
        return isinstance(self.log, Verified) and not self.rows


def verify_database(session: Session, node_id: str, known: Iterable[Head]) -> Report:
    """Verify a node's log against known heads, and its rows against its log. Memory: in proportion to its rows."""
    log, ledger, heads = DatabaseAudit(session), Ledger(), list(known)
    found = verify_log(log, node_id, heads, ledger)
    if isinstance(found, Broken):
        return Report(found)
    rows = tuple(_findings(session, ledger, lambda: log.after(0)))
    every = [one for of in ledger.tables.values() for one in of.values() if one.digest != GONE]
    witnessed = found.head.size - found.unwitnessed
    return Report(found, rows, len(every), sum(one.seq > witnessed for one in every))


def rows_found(
    session: Session,
    rows: RowKeys,
    said_of: SaidOf,
    *,
    hold: bool,
) -> Iterator[RowFinding]:
    """Which of these rows, by table and primary key, are not as the log says. `said_of`: what that says of them.

    `hold`: nobody else changes them before the transaction ends.
    """
    known = {table: {gone(table_of(table), key): key for key in keys} for table, keys in rows.items()}
    written = said_of({table: some.keys() for table, some in known.items()})
    for table, some in known.items():
        found = rows_of(session.connection(), table_of(table), list(some.values()), hold=hold)
        there = {row.anchor.key: row for row in found}
        for key in some:
            said, row = written[table].get(key), there.get(key)
            if row is None:
                if said is not None and said.digest != GONE:
                    yield RowFinding(table, RowTampering.removed, seq=said.seq)
            elif said is None:
                yield RowFinding(table, RowTampering.inserted, _told(row))
            elif said.digest != row.anchor.digest:
                yield RowFinding(table, RowTampering.altered, _told(row), said.seq)


def anchors_found(anchors: Iterable[Anchor], said_of: SaidOf) -> Iterator[RowFinding]:
    """Which of these rows, read already, are not as the log says."""
    known: dict[str, dict[bytes, bytes]] = {}
    for table, key, digest in anchors:
        known.setdefault(table, {})[key] = digest
    written = said_of(known)
    for table, some in known.items():
        for key, digest in some.items():
            said = written[table].get(key)
            if (said.digest if said else GONE) == digest:
                continue
            if said is None or said.digest == GONE:
                yield RowFinding(table, RowTampering.inserted, key.hex(), said.seq if said else 0)
            elif digest == GONE:
                yield RowFinding(table, RowTampering.removed, seq=said.seq)
            else:
                yield RowFinding(table, RowTampering.altered, key.hex(), said.seq)


def table_found(session: Session, table: str, written: Mapping[bytes, Written]) -> Iterator[RowFinding]:
    """Which rows of a table are not as the log says."""
    return read_found(every_row(session, table), table, written)


def read_found(
    rows: Iterable[GuardedRow], table: str, written: Mapping[bytes, Written]
) -> Iterator[RowFinding]:
    """Which rows of a table, all of which are these, are not as the log says."""
    return _safely(table, _table(rows, table, written, list))


def not_as_said(session: Session, table: str, written: Mapping[bytes, Written]) -> Iterator[GuardedRow]:
    """The rows of a table that are not as the log says, as they stand; those that are gone have no key any more."""
    seen = set[bytes]()
    for row in every_row(session, table):
        seen.add(row.anchor.key)
        said = written.get(row.anchor.key)
        if said is None or said.digest != row.anchor.digest:
            yield row
    for key, said in written.items():
        if said.digest != GONE and key not in seen:
            yield GuardedRow((), Anchor(table, key, GONE))


def lines_found(session: Session, counted: bytes | None = None) -> Iterator[RowFinding]:
    """Whether the live lines of the node's own feed are not those that its state stands for.

    `counted`: their digest, where they were read already.
    """
    return _safely("feed_entry", _own_lines(session, counted))


def not_as_bound(found: Sequence[RowFinding]) -> RowsError:
    """The error for rows that are not as the log says."""
    said = str(found[0]) + (f" And {len(found) - 1} more." if len(found) > 1 else "")
    return RowsError(
        f"The database is not as its log says. {said}",
        kept="The database as it is. The node has stopped: it answers no peer, and asks and tells nobody.",
        do="Ring the other areas. Run `hub audit verify`, and call your auditor; then `hub audit resume`.",
    )


def _findings(
    session: Session, ledger: Ledger, entries: Callable[[], Iterable[Entry]]
) -> Iterator[RowFinding]:
    """What is not as the log says, table by table. `entries` reads the log again, where something was found."""
    for table in GUARDED:
        yield from _safely(table, _table(every_row(session, table), table, ledger.of(table), entries))
    yield from _safely("feed_entry", _own_lines(session))
    yield from _safely("peer_entry", _copied_lines(session))


def _safely(table: str, found: Iterator[RowFinding]) -> Iterator[RowFinding]:
    """What the driver, or a column's type, refuses to read was not written by this program."""
    try:
        yield from found
    except (SQLAlchemyError, ValueError, TypeError, OverflowError):
        yield RowFinding(table, RowTampering.unreadable)


def _table(
    rows: Iterable[GuardedRow],
    table: str,
    written: Mapping[bytes, Written],
    entries: Callable[[], Iterable[Entry]],
) -> Iterator[RowFinding]:
    seen, changed = set[bytes](), dict[Anchor, GuardedRow]()
    for row in rows:
        said = written.get(row.anchor.key)
        seen.add(row.anchor.key)
        if said is None:
            yield RowFinding(table, RowTampering.inserted, _told(row))
        elif said.digest != row.anchor.digest:
            changed[row.anchor] = row
    earlier = {one for entry in entries() for one in unpack_entry(entry.body)} if changed else set[Anchor]()
    for anchor, row in changed.items():
        what = RowTampering.put_back if anchor in earlier else RowTampering.altered
        yield RowFinding(table, what, _told(row), written[anchor.key].seq)
    for key, said in written.items():
        if said.digest != GONE and key not in seen:
            yield RowFinding(table, RowTampering.removed, seq=said.seq)


def _told(row: GuardedRow) -> str:
    return "/".join(one.hex() if isinstance(one, bytes) else str(one) for one in row.key)[:_SHOWN]


def _own_lines(session: Session, counted: bytes | None = None) -> Iterator[RowFinding]:
    state: Any = session.get(FeedState, 1)
    if state is None:
        return
    if (counted or feed_content.lines_digest(session, state.epoch)) != state.lines_digest:
        yield RowFinding("feed_entry", RowTampering.lines, str(state.id))


def _copied_lines(session: Session) -> Iterator[RowFinding]:
    for peer in session.exec(select(Peer).where(col(Peer.feed_id).is_not(None))):
        if peers.digest(session, peer.feed_id or 0) != (peer.copy_entries, peer.copy_digest):
            yield RowFinding("peer_entry", RowTampering.lines, peer.node_id)
