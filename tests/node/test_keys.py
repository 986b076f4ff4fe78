"""Keys: made once, whole, nobody else's to read; the vault binds what it seals to its place."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.crypto.encoding import unb64
from hub.crypto.vault import Vault
from hub.errors import StorageError, UsageError
from hub.node import keys
from hub.node.keys import NODE_KEY, ROOT_KEY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.create(tmp_path / "keys")
    return tmp_path / "keys"


def test_files_are_the_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        keys.create(tmp_path / "keys")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for name in (NODE_KEY, ROOT_KEY):
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600


def test_no_two_nodes_have_a_key_in_common(tmp_path: Path) -> None:
    for name in ("one", "two"):
        keys.create(tmp_path / name)
    one, two = (json.loads((tmp_path / name / NODE_KEY).read_text()) for name in ("one", "two"))
    assert not set(one.values()) & set(two.values())
    assert len(set(one.values())) == len(one) == 4


def test_keys_that_are_there_are_never_written_over(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(UsageError, match="already holds keys"):
        keys.create(folder)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_a_root_key_that_is_left_is_kept(folder: Path) -> None:
    root = keys.load_root(folder).kid
    (folder / NODE_KEY).unlink()
    (folder / "node.new").write_text("cut short")
    keys.create(folder)
    assert keys.load_root(folder).kid == root
    assert keys.load(folder)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660, 0o610])
@pytest.mark.parametrize("name", [NODE_KEY, ROOT_KEY])
def test_a_file_that_others_can_read_is_refused(folder: Path, mode: int, name: str) -> None:
    (folder / name).chmod(mode)
    with pytest.raises(UsageError, match="can be read by others") as caught:
        _load(folder, name)
    assert "chmod 600" in caught.value.do


def _load(folder: Path, name: str) -> object:
    return keys.load(folder) if name == NODE_KEY else keys.load_root(folder)


DAMAGE: dict[str, Callable[[str], str]] = {
    "empty": lambda text: "",
    "cut short": lambda text: text[: len(text) // 2],
    "not base64": lambda text: text.replace('": "', '": "!!'),
    "another file": lambda text: "[1, 2]",
    "no text": lambda text: "\ud800",
    "a field short": lambda text: text.replace("storage", "storeroom"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_said_without_what_it_holds(folder: Path, damage: str) -> None:
    path = folder / NODE_KEY
    secrets = list(json.loads(path.read_text()).values())
    path.write_text(DAMAGE[damage](path.read_text()), errors="surrogatepass")
    with pytest.raises(UsageError, match=r"is damaged|cannot be read") as caught:
        keys.load(folder)
    assert not any(secret in str(caught.value) for secret in secrets)
    assert caught.value.__cause__ is None, "the cause would show what was read"


@pytest.mark.parametrize("text", ["", "AAAA", "not base64!", "A" * 43 + "é"])
def test_a_damaged_root_key_is_said(folder: Path, text: str) -> None:
    (folder / ROOT_KEY).write_text(text)
    with pytest.raises(UsageError, match=r"is damaged|cannot be read"):
        keys.load_root(folder)


def test_missing_keys_are_said(folder: Path) -> None:
    for name in (NODE_KEY, ROOT_KEY):
        (folder / name).unlink()
        with pytest.raises(UsageError, match="is missing"):
            _load(folder, name)


def test_keys_that_systemd_provides_are_trusted_for_their_modes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / NODE_KEY).chmod(0o644)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))
    assert keys.load(folder).vault.key_id
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder / "elsewhere"))
    with pytest.raises(UsageError, match="can be read by others"):
        keys.load(folder)


def test_keys_that_docker_provides_are_trusted_for_their_modes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the folder they are really in: a link to it may stand in the home."""
    (folder / NODE_KEY).chmod(0o444)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "keys").symlink_to(folder)
    monkeypatch.setattr(keys, "_PROVIDED", folder)
    assert keys.load(tmp_path / "home" / "keys").vault.key_id
    monkeypatch.undo()
    assert Path("/run/secrets") == keys._PROVIDED


def test_a_key_does_not_show_when_it_is_printed(folder: Path) -> None:
    secrets = json.loads((folder / NODE_KEY).read_text()).values()
    loaded = keys.load(folder)
    for text in (repr(loaded), str(loaded), repr(loaded.vault), repr(loaded.signing)):
        for secret in secrets:
            raw = unb64(secret)
            assert secret not in text
            assert raw.hex() not in text
            assert repr(raw)[2:-1] not in text


@given(st.binary(max_size=200), st.text(max_size=50))
def test_what_is_sealed_opens_in_its_place_alone(plain: bytes, place: str) -> None:
    vault = Vault(b"k" * 32)
    sealed = vault.seal(place, plain)
    assert vault.open(place, sealed) == plain
    assert plain not in sealed or len(plain) < 4
    for other, where in ((vault, place + "x"), (Vault(b"K" * 32), place)):
        with pytest.raises(StorageError):
            other.open(where, sealed)
    with pytest.raises(StorageError):
        vault.open(place, sealed[:-1])


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    vault = Vault(b"k" * 32)
    assert vault.seal("p", b"text") != vault.seal("p", b"text")


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_look_up_digests_tell_kinds_and_keys_apart(kind: str, value: str, kind2: str, value2: str) -> None:
    """Kinds are words of the program's own, without the separator."""
    kind, kind2 = kind.replace("\x00", ""), kind2.replace("\x00", "")
    vault = Vault(b"k" * 32)
    same = (kind, value) == (kind2, value2)
    if "\ud800" <= max(kind + value + kind2 + value2, default="") <= "\udfff":
        return
    assert (vault.lookup(kind, value) == vault.lookup(kind2, value2)) is same
    assert vault.lookup(kind, value) != Vault(b"K" * 32).lookup(kind, value)
