"""Queries on the node's own feed: what joins and leaves it, its lines, its pages and its digest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, Protocol

from sqlalchemy import (
    ColumnElement,
    Exists,
    Integer,
    bindparam,
    cast,
    delete,
    exists,
    insert,
    update,
)
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store.bulk import insert_rows
from hub.store.cases import STORED, StoredCase
from hub.store.feed_content import Content, counted
from hub.store.tables import CaseRecord, FeedEntry, FeedState, PersonRecord
from hub.wire.size_class import size_class

_MANY = 500
_BOUND = 20_000  # values in one statement; SQLite takes 32,766
_COLUMNS = ("epoch", "token", "label", "person_id", "filler")


class Entry(Protocol):
    """An entry of the feed and whose it is."""

    @property
    def token(self) -> bytes:
        """What a peer looks up."""

    @property
    def label(self) -> bytes:
        """What it then opens."""

    @property
    def person_id(self) -> int | None:
        """The person record's number; None for test people and fillers."""


class EntryRow(NamedTuple):
    """An entry as it stands in the feed."""

    token: bytes
    label: bytes
    person_id: int | None


class PersonRow(NamedTuple):
    """A person record as publishing needs it: still sealed, with the handles its labels carry."""

    person_id: int
    sealed: bytes
    handle: bytes
    case_handle: bytes


class Layout(NamedTuple):
    """An epoch, and the longest gap between a match-key's entries that it is laid out with.

    The gap is None in a feed that was last laid out before it was kept.
    """

    epoch: int
    max_gap: int | None

    @property
    def handle_epoch(self) -> int | None:
        """The epoch that the handles in its labels are of; None for a feed made when they were the records' own."""
        return None if self.max_gap is None else self.epoch


class State(NamedTuple):
    """The feed as last published. `digest` is SHA-256 over live entries in token order.

    `max_gap` is what its epoch was laid out with; None where that was not kept yet. `size` is the class of its
    number of people, as peers are told it.
    """

    epoch: int
    published_at: int
    last_seq: int
    entries: int
    people: int
    digest: bytes
    max_gap: int | None
    size: int

    def gap(self, otherwise: int) -> int:
        """The longest gap that the epoch was laid out with, where it was kept."""
        return otherwise if self.max_gap is None else self.max_gap

    @property
    def layout(self) -> Layout:
        """Its epoch, and what that was laid out with."""
        return Layout(self.epoch, self.max_gap)


class Place(NamedTuple):
    """A place in the feed: after which line of which epoch. Tombstones up to `without_until` are left out.

    Who began there has never had what they withdraw.
    """

    epoch: int
    after: int
    without_until: int = 0


class Line(NamedTuple):
    """A line of a page: a token, and its label unless it was withdrawn."""

    seq: int
    token: bytes
    label: bytes | None


def state(session: Session) -> State | None:
    """The feed's state; None before the first publish."""
    row = session.get(FeedState, 1)
    return _state(row) if row else None


def joining(session: Session) -> list[PersonRow]:
    """Discoverable people who have no live entry."""
    return _people(session, _may_be_found() & ~_in_feed())


def discoverable(session: Session) -> set[int]:
    """The numbers of all discoverable people, in the feed or not."""
    query = select(PersonRecord.id).join(CaseRecord).where(_may_be_found())
    return {number for number in session.exec(query) if number is not None}


def people(session: Session, numbers: Collection[int]) -> list[PersonRow]:
    """The discoverable people of these numbers."""
    every, found = list(numbers), list[PersonRow]()
    for at in range(0, len(every), _BOUND):
        found += _people(session, _may_be_found() & col(PersonRecord.id).in_(every[at : at + _BOUND]))
    return found


def leaving(session: Session) -> list[PersonRow]:
    """People with live entries who are not discoverable any more."""
    return _people(session, ~_may_be_found() & _in_feed())


def shown(session: Session, case_ids: Collection[int]) -> list[PersonRow]:
    """The people of these cases who have a line in the feed, also those whose records were replaced since."""
    every, found = list(case_ids), list[PersonRow]()
    for at in range(0, len(every), _BOUND):
        found += _people(session, col(PersonRecord.case_id).in_(every[at : at + _BOUND]) & _in_feed())
    return found


def in_feed(session: Session, people: Collection[int]) -> bool:
    """Whether the feed shows any of these people."""
    every = list(people)
    return any(
        _people(session, col(PersonRecord.id).in_(every[at : at + _BOUND]) & _in_feed())
        for at in range(0, len(every), _BOUND)
    )


