"""A log that was cut is not signed again, and a database that is gone is not taken for an empty one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx2
import pytest

from hub.node.keys import COPY
from hub.node.node import CHECKPOINT
from hub.sample.referrals import Row
from tests.cli.bulk import referrals
from tests.cli.running import count, free_port, inside, serving, write_csv


@pytest.fixture
def used(home: Path, tmp_path: Path, rows: list[Row]) -> Path:
    """A node whose log has three entries: made, imported, published."""
    assert inside("import", home, write_csv(tmp_path / "rows.csv", rows)).code == 0
    assert inside("publish", home).code == 0
    return home


def sql(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "hub.sqlite3", timeout=30)) as connection, connection:
        assert connection.execute(statement).rowcount > 0


def heads(home: Path) -> tuple[Path, Path]:
    """The two places of the newest signed head."""
    return home / CHECKPOINT, home / "keys" / COPY


COMMANDS = {
    "import": lambda home: ("import", home, home / "again.csv"),
    "publish": lambda home: ("publish", home),
    "sync": lambda home: ("sync", home),
    "obligations": lambda home: ("obligations", "list", home),
    "requests": lambda home: ("requests", "list", home),
    "peers": lambda home: ("peer", "list", home),
    "serve": lambda home: ("serve", home, "--port", free_port()),
}
every_command = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


@every_command
def test_a_log_that_was_cut_is_not_signed_again(
    used: Path, rows: list[Row], command: Callable[[Path], tuple[object, ...]]
) -> None:
    write_csv(used / "again.csv", rows)
    sql(used, "DELETE FROM audit_entry WHERE seq = 3")
    for path in heads(used):
        path.unlink()
    done = inside(*command(used))
    assert done.code == 2
    assert "signed head" in done.err
    assert "To do:" in done.err
    assert count(used, "audit_entry") == 2, "nothing is written on it"
    assert not any(path.exists() for path in heads(used)), "nothing is signed"
    assert inside("audit", "verify", used).code == 1


def test_init_does_not_sign_a_log_that_is_there(used: Path) -> None:
    for path in (*heads(used), used / "node.toml"):
        path.unlink()
    again = inside(
        "init", used, "--node-id", "northmoor", "--area", "Northmoor", "--url", "http://127.0.0.1:1"
    )
    assert again.code == 2
    assert "signed head" in again.err
    assert not any(path.exists() for path in heads(used))


def folder_in_place_of(path: Path) -> None:
    path.unlink()
    path.mkdir()


LOSSES: dict[str, Callable[[Path], object]] = {
    "missing": Path.unlink,
    "damaged": lambda path: path.write_text("nothing of the kind"),
    "emptied": lambda path: path.write_text(""),
    "a folder": folder_in_place_of,
}


@pytest.mark.parametrize("which", [0, 1], ids=["in the home", "beside the keys"])
@pytest.mark.parametrize("loss", ["missing", "damaged", "emptied"])
def test_one_of_two_heads_that_is_lost_is_told_and_made_anew_from_the_other(
    used: Path, which: int, loss: str
) -> None:
    before = heads(used)[1 - which].read_text()
    LOSSES[loss](heads(used)[which])
    found = inside("audit", "verify", used)
    assert found.code == 1
    assert ("the node's home" if which == 0 else "the folder of its keys") in found.out
    assert "Every entry is as it was written" in found.out
    done = inside("publish", used)
    assert done.code == 0
    assert "Warning:" in done.err
    assert heads(used)[which].read_text() == heads(used)[1 - which].read_text() == before
    assert inside("audit", "verify", used).code == 0


@pytest.mark.parametrize("loss", LOSSES)
def test_a_log_whose_heads_are_both_lost_says_what_to_do(used: Path, loss: str) -> None:
    for path in heads(used):
        LOSSES[loss](path)
    done = inside("publish", used, "--json")
    assert done.code == 2
    assert done.error["code"] == "audit_log"
    assert "backup" in done.error["do"]
    assert count(used, "audit_entry") == 3


@pytest.mark.parametrize("older", [0, 1], ids=["in the home", "beside the keys"])
def test_the_later_of_two_heads_counts(used: Path, tmp_path: Path, older: int) -> None:
    before = heads(used)[older].read_text()
    assert inside("import", used, referrals(tmp_path / "more.csv", 1)).code == 0
    heads(used)[older].write_text(before)
    assert inside("audit", "verify", used, "--json").json["witnessed"]
    sql(used, "DELETE FROM audit_entry WHERE seq = 4")
    assert inside("publish", used).code == 2
    heads(used)[1 - older].write_text(before)
    found = inside("audit", "verify", used, "--json").json
    assert (count(used, "audit_entry"), found["witnessed"]) == (3, True), (
        "an older log alone is what peers find"
    )
    assert {one["what"] for one in found["found"]} == {"inserted"}, "its rows are not older"


def test_heads_that_contradict_each_other_are_a_finding(used: Path, tmp_path: Path) -> None:
    """The node went on from a copy as well: its key signed for two pasts."""
    other = Path(shutil.copytree(used, tmp_path / "other"))
    for node, people in ((used, 1), (other, 2)):
        assert inside("import", node, referrals(tmp_path / "more.csv", people)).code == 0
    heads(used)[1].write_text(heads(other)[1].read_text())
    assert inside("audit", "verify", used, "--json").json["what"] == "rewritten"
    assert inside("publish", used).code == 2


def each_file(home: Path, act: Callable[[Path], object]) -> None:
    for path in home.glob("hub.sqlite3*"):
        act(path)


GONE: dict[str, Callable[[Path], object]] = {
    "missing": lambda home: each_file(home, Path.unlink),
    "empty": lambda home: each_file(home, lambda path: path.write_bytes(b"")),
    "emptied": lambda home: sql(home, "DELETE FROM audit_entry"),
    "older": lambda home: sql(home, "DELETE FROM audit_entry WHERE seq = 3"),
}


@pytest.mark.parametrize("gone", GONE.values(), ids=GONE)
@every_command
def test_a_database_that_is_gone_or_older_is_no_empty_one(
    used: Path,
    rows: list[Row],
    command: Callable[[Path], tuple[object, ...]],
    gone: Callable[[Path], object],
) -> None:
    write_csv(used / "again.csv", rows)
    gone(used)
    before = [path.name for path in used.glob("hub.sqlite3")]
    done = inside(*command(used))
    assert done.code == 2
    assert done.out == ""
    assert "To do:" in done.err
    assert [path.name for path in used.glob("hub.sqlite3")] == before


def test_a_server_whose_log_breaks_under_it_stops_answering(used: Path, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(used, port, tmp_path / "log"):
        assert httpx2.get(url + "/.well-known/marac-node", trust_env=False).status_code == 200
        sql(used, "DELETE FROM audit_entry WHERE seq > 1")
        for path in ("/healthz", "/.well-known/marac-node"):
            answer = httpx2.get(url + path, trust_env=False)
            assert answer.status_code == 503
            assert answer.json()["type"].endswith(":audit_log")
            assert "audit log" in answer.json()["detail"]
    assert inside("audit", "verify", used).code == 1
