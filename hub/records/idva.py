"""Referrals of a Marac's cases to an Idva service of this node, between memory and the store.

What is kept of one is held to the log. Of her, and of what the service did, it has no more than when she was tried
and whether she was reached: the service's own words are papers of its own client. Decides nothing (`hub.cases`).
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field
from sqlalchemy import RowMapping

from hub.crypto.vault import Vault
from hub.node.transaction import Reading, Transaction
from hub.store import idva
from hub.values import ShortText, Value, Whole

IDVA_REFERRAL: Final = "idva_referral"


class Tried(Value):
    """That somebody of the service tried to be in contact with her: who, when (since 1970), and if they were."""

    by: ShortText
    at: Whole
    reached: bool


class IdvaReferral(Value):
    """One of them. `case`: the handle (hex) of the Marac's case; `organisation`: the service's id.

    `since`: when its clock began (since 1970). `client`: the handle (hex) of the service's own case, once somebody
    there has taken it on.
    """

    id: str
    case: str
    organisation: str
    why: Literal["referral", "transfer"] = "referral"
    since: Whole
    passed_at: Whole
    tried: tuple[Tried, ...] = Field(default=(), max_length=200)
    client: str = ""
    taken_by: ShortText = ""
    taken_at: Whole = 0

    @property
    def reached_at(self) -> int | None:
        """When she was first in contact with the service; None while nobody has reached her."""
        return next((one.at for one in self.tried if one.reached), None)

    @property
    def by_day(self) -> bool:
        """Whether its clock began at the end of the referral's own day, which came here later than that."""
        return self.why == "referral" and self.since < self.passed_at

    @property
    def open(self) -> bool:
        """Whether nobody has reached her yet."""
        return self.reached_at is None


def every_idva_referral(tx: Reading) -> tuple[IdvaReferral, ...]:
    """All of them. Raises RowsError, StorageError."""
    return tx.every_row(IDVA_REFERRAL, _of_row)


def idva_referral_of(tx: Reading, number: str) -> IdvaReferral | None:
    """The one of that id (hex). Raises RowsError, StorageError."""
    try:
        key = bytes.fromhex(number)
    except ValueError:
        return None
    tx.require_as_bound({IDVA_REFERRAL: [(key,)]})
    sealed = idva.find(tx.session, key)
    return _opened(tx.vault, key, sealed) if sealed else None


def keep_idva_referral(tx: Transaction, one: IdvaReferral, *, new: bool = False) -> None:
    """Keep one as it is now."""
    key = bytes.fromhex(one.id)
    sealed = tx.vault.seal(_place(key), one.model_dump_json(exclude_defaults=True).encode())
    (idva.add if new else idva.replace)(tx.session, key, sealed)


def _of_row(vault: Vault, row: RowMapping) -> IdvaReferral:
    return _opened(vault, row["id"], row["sealed"])


def _opened(vault: Vault, key: bytes, sealed: bytes) -> IdvaReferral:
    return IdvaReferral.model_validate_json(vault.open(_place(key), sealed))


def _place(key: bytes) -> str:
    return f"{IDVA_REFERRAL}/{key.hex()}"
