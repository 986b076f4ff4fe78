"""What programs may do: list and read cases, enter one by its stub, ask about one, and read what waits.

Each gathers and words; whose a case is, what may be asked and who is told is decided where the pages have it
decided. What is absent and what is kept from the account raise the same error.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from fastapi import Request

from hub.accounts.accounts import Acting
from hub.cases.corrections import Corrector, propose
from hub.cases.corrections_kept import waiting_corrections
from hub.cases.flags import agencies_of, flags
from hub.cases.listing import list_for
from hub.cases.meeting_days import Listing
from hub.cases.refer import for_account
from hub.cases.referral import Referral
from hub.cases.referral_sent import refer_or_propose
from hub.cases.repeat_decisions import Looker, here_already_of, note_found
from hub.cases.shown import case_shown, check_shown, lines, of_marac, opens
from hub.cases.stub import enter_case
from hub.checks import incoming, routine
from hub.checks.check import not_permitted
from hub.checks.earlier import earlier_checks, earlier_result
from hub.checks.quoted import without_numbers
from hub.checks.routine import Asking
from hub.checks.still_here import told_lately
from hub.checks.telling import without_number
from hub.checks.unattended import unattended
from hub.consent.telling import GRAVE
from hub.errors import ConflictError, InputError, NotFoundError
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.records.check import AreaResult, Candidate, CheckResult
from hub.web.api import models
from hub.web.api.models import CaseTyped, Question, Search
from hub.web.read_events import Opening
from hub.web.typed.cases import fled_wrong, same_case, stub_of
from hub.web.typed.owed import AHEAD, owed, read
from hub.web.typed.people import CorrectionTyped
from hub.web.typed.questions import put_questions, questions_of, wrong_with

MOST_CASES: Final = 200
MOST_CHECKS: Final = 200
_MANY: Final = 50


@dataclass(frozen=True)
class Call:
    """One request of a program, and for whom it acts. `body`: what it sent, as the address's model."""

    node: Node
    acting: Acting
    request: Request
    client: Callable[[Node], PeerClient]
    opening: Opening
    body: Any = None

    def place(self, name: str) -> str:
        """A part of the address, such as a case's."""
        return str(self.request.path_params[name])

    def shows(self, *cases: str) -> None:
        """What is answered shows these cases, by their handles (hex): its address does not name them."""
        self.opening.shows(*cases)

    @property
    def case(self) -> HeldCase:
        """The case that the address names. Raises NotFoundError, also of one that is kept from the account."""
        found = case_shown(self.node, self.acting, self.place("case"))
        if found is None:
            raise absent()
        return found


def absent() -> NotFoundError:
    """The one error of what is not there, and of what the account may not know to be there."""
    return NotFoundError(
        "There is nothing at this address for this account.", do="See /api/v1/openapi.json for what there is."
    )


def list_cases(call: Call) -> models.Cases:
    """List the newest cases."""
    return _cases(call, "")


def search_cases(call: Call) -> models.Cases:
    """Find cases by a part of their number."""
    typed: Search = call.body
    return _cases(call, typed.number)


def _cases(call: Call, number: str) -> models.Cases:
    found = lines(call.node, call.acting, MOST_CASES + 1, number)
    listed = (
        models.CaseListed(case=one.handle, case_ref=one.number, kind=one.kind, stub=one.stub) for one in found
    )
    return models.Cases(cases=tuple(islice(listed, MOST_CASES)), more=len(found) > MOST_CASES)


def show_case(call: Call) -> models.CaseShown:
    """Show one case."""
    return _shown(call.case)


def _shown(held: HeldCase) -> models.CaseShown:
    details = held.details
    return models.CaseShown(
        case=held.row.handle.hex(),
        case_ref=details.case_ref,
        kind=details.kind,
        stub=bool(details.stub),
        sealed=held.kept.sealed,
        referring_agency=details.referring_agency,
        referring_contact=details.referring_contact,
        meeting_date=details.meeting_date,
        heard=details.heard,
        fled_from=None if details.fled_from is None else tuple(details.fled_from),
        people=tuple(
            models.PersonShown(record=one.handle.hex(), person=one.details.person) for one in held.people
        ),
    )


