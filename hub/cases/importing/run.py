"""Importing: put the good cases of a file into the store, each with its publication decision, in safe batches.

Running it again stores nothing twice: a case is known by its reference, and one whose content is the same is
left alone. An interrupted import keeps complete batches. Who may not be matched any more leaves the feed with the
batch; who may joins it with the next publish. A file that seals a case and has nothing of it that can be kept seals
what is in store.

What somebody imports as a case that they are restricted from is kept apart for them, and a manager told; the case
itself takes from it what makes it more careful, and no more. Does not read the file's format (`files`).
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from hub.audit.events import OPERATOR, Action
from hub.cases.access import restrictions_on
from hub.cases.alerts import alert_of_import
from hub.cases.changes import CaseChange, carry_out, find_case, work_out
from hub.cases.importing.added import with_referral
from hub.cases.importing.assemble import CaseIntake, Rejected, Withheld
from hub.cases.importing.tally import Imported
from hub.cases.kept_out import NOBODY, CaseRestrictions, RestrictedCase
from hub.cases.listing import days_by_people
from hub.cases.meeting_days import Days, by_a_file, days_of
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.cases.seals import is_hidden
from hub.consent import Protocol
from hub.consent.coverage import named
from hub.consent.form.fled import fled_areas, most_careful
from hub.errors import UsageError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.cases import CaseDetails, HeldCase, KeptCase, PersonDetails, digest_for
from hub.store import cases
from hub.store.cases import StoredCase
from hub.values import Requester

BATCH: Final = 60  # cases in one transaction
Said = Sequence[CaseIntake | Withheld]
Changes = dict[bytes, CaseChange]


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
    is told the rows done, of which all but a dry run's are kept. `asker` imports; the figures are those of a node
    without what is hidden from them.

    Raises StorageError, UsageError when `staff.toml` is broken, nobody is named where it has exclusions, or this
    node holds no such agreement, and what `incoming` raises.
    """
    done = Imported()
    _require_held(node, under)
    deciding, importer = PublicationDecisions(node), _Importer(_restrictions(node, asker), asker)
    importer.require_name()
    stream = iter(incoming)
    while batch := list(islice(stream, BATCH)):
        done.rejected += [one for one in batch if isinstance(one, Rejected)]
        said = [_under(one, under) for one in batch if not isinstance(one, Rejected)]
        if said:
            changes = (_tried if dry_run else _stored)(deciding, said, importer)
            _count(done, said, changes, deciding, importer.restrictions)
        progress(done.imported + done.unchanged + len(done.rejected))
    return done


def _restrictions(node: Node, asker: Requester | None) -> CaseRestrictions:
    """What who imports may not know of. A list that cannot be read stops it: their file could take a case over."""
    try:
        return restrictions_on(node, asker)
    except UsageError as error:
        raise UsageError(
            error.text,
            kept="Nothing was imported: it is not known from which cases whoever imports is excluded.",
            do="Correct it (docs/formats.md shows one) and import the file again. Whoever is to be sealed"
            " meanwhile: `hub case seal`, which goes on without the list.",
        ) from error


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


