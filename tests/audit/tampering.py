"""A node in use, somebody who writes all of its database and has no key of it, and an outsider who looks."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hub.audit.chain import Head
from hub.audit.checkpoint import read_checkpoint
from hub.node.node import CHECKPOINT
from hub.store.database import Database
from hub.store.guarded import GUARDED, table_of
from hub.store.verify import Report, verify_database
from tests.audit.day_of_a_node import NODE, use
from tests.federation.nodes import Areas

LINES: Final = ("feed_entry", "peer_entry")
TABLES: Final = ("audit_entry", *LINES, *GUARDED)


@dataclass(frozen=True)
class Used:
    """A database of a node in use, as it was the day before and as it is, and its newest signed head."""

    before: Path
    now: Path
    head: Head

    def looked_at(self, database: Path) -> Report:
        """What an outsider finds, with the newest head and nothing else of the node's."""
        opened = Database(f"sqlite:///{database}", read_only=True)
        with closing(opened), opened.read() as session:
            return verify_database(session, NODE, [self.head])


def used(areas: Areas, folder: Path) -> Used:
    """Use a node for three days."""
    node = areas[NODE]
    use(areas, 0)
    use(areas, 1)
    _copy(node.home / "hub.sqlite3", folder / "before.sqlite3")
    use(areas, 2)
    _copy(node.home / "hub.sqlite3", folder / "now.sqlite3")
    note = (node.home / CHECKPOINT).read_text(encoding="utf-8")
    head = read_checkpoint(note, NODE, node.keys.signing.private.public_key())
    return Used(folder / "before.sqlite3", folder / "now.sqlite3", head)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)


class NothingToDoError(Exception):
    """The table has no row to do it to."""