def list_case(call: Call) -> models.CaseShown:
    """List a case for a meeting, move it to another day, or take it off the list with a reason."""
    said: Listing = call.body
    held = call.case
    if not of_marac(call.acting):
        raise absent()
    list_for(call.node, held, call.acting.requester, said)
    return _shown(call.case)


def enter(call: Call) -> models.CaseShown:
    """Enter a case by its stub; sent twice, it is entered once."""
    typed: CaseTyped = call.body
    if wrong := fled_wrong(typed):
        raise InputError(
            f"The answer on areas that were fled cannot stand: {wrong}.",
            kept="Nothing.",
            do="Correct it and send it again.",
        )
    try:
        enter_case(call.node, stub_of(call.acting, typed))
    except ConflictError:
        if same_case(call.node, call.acting, typed) is None:
            raise
    held = case_shown(call.node, call.acting, same_case(call.node, call.acting, typed) or "")
    if held is None:
        raise absent()
    note_found(call.node, held.row.handle)
    call.shows(held.row.handle.hex())
    return _shown(held)


def here_already(call: Call) -> models.HereAlreadyListed:
    """List the cases here that the people of a case are, or may be, on, and what was decided of each."""
    found = here_already_of(call.node, Looker.of(call.acting), call.case)
    rows = (models.HereAlready(found=one.found, decision=one.decision) for one in found)
    return models.HereAlreadyListed(here_already=tuple(rows))


def send_referral(call: Call) -> models.ReferralKept:
    """Refer somebody; sent twice, it is kept once."""
    told: Referral = call.body
    referral = for_account(call.node, call.acting, told)
    done = refer_or_propose(call.node, referral, Corrector.of(call.acting), opens(call.acting))
    note_found(call.node, bytes.fromhex(done.handle))
    call.shows(done.handle)
    return models.ReferralKept(
        case=done.handle,
        case_ref=done.case_ref,
        added=len(done.added),
        criteria=tuple(
            models.Criterion(**one.model_dump(mode="json"), differs=one.differs) for one in done.facts
        ),
        here_already=done.here_already,
        repeat=done.repeat,
        child_referral=done.child_referral,
        proposal=done.proposal,
    )


def list_corrections(call: Call) -> models.Corrections:
    """List the corrections of who is on a case that wait for somebody's approval."""
    found = waiting_corrections(call.node, call.acting)
    return models.Corrections(
        corrections=tuple(
            models.CorrectionWaiting(
                page=f"/cases/{one.case}/people/{one.correction}",
                case_ref=one.case_ref,
                by=one.by,
                proposed_at=_moment(one.at),
            )
            for one in found
        )
    )


def propose_correction(call: Call) -> models.CorrectionProposed:
    """Propose a correction of who is on a case; sent twice, it is kept once. A person approves it."""
    typed: CorrectionTyped = call.body
    held, said = call.case, [one.said for one in typed.people]
    number = propose(call.node, Corrector.of(call.acting), held, said, typed.because, typed.research)
    return models.CorrectionProposed(page=f"/cases/{held.row.handle.hex()}/people/{number}")


def list_flags(call: Call) -> models.FlagsListed:
    """List the flags that stand, and which agencies are still to be told."""
    agencies = agencies_of(call.node)
    rows = (
        models.FlagShown(
            case=one.case,
            case_ref=one.case_ref,
            meeting=one.meeting,
            until=one.until,
            to_tell=tuple(one.to_tell(agencies)),
            seen=one.kept.seen,
        )
        for one in flags(call.node, Looker.of(call.acting))
    )
    return models.FlagsListed(flags=tuple(rows))


