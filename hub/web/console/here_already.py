"""Here already? Which cases of this node the people of a case are on, and what somebody decides of each.

Finds by `hub.cases.here_already`; what is decided is kept by `hub.cases.repeat_decisions`. Chooses nothing for
anybody: what a case stands like is said beside it.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from hub.cases.here_already import Found
from hub.cases.repeat_decisions import (
    HereAlready,
    Looker,
    decide,
    here_already_of,
    lacking,
    lacking_of_meeting,
)
from hub.cases.repeat_papers import RepeatDecision
from hub.cases.repeats import Definition
from hub.cases.shown import case_shown
from hub.records.cases import HeldCase
from hub.values import Role
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import day, gettext, mark
from hub.web.typed.listing import WRONG as LACKS
from hub.web.typed.repeats import DECIDED, HAPPENED, STANDS, DecisionTyped


def _case(asked: Asked) -> HeldCase | None:
    return case_shown(asked.node, asked.acting, asked.place("case"))


def _list(asked: Asked) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    every = here_already_of(asked.node, Looker.of(asked.acting), held)
    return asked.page(
        "here_already.html",
        case=held.details,
        handle=held.row.handle.hex(),
        scheme=any(of_another_victim(one.found) for one in every),
        likely=[_line(one) for one in every if one.found.likely],
        possible=[_line(one) for one in every if not one.found.likely],
    )


def of_another_victim(found: Found) -> bool:
    """Whether a perpetrator of the case is likely on another, and its victim is not the victim there."""
    return found.likely and bool(found.same_perpetrators) and found.part is not Role.victim


def _line(one: HereAlready) -> dict[str, Any]:
    return {
        "found": one.found,
        "stands": gettext(STANDS[one.found.standing]),
        "decided": _said(one.decision) if one.decision else "",
        "why": one.decision.because if one.decision else "",
    }


def _said(decision: RepeatDecision) -> str:
    what = gettext(DECIDED[decision.decided])
    on = day(decision.on) if decision.on else ""
    return gettext("%(what)s, by %(name)s on %(day)s", what=what, name=decision.by, day=on)


def _there(asked: Asked) -> tuple[HeldCase, HereAlready] | None:
    held = _case(asked)
    if held is None:
        return None
    every = here_already_of(asked.node, Looker.of(asked.acting), held)
    one = next((one for one in every if one.found.case == asked.place("other")), None)
    return (held, one) if one else None


def _one(asked: Asked) -> Response:
    there = _there(asked)
    if there is None:
        return asked.not_found()
    return _page(asked, *there, typed_before(asked, DecisionTyped) or unsent())


def _page(asked: Asked, held: HeldCase, one: HereAlready, form: Form[Any], status: int = 200) -> Response:
    return asked.page(
        "here_already_decide.html",
        status,
        form=form,
        case=held.details,
        handle=held.row.handle.hex(),
        line=_line(one),
        choices=[{"value": key, "text": gettext(text)} for key, text in DECIDED.items()],
        happened=[{"value": key.value, "text": gettext(text)} for key, text in HAPPENED.items()],
        before_2018=asked.node.settings.repeat_definition == Definition.violence.value,
    )


def _decide(asked: Asked) -> Response:
    there = _there(asked)
    if there is None:
        return asked.not_found()
    held, one = there
    form = asked.form(DecisionTyped)
    typed = form.value
    if typed is None:
        return _page(asked, held, one, form, 422)
    said = typed.decision(one.found.case)
    said = said.model_copy(update={"definition": Definition(asked.node.settings.repeat_definition)})
    if lack := lacking(said, one.found):
        field = "happened" if said.decided == "repeat" and not said.happened else "because"
        return _page(asked, held, one, form.with_error(field, gettext(_WRONG[lack])), 422)
    looker = Looker.of(asked.acting)
    if lack := lacking_of_meeting(held, looker, said, asked.node.today()):
        return _page(asked, held, one, form.with_error("meeting", gettext(_NOT_LISTED[lack])), 422)
    decide(asked.node, looker, held, said)
    forget(asked)
    return see(f"/cases/{held.row.handle.hex()}/here-already")


_WRONG: Final = {
    "Say why it is not the same person.": mark("Say why it is not the same person"),
    "Say what happened since.": mark("Tick what happened since"),
    "What happened is no repeat by this definition: say why it is one all the same.": mark(
        "What happened is no repeat by this definition: say why it is one all the same"
    ),
    "It is no repeat by the definition, by date or people: say why it is one all the same.": mark(
        "It is no repeat by the definition, by date or people: say why it is one all the same"
    ),
}

_NOT_LISTED: Final = {
    **LACKS,
    "A coordinator of the Marac lists a case for its meeting.": mark(
        "A coordinator of the Marac lists a case for its meeting"
    ),
    "It was listed for a day that has come: list it again on its own page.": mark(
        "It was listed for a day that has come: list it again on its own page"
    ),
    "That day has passed: list it for a meeting to come.": mark(
        "That day has passed: list it for a meeting to come"
    ),
}

PAGES: Final = (
    Page("GET", "/cases/{case}/here-already", _list),
    Page("GET", "/cases/{case}/here-already/{other}", _one),
    Page("POST", "/cases/{case}/here-already/{other}", _decide),
)
