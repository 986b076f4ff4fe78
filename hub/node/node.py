"""A node: its home folder opened, so that commands and pages share settings, keys, rules and database.

Reads the home once; everything else takes a Node. Does not do any of a node's work.
"""

from __future__ import annotations

import datetime as dt
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import local
from typing import TypeVar

from hub.audit import events
from hub.audit.chain import Broken, Head, genesis, verify
from hub.audit.heads import HeadFiles
from hub.consent import Rules, rules_from_text
from hub.crypto import vault
from hub.crypto.hpke import PrivateKey
from hub.crypto.signing import PublicKey
from hub.crypto.vault import Vault
from hub.errors import ConflictError, RowsError, StorageError, UsageError
from hub.matching import MatchingConfig, load_config
from hub.node.agreements import AGREEMENTS, AgreementFolder, Agreements
from hub.node.bound import ROWS_SAID, BoundLog
from hub.node.certificates import load as load_certificates
from hub.node.derived import Derived
from hub.node.keys import (
    COPY,
    KeyRing,
    NodeKeys,
    add_services_secret,
    drop_prf_seeds,
    keeps_files,
    prf_seeds_of_before,
)
from hub.node.prf_keys import FIRST_EPOCH, PRF_FOLDER, MissingKeysError, PrfKeyFolder, PrfKeys
from hub.node.read_journal import READ_JOURNAL, ReadJournal
from hub.node.settings import Areas, Settings, config_file, load_areas, load_settings, read_text, read_toml
from hub.node.stops import STOPS, Stops
from hub.node.transaction import Reading, Transaction
from hub.node.upgrade import bind_rows_of_before, binds_deliveries, binds_rows, binds_tellings
from hub.node.watch import LogWatch
from hub.store import feeds
from hub.store.audit import DatabaseAudit
from hub.store.database import Database
from hub.store.remembered import Remembered

T = TypeVar("T")
U = TypeVar("U")
NODE_TOML = "node.toml"
CHECKPOINT = "audit-checkpoint.txt"
THE_OPERATOR = "the operator of this machine"
"""Whoever acts at a command where people have accounts and none of them is signed in: nobody else is called so."""


