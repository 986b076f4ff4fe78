"""An area that gave no answer: asking it once more, and writing down that it was rung, whom, and what was said.

The box stands beside its number on the result page; what came back with something wrong has a page of its own.
There is none of an area that is not rung, or of a check that is not for them.
"""

from __future__ import annotations

import secrets
from typing import Any, Final

from fastapi import Response
from pydantic import Field

from hub.cases.shown import check_shown
from hub.checks.once_more import ask_once_more, once_more_id
from hub.checks.rung import ring
from hub.records.check import Rung
from hub.values import LongText, ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import mark
from hub.web.console.result import ShownArea, beside, shown_check

_SENTENCES: Final = {
    ("whom", "missing"): mark("Write whom you rang"),
    ("said", "missing"): mark("Write what was said"),
}


class RungForm(Value):
    """Whom somebody rang, and what was said."""

    whom: ShortText = Field(title=mark("whom you rang"))
    said: LongText = Field(title=mark("what was said"))


def _area(asked: Asked) -> ShownArea | None:
    """The area that an address names, where it is one to ring for a check that they may see."""
    found = check_shown(asked.node, asked.acting, asked.place("check"))
    if found is None:
        return None
    shown = shown_check(asked, asked.place("check"), found.kept)
    return next((one for one in shown.to_ring if one.area.node_id == asked.place("area")), None)


def _show(asked: Asked) -> Response:
    area = _area(asked)
    return (
        asked.not_found() if area is None else _page(asked, area, typed_before(asked, RungForm) or unsent())
    )


def _page(asked: Asked, area: ShownArea, form: Form[Any], status: int = 200) -> Response:
    token = form.once or secrets.token_hex(16)
    return asked.page("rung.html", status, form=form, one=area, once_token=token, result=_result(asked))


def _write(asked: Asked) -> Response:
    area = _area(asked)
    if area is None:
        return asked.not_found()
    form = asked.form(RungForm, _SENTENCES)
    said = form.value
    if said is None:
        return _page(asked, area, form, 422)
    by, at = asked.acting.account.name, asked.node.now()
    rung = Rung(by=by, at=at, whom=said.whom, said=said.said, once=form.once[:200])
    ring(asked.node, asked.acting.requester, asked.place("check"), asked.place("area"), rung)
    forget(asked)
    return see(_result(asked))


def _ask_again(asked: Asked) -> Response:
    """Ask it once more, as it was asked; where that was done already, its result is shown."""
    check_id, area = asked.place("check"), asked.place("area")
    found = check_shown(asked.node, asked.acting, check_id)
    if found is None:
        return asked.not_found()
    asked.pressed()
    asker = asked.acting.requester
    asked.peers(lambda client: ask_once_more(asked.node, client, asker, check_id, area))
    also = [check_id, *asked.request.query_params.getlist("also")]
    return see(f"/checks/{once_more_id(asked.node, check_id, area)}{beside(also)}")


def _result(asked: Asked) -> str:
    return f"/checks/{asked.place('check')}{beside(asked.request.query_params.getlist('also'))}"


PAGES: Final = (
    Page("GET", "/checks/{check}/{area}/rung", _show),
    Page("POST", "/checks/{check}/{area}/rung", _write),
    Page("POST", "/checks/{check}/{area}/again", _ask_again),
)
