"""What was made of the rows of whole tables, in memory: a row that is as it was is not digested or opened again.

A row counts where it is as the log says, byte for byte. A whole table is read again at each look or, where `for_s`
is set, once in so many seconds: between two such looks what the log says to be unchanged is taken as it was read,
whatever was done to it in the database since, and only what the log says to be new or another is read. So nothing
is acted on that the log does not vouch for; `for_s` is how long it may take until it is seen that somebody tried.
It takes as much memory as the tables. Does not say which rows are wrong (`hub.store.verify`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Row, RowMapping
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from hub.audit.rows import GONE, Written
from hub.store.guarded import GuardedRow, as_bound, gone, read_keys, read_rows, read_table, table_of
from hub.store.verify import RowFinding, RowTampering, read_found

T = TypeVar("T")
Make = Callable[[RowMapping], T]
Require = Callable[[Iterable[RowFinding]], None]
Said = Mapping[bytes, Written]


class Look(NamedTuple):
    """A table that is looked at, and what the log says of it. `require` raises for what is not as that says.

    `anew`: it is read again, however lately it was.
    """

    session: Session
    table: str
    said: Said
    require: Require
    anew: bool = False


@dataclass(slots=True)
class _Known:
    """A row as it was read, and what was made of it."""

    values: Row[Any]
    row: GuardedRow
    made: Any = None
    opened: bool = False


@dataclass(slots=True)
class _Table:
    """What is known of a table: its rows by their primary keys, when all were read, and what the log said then."""

    rows: dict[tuple[Any, ...], _Known] = field(default_factory=dict)
    read_at: float | None = None
    said: Said | None = None
    made: tuple[Any, ...] = ()


class Remembered:
    """The rows that were read before, and what was made of them. Safe with threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.for_s = 0.0
        self._clock = clock
        self._tables: dict[object, _Table] = {}
        self._locks: dict[object, Lock] = {}

    def every(self, look: Look, make: Make[T], of: object) -> tuple[T, ...]:
        """What `make` gives of every row of a table. `of`: what that is known by here.

        Raises what `look.require` does, and what `make` does.
        """
        with self._locks.setdefault(of, Lock()):  # Who reads one table waits for no other.
            before = self._tables.get(of, _Table())
            young = self._young(before) and not look.anew
            if young and look.said is before.said:
                return before.made
            found: list[RowFinding] = []
            rows = _read(look, before.rows, whole=not young, found=found)
            found += read_found((one.row for one in rows), look.table, look.said)
            look.require(found)
            for one in rows:
                if not one.opened:
                    one.made, one.opened = make(one.values._mapping), True
            made = tuple(one.made for one in rows)
            if not found:
                read_at = before.read_at if young else self._clock()
                known = {one.row.key: one for one in rows}
                self._tables[of] = _Table(known, read_at, look.said, made)
            return made

    def _young(self, table: _Table) -> bool:
        return table.read_at is not None and self._clock() - table.read_at < self.for_s


def _read(
    look: Look, before: Mapping[tuple[Any, ...], _Known], *, whole: bool, found: list[RowFinding]
) -> list[_Known]:
    """The rows as they are. What the driver, or a column's type, refuses to read, this program did not write."""
    try:
        return list(_whole(look, before) if whole else _changed(look, before))
    except (SQLAlchemyError, ValueError, TypeError, OverflowError):
        found.append(RowFinding(look.table, RowTampering.unreadable))
        look.require(found)
        raise


def _whole(look: Look, before: Mapping[tuple[Any, ...], _Known]) -> Iterator[_Known]:
    table = table_of(look.table)
    places = [list(table.columns).index(column) for column in table.primary_key]
    for row in read_table(look.session, table):
        known = before.get(tuple([row[place] for place in places]))
        yield known if known and known.values == row else _Known(row, as_bound(table, row._mapping))


def _changed(look: Look, before: Mapping[tuple[Any, ...], _Known]) -> Iterator[_Known]:
    """The rows that there are: those that the log says to be as they were, and those read now that are not."""
    table, other = table_of(look.table), []
    for key in read_keys(look.session, table):
        known = before.get(key)
        said = look.said.get(known.row.anchor.key if known else gone(table, key))
        if known and said and said.digest == known.row.anchor.digest != GONE:
            yield known
        else:
            other.append(key)
    for row in read_rows(look.session.connection(), table, other):
        yield _Known(row, as_bound(table, row._mapping))
