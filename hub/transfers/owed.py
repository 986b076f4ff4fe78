"""What is owed because a case moves, kept with the case and listed with all else that is."""

from __future__ import annotations

from hub.consent import Decision, Obligation, Outcome, SharingForm
from hub.consent.decision import Reason
from hub.consent.form.form import Asker
from hub.node.transaction import Transaction
from hub.records import decisions
from hub.records.decisions import RecordedDecision
from hub.records.obligations import Item, NewObligations, add_obligations
from hub.records.transfers import Transfer
from hub.store.obligations import Activity


def owe(tx: Transaction, transfer: Transfer, digest: bytes, owed: tuple[Obligation, ...]) -> None:
    """Have this be done about a case, by the digest of its reference."""
    why = Reason(code="case_moves", text="The case moves between areas.", source="Marac toolkit")
    decision = Decision(outcome=Outcome.permit, reasons=(why,), obligations=owed, rules=tx.node.rules.name)
    by = transfer.offered_by
    form = SharingForm(requester=Asker(**by.model_dump()) if by else Asker())
    kept = decisions.add(tx, RecordedDecision(form=form, decision=decision, case_ref=transfer.case_ref))
    items = tuple(Item(place, one) for place, one in enumerate(owed))
    add_obligations(tx, [NewObligations(Activity(digest, transfer.id), kept.number, items)])
