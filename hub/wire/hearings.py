"""What two areas say to each other of later hearings of a case that both hold to be the same, version 1.

One was asked about somebody, and answered that it knows them; the check and handle of that name it. Either says a
day or none, and nothing else: no message here has a field for a word, a name or a place. Pure, as `messages`; does
not know when a day is said (`hub.checks.later_hearings`).
"""

from __future__ import annotations

from typing import Final, Literal

from hub.values import Level, Value
from hub.wire.messages import VERSION, Hex16, KeyName, Sealed
from hub.wire.told import Day

HEARINGS_PATH: Final = "/federation/v1/hearings"


class HearingSaid(Value):
    """The day on which an area's own Marac hears its case, or heard it; none where it says none."""

    day: Day | None = None


class HearingMessage(Value):
    """About which answered disclosure; `sealed` opens to a HearingSaid, always of the same padding."""

    version: Literal[1] = VERSION
    check_id: Hex16
    handle: Hex16
    level: Literal[Level.involvement, Level.summary]
    key_id: KeyName
    sealed: Sealed


class HearingAnswer(Value):
    """`sealed` opens to a HearingSaid: the other area's own."""

    version: Literal[1] = VERSION
    check_id: Hex16
    handle: Hex16
    key_id: KeyName
    sealed: Sealed
