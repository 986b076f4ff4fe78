"""Making a backup of a node while it is served: one state of its database, with its home and the head of its log.

Encrypted to a key that is kept elsewhere. The keys go into a file of their own, for another place and other
hands. The PRF keys are in neither: a node that is brought back makes new ones. Changes nothing but the log.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from hub import __version__
from hub.audit.chain import Broken, Head
from hub.audit.checkpoint import sign_checkpoint
from hub.audit.events import OPERATOR, Action
from hub.audit.log import broken_log, verify_log
from hub.backup.archive import Contents, write_archive
from hub.errors import UsageError
from hub.node import keys
from hub.node.bound import ROWS_SAID
from hub.node.node import CHECKPOINT, NODE_TOML, Node, key_folder
from hub.node.prf_keys import PRF_FOLDER
from hub.node.read_journal import READ_JOURNAL
from hub.store.audit import DatabaseAudit
from hub.store.database import Database
from hub.store.snapshot import copy_database

DATABASE: Final = "database.sqlite3"
HOME: Final = "home"
KEYS: Final = "keys"
WORKSPACE: Final = ".backup-"
# What is not a node's own to keep: locks, databases and what runs beside them, unfinished files, made-up samples;
# PRF keys, which are not to outlive their epoch; and what is remembered of a log that goes on otherwise.
_LEFT_OUT: Final = (
    "*.lock",
    "*.sqlite3*",
    ".*",
    "*.rejected.csv",
    CHECKPOINT,
    ROWS_SAID,
    "*.new",
    PRF_FOLDER,
    READ_JOURNAL,
)


@dataclass(frozen=True, slots=True)
class BackedUp:
    """What was written: the files, and the head of the audit log that they hold."""

    home: Path
    keys: Path | None
    head: Head


def backup(node: Node, folder: Path, recipients: Sequence[str], *, keys_to: Path | None = None) -> BackedUp:
    """Write a backup of the node into a folder, and of its keys into another.

    Raises UsageError when a folder is missing, both are one, or there are no recipients, InputError on a
    recipient that is none, LogError when the log does not hold, StorageError.
    """
    _require_apart(folder, keys_to)
    made_at = dt.datetime.fromtimestamp(node.clock(), dt.UTC)
    name = f"{node.node_id}-{made_at:%Y%m%dT%H%M%SZ}"
    with node.write() as tx:
        tx.record(Action.backup_made, by=OPERATOR)
    with workspace(node.home) as room:
        head = _snapshot(node, room)
        note = sign_checkpoint(node.node_id, head, node.keys.signing.private)
        (room / CHECKPOINT).write_text(note, encoding="utf-8")
        contents = Contents(
            kind="home",
            node_id=node.node_id,
            made_at=int(made_at.timestamp()),
            made_by=__version__,
            log_size=head.size,
            log_hash=head.hash,
        )
        home = folder / f"{name}.home.age"
        files = {DATABASE: room / DATABASE, f"{HOME}/{CHECKPOINT}": room / CHECKPOINT}
        files |= {f"{HOME}/{one.relative_to(node.home)}": one for one in _files(node)}
        write_archive(home, contents, files, recipients, room)
        secrets = None
        if keys_to is not None:
            secrets = keys_to / f"{name}.keys.age"
            own = {f"{KEYS}/{keys.NODE_KEY}": key_folder(node.home, node.settings) / keys.NODE_KEY}
            write_archive(secrets, contents.model_copy(update={"kind": "keys"}), own, recipients, room)
    return BackedUp(home, secrets, head)


def _require_apart(folder: Path, keys_to: Path | None) -> None:
    for one in filter(None, (folder, keys_to)):
        if not one.is_dir():
            raise UsageError(
                f"{one} is not a folder.", kept="Nothing was written.", do="Make it, or name another."
            )
    if keys_to is not None and keys_to.resolve() == folder.resolve():
        raise UsageError(
            "The keys would lie beside what they open.",
            kept="Nothing was written.",
            do="Name another place for --keys, under another person's control.",
        )


@contextmanager
def workspace(home: Path) -> Iterator[Path]:
    """A folder for its owner alone, gone with what is in it when the block ends.

    What a kill left is removed too.
    """
    for left in home.glob(f"{WORKSPACE}*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=home, prefix=WORKSPACE) as name:
        yield Path(name)


def _snapshot(node: Node, room: Path) -> Head:
    """Copy one state of the database, and return the head of its log.

    Raises LogError when the log does not hold.
    """
    copy = Database(f"sqlite:///{room / DATABASE}", create=True)
    try:
        copy.migrate()
        copy_database(node.database, copy)
        with copy.read() as session:
            found = verify_log(DatabaseAudit(session), node.node_id)
    finally:
        copy.close()
    if isinstance(found, Broken):
        raise broken_log(found)
    return found.head


def _files(node: Node) -> Iterator[Path]:
    """The files of the home, without its keys and what is not kept, settings last."""
    secret = key_folder(node.home, node.settings).resolve()
    found = sorted(node.home.rglob("*"), key=lambda path: (path == node.home / NODE_TOML, path))
    for path in found:
        inside = path.resolve().is_relative_to(secret)
        unkept = any(fnmatch(part, one) for part in path.relative_to(node.home).parts for one in _LEFT_OUT)
        if path.is_file() and not path.is_symlink() and not inside and not unkept:
            yield path
