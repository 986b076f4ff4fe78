"""Queries on peers and on the copies of their feeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import islice
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, insert, literal, true
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from hub.store.bulk import FeedDigest, digest_of, insert_or_replace, insert_rows
from hub.store.tables import Peer, PeerEntry, PeerFeed

_MANY = 5_000
_BOUND = 20_000  # values in one statement; SQLite takes 32,766
_LABELS = select(PeerEntry.token, PeerEntry.label).where(
    PeerEntry.feed_id == bindparam("feed_id"), col(PeerEntry.token).in_(bindparam("tokens", expanding=True))
)
_COLUMNS = ("feed_id", "token", "label")
_TABLE = PeerEntry.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class PeerRow:
    """A pinned peer as it is kept, with the state of the copy of its feed that is in use."""

    node_id: str
    area: str
    url: str
    root_thumbprint: str
    signed_metadata: str
    feed_id: int | None
    epoch: int
    people: int
    max_gap: int
    feed_at: int
    synced_at: int | None
    copy_entries: int | None
    copy_digest: bytes | None


class PinRow(NamedTuple):
    """Who a peer is: where it is reached, its pin and its last verified metadata."""

    node_id: str
    area: str
    url: str
    root_thumbprint: str
    signed_metadata: str


class CopyRow(NamedTuple):
    """A copy of a feed, and how far it has come. `onto`: the copy that it is changes to, if it is not whole."""

    id: int
    epoch: int
    cursor: str
    onto: int | None = None


class Changes(NamedTuple):
    """What a page changes: withdrawn tokens first, then entries."""

    withdrawn: Sequence[bytes]
    entries: Sequence[tuple[bytes, bytes]]

    @property
    def lines(self) -> int:
        """How many lines of the feed it is made of."""
        return len(self.withdrawn) + len(self.entries)


class CopyState(NamedTuple):
    """What a verified copy's manifest says, and when it was verified. `copy_digest` is SHA-256 over its entries."""

    epoch: int
    people: int
    max_gap: int
    feed_at: int
    synced_at: int
    copy_entries: int
    copy_digest: bytes


def get(session: Session, node_id: str) -> PeerRow | None:
    """A pinned peer."""
    row = session.get(Peer, node_id)
    return _peer(row) if row else None


def every(session: Session) -> list[PeerRow]:
    """All pinned peers, by node id."""
    return [_peer(row) for row in session.exec(select(Peer).order_by(Peer.node_id))]


def pin(session: Session, pinned: PinRow) -> None:
    """Store who a peer is; the state of its feed's copy stays as it was."""
    row = session.get(Peer, pinned.node_id) or Peer(**pinned._asdict())
    for name, value in pinned._asdict().items():
        setattr(row, name, value)
    session.add(row)
    session.flush()


def remove(session: Session, node_id: str) -> None:
    """Delete a peer and every copy of its feed."""
    peer = session.get_one(Peer, node_id)
    peer.feed_id = None
    session.add(peer)
    session.flush()
    for feed in session.exec(select(PeerFeed).where(PeerFeed.node_id == peer.node_id)):
        _drop(session, feed)
    session.delete(peer)


def forget_copies(session: Session, node_id: str) -> None:
    """Delete every copy of a peer's feed: the next sync pulls it all."""
    peer = session.get_one(Peer, node_id)
    peer.feed_id, peer.epoch, peer.feed_at, peer.synced_at = None, 0, 0, None
    peer.copy_entries = peer.copy_digest = None
    session.add(peer)
    session.flush()
    for feed in session.exec(select(PeerFeed).where(PeerFeed.node_id == node_id)):
        _drop(session, feed)


def start_copy(session: Session, node_id: str) -> CopyRow:
    """Begin a new copy of a peer's feed, beside the one in use; an earlier unfinished one is dropped."""
    drop_unfinished(session, node_id)
    return _begun(session, PeerFeed(node_id=node_id, epoch=0))


def start_changes(session: Session, node_id: str, onto: CopyRow) -> CopyRow:
    """Begin to gather changes to the copy in use; what else was begun is dropped."""
    drop_unfinished(session, node_id)
    return _begun(session, PeerFeed(node_id=node_id, epoch=onto.epoch, cursor=onto.cursor, onto=onto.id))


def _begun(session: Session, feed: PeerFeed) -> CopyRow:
    session.add(feed)
    session.flush()
    return _copy(feed)


def unfinished_copy(session: Session, node_id: str) -> CopyRow | None:
    """What was begun and can be gone on with: a whole copy, or changes to the copy in use."""
    peer = session.get_one(Peer, node_id)
    row = session.exec(_unfinished(peer)).first()
    return _copy(row) if row and row.onto in (None, peer.feed_id) else None


def drop_unfinished(session: Session, node_id: str) -> None:
    """Drop what was begun; the copy in use stays."""
    for feed in session.exec(_unfinished(session.get_one(Peer, node_id))):
        _drop(session, feed)


def _unfinished(peer: Peer) -> SelectOfScalar[PeerFeed]:
    other = true() if peer.feed_id is None else col(PeerFeed.id) != peer.feed_id
    return select(PeerFeed).where(PeerFeed.node_id == peer.node_id, other)


