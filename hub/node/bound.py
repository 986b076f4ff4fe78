"""What the node is about to act on, held to what its log says of it: rows, and complete tables.

The log is followed, entry by entry, with its chain and the node's marks; what it says of every row is remembered,
and kept in a file of the home that the node vouches for, so that no command reads a long log from its beginning.
An older copy of that file, or none, costs time alone. Does not say what is done about a row that is not as the log
says (`hub.node.stops`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Lock
from typing import Final

from sqlmodel import Session

from hub.audit.bound import BoundRows, RowsSaid, TooOldError
from hub.audit.chain import Broken, Entry, Tampering, genesis, head_after, verify
from hub.audit.log import bears, broken_log, marked_from, require_reached
from hub.audit.rows import Written, unpack_entry
from hub.crypto.vault import Vault
from hub.errors import ConflictError, LogError, StorageError
from hub.node.vouched import read_vouched, write_vouched
from hub.node.watch import LogWatch
from hub.store.audit import DatabaseAudit

ROWS_SAID: Final = "rows-said.json"
_KEEP_AFTER: Final = 2_000  # entries; about a tenth of a second to read


class BoundLog:
    """What one opened node's log says of every row. Safe with threads, which may see different states of it."""

    def __init__(
        self,
        file: Path,
        vault: Callable[[], Vault],
        watch: LogWatch,
        fresh: Callable[[], AbstractContextManager[Session]],
    ) -> None:
        self._file = file
        self._vault = vault
        self._watch = watch
        self._fresh = fresh
        self._lock = Lock()
        self._rows: BoundRows | None = None

    def seen_by(self, session: Session, until: int | None) -> int:
        """Follow the log as this session sees it, and return how many entries that are.

        `until`: the last entry that is not this session's own. Raises LogError where the log is not as it was
        written.
        """
        with self._lock:
            return self._caught_up(session, until)[1]

    def of_rows(self, session: Session, keys: Mapping[str, Iterable[bytes]], at: int) -> _Said:
        """What it said of some rows when it had so many entries, by table and by what each row is known by.

        `at`: what `seen_by` gave for this session. Raises ConflictError where others have written too much since.
        """
        with self._lock:
            rows = self._rows or self._caught_up(session, at)[0]
            return {
                table: {key: said for key in some if (said := _asked(rows, table, key, at)) is not None}
                for table, some in keys.items()
            }

    def of_table(self, session: Session, table: str, at: int) -> Mapping[bytes, Written]:
        """What it said of all rows of a table, those deleted among them. As `of_rows`."""
        with self._lock:
            rows = self._rows or self._caught_up(session, at)[0]
            try:
                return rows.every(table, at)
            except TooOldError:
                raise _overtaken() from None

    def _caught_up(self, session: Session, until: int | None) -> tuple[BoundRows, int]:
        log = DatabaseAudit(session)
        if self._rows is None:
            return self._begun(log, until)
        rows = self._rows
        found = log.from_entry(rows.head.size, up_to=until)
        if not found or found[0].seq != rows.head.size:
            self._require_still_there(rows)
            return rows, _last(log, until)
        if found[0].hash != rows.head.hash:
            raise broken_log(Broken(found[0].seq, Tampering.rewritten))
        if found[1:]:
            self._follow(found[1:], rows, found[-1].seq, 0)
        return rows, rows.head.size

    def _begun(self, log: DatabaseAudit, until: int | None) -> tuple[BoundRows, int]:
        """Read the log from where it was remembered, or from its beginning."""
        rows, at = BoundRows(self._kept()), _last(log, until)
        start, entry = rows.head, log.at(rows.head.size)
        if at < start.size:
            self._require_still_there(rows)
        elif start.size and (entry is None or entry.hash != start.hash):
            raise broken_log(Broken(start.size, Tampering.rewritten))
        elif at > start.size:
            first_marked = 0 if start.size else marked_from(log)
            self._follow(log.after(start.size, up_to=at), rows, at, first_marked)
        self._rows = rows
        if rows.later >= _KEEP_AFTER:
            self._keep(rows)
        return rows, at

    def _kept(self) -> RowsSaid:
        """What was remembered of it, or the beginning."""
        try:
            kept = read_vouched(self._file, self._vault(), RowsSaid)
        except StorageError:  # Nothing is lost but time.
            kept = None
        start = genesis(self._watch.files.node_id)
        return kept or RowsSaid(size=start.size, hash=start.hash)

    def _follow(self, entries: Iterable[Entry], rows: BoundRows, at: int, first_marked: int) -> None:
        """Take in the entries up to this one. What fails is begun anew."""
        known = self._watch.heads()
        known.newest()
        if any(head.size > at for head in known.found):
            with self._fresh() as session:
                require_reached(DatabaseAudit(session), known)
        forged: list[int] = []
        heads = [head for head in known.found if head.size <= at]
        try:
            found = verify(self._taken(entries, rows, first_marked, forged), rows.head, heads)
            if isinstance(found, Broken):
                raise broken_log(found)
            if forged:
                raise broken_log(Broken(forged[0], Tampering.forged))
        except BaseException:
            self._rows = None
            raise
        if rows is self._rows and rows.later >= _KEEP_AFTER:
            self._keep(rows)

    def _taken(
        self, entries: Iterable[Entry], rows: BoundRows, first_marked: int, forged: list[int]
    ) -> Iterator[Entry]:
        for entry in entries:
            if entry.seq >= first_marked and not bears(entry, self._watch.mark):
                forged.append(entry.seq)
            try:
                anchors = unpack_entry(entry.body)
            except (ValueError, TypeError, AttributeError):
                raise broken_log(Broken(entry.seq, Tampering.altered)) from None
            yield entry
            rows.take(head_after(entry), anchors)

    def _keep(self, rows: BoundRows) -> None:
        """Remember all of it; where that cannot be written, it is read again next time."""
        packed = rows.packed()
        self._rows = BoundRows(packed)
        try:
            write_vouched(self._file, self._vault(), packed)
        except StorageError:
            return

    def _require_still_there(self, rows: BoundRows) -> None:
        """An older state of the log is that of a look begun before, or of a log that was cut."""
        with self._fresh() as session:
            entry = DatabaseAudit(session).at(rows.head.size)
        if entry is None or entry.hash != rows.head.hash:
            raise LogError(
                "The audit log ends before an entry that this node has read: entries were removed or rewritten, or"
                " the database is an older copy.",
                kept="The database as it is: nothing is written on it.",
                do="Run `hub audit verify`, and call your auditor before you restore a backup.",
            )


def _last(log: DatabaseAudit, until: int | None) -> int:
    newest = log.newest() if until is None else log.at(until)
    return newest.seq if newest else 0


_Said = dict[str, dict[bytes, Written]]


def _asked(rows: BoundRows, table: str, key: bytes, at: int) -> Written | None:
    try:
        return rows.said(table, key, at)
    except TooOldError:
        raise _overtaken() from None


def _overtaken() -> ConflictError:
    return ConflictError(
        "Others wrote very much meanwhile.", kept="Nothing of this step.", do="Run this again."
    )