def live_tokens(session: Session, epoch: int, tokens: Sequence[bytes]) -> set[bytes]:
    """Which of the tokens are live in the feed."""
    live: set[bytes] = set()
    for at in range(0, len(tokens), _BOUND):
        query = select(FeedEntry.token).where(
            FeedEntry.epoch == epoch,
            col(FeedEntry.token).in_(tokens[at : at + _BOUND]),
            col(FeedEntry.label).is_not(None),
        )
        live.update(session.exec(query))
    return live


def tokens_of(session: Session, epoch: int, people: Collection[int]) -> set[bytes]:
    """The tokens of all entries of these people in an epoch."""
    every, found = list(people), set[bytes]()
    for at in range(0, len(every), _BOUND):
        some = every[at : at + _BOUND]
        query = select(FeedEntry.token).where(FeedEntry.epoch == epoch, col(FeedEntry.person_id).in_(some))
        found.update(session.exec(query))
    return found


def entry(session: Session, epoch: int, token: bytes) -> EntryRow:
    """One live entry."""
    row = session.exec(select(FeedEntry).where(FeedEntry.epoch == epoch, FeedEntry.token == token)).one()
    return EntryRow(row.token, row.label or b"", row.person_id)


def fillers(session: Session, epoch: int, limit: int) -> list[bytes]:
    """The tokens of at most so many fillers of an epoch."""
    query = select(FeedEntry.token).where(FeedEntry.epoch == epoch, col(FeedEntry.filler)).limit(limit)
    return list(session.exec(query))


def withdraw(session: Session, epoch: int, tokens: Sequence[bytes]) -> None:
    """Put tombstones in place of entries, in this order."""
    _delete_tokens(session, epoch, tokens)
    insert_rows(session, insert(FeedEntry), _COLUMNS, [(epoch, token, None, None, False) for token in tokens])


def add(session: Session, epoch: int, rows: Sequence[tuple[Entry, bool]]) -> None:
    """Add entries (and whether each is a filler) in this order; a tombstone with the same token gives way."""
    if not rows:
        return
    if session.get(FeedState, 1) is not None:
        _delete_tokens(session, epoch, [entry.token for entry, _ in rows])
    values = [(epoch, entry.token, entry.label, entry.person_id, filler) for entry, filler in rows]
    insert_rows(session, insert(FeedEntry), _COLUMNS, values)


def stage(session: Session, epoch: int, rows: Sequence[tuple[Entry, bool]]) -> None:
    """Add entries (and whether each is a filler) to an epoch that nobody has been shown."""
    values = [(epoch, entry.token, entry.label, entry.person_id, filler) for entry, filler in rows]
    insert_rows(session, insert(FeedEntry), _COLUMNS, values)


def restage(session: Session, epoch: int, rows: Sequence[tuple[bytes, tuple[Entry, bool]]]) -> None:
    """Put entries in the place of others, told by their tokens, in an epoch that nobody has been shown."""
    if not rows:
        return
    change = (
        update(FeedEntry)
        .where(col(FeedEntry.epoch) == epoch, col(FeedEntry.token) == bindparam("before"))
        .values({name: bindparam(f"new_{name}") for name in _COLUMNS[1:]})
    )
    values = [
        {
            "before": before,
            "new_token": entry.token,
            "new_label": entry.label,
            "new_person_id": entry.person_id,
            "new_filler": filler,
        }
        for before, (entry, filler) in rows
    ]
    session.connection().execute(change, values)


def clear_others(session: Session, epoch: int, limit: int) -> int:
    """Delete at most so many lines of other epochs than this, and return how many."""
    for other in (col(FeedEntry.epoch) < epoch, col(FeedEntry.epoch) > epoch):
        some = select(FeedEntry.seq).where(other).limit(limit)
        gone = session.connection().execute(delete(FeedEntry).where(col(FeedEntry.seq).in_(some))).rowcount
        if gone:
            return gone
    return 0


def drop(session: Session) -> None:
    """Take the feed away with all of its lines: none is served before there is a new one."""
    session.execute(delete(FeedEntry))
    session.execute(delete(FeedState))


