"""Someone with the node's database, its disk or its command line tries to leave no trace."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.audit.events import OPERATOR, Action
from hub.cli.app import app
from hub.node.home import advance_audit_checkpoint, create_home
from hub.node.keys import COPY
from hub.node.node import CHECKPOINT, Node, open_node, open_to_verify
from hub.node.settings import Settings
from hub.node.transaction import Transaction

DATABASE = "hub.sqlite3"
SETTINGS = Settings(
    node_id="northmoor", area="Northmoor", url="https://northmoor.test", database=f"sqlite:///{DATABASE}"
)


def written(node: Node, times: int) -> None:
    for _ in range(times):
        with node.write() as tx:
            tx.record(Action.check_recorded, by=OPERATOR)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A node with seven signed events."""
    node = create_home(tmp_path / "home", SETTINGS)
    written(node, 6)
    advance_audit_checkpoint(node)
    node.database.close()
    return node.home


def verify(home: Path) -> Result:
    return CliRunner().invoke(app, ["audit", "verify", str(home), "--json"])


def sql(home: Path, *statements: str) -> None:
    with sqlite3.connect(home / DATABASE) as connection:
        for statement in statements:
            connection.execute(statement)


def entries(home: Path) -> int:
    with sqlite3.connect(home / DATABASE) as connection:
        (found,) = connection.execute("SELECT count(*) FROM audit_entry").fetchone()
    return int(found)


def test_an_honest_log_verifies(home: Path) -> None:
    result = verify(home)
    assert result.exit_code == 0
    assert json.loads(result.stdout) | {"head": ""} == {
        "verified": True,
        "head": "",
        "witnessed": True,
        "found": [],
        "lost": [],
    }


SHIFT = "UPDATE audit_entry SET seq = seq + 1000 WHERE seq > 4"
TAMPERINGS: dict[str, tuple[list[str], tuple[int, str]]] = {
    "who": (
        ["UPDATE audit_entry SET body = replace(body, 'operator', 'node') WHERE seq = 4"],
        (4, "altered"),
    ),
    "what": (["UPDATE audit_entry SET action = 'node_started' WHERE seq = 4"], (4, "altered")),
    "when": (["UPDATE audit_entry SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 4"], (4, "altered")),
    "one removed": (["DELETE FROM audit_entry WHERE seq = 4"], (4, "removed")),
    "one removed and the rest renumbered": (
        [
            "DELETE FROM audit_entry WHERE seq = 4",
            SHIFT,
            "UPDATE audit_entry SET seq = seq - 1001 WHERE seq > 4",
        ],
        (4, "removed"),
    ),
    "the last removed": (["DELETE FROM audit_entry WHERE seq = 7"], (7, "removed")),
    "all removed": (["DELETE FROM audit_entry"], (1, "removed")),
    "one inserted": (
        [
            SHIFT,
            "UPDATE audit_entry SET seq = seq - 999 WHERE seq > 4",
            "INSERT INTO audit_entry SELECT 5, at, action, body, prev, hash, mark FROM audit_entry WHERE seq = 4",
        ],
        (5, "inserted"),
    ),
    "two exchanged": (
        [
            "UPDATE audit_entry SET seq = 99 WHERE seq = 3",
            "UPDATE audit_entry SET seq = 3 WHERE seq = 6",
            "UPDATE audit_entry SET seq = 6 WHERE seq = 99",
        ],
        (3, "reordered"),
    ),
}


@pytest.mark.parametrize(("statements", "named"), TAMPERINGS.values(), ids=TAMPERINGS)
def test_what_is_done_to_the_table_is_found_and_named(
    home: Path, statements: list[str], named: tuple[int, str]
) -> None:
    sql(home, *statements)
    result = verify(home)
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (found["verified"], found["seq"], found["what"]) == (False, *named)


def test_a_table_written_anew_by_the_hubs_own_code_is_found(home: Path, tmp_path: Path) -> None:
    """The insider runs the program's own writer over an emptied table: a perfect chain, with another past."""
    sql(home, "DELETE FROM audit_entry")
    node = open_to_verify(home)
    for _ in range(9):
        with node.database.write() as session:
            tx = Transaction(node, session)
            tx.record(Action.check_recorded, by=OPERATOR)
            tx.close()
    result = verify(home)
    assert (result.exit_code, json.loads(result.stdout)["what"]) == (1, "rewritten")


def test_an_older_copy_of_the_database_is_found_and_not_written_on(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "earlier")
    written(open_node(home), 3)
    advance_audit_checkpoint(open_node(home))
    for name in (DATABASE, DATABASE + "-wal", DATABASE + "-shm"):
        (home / name).unlink(missing_ok=True)
        if (tmp_path / "earlier" / name).exists():
            shutil.copy(tmp_path / "earlier" / name, home / name)
    found = json.loads(verify(home).stdout)
    assert (found["verified"], found["seq"], found["what"]) == (False, 8, "removed")
    before = _size(home)
    assert CliRunner().invoke(app, ["publish", str(home)]).exit_code != 0
    assert _size(home) == before, "a log that does not hold is not written on"


def _size(home: Path) -> int:
    with sqlite3.connect(home / DATABASE) as connection:
        (count,) = connection.execute("SELECT count(*) FROM audit_entry").fetchone()
    return int(count)


REMOVALS: dict[str, Callable[[Path], object]] = {
    "removed": lambda path: path.unlink(),
    "emptied": lambda path: path.write_text(""),
    "another's": lambda path: path.write_text(path.read_text().replace("northmoor", "eastvale")),
    "set back": lambda path: path.write_text(path.read_text().replace("\n7\n", "\n1\n")),
}


@pytest.mark.parametrize("removal", REMOVALS.values(), ids=REMOVALS)
def test_a_log_without_its_checkpoint_does_not_pass(home: Path, removal: Callable[[Path], object]) -> None:
    """Every home has one from its first event on: without it, a log cut short would look whole."""
    for path in (home / CHECKPOINT, home / "keys" / COPY):
        removal(path)
    sql(home, "DELETE FROM audit_entry WHERE seq > 3")
    assert verify(home).exit_code != 0


def test_many_workers_make_one_chain(home: Path) -> None:
    """Each with its own connection, as processes have."""
    nodes = [open_node(home) for _ in range(4)]
    with ThreadPoolExecutor(len(nodes)) as pool:
        list(pool.map(lambda node: written(node, 15), nodes))
    assert json.loads(verify(home).stdout)["verified"] is True
    assert entries(home) == 7 + 4 * 15


def test_a_checkpoint_is_advanced_by_many_at_once(home: Path) -> None:
    nodes = [open_node(home) for _ in range(4)]

    def work(node: Node) -> None:
        for _ in range(5):
            written(node, 1)
            advance_audit_checkpoint(node)

    with ThreadPoolExecutor(len(nodes)) as pool:
        list(pool.map(work, nodes))
    result = json.loads(verify(home).stdout)
    assert (result["verified"], result["witnessed"], entries(home)) == (True, True, 27)
