"""Taking off somebody whom the victim named as not safe to talk to, on one case: for a manager, with a reason.

A file or a stub only ever adds to them. What another case of hers says counts as before, and a file imported later
that names them adds them again. Another person reviews it. Does not say who is told (`hub.consent`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.audit.events import Action, Refs
from hub.cases.access import restrictions_on
from hub.cases.alerts import review_of_taking_off
from hub.cases.changes import CaseChange, carry_out
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.cases.seals import Said
from hub.cases.staff import staff_list
from hub.consent.areas import folded
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records.cases import HeldCase
from hub.records.words import NotSafeWord
from hub.values import Requester


@dataclass(frozen=True, slots=True)
class TakenOff:
    """Who was taken off, as they stood there, and who is left on that case."""

    taken_off: tuple[str, ...]
    left: tuple[str, ...]


def named_on(node: Node, case_ref: str, by: Requester) -> tuple[str, ...]:
    """Whom the victim named on a case. Raises NotFoundError where there is none, or it is restricted for `by`."""
    restrictions = restrictions_on(node, by)
    with node.read() as tx:
        return _found(restrictions.find(tx, case_ref)).details.not_safe_to_talk_to


def take_off(node: Node, case_ref: str, entry: str, said: Said) -> TakenOff:
    """Take one entry off, in whatever spelling, as a manager whom `staff.toml` names.

    Raises NotFoundError for a case that is not here or is restricted for whoever says it, and for an entry that is
    not there; UsageError for somebody who is no manager; InputError without a name or a reason.
    """
    said.require()
    restrictions, staff = restrictions_on(node, said.by), staff_list(node)
    done = TakenOff((), ())

    def propose(tx: Reading) -> list[Proposal]:
        nonlocal done
        held = _found(restrictions.find(tx, case_ref))
        if not staff.is_manager(said.by.name):
            raise staff.only_a_manager(
                "That somebody is safe to talk to after all is for a manager to decide.",
                kept="Who was named stays as it was.",
            )
        named = held.details.not_safe_to_talk_to
        gone = tuple(one for one in named if one == entry or (folded(one) and folded(one) == folded(entry)))
        if not gone:
            raise NotFoundError(
                "Nobody of that name stands on this case as not safe to talk to.",
                kept="Nothing was changed.",
                do="See who does: `hub case safe --list`.",
            )
        done = TakenOff(gone, tuple(one for one in named if one not in gone))
        word = NotSafeWord(taken_off=gone, by=said.by.name, because=said.because, at=tx.now)
        changed = as_it_is(held, not_safe_to_talk_to=done.left)
        return [replace(changed, not_safe_words=(*held.kept.not_safe_words, word))]

    def then(tx: Transaction, changes: Sequence[CaseChange]) -> None:
        about = Refs(case=changes[0].proposal.handle.hex())
        tx.record(Action.not_safe_taken_off, by=node.actor(said.by.name), about=about)
        held = changes[0].earlier
        if held is not None:
            review_of_taking_off(
                tx,
                held,
                said.by,
                "Somebody named by the victim as not safe to talk to was taken off this case",
                "They, and an area that they are of, can be told. If it should not have been: import a row of this"
                " case that names them, which adds them again.",
            )

    carry_out(PublicationDecisions(node), propose, then)
    return done


def _found(held: HeldCase | None) -> HeldCase:
    if held is None:
        raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
    return held
