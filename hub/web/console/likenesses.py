"""Who on one case may be somebody whom another hides: the list of what waits, and one of them to be decided.

Until somebody decides, both cases are hidden. That two are one person anybody who may open both cases decides; that
they are not is a manager's, who shows again who they are (`hub.cases.seals`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, Final, Literal

from fastapi import Response
from pydantic import Field

from hub.cases.hidden_for import HiddenFor
from hub.cases.likenesses import likenesses_shown
from hub.cases.seals import Said, ShownLikeness, decide_likeness
from hub.errors import UsageError
from hub.values import ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import ask_anew, forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import ZONE, gettext, mark

WHY: Final = {
    HiddenFor.sealed: mark("sealed"),
    HiddenFor.fled: mark("fled an area"),
    HiddenFor.not_known: mark("may have fled an area"),
    HiddenFor.another: mark("hidden for another case"),
}


class Decided(Value):
    """Whether two records are of one person, and why."""

    same: Literal["same", "not_same"] = Field(title=mark("whether it is the same person"))
    because: ShortText = Field(min_length=1, title=mark("why"))


def _list(asked: Asked) -> Response:
    found = likenesses_shown(asked.node, asked.acting)
    _say(asked, found)
    return asked.page("likenesses.html", rows=[(one, gettext(WHY[one.why])) for one in found])


def _say(asked: Asked, found: Iterable[ShownLikeness]) -> None:
    """Say which cases the page shows people of."""
    asked.shows(*(case for one in found for case in (one.case, one.likeness.sealed_case)))


def _found(asked: Asked) -> ShownLikeness | None:
    every = likenesses_shown(asked.node, asked.acting, every=True)
    return next((one for one in every if one.likeness.id == asked.place("likeness")), None)


def _show(asked: Asked) -> Response:
    found = _found(asked)
    if found is None:
        return asked.not_found()
    return _page(asked, found, typed_before(asked, Decided) or unsent())


def _page(asked: Asked, found: ShownLikeness, form: Form[Any], status: int = 200) -> Response:
    at = found.likeness.at
    on = dt.datetime.fromtimestamp(at, ZONE).date() if at else None
    why = gettext(WHY[found.why])
    _say(asked, [found])
    return asked.page("likeness.html", status, form=form, found=found, why=why, on=on)


def _decide(asked: Asked) -> Response:
    found = _found(asked)
    if found is None:
        return asked.not_found()
    form = asked.form(Decided)
    said = form.value
    if said is None:
        return _page(asked, found, form, 422)
    same = said.same == "same"
    less = not same and asked.may("/cases/{case}/unseal")
    if less and (anew := ask_anew(asked)) is not None:  # Whoever may not is told so at once.
        return anew
    try:
        decide_likeness(asked.node, found.likeness.id, Said(asked.acting.requester, said.because), same=same)
    except UsageError as error:
        return _page(asked, found, form.with_error("same", error.text.rstrip(".")), 422)
    forget(asked)
    return see(asked.request.url.path)


PAGES: Final = (
    Page("GET", "/seals", _list),
    Page("GET", "/seals/{likeness}", _show),
    Page("POST", "/seals/{likeness}", _decide),
)
