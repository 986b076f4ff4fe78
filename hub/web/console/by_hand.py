"""Recording that somebody was told by another way than the hub: by telephone, or at a meeting.

What is recorded is kept with the case's disclosure log in the name of whoever is signed in. Nobody is told by it.
That the victim named them as not safe to talk to, or that somebody fled their area, is said at once.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response
from pydantic import Field

from hub.cases.disclosure_log import AddedEntries, Warned, add_entries, warned_of
from hub.cases.shown import case_shown
from hub.consent.evidence import DisclosureLogEntry
from hub.matching.written_dates import DayWritten
from hub.records.cases import HeldCase
from hub.values import LongText, ShortText, Value
from hub.web.console.asked import Asked, Page
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark, short_day

_PARTS: Final = {
    "person": mark("Write whom you told"),
    "method": mark("Write how they were told"),
    "authority": mark("Write on what legal authority they were told"),
    "date": mark("Check the day: it is after today"),
}


class Told(Value):
    """Who was told what day, how and on what authority, and what came back."""

    date: DayWritten = Field(title=mark("the day"))
    agency: ShortText = Field(min_length=1, title=mark("the agency"))
    person: ShortText = Field(min_length=1, title=mark("whom you told"))
    method: ShortText = Field(min_length=1, title=mark("how they were told"))
    authority: LongText = Field(min_length=1, title=mark("the legal authority"))
    response: LongText = ""


def _show(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form = typed_before(asked, Told) or unsent({"date": short_day(asked.node.today())})
    return _page(asked, held, form)


def _page(
    asked: Asked,
    held: HeldCase,
    form: Form[Any],
    status: int = 200,
    done: DisclosureLogEntry | None = None,
    warned: Warned | None = None,
) -> Response:
    return asked.page(
        "case_told.html",
        status,
        case=held.details,
        handle=held.row.handle.hex(),
        form=form,
        done=done,
        warned=warned,
    )


def _record(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form = asked.form(Told)
    if form.value is None:
        return _page(asked, held, form, 422)
    row = DisclosureLogEntry(**form.value.model_dump())
    added = AddedEntries(case_ref=held.details.case_ref, by=asked.acting.requester, sharings=(row,))
    lacks = add_entries(asked.node, added)
    for text in lacks:
        part = text.rpartition(".")[2].partition(":")[0]
        known = part if part in _PARTS else ""
        form = form.with_error(known, gettext(_PARTS[known]) if known else text)
    if lacks:
        return _page(asked, held, form, 422)
    forget(asked)
    return _page(asked, held, unsent(), done=row, warned=warned_of(asked.node, added))


PAGES: Final = (Page("GET", "/cases/{case}/told", _show), Page("POST", "/cases/{case}/told", _record))