@dataclass(frozen=True, slots=True)
class _Importer:
    """Who imports, where they say it, and what they are restricted from."""

    restrictions: CaseRestrictions
    who: Requester | None

    def require_name(self) -> None:
        """Raise UsageError where somebody is excluded from a case and nobody says who imports."""
        if self.restrictions.user == NOBODY and self.restrictions.any:
            raise UsageError(
                "This node has exclusions from cases, and it is not said who imports.",
                kept="Nothing was imported.",
                do="Say it: --token-file FILE where people have accounts, else --as WHO.json, a requester.",
            )

    @property
    def actor(self) -> str:
        """As the log names them."""
        return self.restrictions.node.actor(self.who.name) if self.who and self.who.name else OPERATOR

    def proposals(self, tx: Reading, batch: Said) -> list[Proposal]:
        """How the cases of a batch are to read. A case that is only withheld and is not in store has none."""
        found = []
        for said in batch:
            if self.restrictions.apart(said.case_ref):
                itself = find_case(tx, said.case_ref)
                careful = _careful(said, itself) if itself else None
                found += [careful] if careful and itself and careful.details != itself.details else []
            earlier = self.restrictions.find(tx, said.case_ref)
            if isinstance(said, CaseIntake):
                found.append(self._proposal(tx, said, earlier))
            elif earlier is not None:
                found.append(_careful(said, earlier))
        return found

    def _proposal(self, tx: Reading, said: CaseIntake, earlier: HeldCase | None) -> Proposal:
        people = tuple(
            PersonDetails(person=one.person, address=one.address, safe_to_call=one.safe_to_call)
            for one in said.people
        )
        mine = {
            "apart": self.restrictions.apart(said.case_ref),
            "entered_by": self.restrictions.entered_by(said.case_ref, (one.person for one in people)),
        }
        new = _details(said).model_copy(update=mine)
        if earlier is None:
            return Proposal(new, people, None)
        if said.adds and not earlier.details.stub:
            new, people = with_referral(new, people, earlier)
        new = _with_what_stays(new, said, earlier.kept, _days(tx, new, earlier))
        as_before = new.model_copy(update={"entered_by": earlier.details.entered_by})
        same = as_before == earlier.details and Counter(people) == Counter(
            one.details for one in earlier.people
        )
        return Proposal(as_before if same else new, people, earlier)

    def alert(self, tx: Transaction, changes: Sequence[CaseChange]) -> bool:
        """Have a manager look into what they import and are restricted from, where it is new."""
        found = dict[RestrictedCase, list[str]]()
        for one in changes:
            if self.who is None or one.unchanged or not one.details.entered_by:
                continue
            of = self.restrictions.concerned(tx, [each.person for each in one.people], one.details.case_ref)
            if of is not None:
                found.setdefault(of, []).append(one.details.case_ref)
        if self.who is not None and found:
            alert_of_import(tx, found, self.who, matter=secrets.token_hex(16))
        return bool(found)


def import_referral(
    node: Node, said: CaseIntake, asker: Requester | None, put: Callable[[Transaction, StoredCase], None]
) -> CaseChange:
    """Store one case as a referral says, with what `put` adds to it, in one transaction.

    Raises as `import_cases`, and what `put` does: then nothing of it is kept.
    """
    deciding, importer = PublicationDecisions(node), _Importer(_restrictions(node, asker), asker)
    importer.require_name()
    digest = importer.restrictions.digest(said.case_ref)

    def after(tx: Transaction) -> None:
        row = cases.find(tx.session, digest)
        if row is not None:
            put(tx, row)

    return _stored(deciding, [said], importer, after)[digest]


def _stored(
    deciding: PublicationDecisions,
    batch: Said,
    importer: _Importer,
    after: Callable[[Transaction], None] = lambda _: None,
) -> Changes:
    """Store a batch in one transaction; gives what became of its cases, by the digest of each."""

    def then(tx: Transaction, changes: Sequence[CaseChange]) -> None:
        told = [one for one in changes if _own(importer.restrictions, one) in given]
        if told:
            tx.record(
                Action.case_imported,
                by=importer.actor,
                cases=len(told),
                persons=sum(len(one.people) for one in told if not one.unchanged),
                not_published=sum(len(one.people) for one in told if not one.publishes),
                reasons=("restricted_person",) if importer.alert(tx, told) else (),
            )

    given = {importer.restrictions.digest(one.case_ref) for one in batch if isinstance(one, CaseIntake)}
    changes = carry_out(deciding, lambda tx: importer.proposals(tx, batch), then, after)
    return {_own(importer.restrictions, one): one for one in changes}


def _tried(deciding: PublicationDecisions, batch: Said, importer: _Importer) -> Changes:
    """What storing a batch would do."""
    with deciding.node.read() as tx:
        changes = work_out(tx, deciding, importer.proposals(tx, batch))
    return {_own(importer.restrictions, one): one for one in changes}


