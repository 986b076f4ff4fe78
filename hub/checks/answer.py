"""What a holder answers about one met handle: compare in the clear, decide by our own rules, release no more.

Unknown, excluded, refused and below-threshold give one and the same `not_answered`. What was answered about a
check, handle and level stays so; what waits for a person (`pending`) is answered when the right one has spoken.
Does not decide the law (`hub.consent`), weigh names (`hub.matching`) or seal (`hub.checks.receive`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import NamedTuple

from hub.audit.events import OPERATOR, Action, Refs
from hub.cases.access import exclusions_from, restrictions_on
from hub.cases.documents import CaseDetails, PersonDetails, open_case, open_person_details
from hub.consent import (
    Decider,
    Decision,
    Exclusion,
    HeldRecord,
    Outcome,
    PeerRequest,
    SharingForm,
    Staff,
    decide_answer,
    parse_form,
)
from hub.crypto import encoding
from hub.errors import HubError, NotFoundError
from hub.matching import Confirmation, confirm
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import decisions, recording
from hub.records.decisions import RecordedDecision
from hub.store import feeds, received
from hub.store.received import DisclosureId
from hub.values import Band, Kind, Level, Requester, Role, Value
from hub.wire.messages import NOT_ANSWERED, Disclosure, DisclosureQuestion, commitment


@dataclass(frozen=True, slots=True)
class DisclosureKey:
    """What a disclosure is about: one handle met in one check of one peer, at one level."""

    peer: str
    check_id: str
    handle: bytes
    level: Level

    @property
    def row(self) -> DisclosureId:
        """What its row is found by."""
        return DisclosureId(self.check_id, self.peer, self.handle, self.level)

    @property
    def place(self) -> str:
        """Where its record is sealed to."""
        return f"received_disclosure/{self.peer}/{self.check_id}/{self.handle.hex()}/{self.level}"

    @property
    def matter(self) -> str:
        """What our obligations and record of disclosures call it; a check of our own has no peer in its name."""
        return f"{self.peer}:{self.check_id}"


@dataclass(frozen=True, slots=True)
class HolderDecision:
    """A person's word on a pending disclosure: the coordinator's or, for its own records, the Idva service's."""

    by: Decider
    release: bool
    name: str = ""


class RecordedDisclosure(Value):
    """What was asked and what was answered, as the holder keeps it."""

    question: DisclosureQuestion
    disclosure: Disclosure


