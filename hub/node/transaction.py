"""One transaction on a node's database: its session, the vault, the time, and the audit log's writer for it.

What is recorded is kept with what was done, or neither is: each event binds the guarded rows that are written with
it. Does not query (`hub.store`) or decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import RowMapping
from sqlmodel import Session

from hub.audit.chain import Head, genesis, head_after
from hub.audit.events import NODE, Action, Detail, DigestOf, Event, Refs
from hub.audit.log import append
from hub.audit.rows import Anchor, Written, pack
from hub.crypto.vault import Vault
from hub.store.audit import DatabaseAudit
from hub.store.guarded import HELD_AGAINST_PINS
from hub.store.journal import Journal
from hub.store.remembered import Look
from hub.store.verify import (
    KnownBy,
    RowFinding,
    RowKeys,
    anchors_found,
    lines_found,
    not_as_bound,
    rows_found,
    table_found,
)

if TYPE_CHECKING:
    from hub.node.node import Node

T = TypeVar("T")


class Reading:
    """A look at a node's database. Nothing that is changed through it is kept."""

    _until: int | None = None
    """The last entry of the log that is not this transaction's own."""

    def __init__(self, node: Node, session: Session) -> None:
        self.node = node
        self.session = session
        self._since = node.remembered.clock()

    @cached_property
    def vault(self) -> Vault:
        """The vault that seals and opens the node's records: no new keys ever change it."""
        return self.node.keys.vault

    @property
    def now(self) -> int:
        """Whole seconds since 1970."""
        return self.node.now()

    @property
    def today(self) -> dt.date:
        """The node's date, UTC."""
        return self.node.today()

    def case_digest(self, case_ref: str) -> bytes:
        """The keyed digest by which a case is found again."""
        return self.node.case_digest(case_ref)

    def require_as_bound(self, rows: RowKeys) -> None:
        """Look at rows before the node acts on them: each is as the newest entry that binds it left it, or gone.

        `rows`: primary keys, by table. Raises RowsError, and then stops the node; LogError; ConflictError where
        others write too much meanwhile.
        """
        self._require(rows_found(self.session, rows, self._said, hold=False))

    def require_tables_as_bound(self, *tables: str) -> None:
        """Look at all rows of these tables, and that none is gone. Raises as `require_as_bound` does."""
        for table in tables:
            self._require(table_found(self.session, table, self.said_of(table)))

    def every_row(self, table: str, make: Callable[[Vault, RowMapping], T | None]) -> tuple[T, ...]:
        """What `make` gives of each row of a table, all of which are as the log says; of one that stays so, once.

        Rows of which it gives None are left out. `make` is always the same function. The same tuple while the table
        stays as it is. Raises as `require_as_bound`, and what `make` does.
        """
        return self.node.remembered.every(self._look(table), partial(make, self.vault), make)

    def read_again(self, table: str, rest: Callable[[], None]) -> None:
        """Read all of a table that is remembered, beside those who look at it. Raises as `require_as_bound`.

        `rest` is called between rows.
        """
        self.node.remembered.read_again(self._look(table), rest)

    def _look(self, table: str, *, anew: bool = False) -> Look:
        return Look(self.session, table, self._since, self.said_of(table), self._require, anew)

    def require_lines_as_bound(self, counted: bytes | None = None) -> None:
        """Look at the node's own feed: its state, and the live lines that this stands for. Raises likewise.

        `counted`: the digest of the live lines, where whoever asks has just read them all (`Content.found`).
        """
        self.require_as_bound({"feed_state": [(1,)]})
        self._require(lines_found(self.session, counted))

    def said_of(self, table: str) -> Mapping[bytes, Written]:
        """What the log says of all rows of a table, by what each is known by."""
        return self.node.bound.of_table(self.session, table, self._entries)

    def _said(self, keys: KnownBy) -> Mapping[str, Mapping[bytes, Written]]:
        return self.node.bound.of_rows(self.session, keys, self._entries)

    @cached_property
    def _entries(self) -> int:
        """How many entries the log has, as this sees it: without its own."""
        return self.node.bound.seen_by(self.session, self._until)

    def _require(self, found: Iterable[RowFinding]) -> None:
        if every := list(found):
            raise not_as_bound(every)


