"""Past the ORM where its cost for each row counts: insertion, replacement, digests of feeds.

Does not know which table or why; callers keep to one transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Executable, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

_MANY = 5_000


def insert_into(session: Session, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insertion in the database's own dialect, which can say what to do about a row that is there."""
    on_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if on_postgresql else sqlite.insert(table)


def insert_or_replace(session: Session, table: Table) -> Insert:
    """An insertion that replaces the row with the same primary key."""
    statement = insert_into(session, table)
    rest = {one.name: statement.excluded[one.name] for one in table.columns if not one.primary_key}
    return statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=rest)


def insert_rows(
    session: Session, statement: Insert, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows whose values stand in the order of `columns` and are already as the driver takes them."""
    if not rows:
        return
    connection = session.connection()
    compiled = statement.compile(dialect=connection.dialect, column_keys=list(columns))
    order = compiled.positiontup if compiled.positional else None
    if order is None:
        connection.exec_driver_sql(str(compiled), [dict(zip(columns, row, strict=True)) for row in rows])
    elif order == list(columns):
        connection.exec_driver_sql(str(compiled), list(rows))
    else:
        raise ValueError(f"give the columns in the table's order: {order}")


class FeedDigest(NamedTuple):
    """How many entries a feed has, and SHA-256 over them."""

    entries: int
    sha256: bytes


class LinesDigest(NamedTuple):
    """How many entries a feed has, SHA-256 over them, and SHA-256 over them with whose each is.

    `found`: the last, over those that are there.
    """

    entries: int
    sha256: bytes
    lines: bytes
    found: bytes


def digest_of(session: Session, entries: Executable) -> FeedDigest:
    """How many (token, label) rows a query gives, and SHA-256 over them in its order."""
    hashed, count = hashlib.sha256(), 0
    for _, rows in _merged(session, entries, (), ()):
        hashed.update(b"".join([row[0] + row[1] for row in rows]))
        count += len(rows)
    return FeedDigest(count, hashed.digest())


def digest_of_lines(
    session: Session,
    lines: Executable,
    *,
    without: Collection[bytes] = (),
    beside: Iterable[tuple[bytes, bytes, int | None, bool]] = (),
) -> LinesDigest:
    """The digests of (token, label, person or None, filler) rows that a query gives in the order of tokens.

    As if the tokens `without` were not there, and the rows `beside`, in the same order, were.
    """
    entries, whole, found, count = hashlib.sha256(), hashlib.sha256(), hashlib.sha256(), 0
    for there, rows in _merged(session, lines, without, beside):
        owned = _owned(there)
        found.update(owned)
        whole.update(owned if rows is there else _owned(rows))
        entries.update(b"".join([row[0] + row[1] for row in rows]))
        count += len(rows)
    return LinesDigest(count, entries.digest(), whole.digest(), found.digest())


def _owned(rows: Sequence[Any]) -> bytes:
    return b"".join([b"%d.%d." % (row[2] or 0, row[3]) + row[0] + row[1] for row in rows])


def _merged(
    session: Session, entries: Executable, without: Collection[bytes], beside: Iterable[tuple[Any, ...]]
) -> Iterator[tuple[Sequence[Any], Sequence[Any]]]:
    """The rows that a query gives, many at a time; and these without some tokens, with other rows among them."""
    coming = iter(beside)
    following = next(coming, None)
    result = session.connection().execute(entries, execution_options={"yield_per": _MANY})
    for some in result.partitions():
        rows: Sequence[Any] = [row for row in some if row[0] not in without] if without else some
        came = []
        while following is not None and following[0] < some[-1][0]:
            came.append(following)
            following = next(coming, None)
        yield some, sorted((*map(tuple, rows), *came), key=itemgetter(0)) if came else rows
    yield [], [] if following is None else [following, *coming]
