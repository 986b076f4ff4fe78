"""What is typed of the day of a case's meeting. What it lacks is `hub.cases.meeting_days`'s to say."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from hub.cases.listing import Done
from hub.cases.meeting_days import Listing
from hub.matching.written_dates import DayWritten
from hub.values import LongText, Value
from hub.web.typed.words import mark

WRONG: Final = {
    "A case of an Idva service alone has no meeting.": mark("A case of an Idva service alone has no meeting"),
    "It is listed for no meeting.": mark("It is listed for no meeting"),
    "Say why it is taken off the list.": mark("Say why it is taken off the list"),
    "Say why it leaves the meeting to come that it is listed for.": mark(
        "Say why it leaves the meeting to come that it is listed for"
    ),
    "That day is before the day of its referral.": mark("That day is before the day of its referral"),
    "That day is more than a year ahead.": mark("That day is more than a year ahead"),
    "That day has not come: it was not heard then yet.": mark(
        "That day has not come: it was not heard then yet"
    ),
    "That day has passed: say that it was heard then, or write a day to come.": mark(
        "That day has passed: say that it was heard then, or write a day to come"
    ),
    "Say whether it was heard on the day that it was listed for.": mark(
        "Say whether it was heard on the day that it was listed for"
    ),
    "Say why it was not heard on the day that it was listed for.": mark(
        "Say why it was not heard on the day that it was listed for"
    ),
    "It is listed for that day: write the new day, or take it off the list.": mark(
        "It is listed for that day: write the new day, or take it off the list"
    ),
    "It was heard later than that: a further hearing comes after it.": mark(
        "It was heard later than that: a further hearing comes after it"
    ),
}
"""What a listing lacks, as the page says it."""


DONE: Final[dict[Done, str]] = {
    "listed": mark("Listed"),
    "moved": mark("Moved to another day"),
    "further": mark("Listed again, for a further hearing"),
    "taken_off": mark("Taken off the list"),
}


class ListingTyped(Value):
    """The day of a case's meeting, and what is said of it. `why_off`: why it is taken off the list."""

    day: DayWritten | None = Field(default=None, title=mark("the day of the meeting"))
    heard: bool = Field(default=False, title=mark("that it was heard on that day"))
    before: Literal["", "heard", "not_heard"] = Field(default="", title=mark("whether it was heard before"))
    because: LongText = Field(default="", title=mark("why"))
    why_off: LongText = Field(default="", title=mark("why it is taken off the list"))

    def listed(self) -> Listing:
        """As it is kept where the case is listed for the day."""
        return Listing(day=self.day, heard=self.heard, before=self.before, because=self.because)

    def taken_off(self) -> Listing:
        """As it is kept where the case is taken off the list."""
        return Listing(day=None, because=self.why_off)
