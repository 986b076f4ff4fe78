"""Sealing and unsealing a case by hand, and what a person decides of whoever may be sealed on another case.

The people of a case that becomes sealed have left the feed when it is done, with their other records; those of one
that is not sealed any more join it with the next publish, if they may. A seal is taken back by a manager alone whom
`staff.toml` names, and another person reviews that. Who is restricted from either case sees nothing of a likeness.
Each act is kept, sealed, with who did it and why. Does not search (`same_people`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from hub.audit.events import Action, Refs
from hub.cases.access import restrictions_on
from hub.cases.alerts import review_of_unsealing
from hub.cases.changes import CaseChange, carry_out
from hub.cases.hidden_for import Counts, HiddenFor, counted_once, hidden_for
from hub.cases.kept_out import CaseRestrictions
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.cases.staff import staff_list
from hub.errors import InputError, NotFoundError, UsageError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.cases import HeldCase, Likeness, digest_for, held_cases, open_kept
from hub.records.words import SealWord
from hub.store import cases
from hub.store.cases import StoredCase
from hub.values import Person, Requester


@dataclass(frozen=True, slots=True)
class Said:
    """Who decides, and why."""

    by: Requester
    because: str

    def require(self) -> None:
        """Raise InputError without a name or a reason."""
        for given, what in ((self.by.name, "who decides"), (self.because.strip(), "the reason")):
            if not given:
                raise InputError(f"This needs {what}.", kept="Nothing was changed.", do="Give it.")


@dataclass(frozen=True, slots=True)
class Resealed:
    """What came of an act: whether the case is sealed now, for that alone or for somebody on it (`for_others`).

    `withdrawn` people left the feed, `also` other cases are hidden too, and `waiting` people wait for somebody to
    decide, by why they are hidden.
    `before`: the word by which it was so already, and nothing was changed.
    `unread`: why `staff.toml` could not be read; then no figures are told, for whom they are hidden is not known.
    """

    sealed: bool
    for_others: bool
    withdrawn: int
    also: Counts
    waiting: Counts
    before: SealWord | None = None
    unread: str = ""


@dataclass(frozen=True, slots=True)
class ShownLikeness:
    """A likeness as people see it: two people, and the references of their cases; the second hides, and why.

    `case`: the handle (hex) of the first.
    """

    likeness: Likeness
    case: str
    case_ref: str
    person: Person
    sealed_case_ref: str
    sealed_person: Person
    why: HiddenFor


def seal_case(node: Node, case_ref: str, said: Said, *, sealed: bool = True) -> Resealed:
    """Seal a case, or, as a manager whom `staff.toml` names, unseal it. Safe to repeat.

    A broken `staff.toml` stops no sealing: then every case of that reference is sealed. Raises NotFoundError for a
    case that is not here, or is restricted for whoever says it; InputError without a name or a reason; UsageError
    when it is to be unsealed and `staff.toml` is broken, or names them as no manager.
    """
    said.require()
    try:
        restrictions, unread = restrictions_on(node, said.by), ""
    except UsageError as error:
        if not sealed:
            raise
        restrictions, unread = None, error.text

    before: SealWord | None = None

    def propose(tx: Reading) -> list[Proposal]:
        nonlocal before
        held = _held(tx, case_ref, said.by, restrictions)
        if not held:
            raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
        if not sealed:
            _require_manager(node, said.by, "To unseal a case is for a manager.")
        already = [one for one in held if one.details.sealed == sealed and one.kept.sealed_by_hand == sealed]
        if len(already) == len(held):
            before = held[0].kept.words[-1] if held[0].kept.words else None
        word = SealWord(sealed=sealed, by=said.by.name, because=said.because, at=tx.now)
        return [
            as_it_is(one)
            if one in already
            else replace(as_it_is(one, sealed=sealed), words=(*one.kept.words, word))
            for one in held
        ]

    def then(tx: Transaction, changes: Sequence[CaseChange]) -> None:
        held = changes[0].earlier
        if not sealed and held is not None and held.details.sealed:
            review_of_unsealing(tx, held, said.by, "The case was unsealed")

    changes = carry_out(PublicationDecisions(node), propose, then)
    if restrictions is None:
        return Resealed(
            sealed=True, for_others=False, withdrawn=0, also=Counter(), waiting=Counter(), unread=unread
        )
    return replace(_told(node, changes, restrictions), before=before)


def _require_manager(node: Node, by: Requester, text: str) -> None:
    """Raise UsageError for somebody whom `staff.toml` does not name as a manager, or when it is broken."""
    staff = staff_list(node)
    if not staff.is_manager(by.name):
        raise staff.only_a_manager(text, kept="All stays sealed as it was.")


def _held(tx: Reading, case_ref: str, by: Requester, restrictions: CaseRestrictions | None) -> list[HeldCase]:
    """The case of that reference as somebody finds it; without their restrictions, also what is theirs apart."""
    if restrictions is not None:
        found = restrictions.find(tx, case_ref)
        return [found] if found else []
    digests = tx.case_digest(case_ref), digest_for(tx.vault, case_ref, tx.node.user(by.name))
    rows = [cases.find(tx.session, one) for one in digests]
    return held_cases(tx, [row for row in rows if row is not None])


def shown_likenesses(node: Node, asker: Requester | None, *, every: bool = False) -> list[ShownLikeness]:
    """The likenesses that wait for a person, or `every` one, also of those decided to be somebody else."""
    hidden = restrictions_on(node, asker)
    with node.read() as tx:
        tx.require_tables_as_bound("case_record")
        return [one for _, one in _shown(tx, hidden, every=every) if every or one.likeness.waits]


def decide_likeness(node: Node, number: str, said: Said, *, same: bool) -> Resealed:
    """Decide whether somebody is the hidden person, also anew. That they are not is for a manager to say.

    Raises NotFoundError where no such likeness is shown to whoever says it; InputError without a name or a reason;
    UsageError where it takes a manager whom `staff.toml` names.
    """
    said.require()
    hidden = restrictions_on(node, said.by)
    decided = "same" if same else "not_same"

    def propose(tx: Reading) -> list[Proposal]:
        for held, one in _shown(tx, hidden, every=True):
            if one.likeness.id == number:
                if not same:
                    _require_manager(
                        node, said.by, "That somebody is not the sealed person is for a manager to decide."
                    )
                word = {"decided": decided, "by": said.by.name, "because": said.because, "at": tx.now}
                changed = tuple(
                    like.model_copy(update=word) if like.id == number else like
                    for like in held.kept.likenesses
                )
                return [replace(as_it_is(held), likenesses=changed)]
        raise NotFoundError("No such likeness is shown here.", kept="Nothing.", do="See `hub seals list`.")

    def then(tx: Transaction, changes: Sequence[CaseChange]) -> None:
        about = Refs(case=changes[0].proposal.handle.hex())
        tx.record(Action.sealed_person_decided, by=node.actor(said.by.name), about=about, kind=decided)
        held = changes[0].earlier
        if not same and held is not None:
            review_of_unsealing(tx, held, said.by, "Somebody on it was decided not to be a sealed person")

    return _told(node, carry_out(PublicationDecisions(node), propose, then), hidden)


def _told(node: Node, changes: Sequence[CaseChange], hidden: CaseRestrictions) -> Resealed:
    """What may be told of it to somebody who must not know of some cases."""
    first, told = changes[0], [one for one in changes if not is_hidden(node, one, hidden)]
    return Resealed(
        sealed=first.details.sealed or (first in told and first.proposal.sealed_elsewhere),
        for_others=not first.details.sealed,
        withdrawn=sum(len(one.shown) for one in told),
        also=sum((_gravest(one) for one in told[1:]), Counter()),
        waiting=sum((_waiting(one) for one in told), Counter()),
    )


def _gravest(change: CaseChange) -> Counts:
    """One, by why, where somebody on a case is found to be hidden by another."""
    found = counted_once((like for like in change.found if like.same), change.hidden_for)
    return Counter(sorted(found, key=list(HiddenFor).index)[:1])


def _waiting(change: CaseChange) -> Counts:
    return counted_once((like for like in change.found if like.waits), change.hidden_for)


def is_hidden(node: Node, change: CaseChange, hidden: CaseRestrictions) -> bool:
    """Whether somebody must not know of a case, or of one that hides somebody who is on it."""
    own = digest_for(node.keys.vault, change.details.case_ref, change.details.apart)
    return hidden.restricts(own) or any(map(hidden.restricts, change.sealed_for.values()))


def _shown(tx: Reading, hidden: CaseRestrictions, *, every: bool) -> Iterator[tuple[HeldCase, ShownLikeness]]:
    """Every likeness for which a case is sealed, with that case; none of a case that is hidden.

    `every`: also those decided to be somebody else.
    """
    rows = [row for row in (cases.every if every else cases.sealed)(tx.session) if _has_any(tx, row)]
    found = held_cases(tx, [row for row in rows if not hidden.restricts(row.ref_digest)])
    by_handle = {one.row.handle.hex(): one for one in found}
    for held in found:
        ids = set[str]()
        for one in sorted(held.kept.likenesses, key=partial(_of_now, held, by_handle), reverse=True):
            other = by_handle.get(one.sealed_case)
            if other is not None and other.kept.hidden and (one.seals or every) and one.id not in ids:
                ids.add(one.id)
                yield (
                    held,
                    ShownLikeness(
                        one,
                        held.row.handle.hex(),
                        held.details.case_ref,
                        _person(held, one.person),
                        other.details.case_ref,
                        _person(other, one.sealed_person),
                        hidden_for(other.details),
                    ),
                )


def _has_any(tx: Reading, row: StoredCase) -> bool:
    """Whether a case hides somebody, or has a likeness to somebody hidden."""
    return row.sealed_case or bool(open_kept(tx.vault, row.handle, row.sealed).likenesses)


def _of_now(held: HeldCase, every: Mapping[str, HeldCase], one: Likeness) -> int:
    """How many of the two are on their cases now: one matter is shown by the names that stand there."""
    cases_of = (held, one.person), (every.get(one.sealed_case), one.sealed_person)
    return sum(
        handle in {each.handle.hex() for each in case.people} for case, handle in cases_of if case is not None
    )


def _person(held: HeldCase, handle: str) -> Person:
    return next((person for one, person in held.everyone if one.hex() == handle), Person())
