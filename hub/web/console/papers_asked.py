"""The earlier plan and minutes: asked for after a hit, and answered paper by paper where they are.

Nothing is ticked beforehand, on either side. What is asked for, and why, is chosen and not typed: the other area
reads no word of ours. That a request was opened is kept when a person opens its page. Decides nothing itself
(`hub.checks.papers`).
"""

from __future__ import annotations

import secrets
from typing import Annotated, Any, Final, Literal

from fastapi import Response
from pydantic import Field, StringConstraints

from hub.checks.papers.answer import PapersDecision, PapersOpened, answer_papers, open_papers
from hub.checks.papers.ask import ask_papers, withdraw_papers
from hub.checks.papers.deliver import deliver_first
from hub.checks.papers.listing import PapersLine, papers_request_shown, papers_requests_shown
from hub.checks.papers.wanted import Wanted
from hub.errors import ConflictError, HubError, InputError
from hub.matching.written_dates import DayWritten
from hub.records.check import DisclosureStatus
from hub.values import LongText, ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.incoming import OTHER, area_name
from hub.web.console.incoming_words import bases_for, beside, who_asks
from hub.web.console.language import gettext, mark
from hub.web.console.tell import Named, named_at
from hub.wire.papers import PapersState, PaperWanted, WhyPapers
from hub.wire.transfers import Permitted

STATES: Final = {
    PapersState.asked: mark("Waits for an answer"),
    PapersState.released: mark("Released"),
    PapersState.withheld: mark("Withheld"),
    PapersState.not_same: mark("Not the same person"),
    PapersState.withdrawn: mark("Not wanted any more"),
    PapersState.expired: mark("Ended: nobody answered in time"),
}
WANTED: Final = {
    PaperWanted.plan: mark("The action plan, with what came of it"),
    PaperWanted.minutes: mark("The minutes"),
    PaperWanted.dash: mark("The risk checklist"),
    PaperWanted.referral: mark("The referral"),
    PaperWanted.research: mark("Research"),
    PaperWanted.child_referral: mark("The referral to safeguard children"),
    PaperWanted.staff_warning: mark("Warnings for staff"),
    PaperWanted.attachment: mark("Attached files"),
    PaperWanted.chronology: mark("The chronology"),
}
WHY: Final = {
    WhyPapers.on_agenda: mark("The case is on our agenda"),
    WhyPapers.plan_in_hand: mark("A plan is being made now"),
    WhyPapers.risk_grew: mark("The risk has grown"),
    WhyPapers.child_at_risk: mark("A child is at risk"),
}
_SENTENCES: Final = {
    ("wanted", "missing"): mark("Tick which papers you ask for"),
    ("why", "missing"): mark("Choose why they are asked for"),
    ("needed_by", "missing"): mark("Write the day by which they are needed"),
    ("answer", "missing"): mark("Choose what you decide"),
    ("because", "missing"): mark("Write your reason"),
    ("because", "string_too_short"): mark("Write your reason"),
}


class AskTyped(Value):
    """What somebody asks for. Nothing of it is words."""

    wanted: tuple[PaperWanted, ...] = Field(
        min_length=1, max_length=len(PaperWanted), title=mark("which papers")
    )
    why: WhyPapers = Field(title=mark("why they are asked for"))
    needed_by: DayWritten = Field(title=mark("the day by which they are needed"))


class AnswerTyped(Value):
    """What somebody decides about papers. `basis`: one offered, or another in `basis_words`; `items`: which go."""

    answer: Literal["release", "withhold", "not_same", "withdraw"] = Field(title=mark("what you decide"))
    items: tuple[ShortText, ...] = Field(default=(), max_length=200, title=mark("what goes"))
    because: Annotated[LongText, StringConstraints(min_length=2)] = Field(title=mark("your reason"))
    basis: ShortText = Field(default="", title=mark("our basis"))
    basis_words: LongText = Field(default="", title=mark("the other basis"))
    permitted_by: ShortText = Field(default="", title=mark("who gave the permission"))
    permitted_on: DayWritten | None = Field(default=None, title=mark("the day of the permission"))


def lines(asked: Asked, which: str = "") -> list[dict[str, Any]]:
    """The requests that they may know of, as lists show them; those of a case, by the digest of its reference."""
    found = papers_requests_shown(asked.node, asked.acting)
    return [_line(asked, one) for one in found if which in ("", one.request.case)]


