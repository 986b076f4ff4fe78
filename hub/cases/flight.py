"""Keeping with a case whether anyone in it fled an area: what a question answers, or a person corrects.

Of two answers the more careful one is kept; only a manager's correction takes an area back. A case whose answer
names areas, or is not known, is not published any more; that is worked out and written as for any other change of a
case. Does not say who is told (`hub.consent`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.audit.events import Action, Refs
from hub.cases.access import restrictions_on
from hub.cases.alerts import review_of_taking_off
from hub.cases.changes import CaseChange, carry_out
from hub.cases.kept_out import CaseRestrictions, folded_ref
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.cases.seals import Said, is_hidden
from hub.cases.staff import staff_list
from hub.consent.form.fled import most_careful
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.words import FledWord


def keep_answer(
    node: Node, restrictions: CaseRestrictions, case_ref: str, answer: tuple[str, ...] | None, by: str
) -> None:
    """Keep an answer with a case, as who gives it finds it; `by` as the log names them. Raises StorageError."""

    def propose(tx: Reading) -> list[Proposal]:
        held = restrictions.find(tx, case_ref)
        before = held.details.fled_from if held else None
        kept = most_careful(before, answer)
        if held is None or (before is not None and set(kept or ()) == set(before)):
            return []
        return [as_it_is(held, fled_from=kept)]

    def then(tx: Transaction, changes: Sequence[CaseChange]) -> None:
        for one in changes:
            if one.earlier is not None:
                tx.record(Action.flight_answered, by=by, about=Refs(case=one.earlier.row.handle.hex()))

    if answer is not None:
        with node.read() as tx:
            if not propose(tx):
                return
        carry_out(PublicationDecisions(node), propose, then)


@dataclass(frozen=True, slots=True)
class CorrectedFlight:
    """What came of a correction: the answers before and now, and how many people left the feed."""

    before: tuple[str, ...] | None
    now: tuple[str, ...]
    withdrawn: int = 0


def correct_answer(node: Node, case_ref: str, answer: tuple[str, ...], said: Said) -> CorrectedFlight:
    """Put an answer in the place of the one that a case has. Safe to repeat.

    A more careful one counts at once. One that takes back an area, or that it is not known, is a manager's whom
    `staff.toml` names, and another person reviews it. Nobody is told of anybody by it. Raises NotFoundError for a
    case that is not here, or is restricted for whoever says it; UsageError where it takes a manager; InputError
    without a name or a reason.
    """
    said.require()
    restrictions, staff = restrictions_on(node, said.by), staff_list(node)
    before: tuple[str, ...] | None = None
    less = False

    def propose(tx: Reading) -> list[Proposal]:
        nonlocal before, less
        held = restrictions.find(tx, case_ref)
        if held is None:
            raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
        before = held.details.fled_from
        less = takes_back(before, answer)
        if less and not staff.is_manager(said.by.name):
            raise staff.only_a_manager(
                "This takes back that somebody fled an area, or may have: a manager decides that.",
                kept="The answer as it was.",
            )
        if before is not None and set(before) == set(answer):
            return []
        word = FledWord(before=before, by=said.by.name, because=said.because, at=tx.now)
        corrected = as_it_is(held, fled_from=answer)
        return [replace(corrected, fled_words=(*held.kept.fled_words, word))]

    def then(tx: Transaction, changes: Sequence[CaseChange]) -> None:
        if changes:
            about = Refs(case=changes[0].proposal.handle.hex())
            kind = "taken_back" if less else "corrected"
            tx.record(Action.flight_answered, by=node.actor(said.by.name), about=about, kind=kind)
            if less and changes[0].earlier is not None:
                review_of_taking_off(
                    tx,
                    changes[0].earlier,
                    said.by,
                    "That somebody on this case fled an area, or may have, was taken back",
                    "That area can be told, and can match them once they are published. If it should not have been:"
                    " `hub case fled` says so again at once.",
                )

    changes = carry_out(PublicationDecisions(node), propose, then)
    withdrawn = sum(len(one.shown) for one in changes if not is_hidden(node, one, restrictions))
    return CorrectedFlight(before, answer, withdrawn)


def takes_back(before: tuple[str, ...] | None, answer: tuple[str, ...]) -> bool:
    """Whether an answer lacks anything that the one before it said."""
    kept = {folded_ref(entry) for entry in answer}
    return any(folded_ref(entry) not in kept for entry in before or ())
