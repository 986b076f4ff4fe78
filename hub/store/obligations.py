"""Queries on what permits left to be done: adding, finding what is due, closing.

Says nothing about who may see what, nor whether evidence suffices: those are `hub.cases.access` and
`hub.consent.evidence`. Evidence stands here sealed.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import ColumnElement, RowMapping, func, insert, update
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from hub.store.tables import ObligationRecord

PUBLISH = "publish"
_MANY = 500
_SAME = ("id", "decision_id", "place", "case_digest", "matter", "code", "due", "state", "escalated_at")


class Activity(NamedTuple):
    """What obligations arose from: the case by its digest, and "publish", our check, or a peer's."""

    case_digest: bytes
    name: str


class NewObligation(NamedTuple):
    """An obligation to keep: number `place` of a decision. `closed`: the hub's own record is the evidence."""

    matter: Activity
    decision_id: int
    place: int
    code: str
    due: dt.date | None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class ObligationRow:
    """An obligation as it is kept; `evidence` is what a person closed it with, sealed."""

    id: str
    decision_id: int
    place: int
    case_digest: bytes
    matter: str
    code: str
    due: dt.date | None
    state: str
    escalated_at: int | None
    evidence: bytes | None


def add(session: Session, now: int, new: Iterable[NewObligation]) -> None:
    """Add what decisions left. One insertion for all of them: an import has thousands."""
    rows = [
        {
            "id": secrets.token_hex(8),
            "decision_id": one.decision_id,
            "place": one.place,
            "case_digest": one.matter.case_digest,
            "matter": one.matter.name,
            "code": one.code,
            "due": one.due,
            "state": "closed" if one.closed else "open",
            "closed_at": now if one.closed else None,
        }
        for one in new
    ]
    if rows:
        session.execute(insert(ObligationRecord), rows)


def codes_of(session: Session, matter: Activity, *, closed_too: bool) -> set[str]:
    """The codes owed in a matter: those still open, or all that ever were."""
    query = select(ObligationRecord.code).where(_in(matter))
    if not closed_too:
        query = query.where(ObligationRecord.state == "open")
    return set(session.exec(query))


def open_in(session: Session, matter: Activity, codes: Iterable[str]) -> list[ObligationRow]:
    """The open ones of a matter with these codes."""
    wanted = _in(matter) & (col(ObligationRecord.state) == "open") & col(ObligationRecord.code).in_(codes)
    return _rows(session, select(ObligationRecord).where(wanted))


def obligation_row(row: RowMapping) -> ObligationRow:
    """One of its row."""
    kept = {name: row[name] for name in _SAME}
    return ObligationRow(**kept, evidence=row["sealed"])


def to_escalate(session: Session, today: dt.date, limit: int) -> list[ObligationRow]:
    """Open ones past their day and not escalated yet, locked until the transaction ends."""
    query = select(ObligationRecord).where(
        ObligationRecord.state == "open",
        col(ObligationRecord.due) < today,
        col(ObligationRecord.escalated_at).is_(None),
    )
    order = (col(ObligationRecord.due), col(ObligationRecord.id))
    return _rows(session, query.order_by(*order).limit(limit).with_for_update())


def to_escalate_on(session: Session, code: str, day: dt.date) -> list[ObligationRow]:
    """Open ones of that code that are due that day and not escalated yet, locked until the transaction ends."""
    query = select(ObligationRecord).where(
        ObligationRecord.state == "open",
        ObligationRecord.code == code,
        ObligationRecord.due == day,
        col(ObligationRecord.escalated_at).is_(None),
    )
    return _rows(session, query.order_by(col(ObligationRecord.id)).with_for_update())


def get(session: Session, number: str) -> ObligationRow | None:
    """One obligation."""
    row = session.get(ObligationRecord, number)
    return _row(row) if row else None


def escalate(session: Session, numbers: Sequence[str], now: int) -> None:
    """Mark these as escalated."""
    chosen = update(ObligationRecord).where(col(ObligationRecord.id).in_(numbers))
    session.execute(chosen.values(escalated_at=now))


def close(session: Session, number: str, now: int, evidence: bytes | None) -> None:
    """Close one with a person's evidence, sealed, or (None) by the hub's own record."""
    row = session.get_one(ObligationRecord, number)
    row.state, row.closed_at = "closed", now
    if evidence is not None:
        row.sealed = evidence
    session.add(row)


def replace_reviews(session: Session, case_digests: Sequence[bytes], now: int) -> set[tuple[bytes, str]]:
    """End the publication reviews of cases that are decided anew; returns what else is still owed there."""
    still: set[tuple[bytes, str]] = set()
    for at in range(0, len(case_digests), _MANY):
        some = col(ObligationRecord.case_digest).in_(case_digests[at : at + _MANY])
        theirs = some & (col(ObligationRecord.matter) == PUBLISH) & (col(ObligationRecord.state) == "open")
        ended = update(ObligationRecord).where(theirs, col(ObligationRecord.code) == "review")
        session.execute(ended.values(state="replaced", closed_at=now))
        query = select(ObligationRecord.case_digest, ObligationRecord.code).where(theirs)
        still |= set(session.exec(query))
    return still


def of_case(session: Session, case_digest: bytes) -> list[ObligationRow]:
    """Everything that is or was owed in that case, without what a newer decision replaced."""
    mine = (col(ObligationRecord.case_digest) == case_digest) & (col(ObligationRecord.state) != "replaced")
    return _rows(session, select(ObligationRecord).where(mine))


def known_case(session: Session, case_digest: bytes) -> bool:
    """Whether anything was ever owed in that case."""
    query = select(func.count()).where(col(ObligationRecord.case_digest) == case_digest)
    return session.exec(query).one() > 0


def _in(matter: Activity) -> ColumnElement[bool]:
    mine = col(ObligationRecord.case_digest) == matter.case_digest
    return mine & (col(ObligationRecord.matter) == matter.name)


def _rows(session: Session, query: SelectOfScalar[ObligationRecord]) -> list[ObligationRow]:
    return [_row(row) for row in session.exec(query)]


def _row(row: ObligationRecord) -> ObligationRow:
    return ObligationRow(
        id=row.id,
        decision_id=row.decision_id,
        place=row.place,
        case_digest=row.case_digest,
        matter=row.matter,
        code=row.code,
        due=row.due,
        state=row.state,
        escalated_at=row.escalated_at,
        evidence=row.sealed,
    )
