"""Asking about all cases of a meeting: what was asked last, what changed, and one confirmation for those ticked.

With scripts one case is asked about at a time, and the page shows how far it has come; without, the form is
answered when all were. A case that is asked about singly has the reason beside it, and no box. Decides nothing
(`hub.checks.agenda`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, Final, Literal

from fastapi import Response
from pydantic import BaseModel, Field

from hub.checks import routine
from hub.checks.agenda import (
    AgendaLine,
    Alone,
    Asker,
    CaseAsked,
    Changed,
    Confirmed,
    agenda_of,
    ask_about,
    came_of,
    days_of,
)
from hub.values import ShortText
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.console.result import beside

ALONE: Final = {
    Alone.sealed: mark("Somebody is in hiding: ask about it on its own page."),
    Alone.fled: mark("Somebody fled an area: ask about it on its own page."),
    Alone.fled_not_known: mark("It is not known whether anyone fled an area: answer that first."),
    Alone.refused: mark("The victim refused: ask about it on its own page, if anyone else is at risk."),
    Alone.not_said: mark("What the victim said about asking is not recorded: ask about it on its own page."),
    Alone.known: mark("You said that you know somebody in it: ask about it on its own page."),
    Alone.moved: mark("It has moved: another area is responsible for it."),
    Alone.nobody: mark("Nobody on it has a name to ask about."),
}
CHANGED: Final = {
    Changed.new_name: mark("a new name"),
    Changed.new_person: mark("somebody new"),
    Changed.new_referral: mark("referred again"),
}
_SENTENCES: Final = {
    ("cases", "too_short"): mark("Tick a case to ask about"),
    ("cases", "missing"): mark("Tick a case to ask about"),
    ("knows", "missing"): mark(
        "Say that you know nobody in the cases that are ticked, or take the ticks away"
    ),
}


class AgendaTyped(BaseModel):
    """One confirmation. `tried`: the cases that it has come to already."""

    cases: tuple[ShortText, ...] = Field(min_length=1, max_length=200, title=mark("the cases"))
    knows: Literal["nobody"] = Field(title=mark("that you know nobody in them"))
    tried: tuple[ShortText, ...] = Field(default=(), max_length=200)


def _days(asked: Asked) -> Response:
    return asked.page("agenda_days.html", days=days_of(asked.node, Asker.of(asked.acting)).items())


def _day(asked: Asked) -> dt.date | None:
    try:
        return dt.date.fromisoformat(asked.place("day"))
    except ValueError:
        return None


def _show(asked: Asked) -> Response:
    day = _day(asked)
    if day is None:
        return asked.not_found()
    return _page(asked, day, unsent())


def _page(asked: Asked, day: dt.date, form: Form[Any], status: int = 200) -> Response:
    who = Asker.of(asked.acting)
    lines = agenda_of(asked.node, who, day)
    run = asked.request.query_params.get("run", "")
    came = came_of(asked.node, Confirmed(who, day, run), lines) if run else {}
    agreement = routine.agreement_for(asked.node, asked.acting.requester)
    return asked.page(
        "agenda.html",
        status,
        form=form,
        day=day,
        here=f"/agenda/{day.isoformat()}",
        lines=[_line(one, came.get(one.handle)) for one in lines],
        open=any(one.open for one in lines) and agreement is not None,
        agreement=agreement,
        once_token=form.once or secrets.token_hex(16),
    )


def _line(one: AgendaLine, came: CaseAsked | None) -> dict[str, Any]:
    checks = came.checks if came else ()
    return {
        "handle": one.handle,
        "number": one.case.details.case_ref,
        "asked": one.last_asked,
        "changed": [gettext(CHANGED[change]) for change in one.changed],
        "alone": gettext(ALONE[one.alone]) if one.alone else "",
        "page": one.alone not in (None, Alone.moved, Alone.nobody),
        "open": one.open,
        "people": len(one.left),
        "result": f"/checks/{checks[0]}{beside(checks[1:])}" if checks else "",
        "stopped": came.stopped if came else (),
    }


def _ask(asked: Asked) -> Response:
    day = _day(asked)
    if day is None:
        return asked.not_found()
    form = asked.form(AgendaTyped, _SENTENCES)
    typed, scripts = form.value, asked.request.headers.get("HX-Request") == "true"
    if typed is None or not form.once:
        if scripts:
            return asked.page("agenda_run.html", form=form, going=False)
        return _page(asked, day, form, 422)
    confirmed = Confirmed(Asker.of(asked.acting), day, form.once)
    wanted = [one for one in agenda_of(asked.node, confirmed.who, day) if one.handle in typed.cases]
    left = [one for one in wanted if one.open and one.handle not in typed.tried]
    for one in left[:1] if scripts else left:
        _ask_about(asked, confirmed, one)
    there = f"/agenda/{day.isoformat()}?run={form.once}"
    if not scripts or len(left) <= 1:
        return _gone(there) if scripts else see(there)
    tried = (*typed.tried, left[0].handle)
    return asked.page(
        "agenda_run.html",
        form=form,
        going=True,
        here=f"/agenda/{day.isoformat()}",
        cases=typed.cases,
        tried=tried,
        done=len(wanted) - len(left) + 1,
        every=len(wanted),
    )


def _ask_about(asked: Asked, confirmed: Confirmed, line: AgendaLine) -> CaseAsked:
    return asked.peers(lambda client: ask_about(asked.node, client, confirmed, line))


def _gone(there: str) -> Response:
    """What leads a page with scripts on, when all were asked about."""
    return Response("", headers={"HX-Redirect": there})


PAGES: Final = (
    Page("GET", "/agenda", _days),
    Page("GET", "/agenda/{day}", _show),
    Page("POST", "/agenda/{day}", _ask),
)
