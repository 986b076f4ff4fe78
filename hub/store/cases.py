"""Queries on cases and their people: storing, replacing, and reading for the node's own use."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import func, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store.tables import CaseRecord, PersonRecord


class StoredCase(NamedTuple):
    """A case as it is kept; `sealed` is its sealed record, `sealed_case` that nobody in it may be published."""

    id: int
    ref_digest: bytes
    content_digest: bytes
    handle: bytes
    sealed_case: bool
    may_publish: bool
    decision_id: int | None
    sealed: bytes


class SealedPerson(NamedTuple):
    """One of the people of a case, as kept."""

    handle: bytes
    sealed: bytes


class CaseRow(NamedTuple):
    """A case to store, sealed, with its people."""

    ref_digest: bytes
    content_digest: bytes
    kind: str
    handle: bytes
    sealed_case: bool
    may_publish: bool
    decision_id: int
    sealed: bytes
    people: tuple[SealedPerson, ...]


STORED: Final = tuple(getattr(CaseRecord, name) for name in StoredCase._fields)


def find(session: Session, ref_digest: bytes) -> StoredCase | None:
    """The case with that reference."""
    query = sql_select(*STORED).where(col(CaseRecord.ref_digest) == ref_digest)
    row = session.connection().execute(query).first()
    return StoredCase(*row) if row else None


def store(session: Session, row: CaseRow) -> bool:
    """Add a case, or put it in place of an earlier version; returns whether it was there before.

    The earlier version's people are retired; their entries leave the feed at the next publish.
    """
    earlier = _find(session, row.ref_digest)
    record = earlier or CaseRecord(
        ref_digest=row.ref_digest,
        content_digest=b"",
        kind="",
        handle=b"",
        sealed=b"",
        sealed_case=False,
        may_publish=False,
    )
    _fill(record, row)
    session.add(record)
    session.flush()
    if earlier:
        retired = update(PersonRecord).where(col(PersonRecord.case_id) == record.id).values(retired=True)
        session.execute(retired)
    for handle, sealed in row.people:
        session.add(PersonRecord(case_id=record.id or 0, handle=handle, sealed=sealed))
    session.flush()
    return earlier is not None


def restate(session: Session, case_id: int, row: CaseRow) -> None:
    """Put a new version of a case in place of an earlier one whose people stay as they are."""
    record = session.get_one(CaseRecord, case_id)
    _fill(record, row)
    session.add(record)


def _fill(record: CaseRecord, row: CaseRow) -> None:
    record.content_digest, record.kind, record.handle = row.content_digest, row.kind, row.handle
    record.sealed_case, record.may_publish = row.sealed_case, row.may_publish
    record.decision_id, record.sealed = row.decision_id, row.sealed


def set_publication(session: Session, case_id: int, *, may_publish: bool, decision_id: int) -> None:
    """Record a new publication decision for a case whose content is unchanged."""
    case = session.get_one(CaseRecord, case_id)
    case.may_publish, case.decision_id = may_publish, decision_id
    session.add(case)


def withhold(
    session: Session, case_id: int, *, seal: bool, sealed: bytes, content_digest: bytes, decision_id: int
) -> None:
    """Seal a case that is there: nobody in it may be published. `sealed`: its record, which says so too."""
    case = session.get_one(CaseRecord, case_id)
    case.sealed_case, case.may_publish = case.sealed_case or seal, False
    case.sealed, case.content_digest, case.decision_id = sealed, content_digest, decision_id
    session.add(case)


def people_of(session: Session, case_id: int) -> list[SealedPerson]:
    """The people of one case in the order in which they were stored."""
    query = (
        select(PersonRecord.handle, PersonRecord.sealed)
        .where(PersonRecord.case_id == case_id, ~col(PersonRecord.retired))
        .order_by(col(PersonRecord.id))
    )
    return [SealedPerson(*row) for row in session.exec(query)]


def people(session: Session) -> list[SealedPerson]:
    """All people held, published or not."""
    query = select(PersonRecord.handle, PersonRecord.sealed).where(~col(PersonRecord.retired))
    return [SealedPerson(*row) for row in session.exec(query)]


def version(session: Session) -> tuple[int, int]:
    """Changes whenever people are added or replaced: the number of records and the newest."""
    query = select(func.count(), func.max(PersonRecord.id)).where(~col(PersonRecord.retired))
    count, newest = session.exec(query).one()
    return count, newest or 0


def counts(session: Session) -> dict[str, int]:
    """How many cases and people are held, and how many cases may be published."""
    cases = session.exec(select(func.count()).select_from(CaseRecord)).one()
    may = session.exec(select(func.count()).select_from(CaseRecord).where(col(CaseRecord.may_publish))).one()
    return {"cases": cases, "people": version(session)[0], "may_publish": may}


def _find(session: Session, ref_digest: bytes) -> CaseRecord | None:
    return session.exec(select(CaseRecord).where(CaseRecord.ref_digest == ref_digest)).first()
