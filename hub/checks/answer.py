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
from hub.cases.access import exclusions_from, hidden_from
from hub.cases.documents import CaseDetails, PersonDetails, open_case, open_person_details
from hub.consent import (
    Asked,
    Decider,
    Decision,
    Exclusion,
    Held,
    Outcome,
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
from hub.records import decisions, keep
from hub.records.decisions import Decided
from hub.store import feeds, received
from hub.values import Band, Kind, Level, Requester, Role, Value
from hub.wire.messages import NOT_ANSWERED, Disclosure, DisclosureQuestion, commitment


@dataclass(frozen=True, slots=True)
class Enquiry:
    """What a disclosure is about: one handle met in one check of one peer, at one level."""

    peer: str
    check_id: str
    handle: bytes
    level: Level

    @property
    def place(self) -> str:
        """Where its record is sealed to."""
        return f"received_disclosure/{self.peer}/{self.check_id}/{self.handle.hex()}/{self.level}"

    @property
    def matter(self) -> str:
        """What our obligations and record of disclosures call it; a check of our own has no peer in its name."""
        return f"{self.peer}:{self.check_id}"


@dataclass(frozen=True, slots=True)
class Word:
    """A person's word on a pending disclosure: the coordinator's or, for its own records, the Idva service's."""

    by: Decider
    release: bool
    name: str = ""


class KeptDisclosure(Value):
    """What was asked and what was answered, as the holder keeps it."""

    question: DisclosureQuestion
    disclosure: Disclosure


def answer_enquiry(tx: Transaction, enquiry: Enquiry, question: DisclosureQuestion) -> Disclosure:
    """The answer: the kept one, or a first decision, kept."""
    earlier = received.disclosure(tx.session, (enquiry.check_id, enquiry.peer, enquiry.handle, enquiry.level))
    if earlier is not None:
        return _open(tx, enquiry, earlier).disclosure
    disclosure, about = _decided(tx, enquiry, question, None)
    _keep(tx, enquiry, KeptDisclosure(question=question, disclosure=disclosure), about)
    return disclosure


@dataclass(frozen=True, slots=True)
class Waiting:
    """A disclosure that waits for a person here, and the reasons why, in words."""

    enquiry: Enquiry
    question: DisclosureQuestion
    reasons: tuple[str, ...]


def pending(node: Node, asker: Requester | None = None) -> list[Waiting]:
    """The disclosures that wait for a person here, oldest first, without those of cases hidden from the asker."""
    found = []
    hidden = hidden_from(node, asker)
    with node.read() as tx:
        for row in received.pending_disclosures(tx.session):
            if hidden.hides(row.case_digest):
                continue
            enquiry = Enquiry(row.peer, row.check_id, row.handle, Level(row.level))
            decided = decisions.get(tx, row.decision_id or 0)
            reasons = tuple(reason.text for reason in decided.decision.reasons)
            found.append(Waiting(enquiry, _open(tx, enquiry, row).question, reasons))
    return found


def speak(node: Node, enquiry: Enquiry, word: Word) -> Disclosure:
    """Record a person's word on a pending disclosure; the peer reads the answer when it asks again.

    It stays pending where someone else has to speak. Raises NotFoundError when it is not pending, UsageError when
    `staff.toml` is broken.
    """
    with node.write() as tx:
        row = received.disclosure(tx.session, (enquiry.check_id, enquiry.peer, enquiry.handle, enquiry.level))
        if row is None or not row.pending:
            raise NotFoundError("no such disclosure waits here", do="see `hub pending`")
        kept = _open(tx, enquiry, row)
        disclosure, about = _decided(tx, enquiry, kept.question, word)
        _keep(tx, enquiry, kept.model_copy(update={"disclosure": disclosure}), about)
        refs = Refs(check_id=enquiry.check_id, handle=enquiry.handle.hex(), peer=enquiry.peer)
        actor = "user:" + node.user(word.name) if word.name else OPERATOR
        tx.record(
            Action.disclosure_decided,
            by=actor,
            about=refs,
            requested_level=enquiry.level,
            kind=word.by.value,
            status=disclosure.status,
        )
    return disclosure


def _open(tx: Reading, enquiry: Enquiry, row: received.DisclosureRow) -> KeptDisclosure:
    return KeptDisclosure.model_validate_json(tx.vault.open(enquiry.place, row.sealed))


class _About(NamedTuple):
    """Our decision on it and the case, where there is one."""

    decision_id: int | None = None
    case_digest: bytes | None = None


def _keep(tx: Transaction, enquiry: Enquiry, kept: KeptDisclosure, about: _About) -> None:
    received.put_disclosure(
        tx.session,
        received.DisclosureRow(
            check_id=enquiry.check_id,
            peer=enquiry.peer,
            handle=enquiry.handle,
            level=enquiry.level.value,
            received_at=tx.now,
            pending=kept.disclosure.status == "pending",
            decision_id=about.decision_id,
            case_digest=about.case_digest,
            sealed=tx.vault.seal(enquiry.place, kept.model_dump_json().encode()),
        ),
    )


def _decided(
    tx: Transaction, enquiry: Enquiry, question: DisclosureQuestion, word: Word | None
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
    held = _held(case, person, agreed, word, published=case_row.may_publish)
    decision = _decide(tx.node, enquiry, form, held, kept_out)
    decided = Decided(form=form, decision=decision, case_ref=case.case_ref)
    decider = f"the {word.by.replace('_', ' ')} {word.name}".strip() if word else "policy, under the protocol"
    answer = keep.answered(form, enquiry.peer, decision, tx.today, (enquiry.handle.hex(), decider))
    decision_id = keep.keep(tx, enquiry.matter, decided, [answer])
    about = _About(decision_id, case_row.ref_digest)
    if decision.outcome is Outcome.refer:
        return Disclosure(status="pending"), about
    if decision.outcome is not Outcome.permit:
        return NOT_ANSWERED, about
    return _released(decision.level, case, person, agreed), about


def _decide(
    node: Node, enquiry: Enquiry, form: SharingForm, held: Held, kept_out: tuple[Exclusion, ...]
) -> Decision:
    agreement = node.settings.agreement
    asked = Asked(
        form=form,
        level=enquiry.level,
        role=form.subjects[0].role if form.subjects else Role.victim,
        staff=Staff(person=form.requester.name, agency=form.requester.agency),
        agreement_known=bool(agreement and form.protocol and form.protocol.ref == agreement.ref),
    )
    return decide_answer(asked, held, node.rules, node.today(), kept_out)


def _held(
    case: CaseDetails, person: PersonDetails, agreed: Confirmation, word: Word | None, *, published: bool
) -> Held:
    return Held(
        kind=case.kind,
        role=person.person.role,
        band=Band.probable if agreed.passes else Band.possible,
        confirmed=agreed.passes,
        published=published,
        sealed=case.sealed,
        decided_by=word.by if word else None,
        decision=word.release if word else None,
        supplier_permission=bool(word and word.release),
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
