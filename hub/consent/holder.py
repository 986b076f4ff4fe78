"""The holder's own engine, run before it answers a disclosure.

The peer's form says what the peer asserts; the holder decides by its own rules, exclusions and policy.
Unknown, excluded, refused and below-threshold all give `not_answered` on the wire: the caller sees to that,
and keeps the reasons for its own record. Not here: comparing people in the clear, sealing the answer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from hub.consent.agreements import SharingAgreement
from hub.consent.assessment import Assessment
from hub.consent.context import NOBODY, Context, Exclusion, Staff, is_excluded
from hub.consent.decide import EMERGENCY, Authority, authority, decided
from hub.consent.decision import Decision, Obligation, Outcome, Reason
from hub.consent.form.form import Asker, Recipient, SharingForm
from hub.consent.rules.rules import Rules
from hub.consent.telling import NotTold
from hub.values import AgencyKind, Band, Kind, Level, Purpose, Role


class Lacks(StrEnum):
    """Why a question is about nobody here, whomever its handle stands for."""

    person = "person"
    check = "check"
    form = "form"


class Decider(StrEnum):
    """Who decides about a record."""

    coordinator = "coordinator"
    idva_service = "idva_service"
    manager = "manager"


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """What the holder has about the candidate, and who decides about it.

    `published`: a live publication decision stands. `sealed`: somebody in the case is. `confirmed`: the
    comparison in the clear agreed, at `band`. `decision`: the recorded word of `decided_by`, the coordinator
    or, for Idva records, that Idva service; None is still open. `supplier_permission`:
    the supplier or meeting allows more than involvement to leave. `against`: what our own case says against telling
    the area that asks. `agency` and `agency_kind`: whose record it is, whose basis carries the answer; `area`: the
    node id of this area. `lacks`: why the question is about nobody here; then nothing else of it counts.
    """

    kind: Kind
    role: Role
    band: Band
    confirmed: bool
    published: bool
    sealed: bool
    decided_by: Decider | None = None
    decision: bool | None = None
    supplier_permission: bool = False
    against: tuple[NotTold, ...] = ()
    agency: str = ""
    agency_kind: AgencyKind | None = None
    area: str = ""
    lacks: Lacks | None = None

    @property
    def looks_into_it(self) -> tuple[str, ...]:
        """Who looks into it that such an area asks about somebody of ours, until a manager has."""
        alarming = self.confirmed and not self.lacks and any(one in ASKED_BY for one in self.against)
        return (str(Decider.manager),) if alarming and self.decided_by is not Decider.manager else ()


_LACKS: Final = {
    Lacks.person: "The handle stands for nobody here, in a check of that area.",
    Lacks.check: "It names another person than the check was about.",
    Lacks.form: "The form cannot be read.",
}
_LOOKED_INTO: Final = "It is not answered: a manager looks into it."
ASKED_BY: Final = {
    NotTold.fled: f"She fled the area that asks. {_LOOKED_INTO}",
    NotTold.not_safe: f"She named the area that asks as not safe to talk to. {_LOOKED_INTO}",
    NotTold.area_unknown: (
        f"An area that she fled is none that this node knows, so it may be the one that asks. {_LOOKED_INTO}"
    ),
    NotTold.not_known: (
        f"It is not known whether she fled an area, so it may be the one that asks. {_LOOKED_INTO}"
    ),
}
"""Why a manager looks into a request. That nobody was asked who fled is no reason: publication asks that."""


@dataclass(frozen=True, slots=True)
class PeerRequest:
    """A disclosure as the peer asserts it: its form, the asker, and the level it asks for.

    `area`: the node id of the peer. `agreements`: those that this holder has itself; None takes the protocol as
    stated.
    """

    form: SharingForm
    level: Level
    role: Role = Role.victim
    staff: Staff = NOBODY
    area: str = ""
    agreements: tuple[SharingAgreement, ...] | None = None


def decide_answer(
    asked: PeerRequest, held: HeldRecord, rules: Rules, on: dt.date, exclusions: tuple[Exclusion, ...] = ()
) -> Decision:
    """Decide what the holder answers. permit at a level; refer is "pending"; else not answered.

    A refusal with somebody in `refer_to` is one that a person here looks into; the peer reads the same.
    """
    # The peer's form by the holder's own rules: also where nothing is answered, which then takes as long.
    form = asked.form.model_copy(update={"level": asked.level})
    assessment = Assessment(form, rules, on, _asserted(asked, asked.area))
    theirs = decided(assessment)

    # 1. What is never answered, whoever asks.
    refused = _refusals(asked, held, rules, exclusions)
    if refused:
        return Decision(
            outcome=Outcome.refuse, reasons=refused, refer_to=held.looks_into_it, rules=rules.name
        )

    # 2. An assertion that would not stand here is not enough.
    if theirs.outcome is not Outcome.permit:
        text = "The asserted purpose and grounds do not stand by this area's own rules."
        reason = Reason(
            code="assertion_does_not_stand", text=text, source="holder's rules", field="sharing_form"
        )
        return Decision(
            outcome=theirs.outcome,
            reasons=(reason, *theirs.reasons),
            missing=theirs.missing,
            rules=rules.name,
        )

    # 3. What a person must decide, and whether the right one has; and the basis of our own.
    level = theirs.level
    own = _own_authority(
        theirs, Assessment(_our_form(form, asked, held), rules, on, _asserted(asked, held.area))
    )
    pending = (*_person_needed(asked, held, assessment), *_without_basis(own))
    if pending:
        return Decision(
            outcome=Outcome.refer, reasons=pending, refer_to=(str(_decider(held)),), rules=rules.name
        )

    # 4. The answer, no higher than asked.
    reason = Reason(
        code="answer",
        text=f"Answered at {level}: prior {held.kind} contact.",
        source="policy.toml answer",
        field="level",
    )
    record = Obligation(code="record_answer", text="Record the answer, its level and who decided it.", due=on)
    return theirs.model_copy(
        update={"reasons": (reason, *own.reasons), "answers": own.answers, "obligations": (record,)}
    )


def _asserted(asked: PeerRequest, giver: str) -> Context:
    return Context(recipient_known=True, asserted=True, agreements=asked.agreements, area=giver)


def _our_form(form: SharingForm, asked: PeerRequest, held: HeldRecord) -> SharingForm:
    """The answer as our own sharing: by whoever's record it is, to whoever asks, about the one person."""
    theirs = form.requester
    return form.model_copy(
        update={
            "requester": Asker(role=theirs.role, agency=held.agency, agency_kind=held.agency_kind),
            "recipient": Recipient(
                node_id=asked.area or None, agency=theirs.agency, agency_kind=theirs.agency_kind
            ),
            "subjects": tuple(one.model_copy(update={"role": held.role}) for one in form.subjects[:1]),
        }
    )


