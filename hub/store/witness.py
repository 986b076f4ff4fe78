"""Queries on heads of peers' logs, and on acknowledgements of our answers, that this node holds."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import delete, func, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store.tables import AcknowledgementRecord, PeerHead

_DAY_S: Final = 86_400


class HeadState(StrEnum):
    """What became of a head: the next has to go on from it, it was refused, or the peer lost its log up to it."""

    kept = "kept"
    refused = "refused"
    lost = "lost"


class HeadRow(NamedTuple):
    """A head as it is kept; what the peer signed is sealed. `id` rises with each that is kept."""

    id: int
    node_id: str
    size: int
    state: HeadState
    received_at: int
    sealed: bytes


def add(session: Session, row: HeadRow) -> None:
    """Keep a head."""
    session.add(PeerHead(**{**row._asdict(), "state": row.state.value}))


def next_id(session: Session) -> int:
    """The number of the next one. The caller holds other writers off."""
    newest = session.exec(select(PeerHead.id).order_by(col(PeerHead.id).desc()).limit(1)).first()
    return (newest or 0) + 1


def of_peer(session: Session, node_id: str) -> list[HeadRow]:
    """All heads of a peer, the newest first."""
    query = select(PeerHead).where(PeerHead.node_id == node_id).order_by(col(PeerHead.id).desc())
    return [_row(row) for row in session.exec(query)]


def peers_with_heads(session: Session) -> list[str]:
    """The peers of whose logs a head is held, in the order of their names."""
    return sorted(session.exec(select(PeerHead.node_id).distinct()))


def newest(session: Session, node_id: str, *states: HeadState, most: int | None = None) -> HeadRow | None:
    """The head of a peer that was kept last, of these states; of a log no larger than `most`, if given."""
    query = select(PeerHead).where(
        PeerHead.node_id == node_id, col(PeerHead.state).in_([one.value for one in states])
    )
    if most is not None:
        query = query.where(col(PeerHead.size) <= most)
    row = session.exec(query.order_by(col(PeerHead.id).desc()).limit(1)).first()
    return _row(row) if row else None


def thin(session: Session, node_id: str, before: int) -> None:
    """Of a peer's heads that were kept on each day before that time, leave the newest."""
    at = col(PeerHead.received_at)
    earlier = (
        (col(PeerHead.node_id) == node_id) & (col(PeerHead.state) == HeadState.kept.value) & (at < before)
    )
    newest_of_day = sql_select(func.max(PeerHead.id)).where(earlier).group_by(at // _DAY_S)
    session.execute(delete(PeerHead).where(earlier, col(PeerHead.id).not_in(newest_of_day)))


def lose(session: Session, node_id: str, size: int) -> None:
    """The peer went back to a log of that size, and lost what led to larger heads."""
    session.execute(
        update(PeerHead)
        .where(col(PeerHead.node_id) == node_id, col(PeerHead.state) == HeadState.kept.value)
        .where(col(PeerHead.size) > size)
        .values(state=HeadState.lost.value)
    )


class AcknowledgementRow(NamedTuple):
    """An acknowledgement as it is kept; what the peer signed is sealed."""

    check_id: str
    peer: str
    handle: bytes
    level: str
    received_at: int
    sealed: bytes


def keep_acknowledgement(session: Session, row: AcknowledgementRow) -> bool:
    """Keep an acknowledgement, unless one of the same disclosure is kept; returns whether it was."""
    if session.get(AcknowledgementRecord, row[:4]) is not None:
        return False
    session.add(AcknowledgementRecord(**row._asdict()))
    return True


def acknowledgements_of_check(session: Session, check_id: str) -> list[AcknowledgementRow]:
    """What peers acknowledged of that check."""
    query = select(AcknowledgementRecord).where(AcknowledgementRecord.check_id == check_id)
    order = (
        col(AcknowledgementRecord.peer),
        col(AcknowledgementRecord.handle),
        col(AcknowledgementRecord.level),
    )
    return [
        AcknowledgementRow(*(getattr(row, name) for name in AcknowledgementRow._fields))
        for row in session.exec(query.order_by(*order))
    ]


def _row(row: PeerHead) -> HeadRow:
    fields = {name: getattr(row, name) for name in HeadRow._fields}
    return HeadRow(**{**fields, "state": HeadState(row.state)})
