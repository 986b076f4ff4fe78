"""Opening the database, bringing it up to date, and transactions that read or write.

SQLite runs in WAL mode with `secure_delete`, `synchronous=FULL` and writers that queue (in a process here, between
processes by BEGIN IMMEDIATE), so that what was audited survives a power cut; PostgreSQL writers take an advisory
lock only where a query asks. Does not know what is stored.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from hub.errors import ConflictError, HubError, StorageError, UsageError
from hub.store.journal import look_over

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_S = 30
# Whoever holds one connection may need another: with a bound, enough of them at once wait for each other. How many
# are at work is bounded where they begin (`hub.web`).
UNBOUNDED = -1

# Else a command that is interrupted while a connection goes back prints a traceback of the library's beside its own
# words. Where a log is kept, as by a server, it is told there.
logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())


class Database:
    """An open database. `read()` and `write()` give sessions; a write commits at the end or leaves nothing."""

    def __init__(self, url: str, *, create: bool = False, read_only: bool = False) -> None:
        self.url = url
        self._create = create
        self._writing = Lock()
        self.engine = _engine(url, create=create, read_only=read_only)
        look_over(self.engine)
        # SQLite gives one state of the database to each transaction; PostgreSQL does when it is asked to.
        self._reading = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded store is in use."""
        return self.engine.dialect.name == "sqlite"

    def migrate(self) -> None:
        """Upgrade the tables, or make them where `create` is set. Safe to run again, and by several at once.

        Raises UsageError when the database was made by a newer version, StorageError, also where it is empty.
        """
        self._require_file()
        with _storage_errors(), self.engine.connect() as connection:
            there = _revisions(connection)
        if there == _heads():
            return
        if not there and not self._create:
            raise _gone("The node's database is empty.")
        config, scripts = _config(), _scripts()
        with (
            _storage_errors(),
            self.engine.connect().execution_options(hub_write=True) as connection,
            connection.begin(),
        ):
            if not self.is_sqlite:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7017)")
            if not _revisions(connection) <= {script.revision for script in scripts.walk_revisions()}:
                raise UsageError(
                    "The database was made by a newer version of the hub.",
                    kept="It was not touched.",
                    do="Run that version.",
                )
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session for reading one state of the database; nothing it changes is kept."""
        self._require_file()
        with _storage_errors(), Session(self._reading) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits when the block ends, and keeps nothing if it raises."""
        self._require_file()
        with (
            self._turn_to_write(),
            _storage_errors(),
            self.engine.connect().execution_options(hub_write=True) as connection,
            Session(connection) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        """The writers of one process wait for each other here, where each is woken when its turn comes.

        SQLite's own wait, which is left to processes, sleeps and tries again, and whoever asks last may be first.
        """
        if not self.is_sqlite:
            yield
            return
        if not self._writing.acquire(timeout=BUSY_TIMEOUT_S):
            raise _storage_error("locked")
        try:
            yield
        finally:
            self._writing.release()

    def _require_file(self) -> None:
        """Where SQLite's file is gone, nobody takes an empty one for it."""
        if self.is_sqlite and not self._create and not Path(self.engine.url.database or "").exists():
            raise _gone("The node's database is missing.")

    def require_current(self) -> None:
        """Raise UsageError unless the tables are those of this version, StorageError where there are none."""
        self._require_file()
        with _storage_errors(), self.engine.connect() as connection:
            there = _revisions(connection)
        if not there:
            raise _gone("The node's database is empty.")
        if there != _heads():
            raise UsageError(
                "The database is of another version of the hub than this.",
                kept="It was not touched.",
                do="Verify it with the version that wrote it.",
            )

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


@cache
def _heads() -> frozenset[str]:
    """The newest migrations of this version."""
    return frozenset(_scripts().get_heads())


def _gone(text: str) -> StorageError:
    return StorageError(
        text,
        kept="The home as it is; no new database was made.",
        do="Check `database` in node.toml; put the database back from the node's backup, and call your auditor.",
    )


def _revisions(connection: Connection) -> set[str]:
    return set(MigrationContext.configure(connection).get_current_heads())


def _engine(url: str, *, create: bool, read_only: bool) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(
            url,
            connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
            hide_parameters=True,
            max_overflow=UNBOUNDED,
        )
        if read_only:
            event.listen(engine, "do_connect", _sqlite_to_read)
            event.listen(engine, "connect", _sqlite_connect_to_read)
        else:
            if not create:
                event.listen(engine, "do_connect", _sqlite_existing)
            event.listen(engine, "connect", _sqlite_connect)
        event.listen(engine, "begin", _sqlite_begin)
        return engine
    if url.startswith("postgresql+psycopg:"):
        options = {"execution_options": {"postgresql_readonly": True}} if read_only else {}
        return create_engine(url, pool_pre_ping=True, hide_parameters=True, max_overflow=UNBOUNDED, **options)
    raise UsageError(
        "The database must be sqlite:///PATH or postgresql+psycopg://...",
        do="Correct `database` in node.toml.",
    )


def _sqlite_existing(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    """Open a file that is there, and make none."""
    arguments[0] = f"{Path(arguments[0]).absolute().as_uri()}?mode=rw"
    options["uri"] = True


def _sqlite_to_read(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
    """Open a file that is there, and write neither it nor anything beside it.

    With nothing in a journal beside it, it is taken as it lies; else somebody has it open, and is read along with.
    """
    path = Path(arguments[0]).absolute()
    wal = path.with_name(path.name + "-wal")
    alive = wal.exists() and wal.stat().st_size > 0
    arguments[0] = f"{path.as_uri()}?{'mode=ro' if alive else 'mode=ro&immutable=1'}"
    options["uri"] = True


def _sqlite_connect_to_read(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in ("query_only=ON", "temp_store=MEMORY", "cache_size=-65536"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("hub_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


# PostgreSQL's: a unique violation, or (class 40) a transaction that it ended because of another.
_MET_ANOTHER = ("23505", "40")


@contextmanager
def _storage_errors() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, sqlite3.DatabaseError) as error:
        raise _public(error) from error


def _public(error: DBAPIError | sqlite3.DatabaseError) -> HubError:
    """What the driver's error means to people. Its own words may hold an address, and are not repeated."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    if state.startswith(_MET_ANOTHER):
        return ConflictError(
            "Another command changed this meanwhile.",
            kept="What that one did; nothing of this step.",
            do="Run this again.",
        )
    if isinstance(error, (OperationalError, sqlite3.OperationalError)):
        return _storage_error(str(getattr(error, "orig", error)))
    if "malformed" in str(error) or "not a database" in str(error):
        text = "The database file is damaged, or is not a database."
        do = "Keep the file as it is, and restore the last backup with the keys of the same day."
    else:
        text, do = "The database refused a step.", "Run `hub audit verify`, and report this as a fault."
    return StorageError(text, kept="Nothing of this step.", do=do)


def _storage_error(reason: str) -> StorageError:
    text, do = _operational(reason)
    return StorageError(text, kept="What was stored before this step; this step left nothing.", do=do)


def _operational(reason: str) -> tuple[str, str]:
    """What happened and what to do."""
    if any(word in reason for word in ("is full", "No space", "disk I/O", "could not extend", "write file")):
        return (
            "The disk is full, or failed.",
            "Make room and run the command again; it completes what is missing.",
        )
    if "locked" in reason:
        return "The database is busy with another command.", "Wait for it to end and run this again."
    if "readonly" in reason or "unable to open" in reason or "Permission" in reason:
        return "The database file cannot be opened for writing.", "Check its folder, owner and mode."
    return (
        "The database cannot be reached.",
        "Check `database` in node.toml, that the server runs, and its password.",
    )
