"""Asking the supplier of a paper whether it may go to another area, and writing down what they answered."""

from __future__ import annotations

import secrets
from typing import Any, Final, Literal

from fastapi import Response
from pydantic import Field

from hub.cases.may_follow import MayGo, SupplierAsked, ask_supplier, may_go, supplier_answered
from hub.cases.papers_shown import reads
from hub.cases.shown import case_shown
from hub.errors import InputError, NotFoundError
from hub.matching.written_dates import DayWritten
from hub.records.cases import HeldCase
from hub.values import ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.incoming import area_name
from hub.web.console.language import gettext, mark
from hub.web.console.paper_words import KINDS

_SENTENCES: Final = {("answer", "missing"): mark("Choose whether they are asked, or what they answered")}


class SupplierAnswer(Value):
    """That a supplier is asked, or what they said: who there, and on which day."""

    answer: Literal["ask", "allowed", "refused"] = Field(title=mark("what they answered"))
    by: ShortText = Field(default="", title=mark("who there said it"))
    on: DayWritten | None = Field(default=None, title=mark("the day"))


def _found(asked: Asked) -> tuple[HeldCase, MayGo] | None:
    """The paper that the address names, for an area that is known here."""
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    area = asked.place("area")
    if held is None or asked.node.areas.get(area) is None:
        return None
    with asked.node.read() as tx:
        rows = may_go(tx, held, area)
    row = next((one for one in rows if one.kept.handle == asked.place("paper")), None)
    if row is None or not (row.may_ask or row.asked) or not reads(asked.acting, held.details, row.kept.paper):
        return None
    return held, row


def _show(asked: Asked) -> Response:
    found = _found(asked)
    return asked.not_found() if found is None else _page(asked, *found, unsent())


def _page(asked: Asked, held: HeldCase, row: MayGo, form: Form[Any], status: int = 200) -> Response:
    return asked.page(
        "supplier.html",
        status,
        form=form,
        once_token=form.once or secrets.token_hex(16),
        case=held.details,
        handle=held.row.handle.hex(),
        called=gettext(KINDS[row.kept.paper.kind]),
        paper=row.kept.paper,
        area=area_name(asked.node, asked.place("area")),
        said=row.asked,
    )


def _send(asked: Asked) -> Response:
    found = _found(asked)
    if found is None:
        return asked.not_found()
    held, row = found
    form = asked.form(SupplierAnswer, _SENTENCES)
    typed = form.value
    if typed is not None and typed.answer != "ask":
        if not typed.by:
            form = form.with_error("by", gettext("Write who there said it"))
        if typed.on is None:
            form = form.with_error("on", gettext("Write the day on which they said it"))
    if form.value is None or typed is None:
        return _page(asked, held, row, form, 422)
    area, by, handle = asked.place("area"), asked.acting.requester, row.kept.handle
    try:
        said = ask_supplier(asked.node, held, handle, area, by)
        if typed.answer != "ask":
            told = {"answer": typed.answer, "by": typed.by, "on": typed.on}
            supplier_answered(
                asked.node, held, SupplierAsked.model_validate({**said.model_dump(), **told}), by
            )
    except (InputError, NotFoundError) as error:
        return _page(asked, held, row, form.with_error("", f"{error.text} {error.do}".strip()), 422)
    return see(asked.request.url.path)


PAGES: Final = (
    Page("GET", "/cases/{case}/papers/{paper}/supplier/{area}", _show),
    Page("POST", "/cases/{case}/papers/{paper}/supplier/{area}", _send),
)
