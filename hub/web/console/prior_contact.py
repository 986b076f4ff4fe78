"""Asking a client of an Idva service, aloud, whether a service that helped before may be asked; and what follows.

The words stand large on the page. Where it is not sure that the client is alone nothing is asked. A refusal ends
there: unless a child or somebody else is at risk, which is for a manager.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from hub.cases.clients_answer import client, keep_answer, last_answer
from hub.checks import routine
from hub.consent import VictimAgreement
from hub.records.cases import HeldCase
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.form_draft import Draft, change_draft, form_address
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.typed.clients_answer import READ_ALOUD, AnswerTyped, basis_of

_SENTENCES: Final = {
    ("said", "missing"): mark("Choose what the client said"),
    ("alone", "missing"): mark("Say whether the client is alone"),
}
SAID: Final = {
    "yes": mark("Yes"),
    "no": mark("No"),
    "only_this": mark("Only this service"),
    "not_now": mark("Not now"),
    "not_alone": mark("Not asked: it is not sure that the client is alone"),
}


def _show(asked: Asked) -> Response:
    held = client(asked.node, asked.acting, asked.place("case"))
    return (
        asked.not_found()
        if held is None
        else _page(asked, held, typed_before(asked, AnswerTyped) or unsent())
    )


def _page(asked: Asked, held: HeldCase, form: Form[Any], status: int = 200) -> Response:
    last = last_answer(asked.node, asked.acting, held)
    return asked.page(
        "prior_contact.html",
        status,
        form=form,
        handle=held.row.handle.hex(),
        number=held.details.case_ref,
        aloud=gettext(READ_ALOUD),
        choices=[{"value": key, "text": gettext(text)} for key, text in SAID.items()],
        basis=basis_of(asked.node, asked.acting.requester),
        last=last,
        said=gettext(SAID[last.said]) if last else "",
    )


def _keep(asked: Asked) -> Response:
    held = client(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form = asked.form(AnswerTyped, _SENTENCES)
    typed = form.value
    if typed is not None and typed.said == "only_this" and not typed.service:
        form = form.with_error("service", gettext("Write which service"))
    if typed is None or form.value is None:
        return _page(asked, held, form, 422)
    handle = held.row.handle.hex()
    answer = typed.answer(basis_of(asked.node, asked.acting.requester))
    kept = keep_answer(asked.node, asked.acting, handle, answer)
    forget(asked)
    if kept.agreement is VictimAgreement.given:
        if routine.agreement_for(asked.node, asked.acting.requester) is not None:
            return see(f"/cases/{handle}/ask")
        return _form(asked, held, agreement="given", agreed_on=asked.node.today().isoformat())
    if kept.said == "no" and kept.others_at_risk:
        return _form(asked, held, agreement="refused", only_self_at_risk="no")
    return asked.page("prior_contact_done.html", handle=handle, said=kept.said)


def _form(asked: Asked, held: HeldCase, **said: str) -> Response:
    """The sharing form, with what the client said: it is not asked again there. A refusal takes a manager."""
    address = form_address(held.row.handle)
    typed = {f"subjects.0.{name}": (text,) for name, text in said.items()}
    change_draft(asked, address, lambda before: (before or Draft()).filled(typed))
    return see(address)


PAGES: Final = (
    Page("GET", "/cases/{case}/prior-contact", _show),
    Page("POST", "/cases/{case}/prior-contact", _keep),
)
