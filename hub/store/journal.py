"""Which rows of guarded tables a transaction writes: seen at the connection, so that no caller can forget one.

Gives them as anchors for the transaction's events (`hub.node.transaction`). Rows are read again when an event is
written: it binds them as they then are. Statements that go past SQLAlchemy's own constructs are not seen; none
writes a guarded table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, CursorResult, Engine, Insert, Table, event, select, text
from sqlalchemy.sql.dml import Delete, Update
from sqlmodel import Session

from hub.audit.rows import GONE, Anchor
from hub.store.guarded import all_as_bound, gone, is_guarded, rows_of

LOG_LOCK: Final = 7018
"""PostgreSQL's advisory lock by which writers of the log, and of guarded rows, wait for each other."""
_OPTION: Final = "hub_journal"


class Journal:
    """The guarded rows that one transaction has written since its last event."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._connection = session.connection().execution_options(**{_OPTION: self})
        self._before: dict[Table, dict[tuple[Any, ...], bytes]] = {}
        self._found: dict[tuple[str, bytes], Anchor] = {}
        self._told = 0
        self._alone = False

    def take(self) -> Iterator[Anchor]:
        """The rows that are not as they were, as they are now; from here on they count as bound."""
        self._session.flush()
        written, self._before = self._before, {}
        for table, rows in written.items():
            for key, was in rows.items():
                found = Anchor(table.name, gone(table, key), was)
                self._found.setdefault(found[:2], found)
            now = {row.key: row.anchor for row in rows_of(self._connection, table, list(rows))}
            for key, before in rows.items():
                anchor = now.get(key) or Anchor(table.name, gone(table, key), GONE)
                if anchor.digest != before:
                    yield anchor

    def found(self) -> list[Anchor]:
        """The rows that it has written, as it found them, each once; of those that were put in a place, none."""
        found = list(self._found.values())[self._told :]
        self._told = len(self._found)
        return [one for one in found if one.digest]

    def close(self) -> None:
        """Look no more."""
        self._connection.execution_options(**{_OPTION: None})

    def changing(self, statement: Update | Delete, parameters: Sequence[Mapping[str, Any]]) -> None:
        """Note the rows that a statement is about to change or delete, as they are."""
        table = self._noted(statement.table)
        query = select(table)
        if statement.whereclause is not None:
            query = query.where(statement.whereclause)
        for some in parameters or [{}]:
            for row in all_as_bound(table, self._connection.execute(query, some).mappings()):
                self._before[table].setdefault(row.key, row.anchor.digest)

    def added(self, statement: Insert, keys: Sequence[tuple[Any, ...]]) -> None:
        """Note rows that were added, or (upon a conflict) put in the place of what was there."""
        table = self._noted(statement.table)
        before = GONE if statement._post_values_clause is None else b""
        for key in keys:
            self._before[table].setdefault(key, before)

    def _noted(self, table: Any) -> Table:
        """The table, with a place for its rows; whoever writes on PostgreSQL waits here for other writers."""
        if not self._alone and self._connection.dialect.name == "postgresql":
            self._connection.execute(text(f"SELECT pg_advisory_xact_lock({LOG_LOCK})"))
        self._alone = True
        self._before.setdefault(table, {})
        found: Table = table
        return found


def look_over(engine: Engine) -> None:
    """Have every statement of this database's transactions seen by their journals."""
    event.listen(engine, "before_execute", _before_execute)
    event.listen(engine, "after_execute", _after_execute)


def _journal(connection: Connection) -> Journal | None:
    found: Journal | None = connection.get_execution_options().get(_OPTION)
    return found


def _before_execute(
    connection: Connection,
    statement: object,
    several: Sequence[Mapping[str, Any]],
    one: Mapping[str, Any],
    _options: Mapping[str, Any],
) -> None:
    if isinstance(statement, (Update, Delete)) and is_guarded(statement.table):
        journal = _journal(connection)
        if journal is not None:
            journal.changing(statement, several or [one])


def _after_execute(
    connection: Connection,
    statement: object,
    several: Sequence[Mapping[str, Any]],
    one: Mapping[str, Any],
    _options: Mapping[str, Any],
    result: CursorResult[Any],
) -> None:
    if isinstance(statement, Insert) and is_guarded(statement.table):
        journal = _journal(connection)
        if journal is not None:
            journal.added(statement, _keys(statement, several or [one], result))


def _keys(
    statement: Insert, parameters: Sequence[Mapping[str, Any]], result: CursorResult[Any]
) -> list[tuple[Any, ...]]:
    names = [column.name for column in statement.table.primary_key]
    if all(name in row for row in parameters for name in names):
        return [tuple(row[name] for name in names) for row in parameters]
    return [tuple(row) for row in result.inserted_primary_key_rows if row is not None]
