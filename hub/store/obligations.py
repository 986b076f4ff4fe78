"""Queries on what permits left to be done: adding, finding what is due, closing.

Says nothing about who may see what, nor whether evidence suffices: those are `hub.cases.access` and
`hub.consent.evidence`.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, insert, update
from sqlmodel import Session, col, select

from hub.consent import Obligation
from hub.consent.evidence import Closing
from hub.crypto.vault import Vault
from hub.store.tables import ObligationRecord

ObligationRow = ObligationRecord

PUBLISH = "publish"
_MANY = 500


class Matter(NamedTuple):
    """What obligations arose from: the case by its digest, and "publish", our check, or a peer's."""

    case_digest: bytes
    name: str


class Item(NamedTuple):
    """An obligation and its place in its decision. `closed`: the hub's own record is the evidence already."""

    place: int
    obligation: Obligation
    closed: bool = False


class Arisen(NamedTuple):
    """The obligations that one decision leaves."""

    matter: Matter
    decision_id: int
    items: tuple[Item, ...]


def add(session: Session, now: int, arisen: Sequence[Arisen]) -> None:
    """Add what decisions left. One insertion for all of them: an import has thousands."""
    rows = [
        {
            "id": secrets.token_hex(8),
            "decision_id": one.decision_id,
            "place": item.place,
            "case_digest": one.matter.case_digest,
            "matter": one.matter.name,
            "code": item.obligation.code,
            "due": item.obligation.due,
            "state": "closed" if item.closed else "open",
            "closed_at": now if item.closed else None,
        }
        for one in arisen
        for item in one.items
    ]
    if rows:
        session.execute(insert(ObligationRecord), rows)


def owed_already(session: Session, matter: Matter, *, closed_too: bool) -> set[str]:
    """The codes owed in a matter: those still open, or all that ever were."""
    query = select(ObligationRecord.code).where(_in(matter))
    if not closed_too:
        query = query.where(ObligationRecord.state == "open")
    return set(session.exec(query))


def open_in(session: Session, matter: Matter, codes: Iterable[str]) -> list[ObligationRecord]:
    """The open ones of a matter with these codes."""
    wanted = _in(matter) & (col(ObligationRecord.state) == "open") & col(ObligationRecord.code).in_(codes)
    return list(session.exec(select(ObligationRecord).where(wanted)))


def listed(session: Session, state: str, due_by: dt.date | None) -> list[ObligationRecord]:
    """Those in that state, due by that day (None: all, also undated), the longest overdue first."""
    query = select(ObligationRecord).where(ObligationRecord.state == state)
    if due_by is not None:
        query = query.where(col(ObligationRecord.due) <= due_by)
    order = (col(ObligationRecord.due).is_(None), col(ObligationRecord.due), col(ObligationRecord.code))
    return list(session.exec(query.order_by(*order, col(ObligationRecord.id))))


def to_escalate(session: Session, today: dt.date, limit: int) -> list[ObligationRecord]:
    """Open ones past their day and not escalated yet, locked until the transaction ends."""
    query = select(ObligationRecord).where(
        ObligationRecord.state == "open",
        col(ObligationRecord.due) < today,
        col(ObligationRecord.escalated_at).is_(None),
    )
    order = (col(ObligationRecord.due), col(ObligationRecord.id))
    return list(session.exec(query.order_by(*order).limit(limit).with_for_update()))


def get(session: Session, number: str) -> ObligationRecord | None:
    """One obligation, locked until the transaction ends."""
    return session.get(ObligationRecord, number, with_for_update=True)


def close(session: Session, vault: Vault, now: int, row: ObligationRecord, closing: Closing | None) -> None:
    """Close one with a person's evidence, or (None) by the hub's own record."""
    row.state, row.closed_at = "closed", now
    if closing is not None:
        row.sealed = vault.seal(_place(row.id), closing.model_dump_json(exclude_defaults=True).encode())
    session.add(row)


def closing_of(vault: Vault, row: ObligationRecord) -> Closing | None:
    """What a person closed it with. Raises StorageError."""
    return Closing.model_validate_json(vault.open(_place(row.id), row.sealed)) if row.sealed else None


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


def of_case(session: Session, case_digest: bytes) -> list[ObligationRecord]:
    """Everything that is or was owed in that case, without what a newer decision replaced."""
    mine = (col(ObligationRecord.case_digest) == case_digest) & (col(ObligationRecord.state) != "replaced")
    return list(session.exec(select(ObligationRecord).where(mine)))


def known_case(session: Session, case_digest: bytes) -> bool:
    """Whether anything was ever owed in that case."""
    query = select(func.count()).where(col(ObligationRecord.case_digest) == case_digest)
    return session.exec(query).one() > 0


def _in(matter: Matter) -> ColumnElement[bool]:
    mine = col(ObligationRecord.case_digest) == matter.case_digest
    return mine & (col(ObligationRecord.matter) == matter.name)


def _place(number: str) -> str:
    return f"obligation_record/{number}"