def copy(session: Session, feed_id: int) -> CopyRow:
    """One copy."""
    return _copy(session.get_one(PeerFeed, feed_id))


def size(session: Session, feed_id: int) -> int:
    """How many entries, or changes, a copy has."""
    return session.exec(
        select(func.count()).select_from(PeerEntry).where(col(PeerEntry.feed_id) == feed_id)
    ).one()


def apply_page(session: Session, reached: CopyRow, changes: Changes) -> None:
    """Apply a page to a whole copy, or add it to the changes to one. `reached`: how far that is then."""
    withdrawn = changes.withdrawn
    if reached.onto is not None:
        _put(session, reached.id, [(token, b"") for token in withdrawn])
    else:
        for at in range(0, len(withdrawn), 500):
            some = withdrawn[at : at + 500]
            session.execute(
                delete(PeerEntry).where(col(PeerEntry.feed_id) == reached.id, col(PeerEntry.token).in_(some))
            )
    _put(session, reached.id, changes.entries)
    feed = session.get_one(PeerFeed, reached.id)
    feed.epoch, feed.cursor = reached.epoch, reached.cursor
    if changes.lines:
        feed.entries = feed.digest = None
    session.add(feed)


def _put(session: Session, feed_id: int, entries: Sequence[tuple[bytes, bytes]]) -> None:
    rows = [(feed_id, *entry) for entry in entries]
    insert_rows(session, insert_or_replace(session, _TABLE), _COLUMNS, rows)


def put_changes(session: Session, changes: CopyRow) -> int:
    """Put gathered changes into the copy that they are to, and return its number."""
    onto, mine = changes.onto, col(PeerEntry.feed_id) == changes.id
    changed = select(PeerEntry.token).where(mine)
    session.execute(
        delete(PeerEntry).where(col(PeerEntry.feed_id) == onto, col(PeerEntry.token).in_(changed))
    )
    new = sql_select(literal(onto), col(PeerEntry.token), col(PeerEntry.label)).where(
        mine, col(PeerEntry.label) != b""
    )
    session.execute(insert(_TABLE).from_select(_COLUMNS, new))
    whole, gathered = session.get_one(PeerFeed, onto), session.get_one(PeerFeed, changes.id)
    whole.epoch, whole.cursor = gathered.epoch, gathered.cursor
    whole.entries = whole.digest = None
    session.add(whole)
    _drop(session, gathered)
    return whole.id or 0


def digest(session: Session, feed_id: int) -> FeedDigest:
    """How many entries a copy has, and SHA-256 over them in token order."""
    query = (
        select(PeerEntry.token, PeerEntry.label)
        .where(PeerEntry.feed_id == feed_id)
        .order_by(col(PeerEntry.token))
    )
    return digest_of(session, query)


def kept_digest(session: Session, feed_id: int) -> FeedDigest:
    """The same, read from the complete copy only if a page has changed it since it was last read."""
    feed = session.get_one(PeerFeed, feed_id)
    if feed.entries is None or feed.digest is None:
        feed.entries, feed.digest = digest(session, feed_id)
        session.add(feed)
    return FeedDigest(feed.entries, feed.digest)


def use_copy(session: Session, node_id: str, feed_id: int, state: CopyState) -> None:
    """Make a verified copy the one that checks look into, and drop the one before."""
    peer = session.get_one(Peer, node_id)
    old, peer.feed_id = peer.feed_id, feed_id
    for name, value in state._asdict().items():
        setattr(peer, name, value)
    session.add(peer)
    session.flush()
    if old is not None and old != feed_id:
        _drop(session, session.get_one(PeerFeed, old))


def bind_copies(session: Session) -> None:
    """Say of each copy in use what it holds, where an earlier version did not."""
    for peer in session.exec(select(Peer).where(col(Peer.feed_id).is_not(None))):
        peer.copy_entries, peer.copy_digest = digest(session, peer.feed_id or 0)
        session.add(peer)
    session.flush()


def labels(session: Session, feed_id: int, tokens: Sequence[bytes]) -> dict[bytes, bytes]:
    """The labels of those tokens that are in a copy."""
    found: dict[bytes, bytes] = {}
    for at in range(0, len(tokens), _BOUND):
        some = tokens[at : at + _BOUND]
        rows = session.connection().execute(_LABELS, {"feed_id": feed_id, "tokens": some})
        found.update((row[0], row[1]) for row in rows)
    return found


def bulk_load(session: Session, feed_id: int, rows: Iterable[tuple[bytes, bytes]]) -> None:
    """Fill a copy from trusted rows, many at a time."""
    stream = iter(rows)
    while batch := [(feed_id, *row) for row in islice(stream, _MANY)]:
        insert_rows(session, insert(_TABLE), _COLUMNS, batch)


def _copy(row: PeerFeed) -> CopyRow:
    return CopyRow(row.id or 0, row.epoch, row.cursor, row.onto)


def _drop(session: Session, feed: PeerFeed) -> None:
    session.execute(delete(PeerEntry).where(col(PeerEntry.feed_id) == feed.id))
    session.delete(feed)
    session.flush()


def _peer(row: Peer) -> PeerRow:
    return PeerRow(**{field.name: getattr(row, field.name) for field in fields(PeerRow)})