@dataclass
class Tamperer:
    """Somebody who can write everything in a database, and has a copy of it of the day before."""

    connection: sqlite3.Connection
    table: str
    dice: random.Random

    @property
    def columns(self) -> list[str]:
        """The columns that count: what is not bound is no use to change."""
        left_out = GUARDED.get(self.table, frozenset({"mark"}))
        return [column.name for column in table_of(self.table).columns if column.name not in left_out]

    @property
    def key(self) -> list[str]:
        return [column.name for column in table_of(self.table).primary_key]

    def rows(self, schema: str = "main") -> list[dict[str, Any]]:
        """All rows of the table."""
        names = [column.name for column in table_of(self.table).columns]
        found = self.connection.execute(f"SELECT {', '.join(names)} FROM {schema}.{self.table}")
        return [dict(zip(names, row, strict=True)) for row in found]

    def any_row(self) -> dict[str, Any]:
        rows = self.rows()
        if self.table == "feed_entry":  # Those that anybody meets.
            (epoch,) = self.connection.execute("SELECT epoch FROM feed_state").fetchone()
            rows = [row for row in rows if row["epoch"] == epoch and row["label"] is not None]
        if self.table == "peer_entry":
            in_use = {one for (one,) in self.connection.execute("SELECT feed_id FROM peer")}
            rows = [row for row in rows if row["feed_id"] in in_use]
        if not rows:
            raise NothingToDoError
        return self.dice.choice(rows)

    def alter(self) -> None:
        """Change one column of one row."""
        row = self.any_row()
        column = self.dice.choice([name for name in self.columns if name not in self.key] or self.columns)
        self._set(row, {column: self._other(column, row[column])})

    def delete(self) -> None:
        """Delete a row."""
        self._run(f"DELETE FROM {self.table} WHERE {self._where()}", self._of(self.any_row()))

    def insert(self) -> None:
        """Add a row like another, under a key of its own."""
        row = self.any_row()
        fresh = {**row, self.key[-1]: self._other(self.key[-1], row[self.key[-1]], far=True)}
        for name in ("handle", "ref_digest", "token"):  # Unique, or of one line.
            if name in fresh and name not in self.key:
                fresh[name] = self.dice.randbytes(len(fresh[name]))
        self._put(fresh)

    def swap(self) -> None:
        """Exchange a column between two rows that differ in it; a table of one row gets another's."""
        one = self.any_row()
        column = self.dice.choice([name for name in self.columns if name not in self.key] or self.columns)
        others = [row for row in self.rows() if row[column] != one[column]]
        if not others:
            raise NothingToDoError
        other = self.dice.choice(others)
        self._set(one, {column: self._other(column, one[column], far=True)})
        self._set(other, {column: one[column]})
        self._set({**one, column: None}, {column: other[column]})

    def roll_back(self) -> None:
        """Put one row, or all, back as they were the day before."""
        before, now = self.rows("before"), self.rows()
        earlier = {self._key_of(row): row for row in before}
        changed = [row for row in now if self._differ(earlier.get(self._key_of(row), row), row)]
        if changed and self.dice.random() < 0.5:
            row = earlier[self._key_of(self.dice.choice(changed))]
            self._set(row, {name: value for name, value in row.items() if name not in self.key})
            return
        if not changed and len(before) == len(now):
            raise NothingToDoError
        self.connection.execute(f"DELETE FROM {self.table}")
        for row in before:
            self._put(row)

    def _other(self, column: str, value: Any, *, far: bool = False) -> Any:
        kind = table_of(self.table).columns[column].type.python_type
        if value is None:
            value = {bytes: bytes(16), str: "a", int: 0, float: 0.0, bool: 0}.get(kind, "2026-01-01")
        if isinstance(value, bytes):
            if far or not value:
                return self.dice.randbytes(len(value) or 16)
            at = self.dice.randrange(len(value))
            return value[:at] + bytes([value[at] ^ 1 << self.dice.randrange(8)]) + value[at + 1 :]
        if isinstance(value, str):
            if kind not in (str, bytes):
                return "2031-03-01" if value != "2031-03-01" else "2031-03-02"
            return value + self.dice.choice("0123456789abcdef")
        if kind is bool:
            return 1 - int(value)
        return value + (self.dice.randrange(10_000, 90_000) if far else self.dice.choice((-1, 1)))

    def _differ(self, one: dict[str, Any], other: dict[str, Any]) -> bool:
        return any(one[name] != other[name] for name in self.columns)

    def _key_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(row[name] for name in self.key)

    def _where(self) -> str:
        return " AND ".join(f"{name} = :key_{name}" for name in self.key)

    def _of(self, row: dict[str, Any]) -> dict[str, Any]:
        return {f"key_{name}": row[name] for name in self.key}

    def _set(self, row: dict[str, Any], values: dict[str, Any]) -> None:
        assigned = ", ".join(f"{name} = :{name}" for name in values)
        self._run(f"UPDATE {self.table} SET {assigned} WHERE {self._where()}", {**self._of(row), **values})

    def _put(self, row: dict[str, Any]) -> None:
        names = ", ".join(row)
        places = ", ".join(f":{name}" for name in row)
        self._run(f"INSERT INTO {self.table} ({names}) VALUES ({places})", row)

    def _run(self, statement: str, values: dict[str, Any]) -> None:
        done = self.connection.execute(statement, values)
        assert done.rowcount == 1, statement


KINDS: Final[dict[str, Callable[[Tamperer], None]]] = {
    "alter": Tamperer.alter,
    "delete": Tamperer.delete,
    "insert": Tamperer.insert,
    "swap": Tamperer.swap,
    "roll back": Tamperer.roll_back,
}


def tampered(used: Used, table: str, kind: str, seed: int, target: Path) -> bool:
    """Tamper with a copy of the database; False where the table gives no occasion for it."""
    shutil.copy(used.now, target)
    for attempt in range(20):  # A constraint of the table may stand in the way of one try.
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.execute("ATTACH ? AS before", (str(used.before),))
            connection.execute("BEGIN")
            somebody = Tamperer(connection, table, random.Random(f"{table}/{kind}/{seed}/{attempt}"))
            was = somebody.rows()
            try:
                KINDS[kind](somebody)
            except NothingToDoError:
                return False
            except sqlite3.IntegrityError:
                connection.execute("ROLLBACK")
                continue
            assert somebody.rows() != was
            connection.execute("COMMIT")
            return True
    return False
