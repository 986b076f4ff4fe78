"""The disclosure log of a case, opened and sealed row by row: who was asked, informed or answered.

Does not decide what is a row (`recording`, `hub.cases.disclosure_log`) or who may read it (`hub.cases.access`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from hub.consent.evidence import DisclosureLogEntry
from hub.node.transaction import Reading, Transaction
from hub.store import disclosures
from hub.store.disclosures import SharingRow
from hub.store.obligations import Activity
from hub.values import Level, ShortText, Value

HUB: Final = "hub"


class Act(NamedTuple):
    """What of the hub's own doing a row is of: which area, which candidate at what level, told or only asked."""

    node_id: str
    handle: str
    level: Level | None
    told: bool


class LoggedDisclosure(Value):
    """A row: what was shared, and who says so: "hub" for what went through it, with where it went."""

    sharing: DisclosureLogEntry
    by: ShortText = HUB
    node_id: str = ""
    handle: str = ""
    level: Level | None = None

    @property
    def act(self) -> Act:
        """The act of the hub that the row is of: repeating it adds no row."""
        return Act(self.node_id, self.handle, self.level, self.sharing.told)

    def responded(self, response: str) -> LoggedDisclosure:
        """The row with what was answered."""
        return self.model_copy(update={"sharing": self.sharing.model_copy(update={"response": response})})


class DisclosureLogRow(NamedTuple):
    """A row as it is kept, with its number and matter."""

    number: str
    matter: str
    recorded_at: int
    shared: LoggedDisclosure


def of_case(tx: Reading, case_digest: bytes) -> list[DisclosureLogRow]:
    """The record of a case, oldest first. Raises StorageError."""
    return _opened(tx, disclosures.of_case(tx.session, case_digest))


def newest(tx: Reading, cases: Collection[bytes] | None = None) -> Iterator[tuple[bytes, DisclosureLogRow]]:
    """The rows of these cases with the digest of the case, or of all, the newest first; opened as they are taken.

    Raises RowsError where one is not as the log has it, or is gone; StorageError.
    """
    tx.require_tables_as_bound("sharing_record")
    for digest, row in disclosures.every(tx.session):
        if cases is None or digest in cases:
            yield digest, _opened(tx, [row])[0]


def cases_with_any(tx: Reading) -> frozenset[bytes]:
    """The digests of the cases of which anything is recorded."""
    return disclosures.cases_with_any(tx.session)


def of_matter(tx: Reading, matter: Activity) -> list[DisclosureLogRow]:
    """The rows of one matter, oldest first. Raises StorageError."""
    return _opened(tx, disclosures.of_matter(tx.session, matter))


def add(tx: Transaction, matter: Activity, shared: Iterable[LoggedDisclosure]) -> None:
    """Add rows."""
    numbered = {secrets.token_hex(8): one for one in shared}
    sealed = {number: _sealed(tx, number, one) for number, one in numbered.items()}
    disclosures.add(tx.session, tx.now, matter, sealed)


def change(tx: Transaction, number: str, shared: LoggedDisclosure) -> None:
    """Put a row's completed form in its place."""
    disclosures.replace(tx.session, number, _sealed(tx, number, shared))


def _opened(tx: Reading, rows: Iterable[SharingRow]) -> list[DisclosureLogRow]:
    found = [
        DisclosureLogRow(
            row.number,
            row.matter,
            row.recorded_at,
            LoggedDisclosure.model_validate_json(tx.vault.open(_place(row.number), row.sealed)),
        )
        for row in rows
    ]
    return sorted(found, key=_told_when)


def _told_when(row: DisclosureLogRow) -> tuple[dt.date, int, bool, str]:
    sharing = row.shared.sharing
    return sharing.date, row.recorded_at, sharing.told, sharing.agency


def _sealed(tx: Reading, number: str, shared: LoggedDisclosure) -> bytes:
    return tx.vault.seal(_place(number), shared.model_dump_json(exclude_defaults=True).encode())


def _place(number: str) -> str:
    return f"sharing_record/{number}"
