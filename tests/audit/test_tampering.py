"""Whatever somebody with the database and no key does to a table that decides or proves, an outsider finds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.tampering import KINDS, TABLES, Used, tampered, used
from tests.conftest import nodes

MANY = 20


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Used:
    """A node that was used for three days."""
    folder = tmp_path_factory.mktemp("used")
    areas = nodes().copied(sqlite_template, folder, lambda _: "sqlite:///hub.sqlite3")
    try:
        return used(areas, folder)
    finally:
        areas.close()


def found(node: Used, table: str, kind: str, seed: int, folder: Path) -> bool | None:
    """Whether the outsider finds it; None where it could not be done."""
    target = folder / "tampered.sqlite3"
    return not node.looked_at(target).holds if tampered(node, table, kind, seed, target) else None


def test_what_nobody_touched_holds_to_the_last_row(node: Used) -> None:
    report = node.looked_at(node.now)
    assert (report.rows, report.unwitnessed_rows) == ((), 0)
    assert report.holds
    assert report.bound > 100


@pytest.mark.parametrize("table", TABLES)
def test_one_tampering_of_each_kind_is_found(node: Used, table: str, tmp_path: Path) -> None:
    results = {kind: found(node, table, kind, 0, tmp_path) for kind in KINDS}
    assert False not in results.values(), results
    assert list(results.values()).count(True) >= 3, results


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_twenty_tamperings_of_each_kind_are_found(node: Used, table: str, tmp_path: Path) -> None:
    results = {kind: [found(node, table, kind, seed, tmp_path) for seed in range(MANY)] for kind in KINDS}
    print({kind: (some.count(True), some.count(False), some.count(None)) for kind, some in results.items()})  # noqa: T201
    assert not any(False in some for some in results.values()), results
    assert sum(some.count(True) for some in results.values()) >= MANY
