"""Corrections of who is on a case: proposed by one person, approved by another before they count, and kept.

Each is a paper of its case, with what it said before; what becomes of it is a newer one in its place, so that of
two who decide one does. Approved, the case is changed as any other change is, published anew, and looked for among
the cases here. Whoever approves works with cases, is not whoever proposed, and has the name of nobody in it. Who
may open the case is for its caller. Asks no other area.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.alerts import alert_manager
from hub.cases.changes import CaseChange, carry_out
from hub.cases.correction import (
    Correction,
    CorrectionState,
    OnCase,
    PersonChange,
    PersonSaid,
    changes_of,
    corrected,
    wrong_with,
)
from hub.cases.corrections_kept import KeptCorrection, correction_of, kept_of
from hub.cases.importing.people import checked_person
from hub.cases.proposals import Proposal
from hub.cases.publication import PublicationDecisions
from hub.cases.refer import add_approved
from hub.cases.referral_intake import victim_of
from hub.cases.repeat_decisions import found_for, look_anew, note_found
from hub.cases.shown import asker_of
from hub.cases.staff import staff_list
from hub.consent import conflicts_of_interest
from hub.consent.context import same
from hub.errors import ConflictError, HubError, InputError, NotFoundError
from hub.federation.publish import publish
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.cases import HeldCase, as_asked, held_case, open_kept
from hub.records.papers import Paper, PaperKind
from hub.records.transfers import moved_to
from hub.store import cases
from hub.store.cases import StoredCase
from hub.values import Person, Requester, RequesterRole

APPROVERS: Final = frozenset({AccountRole.coordinator, AccountRole.manager})
Answer = Literal["approve", "refuse", "withdraw"]
_BECOMES: Final = {
    "approve": CorrectionState.approved,
    "refuse": CorrectionState.refused,
    "withdraw": CorrectionState.withdrawn,
}


class Corrector(NamedTuple):
    """Who proposes or decides. `account`: theirs, where people have accounts. `approves`: by what they do."""

    who: Requester
    account: str
    approves: bool

    @classmethod
    def of(cls, acting: Acting) -> Corrector:
        """An account."""
        return cls(asker_of(acting), acting.account.id, acting.account.role in APPROVERS)

    @classmethod
    def named(cls, who: Requester) -> Corrector:
        """Somebody who is named, where nobody has an account."""
        return cls(who, "", who.role in (RequesterRole.coordinator, RequesterRole.manager))


class Decided(NamedTuple):
    """What came of a decision. `found`: other cases that its people are likely on now; `unpublished`: why not."""

    state: CorrectionState
    found: int = 0
    unpublished: str = ""


def propose(
    node: Node,
    by: Corrector,
    held: HeldCase,
    said: Iterable[PersonSaid],
    because: str,
    research: str = "",
) -> str:
    """Keep a correction that waits to be approved, and return its handle (hex). The same again is kept once.

    Raises InputError for what a case cannot say, ConflictError where somebody is not there any more or the case has
    moved; RowsError.
    """
    changes = changes_of(on_case(held), said)
    if changes is None:
        raise stale()
    wrong = wrong_with(on_case(held), changes)
    if wrong == "gone":
        raise stale()
    if wrong:
        raise InputError(_WRONG[wrong], kept="Nothing.", do="Correct it, and propose it again.")
    checked = tuple(_checked(held, one) for one in changes)
    if not because.strip():
        raise InputError("This needs the reason.", kept="Nothing.", do="Say why.")
    return keep_proposal(
        node,
        by,
        held,
        Correction(changes=checked, because=because, proposer=by.who, account=by.account, research=research),
    )


def keep_proposal(node: Node, by: Corrector, held: HeldCase, correction: Correction) -> str:
    """Keep one that was put together. Raises ConflictError where the case has moved; RowsError."""
    restrictions = restrictions_on(node, by.who)
    with node.write() as tx:
        tx.hold_others_off()
        _require_here(tx, held)
        for one in kept_of(tx, held):
            if one.said == correction:
                return one.handle
        people = [one for one in correction.people if one not in held.ever]
        alert_manager(tx, restrictions, people, held.details.case_ref, by.who, matter=secrets.token_hex(16))
        (handle,) = papers.put(tx, held.row, _paper(tx, correction, by), by=_actor(node, by))
        return handle


def decide(
    node: Node, by: Corrector, held: HeldCase, handle: str, answer: Answer, words: str = ""
) -> Decided:
    """Approve, refuse or withdraw a correction. Done twice by the same person it is done once.

    Raises NotFoundError where the case has no such; ConflictError where somebody decided it meanwhile, it is not
    for them to decide, or the case says otherwise by now; InputError without the reason of a refusal; RowsError.
    """
    found = _one(node, held, handle)
    becomes = _BECOMES[answer]
    if (
        found.said.state is becomes
        and found.said.decider == by.account
        and same(found.said.decided_by, by.who.name)
    ):
        return Decided(becomes)
    if not found.said.open:
        raise _decided_already(found.said)
    _require_may(node, by, held, found.said, answer, words)
    decided = found.said.model_copy(
        update={"state": becomes, "decided_by": by.who.name, "decider": by.account, "words": words.strip()}
    )
    if becomes is not CorrectionState.approved:
        with node.write() as tx:
            papers.put(tx, held.row, _paper(tx, decided, by, found.handle), by=_actor(node, by))
        return Decided(becomes)
    before = found_for(node, held)
    _carry_out(node, by, held, found, decided)
    look_anew(node, held.row.handle, before)
    return Decided(becomes, *_shown_anew(node, held))


def _carry_out(node: Node, by: Corrector, held: HeldCase, found: KeptCorrection, decided: Correction) -> None:
    """Change the case and keep that it was approved, in one transaction."""

    def paper(tx: Transaction) -> Paper:
        _require_here(tx, held)
        return _paper(tx, decided, by, found.handle)

    def put(tx: Transaction) -> None:
        papers.put(tx, held.row, paper(tx), by=_actor(node, by))

    def proposed(tx: Reading) -> list[Proposal]:
        now = _now(tx, held)
        people = corrected(on_case(now), decided.changes)
        if people is None or wrong_with(on_case(now), decided.changes):
            raise stale()
        return [Proposal(now.details, people, now)]

    if decided.referral is not None:
        _add_referral(node, by, held, decided, paper)
        return

    def nothing(_: Transaction, __: Sequence[CaseChange]) -> None:
        pass

    carry_out(PublicationDecisions(node), proposed, nothing, put)


def _add_referral(
    node: Node, by: Corrector, held: HeldCase, decided: Correction, paper: Callable[[Transaction], Paper]
) -> None:
    """Change the victim as a referral says, and add it; where she was changed meanwhile, neither."""
    (change,) = decided.changes
    with node.read() as tx:
        there = {one.record: one.details for one in on_case(_now(tx, held))}
    before = there.get(change.record)
    if before is None or as_asked(before.person) != change.before or decided.referral is None:
        raise stale()

    def beside(tx: Transaction, row: StoredCase) -> Paper:
        if change.before not in open_kept(tx.vault, row.handle, row.sealed).former:
            raise stale()
        return paper(tx)

    victim = victim_of(node, decided.referral, before)
    add_approved(node, decided.referral, (decided.proposer, by.who), victim, beside)


def _now(tx: Reading, held: HeldCase) -> HeldCase:
    rows = cases.of_handles(tx.session, [held.row.handle])
    return held_case(tx, rows[0]) if rows else held


def _shown_anew(node: Node, held: HeldCase) -> tuple[int, str]:
    """Publish it anew, and look for it among the cases here. What fails is done by the node itself soon after."""
    unpublished = ""
    try:
        publish(node)
    except HubError as error:
        unpublished = error.text
    return len(note_found(node, held.row.handle)), unpublished


def may_decide(node: Node, by: Corrector, held: HeldCase, said: Correction) -> bool:
    """Whether somebody approves or refuses it: it is not theirs, and they have no connection that is known."""
    own = _is_own(by, said)
    return by.approves and not own and not _connected(node, by, held, said)


def on_case(held: HeldCase) -> list[OnCase]:
    """Who is on a case, by the handles of their records."""
    return [OnCase(one.handle.hex(), one.details) for one in held.people]


def stale() -> ConflictError:
    """The error for a correction of somebody who is not there any more as it says."""
    return ConflictError(
        "Who is on this case was changed by somebody else meanwhile.",
        kept="The case, as it is now.",
        do="Open it again. What is still wrong is proposed anew, and this one refused.",
    )


_WRONG: Final[Mapping[str, str]] = {
    "nothing": "It changes nothing.",
    "same_twice": "Somebody would be on the case twice.",
    "no_victim": "The case would have no victim.",
    "two_victims": "The case would have two victims: give each a case.",
}


def _require_may(
    node: Node, by: Corrector, held: HeldCase, said: Correction, answer: Answer, words: str
) -> None:
    if answer == "withdraw":
        if not _is_own(by, said):
            raise ConflictError(
                "Whoever proposed it withdraws it.", kept="It waits.", do="Refuse it, and say why."
            )
        return
    if not may_decide(node, by, held, said):
        raise ConflictError(
            "You proposed this yourself, have the name or home of somebody in it, or do not work with cases.",
            kept="It waits.",
            do="Have another coordinator or manager decide it.",
        )
    if answer == "refuse" and not words.strip():
        raise InputError("This needs the reason.", kept="It waits.", do="Say why it is refused.")


def _is_own(by: Corrector, said: Correction) -> bool:
    return (bool(by.account) and by.account == said.account) or same(by.who.name, said.proposer.name)


def _connected(node: Node, by: Corrector, held: HeldCase, said: Correction) -> bool:
    listed = staff_list(node).listed(by.who.name)
    given, _, surname = by.who.name.rpartition(" ")
    own = listed.person if listed else Person(given_names=given, surname=surname)
    return bool(conflicts_of_interest(own, (), (*held.ever, *said.people)))


def _require_here(tx: Reading, held: HeldCase) -> None:
    if (area := moved_to(tx, held.row.ref_digest)) is not None:
        raise ConflictError(
            f"This case has moved to the area {area}, which keeps who is on it.",
            kept="The case, as it was.",
            do="Tell that area: telephone its coordinator.",
        )


def _checked(held: HeldCase, change: PersonChange) -> PersonChange:
    """A change whose person is checked as the row of a file is. Raises InputError."""
    if change.after is None:
        return change
    case = {"case_ref": held.details.case_ref, "kind": held.details.kind.value}
    case["idva_service"] = held.details.idva_service
    return change.model_copy(update={"after": checked_person(change.after, case)})


def _paper(tx: Reading, said: Correction, by: Corrector, supersedes: str = "") -> Paper:
    return Paper(
        kind=PaperKind.correction,
        body=said.model_dump(mode="json", exclude_defaults=True),
        by=by.who.name,
        at=tx.now,
        supplier=said.proposer.agency or tx.node.settings.agency,
        may_follow="no",
        supersedes=supersedes,
    )


def _actor(node: Node, by: Corrector) -> str:
    return node.actor(by.who.name) if by.who.name else node.acts_as


def _one(node: Node, held: HeldCase, handle: str) -> KeptCorrection:
    found = correction_of(node, held, handle)
    if found is None:
        raise NotFoundError(
            "There is no such correction here.", kept="Nothing was changed.", do="Look again."
        )
    return found


def _decided_already(said: Correction) -> ConflictError:
    return ConflictError(
        f"This was {said.state.value} already, by {said.decided_by}.",
        kept="The case, and what was decided.",
        do="What is still wrong is proposed anew.",
    )
