"""What two areas say to each other about papers of a case that one of them asks of the other, version 1.

Both hold it to be the same case: the one that is asked has answered a disclosure of the very check and handle. What
the one that asks says is codes, a day, and the form without its prose, as a holder reads it: no message to the area
that she left has a field for anything that somebody typed there. Pure, as `messages`; does not know what either
side does with it (`hub.checks.papers`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from hub.values import Value
from hub.wire.messages import VERSION, DisclosureQuestion, Hex16, KeyName
from hub.wire.told import Day, Moment
from hub.wire.transfers import PackedItem, Permitted, SealedPack

PAPERS_PATH: Final = "/federation/v1/papers"


class PaperWanted(StrEnum):
    """Which papers of the earlier case are asked for."""

    plan = "plan"
    minutes = "minutes"
    dash = "dash"
    referral = "referral"
    research = "research"
    child_referral = "child_referral"
    staff_warning = "staff_warning"
    attachment = "attachment"
    chronology = "chronology"


class WhyPapers(StrEnum):
    """Why they are asked for."""

    on_agenda = "on_agenda"
    plan_in_hand = "plan_in_hand"
    risk_grew = "risk_grew"
    child_at_risk = "child_at_risk"


class PapersState(StrEnum):
    """How far it is. All but the first are ends."""

    asked = "asked"
    released = "released"
    withheld = "withheld"
    not_same = "not_same"
    withdrawn = "withdrawn"
    expired = "expired"


class PapersKind(StrEnum):
    """An area asks; the word of whoever was asked; the papers themselves; whoever asked wants them no more."""

    ask = "ask"
    word = "word"
    release = "release"
    withdraw = "withdraw"


class PapersMessage(Value):
    """One message about papers asked for; `sealed` opens to what its kind says."""

    version: Literal[1] = VERSION
    request_id: Hex16
    kind: PapersKind
    key_id: KeyName
    sealed: SealedPack


class PapersAsk(Value):
    """Papers are asked for, of the case behind a handle that a disclosure was answered about.

    `until`: how long it is asked (seconds since 1970).
    """

    check_id: Hex16
    handle: Hex16
    question: DisclosureQuestion
    wanted: Annotated[tuple[PaperWanted, ...], Field(min_length=1, max_length=len(PaperWanted))]
    why: WhyPapers
    needed_by: Day
    until: Moment


class PapersWord(Value):
    """How far it is for the area that was asked; `opened_at`: when a person there opened it first, if one has."""

    state: PapersState
    opened_at: Moment = 0


class PapersReleased(Value):
    """The papers, each whole or as "held by": ask them. `permission`: who allowed it for the meeting, and when."""

    items: Annotated[tuple[PackedItem, ...], Field(max_length=200)]
    permission: Permitted
    opened_at: Moment = 0


class PapersWithdrawn(Value):
    """Whoever asked wants them no more, or their time is over."""

    to: Literal[PapersState.withdrawn, PapersState.expired]


class PapersAnswer(Value):
    """The answer to each message: how far it is for whoever answers."""

    version: Literal[1] = VERSION
    request_id: Hex16
    word: PapersWord
