"""Keeping decisions, each with the form it was made on, sealed together."""

from __future__ import annotations

import datetime as dt
import os

from sqlmodel import Session

from hub.consent import Decision, SharingForm
from hub.crypto.vault import Vault
from hub.store.tables import DecisionRecord
from hub.values import ShortText, Value


class Decided(Value):
    """A form, what was decided on it, and for which case."""

    form: SharingForm
    decision: Decision
    case_ref: ShortText = ""


def add(session: Session, vault: Vault, now: int, decided: Decided) -> int:
    """Keep a decision; returns its number."""
    place = os.urandom(16)
    row = DecisionRecord(
        made_at=now,
        purpose=decided.form.purpose.value if decided.form.purpose else "",
        outcome=decided.decision.outcome.value,
        sealed=place + vault.seal(f"decision_record/{place.hex()}", decided.model_dump_json().encode()),
    )
    session.add(row)
    session.flush()
    return row.id or 0


def get(session: Session, vault: Vault, decision_id: int) -> Decided:
    """A kept decision. Raises StorageError."""
    row = session.get_one(DecisionRecord, decision_id)
    place = row.sealed[:16]
    return Decided.model_validate_json(vault.open(f"decision_record/{place.hex()}", row.sealed[16:]))


def made_on(session: Session, decision_id: int) -> dt.date:
    """The day of a decision, UTC."""
    made_at = session.get_one(DecisionRecord, decision_id).made_at
    return dt.datetime.fromtimestamp(made_at, dt.UTC).date()
