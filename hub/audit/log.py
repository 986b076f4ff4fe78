"""The one writer of the audit log, which alone signs its head.

Works on an `AuditStore`, which the store implements, and on files outside the database (`heads`). Does not commit:
an entry stands or falls with the caller's transaction, so nothing is done that was not written. Does not choose
what to write (`events`) and does not know the table.
"""

from __future__ import annotations

import fcntl
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from typing import Final, Protocol

from hub.audit.chain import Broken, Entry, Head, Tampering, Verified, genesis, head_after, link, verify
from hub.audit.checkpoint import sign_checkpoint
from hub.audit.events import Action, Event
from hub.audit.heads import HeadFiles, SignedHeads
from hub.audit.rows import Ledger
from hub.crypto.signing import PrivateKey
from hub.errors import LogError, StorageError

FORMAT: Final = 4
"""Of logs whose entries are marked, and bind the rows that they are of: the first entry says so.

Since 3 they bind all of a row of the outbox, also when it is tried next. Since 4 whoever is hidden by a case was
looked for on every other from the first, and what peers were told of is bound.
"""

BINDS_DELIVERIES: Final = 3
_MARKED: Final = 2

Mark = Callable[[str], str]
"""The node's mark (hex) of an entry's hash, under a key that is not in the database."""


class AuditStore(Protocol):
    """Where entries are kept. One per database session."""

    def last(self) -> Entry | None:
        """The newest entry, with the writer's lock held until the transaction ends.

        So no other worker links to the same head: BEGIN IMMEDIATE on SQLite, `pg_advisory_xact_lock` on PostgreSQL.
        """

    def at(self, seq: int) -> Entry | None:
        """The entry of that number."""

    def first_of(self, action: str) -> Entry | None:
        """The oldest entry of an action."""

    def insert(self, entry: Entry) -> None:
        """Add an entry. Its number is the primary key: a second one with the same number must fail."""

    def after(self, seq: int) -> Iterable[Entry]:
        """The entries numbered past `seq`, in the order of their numbers, streamed."""


def append(store: AuditStore, node_id: str, event: Event, at: datetime, mark: Mark) -> Entry:
    """Link an event to the log's head, and insert it marked."""
    last = store.last()
    entry = link(head_after(last) if last else genesis(node_id), at, event)
    entry = replace(entry, mark=mark(entry.hash))
    store.insert(entry)
    return entry


def verify_log(
    store: AuditStore, node_id: str, known: Iterable[Head] = (), ledger: Ledger | None = None
) -> Verified | Broken:
    """Verify the complete log against heads known from outside: its checkpoint, peers' receipts.

    `ledger` takes in what it says of rows. Whose the entries after the newest head are is not looked at: that takes
    the node's keys.
    """
    ledger = ledger or Ledger()
    return verify(_read_into(ledger, store.after(0)), genesis(node_id), known)


def _read_into(ledger: Ledger, entries: Iterable[Entry]) -> Iterator[Entry]:
    for entry in entries:
        try:
            ledger.read(entry.seq, entry.body)
        except (ValueError, TypeError, AttributeError):
            entry = replace(entry, hash="")
        yield entry


@dataclass(frozen=True, slots=True)
class Signed:
    """The head that is signed now, and in words which of its files was lost and made anew."""

    head: Head
    lost: tuple[str, ...] = ()


def require_reached(store: AuditStore, heads: SignedHeads) -> None:
    """One indexed read for each head. Raises LogError when none is left, or one is not in the log."""
    heads.newest()
    for head in dict.fromkeys(heads.found):
        entry = store.at(head.size)
        if entry is None or entry.hash != head.hash:
            raise LogError(
                "The audit log does not reach its signed head: entries were removed or rewritten, or the database "
                "is an older copy.",
                kept="The database as it is: nothing is written on it.",
                do="Run `hub audit verify`, and call your auditor before you restore a backup.",
            )