@dataclass(frozen=True)
class Node:
    """An opened node. `clock` gives seconds since 1970.

    `acts_as`: who acts where no user is named: the operator at a command, or the node by itself.
    """

    home: Path
    settings: Settings
    key_ring: KeyRing
    database: Database
    clock: Callable[[], float] = field(default=time.time)
    acts_as: str = events.OPERATOR

    @property
    def node_id(self) -> str:
        """The node's id, as peers know it."""
        return self.settings.node_id

    @property
    def keys(self) -> NodeKeys:
        """The keys that are in use now."""
        return self.key_ring.now()

    def service_vault(self, organisation: str) -> Vault:
        """The vault of an Idva service of this node, by its id (hex). Raises UsageError where it cannot be made."""
        return self._services_keys().service(organisation)

    def service_sealing(self, organisation: str, matter: str) -> PrivateKey:
        """The key to which others seal what is for that service alone, of one matter. Raises UsageError as that."""
        return self._services_keys().service_sealing(organisation, matter)

    def _services_keys(self) -> NodeKeys:
        if not self.keys.services:
            add_services_secret(key_folder(self.home, self.settings))
        return self.keys

    @cached_property
    def matching(self) -> MatchingConfig:
        """Match-key classes, weights and bands, from `matching.toml`."""
        return load_config(read_toml(config_file(self.home, "matching.toml")))

    @cached_property
    def rules(self) -> Rules:
        """The legal grounds and the node's policy, from `grounds.toml` and `policy.toml`."""
        files = [config_file(self.home, name) for name in ("grounds.toml", "policy.toml")]
        return rules_from_text(*(read_text(file) for file in files))

    @cached_property
    def _agreement_folder(self) -> AgreementFolder:
        return AgreementFolder(self.home / AGREEMENTS, self.rules.law)

    @property
    def agreements(self) -> Agreements:
        """The agreements that it holds, as their files are now."""
        return self._agreement_folder.now()

    @cached_property
    def areas(self) -> Areas:
        """The areas known, from `areas.toml`."""
        return load_areas(self.home)

    @cached_property
    def prf_folder(self) -> PrfKeyFolder:
        """The files of its PRF keys."""
        return PrfKeyFolder(self.home / PRF_FOLDER, self.keys.vault)

    def prf_keys(self, epoch: int | None = None) -> PrfKeys:
        """The PRF keys of an epoch of the feed: of the one in use, if none is named. Raises MissingKeysError."""
        if epoch is not None:
            return self.prf_folder.of(epoch)
        epoch = self.epoch()
        try:
            return self.prf_folder.of(epoch)
        except MissingKeysError:
            if self.epoch() == epoch:
                raise
            return self.prf_keys()  # It was retired while it was read.

    def epoch(self) -> int:
        """The epoch of the feed that is in use."""
        with self.database.read() as session:
            state = feeds.state(session)
        return state.epoch if state else FIRST_EPOCH

    @property
    def sealing_key_id(self) -> str:
        """The public name of the key peers seal to."""
        return vault.key_id(self.keys.sealing_public)

    def now(self) -> int:
        """Whole seconds since 1970."""
        return int(self.clock())

    def today(self) -> dt.date:
        """The node's date, UTC."""
        return dt.datetime.fromtimestamp(self.clock(), dt.UTC).date()

    def user(self, name: str) -> str:
        """The pseudonym (32 hex digits) under which a user stands in the node's own log."""
        return events.user_actor(self.keys.vault.pseudonym_key, name).removeprefix("user:")

    def user_at(self, peer: str, name: str) -> str:
        """The pseudonym under which a user stands at a peer: always the same there, and another at every other."""
        return self.keys.vault.told("user", peer, self.user(name))

    def check_at(self, peer: str, check_id: str) -> str:
        """What a peer knows a check of ours by: another for every peer."""
        return self.keys.vault.told("check", peer, check_id)

    def case_digest(self, case_ref: str) -> bytes:
        """The keyed digest by which a case is found again."""
        return self.keys.vault.lookup("case_ref", case_ref)

    def actor(self, name: str) -> str:
        """A user as the audit log names them: by their pseudonym; the operator as such."""
        return events.OPERATOR if name == THE_OPERATOR else "user:" + self.user(name)

    @cached_property
    def log(self) -> LogWatch:
        """The watch over the audit log and its signed heads."""
        folder = key_folder(self.home, self.settings)
        beside_keys = folder / COPY if keeps_files(folder) else None
        files = HeadFiles(self.node_id, self._signers, self.home / CHECKPOINT, beside_keys)
        stops = Stops(self.home / STOPS, lambda: self.keys.vault)
        return LogWatch(files, self.mark, stops)

    @cached_property
    def bound(self) -> BoundLog:
        """What the log says of every row."""
        return BoundLog(self.home / ROWS_SAID, lambda: self.keys.vault, self.log, self.database.read)

    @cached_property
    def read_journal(self) -> ReadJournal:
        """Who opened what and is not brought into the database yet."""
        return ReadJournal(self.home / READ_JOURNAL, lambda: self.keys.vault)

    @cached_property
    def remembered(self) -> Remembered:
        """The rows that were read before, of the tables that are looked at whole, and what was made of them."""
        return Remembered()

    @cached_property
    def derived(self) -> Derived:
        """What follows from what is remembered, as far as somebody worked it out."""
        return Derived()

    def mark(self, entry_hash: str) -> str:
        """The node's mark of an entry of its log, by the entry's hash: nobody without its keys can make it."""
        return self.keys.vault.vouch("audit_entry", bytes.fromhex(entry_hash)).hex()

    def _signers(self) -> tuple[PublicKey, ...]:
        """Whose signature a head may have: the present key's, or one's that was being put in its place."""
        keys = self.keys
        try:
            kept = load_certificates(self.home, keys.vault)
        except StorageError:  # Told by whatever needs the certificates.
            kept = None
        return (keys.signing.private.public_key(), *(kept.later_than(keys) if kept else ()))

    def require_intact(self) -> None:
        """Raise LogError when the log does not reach the head last signed, or was seen to be broken."""
        with self.database.read() as session:
            self.log.require_reached(DatabaseAudit(session))

    def look_at_log(self) -> None:
        """Look at what was written since the head last signed. Raises LogError, and then stops the node."""
        with self.database.read() as session:
            self.log.look(DatabaseAudit(session))

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A look at the database; nothing that is changed through it is kept.

        Raises StorageError, LogError where the node has stopped.
        """
        shared = getattr(self._looks, "shared", None)
        if shared is not None:
            with self._stopping():
                yield shared
            return
        self.log.stops.require_none()
        with self._stopping(), self.database.read() as session:
            yield Reading(self, session)

    @contextmanager
    def one_moment(self) -> Iterator[None]:
        """Until it writes, every look of this thread is one look: what it shows is of one moment.

        A page looks dozens of times; to begin each anew costs more than what most find. Raises as `read`.
        """
        with self.read() as tx:
            self._looks.shared = tx
            try:
                yield
            finally:
                self._looks.shared = None

    def of_one_moment(self, act: Callable[[T], U], given: T) -> U:
        """What `act` gives, of one moment; look by look where others write too much. Nothing is written twice."""
        with self.one_moment():
            try:
                return act(given)
            except ConflictError:
                if self._looks.shared is None:
                    raise
        return act(given)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """A transaction with the audit log's writer for it: both are kept, or neither.

        Raises LogError when the log does not reach the head that was last signed: it is not written on.
        """
        self._looks.shared = None
        with self._stopping(), self.database.write() as session:
            self.log.require_reached(DatabaseAudit(session))
            tx = Transaction(self, session)
            yield tx
            tx.close()

    @cached_property
    def _looks(self) -> local:
        """The look that each thread shares, if it does."""
        return local()

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Where rows are not as the log says, the node stops: not only what was about to rest on them."""
        try:
            yield
        except RowsError as error:
            self.log.stops.begin(error.text, self.now())
            raise


