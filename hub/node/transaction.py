"""One transaction on a node's database: its session, the vault, the time, and the audit log's writer for it.

What is recorded is kept with what was done, or neither is: each event binds the guarded rows that are written with
it. Does not query (`hub.store`) or decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from hub.audit.chain import Head, genesis, head_after
from hub.audit.events import NODE, Action, Detail, DigestOf, Event, Refs
from hub.audit.log import append
from hub.audit.rows import Anchor, pack
from hub.crypto.vault import Vault
from hub.store.audit import DatabaseAudit
from hub.store.journal import Journal

if TYPE_CHECKING:
    from hub.node.node import Node


class Reading:
    """A look at a node's database. Nothing that is changed through it is kept."""

    def __init__(self, node: Node, session: Session) -> None:
        self.node = node
        self.session = session

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


class Transaction(Reading):
    """A transaction that commits when its block ends, and keeps nothing if that raises.

    Whoever begins one calls `close` before its end.
    """

    def __init__(self, node: Node, session: Session) -> None:
        super().__init__(node, session)
        self._log = DatabaseAudit(session)
        self._journal = Journal(session)
        self._next: tuple[Event, dt.datetime] | None = None

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

    def bind(self, rows: Iterable[Anchor]) -> None:
        """Have an event of its own bind rows that no event does yet."""
        self.record(Action.rows_anchored)
        self._write_next(rows)

    def head(self) -> Head:
        """The log's head after all that was recorded."""
        self._write_next()
        last = self._log.last()
        return head_after(last) if last else genesis(self.node.node_id)

    def close(self) -> None:
        """Have the last event bind what was written since; or one of its own, where nothing was recorded."""
        rows = list(self._journal.take())
        if rows and self._next is None:
            self.record(Action.rows_kept)
        self._write_next(rows)
        self._journal.close()

    def _write_next(self, rows: Iterable[Anchor] = ()) -> None:
        """Write the event that was recorded last, with the rows that it binds."""
        if self._next is None:
            return
        (event, at), self._next = self._next, None
        bound = event.model_copy(update={"rows": pack([*rows, *self._journal.take()])})
        append(self._log, self.node.node_id, bound, at, self.node.mark)
