"""Importing: put the good cases of a file into the store, each with its publication decision, in safe batches.

Running it again stores nothing twice: a case is known by its reference, and one whose content is the same is
left alone. An interrupted import keeps whole batches. Does not read the file's format (`intake`), and changes
no feed: `hub publish` does.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sqlmodel import Session

from hub.audit.events import OPERATOR, Action, Detail, Event
from hub.cases.intake import CaseIntake, Rejected
from hub.cases.records import CaseDetails, PersonDetails, seal_case, seal_person
from hub.consent import (
    Agreement,
    Decision,
    Protocol,
    PublicationCase,
    Publications,
    Publisher,
    SharingForm,
    publication_form,
)
from hub.node import Node, Recorder
from hub.store import cases, decisions
from hub.values import AgencyKind, Kind

BATCH: Final = 200


@dataclass
class Imported:
    """What an import did, in rows (people). `unchanged` were there already, the same; all are kept."""

    imported: int = 0
    unchanged: int = 0
    not_published: int = 0
    cases: int = 0
    rejected: list[Rejected] = field(default_factory=list)


def import_cases(
    node: Node, incoming: Iterable[CaseIntake | Rejected], *, dry_run: bool, progress: Callable[[int], None]
) -> Imported:
    """Store cases in batches of 200, each batch whole or not at all. Raises StorageError.

    With `dry_run` everything is read and decided, and nothing stored. `progress` is told rows done.
    """
    done = Imported()
    deciding = _Deciding(node)
    stream = iter(incoming)
    while batch := list(islice(stream, BATCH)):
        done.rejected += [one for one in batch if isinstance(one, Rejected)]
        good = [one for one in batch if isinstance(one, CaseIntake)]
        if dry_run:
            for case in good:
                _count(done, case, permitted=deciding.decide(case).permitted)
        elif good:
            with node.write() as (session, record):
                tally = Imported()
                for case in good:
                    _store(session, deciding, case, tally)
                _record_batch(record, tally)
            done.imported += tally.imported
            done.unchanged += tally.unchanged
            done.not_published += tally.not_published
            done.cases += tally.cases
        progress(done.imported + done.unchanged + len(done.rejected))
    return done


class _Deciding:
    """Publication decisions under the node's agreement of today, with the forms they were made on."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.publisher = _publisher(node)
        self.on = dt.datetime.fromtimestamp(node.clock(), dt.UTC).date()
        self._publications = Publications(self.publisher, node.rules, self.on)

    def decide(self, case: CaseIntake) -> Decision:
        """The decision for a case."""
        return self._publications.decide(_publication_case(self.node, case))

    def form(self, case: CaseIntake) -> SharingForm:
        """The form it was made on."""
        return publication_form(_publication_case(self.node, case), self.publisher, self.node.rules, self.on)


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


def _publication_case(node: Node, case: CaseIntake) -> PublicationCase:
    idva = case.kind is Kind.idva
    return PublicationCase(
        kind=case.kind,
        supplier=case.idva_service if idva else node.settings.area,
        supplier_kind=AgencyKind.idva_charity if idva else node.settings.agency_kind,
        publish=case.publish,
        sealed=case.sealed,
        roles=frozenset(one.person.role for one in case.people),
        agreement=Agreement(case.agreement or "not_asked"),
        aware=bool(case.victim_aware),
    )


def _store(session: Session, deciding: _Deciding, case: CaseIntake, tally: Imported) -> None:
    """Store one case with its decision, unless the very same is there with the same outcome."""
    node, vault = deciding.node, deciding.node.keys.vault
    decision = deciding.decide(case)
    permitted = decision.permitted
    details = CaseDetails(**{name: getattr(case, name) for name in CaseDetails.model_fields})
    people = [
        PersonDetails(person=one.person, address=one.address, safe_to_call=one.safe_to_call)
        for one in case.people
    ]
    content = vault.lookup(
        "content", details.model_dump_json() + "".join(one.model_dump_json() for one in people)
    )
    ref = vault.lookup("case_ref", case.case_ref)
    earlier = cases.find(session, ref)
    _count(tally, case, permitted=permitted)
    if earlier and earlier.content_digest == content and earlier.may_publish == permitted:
        tally.imported -= len(case.people)
        tally.unchanged += len(case.people)
        return
    decision_id = decisions.add(session, vault, node.now(), deciding.form(case), decision)
    if earlier and earlier.content_digest == content and earlier.id is not None:
        cases.set_publication(session, earlier.id, may_publish=permitted, decision_id=decision_id)
        return
    handle = os.urandom(16)
    handles = [os.urandom(16) for _ in people]
    cases.store(
        session,
        cases.CaseRow(
            ref_digest=ref,
            content_digest=content,
            kind=case.kind.value,
            handle=handle,
            sealed_case=case.sealed,
            may_publish=permitted,
            decision_id=decision_id,
            sealed=seal_case(vault, handle, details),
            people=tuple(
                (own, seal_person(vault, own, person)) for own, person in zip(handles, people, strict=True)
            ),
        ),
    )


def _count(tally: Imported, case: CaseIntake, *, permitted: bool) -> None:
    tally.cases += 1
    tally.imported += len(case.people)
    if not permitted:
        tally.not_published += len(case.people)


def _record_batch(record: Recorder, tally: Imported) -> None:
    detail = Detail(cases=tally.cases, persons=tally.imported, not_published=tally.not_published)
    record(Event(action=Action.case_imported, actor=OPERATOR, detail=detail))
