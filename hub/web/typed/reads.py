"""Which openings of cases somebody looks for, as typed or sent."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from hub.checks.openings import Wanted
from hub.matching.written_dates import DayWritten
from hub.values import ShortText, Value
from hub.web.typed.words import mark


class ReadsTyped(Value):
    """Of a case, by somebody, on days: all that is not said is any."""

    number: ShortText = Field(default="", title=mark("the number of the case"))
    who: ShortText = Field(default="", title=mark("who opened it"))
    since: DayWritten | None = Field(default=None, title=mark("the first day"))
    until: DayWritten | None = Field(default=None, title=mark("the last day"))

    def wanted(self) -> Wanted:
        """The same as it is looked for."""
        return Wanted(self.number, self.who, self.since, self.until)

    def days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """From which day to which."""
        return self.wanted().days(today)
