"""Queries on the questions this node asked. What was asked and what came of it is sealed as one."""

from __future__ import annotations

from pydantic import Field
from sqlmodel import Session

from hub.crypto.vault import Vault
from hub.errors import NotFoundError
from hub.records.check import CheckRequest, CheckResult
from hub.store.tables import CheckRecord, Receipt
from hub.values import Value


class Kept(Value):
    """A check as it is kept: the request, the result, and by area the salt of our commitment to the subject and
    the evidence of each candidate by handle (all hex).
    """

    request: CheckRequest
    result: CheckResult
    salts: dict[str, str] = Field(default_factory=dict)
    evidence: dict[str, dict[str, str]] = Field(default_factory=dict)


def add(session: Session, vault: Vault, now: int, kept: Kept) -> None:
    """Keep a new check."""
    result = kept.result
    sealed = vault.seal(_place(result.check_id), kept.model_dump_json().encode())
    session.add(
        CheckRecord(
            check_id=result.check_id, asked_at=now, outcome=result.decision.outcome.value, sealed=sealed
        )
    )


def update(session: Session, vault: Vault, kept: Kept) -> None:
    """Replace what is kept of a check."""
    row = session.get_one(CheckRecord, kept.result.check_id)
    row.sealed = vault.seal(_place(row.check_id), kept.model_dump_json().encode())
    session.add(row)


def get(session: Session, vault: Vault, check_id: str) -> Kept:
    """A kept check. Raises NotFoundError."""
    row = session.get(CheckRecord, check_id)
    if row is None:
        raise unknown()
    return Kept.model_validate_json(vault.open(_place(check_id), row.sealed))


def unknown() -> NotFoundError:
    """What is said of a check that is not there, or not for who asks."""
    return NotFoundError("no such check on this node", do="see the check_id that `hub check` printed")


def add_receipt(session: Session, check_id: str, peer: str, token: str) -> None:
    """Keep a peer's signed answer as evidence."""
    session.add(Receipt(check_id=check_id, peer=peer, token=token))


def _place(check_id: str) -> str:
    return f"check_record/{check_id}"
