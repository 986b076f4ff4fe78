"""Importing: put the good cases of a file into the store, each with its publication decision, in safe batches.

Running it again stores nothing twice: a case is known by its reference, and one whose content is the same is
left alone. An interrupted import keeps whole batches. Does not read the file's format (`intake`), and changes
no feed: `hub publish` does. A file that seals a case and has nothing of it that can be kept seals what is in store.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sqlmodel import Session

from hub.audit.events import OPERATOR, Action, Detail, Event
from hub.cases.intake import CaseIntake, Rejected, SealOnly
from hub.cases.records import (
    CaseDetails,
    PersonDetails,
    open_case,
    open_person_details,
    seal_case,
    seal_person,
)
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
from hub.insiders import Hidden, hidden_from
from hub.keys import Vault
from hub.node import Node, Recorder
from hub.store import cases, decisions, feeds, obligations
from hub.store.cases import StoredCase
from hub.store.decisions import Decided
from hub.store.obligations import PUBLISH, Arisen, Item, Matter
from hub.values import AgencyKind, Kind, Requester, Role

BATCH: Final = 200
NOT_PLACED: Final = "does not tell which case this row may seal, so none was sealed for it: put the row right"


@dataclass
class Imported:
    """What an import did, in rows (people). `unchanged` were there already, the same; all are kept.

    `to_withdraw` counts people that the feed still shows although they may not be met any more, `ended` those of
    cases that this import ended the publication of, in the feed or not. Of the cases that were in store, `sealed`
    became sealed, `unsealed` are not any longer, and `still_sealed` stay so since the file does not say.
    `not_placed` has the rows that may seal a case and do not tell which. In the end, people of cases hidden from
    whoever imports count as a case that was not there: see `import_cases`.
    """

    imported: int = 0
    unchanged: int = 0
    not_published: int = 0
    to_withdraw: int = 0
    ended: int = 0
    cases: int = 0
    hidden: int = 0
    hidden_sealed: int = 0
    sealed: int = 0
    unsealed: int = 0
    still_sealed: int = 0
    not_placed: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def count(self, assessed: _Assessed, hidden: Hidden) -> None:
        """Count one case; `hidden` counts the unchanged people that are not to be told from new ones."""
        people = len(assessed.people)
        self.cases += 1
        if hidden.hides(assessed.ref_digest):
            self.hidden_sealed += people if assessed.only_its_seal_refuses else 0
        elif assessed.was_sealed is not None:
            self.sealed += assessed.details.sealed and not assessed.was_sealed
            self.unsealed += assessed.was_sealed and not assessed.details.sealed
            self.still_sealed += assessed.was_sealed and assessed.case.sealed is None
        if assessed.unchanged:
            self.unchanged += people
            self.hidden += people if hidden.hides(assessed.ref_digest) else 0
        else:
            self.imported += people
        if not assessed.decision.permitted:
            self.not_published += people
        if assessed.ends and not hidden.hides(assessed.ref_digest):
            self.ended += people

    def count_seal(self, seal: SealOnly, there: StoredCase | None, hidden: Hidden) -> None:
        """Count what a seal alone comes to; `there` is its case, if that is in store."""
        if there is None or hidden.hides(there.ref_digest):
            self.not_placed += seal.doubtful
        elif not there.sealed_case:
            self.sealed += 1

    def add(self, batch: Imported) -> None:
        """Add the counts of a batch."""
        self.imported += batch.imported
        self.unchanged += batch.unchanged
        self.not_published += batch.not_published
        self.ended += batch.ended
        self.cases += batch.cases
        self.hidden += batch.hidden
        self.hidden_sealed += batch.hidden_sealed
        self.sealed += batch.sealed
        self.unsealed += batch.unsealed
        self.still_sealed += batch.still_sealed
        self.not_placed += batch.not_placed
        self.rejected += [Rejected(row, "case_ref", NOT_PLACED) for row in batch.not_placed]


def import_cases(
    node: Node,
    incoming: Iterable[CaseIntake | SealOnly | Rejected],
    *,
    dry_run: bool,
    progress: Callable[[int], None],
    asker: Requester | None = None,
) -> Imported:
    """Store cases in batches of 200, each batch whole or not at all.

    Raises StorageError, UsageError when `staff.toml` is broken, and what `incoming` raises.

    With `dry_run` everything is read, decided and compared with what is there, and nothing stored. `progress`
    is told the rows done, of which all but a dry run's are kept. A case hidden from `asker`, who imports, is
    stored like any other, and its figures are those of a case that was not there before.
    """
    done = Imported()
    deciding, hidden = _Deciding(node), hidden_from(node, asker)
    stream = iter(incoming)
    while batch := list(islice(stream, BATCH)):
        done.rejected += [one for one in batch if isinstance(one, Rejected)]
        rest = [one for one in batch if not isinstance(one, Rejected)]
        if rest:
            done.add((_tried if dry_run else _stored)(deciding, rest, hidden))
        progress(done.imported + done.unchanged + len(done.rejected))
    with node.database.read() as session:
        done.to_withdraw = 0 if hidden.every else feeds.to_withdraw(session, but_of=hidden.cases)
    done.imported, done.unchanged = done.imported + done.hidden, done.unchanged - done.hidden
    done.not_published -= done.hidden_sealed
    return done


def _stored(deciding: _Deciding, batch: Sequence[CaseIntake | SealOnly], hidden: Hidden) -> Imported:
    """Store a batch in one transaction."""
    tally = Imported()
    arisen: list[Arisen] = []
    with deciding.node.write() as (session, record):
        for one in batch:
            if isinstance(one, SealOnly):
                there = _there(session, deciding, one)
                tally.count_seal(one, there, hidden)
                if there and not there.sealed_case:
                    arisen.append(_seal(session, deciding, there, record))
                continue
            assessed = _assess(session, deciding, one)
            tally.count(assessed, hidden)
            if not assessed.unchanged:
                arisen.append(_store(session, deciding, assessed))
        _leave(session, deciding.node, arisen)
        if tally.cases:
            detail = Detail(cases=tally.cases, persons=tally.imported, not_published=tally.not_published)
            record(Event(action=Action.case_imported, actor=OPERATOR, detail=detail))
    return tally


def _tried(deciding: _Deciding, batch: Sequence[CaseIntake | SealOnly], hidden: Hidden) -> Imported:
    """What storing a batch would do."""
    tally = Imported()
    with deciding.node.database.read() as session:
        for one in batch:
            if isinstance(one, SealOnly):
                tally.count_seal(one, _there(session, deciding, one), hidden)
            else:
                tally.count(_assess(session, deciding, one), hidden)
    return tally


@dataclass(frozen=True, slots=True)
class _Assessed:
    """A case with its decision, as it would be stored, compared with what is there.

    `unchanged`: the very same is there with the same outcome. `same_content_as`: the number of the stored case
    that says the same, whatever its outcome. `was_sealed`: whether it was sealed, None where it was not there.
    `only_its_seal_refuses`: it stays sealed since the file does not say, and would be published otherwise.
    `ends`: it could be published until now, and may not any more.
    """

    case: CaseIntake
    decision: Decision
    details: CaseDetails
    people: tuple[PersonDetails, ...]
    ref_digest: bytes
    content_digest: bytes
    unchanged: bool
    same_content_as: int | None
    was_sealed: bool | None
    only_its_seal_refuses: bool
    ends: bool


class _Deciding:
    """Publication decisions under the node's agreement of today, with the forms they were made on."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.publisher = _publisher(node)
        self.on = dt.datetime.fromtimestamp(node.clock(), dt.UTC).date()
        self._publications = Publications(self.publisher, node.rules, self.on)

    def decide(self, case: CaseDetails, roles: Iterable[Role]) -> Decision:
        """The decision for a case with people in these roles."""
        return self._publications.decide(_publication_case(self.node, case, roles))

    def form(self, case: CaseDetails, roles: Iterable[Role]) -> SharingForm:
        """The form it was made on."""
        facts = _publication_case(self.node, case, roles)
        return publication_form(facts, self.publisher, self.node.rules, self.on)

    def keep(self, session: Session, case: CaseDetails, roles: Iterable[Role], decision: Decision) -> Arisen:
        """Keep a decision; returns what it leaves, still to be kept with that of its batch."""
        vault = self.node.keys.vault
        decided = Decided(form=self.form(case, roles), decision=decision, case_ref=case.case_ref)
        number = decisions.add(session, vault, self.node.now(), decided)
        matter = Matter(vault.lookup("case_ref", case.case_ref), PUBLISH)
        items = tuple(Item(place, one) for place, one in enumerate(decision.obligations))
        return Arisen(matter, number, items)


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


