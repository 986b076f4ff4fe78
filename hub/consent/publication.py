"""Whether the people of one case are discoverable by peers' checks: the purpose `publish`, by the same engine.

A form is built that rests on an agreement of this node, which the case names or which is the only one for it, and
decided like any other. A supplier's yes is no agreement. No decision, no token. Not here: making tokens.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.consent.agreements import SharingAgreement
from hub.consent.context import Context, same
from hub.consent.decide import decide
from hub.consent.decision import Decision, Outcome, Reason
from hub.consent.form.form import Asker, Protocol, Review, SharingForm, Subject
from hub.consent.form.vocabulary import DataClass, Jurisdiction, VictimAgreement
from hub.consent.rules.rules import Rules
from hub.values import AgencyKind, Kind, Level, Purpose, RequesterRole, Role

NECESSITY = (
    "Victims move between areas and use other names: without a pointer, repeats are not seen and the earlier"
    " plan is not reviewed. Only match-keys are published, and no detail."
)

_STUB: Final = Reason(
    code="stub",
    text="Only the stub of this case is here: nobody in it is published before its referral is imported.",
    source="a publication decision needs the referral",
    field="publish",
)
_DECLINED: Final = Reason(
    code="supplier_declined",
    text="The supplier of this case does not publish it.",
    source="purpose lock: the supplier decides",
    field="publish",
)


@dataclass(frozen=True, slots=True)
class PublicationCase:
    """What a publication decision needs to know of a case.

    `supplier`: the agency or Idva service whose case it is. `publish`: the supplier's own word, or None where it
    says nothing. `under`: the reference of the agreement that it is published under, where one is named.
    `agreement`: the victim's. `fled_from`: the answer kept with the case.
    `fled_asked`: whether it was asked for when the case came; where not, its seal alone says it.
    `stub`: no more than its stub is here.
    """

    kind: Kind
    supplier: str
    supplier_kind: AgencyKind | None
    publish: bool | None = None
    sealed: bool = False
    stub: bool = False
    roles: frozenset[Role] = frozenset({Role.victim})
    agreement: VictimAgreement = VictimAgreement.not_asked
    aware: bool = False
    fled_from: tuple[str, ...] | None = None
    fled_asked: bool = False
    under: str = ""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The node that publishes: its area's node id, and the agreements that it holds."""

    jurisdiction: Jurisdiction
    area: str
    agreements: tuple[SharingAgreement, ...] = ()

    def agreement(self, case: PublicationCase, on: dt.date) -> SharingAgreement | None:
        """The agreement that a case is published under: the one that it names, or else the only one for it."""
        if case.under:
            return next((one for one in self.agreements if same(one.ref, case.under)), None)
        found = self.signed(case, on)
        return found[0] if len(found) == 1 else None

    def signed(self, case: PublicationCase, on: dt.date) -> Sequence[SharingAgreement]:
        """The agreements about publication that the case's agency signed and that are in force."""
        return [
            one
            for one in self.agreements
            if Purpose.publish in one.purposes
            and not one.why_not_on(on)
            and one.signed_by(self.area, case.supplier, case.supplier_kind)
        ]


def publication_form(case: PublicationCase, publisher: Publisher, rules: Rules, on: dt.date) -> SharingForm:
    """The form that the case's publication is decided by."""
    agreement = publisher.agreement(case, on)
    protocol = Protocol(ref=case.under) if case.under else None
    if agreement is not None:
        protocol = Protocol(ref=agreement.ref, date=agreement.date, digest=agreement.digest)
    review = on + dt.timedelta(days=rules.policy.days.publication_review)
    if agreement is not None and on <= agreement.review < review:
        review = agreement.review
    items = (DataClass.identity, DataClass.involvement)
    return SharingForm(
        jurisdiction=publisher.jurisdiction,
        purpose=Purpose.publish,
        level=Level.involvement,
        requester=Asker(
            role=RequesterRole.idva if case.kind is Kind.idva else RequesterRole.coordinator,
            agency=case.supplier,
            agency_kind=case.supplier_kind,
        ),
        subjects=tuple(
            Subject(
                ref=str(role),
                role=role,
                data=items,
                agreement=case.agreement if role is Role.victim else VictimAgreement.not_asked,
                aware=case.aware if role is Role.victim else False,
            )
            for role in sorted(case.roles)
        ),
        protocol=protocol,
        fled_from=case.fled_from,
        necessity=NECESSITY,
        review=Review(date=review, owner=agreement.review_owner if agreement else "Marac coordinator"),
    )


def decide_publication(case: PublicationCase, publisher: Publisher, rules: Rules, on: dt.date) -> Decision:
    """The publication decision for one case. A stub, a supplier's no, a seal refuse; no agreement: incomplete."""
    if case.stub:
        return Decision(outcome=Outcome.refuse, reasons=(_STUB,), rules=rules.name)
    if case.publish is False:
        return Decision(outcome=Outcome.refuse, reasons=(_DECLINED,), rules=rules.name)
    form = publication_form(case, publisher, rules, on)
    context = Context(
        sealed=case.sealed,
        seal_answers=not case.fled_asked,
        agreements=publisher.agreements,
        area=publisher.area,
    )
    decision = decide(form, rules, on, context)
    if form.protocol is not None or decision.outcome is Outcome.refuse:
        return decision
    reason = Reason(code=NO_AGREEMENT, text=_none_for(case, publisher, on), source=SOURCE, field="protocol")
    return decision.model_copy(update={"reasons": (reason, *decision.reasons)})


NO_AGREEMENT: Final = "no_agreement"
SOURCE: Final = "UK GDPR Art 5(2), Art 6: a publication rests on an agreement with a basis"
_FIRST: Final = (NO_AGREEMENT, "protocol_does_not_cover")


def _none_for(case: PublicationCase, publisher: Publisher, on: dt.date) -> str:
    """Why no agreement was chosen that the case might be published under."""
    several = [one.ref for one in publisher.signed(case, on)]
    if several:
        return f"Several agreements let it be published: name one of {', '.join(several)}."
    if not case.supplier:
        return "It is not said which agency's case this is, so no agreement of its can be found."
    return f"This node holds no agreement in force under which {case.supplier} publishes."


def why_not_published(decision: Decision) -> str:
    """The first thing to correct before a case can be published, in words; nothing where it is."""
    if decision.permitted:
        return ""
    first = [reason.text for reason in decision.reasons if reason.code in _FIRST]
    return (first or [reason.text for reason in decision.reasons] or ["It was not decided to."])[0]


class Publications:
    """Publication decisions for a bulk import: the same facts on the same day are decided once."""

    def __init__(self, publisher: Publisher, rules: Rules, on: dt.date) -> None:
        self._given = (publisher, rules, on)
        self._known: dict[PublicationCase, Decision] = {}

    def decide(self, case: PublicationCase) -> Decision:
        """`decide_publication`, remembered."""
        if case not in self._known:
            self._known[case] = decide_publication(case, *self._given)
        return self._known[case]
