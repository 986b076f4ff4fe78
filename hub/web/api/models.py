"""What programs send and are sent. What a page has a model of is that model; no other field is taken."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from hub.cases.action_plan import Action, ActionPlan, Lack, SetBefore
from hub.cases.flags import SeenAgain
from hub.cases.here_already import Found
from hub.cases.refer import Repeat
from hub.cases.referral import Referral
from hub.cases.repeat_papers import RepeatDecision
from hub.checks.agenda import Alone, Changed
from hub.checks.still_here import Answer
from hub.matching.written_dates import DayWritten
from hub.records.check import CheckResult
from hub.records.transfers import ItemMoved
from hub.values import Kind, Level, NodeId, Person, ShortText, Value
from hub.web.typed.cases import CaseTyped, Search
from hub.web.typed.plans import PlanTyped
from hub.web.typed.questions import AskForm
from hub.wire.papers import PapersState, PaperWanted, WhyPapers

__all__ = ["CaseTyped", "CheckResult", "Referral", "Search"]


class CaseListed(Value):
    """A case in a list. `case` is what addresses name it by. `stub`: its referral has not been imported."""

    case: str
    case_ref: ShortText
    kind: Kind
    stub: bool


class Cases(Value):
    """The newest cases that the account may open. `more`: there are others; search for them."""

    cases: tuple[CaseListed, ...]
    more: bool


class PersonShown(Value):
    """Somebody on a case. `record` is what a question names them by."""

    record: str
    person: Person


class CaseShown(Value):
    """A case. `fled_from`: None where nobody has answered yet whether anyone fled an area.

    `meeting_date`: of its last meeting or the next one; `heard`: the earlier ones at which it was heard.
    """

    case: str
    case_ref: ShortText
    kind: Kind
    stub: bool
    sealed: bool
    referring_agency: ShortText
    referring_contact: ShortText
    meeting_date: dt.date | None
    heard: tuple[dt.date, ...]
    fled_from: tuple[str, ...] | None
    people: tuple[PersonShown, ...]


class HereAlready(Value):
    """A case that is here already, and what somebody decided of it last; None where nobody has."""

    found: Found
    decision: RepeatDecision | None


class StillHereSent(Value):
    """Whether the victim is still in our area. Where somebody went is said nowhere."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    answer: Answer


class StillHereKept(Value):
    """The answer as it is kept with the case."""

    answer: Answer


class AgendaCase(Value):
    """A case of a meeting. `last_asked`: when other areas were last asked; `changed`: what has changed since.

    `people`: how many are left to be asked about. `alone`: why it is asked about on its own page, if so.
    """

    case: str
    case_ref: str
    last_asked: str | None
    changed: tuple[Changed, ...]
    people: int
    alone: Alone | None


class Agenda(Value):
    """The cases of a meeting that the account may open."""

    day: dt.date
    cases: tuple[AgendaCase, ...]


class AgendaSent(Value):
    """One confirmation. `cases`: their handles. `once`: a word of the program's own: sent again, asked once."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    cases: Annotated[tuple[str, ...], Field(min_length=1, max_length=200)]
    knows_nobody: Literal[True]
    once: Annotated[str, Field(min_length=8, max_length=64)]


class CaseAsked(Value):
    """What came of asking about a case: its checks, and what stopped any of them."""

    case: str
    checks: tuple[str, ...]
    stopped: tuple[str, ...]


class AgendaAsked(Value):
    """What came of a confirmation: those cases that were asked about."""

    cases: tuple[CaseAsked, ...]


class HereAlreadyListed(Value):
    """The cases here that the people of a case are, or may be, on; the surest first."""

    here_already: tuple[HereAlready, ...]


class Criterion(Value):
    """What a criterion comes to, beside what was ticked. `differs`: the two do not say the same."""

    criterion: ShortText
    ticked: ShortText
    found: ShortText
    why: ShortText
    differs: bool


class ReferralKept(Value):
    """A referral that was kept. `added`: how many papers are new; none where the very same was sent before.

    `here_already`: other cases that its people are on, of those that the account may open; `repeat`: the one that
    it repeats. `child_referral`: children may be at risk, and no referral to safeguard them is recorded.
    `proposal`: nothing was added, since the case's victim is called otherwise there; a correction waits.
    """

    case: str
    case_ref: ShortText
    added: int
    criteria: tuple[Criterion, ...]
    here_already: tuple[Found, ...]
    repeat: Repeat | None
    child_referral: bool
    proposal: str = ""


class CorrectionWaiting(Value):
    """A correction of who is on a case, that waits. `page` is where a person decides it. `proposed_at` is UTC."""

    page: str
    case_ref: ShortText
    by: ShortText
    proposed_at: dt.datetime


class Corrections(Value):
    """What waits, the oldest first."""

    corrections: tuple[CorrectionWaiting, ...]


class CorrectionProposed(Value):
    """A correction that was kept and waits. `page` is where a person decides it, in the console."""

    page: str


class FlagShown(Value):
    """A flag that stands: until when, the agencies still to be told, and by whom somebody was seen again."""

    case: str
    case_ref: ShortText
    meeting: dt.date
    until: dt.date
    to_tell: tuple[ShortText, ...]
    seen: tuple[SeenAgain, ...]


class FlagsListed(Value):
    """The flags that stand, the first to end first."""

    flags: tuple[FlagShown, ...]


class Question(AskForm):
    """The answers that the page asks for; all else is filled in from the case, the account and the agreement.

    `once`: a word of the program's own. Sent again with the same word, it is asked once.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True)

    once: Annotated[str, Field(min_length=8, max_length=64)]


