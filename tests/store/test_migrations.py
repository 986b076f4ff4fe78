"""The migrations make the tables that the program has, on each kind of database, and stand in one line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from hub.store.database import MIGRATIONS, Database
from tests.federation.nodes import DatabaseOf


@pytest.fixture
def migrated(
    empty_database: DatabaseOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    """An empty database of each kind, after every migration."""
    monkeypatch.chdir(tmp_path)
    database = Database(empty_database("migrated"), create=True)
    database.migrate()
    yield database
    database.close()


def differences(database: Database) -> list[Any]:
    """What a new migration would change to make the tables those of the program."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        return list(compare_metadata(context, SQLModel.metadata))


def test_the_migrations_make_the_tables_that_the_program_has(migrated: Database) -> None:
    assert len(SQLModel.metadata.tables) > 15
    assert differences(migrated) == []


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("ALTER TABLE peer_feed ADD COLUMN note VARCHAR", "remove_column"),
        ("ALTER TABLE peer_feed DROP COLUMN digest", "add_column"),
        ("DROP INDEX ix_peer_feed_node_id", "add_index"),
        ("DROP TABLE quota_use", "add_table"),
    ],
)
def test_the_comparison_sees_a_change(migrated: Database, change: str, seen: str) -> None:
    with migrated.write() as session:
        session.connection().exec_driver_sql(change)
    assert [one[0] for one in differences(migrated)] == [seen]


def test_the_comparison_sees_another_type(migrated: Database) -> None:
    with migrated.write() as session:
        for change in ("DROP COLUMN entries", "ADD COLUMN entries VARCHAR"):
            session.connection().exec_driver_sql(f"ALTER TABLE peer_feed {change}")
    (((kind, *_),),) = differences(migrated)
    assert kind == "modify_type"


def test_the_head_file_names_the_last_migration() -> None:
    """Two branches that each add a migration then meet as a conflict in git, not as two heads in an area."""
    scripts = ScriptDirectory(str(MIGRATIONS))
    assert scripts.get_heads() == [MIGRATIONS.joinpath("HEAD").read_text(encoding="utf-8").strip()]


def test_a_migrations_file_begins_with_its_number() -> None:
    for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")
