"""Queries on peers and on the copies of their feeds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from sqlalchemy import bindparam, delete, insert
from sqlmodel import Session, col, select

from hub.store.bulk import digest_of, insert_or_replace, insert_rows
from hub.store.tables import Peer, PeerEntry, PeerFeed

_MANY = 5_000
_BOUND = 20_000  # values in one statement; SQLite takes 32,766
_LABELS = select(PeerEntry.token, PeerEntry.label).where(
    PeerEntry.feed_id == bindparam("feed_id"), col(PeerEntry.token).in_(bindparam("tokens", expanding=True))
)
_COLUMNS = ("feed_id", "token", "label")
_TABLE = PeerEntry.__table__  # type: ignore[attr-defined]


PeerRow = Peer  # As the rest of the hub makes and reads it.


def get(session: Session, node_id: str) -> Peer | None:
    """A pinned peer."""
    return session.get(Peer, node_id)


def every(session: Session) -> list[Peer]:
    """All pinned peers, by node id."""
    return list(session.exec(select(Peer).order_by(Peer.node_id)))


def remove(session: Session, peer: Peer) -> None:
    """Delete a peer and every copy of its feed."""
    peer.feed_id = None
    session.add(peer)
    session.flush()
    for feed in session.exec(select(PeerFeed).where(PeerFeed.node_id == peer.node_id)):
        _drop(session, feed)
    session.delete(peer)


def start_copy(session: Session, node_id: str) -> int:
    """Begin a new copy of a peer's feed, beside the one in use; an earlier unfinished one is dropped."""
    peer = session.get_one(Peer, node_id)
    for old in session.exec(select(PeerFeed).where(PeerFeed.node_id == node_id, PeerFeed.id != peer.feed_id)):
        _drop(session, old)
    fresh = PeerFeed(node_id=node_id, epoch=0)
    session.add(fresh)
    session.flush()
    return fresh.id or 0


def unfinished_copy(session: Session, node_id: str) -> PeerFeed | None:
    """A copy that was begun and is not in use yet."""
    peer = session.get_one(Peer, node_id)
    return session.exec(
        select(PeerFeed).where(PeerFeed.node_id == node_id, PeerFeed.id != peer.feed_id)
    ).first()


def copy(session: Session, feed_id: int) -> PeerFeed:
    """One copy."""
    return session.get_one(PeerFeed, feed_id)


def apply_page(
    session: Session,
    feed_id: int,
    page: tuple[int, str],
    withdrawn: Sequence[bytes],
    entries: Sequence[tuple[bytes, bytes]],
) -> None:
    """Apply a page (its epoch and cursor) to a copy: withdrawals first, then entries."""
    for at in range(0, len(withdrawn), 500):
        some = withdrawn[at : at + 500]
        session.execute(
            delete(PeerEntry).where(col(PeerEntry.feed_id) == feed_id, col(PeerEntry.token).in_(some))
        )
    if entries:
        insert_rows(
            session, insert_or_replace(session, _TABLE), _COLUMNS, [(feed_id, *entry) for entry in entries]
        )
    feed = copy(session, feed_id)
    feed.epoch, feed.cursor = page
    if withdrawn or entries:
        feed.entries = feed.digest = None
    session.add(feed)


def digest(session: Session, feed_id: int) -> tuple[int, bytes]:
    """How many entries a copy has, and SHA-256 over them in token order."""
    query = (
        select(PeerEntry.token, PeerEntry.label)
        .where(PeerEntry.feed_id == feed_id)
        .order_by(col(PeerEntry.token))
    )
    return digest_of(session, query)


def kept_digest(session: Session, feed_id: int) -> tuple[int, bytes]:
    """The same, read from the whole copy only if a page has changed it since it was last read."""
    feed = copy(session, feed_id)
    if feed.entries is None or feed.digest is None:
        feed.entries, feed.digest = digest(session, feed_id)
        session.add(feed)
    return feed.entries, feed.digest


def use_copy(session: Session, peer: Peer, feed_id: int) -> None:
    """Make a verified copy the one that checks look into, and drop the one before."""
    old = peer.feed_id
    peer.feed_id = feed_id
    session.add(peer)
    session.flush()
    if old is not None and old != feed_id:
        _drop(session, copy(session, old))


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


def _drop(session: Session, feed: PeerFeed) -> None:
    session.execute(delete(PeerEntry).where(col(PeerEntry.feed_id) == feed.id))
    session.delete(feed)
    session.flush()
