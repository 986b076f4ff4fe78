"""One state of the whole database, copied into a file of its own, and back into an empty database of either kind.

Copies rows as they are: what is sealed stays sealed. Leaves out what is made anew: the lines of feeds, and the
memory of messages seen. Does not know keys, files or what a backup is (`hub.backup`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Table, func, insert, select, text
from sqlmodel import SQLModel

from hub.errors import UsageError
from hub.store import tables
from hub.store.database import Database

LEFT_OUT: Final = frozenset({"feed_entry", "peer_entry", "seen_message"})
_MANY: Final = 2_000


def copied_tables() -> Sequence[Table]:
    """The tables that are copied, those first to which others refer."""
    assert tables.__all__  # They are known once the package is there.
    return [table for table in SQLModel.metadata.sorted_tables if table.name not in LEFT_OUT]


def copy_database(source: Database, target: Database) -> dict[str, int]:
    """Copy one state of `source` into `target`, which is migrated and empty, and return the rows by table.

    Raises UsageError when the target holds something, StorageError. All of it or nothing is kept.
    """
    counts: dict[str, int] = {}
    with _one_state(source) as reading, target.write() as session:
        writing = session.connection()
        for table in copied_tables():
            if writing.execute(select(func.count()).select_from(table)).scalar_one():
                raise UsageError("The database is not empty.", kept="What is in it.", do="Give an empty one.")
            counts[table.name] = sum(_copy(reading, writing, table))
            _count_on(writing, table)
    return counts


@contextmanager
def _one_state(database: Database) -> Iterator[Connection]:
    """A connection that sees one state, whatever others commit meanwhile."""
    with database.read() as session:
        options = {} if database.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        connection = session.connection(execution_options=options)
        connection.execute(text("SELECT count(*) FROM audit_entry"))  # The state is that of the first look.
        yield connection


def _copy(reading: Connection, writing: Connection, table: Table) -> Iterator[int]:
    rows = reading.execute(select(table), execution_options={"yield_per": _MANY})
    for some in rows.mappings().partitions():
        values: list[dict[str, Any]] = [dict(row) for row in some]
        writing.execute(insert(table), values)
        yield len(values)


def _count_on(writing: Connection, table: Table) -> None:
    """Have PostgreSQL's numbers go on after the highest that was copied; SQLite's do by themselves."""
    if writing.dialect.name == "sqlite":
        return
    for column in table.primary_key:
        own = writing.execute(select(func.pg_get_serial_sequence(table.name, column.name))).scalar_one()
        highest = writing.execute(select(func.max(column))).scalar_one()
        if own is not None and highest is not None:
            writing.execute(select(func.setval(own, highest)))
