"""Whether the people of a case may be matched by peers' checks: decided at import, after a review, when sealed.

Each decision is kept with the form it was made on and what it leaves. Changes no feed: `hub publish` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hub.audit.events import OPERATOR, Action
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
from hub.node.transaction import Reading, Transaction
from hub.records import decisions
from hub.records.cases import (
    CaseDetails,
    PersonDetails,
    content_digest,
    open_case,
    open_person_details,
    seal_case,
)
from hub.records.decisions import RecordedDecision
from hub.records.obligations import Item, NewObligations, add_obligations
from hub.store import cases, obligations
from hub.store.cases import StoredCase
from hub.store.obligations import PUBLISH, Activity
from hub.values import AgencyKind, Kind


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
    ) -> NewObligations:
        """Keep a decision, and return what it leaves, still to be kept with that of its batch."""
        facts = _publication_case(self.node, case, people)
        form = publication_form(facts, self._publisher, self.node.rules, self._on)
        number = decisions.add(tx, RecordedDecision(form=form, decision=decision, case_ref=case.case_ref))
        items = tuple(Item(place, one) for place, one in enumerate(decision.obligations))
        return NewObligations(Activity(tx.case_digest(case.case_ref), PUBLISH), number, items)

    def renew(self, tx: Transaction, case_digest: bytes) -> bool:
        """Decide a case's publication anew after its review, and return whether it is still discoverable.

        A case that is not there any more leaves no obligation and is not discoverable. Raises StorageError.
        """
        row = cases.find(tx.session, case_digest)
        if row is None:
            return False
        details, people = opened(tx, row)
        decision = self.decide(details, people)
        arisen = self.record(tx, details, people, decision)
        cases.set_publication(
            tx.session, row.id, may_publish=decision.permitted, decision_id=arisen.decision_id
        )
        keep_obligations(tx, [arisen])
        return decision.permitted

    def withhold(self, tx: Transaction, row: StoredCase, *, seal: bool) -> NewObligations:
        """Seal a case in store, or end its publication, as if it had been imported so with the people there are."""
        details, people = opened(tx, row)
        details = details.model_copy(update={"sealed": True} if seal else {"publish": False})
        arisen = self.record(tx, details, people, self.decide(details, people))
        cases.withhold(
            tx.session,
            row.id,
            seal=seal,
            sealed=seal_case(tx.vault, row.handle, details),
            content_digest=content_digest(tx.vault, details, people),
            decision_id=arisen.decision_id,
        )
        kind = "sealed" if seal else "not_published"
        tx.record(Action.case_imported, by=OPERATOR, kind=kind, cases=1, not_published=len(people))
        return arisen


def opened(tx: Reading, row: StoredCase) -> tuple[CaseDetails, list[PersonDetails]]:
    """Return a stored case with its people. Raises StorageError."""
    rows = cases.people_of(tx.session, row.id)
    people = [open_person_details(tx.vault, handle, sealed) for handle, sealed in rows]
    return open_case(tx.vault, row.handle, row.sealed), people


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
