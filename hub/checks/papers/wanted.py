"""What somebody asks for of the earlier case, and the act on which the engine decides whether they may.

Asks nobody (`ask`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from hub.cases.packing import classes_of_kinds
from hub.checks.disclosure import DisclosureAct, found_act
from hub.consent import SharingForm
from hub.node.node import Node
from hub.records.check import CandidateRef
from hub.records.papers_requests import PapersRequest
from hub.values import Level, NodeId, Requester, ShortText, Value
from hub.wire.papers import PaperWanted, WhyPapers


class Wanted(Value):
    """What somebody asks for: of which candidate of which check, which papers, why, and by which day.

    `handle`: complete or its first digits; without, the surest. `form`: completed for this, where the question's
    does not carry it.
    """

    check_id: ShortText
    area: NodeId
    handle: ShortText | None = None
    wanted: Annotated[tuple[PaperWanted, ...], Field(min_length=1, max_length=len(PaperWanted))]
    why: WhyPapers
    needed_by: dt.date
    form: SharingForm | None = None

    @property
    def target(self) -> CandidateRef:
        """The candidate."""
        return CandidateRef(self.check_id, self.area, self.handle)


def asking_act(node: Node, wanted: Wanted, by: Requester | None) -> DisclosureAct:
    """What is decided on: the disclosure at the level of a summary, of the data that such papers hold.

    Raises as `found_act`.
    """
    act = found_act(node, wanted.target, Level.summary, by, wanted.form)
    more = classes_of_kinds(wanted.wanted)
    first, *others = act.form.subjects or (None,)
    if first is None:
        return act
    asked = first.model_copy(update={"data": tuple(sorted({*first.data, *more}))})
    return replace(act, form=act.form.model_copy(update={"subjects": (asked, *others)}))


def wanted_of(one: PapersRequest) -> Wanted:
    """What a request of ours asks for."""
    return Wanted(
        check_id=one.check_id,
        area=one.peer,
        handle=one.handle,
        wanted=one.wanted,
        why=one.why,
        needed_by=one.needed_by,
        form=one.form,
    )
