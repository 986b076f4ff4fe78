"""The tables that decide or prove: which they are, what of their rows the audit log binds, and reading them so.

What is not listed here decides nothing and proves nothing, or is bound by a digest in a row that is: see
`docs/audit.md`. Does not write (`journal`) or compare with the log (`hub.audit.rows`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, Connection, Result, Row, Select, Table, bindparam, select, tuple_
from sqlmodel import Session, SQLModel

from hub.audit.rows import Anchor, key_digest, row_digest
from hub.store import tables

assert tables.__all__  # They are known once the package is there.

_NOTHING: Final[frozenset[str]] = frozenset()
GUARDED: Final[Mapping[str, frozenset[str]]] = {
    "case_record": _NOTHING,
    "person_record": _NOTHING,
    "case_paper": _NOTHING,
    "case_attachment": _NOTHING,
    "decision_record": _NOTHING,
    "obligation_record": _NOTHING,
    "sharing_record": _NOTHING,
    "check_record": _NOTHING,
    "receipt": _NOTHING,
    "not_same_pair": _NOTHING,
    "told_candidate": _NOTHING,
    "received_check": _NOTHING,
    "received_disclosure": _NOTHING,
    "idempotent_answer": frozenset({"answer", "expires_at"}),
    "quota_use": _NOTHING,
    "outbox": _NOTHING,
    "peer": frozenset({"signed_metadata"}),
    "feed_state": _NOTHING,
    "crowded_keys": _NOTHING,
    "restoration_record": _NOTHING,
    "peer_head": _NOTHING,
    "acknowledgement": _NOTHING,
    "organisation": _NOTHING,
    "account": _NOTHING,
    "session": _NOTHING,
    "api_token": _NOTHING,
    "submission": _NOTHING,
    "transfer": _NOTHING,
    "idva_referral": _NOTHING,
    "channel": _NOTHING,
    "papers_request": _NOTHING,
    "read_batch": _NOTHING,
}
"""Each table, and the columns of it that are not bound: they change without an event, and decide nothing alone."""

HELD_AGAINST_PINS: Final = "peer"
"""The one table whose rows are judged at each use by what the home vouches for and the peer signed: one that was
changed disables that peer, and is put right by removing it and adding it again."""

_MANY: Final = 500


class GuardedRow(NamedTuple):
    """A row as it stands: its primary key, and its anchor."""

    key: tuple[Any, ...]
    anchor: Anchor


def is_guarded(table: object) -> bool:
    """Whether the log binds the rows of what a statement writes to."""
    return isinstance(table, Table) and table.name in GUARDED


def table_of(name: str) -> Table:
    """A table by its name."""
    return SQLModel.metadata.tables[name]


def every_row(session: Session, name: str) -> Iterator[GuardedRow]:
    """The rows of a table, streamed. A value that the table cannot have raises, as the driver says."""
    return all_as_bound(table_of(name), read_table(session, table_of(name)).mappings())


def read_table(session: Session, table: Table) -> Result[Any]:
    """The rows of a table, streamed."""
    return session.connection().execute(select(table), execution_options={"yield_per": _MANY})


def read_keys(session: Session, table: Table) -> Iterator[tuple[Any, ...]]:
    """The primary keys of the rows that are there."""
    return (tuple(row) for row in session.connection().execute(select(*table.primary_key)))


def rows_of(
    connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]], *, hold: bool = False
) -> Iterator[GuardedRow]:
    """The rows of these primary keys that are there. `hold`: nobody changes them before this transaction ends."""
    rows = read_rows(connection, table, keys, hold=hold)
    return all_as_bound(table, (row._mapping for row in rows))


def read_rows(
    connection: Connection, table: Table, keys: Sequence[tuple[Any, ...]], *, hold: bool = False
) -> Iterator[Row[Any]]:
    """As `rows_of`, the rows alone."""
    query = _by_key(table.name, hold=hold)
    alone = len(table.primary_key) == 1
    for at in range(0, len(keys), _MANY):
        some = [key[0] if alone else key for key in keys[at : at + _MANY]]
        yield from connection.execute(query, {"keys": some})


@cache
def _by_key(name: str, *, hold: bool) -> Select[Any]:
    table = table_of(name)
    keys: BindParameter[Any] = bindparam("keys", expanding=True)
    columns = list(table.primary_key)
    query = select(table).where(columns[0].in_(keys) if len(columns) == 1 else tuple_(*columns).in_(keys))
    return query.with_for_update(read=True) if hold else query


def all_as_bound(table: Table, rows: Iterable[Mapping[Any, Any]]) -> Iterator[GuardedRow]:
    """Rows of a table with their anchors."""
    return (as_bound(table, row) for row in rows)


def as_bound(table: Table, row: Mapping[Any, Any]) -> GuardedRow:
    """A row of a table with its anchor."""
    name, left_out = table.name, GUARDED[table.name]
    key = tuple([row[column] for column in _key_of(name)])
    values = {column: row[column] for column in row if column not in left_out} if left_out else row
    return GuardedRow(key, Anchor(name, key_digest(name, key), row_digest(name, values)))


@cache
def _key_of(name: str) -> tuple[str, ...]:
    return tuple(column.name for column in table_of(name).primary_key)


def gone(table: Table, key: tuple[Any, ...]) -> bytes:
    """By what a row that is not there was known."""
    return key_digest(table.name, key)