def _own_authority(theirs: Decision, ours: Assessment) -> Authority:
    """What carries our answer. A controller has a basis of its own (UK GDPR Art 5(2)): the enquirer's is not ours.

    An imminent threat to life is one for both.
    """
    if any(reason.code == EMERGENCY for reason in theirs.reasons):
        return Authority(theirs.answers, theirs.reasons)
    return authority(ours)


def _without_basis(own: Authority) -> tuple[Reason, ...]:
    """That this area has no basis of its own for the answer, and what is lacking."""
    if not own.lacks:
        return ()
    text = "This area has no basis of its own to answer on, so nothing is answered before it has one."
    reason = Reason(code="own_basis", text=text, source="UK GDPR Art 5(2), Art 6", field="holder")
    return (reason, *own.lacks)


def _refusals(
    asked: PeerRequest, held: HeldRecord, rules: Rules, exclusions: tuple[Exclusion, ...]
) -> tuple[Reason, ...]:
    if held.lacks is not None:
        text = _LACKS[held.lacks]
        return (Reason(code=f"lacks_{held.lacks}", text=text, source="the question", field="holder"),)
    bands = list(Band)
    checks = (
        (
            is_excluded(asked.staff, exclusions),
            "excluded",
            "The asker is on the exclusion list.",
            "hazard H1",
        ),
        (held.sealed, "sealed", "Somebody in the case is sealed.", "hazard H2"),
        (not held.published, "not_published", "No publication decision stands.", "publication decision"),
        (not held.confirmed, "not_confirmed", "The comparison in the clear does not agree.", "hazard H4"),
        (
            bands.index(held.band) > bands.index(rules.policy.answer.least_band),
            "below_threshold",
            f"Below {rules.policy.answer.least_band}.",
            "policy.toml answer.least_band",
        ),
        (
            held.decision is False,
            "declined",
            "The person who decides about this record declined.",
            "purpose lock",
        ),
    )
    alarming = (
        Reason(code=f"asked_by_{one}", text=ASKED_BY[one], source="hazard H2", field="holder")
        for one in held.against
        if one in ASKED_BY
    )
    return (
        *alarming,
        *(
            Reason(code=code, text=text, source=source, field="holder")
            for stop, code, text, source in checks
            if stop
        ),
    )


def _person_needed(asked: PeerRequest, held: HeldRecord, assessment: Assessment) -> tuple[Reason, ...]:
    """The reasons why a person must still decide: whoever holds the record, beyond involvement the supplier too."""
    level = asked.level
    by_itself = held.kind is not Kind.idva or asked.form.purpose is Purpose.idva_prior_contact
    automatic = assessment.covered and by_itself and level in assessment.rules.policy.answer.automatic_levels
    crossed = {asked.role, held.role} == {Role.victim, Role.perpetrator}
    spoken = held.decision is True and (held.kind is not Kind.idva or held.decided_by is Decider.idva_service)
    checks = (
        (
            not automatic and not spoken,
            "person_decides",
            f"{level} is answered by a person here.",
            "policy.toml",
        ),
        (
            held.kind is Kind.idva and not automatic and not spoken,
            "idva_service_decides",
            "An Idva service decides about its own records.",
            "independence of the Idva service",
        ),
        (
            crossed and not spoken,
            "counter_allegation",
            "Victim there, perpetrator here: a person decides before anything moves.",
            "hazard H5: counter-allegations",
        ),
        (
            level is not Level.involvement and not held.supplier_permission,
            "supplier_permission",
            "The agency that supplied it, or the meeting, must allow more than involvement to leave.",
            "SafeLives toolkit: purpose lock and sharing outside the meeting",
        ),
    )
    doubts = (
        doubt
        for ground in assessment.ticked
        for doubt in ground.doubts
        if assessment.uncovered and not spoken
    )
    return (
        *doubts,
        *(
            Reason(code=code, text=text, source=source, field="holder")
            for open_, code, text, source in checks
            if open_
        ),
    )


def _decider(held: HeldRecord) -> Decider:
    return Decider.idva_service if held.kind is Kind.idva else Decider.coordinator