def waiting(asked: Asked) -> list[dict[str, Any]]:
    """Those that wait for somebody here: asked of us, late, or not settled between the areas."""
    return [_line(asked, one) for one in papers_requests_shown(asked.node, asked.acting) if one.waits]


def _line(asked: Asked, one: PapersLine) -> dict[str, Any]:
    request = one.request
    return {
        "id": request.id,
        "area": area_name(asked.node, request.peer),
        "out": request.direction == "out",
        "case": request.case_ref,
        "state": gettext(STATES[request.state]),
        "wanted": [gettext(WANTED[each]) for each in request.wanted],
        "why": gettext(WHY[request.why]),
        "needed_by": request.needed_by,
        "asked_at": request.asked_at,
        "opened_at": request.opened_at,
        "late": one.late,
        "unsettled": one.unsettled,
    }


def _list(asked: Asked) -> Response:
    return asked.page("papers_asked.html", found=lines(asked))


def _ask(asked: Asked) -> Response:
    named = named_at(asked)
    return asked.not_found() if named is None else _ask_page(asked, named, unsent())


def _ask_page(
    asked: Asked, named: Named, form: Form[Any], status: int = 200, reasons: tuple[str, ...] = ()
) -> Response:
    found = papers_requests_shown(asked.node, asked.acting)
    about = (named.check_id, named.area.node_id, named.candidate.handle)
    there = asked.node.areas.get(named.area.node_id)
    return asked.page(
        "papers_ask.html",
        status,
        named=named,
        form=form,
        once_token=form.once or secrets.token_hex(16),
        knows=named.candidate.disclosure.status is DisclosureStatus.answered,
        contact=there.contact if there and named.area.not_told is None else "",
        reasons=reasons,
        wanted=[{"value": one.value, "text": gettext(text)} for one, text in WANTED.items()],
        why=[{"value": one.value, "text": gettext(text)} for one, text in WHY.items()],
        earlier=[
            _line(asked, one)
            for one in found
            if one.request.direction == "out"
            and (one.request.check_id, one.request.peer, one.request.handle) == about
        ],
    )


def _send_ask(asked: Asked) -> Response:
    named = named_at(asked)
    if named is None:
        return asked.not_found()
    form = asked.form(AskTyped, _SENTENCES)
    typed = form.value
    if typed is None:
        return _ask_page(asked, named, form, 422)
    wanted = Wanted(
        check_id=named.check_id,
        area=named.area.node_id,
        handle=named.candidate.handle,
        wanted=typed.wanted,
        why=typed.why,
        needed_by=typed.needed_by,
    )
    try:
        made = ask_papers(asked.node, wanted, asked.acting.requester)
    except ConflictError as error:
        return _ask_page(asked, named, form.with_error("", _said(error)), 409)
    except InputError as error:
        return _ask_page(asked, named, form.with_error("needed_by", error.text), 422)
    if made.request is None:
        return _ask_page(asked, named, form, 422, tuple(one.text for one in made.decision.reasons))
    _tell(asked, made.delivery)
    return see(f"/papers/{made.request.id}")


def _tell(asked: Asked, delivery: str) -> None:
    """The first try; what fails waits for the worker, and stands on the page."""
    asked.peers(lambda client: deliver_first(asked.node, client, delivery))


def _one(asked: Asked) -> Response:
    line = papers_request_shown(asked.node, asked.acting, asked.place("papers"))
    return asked.not_found() if line is None else _shown(asked, line, unsent())


def _shown(asked: Asked, line: PapersLine, form: Form[Any], status: int = 200) -> Response:
    opened = None
    if line.request.direction == "in":
        opened = open_papers(asked.node, line.request.id, asked.acting.requester)
    request = opened.request if opened else line.request
    question = request.question
    found = opened.considered if opened else None
    held = found.held if found else None
    there = asked.node.areas.get(request.peer)
    return asked.page(
        "papers_one.html",
        status,
        form=form,
        once_token=form.once or secrets.token_hex(16),
        one={**_line(asked, line), "opened_at": request.opened_at},
        kept=request,
        opened=opened,
        case=held.row.handle.hex() if held else "",
        contact=there.contact if there else "",
        who=who_asks(asked.node, question) if opened else [],
        beside=beside(found, question.subject) if found else (),
        papers=_rows(opened) if opened else [],
        bases=bases_for(asked.node, found, request.peer),
        other=OTHER,
        steps=[(one, gettext(STATES[one.state])) for one in request.steps if one.by],
    )


