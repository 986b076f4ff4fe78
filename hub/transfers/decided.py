"""What the engine is asked before a case is offered to another area: the form, made of the case, and its context.

A form that was given is taken as it is, but for what the offer itself says. Without one it is made of what the case
holds: under the agreement that both areas signed for moving cases, with the meeting's permission as the manager's
signature. Whatever that does not answer is missing, and is said.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from hub.cases.access import context_of, restrictions_on
from hub.cases.packing import ItemChosen
from hub.consent import Context, SharingAgreement, SharingForm
from hub.consent.form.form import Asker, Protocol, Recipient, Review, Signature, Subject
from hub.consent.form.vocabulary import Capacity, DataClass, SignatureRole, VictimAgreement
from hub.node.node import Node
from hub.records.cases import HeldCase, HeldPerson
from hub.records.check import CheckRequest
from hub.records.transfers import Transfer
from hub.values import (
    AgencyKind,
    Level,
    LongText,
    NodeId,
    Purpose,
    Requester,
    RequesterRole,
    Role,
    ShortText,
    Value,
)
from hub.wire.transfers import Permitted

REVIEW_DAYS: Final = 90
"""CHOICE: the sharing of a case that moved is looked at again after so long."""


class Offer(Value):
    """A case that is offered to another area: which items move, who permitted it for the meeting, and why.

    `form`: the sharing form, where the agreement between the areas does not answer everything.
    """

    case_ref: Annotated[ShortText, StringConstraints(min_length=1)]
    to: NodeId
    items: Annotated[tuple[ItemChosen, ...], Field(max_length=200)] = ()
    permission: Permitted
    reason: LongText
    form: SharingForm | None = None


def asker_for(node: Node, by: Requester | None) -> Requester:
    """Who offers: whoever is named, or the node's own agency, which is kept from every case with exclusions."""
    return by or Requester(
        role=RequesterRole.coordinator,
        agency=node.settings.agency,
        agency_kind=node.settings.agency_kind or AgencyKind.council,
    )


def form_of(
    node: Node, held: HeldCase, offer: Offer, by: Requester, classes: set[DataClass], signer: str = ""
) -> SharingForm:
    """The form that is decided on. `signer`: the manager who signs in an account; else whoever permitted it."""
    told = {
        "purpose": Purpose.marac_transfer,
        "level": Level.transfer,
        "recipient": (offer.form.recipient if offer.form else Recipient()).model_copy(
            update={"node_id": offer.to}
        ),
    }
    if offer.form is not None:
        return offer.form.model_copy(update=told)
    manager, on = (signer, node.today()) if signer else (offer.permission.by, offer.permission.date)
    signatures = [Signature(role=SignatureRole.manager, name=manager, date=on)]
    if by.name and by.name != manager:
        signatures.append(Signature(role=SignatureRole.caseworker, name=by.name, date=on))
    agreement = _agreement(node, offer.to)
    return SharingForm(
        jurisdiction=node.settings.jurisdiction,
        requester=Asker(**by.model_dump()),
        subjects=_subjects(held, _asked(node, held, by, agreement, classes)),
        protocol=Protocol(ref=agreement.ref, date=agreement.date) if agreement else None,
        necessity=offer.reason,
        review=Review(date=node.today() + dt.timedelta(days=REVIEW_DAYS), owner=offer.permission.by),
        signatures=tuple(signatures),
        **told,
    )


def _agreement(node: Node, to: NodeId) -> SharingAgreement | None:
    """The agreement that both areas signed for moving cases, the newest."""
    found = [
        one
        for one in node.agreements.held
        if Purpose.marac_transfer in one.purposes and {node.node_id, to} <= set(one.areas)
    ]
    return max(found, key=lambda one: one.date, default=None)


def _asked(
    node: Node,
    held: HeldCase,
    by: Requester,
    agreement: SharingAgreement | None,
    classes: set[DataClass],
) -> set[DataClass]:
    """The classes that the form asks for: of what there is, those that the agreement carries; else all of it.

    What it does not carry stays: who holds it is said in its place.
    """
    reached = {DataClass.contact} if any(map(_reached, held.people)) else set()
    least, more = {DataClass.identity, DataClass.involvement}, classes | reached
    if agreement is not None:
        answered = node.rules.policy.protocol.data
        more = {one for one in more if one in answered and agreement.basis_of(by.agency_kind, one)}
    return least | more


def _reached(one: HeldPerson) -> bool:
    details = one.details
    return bool(details.address or details.person.phone or details.person.postcode)


def _subjects(held: HeldCase, classes: set[DataClass]) -> tuple[Subject, ...]:
    details = held.details
    return tuple(
        Subject(
            ref=f"{one.details.person.role.value} {number}",
            role=one.details.person.role,
            data=tuple(sorted(classes)),
            agreement=VictimAgreement(details.agreement or "not_asked")
            if one.details.person.role is Role.victim
            else None,
            capacity=Capacity.child if one.details.person.role is Role.child else Capacity.not_assessed,
            aware=one.details.person.role is Role.victim and bool(details.victim_aware),
        )
        for number, one in enumerate(held.people, 1)
    )


def context_for(node: Node, held: HeldCase, by: Requester, form: SharingForm, signer: str = "") -> Context:
    """What the engine has to know of the case and of who offers it. Raises UsageError."""
    people = [one.details.person for one in held.people]
    victim = next((one for one in people if one.role is Role.victim), people[0])
    request = CheckRequest(
        purpose=Purpose.marac_transfer,
        case_ref=held.details.case_ref,
        requester=by,
        subject=victim,
        related=tuple(one for one in people if one is not victim)[:20],
        level=Level.summary,
        sharing_form=form,
    )
    context = context_of(node, request, tells=True)
    if context.signed_by is not None and signer:
        context = replace(context, signed_by=(signer,))
    return context


def context_now(node: Node, transfer: Transfer) -> Context | None:
    """The context of a transfer that was decided on, today; None where who offered it finds no such case."""
    if transfer.offered_by is None or transfer.form is None:
        return None
    with node.read() as tx:
        held = restrictions_on(node, transfer.offered_by).find(tx, transfer.case_ref)
    if held is None:
        return None
    manager = transfer.form.signature(SignatureRole.manager)
    return context_for(node, held, transfer.offered_by, transfer.form, manager.name if manager else "")
