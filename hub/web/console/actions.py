"""Actions of accepted plans: those that somebody's agency undertook, the overdue first, and what came of one.

Whose an action is to report on is `hub.cases.plans`'s to say. A page of one says the action and the number of its
case, and nothing of anybody on it.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any, Final

from fastapi import Response

from hub.cases.action_plan import Outcome
from hub.cases.plans import ActionLine, action_shown, actions_of, report, reporter_of
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext
from hub.web.console.plans import OUTCOMES, WORKED, came_of
from hub.web.typed.plans import REPORT_LACKS, ReportTyped

MOST: Final = 200


def _list(asked: Asked) -> Response:
    found = actions_of(asked.node, reporter_of(asked.acting))
    by_agency = sorted(found[:MOST], key=lambda one: (one.action.agency.casefold(), not one.overdue))
    groups = [(agency, list(of)) for agency, of in groupby(by_agency, key=lambda one: one.action.agency)]
    return asked.page("actions.html", groups=groups, more=len(found) > MOST)


def _one(asked: Asked) -> Response:
    line = action_shown(asked.node, reporter_of(asked.acting), asked.place("action"))
    if line is None:
        return asked.not_found()
    return _page(asked, line, typed_before(asked, ReportTyped) or unsent())


def _page(asked: Asked, line: ActionLine, form: Form[Any], status: int = 200) -> Response:
    asked.shows(line.case)
    return asked.page(
        "action.html",
        status,
        line=line,
        form=form,
        state=came_of(line.action),
        outcomes=[
            {"value": one.value, "text": gettext(text)}
            for one, text in OUTCOMES.items()
            if one is not Outcome.not_known
        ],
        worked=[{"value": one, "text": gettext(text)} for one, text in WORKED.items()],
    )


def _report(asked: Asked) -> Response:
    line = action_shown(asked.node, reporter_of(asked.acting), asked.place("action"))
    if line is None:
        return asked.not_found()
    form = asked.form(ReportTyped)
    typed = form.value
    if typed is not None and typed.lacks:
        form = form.with_error(typed.lacks, gettext(REPORT_LACKS[typed.lacks]))
    if typed is None or form.value is None:
        return _page(asked, line, form, 422)
    acting = asked.acting
    said = typed.report(acting.organisation.name, acting.account.name, asked.node.now())
    report(asked.node, reporter_of(acting), line.action.id, said)
    forget(asked)
    return see("/actions")


PAGES: Final = (
    Page("GET", "/actions", _list),
    Page("GET", "/actions/{action}", _one),
    Page("POST", "/actions/{action}", _report),
)