def _rows(opened: PapersOpened) -> list[dict[str, Any]]:
    """The papers that were asked for, each with whose it is and whether it may go."""
    found = opened.considered
    handle = found.held.row.handle.hex() if found else ""
    return [
        {
            "handle": row.kept.handle,
            "called": gettext(WANTED[PaperWanted(row.kept.paper.kind.value)]),
            "supplier": row.kept.paper.supplier,
            "at": row.kept.paper.at,
            "may_follow": row.kept.paper.may_follow,
            "held_by": row.held_by,
            "asked": row.asked,
            "supplier_page": f"/cases/{handle}/papers/{row.kept.handle}/supplier/{opened.request.peer}"
            if handle and (row.may_ask or row.asked)
            else "",
        }
        for row in opened.papers
    ]


def _decide(asked: Asked) -> Response:
    line = papers_request_shown(asked.node, asked.acting, asked.place("papers"))
    if line is None:
        return asked.not_found()
    form = asked.form(AnswerTyped, _SENTENCES)
    typed = form.value
    out = line.request.direction == "out"
    if typed is not None and (typed.answer == "withdraw") != out:
        form = form.with_error("answer", gettext("Choose what you decide"))
    if typed is not None and not out:
        form = _complete(form, typed)
    if form.value is None or typed is None:
        return _shown(asked, line, form, 422)
    number, by = line.request.id, asked.acting.requester
    try:
        if out:
            delivery = withdraw_papers(asked.node, number, by, typed.because)
        else:
            decision = _decision(asked, line, typed)
            delivery = answer_papers(asked.node, number, decision, by)
    except (ConflictError, InputError) as error:
        now = papers_request_shown(asked.node, asked.acting, number)
        if now is None:
            return asked.not_found()
        status = 409 if isinstance(error, ConflictError) else 422
        return _shown(asked, now, form.with_error("", _said(error)), status)
    _tell(asked, delivery)
    return see(f"/papers/{number}")


def _complete(form: Form[AnswerTyped], typed: AnswerTyped) -> Form[AnswerTyped]:
    """The form, held to what a release has to say beside."""
    if typed.answer != "release":
        return (
            form.with_error("items", gettext("You ticked what goes: choose Release, or take the ticks away"))
            if typed.items
            else form
        )
    if not typed.items:
        form = form.with_error("items", gettext("Tick what goes. Where nothing goes, withhold"))
    if not typed.basis:
        form = form.with_error("basis", gettext("Choose our own basis for what goes"))
    elif typed.basis == OTHER and not typed.basis_words:
        form = form.with_error("basis_words", gettext("Write the other basis"))
    if not typed.permitted_by:
        form = form.with_error("permitted_by", gettext("Write who gave the meeting's permission"))
    if typed.permitted_on is None:
        form = form.with_error("permitted_on", gettext("Write the day of that permission"))
    return form


def _decision(asked: Asked, line: PapersLine, typed: AnswerTyped) -> PapersDecision:
    opened = open_papers(asked.node, line.request.id, asked.acting.requester)
    offered = bases_for(asked.node, opened.considered, line.request.peer)
    basis = typed.basis_words if typed.basis == OTHER else offered.get(typed.basis, "")
    permission = None
    if typed.permitted_by and typed.permitted_on is not None:
        permission = Permitted(by=typed.permitted_by, date=typed.permitted_on)
    return PapersDecision.model_validate(
        {
            "answer": typed.answer,
            "items": typed.items,
            "because": typed.because,
            "basis": basis,
            "permission": permission,
        }
    )


def _said(error: HubError) -> str:
    return f"{error.text} {error.do}".strip()


PAGES: Final = (
    Page("GET", "/papers", _list),
    Page("GET", "/papers/{papers}", _one),
    Page("POST", "/papers/{papers}", _decide),
    Page("GET", "/checks/{check}/{area}/{candidate}/papers", _ask),
    Page("POST", "/checks/{check}/{area}/{candidate}/papers", _send_ask),
)