class Put(Value):
    """A question that was put: about whom, by the record, and the check by which its result is read."""

    record: str
    check_id: str


class QuestionsPut(Value):
    """What came of a question. `refusals`: why nobody was asked, where the law or an agreement is against it."""

    checks: tuple[Put, ...] = ()
    refusals: tuple[str, ...] = ()


class CheckListed(Value):
    """A check of a case. `asked_at` is UTC."""

    check_id: str
    asked_at: dt.datetime
    asked_by: ShortText
    outcome: str


class Checks(Value):
    """The checks of a case, the newest first."""

    checks: tuple[CheckListed, ...]


class RequestWaiting(Value):
    """What another area asks of us, and a person has to decide. `page` is where, in the console."""

    page: str
    area: str
    case_ref: ShortText
    level: Level
    came_at: dt.datetime


class RequestAnswered(Value):
    """What an agreement answered. `still_here`: whether the victim is still in our area, as was said last."""

    request: str
    area: str
    case_ref: ShortText
    came_at: dt.datetime
    still_here: Answer | None


class Requests(Value):
    """What waits, the oldest first, and what an agreement answered lately.

    `unattended`: Idva services for which something waits and whom to ring: nobody of theirs can sign in, and it is
    theirs alone to answer.
    """

    requests: tuple[RequestWaiting, ...]
    answered: tuple[RequestAnswered, ...] = ()
    unattended: tuple[ShortText, ...] = ()


class Obligation(Value):
    """Something owed because of a decision. `page` is where it is closed, in the console.

    `due_at`: the hour by which an emergency's form is due.
    """

    page: str
    code: str
    text: str
    case_ref: ShortText
    due: dt.date | None
    due_at: dt.datetime | None = None
    overdue_days: int
    owner: ShortText


class Obligations(Value):
    """What is due within a fortnight, and what is overdue, the longest first."""

    obligations: tuple[Obligation, ...]


class PlanSent(PlanTyped):
    """What is added to a plan. `begin`: to one that is begun, where none is in hand."""

    begin: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> PlanSent:
        if self == PlanSent.model_construct():
            raise ValueError("says nothing: send actions, reviewed lines, or what is said of the whole")
        return self


class PlanShown(Value):
    """The newest plan of a case. `set_before`: of its actions, by id, what came of them in the `earlier` one."""

    plan: ActionPlan
    lacks: tuple[Lack, ...]
    set_before: dict[str, SetBefore]
    earlier: ActionPlan | None


class ActionOpen(Value):
    """An action of an accepted plan, and the number of its case."""

    case_ref: ShortText
    overdue: bool
    action: Action


class Actions(Value):
    """Actions that are not finished, the first due first."""

    actions: tuple[ActionOpen, ...]


class PapersWanted(Value):
    """Papers to be asked for: of which area, which candidate of the check, which papers, why and by which day."""

    area: NodeId
    handle: ShortText | None = None
    wanted: Annotated[tuple[PaperWanted, ...], Field(min_length=1, max_length=len(PaperWanted))]
    why: WhyPapers
    needed_by: DayWritten


class PapersListed(Value):
    """A request for papers, of ours or of another area. `opened_at`: when a person there, or here, opened it."""

    page: str
    direction: Literal["out", "in"]
    area: NodeId
    case_ref: ShortText
    state: PapersState
    wanted: tuple[PaperWanted, ...]
    why: WhyPapers
    needed_by: dt.date
    opened_at: dt.datetime | None
    late: bool
    items: tuple[ItemMoved, ...]


class PapersRequests(Value):
    """The requests for papers that the account may know of."""

    papers: tuple[PapersListed, ...]
