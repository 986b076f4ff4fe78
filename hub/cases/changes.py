"""Changes of cases: worked out before anything is written, compared at the commit, and written in one transaction.

Whoever imports, seals or reviews proposes how cases are to read; what follows for their publication is decided
here. Whoever may not be matched any more leaves the feed in that transaction. Does not decide the law
(`hub.consent`), and does not say who may know of a case (`access`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from hub.audit.events import OPERATOR, Action, Refs
from hub.cases.hidden_for import HiddenFor, hidden_for
from hub.cases.passed_on import CameIn, pass_on
from hub.cases.proposals import Proposal
from hub.cases.publication import PublicationDecisions, keep_obligations
from hub.consent import Decision
from hub.federation.withdraw import Withdrawal, withdrawal_of
from hub.node.transaction import Reading, Transaction
from hub.records.cases import (
    SEARCH,
    CaseDetails,
    HeldCase,
    KeptCase,
    Likeness,
    PersonDetails,
    case_digest,
    held_case,
    open_case,
    people_digest,
    seal_case,
    seal_person,
)
from hub.records.obligations import NewObligations, close_obligation
from hub.records.person_keys import keys_of, put_keys
from hub.store import cases, feeds, obligations
from hub.store.cases import CaseRow, SealedPerson

COMPLETE_CASE: Final = "complete_case"


@dataclass(frozen=True, slots=True)
class CaseChange:
    """A proposal with its publication decision.

    `shown`: whom of it the feed shows, and then may not any more. `sealed_for`: the cases that hide somebody who is
    on this one, by their handles in hex: the digests of their references. `hidden_for`: why each of them does.
    """

    proposal: Proposal
    decision: Decision
    shown: tuple[feeds.PersonRow, ...] = ()
    sealed_for: Mapping[str, bytes] = field(default_factory=dict)
    hidden_for: Mapping[str, HiddenFor] = field(default_factory=dict)

    @property
    def details(self) -> CaseDetails:
        """What the case says then."""
        return self.proposal.details

    @property
    def people(self) -> tuple[PersonDetails, ...]:
        """Its people then."""
        return self.proposal.people

    @property
    def earlier(self) -> HeldCase | None:
        """What was in store."""
        return self.proposal.earlier

    @property
    def publishes(self) -> bool:
        """Whether its people may be matched then."""
        return self.decision.permitted and not self.proposal.hidden

    @property
    def unchanged(self) -> bool:
        """Whether the very same is there, with the same outcome."""
        earlier = self.earlier
        return earlier is not None and earlier.details == self.details and self._stays_decided

    @property
    def meeting_alone(self) -> bool:
        """Whether its meetings alone are others: its publication stays decided, and its review due, as it was."""
        earlier = self.earlier
        if earlier is None or self.proposal.anew:
            return False
        met = {"meeting_date": earlier.details.meeting_date, "heard": earlier.details.heard}
        return earlier.details == self.details.model_copy(update=met) and self._stays_decided

    @property
    def _stays_decided(self) -> bool:
        earlier = self.earlier
        return (
            earlier is not None
            and earlier.row.may_publish == self.publishes
            and earlier.kept.likenesses == self.proposal.known
            and earlier.kept.words == self.proposal.words
            and earlier.kept.fled_words == self.proposal.fled_words
            and earlier.kept.not_safe_words == self.proposal.not_safe_words
            and (earlier.kept.searched_as_now or not earlier.kept.hidden)
            and Counter(one.details for one in earlier.people) == Counter(self.people)
        )

    @property
    def found(self) -> list[Likeness]:
        """Who on it is found to be, or maybe, a sealed person, and was not before."""
        before = {one.pair for one in self.earlier.kept.likenesses} if self.earlier else set()
        fresh = {one.id: one for one in self.proposal.known if one.pair not in before}
        return list(fresh.values())

    @property
    def ends(self) -> bool:
        """Whether its people could be matched until now, and may not be any more."""
        earlier = self.earlier
        return earlier is not None and earlier.row.may_publish and not self.publishes


def find_case(tx: Reading, case_ref: str) -> HeldCase | None:
    """The case in store with that reference, opened. Raises StorageError."""
    row = cases.find(tx.session, tx.case_digest(case_ref))
    return held_case(tx, row) if row else None


def work_out(tx: Reading, deciding: PublicationDecisions, proposals: Iterable[Proposal]) -> list[CaseChange]:
    """What becomes of cases, in the order of the proposals; then of those that are sealed, or not, for them."""
    decided = [
        (one, deciding.decide(one.as_decided, one.people))
        for one in deciding.same_people.complete(tx, proposals)
    ]
    ending = [
        one.earlier.row.id
        for one, decision in decided
        if one.earlier is not None and (one.hidden or not decision.permitted)
    ]
    rows = sorted(feeds.shown(tx.session, ending), key=lambda row: row.case_handle)
    shown = {handle: tuple(some) for handle, some in groupby(rows, key=lambda row: row.case_handle)}
    hiding = _hiding(tx, [one for one, _ in decided])
    return [
        CaseChange(
            one,
            decision,
            shown.get(one.handle, ()),
            {case: hiding[case][0] for case in _sealed_for(one) if case in hiding},
            {case: hiding[case][1] for case in _sealed_for(one) if case in hiding},
        )
        for one, decision in decided
    ]


def _sealed_for(proposal: Proposal) -> set[str]:
    return {like.sealed_case for like in proposal.known if like.seals}


def _hiding(tx: Reading, proposals: Sequence[Proposal]) -> dict[str, tuple[bytes, HiddenFor]]:
    """Of the cases that these are sealed for, by their handles in hex: the digests of their references, and why."""
    wanted = {bytes.fromhex(like.sealed_case) for one in proposals for like in one.known}
    wanted -= {one.handle for one in proposals}
    found = {
        row.handle.hex(): (row.ref_digest, hidden_for(open_case(tx.vault, row.handle, row.sealed)))
        for row in cases.of_handles(tx.session, wanted)
    }
    return found | {
        one.handle.hex(): (case_digest(tx, one.details), hidden_for(one.details)) for one in proposals
    }


def carry_out(
    deciding: PublicationDecisions,
    propose: Callable[[Reading], Sequence[Proposal]],
    then: Callable[[Transaction, Sequence[CaseChange]], None],
    after: Callable[[Transaction], None] = lambda _: None,
) -> list[CaseChange]:
    """Change cases as is proposed by whoever reads the database, after doing `then` in the same transaction.

    `after` is done in it once the cases stand. Where another writer changes a case or the feed in between, all is
    read and proposed anew. Returns the changes in the order of `work_out`.
    """
    node = deciding.node
    while True:
        with node.read() as tx:
            newest = cases.newest_decision(tx.session)
            state = feeds.state(tx.session)
            changes = work_out(tx, deciding, propose(tx))
            withdrawal = withdrawal_of(tx, [row for one in changes for row in one.shown])
        with node.write() as tx:
            tx.hold_others_off()
            if cases.newest_decision(tx.session) == newest and feeds.state(tx.session) == state:
                then(tx, changes)
                _write(tx, deciding, changes, withdrawal)
                after(tx)
                return changes


def _write(
    tx: Transaction,
    deciding: PublicationDecisions,
    changes: Sequence[CaseChange],
    withdrawal: Withdrawal | None,
) -> None:
    written = [one for one in changes if one.proposal.anew or not one.unchanged]
    arisen = [_kept(tx, deciding, one) for one in written]
    keep_obligations(tx, [one for one in arisen if one is not None])
    pass_on(tx, map(_came_in, written))
    if withdrawal is not None:
        withdrawal.write(tx)


def _came_in(one: CaseChange) -> CameIn:
    return CameIn(one.proposal.handle.hex(), one.details, one.earlier.details if one.earlier else None)


def put_cases(tx: Transaction, deciding: PublicationDecisions, proposals: Sequence[Proposal]) -> None:
    """Store cases, with what becomes of others, within a transaction that holds others off."""
    changes = work_out(tx, deciding, proposals)
    _write(tx, deciding, changes, withdrawal_of(tx, [row for one in changes for row in one.shown]))


def _record(tx: Transaction, change: CaseChange) -> None:
    """Put on the record that a case in store is sealed, or not any longer, or that its publication ended.

    And who on it is found to be, or maybe, a sealed person.
    """
    held, about = change.earlier, Refs(case=change.proposal.handle.hex())
    for one in change.found:
        kind = "certain" if one.certain else "likely"
        tx.record(Action.sealed_person_found, by=OPERATOR, about=about, kind=kind)
    if held is None:
        return
    was, is_now = held.details.sealed, change.details.sealed
    action = Action.publication_ended if change.ends else None
    if was != is_now:
        action = Action.case_sealed if is_now else Action.case_unsealed
    if action is not None:
        words = change.proposal.words or ()
        spoken = (
            words[-1].by if len(words) > len(held.kept.words) else ""
        )  # By hand; else by what a file says.
        by = tx.node.actor(spoken) if spoken else OPERATOR
        tx.record(action, by=by, about=about, persons=len(change.people))


def _decided(
    tx: Transaction, deciding: PublicationDecisions, change: CaseChange
) -> tuple[str, int, NewObligations | None]:
    """The name and the number of the decision on its publication, and what it leaves where it is a new one."""
    earlier = change.earlier
    if earlier is not None and earlier.row.decision_id is not None and change.meeting_alone:
        return earlier.kept.decision, earlier.row.decision_id, None
    kept, arisen = deciding.record(tx, change.proposal.as_decided, change.people, change.decision)
    return kept.name, kept.number, arisen


def _kept(tx: Transaction, deciding: PublicationDecisions, change: CaseChange) -> NewObligations | None:
    """Store a case with its decision and the form it was made on, in place of what was there."""
    _record(tx, change)
    _end_stub(tx, change)
    details, earlier, proposal = change.details, change.earlier, change.proposal
    name, decision_id, arisen = _decided(tx, deciding, change)
    kept = KeptCase(
        details=details,
        decision=name,
        people=people_digest(tx.vault, change.people),
        likenesses=proposal.known,
        searched=SEARCH if proposal.searched else earlier.kept.searched if earlier else 0,
        words=proposal.words or (),
        fled_words=proposal.fled_words or (),
        not_safe_words=proposal.not_safe_words or (),
        former=proposal.former,
    )
    people = tuple(
        SealedPerson(one.number, one.handle, seal_person(tx.vault, one.handle, one.details))
        for one in proposal.members
    )
    met_by = (keys_of(one.details.person, tx.node.matching) for one in proposal.members)
    put_keys(tx, {(one.handle, one.sealed): keys for one, keys in zip(people, met_by, strict=True)})
    cases.store(
        tx.session,
        CaseRow(
            id=earlier.row.id if earlier else None,
            ref_digest=case_digest(tx, details),
            kind=details.kind.value,
            handle=proposal.handle,
            sealed_case=kept.hidden,
            may_publish=change.publishes,
            decision_id=decision_id,
            sealed=seal_case(tx.vault, proposal.handle, kept),
            people=people,
        ),
    )
    return arisen


def _end_stub(tx: Transaction, change: CaseChange) -> None:
    """Close what asks for a referral in the place of a stub, where this is it."""
    if change.earlier is not None and change.earlier.details.stub and not change.details.stub:
        for row in obligations.of_case(tx.session, change.earlier.row.ref_digest):
            if row.code == COMPLETE_CASE and row.state == "open":
                close_obligation(tx, row, None)
