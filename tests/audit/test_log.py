"""The writer and its signed heads: what was signed once cannot be undone unseen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.audit.chain import Broken, Head, Tampering, Verified, head_after
from hub.audit.checkpoint import sign_checkpoint
from hub.audit.events import Action, Event
from hub.audit.heads import HeadFiles, SignedHeads
from hub.audit.log import advance_checkpoint, append, begin_checkpoint, verify_log
from hub.crypto.signing import PrivateKey
from hub.errors import LogError, StorageError
from tests.audit.logs import NODE_ID, START, ListStore, log_of, mark

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
EVENT = Event(action=Action.node_started, actor="node")


@pytest.fixture
def files(tmp_path: Path) -> HeadFiles:
    """Where the heads of a log go."""
    (tmp_path / "keys").mkdir()
    return HeadFiles(
        NODE_ID, lambda: [KEY.public_key()], tmp_path / "audit.txt", tmp_path / "keys" / "audit.txt"
    )


def begun(files: HeadFiles, events: int) -> ListStore:
    """A log of some events, signed for."""
    log = log_of([EVENT])
    begin_checkpoint(files, log, KEY)
    for _ in range(events - 1):
        append(log, NODE_ID, EVENT, START, mark)
    advance(files, log)
    return log


def advance(files: HeadFiles, log: ListStore) -> Head | Broken:
    found = advance_checkpoint(files, log, mark, lambda: KEY)
    if isinstance(found, Broken):
        return found
    assert not found.lost
    return found.head


def test_the_checkpoint_follows_the_log(files: HeadFiles) -> None:
    log = begun(files, 1)
    for _ in range(3):
        entry = append(log, NODE_ID, EVENT, START, mark)
        assert advance(files, log) == head_after(entry)
        signed = files.read()
        assert signed == SignedHeads((head_after(entry), head_after(entry)))
        assert verify_log(log, NODE_ID, signed.found) == Verified(head_after(entry), unwitnessed=0)


def test_only_the_first_entry_is_signed_for_without_a_head_before(files: HeadFiles) -> None:
    for size in (0, 2, 3):
        log = log_of([EVENT] * size)
        with pytest.raises(LogError, match="No signed head"):
            begin_checkpoint(files, log, KEY)
        with pytest.raises(LogError, match="No signed head"):
            advance_checkpoint(files, log, mark, lambda: KEY)
    with pytest.raises(LogError, match="No signed head"):
        advance(files, log_of([EVENT]))
    assert not files.home.exists()
    begin_checkpoint(files, log_of([EVENT]), KEY)
    assert len(files.read().found) == 2


def test_nothing_new_leaves_the_file_alone(files: HeadFiles) -> None:
    log = begun(files, 3)
    written = files.home.stat().st_mtime_ns, files.home.read_bytes()
    assert advance(files, log) == head_after(log.entries[-1])
    assert (files.home.stat().st_mtime_ns, files.home.read_bytes()) == written


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_log_rolled_back_is_not_signed_again(files: HeadFiles, kept: int) -> None:
    log = begun(files, 3)
    written = files.home.read_text()
    restored = ListStore(log.entries[:kept])
    assert advance(files, restored) == Broken(max(kept + 1, 3), Tampering.removed)
    for _ in range(5):
        append(restored, NODE_ID, replace_actor(EVENT), START, mark)
    assert isinstance(advance(files, restored), Broken)
    assert files.home.read_text() == written


def replace_actor(event: Event) -> Event:
    return event.model_copy(update={"actor": "operator"})


def test_what_was_forged_since_the_last_checkpoint_is_not_signed(files: HeadFiles) -> None:
    log = begun(files, 3)
    append(log, NODE_ID, EVENT, START, mark)
    append(log, NODE_ID, EVENT, START, mark)
    log.entries[3] = replace(log.entries[3], body=replace_actor(EVENT).canonical())
    assert advance(files, log) == Broken(4, Tampering.altered)


def test_forged_heads_are_refused(files: HeadFiles) -> None:
    log = begun(files, 1)
    files.write(sign_checkpoint(NODE_ID, Head(1, log.entries[0].hash), PrivateKey.generate()))
    with pytest.raises(LogError, match="signed with another key"):
        advance(files, log)


def test_without_a_place_beside_the_keys_there_is_one_head(files: HeadFiles) -> None:
    alone = replace(files, beside_keys=None)
    log = begun(alone, 3)
    assert alone.read() == SignedHeads((head_after(log.entries[-1]),))
    assert not list((files.home.parent / "keys").iterdir())


def test_a_head_that_cannot_be_read_or_written_says_so(files: HeadFiles, tmp_path: Path) -> None:
    log = begun(files, 1)
    alone = replace(files, beside_keys=None)
    alone.home.unlink()
    alone.home.mkdir()
    with pytest.raises(LogError, match=r"audit\.txt in the node's home cannot be read"):
        advance(alone, log)
    with pytest.raises(StorageError, match="cannot be written"):
        advance(files, log)
    with pytest.raises(StorageError, match="cannot be written"):
        advance(replace(files, home=tmp_path / "absent" / "audit.txt"), log)
    alone.home.rmdir()
    alone.home.write_bytes(b"\xff\xfe")
    with pytest.raises(LogError, match="cannot be read"):
        advance(alone, log)


def test_two_writers_that_link_to_one_head_cannot_both_insert() -> None:
    log = log_of([EVENT])

    class Stale(ListStore):
        def last(self) -> None:
            return None

    stale = Stale(log.entries)
    with pytest.raises(ValueError, match="taken"):
        append(stale, NODE_ID, EVENT, START, mark)
