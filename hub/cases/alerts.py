"""What people here have to look into: who asks though restricted, an area that was refused, and what managers did.

That somebody asks about a person whom they are restricted from, or enters them on a case, stands with that case, so
that nobody sees it who is restricted; an area stands with none. Both are listed to managers alone, and whoever is
meant learns nothing of it. That a manager took off what protects somebody, or told an area that they fled, is
listed to whoever may see the case: names are not proved, and somebody may have used theirs. Refuses nothing:
`hub.checks.asked_case` says who is asked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from hub.cases.kept_out import CaseRestrictions, RestrictedCase
from hub.consent import Decision, Obligation, Outcome, SharingForm
from hub.consent.decision import Reason
from hub.consent.form.form import Asker, Review
from hub.node.transaction import Transaction
from hub.records import decisions
from hub.records.cases import HeldCase
from hub.records.decisions import RecordedDecision
from hub.records.obligations import Item, NewObligations, add_obligations
from hub.store import obligations
from hub.store.obligations import Activity
from hub.values import NodeId, Person, Requester, RequesterRole

LOOK_INTO: Final = "look_into_restricted"
LOOK_INTO_AREA: Final = "look_into_area"
REVIEW_UNSEALING: Final = "review_unsealing"
REVIEW_TELLING: Final = "review_telling"
FOR_MANAGERS: Final = frozenset({LOOK_INTO, LOOK_INTO_AREA})
_OF_NO_CASE: Final = "\x00"  # No reference has it, so no case is found by its digest.
_SHOWN: Final = 10
NO_FORM: Final = SharingForm()
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
    if of is not None:
        said = f"asked about somebody in it, or entered them, under the reference {case_ref}"
        _alert(tx, of, by, said, matter)
    return of is not None


def alert_of_import(
    tx: Transaction, restricted: Mapping[RestrictedCase, Sequence[str]], by: Requester, *, matter: str
) -> None:
    """Have a manager look into what `by` imports and is restricted from: references, by the case restricted."""
    for of, refs in restricted.items():
        more = f" and {len(refs) - _SHOWN} more" if len(refs) > _SHOWN else ""
        said = (
            f"imported it, or somebody in it, under the reference {', '.join(refs[:_SHOWN])}{more}. What they"
            f" imported as {of.case_ref} is kept apart, and the case is as it was, but that it is sealed, not"
            " published or has areas fled where their file says so. If the file is right, import it in your name"
        )
        _alert(tx, of, by, said, matter)


def _alert(tx: Transaction, of: RestrictedCase, by: Requester, said: str, matter: str) -> None:
    text = (
        f"{by.name or 'Somebody unnamed'} ({by.role}, {by.agency or 'no agency'}) is restricted from this case, and"
        f" {said}. Look into it. They read nothing of it, only that areas could not be reached or that there is no"
        " such case: do not tell them why."
    )
    _owe(tx, _refused(tx, _WHY, LOOK_INTO, text), Activity(of.digest, matter), of.case_ref)


def review_of_unsealing(tx: Transaction, held: HeldCase, by: Requester, what: str) -> None:
    """Have another person review that `by` took a seal back, and ask them. `what`: in words."""
    review_of_taking_off(
        tx,
        held,
        by,
        what,
        "Whoever is on this case can be met again once it is published. If it should not have been: `hub case seal`"
        " seals it at once.",
    )


def review_of_taking_off(tx: Transaction, held: HeldCase, by: Requester, what: str, then: str) -> None:
    """Have another person review that `by` took off what protects somebody. `what`, and what follows: in words."""
    matter = Activity(held.row.ref_digest, f"unsealed:{os.urandom(8).hex()}")
    done = _Done(REVIEW_UNSEALING, "unsealed", f"{what}, in the name of {by.name}.", by.name, then)
    _review(tx, done, matter, held.details.case_ref)


def review_of_telling(tx: Transaction, case_ref: str, act: str, area: NodeId, manager: str) -> None:
    """Have another person review that a manager decided to tell an area that somebody fled, or that may be the one.

    `act`: what was told, by its name; once for each.
    """
    matter = Activity(tx.case_digest(case_ref), f"told-fled:{act}:{area}")
    if obligations.codes_of(tx.session, matter, closed_too=True):
        return
    known = tx.node.areas.get(area)
    said = (
        f"{known.area if known else area} was told about somebody on this case, though it is an area that somebody"
        f" fled, or may be, or the person is on a sealed case: by the decision of {manager}, as the form says."
    )
    then = (
        "That area knows now that they are asked about here: if it should not have been told, warn whoever supports"
        " them at once."
    )
    _review(tx, _Done(REVIEW_TELLING, "told_fled", said, manager, then), matter, case_ref)


class _Done(NamedTuple):
    """What a manager did that another person reviews: in words, in whose name, and what follows."""

    code: str
    reason: str
    said: str
    by: str
    then: str


def _review(tx: Transaction, done: _Done, matter: Activity, case_ref: str) -> None:
    text = f"{done.said} Ask {done.by} whether it was them, and why. {done.then}"
    decision = Decision(
        outcome=Outcome.permit,
        reasons=(Reason(code=done.reason, text=done.said, source="hazard H1"),),
        obligations=(Obligation(code=done.code, text=text, due=tx.today),),
        rules=tx.node.rules.name,
    )
    owner = f"another manager than {done.by}"
    _owe(
        tx, decision, matter, case_ref, SharingForm(requester=Asker(name=done.by), review=Review(owner=owner))
    )


def alert_of_area(tx: Transaction, peer: NodeId, why: str) -> bool:
    """Have a manager look into it that an area's requests are refused (`why`: in words), once until that is closed.

    Returns whether there was nothing open of that area.
    """
    area = tx.node.areas.get(peer)
    name, ring = (area.area, f"Ring it, {area.contact},") if area else (peer, "Ring it")
    text = (
        f"{name} was refused: {why}. Look into it. {ring} and ask what it wanted. The audit log counts by the hour"
        " how often it was refused, which tells it nothing about anybody."
    )
    reason = Reason(code="area_refused", text=f"The area was refused: {why}.", source="hazard H1")
    return _alert_of_area(tx, f"refused:{peer}", reason, text)


def alert_of_candidate(tx: Transaction, peer: NodeId, handle: str, checks: Sequence[str]) -> bool:
    """Have a manager look into it that one record of an area matched different people, once until that is closed.

    `handle`: as results print it; `checks`: those that asked. Returns whether there was nothing open of it.
    """
    area = tx.node.areas.get(peer)
    name, ring = (area.area, f" {area.contact}") if area else (peer, "")
    text = (
        f"{name} was told about different people for one record of its own, {handle}: by the checks"
        f" {', '.join(checks[-_SHOWN:])}. A true record is one person's: look into whether it is made up to learn"
        f" whom we ask about. Until that is clear tell {name} nothing more. Ring it.{ring}"
    )
    reason = Reason(code="one_record_of_many", text="One record matched many.", source="hazard H1")
    return _alert_of_area(tx, f"made-up:{peer}", reason, text)


def alert_of_transfer(tx: Transaction, peer: NodeId, number: str) -> None:
    """Have a manager look into it that nobody here decided in time about a case that an area offered."""
    area = tx.node.areas.get(peer)
    name = f"{area.area}, {area.contact}" if area else peer
    text = (
        "A case was offered to this area, and nobody decided in its time, so the offer has ended. The other area is"
        f" still responsible for it. Ring {name}, and ask whether the victim is here; then they offer it anew."
    )
    reason = Reason(code="transfer_expired", text="An offered case was not decided.", source="Marac toolkit")
    _alert_of_area(tx, f"transfer:{number}", reason, text)


def alert_of_papers(tx: Transaction, peer: NodeId, number: str) -> None:
    """Have a manager look into it that an area asks for papers of a case of which it must learn nothing by now."""
    area = tx.node.areas.get(peer)
    text = (
        f"{area.area if area else peer} asks for papers of a case of which it must learn nothing: somebody fled it,"
        " is sealed, or may not be matched any more. Nothing goes, whoever decides, and it reads no more than that"
        " it waits. Look into it, with whoever supports the victim first: ring nobody in that area before."
    )
    reason = Reason(code="papers_refused", text="Papers are asked for that must not go.", source="hazard H2")
    _alert_of_area(tx, f"papers:{number}", reason, text)


def alert_of_waiver(tx: Transaction) -> bool:
    """Have a manager look into it that the operator did without what people did since a backup, once."""
    text = (
        "The node was brought back from a backup, and the operator did without something that people had done by"
        " hand since: nobody is signed in meanwhile. Ask them what and why, and do again what is to be: seals,"
        " areas fled, accounts that were disabled."
    )
    why = Reason(
        code="operator_waived", text="The operator did without acts since a backup.", source="hazard H1"
    )
    return _alert_of_area(tx, "restored", why, text)


def _alert_of_area(tx: Transaction, matter: str, why: Reason, text: str) -> bool:
    """Have a manager look into that, once until it is closed; returns whether nothing of it was open."""
    activity = Activity(tx.case_digest(_OF_NO_CASE), matter)
    tx.hold_others_off()
    if obligations.codes_of(tx.session, activity, closed_too=False):
        return False
    _owe(tx, _refused(tx, why, LOOK_INTO_AREA, text), activity)
    return True


def _refused(tx: Transaction, why: Reason, code: str, text: str) -> Decision:
    """A refusal into which somebody has to look today. `code`: of what is owed, `text`: what it is, in words."""
    owed = Obligation(code=code, text=text, due=tx.today)
    return Decision(outcome=Outcome.refuse, reasons=(why,), obligations=(owed,), rules=tx.node.rules.name)


def _owe(
    tx: Transaction,
    decision: Decision,
    matter: Activity,
    case_ref: str = "",
    form: SharingForm = NO_FORM,
) -> None:
    kept = decisions.add(tx, RecordedDecision(form=form, decision=decision, case_ref=case_ref))
    add_obligations(tx, [NewObligations(matter, kept.number, (Item(0, decision.obligations[0]),))])


def for_managers(code: str, asker: Requester | None) -> bool:
    """Whether somebody may see what is owed by that code."""
    return code not in FOR_MANAGERS or (asker is not None and asker.role is RequesterRole.manager)
