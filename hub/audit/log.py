"""The one writer of the audit log, and the keeper of its checkpoint file.

Works on an `AuditStore`, which the store implements, and a file outside the database. Does not commit: an
entry stands or falls with the caller's transaction, so nothing is done that was not written. Does not choose
what to write (`events`) and does not know the table.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Protocol

from hub.audit.chain import Broken, Entry, Head, Verified, genesis, head_after, link, verify
from hub.audit.checkpoint import read_checkpoint, sign_checkpoint
from hub.audit.events import Event
from hub.crypto.signing import PrivateKey, PublicKey
from hub.errors import StorageError
from hub.files import write_atomically


class AuditStore(Protocol):
    """Where entries are kept. One per database session."""

    def last(self) -> Entry | None:
        """The newest entry, with the writer's lock held until the transaction ends.

        So no other worker links to the same head: BEGIN IMMEDIATE on SQLite, `pg_advisory_xact_lock` on PostgreSQL.
        """

    def insert(self, entry: Entry) -> None:
        """Add an entry. Its number is the primary key: a second one with the same number must fail."""

    def after(self, seq: int) -> Iterable[Entry]:
        """The entries numbered past `seq`, in the order of their numbers, streamed."""


def append(store: AuditStore, node_id: str, event: Event, at: datetime) -> Entry:
    """Link an event to the log's head and insert it."""
    last = store.last()
    entry = link(head_after(last) if last else genesis(node_id), at, event)
    store.insert(entry)
    return entry


def verify_log(store: AuditStore, node_id: str, known: Iterable[Head] = ()) -> Verified | Broken:
    """Verify the complete log against heads known from outside: its checkpoint, peers' receipts."""
    return verify(store.after(0), genesis(node_id), known)


def load_checkpoint(path: Path, node_id: str, key: PublicKey) -> Head | None:
    """The head that the checkpoint file vouches for; None if there is none yet.

    Raises AuthenticationError if it is not this node's, StorageError if it cannot be read.
    """
    try:
        note = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(
            "The audit checkpoint cannot be read.", do=f"Look at the file {path.name} in the node's home."
        ) from error
    return read_checkpoint(note, node_id, key)


def advance_checkpoint(path: Path, store: AuditStore, node_id: str, key: PrivateKey) -> Head | Broken:
    """Sign the log's present head into the checkpoint file, after the entries are committed.

    Only what follows the last signed head is signed: a log that was rolled back, cut or rewritten since is
    not, and comes back as Broken. Safe with many workers: a lock file orders them and no head goes back;
    but `store` must read in a transaction begun by this call, not in an older snapshot.
    """
    with _locked(path):
        signed = load_checkpoint(path, node_id, key.public_key())
        found = _since(store, signed or genesis(node_id))
        if isinstance(found, Verified) and found.head != signed:
            write_atomically(path, sign_checkpoint(node_id, found.head, key).encode())
    return found if isinstance(found, Broken) else found.head


def _since(store: AuditStore, signed: Head) -> Verified | Broken:
    """Verify from the signed head's own entry on, so that its loss is seen even when nothing follows it."""
    if signed.size == 0:
        return verify(store.after(0), signed)
    entries = iter(store.after(signed.size - 1))
    first = list(islice(entries, 1))
    before = Head(signed.size - 1, first[0].prev if first else "")
    return verify(chain(first, entries), before, (signed,))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the checkpoint's lock file; a disk that fails in between is a StorageError."""
    try:
        with path.with_name(path.name + ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise StorageError(
            "The audit checkpoint cannot be written.",
            kept="The log itself is in the database.",
            do="Make room on the disk, and let the node's user write to its home.",
        ) from error
