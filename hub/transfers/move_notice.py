"""A notice that a victim has moved to another area, by any representative: kept with the case, and acted on.

It says to which area and for how long, and has no field for where there. Offers nothing by itself.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from hub.cases.access import restrictions_on
from hub.cases.disclosure_log import no_such_case
from hub.consent import Decision, Obligation, Outcome, SharingForm
from hub.consent.decision import Reason
from hub.consent.form.form import Asker
from hub.node.node import Node
from hub.records import decisions, papers
from hub.records.decisions import RecordedDecision
from hub.records.obligations import Item, NewObligations, add_obligations
from hub.records.papers import Paper, PaperKind
from hub.store.obligations import Activity
from hub.values import NodeId, Requester, ShortText, Value

OFFER_CASE: Final = "offer_case"


Said = Literal["yes", "no", "not_known"]


class MoveNotice(Value):
    """Who says that she has moved to which area, temporarily or for good.

    `heard`: whether this area has heard her case; `agenda_sent`: whether it was put on an agenda and that sent.
    """

    case_ref: Annotated[ShortText, StringConstraints(min_length=1)]
    area: NodeId
    stays: Literal["temporarily", "for_good", "not_known"]
    heard: Said = "not_known"
    agenda_sent: Said = "not_known"
    by: Requester


def give_notice(node: Node, notice: MoveNotice) -> str:
    """Keep it with the case, and have somebody offer the case; returns the handle of the paper.

    Giving it again adds nothing. Raises NotFoundError where there is no such case for who gives it.
    """
    hidden = restrictions_on(node, notice.by)
    body = notice.model_dump(mode="json", include={"area", "stays", "heard", "agenda_sent"})
    with node.write() as tx:
        tx.hold_others_off()
        held = hidden.find(tx, notice.case_ref)
        if held is None:
            raise no_such_case()
        there = papers.of_case(tx, held.row, PaperKind.move_notice)
        same = next((one for one in there if one.paper.body == body), None)
        if same is not None:
            return same.handle
        supplier = notice.by.agency or node.settings.agency
        paper = Paper(kind=PaperKind.move_notice, body=body, by=notice.by.name, at=tx.now, supplier=supplier)
        actor = node.actor(notice.by.name) if notice.by.name else node.acts_as
        (handle,) = papers.put(tx, held.row, paper, by=actor)
        area = node.areas.get(notice.area)
        text = (
            f"The victim is said to have moved to {area.area if area else notice.area}. Ask whether it is safe,"
            " then offer the case to that area: not to one that anybody in it fled, which a manager rings."
        )
        owed = Obligation(code=OFFER_CASE, text=text, due=tx.today)
        why = Reason(
            code="moved", text="A representative says that the victim has moved.", source="Marac toolkit"
        )
        decision = Decision(
            outcome=Outcome.permit, reasons=(why,), obligations=(owed,), rules=node.rules.name
        )
        form = SharingForm(requester=Asker(**notice.by.model_dump()))
        kept = decisions.add(tx, RecordedDecision(form=form, decision=decision, case_ref=notice.case_ref))
        activity = Activity(held.row.ref_digest, f"moved:{handle}")
        add_obligations(tx, [NewObligations(activity, kept.number, (Item(0, owed),))])
        return handle
