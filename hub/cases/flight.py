"""Keeping with a case what a question answers: whether anyone in it fled an area. The next is filled from it.

Of two answers the more careful one is kept. A case whose answer names areas, or is not known, is not published any
more; that is worked out and written as for any other change of a case. Does not say who is told (`hub.consent`).
"""

from __future__ import annotations

from collections.abc import Sequence

from hub.audit.events import Action, Refs
from hub.cases.access import CaseRestrictions
from hub.cases.changes import CaseChange, carry_out
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.consent.form.fled import most_careful
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction


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