def ask(call: Call) -> models.QuestionsPut:
    """Ask other areas about people of a case, under an agreement."""
    answers: Question = call.body
    case = call.case
    agreement = routine.agreement_for(call.node, call.acting.requester)
    if agreement is None:
        why = "No agreement in force here is signed by this account's organisation."
        return models.QuestionsPut(refusals=(why,))
    for field, text in wrong_with(answers, case):
        raise InputError(f"{field}: {text}.", kept="Nobody was asked.", do="Correct it and send it again.")
    asking = Asking(call.acting.requester, agreement, call.node.today())
    questions = questions_of(case, answers, asking)
    once = "\x00".join((call.acting.account.id, case.row.handle.hex(), answers.once))
    ids = routine.question_ids(call.node, once, questions)
    put = models.QuestionsPut(
        checks=tuple(models.Put(record=record, check_id=number) for record, number in ids.items())
    )
    if any(check_shown(call.node, call.acting, one) for one in ids.values()):
        return put
    for question in questions.values():
        refused = not_permitted(call.node, question)
        if refused is not None:
            return models.QuestionsPut(refusals=tuple(one.text for one in refused.decision.reasons))

    async def go() -> None:
        async with call.client(call.node) as client:
            await put_questions(call.node, client, questions, ids)

    asyncio.run(go())
    return put


def list_checks(call: Call) -> models.Checks:
    """List the checks of a case."""
    case = call.case
    found = earlier_checks(call.node, call.acting.requester, case.details.case_ref)
    shown = (one for one in found if check_shown(call.node, call.acting, one.result.check_id))
    return models.Checks(
        checks=tuple(
            models.CheckListed(
                check_id=one.result.check_id,
                asked_at=_moment(one.asked_at),
                asked_by=one.request.requester.name,
                outcome=one.result.decision.outcome.value,
            )
            for one in islice(shown, MOST_CHECKS)
        )
    )


def show_check(call: Call) -> CheckResult:
    """Show the result of a check, area by area; nobody is asked anew."""
    check_id = call.place("check")
    if check_shown(call.node, call.acting, check_id) is None:
        raise absent()
    result = earlier_result(call.node, call.acting.requester, check_id)
    return result.model_copy(update={"areas": tuple(map(safe_to_show, result.areas))})


def safe_to_show(area: AreaResult) -> AreaResult:
    """An area without any number that is not known to be safe to ring."""
    grave = {"note": ""} if area.not_told in GRAVE else {}
    area = without_number(area)
    candidates = tuple(map(_without_numbers, area.candidates))
    before = tuple(map(_without_numbers, area.set_aside))
    return area.model_copy(update={"candidates": candidates, "set_aside": before, **grave})


def _without_numbers(one: Candidate) -> Candidate:
    said = one.disclosure.summary
    if not said:
        return one
    answer = one.disclosure.model_copy(update={"summary": without_numbers(said)})
    return one.model_copy(update={"disclosure": answer})


def list_requests(call: Call) -> models.Requests:
    """List what other areas ask of us, and waits for a person."""
    return models.Requests(
        requests=tuple(
            models.RequestWaiting(
                page=f"/requests/{one.address}",
                area=one.request.key.peer,
                case_ref=one.case_ref,
                level=one.request.key.level,
                came_at=_moment(one.request.came_at),
            )
            for one in incoming.waiting_for(call.node, call.acting)
        ),
        answered=tuple(
            models.RequestAnswered(
                request=one.address,
                area=one.request.key.peer,
                case_ref=one.case_ref,
                came_at=_moment(one.request.came_at),
                still_here=said.answer if said else None,
            )
            for one, said in told_lately(call.node, call.acting, _MANY)
        ),
        unattended=unattended(call.node, call.acting),
    )


def list_obligations(call: Call) -> models.Obligations:
    """List what is owed."""
    found = owed(call.node, call.acting, call.node.today() + AHEAD)
    return models.Obligations(
        obligations=tuple(
            models.Obligation(
                page=f"/obligations/{one.number}",
                code=one.code,
                text=one.text,
                case_ref=one.case_ref,
                due=one.due,
                due_at=_moment(one.due_at) if one.due_at else None,
                overdue_days=one.overdue_days,
                owner=one.owner,
            )
            for one in read(call.node, found)
        )
    )


def _moment(seconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(seconds, dt.UTC)
