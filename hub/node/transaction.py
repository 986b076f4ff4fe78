"""One transaction on a node's database: its session, the vault, the time, and the audit log's writer for it.

What is recorded is kept with what was done, or neither is. Does not query (`hub.store`) or decide.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlmodel import Session

from hub.audit.chain import Head
from hub.audit.events import NODE, Action, Detail, Event, Refs
from hub.audit.log import append
from hub.crypto.vault import Vault
from hub.store.audit import DatabaseAudit

if TYPE_CHECKING:
    from hub.node.node import Node


class Reading:
    """A look at a node's database. Nothing that is changed through it is kept."""

    def __init__(self, node: Node, session: Session) -> None:
        self.node = node
        self.session = session

    @property
    def vault(self) -> Vault:
        """The vault that seals and opens the node's records."""
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
    """A transaction that commits when its block ends, and keeps nothing if that raises."""

    def __init__(self, node: Node, session: Session) -> None:
        super().__init__(node, session)
        self._log = DatabaseAudit(session)

    def hold_others_off(self) -> None:
        """Wait for other writers of the log, and let none commit until this transaction ends. Any event does so."""
        self._log.last()

    def record(self, action: Action, *, by: str = NODE, about: Refs | None = None, **detail: Any) -> Head:
        """Write an event to the audit log, with the fields of `Detail`, and return the log's head after it."""
        event = Event(action=action, actor=by, refs=about or Refs(), detail=Detail(**detail))
        at = dt.datetime.fromtimestamp(self.node.clock(), dt.UTC)
        entry = append(self._log, self.node.node_id, event, at)
        return Head(entry.seq, entry.hash)