class Transaction(Reading):
    """A transaction that commits when its block ends, and keeps nothing if that raises.

    Whoever begins one calls `close` before its end. `believing`: rows count as they are found, those of an earlier
    version, or once somebody answers for them.
    """

    believing = False

    def __init__(self, node: Node, session: Session) -> None:
        super().__init__(node, session)
        self._log = DatabaseAudit(session)
        self._journal = Journal(session)
        self._next: tuple[Event, dt.datetime] | None = None

    def require_as_bound(self, rows: RowKeys) -> None:
        """As in a look; nobody else changes the rows before this ends. It has not written any of them yet."""
        self.hold_others_off()
        self._require(rows_found(self.session, rows, self._said, hold=True))

    def require_tables_as_bound(self, *tables: str) -> None:
        """As in a look; nobody else writes such rows before this ends. It has not written any of them yet."""
        self.hold_others_off()
        super().require_tables_as_bound(*tables)

    def every_row(self, table: str, make: Callable[[Vault, RowMapping], T | None]) -> tuple[T, ...]:
        """As in a look; nobody else writes such rows before this ends. It has not written any of them yet."""
        self.hold_others_off()
        return super().every_row(table, make)

    def _look(self, table: str, *, anew: bool = True) -> Look:
        return super()._look(table, anew=anew)

    def hold_others_off(self) -> None:
        """Wait for other writers of the log, and let none commit until this transaction ends. Any event does so."""
        self._log.last()

    def record(
        self,
        action: Action,
        *,
        by: str = NODE,
        about: Refs | None = None,
        digests: Mapping[DigestOf, str] | None = None,
        **detail: Any,
    ) -> None:
        """Write an event to the audit log, with the fields of `Detail`, and the digests of bodies it stands for.

        It binds the guarded rows that are written from here to the next event, and the first one those before it.
        """
        event = Event(
            action=action,
            actor=by,
            refs=about or Refs(),
            digests=dict(digests or {}),
            detail=Detail(**detail),
        )
        self._write_next()
        self.hold_others_off()
        self._next = event, dt.datetime.fromtimestamp(self.node.clock(), dt.UTC)

    def bind(self, rows: Iterable[Anchor], action: Action = Action.rows_anchored) -> None:
        """Have an event of its own bind rows that no event does yet, as they are."""
        self.record(action)
        self._write_next(rows)

    def head(self) -> Head:
        """The log's head after all that was recorded."""
        self._write_next()
        last = self._log.last()
        return head_after(last) if last else genesis(self.node.node_id)

    def close(self) -> None:
        """Have the last event bind what was written since; or one of its own, where nothing was recorded."""
        rows = self._written()
        if rows and self._next is None:
            self.record(Action.rows_kept)
        self._write_next(rows)
        self._journal.close()

    def _require(self, found: Iterable[RowFinding]) -> None:
        if not self.believing:
            super()._require(found)

    def _written(self) -> list[Anchor]:
        """The rows that were written since the last event. What the log does not vouch for is not written over."""
        rows = list(self._journal.take())
        found = [one for one in self._journal.found() if one.table != HELD_AGAINST_PINS]
        if found:
            self._require(anchors_found(found, self._said))
        return rows

    def _write_next(self, rows: Iterable[Anchor] = ()) -> None:
        """Write the event that was recorded last, with the rows that it binds."""
        if self._next is None:
            return
        (event, at), self._next = self._next, None
        bound = event.model_copy(update={"rows": pack([*rows, *self._written()])})
        entry = append(self._log, self.node.node_id, bound, at, self.node.mark)
        if self._until is None:
            self._until = entry.seq - 1
