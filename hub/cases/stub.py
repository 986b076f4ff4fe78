"""Entering a case by its stub: less than a referral, and enough to ask other areas about the people on it.

Its people are checked as the rows of an import are. Nobody on it is published before its referral is imported under
the same reference. An emergency makes its own, of what was typed. Asks nobody.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, StrictBool, StringConstraints

from hub.accounts.organisations import named
from hub.audit.events import Action
from hub.cases.access import restrictions_on
from hub.cases.alerts import alert_manager
from hub.cases.changes import CaseChange, carry_out, put_cases
from hub.cases.importing.assemble import CaseIntake, assemble
from hub.cases.importing.people import cells_of
from hub.cases.importing.rows import Rejected, parse_row
from hub.cases.kept_out import CaseRestrictions
from hub.cases.proposals import Proposal
from hub.cases.publication import PublicationDecisions
from hub.consent.form.fled import NOT_KNOWN, FledFrom
from hub.errors import ConflictError, InputError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.cases import CaseDetails, PersonDetails, case_digest
from hub.records.check import CheckRequest
from hub.records.words import SealWord
from hub.store import cases
from hub.values import Kind, Person, Requester, RequesterRole, ShortText, Value

Said = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Referrer(Value):
    """Whose referral it is: the agency, and the person there."""

    agency: Said
    contact: Said


class Stub(Value):
    """A case as it is entered before its referral is. `by` enters it.

    `sealed` and `fled_from` have no default: somebody has to answer whether anyone here is sealed, and whether
    anyone here fled an area.
    """

    case_ref: Said
    kind: Kind
    idva_service: ShortText = ""
    referral_date: dt.date | None = None
    referrer: Referrer
    by: Requester
    sealed: StrictBool
    fled_from: FledFrom
    not_safe_to_talk_to: Annotated[tuple[ShortText, ...], Field(max_length=20)] = ()
    people: Annotated[tuple[Person, ...], Field(min_length=1, max_length=20)]


def enter_case(node: Node, stub: Stub) -> CaseDetails:
    """Enter a case. Raises InputError for a person who cannot be kept, ConflictError where the reference is taken.

    Of a case that they are restricted from, whoever enters it learns nothing: what they enter is kept apart.
    """
    if not stub.by.name:
        raise InputError("by.name is empty.", kept="Nothing.", do="Say who enters the case.")
    people = tuple(PersonDetails(person=one) for one in _people(stub))
    restrictions = restrictions_on(node, stub.by)
    details = CaseDetails(
        case_ref=stub.case_ref,
        kind=stub.kind,
        idva_service=stub.idva_service,
        referral_date=stub.referral_date,
        not_safe_to_talk_to=stub.not_safe_to_talk_to,
        fled_from=stub.fled_from,
        fled_asked=True,
        sealed=stub.sealed,
        stub="entered",
        referring_agency=stub.referrer.agency,
        referring_contact=stub.referrer.contact,
        entered_by=restrictions.entered_by(stub.case_ref, (one.person for one in people)),
        apart=restrictions.apart(stub.case_ref),
    )

    def propose(tx: Reading) -> list[Proposal]:
        if restrictions.find(tx, stub.case_ref) is not None:
            raise ConflictError(
                "There is a case of this reference here already.",
                kept="It, as it was.",
                do="Ask about its people with `hub check`; to change it, import its referral with `hub import`.",
            )
        word = SealWord(sealed=True, by=stub.by.name, because="entered as sealed", at=tx.now)
        return [Proposal(details, people, None, words=(word,) if stub.sealed else ())]

    def then(tx: Transaction, _: Iterable[CaseChange]) -> None:
        alerted = alert_manager(
            tx,
            restrictions,
            [one.person for one in people],
            stub.case_ref,
            stub.by,
            matter=secrets.token_hex(16),
        )
        tx.record(
            Action.case_entered,
            by=node.actor(stub.by.name),
            cases=1,
            persons=len(people),
            reasons=("restricted_person",) if alerted else (),
        )

    carry_out(PublicationDecisions(node), propose, then)
    return details


def case_of_emergency(restrictions: CaseRestrictions, case_ref: str, request: CheckRequest) -> CaseDetails:
    """The case that an emergency makes of what was typed. Its referral completes it.

    Where an Idva service of this node asks it is that service's client.
    """
    by = request.requester
    with restrictions.node.read() as tx:
        body = named(tx, by.agency)
    service = body.name if body is not None and body.idva_service else ""
    return CaseDetails(
        case_ref=case_ref,
        kind=Kind.idva if service or by.role is RequesterRole.idva else Kind.marac,
        idva_service=service,
        fled_from=request.sharing_form.fled_from,
        fled_asked=True,
        stub="emergency",
        referring_agency=by.agency,
        referring_contact=by.name,
        entered_by=restrictions.entered_by(case_ref, (request.subject, *request.related)),
        apart=restrictions.apart(case_ref),
    )


def put_case_of_emergency(tx: Transaction, details: CaseDetails, people: Iterable[Person], by: str) -> None:
    """Store it, with its event, within a transaction that holds others off. Raises ConflictError if it is there."""
    if cases.find(tx.session, case_digest(tx, details)) is not None:
        raise ConflictError(
            "A case of this reference was entered meanwhile.", kept="Nobody was asked.", do="Ask again."
        )
    kept = tuple(PersonDetails(person=one) for one in people)
    tx.record(Action.case_entered, by=by, cases=1, persons=len(kept), emergency=True)
    put_cases(tx, PublicationDecisions(tx.node), [Proposal(details, kept, None)])


def _people(stub: Stub) -> tuple[Person, ...]:
    """The people of a stub, the victim first, checked as an import's rows are. Raises InputError."""
    rows = [parse_row(_cells(stub, one), place) for place, one in enumerate(stub.people)]
    assembled = list(assemble(rows))
    case = next((one for one in assembled if isinstance(one, CaseIntake)), None)
    wrong = next((one for one in assembled if isinstance(one, Rejected)), None)
    if wrong is not None or case is None:
        where = f"people[{wrong.row}].{wrong.field}".rstrip(".") if wrong else "people"
        raise InputError(
            f"{where} {wrong.reason if wrong else 'are none'}.",
            kept="Nothing.",
            do="Correct it and enter it again.",
        )
    refs = [stub.people[one.row].ref for one in case.people]
    return tuple(
        one.person.model_copy(update={"ref": ref}) for one, ref in zip(case.people, refs, strict=True)
    )


def _cells(stub: Stub, person: Person) -> dict[str, str]:
    """A person of a stub as the cells of a row."""
    fled = ["not known" if one == NOT_KNOWN else one for one in stub.fled_from]
    return cells_of(person) | {
        "case_ref": stub.case_ref,
        "kind": stub.kind.value,
        "idva_service": stub.idva_service,
        "not_safe_to_talk_to": ";".join(stub.not_safe_to_talk_to),
        "fled_from": ";".join(fled) or "none",
        "sealed": "yes" if stub.sealed else "no",
    }
