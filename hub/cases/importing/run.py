"""Importing: put the good cases of a file into the store, each with its publication decision, in safe batches.

Running it again stores nothing twice: a case is known by its reference, and one whose content is the same is
left alone. An interrupted import keeps complete batches. Does not read the file's format (`files`), and changes
no feed: `hub publish` does. A file that seals a case and has nothing of it that can be kept seals what is in store.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, NamedTuple

from hub.audit.events import OPERATOR, Action
from hub.cases.access import CaseRestrictions, restrictions_on
from hub.cases.importing.assemble import CaseIntake, Rejected, Withheld
from hub.cases.publication import PublicationDecisions, keep_obligations, opened
from hub.consent import Decision
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.cases import CaseDetails, PersonDetails, content_digest, seal_case, seal_person
from hub.records.obligations import NewObligations
from hub.store import cases, feeds
from hub.store.cases import StoredCase
from hub.values import Requester

BATCH: Final = 200
NOT_PLACED: Final = "does not tell which case this row may seal, so none was sealed for it: put the row right"


@dataclass
class Imported:
    """What an import did, in rows (people). `unchanged` were there already, the same; all are kept.

    `to_withdraw` counts people that the feed still shows although they are not discoverable any more, `ended` those
    of cases that this import ended the publication of, in the feed or not. Of the cases that were in store,
    `sealed` became sealed, `unsealed` are not any longer, and `still_sealed` stay so since the file does not say.
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
    hidden_unpublished: int = 0
    sealed: int = 0
    unsealed: int = 0
    still_sealed: int = 0
    not_placed: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def count(self, assessed: _Assessed, restrictions: CaseRestrictions) -> None:
        """Count one case; `hidden` counts the unchanged people that are not to be distinguished from new ones."""
        people = len(assessed.people)
        self.cases += 1
        if restrictions.restricts(assessed.ref_digest):
            self.hidden_unpublished += people * (assessed.published_if_new - assessed.decision.permitted)
        elif assessed.was_sealed is not None:
            self.sealed += assessed.details.sealed and not assessed.was_sealed
            self.unsealed += assessed.was_sealed and not assessed.details.sealed
            self.still_sealed += assessed.was_sealed and assessed.case.sealed is None
        if assessed.unchanged:
            self.unchanged += people
            self.hidden += people if restrictions.restricts(assessed.ref_digest) else 0
        else:
            self.imported += people
        if not assessed.decision.permitted:
            self.not_published += people
        if assessed.ends and not restrictions.restricts(assessed.ref_digest):
            self.ended += people

    def count_withheld(self, one: Withheld, found: _Found, restrictions: CaseRestrictions) -> None:
        """Count what a case comes to of which nothing else is kept."""
        if found.case is None or restrictions.restricts(found.case.ref_digest):
            self.not_placed += one.doubtful
        elif found.changes:
            self.sealed += one.sealed
            self.ended += 0 if one.sealed else found.people

    def add(self, batch: Imported) -> None:
        """Add the counts of a batch."""
        self.imported += batch.imported
        self.unchanged += batch.unchanged
        self.not_published += batch.not_published
        self.ended += batch.ended
        self.cases += batch.cases
        self.hidden += batch.hidden
        self.hidden_unpublished += batch.hidden_unpublished
        self.sealed += batch.sealed
        self.unsealed += batch.unsealed
        self.still_sealed += batch.still_sealed
        self.not_placed += batch.not_placed
        self.rejected += [Rejected(row, "case_ref", NOT_PLACED) for row in batch.not_placed]


def import_cases(
    node: Node,
    incoming: Iterable[CaseIntake | Withheld | Rejected],
    *,
    dry_run: bool,
    progress: Callable[[int], None],
    asker: Requester | None = None,
) -> Imported:
    """Store cases in batches of 200, each batch completely or not at all.

    With `dry_run` everything is read, decided and compared with what is there, and nothing stored. `progress`
    is told the rows done, of which all but a dry run's are kept. A case hidden from `asker`, who imports, is
    stored like any other, and its figures are those of a case that was not there before.

    Raises StorageError, UsageError when `staff.toml` is broken, and what `incoming` raises.
    """
    done = Imported()
    deciding, hidden = PublicationDecisions(node), restrictions_on(node, asker)
    stream = iter(incoming)
    while batch := list(islice(stream, BATCH)):
        done.rejected += [one for one in batch if isinstance(one, Rejected)]
        rest = [one for one in batch if not isinstance(one, Rejected)]
        if rest:
            done.add((_tried if dry_run else _stored)(deciding, rest, hidden))
        progress(done.imported + done.unchanged + len(done.rejected))
    with node.read() as tx:
        done.to_withdraw = 0 if hidden.every else feeds.to_withdraw(tx.session, but_of=hidden.cases)
    done.imported, done.unchanged = done.imported + done.hidden, done.unchanged - done.hidden
    done.not_published -= done.hidden_unpublished
    return done


