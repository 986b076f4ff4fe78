"""`hub audit verify` on a log that was tampered with by hand, in the table itself."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from hub.sample.referrals import Row
from tests.cli.running import hub, inside, write_csv

DONE_TO_IT = {
    "altered": (["UPDATE audit_entry SET body = replace(body, '12', '11') WHERE seq = 2"], 2),
    "removed": (["DELETE FROM audit_entry WHERE seq >= 3"], 3),
    "inserted": (
        ["INSERT INTO audit_entry SELECT max(seq) + 1, at, action, body, prev, hash FROM audit_entry"],
        4,
    ),
    "reordered": (
        [
            "UPDATE audit_entry SET seq = 99 WHERE seq = 2",
            "UPDATE audit_entry SET seq = 2 WHERE seq = 3",
            "UPDATE audit_entry SET seq = 3 WHERE seq = 99",
        ],
        2,
    ),
}


@pytest.fixture
def used(home: Path, tmp_path: Path, rows: list[Row]) -> Path:
    """A node whose log has three entries: made, imported, published."""
    assert inside("import", home, write_csv(tmp_path / "rows.csv", rows)).code == 0
    assert inside("publish", home).code == 0
    return home


@pytest.mark.parametrize(("statements", "seq"), DONE_TO_IT.values(), ids=DONE_TO_IT)
def test_the_entry_is_named_and_the_status_is_1(used: Path, statements: list[str], seq: int) -> None:
    assert inside("audit", "verify", used, "--json").json["entries"] == 3
    connection = sqlite3.connect(used / "hub.sqlite3")
    for statement in statements:
        assert connection.execute(statement).rowcount > 0
    connection.commit()
    connection.close()
    done = inside("audit", "verify", used, "--json")
    assert (done.code, done.json["verified"], done.json["seq"]) == (1, False, seq)


def test_people_read_which_entry_and_what_to_do(used: Path) -> None:
    connection = sqlite3.connect(used / "hub.sqlite3")
    connection.execute("UPDATE audit_entry SET at = '2026-01-01T00:00:00Z' WHERE seq = 2")
    connection.commit()
    connection.close()
    done = hub("audit", "verify", used)
    assert done.code == 1
    assert "Entry 2 was altered" in done.out + done.err
    assert "call your auditor" in done.out + done.err