def open_node(home: Path, *, clock: Callable[[], float] = time.time) -> Node:
    """Open a node's home: settings, keys and an up-to-date database.

    Raises UsageError, StorageError, LogError when the database is empty, older than the head last signed, or cut.
    """
    node = open_to_verify(home, clock=clock)
    try:
        node.require_intact()
        bind_what_is_not(node)
    except BaseException:
        node.database.close()
        raise
    return node


def bind_what_is_not(node: Node) -> None:
    """In a database of an earlier version: have the log bind the rows that it does not bind yet."""
    with node.read() as tx:
        log = DatabaseAudit(tx.session)
        earlier = not (binds_rows(log) and binds_deliveries(log) and binds_tellings(log))
    if earlier:
        with node.write() as writing:
            bind_rows_of_before(writing)


def open_to_verify(home: Path, *, clock: Callable[[], float] = time.time) -> Node:
    """Open a node's home whatever its log is like. Raises UsageError (also if others may enter), StorageError."""
    home = home.resolve()
    if not (home / NODE_TOML).exists():
        raise UsageError(f"{home} is not a node's home.", do="Make one with `hub init`.")
    if home.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"{home} is open to others on this machine.", do=f"Run `chmod 700 {home}`.")
    return node_of(home, load_settings(home), clock=clock)


def node_of(
    home: Path, settings: Settings, *, clock: Callable[[], float] = time.time, create: bool = False
) -> Node:
    """The node of a home whose settings are known. `create`: with a database made for it where there is none.

    Raises UsageError when keys and database do not belong together, StorageError.
    """
    key_ring = KeyRing(key_folder(home, settings))
    database = Database(settings.database_url(home), create=create)
    try:
        database.migrate()
        node = Node(home, settings, key_ring, database, clock)
        _require_own_database(node)
        _tidy_prf_keys(node)
    except BaseException:
        database.close()
        raise
    return node


def own_keys(node: Node) -> events.Refs:
    """The references to the node's keys in the log's first entry, by which they are known again."""
    return events.Refs(key_id=node.keys.vault.key_id)


def _require_own_database(node: Node) -> None:
    """Raise UsageError unless the log was begun by this node under these keys. Tampering is not judged here."""
    with node.database.read() as session:
        first = DatabaseAudit(session).first()
    if first is None or isinstance(verify([first], Head(first.seq - 1, first.prev)), Broken):
        return
    begun = events.Event.model_validate_json(first.body)
    if first.prev != genesis(node.node_id).hash:
        what = "The database belongs to another node."
    elif begun.action is events.Action.node_created and begun.refs != own_keys(node):
        what = "The database was made under other keys than these."
    else:
        return
    raise UsageError(
        what,
        kept="Nothing was changed.",
        do="Put the node's own keys and database back, from the same backup.",
    )


def _tidy_prf_keys(node: Node) -> None:
    """Destroy what an interrupted rotation left of retired PRF keys, and give those of a `node.key` a file."""
    folder = key_folder(node.home, node.settings)
    try:
        epoch = node.epoch()
        seeds = prf_seeds_of_before(folder)
        if seeds and epoch == FIRST_EPOCH and not node.prf_folder.holds(epoch):
            node.prf_folder.make(epoch, seeds)
        if seeds:
            with suppress(PermissionError):  # A mounted secret: whoever mounts it takes them out.
                drop_prf_seeds(folder)
        node.prf_folder.destroy(lambda other: other < epoch)
    except OSError as error:
        raise UsageError(
            f"{node.home / PRF_FOLDER} cannot be written: {error.strerror or type(error).__name__}.",
            do="Check its owner and mode (0700), and that the disk has room.",
        ) from error


def key_folder(home: Path, settings: Settings) -> Path:
    """Where the node's keys are: absolute, or relative to the home."""
    return home / settings.keys
