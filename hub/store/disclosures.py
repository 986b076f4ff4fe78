"""Queries on the record of disclosures: who was asked, told or answered about a case, sealed row by row.

Does not decide what is a row (`hub.records.keep`, `hub.cases.disclosure_log`) or who may read it (`hub.cases.access`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, insert
from sqlmodel import Session, col, select

from hub.consent.evidence import Sharing
from hub.crypto.vault import Vault
from hub.store.obligations import Matter
from hub.store.tables import SharingRecord
from hub.values import Level, ShortText, Value

HUB: Final = "hub"


class Shared(Value):
    """A row: what was shared, and who says so: "hub" for what went through it, with where it went."""

    sharing: Sharing
    by: ShortText = HUB
    node_id: str = ""
    handle: str = ""
    level: Level | None = None

    @property
    def act(self) -> tuple[str, str, Level | None, bool]:
        """What the hub did: repeating it adds no row."""
        return self.node_id, self.handle, self.level, self.sharing.told


class Row(NamedTuple):
    """A row as it is kept, with its number and matter."""

    number: str
    matter: str
    recorded_at: int
    shared: Shared


def of_case(session: Session, vault: Vault, case_digest: bytes) -> list[Row]:
    """The record of a case, oldest first. Raises StorageError."""
    return _rows(session, vault, col(SharingRecord.case_digest) == case_digest)


def of_matter(session: Session, vault: Vault, matter: Matter) -> list[Row]:
    """The rows of one matter, oldest first. Raises StorageError."""
    its_case = col(SharingRecord.case_digest) == matter.case_digest
    return _rows(session, vault, its_case & (col(SharingRecord.matter) == matter.name))


def add(session: Session, vault: Vault, now: int, matter: Matter, shared: Sequence[Shared]) -> None:
    """Add rows."""
    rows = []
    for one in shared:
        number = secrets.token_hex(8)
        sealed = vault.seal(_place(number), one.model_dump_json(exclude_defaults=True).encode())
        rows.append({"id": number, "recorded_at": now, "sealed": sealed})
    if rows:
        common = {"case_digest": matter.case_digest, "matter": matter.name}
        session.execute(insert(SharingRecord), [row | common for row in rows])


def change(session: Session, vault: Vault, number: str, shared: Shared) -> None:
    """Put a row's completed form in its place."""
    row = session.get_one(SharingRecord, number)
    row.sealed = vault.seal(_place(number), shared.model_dump_json(exclude_defaults=True).encode())
    session.add(row)


def _rows(session: Session, vault: Vault, which: ColumnElement[bool]) -> list[Row]:
    found = session.exec(select(SharingRecord).where(which))
    rows = [Row(row.id, row.matter, row.recorded_at, _open(vault, row)) for row in found]
    return sorted(rows, key=_told_when)


def _told_when(row: Row) -> tuple[dt.date, int, bool, str]:
    sharing = row.shared.sharing
    return sharing.date, row.recorded_at, sharing.told, sharing.agency


def _open(vault: Vault, row: SharingRecord) -> Shared:
    return Shared.model_validate_json(vault.open(_place(row.id), row.sealed))


def _place(number: str) -> str:
    return f"sharing_record/{number}"
