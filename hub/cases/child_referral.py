"""The referral to safeguard children: whether one was made, to whom and when; and whether a case still has none.

Pure. "Referrals to safeguard children must always take place where any concerns exist" (SafeLives, Toolkit for
Marac representatives): the risk checklist is no full risk assessment for children. A referral is made outside the
hub, and recorded here.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from hub.cases.answers import Box, YesNo
from hub.cases.dash import Dash
from hub.matching.written_dates import DayWritten
from hub.records.papers import Paper, PaperKind
from hub.values import Person, Role, ShortText, Value


class ChildReferral(Value):
    """What was done to safeguard the children of a case. `why_not` where no referral was made."""

    made: YesNo = Field(default="not_completed", title="whether a referral was made")
    date: DayWritten | None = None
    to: ShortText = ""
    children: Box = ""
    signed: ShortText = ""
    why_not: Box = ""

    @property
    def lacks(self) -> str:
        """The field without which it says nothing; empty where it says enough."""
        if self.made == "yes":
            return "" if self.date and self.to else ("to" if self.date else "date")
        return "made" if self.made == "not_completed" else ("" if self.why_not else "why_not")


def still_due(people: Sequence[Person], papers: Sequence[Paper]) -> bool:
    """Whether children are on a case, or a checklist speaks of them, and nothing was recorded for them."""
    if any(one.kind is PaperKind.child_referral for one in papers):
        return False
    dashes = [Dash.model_validate(one.body) for one in papers if one.kind is PaperKind.dash]
    if any(one.child_referral_made == "yes" for one in dashes):
        return False
    return any(one.role is Role.child for one in people) or any(one.speaks_of_children for one in dashes)
