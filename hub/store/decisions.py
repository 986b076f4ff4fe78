"""Keeping decisions, each with the form it was made on, sealed together."""

from __future__ import annotations

import os

from sqlmodel import Session

from hub.consent import Decision, SharingForm
from hub.keys import Vault
from hub.store.tables import DecisionRecord
from hub.values import Value


class Decided(Value):
    """A form and what was decided on it."""

    form: SharingForm
    decision: Decision


def add(session: Session, vault: Vault, now: int, form: SharingForm, decision: Decision) -> int:
    """Keep a decision; returns its number."""
    place = os.urandom(16)
    sealed = place + vault.seal(
        f"decision_record/{place.hex()}", Decided(form=form, decision=decision).model_dump_json().encode()
    )
    row = DecisionRecord(
        made_at=now,
        purpose=form.purpose.value if form.purpose else "",
        outcome=decision.outcome.value,
        sealed=sealed,
    )
    session.add(row)
    session.flush()
    return row.id or 0


def get(session: Session, vault: Vault, decision_id: int) -> Decided:
    """A kept decision. Raises StorageError."""
    row = session.get_one(DecisionRecord, decision_id)
    place = row.sealed[:16]
    return Decided.model_validate_json(vault.open(f"decision_record/{place.hex()}", row.sealed[16:]))
