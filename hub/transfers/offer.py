"""Offering a case to the area that she moves to, and asking for it back while nobody there has decided.

Decided by the engine, as any disclosure; recorded with what it leaves to do, and put into the outbox, all at once
or not at all. This area stays responsible until it holds the other's word that it has accepted.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from hub.audit.events import Action
from hub.cases.access import restrictions_on
from hub.cases.disclosure_log import no_such_case
from hub.cases.may_follow import MayGo, may_go, words_of
from hub.cases.packing import classes_of, fitting, packed, people_of, require_sendable
from hub.consent import Decision, SharingForm, decide
from hub.consent.evidence import DisclosureLogEntry, authority_of
from hub.consent.telling import Telling
from hub.errors import ConflictError, InputError, NotFoundError
from hub.federation.peers import known
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import recording
from hub.records.cases import CaseDetails, HeldCase
from hub.records.decisions import RecordedDecision
from hub.records.disclosures import LoggedDisclosure
from hub.records.transfers import (
    ItemMoved,
    Transfer,
    TransferStep,
    keep_pack,
    keep_transfer,
    moved_to,
    open_of,
    transfer_of,
)
from hub.store.obligations import Activity
from hub.transfers import deliver
from hub.transfers.decided import Offer, asker_for, context_for, form_of
from hub.transfers.sides import offered, refs
from hub.transfers.state import Wanted
from hub.values import Kind, Level, NodeId, Requester
from hub.wire.told import FIRST, LAST
from hub.wire.transfers import MessageKind, Pack, PackedItem, TransferState

STANDS_S: Final = 14 * 86_400
"""CHOICE: how long an offer waits for the other area; then both are told that nobody answered."""
METHOD: Final = "hub: the case with its papers, sealed to the area's node"


@dataclass(frozen=True, slots=True)
class Preview:
    """What would move, item by item, and what is decided on it today. `form`: what that is decided on.

    `held_back`: the papers among the items that stay with their suppliers, each with what its supplier was asked.
    """

    held: HeldCase
    to: NodeId
    items: tuple[PackedItem, ...]
    form: SharingForm
    decision: Decision
    telling: Telling
    held_back: tuple[MayGo, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """What came of an offer: the transfer and the number of its delivery, or why it may not be made.

    `held_back`: as in the preview.
    """

    decision: Decision
    held_back: tuple[MayGo, ...] = ()
    transfer: Transfer | None = None
    delivery: str = ""


def preview(
    node: Node, offer: Offer, by: Requester | None = None, signer: str = "", *, files: bool = False
) -> Preview:
    """Look at what an offer would move, and what is decided on it. Keeps and sends nothing.

    Raises NotFoundError where there is no such case for who asks, or the area is no peer; InputError.
    """
    asker = asker_for(node, by)
    if offer.to == node.node_id:
        raise InputError(
            "A case is not moved to the area that it is in.",
            kept="Nothing was offered.",
            do="Name another area.",
        )
    with node.read() as tx:
        held = restrictions_on(node, asker).find(tx, offer.case_ref)
        if held is None:
            raise no_such_case()
        _require_movable(held)
        require_days(held.details)
        rows = may_go(tx, held, offer.to)
        found = packed(tx, held, offer.items, words_of(rows), files=files)
    items = tuple(found.values())
    known(node, offer.to)
    form = form_of(node, held, offer, asker, classes_of(items), signer)
    context = context_for(node, held, asker, form, signer)
    decision = decide(form, node.rules, node.today(), context)
    if decision.permitted:
        items = fitting(items, decision.releases)
    stay = tuple(row for row in rows if row.held_by and row.kept.handle in found)
    return Preview(held, offer.to, items, form, decision, Telling.of(form, context), stay)


def offer_case(node: Node, offer: Offer, by: Requester | None = None, signer: str = "") -> Made:
    """Offer it. Raises as `preview`, and ConflictError where one to that area is open, or the case has moved."""
    asker, seen = asker_for(node, by), preview(node, offer, by, signer, files=True)
    digest = seen.held.row.ref_digest
    decided = RecordedDecision(form=seen.form, decision=seen.decision, case_ref=offer.case_ref)
    number = secrets.token_hex(16)
    with node.write() as tx:
        tx.hold_others_off()
        _require_none_open(tx, digest, offer.to)
        entry = _entry(node, offer.to, seen.decision)
        recording.record_decision(tx, Activity(digest, number), decided, (entry,))
        if not seen.decision.permitted:
            return Made(seen.decision, seen.held_back)
        transfer, data = _made(tx, offer, asker, seen, number)
        keep_transfer(tx, transfer, new=True)
        keep_pack(tx, number, data)
        tx.record(
            Action.transfer_offered,
            by=node.actor(signer or asker.name) if signer or asker.name else node.acts_as,
            about=refs(transfer),
            outcome=seen.decision.outcome.value,
        )
        return Made(seen.decision, seen.held_back, transfer, deliver.put(tx, transfer, MessageKind.offer))


def ask_back(
    node: Node,
    number: str,
    by: Requester | None,
    reason: str = "",
) -> str:
    """Ask to have a transfer back, and return the number of the delivery that says so.

    Raises NotFoundError where there is none for who asks; ConflictError where it is not open any more.
    """
    with node.write() as tx:
        tx.hold_others_off()
        transfer = transfer_of(tx, number)
        if transfer is None or transfer.direction != "out" or not finds(node, transfer, by):
            raise no_such_transfer()
        name = by.name if by else ""
        step = TransferStep(state=transfer.state, by=name, at=tx.now, reason=reason)
        actor = node.actor(name) if name else node.acts_as
        return wants_back(tx, transfer, step, TransferState.withdrawn, actor)


def wants_back(tx: Transaction, transfer: Transfer, step: TransferStep, wanted: Wanted, actor: str) -> str:
    """Ask for it, and return the number of the delivery that says so. Raises ConflictError."""
    side = offered(transfer).ask_back(wanted)
    kept = transfer.took(step, wanted=side.wanted)
    keep_transfer(tx, kept)
    tx.record(Action.transfer_asked_back, by=actor, about=refs(kept), status=wanted.value)
    return deliver.put(tx, kept, MessageKind.ask_back)


def finds(node: Node, transfer: Transfer, by: Requester | None) -> bool:
    """Whether somebody may know of a transfer: of its case and, of one offered to us, of everybody in it."""
    restrictions = restrictions_on(node, by)
    if transfer.case and restrictions.restricts(bytes.fromhex(transfer.case)):
        return False
    return not (restrictions.any and restrictions.concern(transfer.people))


def no_such_transfer() -> NotFoundError:
    """The error for one that is not there, or not for who asks."""
    return NotFoundError("There is no such transfer here.", kept="Nothing.", do="See `hub transfer list`.")


def _require_movable(held: HeldCase) -> None:
    if held.details.kind is not Kind.marac:
        raise InputError(
            "This is a client of an Idva service: the service hands over to the other area's itself.",
            kept="Nothing was offered.",
            do="Ask the service.",
        )
    if not held.people:
        raise InputError("Nobody is on this case.", kept="Nothing was offered.")


def _require_none_open(tx: Transaction, digest: bytes, to: NodeId) -> None:
    if open_of(tx, digest, to):
        raise ConflictError(
            "A transfer of this case to that area is open already.",
            kept="It, as it is.",
            do="See `hub transfer list`; withdraw that one before you offer another.",
        )
    if moved_to(tx, digest) is not None:
        raise ConflictError(
            "This case has moved: the other area is responsible for it.",
            kept="The case, as it was.",
            do="What the victim needs now is offered by that area.",
        )


def require_days(details: CaseDetails) -> None:
    """Raise InputError for a day of the case that no message to another area can say."""
    days = (
        ("referral", details.referral_date),
        *(("meeting", one) for one in (*details.heard, details.meeting_date)),
        ("day on which she disclosed", details.disclosed_on),
    )
    for name, day in days:
        if day is not None and not FIRST <= day <= LAST:
            raise InputError(
                f"The {name} of this case is dated {day}, before 1900 or after 2099.",
                kept="Nothing was offered or given.",
                do="Correct the day on the case first.",
            )


def _entry(node: Node, to: NodeId, decision: Decision) -> LoggedDisclosure:
    area = node.areas.get(to)
    sharing = DisclosureLogEntry(
        date=node.today(),
        agency=area.area if area else to,
        person=f"whoever answers for the node {to}",
        method=METHOD,
        authority=authority_of(decision),
    )
    return LoggedDisclosure(sharing=sharing, node_id=to, level=Level.transfer)


def _made(tx: Transaction, offer: Offer, by: Requester, seen: Preview, number: str) -> tuple[Transfer, bytes]:
    details = seen.held.details
    until = tx.now + STANDS_S
    pack = Pack(
        case_ref=details.case_ref,
        referral_date=details.referral_date,
        meeting_date=details.heard_last(tx.today),
        disclosed_on=details.disclosed_on or details.referral_date,
        agreement=details.agreement,
        victim_aware=details.victim_aware,
        criteria=details.criteria,
        not_safe_to_talk_to=details.not_safe_to_talk_to,
        fled_from=seen.telling.fled_from or (),
        sealed=seen.held.kept.sealed,
        people=people_of(seen.held, seen.decision.releases),
        items=seen.items,
        offered_by=by,
        permission=offer.permission,
        reason=offer.reason,
        until=until,
    )
    data = pack.model_dump_json().encode()
    require_sendable(data)
    transfer = Transfer(
        id=number,
        direction="out",
        peer=offer.to,
        case_ref=details.case_ref,
        case=seen.held.row.ref_digest.hex(),
        items=moved(seen.items),
        permission=offer.permission,
        reason=offer.reason,
        offered_by=by,
        until=until,
        digest=hashlib.sha256(data).hexdigest(),
        form=seen.form,
        steps=(TransferStep(state=TransferState.offered, by=by.name, at=tx.now, reason=offer.reason),),
    )
    return transfer, data


def moved(items: tuple[PackedItem, ...]) -> tuple[ItemMoved, ...]:
    """The items by what they are, without what is in them."""
    return tuple(
        ItemMoved(kind=one.kind, title=one.title, supplier=one.supplier, held_by=one.held_by) for one in items
    )
