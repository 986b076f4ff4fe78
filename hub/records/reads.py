"""Read events between memory and the store: kept at once, and brought into the database in batches.

Whoever opens something is in the journal before they are answered (`hub.node.read_journal`). A batch is bound by
the audit log, so that whoever takes one away is found. Who may read them is for `hub.checks.openings`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from typing import Final

from pydantic import TypeAdapter

from hub.audit.events import NODE, Action
from hub.errors import StorageError
from hub.node.node import Node
from hub.node.read_journal import Lines
from hub.node.transaction import Reading, Transaction
from hub.store import reads
from hub.store.reads import BatchRow
from hub.values import Value

DAY_S: Final = 86_400


class Came(StrEnum):
    """What came of it: it was shown, or nothing was, as of what is not there."""

    shown = "shown"
    refused = "refused"


class ReadEvent(Value):
    """Somebody opened something, `at` (seconds since 1970), at an address of the console or by a command (`place`).

    `account`, `organisation`: by their ids (hex); else `operator`: the name of whoever ran a command, as the
    machine knows it, and `named`, the pseudonym of the name that they typed. `things`: what the address named or
    the page did, by kind and id; `cases`: the cases that these are of, by the digests (hex) of their references,
    once it was looked up. Names nobody whom a case is about.
    """

    at: int
    account: str = ""
    organisation: str = ""
    operator: str = ""
    named: str = ""
    place: str
    things: tuple[tuple[str, str], ...] = ()
    cases: tuple[str, ...] = ()
    came: Came = Came.shown


class ReadEvents(Value):
    """Those of a time. `unread`: lines of the journal that are not as this node wrote them."""

    events: tuple[ReadEvent, ...] = ()
    unread: int = 0


CasesOf = Callable[[Reading, ReadEvent], tuple[str, ...]]
_PLAIN: Final = TypeAdapter(ReadEvents)


def leave(node: Node, event: ReadEvent) -> None:
    """Keep that somebody opens something, before they are answered. Raises StorageError: then nothing is shown."""
    node.read_journal.append(event.model_dump_json(exclude_defaults=True).encode())


def bring_in(node: Node, cases_of: CasesOf) -> int:
    """Bring what the journal has into the database, a batch for each of its files; gives how many events.

    One is made also where nobody opened anything: peers are shown how long the log is, and read nothing of it by
    that. What is brought in already is dropped. `cases_of`: which cases an event is about. Raises StorageError,
    LogError, ConflictError.
    """
    count = 0
    try:
        files = node.read_journal.set_aside()
    except OSError as error:
        raise StorageError(
            "The journal of who opened what cannot be brought in.",
            kept="The journal as it is.",
            do=f"See that {node.read_journal.folder} can be written.",
        ) from error
    for path in files:
        with suppress(FileNotFoundError):  # Another process brought it in.
            count += _bring_in(node, node.read_journal.lines_of(path), cases_of)
            path.unlink(missing_ok=True)
    return count


def _bring_in(node: Node, lines: Lines, cases_of: CasesOf) -> int:
    with node.read() as looking:
        if reads.is_kept(looking.session, bytes.fromhex(lines.id)):
            return 0
        batch = _read(looking, lines, cases_of)
    with node.write() as tx:
        tx.hold_others_off()
        if reads.is_kept(tx.session, bytes.fromhex(lines.id)):  # By another process, meanwhile.
            return 0
        _keep(tx, lines.id, batch)
    return len(batch.events)


def _keep(tx: Transaction, number: str, batch: ReadEvents) -> None:
    plain = zlib.compress(batch.model_dump_json(exclude_defaults=True).encode())
    tx.record(Action.reads_kept, by=NODE, entries=len(batch.events), rejected=batch.unread)
    reads.add(tx.session, BatchRow(bytes.fromhex(number), tx.now, tx.vault.seal(_place(number), plain)))


def erase_old(node: Node) -> int:
    """Erase the batches whose time is over; gives how many. Raises StorageError, LogError."""
    with node.write() as tx:
        before = tx.now - node.settings.reads.keep_days * DAY_S
        gone = reads.erase_before(tx.session, before)
        if gone:
            tx.record(Action.reads_erased, by=NODE, entries=gone)
    return gone


def read_since(tx: Reading, at: int, cases_of: CasesOf) -> ReadEvents:
    """Who opened what since, the oldest first, also what is not brought in yet.

    No batch is gone that the log does not say was erased, or is another than it says. Raises RowsError.
    """
    waiting = {one.id: one for one in tx.node.read_journal.every()}
    tx.require_tables_as_bound("read_batch")
    found, unread = list[ReadEvent](), 0
    for row in reads.since(tx.session, at):
        batch = _open(tx, row)
        found += batch.events
        unread += batch.unread
    for lines in waiting.values():
        if not reads.is_kept(tx.session, bytes.fromhex(lines.id)):
            batch = _read(tx, lines, cases_of)
            found += batch.events
            unread += batch.unread
    return ReadEvents(events=tuple(sorted((one for one in found if one.at >= at), key=_at)), unread=unread)


def _read(tx: Reading, lines: Lines, cases_of: CasesOf) -> ReadEvents:
    """What a file of the journal has, with the cases that each is about."""
    every = [ReadEvent.model_validate_json(one) for one in lines.lines]
    return ReadEvents(
        events=tuple(one.model_copy(update={"cases": cases_of(tx, one)}) for one in every),
        unread=lines.unread,
    )


def _open(tx: Reading, row: BatchRow) -> ReadEvents:
    return _PLAIN.validate_json(zlib.decompress(tx.vault.open(_place(row.id.hex()), row.sealed)))


def _at(one: ReadEvent) -> int:
    return one.at


def _place(number: str) -> str:
    return f"read_batch/{number}"
