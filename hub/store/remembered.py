"""What was made of the rows of whole tables, in memory: a row that is as it was is not digested or opened again.

A row counts where it is as the log says, byte for byte. A whole table is read again at each look or, where `for_s`
is set, once in so many seconds: between two such looks what the log says to be unchanged is taken as it was read,
whatever was done to it in the database since, and only what the log says to be new or another is read. So nothing
is acted on that the log does not vouch for; `for_s` is how long it may take until it is seen that somebody tried.
Where somebody reads tables again beside those who look (`hub.node.rereading`), a look finds them young enough and
waits for nothing; where nobody does, or too late, the look itself reads. It takes as much memory as the tables.
Does not say which rows are wrong (`hub.store.verify`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import Row, RowMapping
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from hub.audit.rows import GONE, Written
from hub.store.guarded import GuardedRow, as_bound, gone, read_keys, read_rows, read_table, table_of
from hub.store.verify import RowFinding, RowTampering, read_found

T = TypeVar("T")
Make = Callable[[RowMapping], T | None]
Require = Callable[[Iterable[RowFinding]], None]
Rest = Callable[[], None]
Said = Mapping[bytes, Written]
_RESTS_EACH: Final = 250  # rows; some two milliseconds


class Look(NamedTuple):
    """A table that is looked at, since when (by `Remembered.clock`), and what the log says of it.

    `require` raises for what is not as that says. `anew`: it is read again, however lately it was.
    """

    session: Session
    table: str
    since: float
    said: Said
    require: Require
    anew: bool = False


@dataclass(slots=True)
class _Known:
    """A row as it was read, and what was made of it, by what that is known by."""

    values: Row[Any]
    row: GuardedRow
    made: dict[object, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Table:
    """What is known of a table: its rows by their primary keys; when all were read, and what the log said then.

    `made`: what was made of all of them, by what that is known by.
    """

    rows: dict[tuple[Any, ...], _Known] = field(default_factory=dict)
    read_at: float | None = None
    said: Said | None = None
    made: dict[object, tuple[Any, ...]] = field(default_factory=dict)

    def has_same_rows(self, other: _Table) -> bool:
        """Whether each row is as it is there."""
        return len(self.rows) == len(other.rows) and all(
            other.rows.get(key) is one for key, one in self.rows.items()
        )


class Remembered:
    """The rows that were read before, and what was made of them. Safe with threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.for_s = 0.0
        self.clock = clock
        self._period: tuple[float, object] = (self.clock(), object())
        self._tables: dict[str, _Table] = {}
        self._locks: dict[str, Lock] = {}

    def every(self, look: Look, make: Make[T], of: object) -> tuple[T, ...]:
        """What `make` gives of every row of a table, without those of which it gives None.

        It is the same tuple for as long as the rows stay as they are. `of`: what that is known by here. Raises
        what `look.require` does, and what `make` does.
        """
        read = self.read_again(look) if look.anew else None
        with self._lock(look.table):  # Who reads one table waits for no other.
            table = read or self._as_said(look)
            if of not in table.made:
                every = (_made(one, make, of) for one in table.rows.values())
                table.made[of] = tuple(one for one in every if one is not None)
            return table.made[of]

    def period(self) -> object:
        """The same value for as long as a table may get old: what was worked out in another is worked out anew."""
        now = self.clock()
        if now - self._period[0] >= self.for_s:
            self._period = (now, object())
        return self._period[1]

    def ageing(self, after_s: float) -> list[str]:
        """The tables that were looked at, and read whole longer ago than that."""
        return [
            name for name, one in list(self._tables.items()) if not self._young(one, self.clock(), after_s)
        ]

    def read_again(self, look: Look, rest: Rest = lambda: None) -> _Table:
        """Read all of a table; meanwhile others look at it as it was. `rest` is called between rows.

        Raises what `look.require` does.
        """
        read, holds = _read(look, self._tables.get(look.table, _Table()), whole=True, rest=rest)
        with self._lock(look.table):
            return self._kept(look.table, read) if holds else read

    def _lock(self, table: str) -> Lock:
        return self._locks.setdefault(table, Lock())

    def _as_said(self, look: Look) -> _Table:
        before = self._tables.get(look.table, _Table())
        young = self._young(before, look.since, self.for_s)
        if young and look.said is before.said:
            return before
        read, holds = _read(look, before, whole=not young)
        return self._kept(look.table, read) if holds else read

    def _kept(self, name: str, read: _Table) -> _Table:
        """Keep it as it was read, unless it was read whole later."""
        now = self._tables.get(name, _Table())
        if read.has_same_rows(now):
            read.rows, read.made = now.rows, now.made
        if now.read_at is None or (read.read_at or 0.0) >= now.read_at:
            self._tables[name] = read
        return read

    def _young(self, table: _Table, at: float, for_s: float) -> bool:
        return table.read_at is not None and at - table.read_at < for_s


def _made(one: _Known, make: Make[T], of: object) -> T | None:
    if of not in one.made:
        one.made[of] = make(one.values._mapping)
    made: T | None = one.made[of]
    return made


def _read(look: Look, before: _Table, *, whole: bool, rest: Rest = lambda: None) -> tuple[_Table, bool]:
    """The table as it is, and whether all of it is as the log says.

    What the driver, or a column's type, refuses to read, this program did not write.
    """
    found: list[RowFinding] = []
    try:
        rows = list(_resting(_whole(look, before.rows) if whole else _changed(look, before.rows), rest))
    except (SQLAlchemyError, ValueError, TypeError, OverflowError):
        look.require([RowFinding(look.table, RowTampering.unreadable)])
        raise
    found += read_found((one.row for one in _resting(rows, rest)), look.table, look.said)
    look.require(found)
    read_at = look.since if whole else before.read_at
    return _Table({one.row.key: one for one in rows}, read_at, look.said), not found


def _resting(rows: Iterable[_Known], rest: Rest) -> Iterator[_Known]:
    for place, one in enumerate(rows):
        if place % _RESTS_EACH == 0:
            rest()
        yield one


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
