"""New signing and sealing keys: certified in the same act, the old ones destroyed, and the log goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.audit.chain import Verified
from hub.audit.checkpoint import read_checkpoint
from hub.audit.log import verify_log
from hub.errors import StorageError, UsageError
from hub.files import write_atomically
from hub.node import keys as key_files
from hub.node import new_keys
from hub.node.certificates import CERTIFICATES, own_certificate, signers
from hub.node.home import advance_audit_checkpoint
from hub.node.keys import COPY, NODE_KEY, load_root
from hub.node.new_keys import change_keys
from hub.node.node import CHECKPOINT, Node, open_node
from hub.store.audit import DatabaseAudit
from tests.federation.nodes import Areas, events


def change(node: Node, *names: new_keys.Name) -> None:
    change_keys(node, load_root(node.home / "keys"), *names)


def assert_sound(node: Node) -> None:
    """The home opens, its certificate is of its keys, and its log holds and is signed for."""
    opened = open_node(node.home, clock=node.clock)
    try:
        assert own_certificate(opened).told.keys.signing == opened.keys.signing.public
        assert advance_audit_checkpoint(opened) == ()
        heads = opened.log.files.read()
        assert heads.lost == ()
        with opened.read() as tx:
            found = verify_log(DatabaseAudit(tx.session), opened.node_id, heads.found)
        assert isinstance(found, Verified)
        assert found.unwitnessed == 0
    finally:
        opened.database.close()


@pytest.mark.parametrize("names", [("signing",), ("sealing",), ("signing", "sealing")], ids="-".join)
def test_only_the_keys_named_are_new_and_certified_and_on_the_record(
    areas: Areas, names: tuple[new_keys.Name, ...]
) -> None:
    node = areas["eastvale"]
    before, first = json.loads((node.home / "keys" / NODE_KEY).read_text()), own_certificate(node).told
    change(node, *names)
    after, made = json.loads((node.home / "keys" / NODE_KEY).read_text()), own_certificate(node).told
    assert {name for name in before if before[name] != after[name]} == set(names)
    assert made.serial > first.serial
    assert (made.keys.signing == first.keys.signing) is ("signing" not in names)
    assert (made.keys.sealing == first.keys.sealing) is ("sealing" not in names)
    recorded = [(one["detail"]["kind"], one["refs"]["key_id"]) for one in events(node, "key_changed")]
    assert recorded == [(name, made.signing_kid) for name in names]
    assert_sound(node)


def test_the_old_private_keys_are_written_over(areas: Areas, tmp_path: Path) -> None:
    file = areas["eastvale"].home / "keys" / NODE_KEY
    os.link(file, tmp_path / "the same bytes on the disk")
    change(areas["eastvale"], "signing")
    assert not (tmp_path / "the same bytes on the disk").read_bytes().strip(b"\x00")


def test_a_node_that_is_being_served_takes_new_keys_over_by_itself(areas: Areas) -> None:
    """A second opening of the same home, as the server has it while somebody runs the command."""
    served = areas["eastvale"]
    commanded = open_node(served.home, clock=served.clock)
    old, vault = served.keys.signing.kid, served.keys.vault
    change(commanded, "signing", "sealing")
    assert served.keys.signing.kid == commanded.keys.signing.kid != old
    assert served.keys.vault is vault
    assert advance_audit_checkpoint(served) == ()
    assert served.log.files.read().lost == ()
    commanded.database.close()
    assert_sound(served)


def test_what_the_old_key_signed_is_still_verified(areas: Areas) -> None:
    """An auditor's copy of the checkpoint of the day before, and one from before that."""
    node = areas["eastvale"]
    notes = []
    for _ in range(2):
        notes.append((node.home / CHECKPOINT).read_text())
        change(node, "signing")
        advance_audit_checkpoint(node)
    known = signers(node.home, node.keys)
    with node.read() as tx:
        found = verify_log(
            DatabaseAudit(tx.session),
            node.node_id,
            [read_checkpoint(note, node.node_id, *known) for note in notes],
        )
    assert isinstance(found, Verified)
    for place in (node.home / CHECKPOINT, node.home / "keys" / COPY):
        assert read_checkpoint(place.read_text(), node.node_id, known[0])


def test_a_head_signed_by_a_key_that_was_given_up_is_not_the_nodes_own(areas: Areas) -> None:
    """Whoever has the old key cannot cut the log and sign what is left."""
    node = areas["eastvale"]
    old = (node.home / CHECKPOINT).read_text()
    change(node, "signing")
    (node.home / CHECKPOINT).write_text(old)
    assert "signed with another key" in node.log.files.read().lost[0]


STEPS: dict[str, tuple[object, str]] = {
    "before the certificate": (new_keys, "add_certificate"),
    "before the head": (new_keys, "hand_over"),
    "before the file": (new_keys, "put_in_place"),
    "while the file is written": (key_files, "write_atomically"),
    "before the record": (Node, "write"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_change_that_is_cut_short_leaves_a_node_that_works_and_can_be_done_again(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    node = areas["eastvale"]
    old = node.keys.signing.kid

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(*STEPS[step], crash)
        with pytest.raises(KeyboardInterrupt):
            change(node, "signing")
    assert (node.keys.signing.kid == old) is (step != "before the record")
    assert_sound(node)
    change(node, "signing")
    assert node.keys.signing.kid != old
    assert_sound(node)


def read_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(folder))


def docker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_files, "_PROVIDED", folder)


@pytest.mark.parametrize("provide", [read_only, docker])
def test_keys_that_the_system_provides_are_not_changed_and_nothing_else_is(
    areas: Areas, monkeypatch: pytest.MonkeyPatch, provide: Callable[[Path, pytest.MonkeyPatch], None]
) -> None:
    home = areas["eastvale"].home
    root = load_root(home / "keys")
    provide(home / "keys", monkeypatch)
    node = open_node(home, clock=areas.clock)
    names = ("keys/node.key", CERTIFICATES, CHECKPOINT)
    before = [(home / name).read_bytes() for name in names]
    with pytest.raises(UsageError, match="provided to the node, which may not change it") as caught:
        change_keys(node, root, "signing")
    assert "name that as `keys` in node.toml" in caught.value.do
    assert [(home / name).read_bytes() for name in names] == before
    node.database.close()


def test_a_full_disk_leaves_the_keys_as_they_were(areas: Areas, monkeypatch: pytest.MonkeyPatch) -> None:
    node = areas["eastvale"]
    old = node.keys.signing.kid

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(key_files, "write_atomically", full)
        with pytest.raises(StorageError, match="No space left on device"):
            change(node, "signing")
    assert node.keys.signing.kid == old
    assert_sound(node)


def test_another_nodes_key_file_in_the_place_of_the_own_is_refused(areas: Areas) -> None:
    node = areas["eastvale"]
    other = (areas["southmere"].home / "keys" / NODE_KEY).read_bytes()
    own = (node.home / "keys" / NODE_KEY).read_bytes()
    write_atomically(node.home / "keys" / NODE_KEY, other)
    with pytest.raises(UsageError, match="replaced by another node's"):
        _ = node.keys
    write_atomically(node.home / "keys" / NODE_KEY, own)
    assert node.keys.vault
    (node.home / "keys" / NODE_KEY).unlink()
    assert node.keys.vault  # It goes on with those that it has read.
