"""The writer and its checkpoint file: what was signed once cannot be undone unseen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.audit.chain import Broken, Head, Tampering, Verified, genesis, head_after
from hub.audit.events import Action, Event
from hub.audit.log import advance_checkpoint, append, load_checkpoint, verify_log
from hub.errors import AuthenticationError, StorageError
from tests.audit.logs import NODE_ID, START, ListStore, log_of

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
EVENT = Event(action=Action.node_started, actor="node")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.checkpoint"


def advance(path: Path, log: ListStore) -> Head | Broken:
    return advance_checkpoint(path, log, NODE_ID, KEY)


def test_the_checkpoint_follows_the_log(path: Path) -> None:
    log = log_of([])
    for _ in range(3):
        entry = append(log, NODE_ID, EVENT, START)
        assert advance(path, log) == head_after(entry)
        signed = load_checkpoint(path, NODE_ID, KEY.public_key())
        assert signed == head_after(entry)
        assert verify_log(log, NODE_ID, [signed]) == Verified(signed, unwitnessed=0)


def test_there_is_no_checkpoint_of_an_empty_log(path: Path) -> None:
    assert load_checkpoint(path, NODE_ID, KEY.public_key()) is None
    assert advance(path, log_of([])) == genesis(NODE_ID)


def test_nothing_new_leaves_the_file_alone(path: Path) -> None:
    log = log_of([EVENT] * 3)
    advance(path, log)
    written = path.stat().st_mtime_ns, path.read_bytes()
    assert advance(path, log) == head_after(log.entries[-1])
    assert (path.stat().st_mtime_ns, path.read_bytes()) == written


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_log_rolled_back_is_not_signed_again(path: Path, kept: int) -> None:
    log = log_of([EVENT] * 3)
    advance(path, log)
    written = path.read_text()
    restored = ListStore(log.entries[:kept])
    assert advance(path, restored) == Broken(max(kept + 1, 3), Tampering.removed)
    for _ in range(5):
        append(restored, NODE_ID, replace_actor(EVENT), START)
    assert isinstance(advance(path, restored), Broken)
    assert path.read_text() == written


def replace_actor(event: Event) -> Event:
    return event.model_copy(update={"actor": "operator"})


def test_what_was_forged_since_the_last_checkpoint_is_not_signed(path: Path) -> None:
    log = log_of([EVENT] * 3)
    advance(path, log)
    append(log, NODE_ID, EVENT, START)
    append(log, NODE_ID, EVENT, START)
    log.entries[3] = replace(log.entries[3], body=replace_actor(EVENT).canonical())
    assert advance(path, log) == Broken(4, Tampering.altered)


def test_a_forged_checkpoint_is_refused(path: Path) -> None:
    log = log_of([EVENT])
    advance_checkpoint(path, log, NODE_ID, Ed25519PrivateKey.from_private_bytes(bytes(32)))
    with pytest.raises(AuthenticationError):
        advance(path, log)


def test_a_checkpoint_that_cannot_be_read_or_written_says_so(path: Path, tmp_path: Path) -> None:
    path.mkdir()
    with pytest.raises(StorageError, match=r"audit\.checkpoint"):
        advance(path, log_of([EVENT]))
    with pytest.raises(StorageError, match="cannot be written"):
        advance(tmp_path / "absent" / "audit.checkpoint", log_of([EVENT]))
    path.rmdir()
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(StorageError, match="cannot be read"):
        advance(path, log_of([EVENT]))


def test_two_writers_that_link_to_one_head_cannot_both_insert() -> None:
    log = log_of([EVENT])

    class Stale(ListStore):
        def last(self) -> None:
            return None

    stale = Stale(log.entries)
    with pytest.raises(ValueError, match="taken"):
        append(stale, NODE_ID, EVENT, START)
