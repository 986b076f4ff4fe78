"""What is kept of later hearings with a question that was answered: the days that either area said. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from hub.values import Value

State = Literal["heard", "listed", "not_known"]


class Hearing(Value):
    """The day that this area said last, and the other, with when the other did (seconds since 1970).

    `told_heard`: the last day that this area said once it had come.
    """

    told: dt.date | None = None
    told_heard: dt.date | None = None
    heard: dt.date | None = None
    at: int = 0

    @property
    def state(self) -> State:
        """Whether it was heard by the time that the other area said so, as far as a day says that."""
        return "heard" if self.heard is not None and self.heard <= day_of(self.at) else "listed"

    def stands(self, today: dt.date) -> State:
        """The same today: of a day that has passed since, nobody has said that it was heard."""
        passed = self.heard is not None and self.heard < today
        return "not_known" if self.state == "listed" and passed else self.state

    def next_to_tell(self, heard: dt.date | None, listed: dt.date | None) -> dt.date | None:
        """The day to say next: the last on which it was heard, until that was said since it came; then the next."""
        said = heard is None or (self.told_heard is not None and heard <= self.told_heard)
        return listed if listed is not None and said else heard

    def tells(self, day: dt.date | None, today: dt.date) -> Hearing:
        """It, after this area said a day."""
        return self if day is None or day > today else self.model_copy(update={"told_heard": day})

    def hears(self, day: dt.date | None, now: int) -> Hearing:
        """It, after the other area said a day. None is no word: what it said before stands as it was said."""
        if day is None:
            return self
        after = self.model_copy(update={"heard": day, "at": now})
        return self if (self.heard, self.state) == (after.heard, after.state) else after


def day_of(at: int) -> dt.date:
    """The day (UTC) of a time in seconds since 1970."""
    return dt.datetime.fromtimestamp(at, dt.UTC).date()
