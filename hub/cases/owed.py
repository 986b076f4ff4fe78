"""What is owed because of something other than a question, kept with its case and listed with all else that is."""

from __future__ import annotations

from typing import Final, NamedTuple

from hub.audit.events import NODE, Action, Refs
from hub.consent import Decision, Obligation, Outcome, SharingForm
from hub.consent.decision import Reason
from hub.consent.form.form import Asker
from hub.node.transaction import Transaction
from hub.records import decisions
from hub.records.decisions import RecordedDecision
from hub.records.obligations import Item, NewObligations, add_obligations, close_obligation
from hub.store import obligations
from hub.store.obligations import Activity
from hub.values import NodeId, Requester


class Because(NamedTuple):
    """Why something is owed, of which case, and by whose act."""

    why: Reason
    case_ref: str
    by: Requester | None


CASE_MOVES = Reason(code="case_moves", text="The case moves between areas.", source="Marac toolkit")
ASKED = Reason(
    code="papers_asked", text="Papers are asked for by another area, or of one.", source="Marac toolkit"
)
CROSSED = Reason(
    code="counter_allegation",
    text="Victim in one area and alleged perpetrator in another.",
    source="hazard H5: counter-allegations",
)
PLANNED = Reason(
    code="plan_accepted", text="The action plan of the case is accepted.", source="Marac toolkit"
)
TELL_CHAIR: Final = "tell_chair"


def owe(tx: Transaction, matter: Activity, because: Because, *owed: Obligation) -> None:
    """Have this be done, once in a matter: what of it was owed there ever is not owed again."""
    before = obligations.codes_of(tx.session, matter, closed_too=True)
    new = tuple(one for one in owed if one.code not in before)
    if not new:
        return
    rules = tx.node.rules.name
    decision = Decision(outcome=Outcome.permit, reasons=(because.why,), obligations=new, rules=rules)
    form = SharingForm(requester=Asker(**because.by.model_dump()) if because.by else Asker())
    kept = decisions.add(tx, RecordedDecision(form=form, decision=decision, case_ref=because.case_ref))
    items = tuple(Item(place, one) for place, one in enumerate(new))
    add_obligations(tx, [NewObligations(matter, kept.number, items)])


def owe_word_to_the_chair(
    tx: Transaction, matter: Activity, case_ref: str, peer: NodeId, by: Requester | None
) -> None:
    """Have this area's chair told, today, that another area has the roles of a case the other way round."""
    area = tx.node.areas.get(peer)
    text = (
        f"Victim and alleged perpetrator are the other way round in {area.area if area else peer}: tell the Marac"
        " chair here, and decide with them who is at risk from whom before anything more moves. Tell neither"
        " of the two."
    )
    owe(tx, matter, Because(CROSSED, case_ref, by), Obligation(code=TELL_CHAIR, text=text, due=tx.today))


def settle(tx: Transaction, matter: Activity, *codes: str) -> None:
    """Close what is owed in a matter by the hub's own record: what was to be done has come about."""
    for row in obligations.open_in(tx.session, matter, codes):
        close_obligation(tx, row, None)
        tx.record(Action.obligation_closed, by=NODE, about=Refs(obligation=row.id), kind=row.code)