def _publication_case(node: Node, case: CaseDetails, roles: Iterable[Role]) -> PublicationCase:
    idva = case.kind is Kind.idva
    return PublicationCase(
        kind=case.kind,
        supplier=case.idva_service if idva else node.settings.area,
        supplier_kind=AgencyKind.idva_charity if idva else node.settings.agency_kind,
        publish=case.publish,
        sealed=case.sealed,
        roles=frozenset(roles),
        agreement=Agreement(case.agreement or "not_asked"),
        aware=bool(case.victim_aware),
    )


def _assess(session: Session, deciding: _Deciding, case: CaseIntake) -> _Assessed:
    """Decide on a case and compare it with what is stored under its reference."""
    vault = deciding.node.keys.vault
    ref = vault.lookup("case_ref", case.case_ref)
    earlier = cases.find(session, ref)
    stays_sealed = case.sealed is None and earlier is not None and earlier.sealed_case
    said = {name: getattr(case, name) for name in CaseDetails.model_fields}
    details = CaseDetails(**said | {"sealed": case.sealed or stays_sealed})
    people = tuple(
        PersonDetails(person=one.person, address=one.address, safe_to_call=one.safe_to_call)
        for one in case.people
    )
    digest = _content_digest(vault, details, people)
    decision = deciding.decide(details, _roles(people))
    unsealed = details.model_copy(update={"sealed": False})
    same = earlier is not None and earlier.content_digest == digest
    return _Assessed(
        case=case,
        decision=decision,
        details=details,
        people=people,
        ref_digest=ref,
        content_digest=digest,
        unchanged=same and earlier is not None and earlier.may_publish == decision.permitted,
        same_content_as=earlier.id if same and earlier is not None else None,
        was_sealed=earlier.sealed_case if earlier is not None else None,
        only_its_seal_refuses=stays_sealed and deciding.decide(unsealed, _roles(people)).permitted,
        ends=earlier is not None and earlier.may_publish and not decision.permitted,
    )


