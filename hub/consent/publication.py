"""Whether the people of one case are discoverable by peers' checks: the purpose `publish`, by the same engine.

A form is built from the node's dated inter-area agreement, or from the supplier's own decision given with the
case, and decided like any other. No decision, no token. Not here: deriving or publishing tokens.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hub.consent.context import Context
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


@dataclass(frozen=True, slots=True)
class PublicationCase:
    """What a publication decision needs to know of a case.

    `supplier`: the agency or Idva service whose case it is. `publish`: the supplier's own word, or None to
    follow the node's agreement. `agreement`: the victim's. `fled_from`: the answer kept with the case.
    `fled_asked`: whether it was asked for when the case came; where not, its seal alone says it.
    """

    kind: Kind
    supplier: str
    supplier_kind: AgencyKind
    publish: bool | None = None
    sealed: bool = False
    roles: frozenset[Role] = frozenset({Role.victim})
    agreement: VictimAgreement = VictimAgreement.not_asked
    aware: bool = False
    fled_from: tuple[str, ...] | None = None
    fled_asked: bool = False


@dataclass(frozen=True, slots=True)
class Publisher:
    """The node that publishes, its agreement with the other areas, and who reviews its publication."""

    jurisdiction: Jurisdiction
    agreement: Protocol | None
    review_owner: str


def publication_form(case: PublicationCase, publisher: Publisher, rules: Rules, on: dt.date) -> SharingForm:
    """The form that the case's publication is decided by."""
    protocol = publisher.agreement
    if case.publish:
        ref = f"publication decision given with the case by {case.supplier or case.supplier_kind}"
        protocol = Protocol(ref=ref[:200], date=on, covers=(Purpose.publish,))
    review = on + dt.timedelta(days=rules.policy.days.publication_review)
    if protocol is not None and protocol.review is not None and on <= protocol.review < review:
        review = protocol.review
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
        review=Review(date=review, owner=publisher.review_owner),
    )


def decide_publication(case: PublicationCase, publisher: Publisher, rules: Rules, on: dt.date) -> Decision:
    """The publication decision for one case. A supplier's no and a seal refuse; no agreement: incomplete."""
    if case.publish is False:
        reason = Reason(
            code="supplier_declined",
            text="The supplier of this case does not publish it.",
            source="purpose lock: the supplier decides",
            field="publish",
        )
        return Decision(outcome=Outcome.refuse, reasons=(reason,), rules=rules.name)
    form = publication_form(case, publisher, rules, on)
    return decide(form, rules, on, Context(sealed=case.sealed, seal_answers=not case.fled_asked))


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
