"""Who is on duty for the body of whoever is signed in: what other areas are told to ring, by its own word."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from hub.accounts.organisations import keep_duty
from hub.errors import InputError
from hub.records.accounts import organisation_of
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import mark
from hub.web.typed.duty import DutyTyped

_SENTENCES: Final = {
    ("worker", "missing"): mark("Write who is on duty"),
    ("phone", "missing"): mark("Write the number to ring them on"),
    ("phone", "string_pattern_mismatch"): mark("Write the number to ring them on"),
}


def _show(asked: Asked) -> Response:
    return _page(asked, typed_before(asked, DutyTyped) or None)


def _page(asked: Asked, form: Form[Any] | None, status: int = 200) -> Response:
    with asked.node.read() as tx:
        body = organisation_of(tx, asked.acting.organisation.id)
    kept = body.duty.model_dump(include={"worker", "phone"}) if body.duty else {}
    return asked.page("duty.html", status, form=form or unsent(kept), body=body)


def _keep(asked: Asked) -> Response:
    form = asked.form(DutyTyped, _SENTENCES)
    said = form.value
    if said is None:
        return _page(asked, form, 422)
    try:
        with asked.node.write() as tx:
            keep_duty(tx, asked.acting.organisation, said.worker, said.phone, asked.acting.account)
    except InputError as error:
        return _page(asked, form.with_error("worker", error.text.rstrip(".")), 422)
    forget(asked)
    return see("/duty")


PAGES: Final = (
    Page("GET", "/duty", _show),
    Page("POST", "/duty", _keep),
)