def _content_digest(vault: Vault, details: CaseDetails, people: Iterable[PersonDetails]) -> bytes:
    content = details.model_dump_json() + "".join(one.model_dump_json() for one in people)
    return vault.lookup("content", content)


def _roles(people: Iterable[PersonDetails]) -> list[Role]:
    return [one.person.role for one in people]


def _store(session: Session, deciding: _Deciding, new: _Assessed) -> Arisen:
    """Store a case with its decision and the form it was made on, in place of what was there."""
    vault, permitted = deciding.node.keys.vault, new.decision.permitted
    arisen = deciding.keep(session, new.details, _roles(new.people), new.decision)
    decision_id = arisen.decision_id
    if new.same_content_as is not None:
        cases.set_publication(session, new.same_content_as, may_publish=permitted, decision_id=decision_id)
        return arisen
    handle = os.urandom(16)
    handles = [os.urandom(16) for _ in new.people]
    cases.store(
        session,
        cases.CaseRow(
            ref_digest=new.ref_digest,
            content_digest=new.content_digest,
            kind=new.case.kind.value,
            handle=handle,
            sealed_case=new.details.sealed,
            may_publish=permitted,
            decision_id=decision_id,
            sealed=seal_case(vault, handle, new.details),
            people=tuple(
                (own, seal_person(vault, own, person))
                for own, person in zip(handles, new.people, strict=True)
            ),
        ),
    )
    return arisen


def _there(session: Session, deciding: _Deciding, seal: SealOnly) -> StoredCase | None:
    """The stored case that a seal names."""
    return cases.find(session, deciding.node.keys.vault.lookup("case_ref", seal.case_ref))


def _seal(session: Session, deciding: _Deciding, row: StoredCase, record: Recorder) -> Arisen:
    """Seal a case in store as if it had been imported sealed; the people are those that are there."""
    vault = deciding.node.keys.vault
    details, people = _opened(session, vault, row)
    details = details.model_copy(update={"sealed": True})
    arisen = deciding.keep(session, details, _roles(people), deciding.decide(details, _roles(people)))
    cases.seal(
        session,
        row.id or 0,
        sealed=seal_case(vault, row.handle, details),
        content_digest=_content_digest(vault, details, people),
        decision_id=arisen.decision_id,
    )
    detail = Detail(kind="sealed", cases=1, not_published=len(people))
    record(Event(action=Action.case_imported, actor=OPERATOR, detail=detail))
    return arisen


def _opened(session: Session, vault: Vault, row: StoredCase) -> tuple[CaseDetails, list[PersonDetails]]:
    """What a stored case says, with its people."""
    people = [open_person_details(vault, handle, sealed) for handle, sealed in cases.people_of(session, row)]
    return open_case(vault, row.handle, row.sealed), people


def _leave(session: Session, node: Node, arisen: Sequence[Arisen]) -> None:
    """Keep what a batch of publication decisions leaves: a case's review starts anew, the rest is owed once."""
    still = obligations.replace_reviews(session, [one.matter.case_digest for one in arisen], node.now())
    fresh = [
        one._replace(
            items=tuple(
                item for item in one.items if (one.matter.case_digest, item.obligation.code) not in still
            )
        )
        for one in arisen
    ]
    obligations.add(session, node.now(), fresh)


class Renewing:
    """Publication decided again after its review, under the agreement and rules of today."""

    def __init__(self, node: Node) -> None:
        self._deciding = _Deciding(node)

    def renew(self, session: Session, case_digest: bytes) -> bool:
        """Decide a case's publication anew; returns whether it still may be met. Raises StorageError.

        A case that is not there any more owes nothing and may not be met.
        """
        vault = self._deciding.node.keys.vault
        row = cases.find(session, case_digest)
        if row is None:
            return False
        details, people = _opened(session, vault, row)
        roles = _roles(people)
        decision = self._deciding.decide(details, roles)
        arisen = self._deciding.keep(session, details, roles, decision)
        cases.set_publication(
            session, row.id or 0, may_publish=decision.permitted, decision_id=arisen.decision_id
        )
        _leave(session, self._deciding.node, [arisen])
        return decision.permitted
