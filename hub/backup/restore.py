"""Bringing a node back from a backup: the only way past an older head of its log, with a reason, on the record.

A node that was brought back does not know who was sealed or withdrawn since. So it answers no peer and publishes
nothing until that is settled (`finish`); then it makes new PRF keys. What people did by hand since is read from the
old home (`lost_acts`). The new home is made beside the old one and takes its place at the end: what was there is
put aside, never deleted.
"""

from __future__ import annotations

import datetime as dt
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.audit.chain import Broken, Head
from hub.audit.checkpoint import read_checkpoint, sign_checkpoint
from hub.audit.events import OPERATOR, Action
from hub.audit.log import broken_log, verify_log
from hub.backup.archive import Contents, read_archive
from hub.backup.lost_acts import OldLog, lost_acts
from hub.backup.make import DATABASE, HOME, KEYS
from hub.errors import HubError, InputError, LogError, UsageError
from hub.files import write_atomically
from hub.node import keys
from hub.node.at_work import stopped
from hub.node.certificates import signers
from hub.node.home import advance_audit_checkpoint
from hub.node.node import CHECKPOINT, NODE_TOML, bind_what_is_not, key_folder, node_of
from hub.node.settings import Settings, load_settings
from hub.records import restorations
from hub.records.restorations import Reasons
from hub.store import feed_content, peers
from hub.store.audit import DatabaseAudit
from hub.store.database import Database
from hub.store.snapshot import copy_database

_RESTORING: Final = ".restoring"
_OPENED: Final = "opened"
_DATABASE_LINE: Final = re.compile(r"^database\s*=.*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a node is brought back from: its backup, that of its keys, and the key that opens both.

    `keys` None: the home has its keys still. `database`: an address in place of that in the backup's settings.
    `old`: where the home is as it was, if that is another place.
    """

    backup: Path
    keys: Path | None
    identity: str
    database: str | None = None
    old: Path | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restoration went back to, the newest head known of what was lost, and where the old home is now.

    `old_log`: what people did since, as far as the old home tells.
    """

    node_id: str
    backup_at: int
    head: Head
    lost: Head | None
    old_log: OldLog
    put_aside: Path | None


def restore(home: Path, source: Source, because: str) -> Restored:
    """Bring a node back into its home.

    Nothing that is there is changed before all of it is ready. Raises UsageError, ConflictError while a server or
    worker is at work on the home, InputError, AuthenticationError when a backup does not open, LogError when the
    log in it does not hold, StorageError, OSError.
    """
    home = home.resolve()
    if not because.strip():
        raise UsageError("A restoration needs its reason.", kept="Nothing was changed.", do="Give --because.")
    with stopped(home):
        return _restored(home, source, because)


def _restored(home: Path, source: Source, because: str) -> Restored:
    fresh = home.with_name(home.name + _RESTORING)
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700, parents=True)
    try:
        contents = _unpack(home, fresh, source)
        settings = load_settings(fresh)
        head = _verified_head(fresh, contents, settings)
        old = (source.old or home).resolve()
        lost = _lost(old, head, contents)
        known = keys.load(key_folder(fresh, settings))
        old_log = lost_acts(old, contents.node_id, known, head, fresh)
        _fill_database(fresh, settings)
        reasons = Reasons(
            because=because,
            head_size=head.size,
            head_hash=head.hash,
            lost=old_log.acts,
            all_known=old_log.complete,
            known_up_to=old_log.up_to,
        )
        _begin_again(fresh, contents.made_at, head, lost, reasons)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    return Restored(contents.node_id, contents.made_at, head, lost, old_log, _change_places(home, fresh))


def _unpack(home: Path, fresh: Path, source: Source) -> Contents:
    """Put the files of the backup into the new home, with the keys."""
    opened = fresh / _OPENED
    opened.mkdir(mode=0o700)
    contents = read_archive(source.backup, source.identity, opened)
    if contents.kind != "home" or not (opened / HOME / NODE_TOML).is_file():
        raise InputError("That file is no backup of a home.", do="Give the one whose name ends in .home.age.")
    for path in (opened / HOME).iterdir():
        shutil.move(path, fresh / path.name)
    if source.database is not None:
        line = f'database = "{source.database}"'
        text = (fresh / NODE_TOML).read_text(encoding="utf-8")
        write_atomically(fresh / NODE_TOML, _DATABASE_LINE.sub(lambda _: line, text, count=1).encode())
    settings = load_settings(fresh)
    _require_same_node(home, settings)
    _place_keys(home, fresh, settings, source)
    return contents


