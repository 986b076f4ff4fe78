"""What a holder answers about one matched handle: compare in the clear, decide by our own rules, release no more.

Unknown, excluded, refused and below-threshold give one and the same `not_answered`, after the same work. What was
answered about a check, handle and level stays so while the case may be matched; when that has ended, nothing is
answered any more, nor again. What waits for a person (`pending`) is answered when the right one has decided.
That an area asks which she fled is not answered either, and waits here for a manager to look into it.
Does not decide the law (`hub.consent`), weigh names (`hub.matching`) or seal (`hub.checks.receive`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from hub.audit.events import OPERATOR, Action, Refs
from hub.cases.access import exclusions_from, restrictions_on
from hub.cases.owed import CROSSED, owe_word_to_the_chair
from hub.cases.publication import Supplier, supplier_of
from hub.cases.staff import staff_list
from hub.checks.meant import Meant, meant
from hub.checks.released import Packet, Part
from hub.checks.whom_to_ring import whom_to_ring
from hub.consent import (
    Decider,
    Decision,
    HeldRecord,
    Lacks,
    Outcome,
    PeerRequest,
    SharingAgreement,
    SharingForm,
    Staff,
    decide_answer,
)
from hub.consent.holder import ASKED_BY
from hub.crypto import encoding
from hub.errors import NotFoundError, UsageError
from hub.matching import Confirmation, confirm
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import decisions, notices, received, recording
from hub.records.bodies import answer_digest
from hub.records.cases import (
    HeldCase,
    PersonDetails,
)
from hub.records.decisions import RecordedDecision
from hub.records.notices import Matter, Waits
from hub.records.received import (
    DisclosureKey,
    HolderCase,
    HolderWord,
    Item,
    ReceivedDisclosure,
    RecordedDisclosure,
    SignedRequest,
)
from hub.store.obligations import Activity
from hub.values import Band, Kind, Requester, Role
from hub.wire.messages import NOT_ANSWERED, Disclosure, DisclosureQuestion


@dataclass(frozen=True, slots=True)
class HolderDecision:
    """A decision on a pending disclosure: the coordinator's or, for its own records, the Idva service's.

    `word`: what they said, kept with it; to ring first decides nothing. `items`: which go, of a part.
    """

    by: Decider
    release: bool
    name: str = ""
    word: HolderWord | None = None
    items: tuple[Item, ...] | None = None

    def part_of(self, packet: Packet) -> Part:
        """What goes by this word."""
        part = packet.part(idva_too=self.by is Decider.idva_service)
        return part if self.items is None else part.only(self.items)

    @property
    def open(self) -> bool:
        """Whether nothing is decided yet."""
        return self.word is not None and self.word.answer == "ring_first"


def answer_request(
    tx: Transaction, key: DisclosureKey, question: DisclosureQuestion, signed: SignedRequest
) -> Disclosure:
    """The answer: the one given before, or a first decision, recorded; or that it is not given any more."""
    _require_as_bound(tx, key)
    earlier = received.disclosure(tx, key)
    if earlier is not None and _may_be_given(tx, earlier):
        return earlier.recorded.disclosure
    disclosure, case, _ = _decided(tx, key, question, None)
    recorded = RecordedDisclosure(
        question=question,
        disclosure=disclosure,
        request=signed,
        words=earlier.recorded.words if earlier else (),
    )
    received.put_disclosure(tx, key, recorded, case)
    _tell(tx, key, question, case)  # Whether or not it waits for anybody: that would take longer.
    return disclosure


def may_be_repeated(tx: Transaction, key: DisclosureKey) -> bool:
    """Whether the very answer that was sealed before may be sent again."""
    _require_as_bound(tx, key)
    earlier = received.disclosure(tx, key)
    return earlier is not None and _may_be_given(tx, earlier)


def _require_as_bound(tx: Transaction, key: DisclosureKey) -> None:
    """Look that what was asked and answered before is as it was written."""
    tx.require_as_bound(
        {"received_check": [(key.check_id, key.peer)], "received_disclosure": [tuple(key.row)]}
    )


def _may_be_given(tx: Transaction, earlier: ReceivedDisclosure) -> bool:
    """Whether an answer still says no more than may be said: nothing, or of a case that may be matched.

    And to an area that nothing is said against by now.
    """
    if earlier.recorded.disclosure == NOT_ANSWERED:
        return True
    found = meant(tx, earlier.key, earlier.recorded.question)
    if found is None or found.lacks is Lacks.person:
        return False
    unsafe = any(one in ASKED_BY for one in found.against)
    return found.published and not found.said.hidden and not unsafe


@dataclass(frozen=True, slots=True)
class WaitingRequest:
    """A disclosure that waits for a person here, for whom, and the reasons why, in words.

    `refused`: the area reads that nothing is answered, and a manager looks into it that it asks.
    """

    key: DisclosureKey
    question: DisclosureQuestion
    waits_for: tuple[str, ...]
    reasons: tuple[str, ...]
    refused: bool


def waiting_requests(node: Node, asker: Requester | None = None) -> list[WaitingRequest]:
    """The disclosures that wait for a person here, oldest first, without those restricted for the asker."""
    found = []
    hidden = restrictions_on(node, asker)
    with node.read() as tx:
        for one in received.waiting(tx):
            if hidden.restricts(one.case.case_digest):
                continue
            decision = decisions.get(tx, one.case.decision_id or 0).decision
            reasons = tuple(reason.text for reason in decision.reasons)
            refused = decision.outcome is Outcome.refuse
            found.append(WaitingRequest(one.key, one.recorded.question, decision.refer_to, reasons, refused))
    return found


def record_holder_decision(node: Node, key: DisclosureKey, decided: HolderDecision) -> Disclosure:
    """Record a person's decision on a pending disclosure; the peer reads the answer when it asks again.

    It stays pending where someone else has to decide. Raises NotFoundError when it is not pending, UsageError when
    `staff.toml` is broken, for a release to an area that is not answered, or of a part that is none of it or all.
    """
    with node.write() as tx:
        tx.hold_others_off()  # Of two who decide at once, one finds that it is decided.
        _require_as_bound(tx, key)
        waiting = received.disclosure(tx, key)
        if waiting is None or not waiting.case.waits:
            raise NotFoundError("No such request is waiting here.", do="See `hub requests list`.")
        if waiting.recorded.disclosure == NOT_ANSWERED:
            _require_managers_look(node, decided)
        if decided.open:
            disclosure, case, part = waiting.recorded.disclosure, waiting.case, Part()
        else:
            disclosure, case, part = _decided(tx, key, waiting.recorded.question, decided)
        came = {"released": part.goes, "withheld": part.stays}
        words = waiting.recorded.words + ((decided.word.model_copy(update=came),) if decided.word else ())
        answered = waiting.recorded.model_copy(update={"disclosure": disclosure, "words": words})
        received.put_disclosure(tx, key, answered, case, waiting.came_at)
        if not decided.open and case.waits:
            _tell(tx, key, waiting.recorded.question, case)
        refs = Refs(check_id=key.check_id, handle=key.handle.hex(), peer=key.peer)
        tx.record(
            Action.disclosure_decided,
            by=node.actor(decided.name) if decided.name else OPERATOR,
            about=refs,
            requested_level=key.level,
            kind=decided.by.value,
            status=disclosure.status,
            released=len(part.goes) if part.stays else None,
            withheld=len(part.stays) or None,
            digests=answer_digest(key.name, encoding.unb64(waiting.recorded.question.salt), disclosure),
        )
    return disclosure


def _tell(tx: Transaction, key: DisclosureKey, question: DisclosureQuestion, case: HolderCase) -> None:
    """Have whoever decides it told that it waits; the worker finds nobody to tell where it does not."""
    about = (key.peer, key.check_id, key.handle.hex(), key.level.value)
    matter = Matter(waits=Waits.request, about=about, urgent=bool(question.excerpt.get("emergency")))
    notices.arises(tx, matter, case.case_digest)


def _require_managers_look(node: Node, decided: HolderDecision) -> None:
    """Raise UsageError unless a manager of this node closes a request that is not answered: it releases nothing."""
    if decided.release or decided.by is not Decider.manager or not decided.name:
        raise UsageError(
            "This area is not answered: a manager looks into it that it asks.",
            kept="It still waits.",
            do="Close it with --withhold --by manager --as WHO.json. What must be said, say by telephone.",
        )
    staff = staff_list(node)
    if not staff.is_manager(decided.name):
        raise staff.only_a_manager(
            "This area is not answered: a manager looks into it that it asks.", kept="It still waits."
        )


class Considered(NamedTuple):
    """What an answer rests on: the case of ours and who of it is meant, how the two compare, and what would go.

    `packet`: all that there is at that level. `part`: what of it goes and stays, where anything is answered.
    """

    form: SharingForm
    held: HeldCase
    person: PersonDetails
    agreed: Confirmation
    decision: Decision
    disclosure: Disclosure
    packet: Packet
    part: Part


def _decided(
    tx: Transaction,
    key: DisclosureKey,
    question: DisclosureQuestion,
    decided_by_person: HolderDecision | None,
) -> tuple[Disclosure, HolderCase, Part]:
    """What is answered, the decision kept. Where nobody here is meant, one as well: it says why, and of no case."""
    of = meant(tx, key, question)
    if of is None:
        return NOT_ANSWERED, HolderCase(), Part()
    found = _considered(tx, key, question, of, decided_by_person)
    form, decision, row = found.form, found.decision, found.held.row
    decided = RecordedDecision(
        form=form, decision=decision, case_ref="" if of.lacks else found.held.details.case_ref
    )
    decider = (
        f"the {decided_by_person.by.replace('_', ' ')} {decided_by_person.name}".strip()
        if decided_by_person
        else "policy, under the protocol"
    )
    answer = recording.answered_entry(
        form, key.peer, decision, tx.today, handle=key.handle.hex(), decider=decider
    )
    if found.part.stays:
        answer = answer.responded(f"answered in part: {found.disclosure.level}. {found.part.in_words}")
    decision_id = recording.record_decision(tx, Activity(row.ref_digest, key.activity), decided, [answer])
    if of.lacks:
        return NOT_ANSWERED, HolderCase(decision_id), Part()
    if found.held.details.kind is Kind.marac and CROSSED.code in {one.code for one in decision.reasons}:
        owe_word_to_the_chair(tx, Activity(row.ref_digest, key.activity), decided.case_ref, key.peer, None)
    return found.disclosure, HolderCase(decision_id, row.ref_digest, bool(decision.refer_to)), found.part


def considered(
    tx: Reading,
    key: DisclosureKey,
    question: DisclosureQuestion,
    decided_by_person: HolderDecision | None,
) -> Considered | None:
    """What would be answered after that decision of a person, and on what; None of nobody here. Keeps nothing."""
    of = meant(tx, key, question)
    if of is None or of.lacks:
        return None
    return _considered(tx, key, question, of, decided_by_person)


def _considered(
    tx: Reading,
    key: DisclosureKey,
    question: DisclosureQuestion,
    of: Meant,
    decided_by_person: HolderDecision | None,
) -> Considered:
    person, case, form = of.person, of.held.details, of.form
    agreed = confirm(question.subject, person.person, tx.node.matching)
    kept_out = exclusions_from(tx.node, of.held)
    agreements = tx.node.agreements.held
    held = _held(of, agreed, supplier_of(tx.node, case, agreements), decided_by_person)
    decision = decide_answer(_asked(key, form, agreements), held, tx.node.rules, tx.today, kept_out)
    packet = Packet(key.level, case, person, agreed, tx.today, whom_to_ring(tx, case))
    disclosure, part = NOT_ANSWERED, Part()
    if decision.outcome is Outcome.refer:
        disclosure = Disclosure(status="pending")
    elif decision.outcome is Outcome.permit:
        packet = replace(packet, level=decision.level)
        part = decided_by_person.part_of(packet) if decided_by_person else packet.part(idva_too=True)
        disclosure = packet.released(part)
    return Considered(form, of.held, person, agreed, decision, disclosure, packet, part)


def _asked(key: DisclosureKey, form: SharingForm, agreements: tuple[SharingAgreement, ...]) -> PeerRequest:
    return PeerRequest(
        form=form,
        level=key.level,
        role=form.subjects[0].role if form.subjects else Role.victim,
        staff=Staff(person=form.requester.name, agency=form.requester.agency),
        area=key.peer,
        agreements=agreements,
    )


def _held(
    of: Meant, agreed: Confirmation, supplier: Supplier, decided_by_person: HolderDecision | None
) -> HeldRecord:
    return HeldRecord(
        kind=of.held.details.kind,
        role=of.person.person.role,
        band=Band.probable if agreed.passes else Band.possible,
        confirmed=agreed.passes,
        published=of.published,
        sealed=of.held.kept.sealed or of.said.hidden,
        area=supplier.area,
        agency=supplier.agency,
        agency_kind=supplier.kind,
        decided_by=decided_by_person.by if decided_by_person else None,
        decision=decided_by_person.release if decided_by_person else None,
        supplier_permission=bool(decided_by_person and decided_by_person.release),
        against=of.against,
        lacks=of.lacks,
    )