def _own(restrictions: CaseRestrictions, change: CaseChange) -> bytes:
    """The digest under which a case is found."""
    return digest_for(restrictions.node.keys.vault, change.details.case_ref, change.details.apart)


def _count(
    done: Imported,
    batch: Said,
    changes: Changes,
    deciding: PublicationDecisions,
    restrictions: CaseRestrictions,
) -> None:
    for said in batch:
        change = changes.get(restrictions.digest(said.case_ref))
        if isinstance(said, Withheld):
            done.count_withheld(said, change)
        elif change is not None and is_hidden(deciding.node, change, restrictions):
            done.count(said, change, deciding.decide(change.details, change.people), withdrawn=0)
        elif change is not None:
            done.count(said, change, change.decision, withdrawn=len(change.shown))
    for digest, change in changes.items():
        if not restrictions.restricts(digest):
            for_what = change.sealed_for
            done.count_found(
                [one for one in change.found if not restrictions.restricts(for_what.get(one.sealed_case))],
                change.hidden_for,
            )


def _details(said: CaseIntake) -> CaseDetails:
    """What a file says of a case, as if it were new."""
    told = {name: getattr(said, name) for name in CaseDetails.model_fields if hasattr(said, name)}
    return CaseDetails(**told | {"sealed": bool(said.sealed)})


def _with_what_stays(new: CaseDetails, said: CaseIntake, kept: KeptCase, days: Days) -> CaseDetails:
    """What a file does not say stays: that it is sealed or not to be published, who fled, and who referred it.

    That a person sealed it by hand, an area that somebody fled, and who is not safe to talk to stay whatever the
    file says.
    """
    before = kept.details
    stays: dict[str, object] = {
        "meeting_date": days.meeting,
        "heard": days.heard,
        "fled_asked": new.fled_asked or before.fled_asked,
        "transferred_from": before.transferred_from,
        "disclosed_on": before.disclosed_on,
        "referring_agency": new.referring_agency or before.referring_agency,
        "referring_contact": new.referring_contact or before.referring_contact,
    }
    if said.sealed is None or kept.sealed_by_hand:
        stays["sealed"] = before.sealed
    if said.publish is None and before.publish is False:
        stays["publish"] = False
    stays["fled_from"] = _fled(new.fled_from, before.fled_from)
    stays["not_safe_to_talk_to"] = _not_safe(new.not_safe_to_talk_to, before)
    if not new.sharing_agreement:
        stays["sharing_agreement"] = before.sharing_agreement
    return new.model_copy(update=stays)


def _days(tx: Reading, new: CaseDetails, earlier: HeldCase) -> Days:
    """The days that a case has, where a file says one. Raises RowsError."""
    before = earlier.details
    if new.meeting_date in (None, before.meeting_date):
        return days_of(before)
    return by_a_file(before, new.meeting_date, tx.today, days_by_people(tx, earlier))


def _fled(new: tuple[str, ...] | None, before: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The more careful of two answers: no file takes an area away. That it was not known may be found out."""
    if new is None or before is None:
        return before if new is None else new
    return most_careful(fled_areas(before), new)


def _not_safe(new: Iterable[str], before: CaseDetails) -> tuple[str, ...]:
    """Who is not safe to talk to by either: no file takes anybody away."""
    return tuple(dict.fromkeys((*before.not_safe_to_talk_to, *new)))


def _careful(said: CaseIntake | Withheld, earlier: HeldCase) -> Proposal:
    """A case as it is, but for what makes it more careful: see `Withheld`."""
    details = earlier.details
    update: dict[str, object] = {
        "fled_from": _fled(said.fled_from, details.fled_from),
        "not_safe_to_talk_to": _not_safe(said.not_safe_to_talk_to, details),
    }
    if said.sealed:
        update["sealed"] = True
    if said.publish is False:
        update["publish"] = False
    return as_it_is(earlier, **update)
