"""The Domestic Violence Disclosure Scheme on the page of a case: that it is to be considered, and that it was.

Gathers and words; when it is due is `hub.checks.disclosure_scheme`'s. Says nothing of anybody in another area.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from hub.cases.shown import case_shown
from hub.checks.disclosure_scheme import SchemeTyped, considered, due, record
from hub.records.cases import HeldCase
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import mark

_SENTENCES: Final = {
    ("considered", "missing"): mark("Say whether the scheme was considered"),
    ("because", "missing"): mark("Say why"),
    ("because", "string_too_short"): mark("Say why"),
}


def _ask(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    return (
        asked.not_found()
        if held is None
        else _page(asked, held, typed_before(asked, SchemeTyped) or unsent())
    )


def _page(asked: Asked, held: HeldCase, form: Form[Any], status: int = 200) -> Response:
    return asked.page(
        "case_disclosure_scheme.html",
        status,
        form=form,
        handle=held.row.handle.hex(),
        action=asked.request.url.path,
        due=due(asked.node, asked.acting, held),
        before=considered(asked.node, asked.acting, held),
    )


def _keep(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form = asked.form(SchemeTyped, _SENTENCES)
    if form.value is None:
        return _page(asked, held, form, 422)
    record(asked.node, asked.acting, held, form.value)
    forget(asked)
    return see(f"/cases/{held.row.handle.hex()}")


PAGES: Final = (
    Page("GET", "/cases/{case}/disclosure-scheme", _ask),
    Page("POST", "/cases/{case}/disclosure-scheme", _keep),
)
