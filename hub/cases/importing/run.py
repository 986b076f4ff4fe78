"""Importing: put the good cases of a file into the store, each with its publication decision, in safe batches.

Running it again stores nothing twice: a case is known by its reference, and one whose content is the same is
left alone. An interrupted import keeps complete batches. Who may not be matched any more leaves the feed with the
batch; who may joins it with the next publish. A file that seals a case and has nothing of it that can be kept seals
what is in store. Does not read the file's format (`files`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

from hub.audit.events import OPERATOR, Action
from hub.cases.access import CaseRestrictions, restrictions_on
from hub.cases.changes import CaseChange, carry_out, find_case, work_out
from hub.cases.importing.assemble import CaseIntake, Rejected, Withheld
from hub.cases.importing.tally import Imported
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.cases.seals import is_hidden
from hub.consent import Protocol
from hub.consent.coverage import named
from hub.consent.form.fled import fled_areas, most_careful
from hub.errors import UsageError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.cases import CaseDetails, HeldCase, KeptCase, PersonDetails
from hub.values import Requester

BATCH: Final = 60  # cases in one transaction
Said = Sequence[CaseIntake | Withheld]
Changes = dict[str, CaseChange]


def import_cases(
    node: Node,
    incoming: Iterable[CaseIntake | Withheld | Rejected],
    *,
    dry_run: bool,
    progress: Callable[[int], None],
    asker: Requester | None = None,
    under: str = "",
) -> Imported:
    """Store cases in batches, each batch completely or not at all.

    `under` is the reference of the agreement that cases are published under where the file names none.

    With `dry_run` everything is read, decided and compared with what is there, and nothing stored. `progress`
    is told the rows done, of which all but a dry run's are kept. A case hidden from `asker`, who imports, is
    stored like any other, and its figures are those of a case that was not there before.

    Raises StorageError, UsageError when `staff.toml` is broken or this node holds no such agreement, and what
    `incoming` raises.
    """
    done = Imported()
    _require_held(node, under)
    deciding, restrictions = PublicationDecisions(node), restrictions_on(node, asker)
    stream = iter(incoming)
    while batch := list(islice(stream, BATCH)):
        done.rejected += [one for one in batch if isinstance(one, Rejected)]
        said = [_under(one, under) for one in batch if not isinstance(one, Rejected)]
        if said:
            changes = (_tried if dry_run else _stored)(deciding, said)
            _count(done, said, changes, deciding, restrictions)
        progress(done.imported + done.unchanged + len(done.rejected))
    return done


def _require_held(node: Node, under: str) -> None:
    agreements = node.agreements
    if under and named(Protocol(ref=under), agreements.held) is None:
        refs = "; ".join(one.ref for one in agreements.held) or "none"
        raise UsageError(
            f"This node holds no agreement of the reference that is named. It holds: {refs}.",
            kept="Nothing was imported.",
            do="Name one of these, or put its file into `agreements` in the home.",
        )


def _under(said: CaseIntake | Withheld, ref: str) -> CaseIntake | Withheld:
    if isinstance(said, Withheld) or said.sharing_agreement or not ref:
        return said
    return replace(said, sharing_agreement=ref)


def _stored(deciding: PublicationDecisions, batch: Said) -> Changes:
    """Store a batch in one transaction; gives what became of its cases, by reference."""

    def then(tx: Transaction, changes: Sequence[CaseChange]) -> None:
        told = [one for one in changes if one.details.case_ref in given]
        if told:
            tx.record(
                Action.case_imported,
                by=OPERATOR,
                cases=len(told),
                persons=sum(len(one.people) for one in told if not one.unchanged),
                not_published=sum(len(one.people) for one in told if not one.decision.permitted),
            )

    given = {one.case_ref for one in batch if isinstance(one, CaseIntake)}
    return _by_ref(carry_out(deciding, lambda tx: _proposals(tx, batch), then))


def _tried(deciding: PublicationDecisions, batch: Said) -> Changes:
    """What storing a batch would do."""
    with deciding.node.read() as tx:
        return _by_ref(work_out(tx, deciding, _proposals(tx, batch)))


def _by_ref(changes: Iterable[CaseChange]) -> Changes:
    return {one.details.case_ref: one for one in changes}


def _count(
    done: Imported,
    batch: Said,
    changes: Changes,
    deciding: PublicationDecisions,
    restrictions: CaseRestrictions,
) -> None:
    for said in batch:
        restricted = restrictions.restricts(deciding.node.case_digest(said.case_ref))
        change = changes.get(said.case_ref)
        if isinstance(said, Withheld):
            done.count_withheld(said, None if restricted else change)
        elif change is not None and restricted:
            as_new = deciding.decide(_details(said), change.people)
            done.count_restricted(change, as_new)
        elif change is not None and is_hidden(deciding.node, change, restrictions):
            done.count(said, change, deciding.decide(change.details, change.people), withdrawn=0)
        elif change is not None:
            done.count(said, change, change.decision, withdrawn=len(change.shown))
    for change in changes.values():
        if not is_hidden(deciding.node, change, restrictions):
            done.count_found(change)


def _proposals(tx: Reading, batch: Said) -> list[Proposal]:
    """How the cases of a batch are to read. A case that is only withheld and is not in store has none."""
    found = []
    for said in batch:
        earlier = find_case(tx, said.case_ref)
        if isinstance(said, CaseIntake):
            found.append(_proposal(said, earlier))
        elif earlier is not None:
            found.append(_withheld(said, earlier))
    return found


def _proposal(said: CaseIntake, earlier: HeldCase | None) -> Proposal:
    people = tuple(
        PersonDetails(person=one.person, address=one.address, safe_to_call=one.safe_to_call)
        for one in said.people
    )
    new = _details(said)
    return Proposal(_with_what_stays(new, said, earlier.kept) if earlier else new, people, earlier)


def _details(said: CaseIntake) -> CaseDetails:
    """What a file says of a case, as if it were new."""
    told = {name: getattr(said, name) for name in CaseDetails.model_fields if hasattr(said, name)}
    return CaseDetails(**told | {"sealed": bool(said.sealed)})


def _with_what_stays(new: CaseDetails, said: CaseIntake, kept: KeptCase) -> CaseDetails:
    """What a file does not say stays: that it is sealed, whether anyone fled an area, and who referred it.

    That a person sealed it by hand, and an area that somebody fled, stay whatever the file says.
    """
    before = kept.details
    stays: dict[str, object] = {
        "fled_asked": new.fled_asked or before.fled_asked,
        "referring_agency": before.referring_agency,
        "referring_contact": before.referring_contact,
    }
    if said.sealed is None or kept.sealed_by_hand:
        stays["sealed"] = before.sealed
    stays["fled_from"] = _fled(new.fled_from, before.fled_from)
    if not new.sharing_agreement:
        stays["sharing_agreement"] = before.sharing_agreement
    return new.model_copy(update=stays)


def _fled(new: tuple[str, ...] | None, before: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The more careful of two answers: no file takes an area away. That it was not known may be found out."""
    if new is None or before is None:
        return before if new is None else new
    return most_careful(fled_areas(before), new)


def _withheld(said: Withheld, earlier: HeldCase) -> Proposal:
    """The case as it is, but sealed, or not to be published if it is now."""
    update = {"sealed": True} if said.sealed else {"publish": False} if earlier.row.may_publish else {}
    return as_it_is(earlier, **update)