def _require_same_node(home: Path, settings: Settings) -> None:
    if (home / NODE_TOML).exists() and load_settings(home).node_id != settings.node_id:
        raise UsageError(
            "The backup is another node's.", kept="Nothing was changed.", do="Name the home of that node."
        )


def _place_keys(home: Path, fresh: Path, settings: Settings, source: Source) -> None:
    """Put the keys where the settings say that they are, from their backup or from the home as it was."""
    folder = key_folder(fresh, settings)
    if source.keys is not None:
        opened = fresh / _OPENED / KEYS
        opened.mkdir(mode=0o700, exist_ok=True)
        if read_archive(source.keys, source.identity, opened).kind != "keys":
            raise InputError(
                "That file is no backup of keys.", do="Give the one whose name ends in .keys.age."
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_atomically(folder / keys.NODE_KEY, (opened / KEYS / keys.NODE_KEY).read_bytes())
    elif not folder.exists() and key_folder(home, settings).exists():
        shutil.copytree(key_folder(home, settings), folder)


def _verified_head(fresh: Path, contents: Contents, settings: Settings) -> Head:
    """The head of the backup's log, whose every entry holds up to it. Raises LogError, AuthenticationError."""
    known = signers(fresh, keys.load(key_folder(fresh, settings)))
    head = read_checkpoint((fresh / CHECKPOINT).read_text(encoding="utf-8"), settings.node_id, *known)
    database = Database(f"sqlite:///{fresh / _OPENED / DATABASE}")
    try:
        with database.read() as session:
            found = verify_log(DatabaseAudit(session), settings.node_id, (head,))
    finally:
        database.close()
    if isinstance(found, Broken):
        raise broken_log(found)
    if found.head != head or head != Head(contents.log_size, contents.log_hash):
        raise LogError("The log in the backup is not the one that was signed for.", do="Take another backup.")
    return head


def _lost(home: Path, head: Head, contents: Contents) -> Head | None:
    """The newest head that the old home was signed for, where it is later than the backup's."""
    try:
        settings = load_settings(home)
        known_keys = signers(home, keys.load(key_folder(home, settings)))
        known = read_checkpoint(
            (home / CHECKPOINT).read_text(encoding="utf-8"), contents.node_id, *known_keys
        )
    except (HubError, OSError, UnicodeDecodeError):
        return None
    return known if known.size > head.size else None


def _fill_database(fresh: Path, settings: Settings) -> None:
    """Copy the backup's database into the node's own, which must be empty."""
    snapshot = Database(f"sqlite:///{fresh / _OPENED / DATABASE}")
    target = Database(settings.database_url(fresh), create=True)
    try:
        snapshot.migrate()
        target.migrate()
        copy_database(snapshot, target)
    finally:
        snapshot.close()
        target.close()


def _begin_again(fresh: Path, backup_at: int, head: Head, lost: Head | None, reasons: Reasons) -> None:
    """Open the node, sign the older head once, and put on the record that and why it went back to it."""
    node = node_of(fresh, load_settings(fresh))
    try:
        node.log.files.write(sign_checkpoint(node.node_id, head, node.keys.signing.private))
        bind_what_is_not(node)
        with node.write() as tx:
            for peer in peers.every(tx.session):
                peers.forget_copies(tx.session, peer.node_id)
            feed_content.bind_lines(tx.session)  # It has none: they are in no backup.
            size = lost.size if lost else None
            restorations.add(tx, backup_at=backup_at, lost_size=size, reasons=reasons)
            tx.record(Action.restored, by=OPERATOR, entries=head.size)
        advance_audit_checkpoint(node)
    finally:
        node.database.close()
    shutil.rmtree(fresh / _OPENED)


def _change_places(home: Path, fresh: Path) -> Path | None:
    """Put the new home in place of the old one, which is put aside."""
    aside = None
    if home.exists():
        now = dt.datetime.now(dt.UTC)
        aside = home.with_name(f"{home.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
        home.rename(aside)
    fresh.rename(home)
    return aside
