"""Publication decisions: whether the people of a case may be matched by peers' checks, and what that leaves.

Each is kept with the form it was made on. What ends a publication, and how the feed follows, is `changes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hub.cases.same_people import SamePeople
from hub.consent import (
    Decision,
    PublicationCase,
    Publications,
    Publisher,
    SharingAgreement,
    VictimAgreement,
    publication_form,
)
from hub.consent.areas import folded
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import decisions
from hub.records.cases import CaseDetails, PersonDetails, case_digest
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
    """Publication decisions under the node's agreements of today, with the forms they were made on."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.same_people = SamePeople(node)
        self._publisher = _publisher(node)
        self._on = node.today()
        self._publications = Publications(self._publisher, node.rules, self._on)

    def decide(self, case: CaseDetails, people: Iterable[PersonDetails]) -> Decision:
        """The decision for a case with these people."""
        return self._publications.decide(self._facts(case, people))

    def record(
        self, tx: Transaction, case: CaseDetails, people: Iterable[PersonDetails], decision: Decision
    ) -> RecordedPublication:
        """Keep a decision."""
        facts = self._facts(case, people)
        form = publication_form(facts, self._publisher, self.node.rules, self._on)
        kept = decisions.add(tx, RecordedDecision(form=form, decision=decision, case_ref=case.case_ref))
        items = tuple(Item(place, one) for place, one in enumerate(decision.obligations))
        activity = Activity(case_digest(tx, case), PUBLISH)
        return RecordedPublication(kept, NewObligations(activity, kept.number, items))

    def _facts(self, case: CaseDetails, people: Iterable[PersonDetails]) -> PublicationCase:
        return _publication_case(self.node, case, people, self._publisher.agreements)


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
    return Publisher(node.settings.jurisdiction, node.node_id, node.agreements.held)


class Supplier(NamedTuple):
    """The agency whose case it is, for which area, and its kind where that is known."""

    area: str
    agency: str
    kind: AgencyKind | None


def supplier_of(node: Node, case: CaseDetails, held: Iterable[SharingAgreement]) -> Supplier:
    """Whose case it is: our own agency's, or the Idva service's, of the kind that it signed the agreements as."""
    if case.kind is not Kind.idva:
        return Supplier(node.node_id, node.settings.agency, node.settings.agency_kind)
    name = folded(case.idva_service)
    signed = [one for agreement in held for one in agreement.signatory if one.area == node.node_id]
    kinds = {one.kind for one in signed if folded(one.agency) == name}
    return Supplier(node.node_id, case.idva_service, kinds.pop() if len(kinds) == 1 else None)


def _publication_case(
    node: Node, case: CaseDetails, people: Iterable[PersonDetails], held: Iterable[SharingAgreement]
) -> PublicationCase:
    supplier = supplier_of(node, case, held)
    return PublicationCase(
        kind=case.kind,
        supplier=supplier.agency,
        supplier_kind=supplier.kind,
        publish=case.publish,
        sealed=case.sealed,
        stub=bool(case.stub),
        roles=frozenset(one.person.role for one in people),
        agreement=VictimAgreement(case.agreement or "not_asked"),
        aware=bool(case.victim_aware),
        fled_from=case.fled_from,
        fled_asked=case.fled_asked,
        under=case.sharing_agreement,
    )
