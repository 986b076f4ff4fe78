"""`hub init`: a home that nobody else can read, made once, whatever interrupts it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from hub.audit.events import Action
from hub.crypto.groups import in_groups
from hub.node import home as lifecycle
from hub.node import keys
from hub.node.node import open_node
from tests.cli.conftest import Powerless, make
from tests.cli.running import Ended, actions, hub, inside

GOOD = {"--node-id": "northmoor", "--area": "Northmoor", "--url": "https://hub.northmoor.example"}


def init(home: Path, **changes: str) -> Ended:
    options = GOOD | {f"--{name.replace('_', '-')}": value for name, value in changes.items()}
    return inside("init", home, *(part for pair in options.items() for part in pair))


def test_the_real_command_makes_a_home_that_is_its_owners_alone(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    done = hub("init", home, *(part for pair in GOOD.items() for part in pair), "--phone", "01632 960101")
    assert done.code == 0
    assert in_groups(keys.load_root(home / "keys").kid) in done.out
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "keys").stat().st_mode) == 0o700
    for path in home.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name
    secrets = [
        *json.loads((home / "keys" / "node.key").read_text()).values(),
        (home / "keys" / "root.key").read_text(),
    ]
    assert not any(secret in done.out + done.err for secret in secrets)
    assert actions(home) == [Action.node_created]


def test_a_folder_that_others_could_look_into_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert init(tmp_path).code == 0
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o777])
def test_a_home_that_others_may_enter_is_not_used(home: Path, mode: int) -> None:
    home.chmod(mode)
    done = inside("jobs", "list", home)
    assert done.code == 2
    assert f"chmod 700 {home}" in " ".join(done.err.split())
    home.chmod(0o700)
    assert inside("jobs", "list", home).code == 0


def test_a_home_that_is_there_is_left_untouched(home: Path) -> None:
    before = {
        path: path.read_bytes() for path in home.rglob("*") if path.is_file() and ".sqlite3" not in path.name
    }
    done = init(home, area="Another")
    assert done.code == 2
    assert "already a node's home" in done.err
    assert {path: path.read_bytes() for path in before} == before


BAD = {
    "capitals": {"node_id": "North Moor"},
    "empty id": {"node_id": ""},
    "a path as id": {"node_id": "../x"},
    "no address": {"url": "northmoor"},
    "another scheme": {"url": "ftp://northmoor.example"},
    "a long phone": {"phone": "0" * 300},
    "another database": {"database": "mysql://x/y"},
    # pragma: allowlist nextline secret
    "a password": {"database": "postgresql+psycopg://hub:hunter2@db/hub"},
    "a password elsewhere": {"database": "postgresql+psycopg://db/hub?password=hunter2"},
}


@pytest.mark.parametrize("changes", BAD.values(), ids=BAD)
def test_a_setting_that_cannot_be_is_refused_before_anything_is_made(
    tmp_path: Path, changes: dict[str, str]
) -> None:
    done = init(tmp_path / "home", **changes)
    assert done.code == 2
    (name,) = changes
    assert f"--{name.replace('_', '-')} is" in done.err
    assert "hunter2" not in done.err
    assert not (tmp_path / "home").exists()


def test_a_folder_that_cannot_be_written_is_said(powerless: Powerless) -> None:
    with powerless():
        powerless.folder.chmod(0o500)
        done = init(powerless.folder / "home")
    assert done.code == 2
    assert "Permission denied" in done.err
    assert "To do:" in done.err


def test_a_folder_below_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = init(tmp_path / "file" / "home")
    assert done.code == 2
    assert "cannot be made" in done.err


STEPS = ("_make_identity", "node_of", "begin_audit_checkpoint", "_write_settings")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_an_interrupted_init_is_completed_by_the_same_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    home = tmp_path / "home"
    real = getattr(lifecycle, step)

    def interrupted(*given: object, **options: object) -> object:
        if after:
            real(*given, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lifecycle, step, interrupted)
        first = init(home)
    assert first.code == 2
    assert "interrupted" in first.err
    root = keys.load_root(home / "keys").kid if (home / "keys" / "root.key").exists() else None
    if step == "_write_settings" and after:
        assert (home / "node.toml").exists()
    else:
        assert init(home).code == 0
    assert actions(home) == [Action.node_created]
    assert inside("audit", "verify", home).code == 0
    assert root in (None, keys.load_root(home / "keys").kid)


def test_keys_cut_short_while_they_are_written_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    real = os.fsync
    calls = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:  # The root key is written, the others are not.
            raise OSError(28, "No space left on device")
        real(handle)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert "No space left on device" in init(home).err
    root = (home / "keys" / "root.key").read_text()
    assert not (home / "keys" / "node.key").exists()
    assert init(home).code == 0
    assert (home / "keys" / "root.key").read_text() == root
    assert sorted(path.name for path in (home / "keys").iterdir()) == [keys.COPY, "node.key", "root.key"]


def test_another_nodes_database_is_not_taken(home: Path, tmp_path: Path) -> None:
    before = actions(home)
    for node_id in ("northmoor", "eastvale"):
        done = init(tmp_path / "other", node_id=node_id, database=f"sqlite:///{home}/hub.sqlite3")
        assert done.code == 2
        assert "The database" in done.err
        assert "another node" in done.err or "other keys" in done.err
        assert not (tmp_path / "other" / "node.toml").exists()
    assert actions(home) == before


@pytest.mark.parametrize("command", ["publish", "audit verify", "peer list"])
def test_keys_and_database_that_do_not_belong_together_are_said(
    home: Path, tmp_path: Path, command: str
) -> None:
    other = make(tmp_path / "other", "northmoor")
    (home / "keys" / "node.key").write_bytes((other / "keys" / "node.key").read_bytes())
    done = inside(*command.split(), home, "--json")
    assert done.code == 2
    assert "made under other keys" in done.error["text"]
    assert done.error["kept"] == "Nothing was changed."


def test_another_database_in_the_place_of_the_nodes_own_is_said(home: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "other", "eastvale")
    for old in home.glob("hub.sqlite3*"):
        old.unlink()
    (other / "hub.sqlite3").rename(home / "hub.sqlite3")
    done = inside("publish", home, "--json")
    assert (done.code, done.error["text"]) == (2, "The database belongs to another node.")


def test_a_database_that_is_none_is_said(home: Path) -> None:
    for old in home.glob("hub.sqlite3*"):
        old.unlink()
    (home / "hub.sqlite3").write_bytes(b"This is no database at all." * 200)
    done = inside("publish", home, "--json")
    assert done.code == 2
    assert "not a database" in done.error["text"]


def test_a_database_of_a_newer_version_is_left_alone(home: Path) -> None:
    node = open_node(home)
    with node.database.write() as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    node.database.close()
    done = inside("publish", home, "--json")
    assert done.code == 2
    assert "newer version" in done.error["text"]
