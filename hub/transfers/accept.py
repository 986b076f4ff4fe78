"""Deciding about a case that another area offers: it becomes a case here, or they are told a code, why not.

Accepting makes the case, with the day on which she disclosed and from where she came, its papers, and what is owed
at once, in the transaction that keeps the word to the other area. Whatever reason is typed stays here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from hub.audit.events import Action
from hub.cases.arrived import MOVES, as_papers
from hub.cases.changes import put_cases
from hub.cases.owed import CASE_MOVES, Because, owe
from hub.cases.proposals import Proposal
from hub.cases.publication import PublicationDecisions
from hub.consent import Obligation
from hub.errors import StorageError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.cases import CaseDetails, PersonDetails, last_come
from hub.records.hearings import day_of
from hub.records.papers import WithFile
from hub.records.transfers import (
    Transfer,
    TransferStep,
    drop_pack,
    keep_transfer,
    pack_of,
    transfer_of,
)
from hub.store import cases
from hub.store.obligations import Activity
from hub.transfers import deliver
from hub.transfers.offer import finds, no_such_transfer
from hub.transfers.sides import held, refs
from hub.transfers.state import Held
from hub.values import Kind, Requester
from hub.wire.transfers import DeclineCode, MessageKind, Pack

IDVA_CONTACT: Final = "idva_contact"
ASK_SUPPLIER: Final = "ask_supplier"
ASK_DAYS: Final = 3  # CHOICE
IDVA_DAYS: Final = 2
"""The new Idva is in contact within 24 to 48 hours (SafeLives toolkit)."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided: the transfer as it is, the number of the delivery, and the case that it became, if any."""

    transfer: Transfer
    delivery: str
    case_ref: str = ""


def incoming(node: Node, number: str, by: Requester | None) -> tuple[Transfer, Pack | None]:
    """A transfer that was offered to us, and what moves by it while it waits. Raises NotFoundError."""
    with node.read() as tx:
        transfer = _theirs(node, tx, number, by)
        return transfer, pack_of(tx, transfer) if transfer.open else None


def accept(node: Node, number: str, by: Requester, reason: str = "") -> Decided:
    """Accept it: it is a case here from now on.

    Raises NotFoundError, ConflictError where it is open no more, ScannerError where files cannot be looked at.
    """
    before, pack = incoming(node, number, by)
    came = _came(node, before, pack) if pack else []
    with node.write() as tx:
        tx.hold_others_off()
        transfer = _theirs(node, tx, number, by)
        side = held(transfer).accept(over=transfer.over(tx.now))
        pack = pack_of(tx, transfer)
        details = _details(tx, transfer, pack)
        people = tuple(PersonDetails(**one.model_dump()) for one in pack.people)
        put_cases(tx, PublicationDecisions(node), [Proposal(details, people, None)])
        row = cases.find(tx.session, tx.case_digest(details.case_ref))
        if row is None:
            raise StorageError("The case was not kept.", kept="Nothing was changed.")
        papers.put(tx, row, *came, by=node.actor(by.name))
        changes = {"case": row.ref_digest.hex(), "case_ref": details.case_ref}
        kept = _took(tx, transfer, side, by, reason, **changes)
        about = refs(kept).model_copy(update={"case": row.handle.hex()})
        tx.record(Action.transfer_accepted, by=node.actor(by.name), about=about)
        _owe(tx, kept, pack, row.ref_digest)
        return Decided(kept, deliver.put(tx, kept, MessageKind.word), details.case_ref)


def decline(node: Node, number: str, by: Requester, code: DeclineCode, reason: str = "") -> Decided:
    """Decline it: they are told the code alone. Raises NotFoundError, ConflictError where it is open no more."""
    with node.write() as tx:
        tx.hold_others_off()
        transfer = _theirs(node, tx, number, by)
        side = held(transfer).decline(code, over=transfer.over(tx.now))
        kept = _took(tx, transfer, side, by, reason, people=())
        tx.record(Action.transfer_declined, by=node.actor(by.name), about=refs(kept), status=code.value)
        return Decided(kept, deliver.put(tx, kept, MessageKind.word))


def _theirs(node: Node, tx: Reading, number: str, by: Requester | None) -> Transfer:
    transfer = transfer_of(tx, number)
    if transfer is None or transfer.direction != "in" or not finds(node, transfer, by):
        raise no_such_transfer()
    return transfer


def _took(
    tx: Transaction, transfer: Transfer, side: Held, by: Requester, reason: str, **changes: object
) -> Transfer:
    """Keep it as it is after a person decided; what moves by it is a case now, or not kept."""
    step = TransferStep(state=side.state, by=by.name, at=tx.now, reason=reason)
    kept = transfer.took(step, code=side.code, told=side.told, **changes)
    keep_transfer(tx, kept)
    drop_pack(tx, transfer.id)
    return kept


def _details(tx: Reading, transfer: Transfer, pack: Pack) -> CaseDetails:
    """The case that it becomes: it has no meeting here until it is listed.

    The day on which it was heard there is kept; one that had not come when it was offered is the other Marac's.
    """
    met = last_come((pack.meeting_date,), day_of(transfer.steps[0].at))
    return CaseDetails(
        case_ref=_free_reference(tx, f"{transfer.peer}/{pack.case_ref}"[:190]),
        kind=Kind.marac,
        referral_date=pack.referral_date,
        heard=() if met is None else (met,),
        disclosed_on=pack.disclosed_on,
        transferred_from=transfer.peer,
        agreement=pack.agreement,
        victim_aware=pack.victim_aware,
        criteria=pack.criteria,
        not_safe_to_talk_to=pack.not_safe_to_talk_to,
        fled_from=pack.fled_from,
        fled_asked=True,
        sealed=pack.sealed,
        stub="entered",
        referring_agency=pack.offered_by.agency or transfer.peer,
        referring_contact=pack.offered_by.name,
    )


def _free_reference(tx: Reading, wanted: str) -> str:
    """The reference, or with a number behind it where a case has it: she may come back."""
    names = (wanted, *(f"{wanted} ({number})" for number in range(2, 1_000)))
    return next(one for one in names if cases.find(tx.session, tx.case_digest(one)) is None)


def _came(node: Node, transfer: Transfer, pack: Pack) -> list[WithFile]:
    """The items that moved, as papers of the case here."""
    return as_papers(node, transfer.peer, pack.items, (pack.offered_by.name, node.now()), MOVES)


def _owe(tx: Transaction, transfer: Transfer, pack: Pack, digest: bytes) -> None:
    """What is owed because it was accepted: her new Idva, and what has to be asked for."""
    owed = [
        Obligation(
            code=IDVA_CONTACT,
            text="The Idva service here is in contact with the victim within 24 to 48 hours, and hands over with"
            " the one before, if that is safe.",
            due=tx.today + dt.timedelta(days=IDVA_DAYS),
        )
    ]
    asked = [f"{one.title or one.kind}: held by {one.held_by}" for one in pack.items if one.held_by]
    if asked:
        text = f"Ask for what did not come with the case. {'; '.join(asked)}: ask them."
        owed.append(
            Obligation(code=ASK_SUPPLIER, text=text[:2_000], due=tx.today + dt.timedelta(days=ASK_DAYS))
        )
    owe(tx, Activity(digest, transfer.id), Because(CASE_MOVES, transfer.case_ref, transfer.offered_by), *owed)