def answer_request(tx: Transaction, enquiry: DisclosureKey, question: DisclosureQuestion) -> Disclosure:
    """The answer: the kept one, or a first decision, kept."""
    earlier = received.disclosure(tx.session, enquiry.row)
    if earlier is not None:
        return _open(tx, enquiry, earlier).disclosure
    disclosure, about = _decided(tx, enquiry, question, None)
    _record(tx, enquiry, RecordedDisclosure(question=question, disclosure=disclosure), about)
    return disclosure


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A disclosure that waits for a person here, and the reasons why, in words."""

    enquiry: DisclosureKey
    question: DisclosureQuestion
    reasons: tuple[str, ...]


def waiting_requests(node: Node, asker: Requester | None = None) -> list[WaitingRequest]:
    """The disclosures that wait for a person here, oldest first, without those of cases hidden from the asker."""
    found = []
    hidden = restrictions_on(node, asker)
    with node.read() as tx:
        for row in received.pending_disclosures(tx.session):
            if hidden.restricts(row.case_digest):
                continue
            enquiry = DisclosureKey(row.peer, row.check_id, row.handle, Level(row.level))
            decided = decisions.get(tx, row.decision_id or 0)
            reasons = tuple(reason.text for reason in decided.decision.reasons)
            found.append(WaitingRequest(enquiry, _open(tx, enquiry, row).question, reasons))
    return found


def record_holder_decision(node: Node, key: DisclosureKey, decided: HolderDecision) -> Disclosure:
    """Record a person's word on a pending disclosure; the peer reads the answer when it asks again.

    It stays pending where someone else has to speak. Raises NotFoundError when it is not pending, UsageError when
    `staff.toml` is broken.
    """
    with node.write() as tx:
        row = received.disclosure(tx.session, key.row)
        if row is None or not row.pending:
            raise NotFoundError("no such disclosure waits here", do="see `hub requests list`")
        kept = _open(tx, key, row)
        disclosure, about = _decided(tx, key, kept.question, decided)
        _record(tx, key, kept.model_copy(update={"disclosure": disclosure}), about)
        refs = Refs(check_id=key.check_id, handle=key.handle.hex(), peer=key.peer)
        actor = node.actor(decided.name) if decided.name else OPERATOR
        tx.record(
            Action.disclosure_decided,
            by=actor,
            about=refs,
            requested_level=key.level,
            kind=decided.by.value,
            status=disclosure.status,
        )
    return disclosure


def _open(tx: Reading, enquiry: DisclosureKey, row: received.DisclosureRow) -> RecordedDisclosure:
    return RecordedDisclosure.model_validate_json(tx.vault.open(enquiry.place, row.sealed))


class _About(NamedTuple):
    """Our decision on it and the case, where there is one."""

    decision_id: int | None = None
    case_digest: bytes | None = None


def _record(tx: Transaction, enquiry: DisclosureKey, recorded: RecordedDisclosure, about: _About) -> None:
    received.put_disclosure(
        tx.session,
        received.DisclosureRow(
            check_id=enquiry.check_id,
            peer=enquiry.peer,
            handle=enquiry.handle,
            level=enquiry.level.value,
            received_at=tx.now,
            pending=recorded.disclosure.status == "pending",
            decision_id=about.decision_id,
            case_digest=about.case_digest,
            sealed=tx.vault.seal(enquiry.place, recorded.model_dump_json().encode()),
        ),
    )


def _decided(
    tx: Transaction,
    enquiry: DisclosureKey,
    question: DisclosureQuestion,
    decided_by_person: HolderDecision | None,
) -> tuple[Disclosure, _About]:
    check = received.check(tx.session, enquiry.peer, enquiry.check_id)
    found = feeds.person_by_handle(tx.session, enquiry.handle)
    if check is None or found is None:
        return NOT_ANSWERED, _About()
    committed = commitment(question.subject, encoding.unb64(question.salt))
    if not secrets.compare_digest(committed, check.commitment):
        return NOT_ANSWERED, _About()  # Not the person that the check was about.
    try:
        form = parse_form(question.excerpt)
    except HubError:
        return NOT_ANSWERED, _About()
    row, case_row = found
    person = open_person_details(tx.vault, row.handle, row.sealed)
    case = open_case(tx.vault, case_row.handle, case_row.sealed)
    agreed = confirm(question.subject, person.person, tx.node.matching)
    kept_out = exclusions_from(tx.node, case.case_ref)
    held = _held(case, person, agreed, decided_by_person, published=case_row.may_publish)
    decision = _decide(tx.node, enquiry, form, held, kept_out)
    decided = RecordedDecision(form=form, decision=decision, case_ref=case.case_ref)
    decider = (
        f"the {decided_by_person.by.replace('_', ' ')} {decided_by_person.name}".strip()
        if decided_by_person
        else "policy, under the protocol"
    )
    answer = recording.answered_entry(
        form, enquiry.peer, decision, tx.today, handle=enquiry.handle.hex(), decider=decider
    )
    decision_id = recording.record_decision(tx, enquiry.matter, decided, [answer])
    about = _About(decision_id, case_row.ref_digest)
    if decision.outcome is Outcome.refer:
        return Disclosure(status="pending"), about
    if decision.outcome is not Outcome.permit:
        return NOT_ANSWERED, about
    return _released(decision.level, case, person, agreed), about


def _decide(
    node: Node, enquiry: DisclosureKey, form: SharingForm, held: HeldRecord, kept_out: tuple[Exclusion, ...]
) -> Decision:
    agreement = node.settings.agreement
    asked = PeerRequest(
        form=form,
        level=enquiry.level,
        role=form.subjects[0].role if form.subjects else Role.victim,
        staff=Staff(person=form.requester.name, agency=form.requester.agency),
        agreement_known=bool(agreement and form.protocol and form.protocol.ref == agreement.ref),
    )
    return decide_answer(asked, held, node.rules, node.today(), kept_out)


def _held(
    case: CaseDetails,
    person: PersonDetails,
    agreed: Confirmation,
    decided_by_person: HolderDecision | None,
    *,
    published: bool,
) -> HeldRecord:
    return HeldRecord(
        kind=case.kind,
        role=person.person.role,
        band=Band.probable if agreed.passes else Band.possible,
        confirmed=agreed.passes,
        published=published,
        sealed=case.sealed,
        decided_by=decided_by_person.by if decided_by_person else None,
        decision=decided_by_person.release if decided_by_person else None,
        supplier_permission=bool(decided_by_person and decided_by_person.release),
    )


def _released(level: Level, case: CaseDetails, person: PersonDetails, agreed: Confirmation) -> Disclosure:
    """Exactly what the level allows: involvement, role and month of last activity."""
    kinds = [case.kind]
    if case.kind is Kind.marac and case.idva_service:
        kinds.append(Kind.idva)
    dates = [date for date in (case.referral_date, case.meeting_date) if date]
    summary = None
    if level is Level.summary:
        criteria = "; ".join(case.criteria) or "not recorded"
        summary = f"Referred {case.referral_date or 'on a date not recorded'}. Criteria: {criteria}."
    return Disclosure(
        status="answered",
        level=level,
        involvement=tuple(kinds),
        role=person.person.role,
        last_activity=max(dates).strftime("%Y-%m") if dates else None,
        agreement=tuple(f"{one.field.replace('_', ' ')}: {_words(one.similarity)}" for one in agreed.fields),
        summary=summary,
    )


def _words(similarity: float | None) -> str:
    if similarity is None:
        return "absent on one side"
    if similarity >= 99:
        return "agrees"
    return "close" if similarity >= 80 else "differs"
