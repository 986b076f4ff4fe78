"""What is typed of who is here already: one model for pages. What a decision lacks is `hub.cases`'s to say."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from hub.cases.repeat_papers import Decided, ProfessionalsMeeting, RepeatDecision
from hub.cases.repeats import Happened, Standing
from hub.matching.written_dates import DayWritten
from hub.values import LongText, ShortText, Value
from hub.web.typed.words import mark

STANDS: Final = {
    Standing.repeat: mark("Same victim and perpetrator, within twelve months of the last referral."),
    Standing.other_perpetrator: mark("Same victim, and none of the perpetrators is the same."),
    Standing.outside: mark(
        "Same victim and perpetrator, but the last referral is more than twelve months ago."
    ),
    Standing.undated: mark("Same victim and perpetrator. When they were referred is not recorded."),
    Standing.later: mark("Same victim and perpetrator, referred after this one."),
    Standing.other_part: mark("The victim may be on that case in another part."),
    Standing.by_others: mark("Others of this case are on it. The victim may be there under another name."),
}
DECIDED: Final[dict[Decided, str]] = {
    "repeat": mark("A repeat"),
    "same_victim": mark("Same victim, another perpetrator"),
    "no_repeat": mark("Same victim, and no repeat"),
    "not_same": mark("Not the same person"),
}
HAPPENED: Final = {
    Happened.contact: mark("Unwanted contact by the perpetrator"),
    Happened.contact_by_others: mark("Unwanted contact by friends or family of the perpetrator"),
    Happened.bail_breach: mark("A breach of police or court bail"),
    Happened.civil_order_breach: mark("A breach of a civil court order"),
    Happened.dispute_children: mark("A dispute over contact with a child"),
    Happened.dispute_property: mark("A dispute over property"),
    Happened.dispute_separation: mark("A dispute over divorce or separation"),
    Happened.control: mark("Coercive or controlling behaviour"),
    Happened.violence: mark("Violence"),
    Happened.threats: mark("Threats"),
    Happened.sexual_abuse: mark("Sexual abuse"),
    Happened.stalking: mark("Stalking or harassment"),
    Happened.other: mark("Other abuse"),
}


class DecisionTyped(Value):
    """What somebody decides of a case that is here already. Nothing is chosen before."""

    decided: Decided = Field(title=mark("what it is"))
    because: LongText = ""
    happened: tuple[Happened, ...] = ()
    happened_on: DayWritten | None = Field(default=None, title=mark("the day on which it happened"))
    disclosed_to: ShortText = ""
    threshold: LongText = ""
    done_since: LongText = ""
    meeting: DayWritten | None = Field(default=None, title=mark("the day of the next meeting"))
    professionals: Literal["", "yes", "no"] = ""
    called_by: ShortText = ""
    led_by: ShortText = ""
    with_whom: Literal["", "nobody", "victim", "perpetrator"] = ""

    def decision(self, other: str) -> RepeatDecision:
        """The decision about the case of that handle."""
        said = self.model_dump(exclude={"professionals", "called_by", "led_by", "with_whom"})
        meeting = None
        if self.professionals:
            meeting = ProfessionalsMeeting(
                wanted=self.professionals,
                called_by=self.called_by,
                led_by=self.led_by,
                with_whom=self.with_whom,
            )
        return RepeatDecision(other=other, professionals=meeting, **said)
