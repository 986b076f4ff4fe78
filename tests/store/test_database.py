"""The store on both databases: transactions whole, deleted things gone."""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import event
from sqlmodel import SQLModel

from hub.audit.events import OPERATOR, Action
from hub.audit.log import verify_log
from hub.errors import ConflictError, HubError, StorageError, UsageError
from hub.node.home import create_home
from hub.node.node import Node, open_node
from hub.node.settings import Settings
from hub.store.audit import DatabaseAudit
from hub.store.database import Database
from tests.federation.nodes import AREAS, Areas, DatabaseOf, cases_of

_numbers = itertools.count()


@pytest.fixture
def node(tmp_path: Path, empty_database: DatabaseOf) -> Node:
    """A new node on an empty database of each kind."""
    return create_home(
        tmp_path / "home",
        Settings(
            node_id="northmoor",
            area="Northmoor",
            url="https://northmoor.test",
            database=empty_database("northmoor"),
        ),
    )


def test_migrating_again_changes_nothing_and_many_may_at_once(node: Node) -> None:
    failed: list[BaseException] = []

    def migrate() -> None:
        database = Database(node.database.url, create=True)
        try:
            database.migrate()
        except BaseException as error:  # noqa: BLE001
            failed.append(error)
        finally:
            database.close()

    with node.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM alembic_version")
        for name in reversed([table.name for table in SQLModel.metadata.sorted_tables]):
            session.connection().exec_driver_sql(f"DROP TABLE {name}")
    threads = [threading.Thread(target=migrate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    node.database.close()


def test_a_newer_database_is_refused_and_left_alone(node: Node) -> None:
    with node.database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    node.database.close()
    with pytest.raises(UsageError, match="newer version"):
        open_node(node.home)
    again = Database(node.database.url)
    with again.read() as session:
        assert (
            session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9999"
        )
    again.close()


def test_a_write_that_raises_leaves_nothing_not_even_in_the_log(node: Node) -> None:
    def write() -> None:
        with node.write() as tx:
            tx.record(Action.check_recorded)
            tx.record(Action.check_recorded, by=OPERATOR, cases=1 // (tx.head().size - 2))

    with pytest.raises(ZeroDivisionError):
        write()
    with node.read() as tx:
        assert [entry.action for entry in DatabaseAudit(tx.session).after(0)] == ["node_created"]
    node.database.close()


def test_nothing_is_changed_through_a_read(node: Node) -> None:
    with suppress(HubError), node.read() as tx:
        tx.session.connection().exec_driver_sql("DELETE FROM audit_entry")
    with node.read() as tx:
        assert [entry.action for entry in DatabaseAudit(tx.session).after(0)] == ["node_created"]
    node.database.close()


def test_many_writers_at_once_make_one_log(node: Node) -> None:
    def write() -> None:
        own = open_node(node.home)
        for _ in range(5):
            with own.write() as tx:
                tx.record(Action.check_recorded, by=OPERATOR)
        own.database.close()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with node.read() as tx:
        entries = list(DatabaseAudit(tx.session).after(0))
        assert [entry.seq for entry in entries] == list(range(1, 17))
        assert verify_log(DatabaseAudit(tx.session), node.node_id)
    node.database.close()


def test_sqlite_forgets_what_is_deleted_and_survives_a_power_cut(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/hub.sqlite3", create=True)
    with database.engine.connect() as connection:
        for pragma, value in (
            ("secure_delete", 1),
            ("journal_mode", "wal"),
            ("synchronous", 2),
            ("foreign_keys", 1),
        ):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value
    # pragma: allowlist nextline secret
    secret = "x9-secret-marker-" * 40
    with database.write() as session:
        session.connection().exec_driver_sql("CREATE TABLE note (text TEXT)")
        session.connection().exec_driver_sql("INSERT INTO note VALUES (?)", (secret,))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert secret.encode() in (tmp_path / "hub.sqlite3").read_bytes()
    with database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM note")
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    assert b"x9-secret-marker" not in (tmp_path / "hub.sqlite3").read_bytes()


def test_a_writer_that_must_wait_too_long_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.store.database.BUSY_TIMEOUT_S", 0.1)
    database = Database(f"sqlite:///{tmp_path}/hub.sqlite3", create=True)
    database.migrate()
    other = sqlite3.connect(tmp_path / "hub.sqlite3")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="busy with another command"), database.write() as session:
        session.connection()
    other.close()
    database.close()


def test_the_writers_of_one_process_wait_for_each_other_and_not_by_trying_again(tmp_path: Path) -> None:
    """The second tells SQLite that it begins once the first is done; whoever waits too long is told so too."""
    database = Database(f"sqlite:///{tmp_path}/hub.sqlite3", create=True)
    database.migrate()
    said: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *told: said.append(told[2]))
    event.listen(database.engine, "commit", lambda _: said.append("COMMIT"))
    begun = threading.Event()

    def second() -> None:
        begun.set()
        with database.write() as session:
            session.connection()

    thread = threading.Thread(target=second)
    with database.write() as session:
        session.connection()
        thread.start()
        begun.wait()
        thread.join(0.3)
        said.append("the first is at work")
    thread.join()
    assert said == ["BEGIN IMMEDIATE", "the first is at work", "COMMIT", "BEGIN IMMEDIATE", "COMMIT"]
    database.close()


def test_a_writer_whose_turn_does_not_come_is_told_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.store.database.BUSY_TIMEOUT_S", 0.1)
    database = Database(f"sqlite:///{tmp_path}/hub.sqlite3", create=True)
    database.migrate()
    told: list[StorageError] = []

    def second() -> None:
        try:
            with database.write():
                raise AssertionError("its turn came")
        except StorageError as error:
            told.append(error)

    thread = threading.Thread(target=second)
    with database.write():
        thread.start()
        thread.join()
    assert "busy with another command" in told[0].text
    database.close()


BAD_URLS = {
    "a folder that is not there": ("sqlite:////no/such/folder/hub.sqlite3", "cannot be opened"),
    "a server that is not there": (
        "postgresql+psycopg://nobody@127.0.0.1:9/x?connect_timeout=2",
        "cannot be reached",
    ),
    "a service that is not there": ("postgresql+psycopg:///?service=no-such-service", "cannot be reached"),
}


@pytest.mark.parametrize(("url", "text"), BAD_URLS.values(), ids=BAD_URLS)
def test_a_database_that_is_not_there_is_said_without_its_address(url: str, text: str) -> None:
    database = Database(url, create=True)
    with pytest.raises(StorageError, match=text) as caught:
        database.migrate()
    assert "nobody" not in str(caught.value)
    assert "no-such" not in str(caught.value)
    database.close()


def test_a_postgresql_service_file_gives_the_address(
    tmp_path: Path, postgresql: Callable[[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password's place, by libpq: neither an argument nor in the settings."""
    parts = urlsplit(postgresql("by_service", ""))
    service = tmp_path / "pg_service.conf"
    lines = ["[hub]", "dbname=by_service", f"host={parse_qs(parts.query)['host'][0]}", "user=postgres"]
    service.write_text("\n".join(lines) + "\n")
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    database = Database("postgresql+psycopg:///?service=hub", create=True)
    database.migrate()
    with database.read() as session:
        assert session.connection().exec_driver_sql("SELECT current_database()").scalar() == "by_service"
    database.close()


def test_every_name_date_and_number_stands_sealed(stored_areas: Areas) -> None:
    """Nothing that was imported is legible in any row of the database, in any text encoding."""
    for area in AREAS:
        known = stored_areas[area]
        with known.read() as tx:
            held = b" ".join(
                value if isinstance(value, bytes) else str(value).encode()
                for table in SQLModel.metadata.sorted_tables
                for row in tx.session.connection().execute(table.select())
                for value in row
            )
        people = [person for case in cases_of(area) for person in case]
        told = {text for one in people for text in (one.given_names, one.surname, one.date_of_birth)}
        # Fewer letters may stand anywhere by chance.
        for text in (one for one in told if len(one) >= 6):
            assert text.encode() not in held
            assert text.encode("utf-16-le") not in held


@pytest.fixture
def on_postgresql(postgresql: Callable[[str, str], str]) -> Iterator[Database]:
    """A PostgreSQL database with a table of two rows."""
    database = Database(postgresql(f"at_once_{os.getpid()}_{next(_numbers)}", ""))
    with database.write() as session:
        session.connection().exec_driver_sql("CREATE TABLE mark (id INTEGER PRIMARY KEY, seen INTEGER)")
        session.connection().exec_driver_sql("INSERT INTO mark VALUES (1, 0), (2, 0)")
    yield database
    database.close()


def at_once(database: Database, *statements: Sequence[str]) -> list[BaseException]:
    """What transactions end with that each say their first statement, and the rest when all have said it."""
    begun, ended = threading.Barrier(len(statements)), list[BaseException]()

    def run(first: str, *rest: str) -> None:
        try:
            with database.write() as session:
                session.connection().exec_driver_sql(first)
                begun.wait()
                for statement in rest:
                    session.connection().exec_driver_sql(statement)
        except HubError as error:
            ended.append(error)

    threads = [threading.Thread(target=run, args=each) for each in statements]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


SEE = "UPDATE mark SET seen = seen + 1 WHERE id = {}"
AT_ONCE = {
    "the same row added": [("SELECT 1", "INSERT INTO mark VALUES (3, 0)")] * 2,
    "each waits for the other": [(SEE.format(1), SEE.format(2)), (SEE.format(2), SEE.format(1))],
}


@pytest.mark.parametrize("statements", AT_ONCE.values(), ids=AT_ONCE)
def test_of_two_that_change_the_same_at_once_one_is_told_to_run_again(
    on_postgresql: Database, statements: list[tuple[str, str]]
) -> None:
    (error,) = at_once(on_postgresql, *statements)
    assert isinstance(error, ConflictError)
    assert str(error) == (
        "Another command changed this meanwhile. Kept: What that one did; nothing of this step. "
        "To do: Run this again."
    )


INTERRUPTED = """
import sys
from sqlalchemy import event
from hub.store.database import Database

def interrupted(*_):
    raise KeyboardInterrupt

database = Database(sys.argv[1], create=True)
event.listen(database.engine, "reset", interrupted)
try:
    with database.read() as session:
        session.connection().exec_driver_sql("SELECT 1")
except KeyboardInterrupt:
    print("interrupted")
"""


def test_an_interrupt_while_a_connection_goes_back_prints_nothing(tmp_path: Path) -> None:
    """A command says itself that it was interrupted."""
    program = [sys.executable, "-c", INTERRUPTED, f"sqlite:///{tmp_path / 'any.sqlite3'}"]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("interrupted\n", "")
