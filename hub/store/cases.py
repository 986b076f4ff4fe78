"""Queries on cases and their people: storing, replacing, and reading for the node's own use."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, func, true, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, col, select

from hub.store import person_keys
from hub.store.tables import CaseRecord, PersonRecord

_BOUND = 20_000  # values in one statement; SQLite takes 32,766


class StoredCase(NamedTuple):
    """A case as it is kept; `sealed` is its sealed record, `sealed_case` that nobody in it may be published."""

    id: int
    ref_digest: bytes
    handle: bytes
    sealed_case: bool
    may_publish: bool
    decision_id: int | None
    sealed: bytes


class StoredPerson(NamedTuple):
    """One of the people of a case, as kept."""

    number: int
    handle: bytes
    sealed: bytes


class SealedPerson(NamedTuple):
    """A person to keep: `number` is that of the record whose place it takes, None for a new one."""

    number: int | None
    handle: bytes
    sealed: bytes


class CaseRow(NamedTuple):
    """A case to store, sealed, with its people. `id` is that of the case in whose place it stands, if any."""

    id: int | None
    ref_digest: bytes
    kind: str
    handle: bytes
    sealed_case: bool
    may_publish: bool
    decision_id: int
    sealed: bytes
    people: tuple[SealedPerson, ...]


STORED: Final = tuple(getattr(CaseRecord, name) for name in StoredCase._fields)
_MEMBER: Final = tuple(getattr(PersonRecord, name) for name in ("case_id", "id", "handle", "sealed"))


def find(session: Session, ref_digest: bytes) -> StoredCase | None:
    """The case with that reference."""
    found = _stored(session, col(CaseRecord.ref_digest) == ref_digest)
    return found[0] if found else None


def every(session: Session) -> list[StoredCase]:
    """All cases."""
    return _stored(session, true())


def of_handles(session: Session, handles: Iterable[bytes]) -> list[StoredCase]:
    """The cases with these handles."""
    return _of(session, CaseRecord.handle, handles)


def store(session: Session, row: CaseRow) -> None:
    """Add a case, or put it in place of an earlier version, whose people that are not named are retired."""
    values = row._asdict()
    people, case_id = values.pop("people"), values.pop("id")
    if case_id is None:
        record = CaseRecord(**values)
        session.add(record)
        session.flush()
        case_id = record.id or 0
    else:
        session.execute(update(CaseRecord).where(col(CaseRecord.id) == case_id).values(**values))
        kept = [one.number for one in people if one.number is not None]
        gone = (col(PersonRecord.case_id) == case_id) & ~col(PersonRecord.id).in_(kept)
        session.execute(update(PersonRecord).where(gone).values(retired=True))
        person_keys.forget_retired_of(session, case_id)
    for number, handle, sealed in people:
        if number is None:
            session.add(PersonRecord(case_id=case_id, handle=handle, sealed=sealed))
        else:
            mine = col(PersonRecord.id) == number
            session.execute(update(PersonRecord).where(mine).values(sealed=sealed))
    session.flush()


def bring_back(session: Session, numbers: Sequence[int]) -> set[int]:
    """Have these records count as people of their cases again, whose numbers are returned."""
    found = set[int]()
    for at in range(0, len(numbers), _BOUND):
        some = col(PersonRecord.id).in_(numbers[at : at + _BOUND])
        found |= set(session.exec(select(PersonRecord.case_id).where(some)))
        session.execute(update(PersonRecord).where(some, col(PersonRecord.retired)).values(retired=False))
    return found


def people_of(session: Session, case_id: int) -> list[StoredPerson]:
    """The people of one case in the order in which they were stored."""
    return people_of_each(session, [case_id])[case_id]


def people_of_each(session: Session, case_ids: Sequence[int]) -> dict[int, list[StoredPerson]]:
    """The people of each of these cases in the order in which they were stored."""
    found: dict[int, list[StoredPerson]] = {number: [] for number in case_ids}
    for at in range(0, len(case_ids), _BOUND):
        some = col(PersonRecord.case_id).in_(case_ids[at : at + _BOUND])
        query = sql_select(*_MEMBER).where(some, ~col(PersonRecord.retired)).order_by(col(PersonRecord.id))
        for case_id, number, handle, sealed in session.connection().execute(query):
            found[case_id].append(StoredPerson(number, handle, sealed))
    return found


def sealed(session: Session) -> list[StoredCase]:
    """The cases of which nobody may be published, for a word or for somebody who is on them."""
    return _stored(session, col(CaseRecord.sealed_case).is_(True))


def members(session: Session) -> list[tuple[int, StoredPerson]]:
    """All people held, each with the number of the case."""
    query = sql_select(*_MEMBER).where(~col(PersonRecord.retired)).order_by(col(PersonRecord.id))
    return [(case_id, StoredPerson(*rest)) for case_id, *rest in session.connection().execute(query)]


def of_numbers(session: Session, numbers: Iterable[int]) -> list[StoredCase]:
    """The cases of these numbers."""
    return _of(session, CaseRecord.id, numbers)


def _of(session: Session, column: object, values: Iterable[object]) -> list[StoredCase]:
    """The cases of which a column has one of these values, in as many statements as that takes."""
    every = list(dict.fromkeys(values))
    return [
        row
        for at in range(0, len(every), _BOUND)
        for row in _stored(session, col(column).in_(every[at : at + _BOUND]))
    ]


def people(session: Session) -> list[StoredPerson]:
    """All people held, published or not."""
    query = select(PersonRecord.id, PersonRecord.handle, PersonRecord.sealed).where(
        ~col(PersonRecord.retired)
    )
    return [StoredPerson(number or 0, handle, sealed) for number, handle, sealed in session.exec(query)]


def version(session: Session) -> tuple[int, int]:
    """Changes whenever people are added or replaced: the number of records and the newest."""
    query = select(func.count(), func.max(PersonRecord.id)).where(~col(PersonRecord.retired))
    count, newest = session.exec(query).one()
    return count, newest or 0


def newest_decision(session: Session) -> int:
    """The number of the newest publication decision, which every change of a case brings; 0 without cases."""
    return session.exec(select(func.max(CaseRecord.decision_id))).one() or 0


def decided_since(session: Session, decision_id: int) -> list[StoredCase]:
    """The cases that have changed since that decision was the newest, also those without one."""
    newer = col(CaseRecord.decision_id).is_(None) | (col(CaseRecord.decision_id) > decision_id)
    return _stored(session, newer)


def may_publish(session: Session) -> list[StoredCase]:
    """The cases that may be published."""
    return _stored(session, col(CaseRecord.may_publish).is_(True))


def counts(session: Session) -> dict[str, int]:
    """How many cases and people are held, and how many cases may be published."""
    cases = session.exec(select(func.count()).select_from(CaseRecord)).one()
    may = session.exec(select(func.count()).select_from(CaseRecord).where(col(CaseRecord.may_publish))).one()
    return {"cases": cases, "people": version(session)[0], "may_publish": may}


def stored_case(row: RowMapping) -> StoredCase:
    """A case of its row."""
    return StoredCase(*[row[name] for name in StoredCase._fields])


def _stored(session: Session, condition: ColumnElement[bool]) -> list[StoredCase]:
    """Past the ORM: an import reads thousands."""
    query = sql_select(*STORED).where(condition)
    return [StoredCase(*row) for row in session.connection().execute(query)]
