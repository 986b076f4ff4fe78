"""The audit log's table: reading its head under the writer's lock, and adding entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, fields

from sqlalchemy import bindparam, insert, text
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.audit.chain import Entry
from hub.store.journal import LOG_LOCK
from hub.store.tables import AuditEntry

_TABLE = AuditEntry.__table__  # type: ignore[attr-defined]
# Past the ORM: every act writes a few entries.
_NEWEST = sql_select(*(_TABLE.c[one.name] for one in fields(Entry))).order_by(_TABLE.c.seq.desc()).limit(1)
_AT = sql_select(*(_TABLE.c[one.name] for one in fields(Entry))).where(_TABLE.c.seq == bindparam("seq"))
_FROM = (
    sql_select(*(_TABLE.c[one.name] for one in fields(Entry)))
    .where(_TABLE.c.seq >= bindparam("first"))
    .order_by(_TABLE.c.seq)
)
_INSERT = insert(_TABLE)


class DatabaseAudit:
    """`hub.audit.log.AuditStore` over a session. On SQLite the write transaction is itself the lock."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._last: Entry | None = None

    def first(self) -> Entry | None:
        """The oldest entry."""
        row = self._session.exec(select(AuditEntry).order_by(col(AuditEntry.seq)).limit(1)).first()
        return _entry(row) if row else None

    def last(self) -> Entry | None:
        """The newest entry, locked against other writers until the transaction ends, and therefore read once."""
        if self._last is None:
            if self._session.get_bind().dialect.name == "postgresql":
                self._session.connection().execute(text(f"SELECT pg_advisory_xact_lock({LOG_LOCK})"))
            self._last = self.newest()
        return self._last

    def newest(self) -> Entry | None:
        """The newest entry."""
        row = self._session.connection().execute(_NEWEST).first()
        return Entry(*row) if row else None

    def first_of(self, action: str) -> Entry | None:
        """The oldest entry of an action."""
        found = select(AuditEntry).where(AuditEntry.action == action).order_by(col(AuditEntry.seq)).limit(1)
        row = self._session.exec(found).first()
        return _entry(row) if row else None

    def last_of(self, action: str) -> Entry | None:
        """The newest entry of an action."""
        found = select(AuditEntry).where(AuditEntry.action == action)
        row = self._session.exec(found.order_by(col(AuditEntry.seq).desc()).limit(1)).first()
        return _entry(row) if row else None

    def at(self, seq: int) -> Entry | None:
        """The entry of that number."""
        row = self._session.connection().execute(_AT, {"seq": seq}).first()
        return Entry(*row) if row else None

    def insert(self, entry: Entry) -> None:
        """Add an entry."""
        self._session.flush()
        self._session.connection().execute(_INSERT, asdict(entry))
        self._last = entry

    def after(self, seq: int, *, up_to: int | None = None) -> Iterable[Entry]:
        """Entries past `seq`, and no further than `up_to`, streamed in order."""
        query = select(AuditEntry).where(col(AuditEntry.seq) > seq).order_by(col(AuditEntry.seq))
        if up_to is not None:
            query = query.where(col(AuditEntry.seq) <= up_to)
        for row in self._session.exec(query.execution_options(yield_per=1000)):
            yield _entry(row)

    def from_entry(self, seq: int, *, up_to: int | None = None) -> list[Entry]:
        """The entry of that number and those that follow, no further than `up_to`, in order: few."""
        query = _FROM if up_to is None else _FROM.where(_TABLE.c.seq <= up_to)
        return [Entry(*row) for row in self._session.connection().execute(query, {"first": seq})]

    def of_actions(self, actions: Iterable[str]) -> Iterable[Entry]:
        """The entries of these actions, streamed in order."""
        query = (
            select(AuditEntry).where(col(AuditEntry.action).in_(list(actions))).order_by(col(AuditEntry.seq))
        )
        for row in self._session.exec(query.execution_options(yield_per=1000)):
            yield _entry(row)

    def with_peer(
        self, peer: str, actions: Iterable[str], since: str = "", until: str = "A"
    ) -> Iterable[Entry]:
        """The entries of these actions that name a peer, of a time (ISO 8601, UTC; its end is not in it), in order.

        Found by the text of the event, through an index that the database keeps itself: nothing has to be vouched
        for but the entries. One that names it elsewhere may be among them.
        """
        query = select(AuditEntry).where(
            col(AuditEntry.action).in_(list(actions)),
            col(AuditEntry.at) >= since,
            col(AuditEntry.at) < until,
            col(AuditEntry.body).contains(f'"peer":"{peer}"', autoescape=True),
        )
        for row in self._session.exec(query.order_by(col(AuditEntry.seq)).execution_options(yield_per=1000)):
            yield _entry(row)


def _entry(row: AuditEntry) -> Entry:
    return Entry(row.seq, row.at, row.action, row.body, row.prev, row.hash, row.mark)
