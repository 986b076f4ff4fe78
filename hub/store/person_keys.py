"""Queries on the sealed match-keys of the node's own people, by the handles of their records."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import delete, exists, select
from sqlmodel import Session, col

from hub.store.tables import PersonKeys, PersonRecord

_FEW: Final = 500  # of more, all are read


def of_handles(session: Session, handles: Sequence[bytes]) -> list[tuple[bytes, bytes]]:
    """Handle and sealed match-keys of each of these records that has any kept."""
    query = select(PersonKeys.__table__)  # type: ignore[attr-defined]
    if len(handles) > _FEW:
        wanted = set(handles)
        return [(one, sealed) for one, sealed in session.connection().execute(query) if one in wanted]
    some = query.where(col(PersonKeys.handle).in_(handles))
    return [(one, sealed) for one, sealed in session.connection().execute(some)]


def put(session: Session, rows: Iterable[tuple[bytes, bytes]]) -> None:
    """Keep these, in the place of what there was of the same records."""
    every = [{"handle": handle, "sealed": sealed} for handle, sealed in rows]
    if every:
        connection = session.connection()
        for at in range(0, len(every), _FEW):
            some = [one["handle"] for one in every[at : at + _FEW]]
            connection.execute(delete(PersonKeys).where(col(PersonKeys.handle).in_(some)))
        connection.execute(PersonKeys.__table__.insert(), every)  # type: ignore[attr-defined]


def forget_retired(session: Session) -> int:
    """Delete those of records that are retired or gone, and return how many."""
    mine = exists().where(col(PersonRecord.handle) == col(PersonKeys.handle), ~col(PersonRecord.retired))
    return session.connection().execute(delete(PersonKeys).where(~mine)).rowcount


def forget_retired_of(session: Session, case_id: int) -> None:
    """Delete those of the records of one case that are retired."""
    gone = select(col(PersonRecord.handle)).where(
        col(PersonRecord.case_id) == case_id, col(PersonRecord.retired)
    )
    session.connection().execute(delete(PersonKeys).where(col(PersonKeys.handle).in_(gone)))
