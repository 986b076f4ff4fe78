"""Publication decisions: whether the people of a case may be matched by peers' checks, and what that leaves.

Each is kept with the form it was made on. What ends a publication, and how the feed follows, is `changes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hub.consent import (
    Decision,
    Protocol,
    PublicationCase,
    Publications,
    Publisher,
    VictimAgreement,
    publication_form,
)
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import decisions
from hub.records.cases import CaseDetails, PersonDetails
from hub.records.decisions import KeptDecision, RecordedDecision
from hub.records.obligations import Item, NewObligations, add_obligations
from hub.store import obligations
from hub.store.obligations import PUBLISH, Activity
from hub.values import AgencyKind, Kind


class RecordedPublication(NamedTuple):
    """A publication decision as it was kept, and what it leaves, still to be kept with that of its batch."""

    kept: KeptDecision
    arisen: NewObligations


class PublicationDecisions:
    """Publication decisions under the node's agreement of today, with the forms they were made on."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._publisher = _publisher(node)
        self._on = node.today()
        self._publications = Publications(self._publisher, node.rules, self._on)

    def decide(self, case: CaseDetails, people: Iterable[PersonDetails]) -> Decision:
        """The decision for a case with these people."""
        return self._publications.decide(_publication_case(self.node, case, people))

    def record(
        self, tx: Transaction, case: CaseDetails, people: Iterable[PersonDetails], decision: Decision
    ) -> RecordedPublication:
        """Keep a decision."""
        facts = _publication_case(self.node, case, people)
        form = publication_form(facts, self._publisher, self.node.rules, self._on)
        kept = decisions.add(tx, RecordedDecision(form=form, decision=decision, case_ref=case.case_ref))
        items = tuple(Item(place, one) for place, one in enumerate(decision.obligations))
        activity = Activity(tx.case_digest(case.case_ref), PUBLISH)
        return RecordedPublication(kept, NewObligations(activity, kept.number, items))


def keep_obligations(tx: Transaction, arisen: Sequence[NewObligations]) -> None:
    """Keep what a batch of decisions leaves: a case's review starts anew, the rest is owed once."""
    still = obligations.replace_reviews(tx.session, [one.matter.case_digest for one in arisen], tx.now)
    fresh = [
        one._replace(
            items=tuple(
                item for item in one.items if (one.matter.case_digest, item.obligation.code) not in still
            )
        )
        for one in arisen
    ]
    add_obligations(tx, fresh)


def _publisher(node: Node) -> Publisher:
    agreement = node.settings.agreement
    protocol = (
        Protocol(
            ref=agreement.ref, date=agreement.date, covers=agreement.covers, review=agreement.review_date
        )
        if agreement
        else None
    )
    owner = agreement.review_owner if agreement else "Marac coordinator"
    return Publisher(node.settings.jurisdiction, protocol, owner)


def _publication_case(node: Node, case: CaseDetails, people: Iterable[PersonDetails]) -> PublicationCase:
    idva = case.kind is Kind.idva
    return PublicationCase(
        kind=case.kind,
        supplier=case.idva_service if idva else node.settings.area,
        supplier_kind=AgencyKind.idva_charity if idva else node.settings.agency_kind,
        publish=case.publish,
        sealed=case.sealed,
        roles=frozenset(one.person.role for one in people),
        agreement=VictimAgreement(case.agreement or "not_asked"),
        aware=bool(case.victim_aware),
        fled_from=case.fled_from,
        fled_asked=case.fled_asked,
    )
