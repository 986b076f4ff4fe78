"""Telling a manager here that somebody asks about a person whom they are restricted from, or enters them on a case.

What is owed for it stands with the case that they are restricted from, so that nobody sees it who is, and is listed
to managers alone. Whoever asked learns nothing of it. Refuses nothing: `hub.checks.asked_case` says who is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from hub.cases.access import CaseRestrictions
from hub.consent import Decision, Obligation, Outcome, SharingForm
from hub.consent.decision import Reason
from hub.node.transaction import Transaction
from hub.records import decisions
from hub.records.decisions import RecordedDecision
from hub.records.obligations import Item, NewObligations, add_obligations
from hub.store.obligations import Activity
from hub.values import Person, Requester, RequesterRole

LOOK_INTO: Final = "look_into_restricted"
_WHY: Final = Reason(
    code="restricted_person",
    text="Who asks is restricted from somebody whom they ask about: nobody was asked.",
    source="hazard H1",
    field="requester.name",
)


def alert_manager(
    tx: Transaction,
    restrictions: CaseRestrictions,
    people: Sequence[Person],
    case_ref: str,
    by: Requester,
    *,
    matter: str,
) -> bool:
    """Have a manager look into it where `by` is restricted from one of these people, or from the case they name.

    `matter`: what it arose from. Returns whether there was anything to look into.
    """
    of = restrictions.concerned(tx, people, case_ref)
    if of is None:
        return False
    text = (
        f"{by.name or 'Somebody unnamed'} ({by.role}, {by.agency or 'no agency'}) is restricted from this case, and"
        f" asked about somebody in it, or entered them, under the reference {case_ref}. Look into it. They read"
        " nothing of it, only that areas could not be reached or that there is no such case: do not tell them why."
    )
    decision = Decision(
        outcome=Outcome.refuse,
        reasons=(_WHY,),
        obligations=(Obligation(code=LOOK_INTO, text=text, due=tx.today),),
        rules=tx.node.rules.name,
    )
    kept = decisions.add(tx, RecordedDecision(form=SharingForm(), decision=decision, case_ref=of.case_ref))
    items = (Item(0, decision.obligations[0]),)
    add_obligations(tx, [NewObligations(Activity(of.digest, matter), kept.number, items)])
    return True


def for_managers(code: str, asker: Requester | None) -> bool:
    """Whether somebody may see what is owed by that code."""
    return code != LOOK_INTO or (asker is not None and asker.role is RequesterRole.manager)
