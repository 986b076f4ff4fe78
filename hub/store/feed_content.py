"""What the node's feed holds, by digests: as it is, and as it will be once some leave it.

Does not change the feed (`feeds`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Executable, func
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store.bulk import digest_of_lines
from hub.store.tables import FeedEntry, FeedState


class Content(NamedTuple):
    """What a feed holds: its live entries, the people they are of, and SHA-256 over them in token order.

    `lines` is SHA-256 over the same with whose each is; `found`, over the lines that it was counted from.
    """

    entries: int
    people: int
    digest: bytes
    lines: bytes
    found: bytes


class LiveLine(NamedTuple):
    """A live line: a token and its label, whose it is, and whether it is a filler."""

    token: bytes
    label: bytes
    person_id: int | None
    filler: bool


def content_after(
    session: Session, epoch: int, people: int, gone: Collection[bytes], come: Iterable[LiveLine]
) -> Content:
    """What a feed of so many people holds when these tokens have left it and these lines have come."""
    counted = digest_of_lines(session, _lines(epoch), without=gone, beside=sorted(come))
    return Content(counted.entries, people, *counted[1:])


def counted(session: Session, epoch: int) -> Content:
    """What the feed of an epoch holds."""
    people = session.exec(select(func.count(func.distinct(FeedEntry.person_id))).where(_live(epoch))).one()
    counted = digest_of_lines(session, _lines(epoch))
    return Content(counted.entries, people, *counted[1:])


def lines_digest(session: Session, epoch: int) -> bytes:
    """SHA-256 over the live lines of an epoch, with whose each is."""
    return digest_of_lines(session, _lines(epoch)).lines


def bind_lines(session: Session) -> None:
    """Say of the feed what lines it has now: where none were kept, or an earlier version did not say."""
    row = session.get(FeedState, 1)
    if row is not None:
        row.lines_digest = lines_digest(session, row.epoch)
        session.add(row)
        session.flush()


def _lines(epoch: int) -> Executable:
    columns = (FeedEntry.token, FeedEntry.label, FeedEntry.person_id, FeedEntry.filler)
    return sql_select(*map(col, columns)).where(_live(epoch)).order_by(col(FeedEntry.token))


def _live(epoch: int) -> ColumnElement[bool]:
    return (col(FeedEntry.epoch) == epoch) & col(FeedEntry.label).is_not(None)