def begin_checkpoint(files: HeadFiles, store: AuditStore, key: PrivateKey) -> None:
    """Sign the head of a log that has its first entry alone, and none yet. Raises LogError, StorageError."""
    with _locked(files.home):
        heads = files.read()
        entries = list(islice(store.after(0), 2))
        if heads.found or len(entries) != 1:
            heads.newest()
            return
        files.write(sign_checkpoint(files.node_id, head_after(entries[0]), key))


def advance_checkpoint(
    files: HeadFiles, store: AuditStore, mark: Mark, key: Callable[[], PrivateKey]
) -> Signed | Broken:
    """Sign the log's present head, after the entries are committed. Raises LogError when no signed head is left.

    `key` gives the key that is in use when it is this call's turn.

    Only what follows the last signed head is signed, and bears the node's mark: a log that was rolled back, cut,
    rewritten or added to since is not, and comes back as Broken. Safe with many workers: a lock file orders them
    and no head goes back; but `store` must read in a transaction begun by this call, not in an older snapshot.
    """
    with _locked(files.home):
        heads = files.read()
        found = verify_since(store, heads, mark)
        if isinstance(found, Broken):
            return found
        if heads.lost or any(head != found.head for head in heads.found):
            files.write(sign_checkpoint(files.node_id, found.head, key()))
    return Signed(found.head, heads.lost)


def hand_over(
    files: HeadFiles, store: AuditStore, mark: Mark, key: PrivateKey, put_in_place: Callable[[], None]
) -> None:
    """Sign the log's head with the key that comes next, and put that in place, while nobody else signs.

    Where it fails half-way, either key's signature is there and `files.keys` still knows it. Raises LogError when
    no signed head is left or the log does not hold, StorageError.
    """
    with _locked(files.home):
        found = verify_since(store, files.read(), mark)
        if isinstance(found, Broken):
            raise broken_log(found)
        files.write(sign_checkpoint(files.node_id, found.head, key))
        put_in_place()


def broken_log(found: Broken) -> LogError:
    """The error for a log in which an entry does not hold."""
    return LogError(
        f"The audit log is not intact. {found}",
        kept="The database as it is: nothing is written on it, and nothing signed.",
        do="Run `hub audit verify` and call your auditor.",
    )


def verify_since(store: AuditStore, heads: SignedHeads, mark: Mark) -> Verified | Broken:
    """Verify from the signed head's own entry on, so that its loss is seen even when nothing follows it.

    What follows it bears the node's mark, or somebody else wrote it.
    """
    signed = heads.newest()
    for head in heads.found:
        earlier = store.at(head.size)
        if earlier is not None and earlier.hash != head.hash:
            return Broken(head.size, Tampering.rewritten)
    entries = iter(store.after(signed.size - 1))
    first = list(islice(entries, 1))
    before = Head(signed.size - 1, first[0].prev if first else "")
    forged: list[int] = []
    first_marked = marked_from(store)

    def looked_at() -> Iterator[Entry]:
        for entry in entries:
            if entry.seq >= first_marked and not bears(entry, mark):
                forged.append(entry.seq)
            yield entry

    found = verify(chain(first, looked_at()), before, (signed,))
    return Broken(forged[0], Tampering.forged) if forged and isinstance(found, Verified) else found


def bears(entry: Entry, mark: Mark) -> bool:
    """Whether an entry bears the node's mark."""
    return hmac.compare_digest(str(entry.mark).encode(errors="replace"), mark(entry.hash).encode())


def marked_from(store: AuditStore) -> int:
    """The number of the first entry that bears a mark: a log of before has some without."""
    first = store.at(1)
    if first is None or is_marked(first):
        return 0
    anchored = store.first_of(Action.rows_anchored)
    return anchored.seq if anchored else first.seq


def is_marked(first: Entry) -> bool:
    """Whether a log was begun in a format that marks its entries, by its first entry."""
    return begun_in(first) >= _MARKED


def begun_in(first: Entry) -> int:
    """The format that a log was begun in, by its first entry."""
    try:
        detail = json.loads(first.body).get("detail", {})
        return int(detail.get("format", 1)) if first.action == Action.node_created else 1
    except (ValueError, TypeError, AttributeError):
        return 1


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