def forget_retired(session: Session) -> None:
    """Delete retired person records whose entries have left the feed, but for those that another writer holds."""
    query = select(PersonRecord.id).where(col(PersonRecord.retired) & ~_in_feed())
    free = list(session.exec(query.with_for_update(skip_locked=True)))
    for at in range(0, len(free), _BOUND):
        session.execute(delete(PersonRecord).where(col(PersonRecord.id).in_(free[at : at + _BOUND])))


def close(session: Session, layout: Layout, now: int, content: Content | None = None) -> State:
    """Store the feed's state: it is that of this epoch from now on. `content`: as it is known to be, else counted.

    Within an epoch the size that peers are told never falls.
    """
    epoch, before = layout.epoch, session.get(FeedState, 1)
    session.flush()
    holds = content or counted(session, epoch)
    shown = before.size if before and before.epoch == epoch else None
    row = FeedState(
        id=1,
        epoch=epoch,
        published_at=now,
        last_seq=_last_seq(session, epoch),
        entries=holds.entries,
        people=holds.people,
        digest=holds.digest,
        lines_digest=holds.lines,
        max_gap=layout.max_gap,
        size=max(size_class(holds.people), shown or 0),
    )
    return _state(session.merge(row))


def _last_seq(session: Session, epoch: int) -> int:
    """The newest line's number: read from the end, off the index on the epoch, as pages are."""
    mine = cast(FeedEntry.epoch, Integer) == epoch
    newest = select(FeedEntry.seq).where(mine).order_by(col(FeedEntry.seq).desc()).limit(1)
    return session.exec(newest).first() or 0


def page(session: Session, place: Place, last: int, limit: int) -> list[Line]:
    """The lines from a place on, oldest first, up to the feed's last one: beyond it are those of no feed in use."""
    # To PostgreSQL the cast is none. It keeps SQLite off the index on the epoch, by which it would read and sort
    # the complete feed for each page.
    query = select(FeedEntry.seq, FeedEntry.token, FeedEntry.label).where(
        cast(FeedEntry.epoch, Integer) == place.epoch,
        col(FeedEntry.seq) > place.after,
        col(FeedEntry.seq) <= last,
    )
    if place.after < place.without_until:
        needed = col(FeedEntry.label).is_not(None) | (col(FeedEntry.seq) > place.without_until)
        query = query.where(needed)
    rows = session.exec(query.order_by(col(FeedEntry.seq)).limit(limit))
    return [Line(seq or 0, token, label) for seq, token, label in rows]


def person_at(session: Session, handle: bytes) -> tuple[PersonRow, StoredCase] | None:
    """The person behind a handle, with the case; where it is unknown or retired, whoever has the next one.

    None where nobody is held at all.
    """
    own = col(PersonRecord.handle)
    query = sql_select(col(PersonRecord.id), own, col(PersonRecord.sealed), *STORED).join_from(
        PersonRecord, CaseRecord
    )
    query = query.where(~col(PersonRecord.retired)).order_by(own).limit(1)
    connection = session.connection()
    found = connection.execute(query.where(own >= handle)).first() or connection.execute(query).first()
    if found is None:
        return None
    person_id, found_handle, sealed, *case = found
    stored = StoredCase(*case)
    return PersonRow(person_id, sealed, found_handle, stored.handle), stored


def _state(row: FeedState) -> State:
    size = size_class(row.people) if row.size is None else row.size
    return State(
        row.epoch, row.published_at, row.last_seq, row.entries, row.people, row.digest, row.max_gap, size
    )


def _may_be_found() -> ColumnElement[bool]:
    return ~col(PersonRecord.retired) & col(CaseRecord.may_publish)


def _in_feed() -> Exists:
    """Whether a person has a line in the feed; with none published, nobody has."""
    epoch = select(FeedState.epoch).scalar_subquery()
    return exists().where(col(FeedEntry.person_id) == col(PersonRecord.id), col(FeedEntry.epoch) == epoch)


def _people(session: Session, condition: ColumnElement[bool]) -> list[PersonRow]:
    query = (
        select(PersonRecord.id, PersonRecord.sealed, PersonRecord.handle, CaseRecord.handle)
        .join(CaseRecord)
        .where(condition)
    )
    return [PersonRow(*row) for row in session.exec(query)]


def _delete_tokens(session: Session, epoch: int, tokens: Iterable[bytes]) -> None:
    every = list(tokens)
    for at in range(0, len(every), _MANY):
        some = every[at : at + _MANY]
        session.execute(
            delete(FeedEntry).where(col(FeedEntry.epoch) == epoch, col(FeedEntry.token).in_(some))
        )