def _stored(
    deciding: PublicationDecisions, batch: Sequence[CaseIntake | Withheld], restrictions: CaseRestrictions
) -> Imported:
    """Store a batch in one transaction."""
    tally = Imported()
    arisen: list[NewObligations] = []
    with deciding.node.write() as tx:
        for one in batch:
            if isinstance(one, Withheld):
                found = _find(tx, one)
                tally.count_withheld(one, found, restrictions)
                if found.case and found.changes:
                    arisen.append(deciding.withhold(tx, found.case, seal=one.sealed))
                continue
            assessed = _assess(tx, deciding, one)
            tally.count(assessed, restrictions)
            if not assessed.unchanged:
                arisen.append(_store(tx, deciding, assessed))
        keep_obligations(tx, arisen)
        if tally.cases:
            tx.record(
                Action.case_imported,
                by=OPERATOR,
                cases=tally.cases,
                persons=tally.imported,
                not_published=tally.not_published,
            )
    return tally


def _tried(
    deciding: PublicationDecisions, batch: Sequence[CaseIntake | Withheld], restrictions: CaseRestrictions
) -> Imported:
    """Return what storing a batch would do."""
    tally = Imported()
    with deciding.node.read() as tx:
        for one in batch:
            if isinstance(one, Withheld):
                tally.count_withheld(one, _find(tx, one), restrictions)
            else:
                tally.count(_assess(tx, deciding, one), restrictions)
    return tally


class _Found(NamedTuple):
    """The case in store that a file withholds, how many people it has, and whether that changes anything."""

    case: StoredCase | None
    people: int
    changes: bool


def _find(tx: Reading, one: Withheld) -> _Found:
    case = cases.find(tx.session, tx.case_digest(one.case_ref))
    if case is None:
        return _Found(None, 0, changes=False)
    changes = not case.sealed_case if one.sealed else case.may_publish
    return _Found(case, len(cases.people_of(tx.session, case.id)), changes)


@dataclass(frozen=True, slots=True)
class _Assessed:
    """A case with its decision, as it would be stored, compared with what is there.

    `unchanged`: the very same is there with the same outcome. `same_content_as`: the number of the stored case
    that says the same, whatever its outcome. `same_people_as`: the stored case, where its people are the same.
    `was_sealed`: whether it was sealed, None where it was not there. `published_if_new`: whether it would be
    published if it had not been there, so that nothing that the file does not say stays of it.
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
    same_people_as: StoredCase | None
    was_sealed: bool | None
    published_if_new: bool
    ends: bool


def _assess(tx: Reading, deciding: PublicationDecisions, case: CaseIntake) -> _Assessed:
    """Decide on a case and compare it with what is stored under its reference."""
    ref = tx.case_digest(case.case_ref)
    earlier = cases.find(tx.session, ref)
    people = tuple(
        PersonDetails(person=one.person, address=one.address, safe_to_call=one.safe_to_call)
        for one in case.people
    )
    said = {name: getattr(case, name) for name in CaseDetails.model_fields}
    new = CaseDetails(**said | {"sealed": bool(case.sealed)})
    before, people_before = opened(tx, earlier) if earlier else (None, [])
    details = _with_what_stays(new, case, before) if before else new
    digest = content_digest(tx.vault, details, people)
    decision = deciding.decide(details, people)
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
        same_people_as=earlier if list(people) == people_before else None,
        was_sealed=earlier.sealed_case if earlier is not None else None,
        published_if_new=deciding.decide(new, people).permitted,
        ends=earlier is not None and earlier.may_publish and not decision.permitted,
    )


def _with_what_stays(new: CaseDetails, case: CaseIntake, before: CaseDetails) -> CaseDetails:
    """What a file does not say stays as it was: that the case is sealed, and whether anyone fled an area."""
    stays: dict[str, object] = {"fled_asked": new.fled_asked or before.fled_asked}
    if case.sealed is None:
        stays["sealed"] = before.sealed
    if new.fled_from is None:
        stays["fled_from"] = before.fled_from
    return new.model_copy(update=stays)


def _store(tx: Transaction, deciding: PublicationDecisions, new: _Assessed) -> NewObligations:
    """Store a case with its decision and the form it was made on, in place of what was there.

    People who are the same stay the same records: the feed does not change for them, and what peers asked about
    them still finds them.
    """
    permitted = new.decision.permitted
    arisen = deciding.record(tx, new.details, new.people, new.decision)
    if new.same_content_as is not None:
        cases.set_publication(
            tx.session, new.same_content_as, may_publish=permitted, decision_id=arisen.decision_id
        )
        return arisen
    there = new.same_people_as
    handle = there.handle if there else os.urandom(16)
    people = () if there else tuple((os.urandom(16), person) for person in new.people)
    row = cases.CaseRow(
        ref_digest=new.ref_digest,
        content_digest=new.content_digest,
        kind=new.case.kind.value,
        handle=handle,
        sealed_case=new.details.sealed,
        may_publish=permitted,
        decision_id=arisen.decision_id,
        sealed=seal_case(tx.vault, handle, new.details),
        people=tuple(cases.SealedPerson(own, seal_person(tx.vault, own, person)) for own, person in people),
    )
    if there:
        cases.restate(tx.session, there.id, row)
    else:
        cases.store(tx.session, row)
    return arisen
