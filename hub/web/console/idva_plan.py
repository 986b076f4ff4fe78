"""The Marac's plan before the Idva service that supports the victim: its actions, and the service's word on it."""

from __future__ import annotations

from typing import Any, Final, Literal

from fastapi import Response
from pydantic import Field

from hub.cases.idva_plan import PlanBefore, plan_before, say_safe
from hub.errors import ConflictError
from hub.values import LongText, ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark

_SENTENCES: Final = {("safe", "missing"): mark("Say whether the plan is as safe as it can be")}


class SafeWord(Value):
    """What the service says of the plan that was `seen`."""

    safe: Literal["yes", "no"] = Field(title=mark("whether the plan is safe"))
    risk_it_makes: LongText = Field(default="", title=mark("what risk an action may itself cause"))
    seen: ShortText = ""


def _show(asked: Asked) -> Response:
    line = plan_before(asked.node, asked.acting, asked.place("referral"))
    return asked.not_found() if line is None else _page(asked, line, unsent())


def _page(asked: Asked, found: PlanBefore, form: Form[Any], status: int = 200) -> Response:
    return asked.page(
        "idva_plan.html",
        status,
        form=form,
        referral=found.line.referral.id,
        number=found.line.number,
        plan=found.plan,
        seen=found.handle,
    )


def _say(asked: Asked) -> Response:
    number = asked.place("referral")
    found = plan_before(asked.node, asked.acting, number)
    if found is None:
        return asked.not_found()
    form = asked.form(SafeWord, _SENTENCES)
    said = form.value
    if said is None:
        return _page(asked, found, form, 422)
    if said.safe == "no" and not said.risk_it_makes:
        form = form.with_error("risk_it_makes", gettext("Say what risk it makes"))
        return _page(asked, found, form, 422)
    try:
        say_safe(
            asked.node, asked.acting, number, said.seen, safe=said.safe == "yes", risk=said.risk_it_makes
        )
    except ConflictError as error:
        return _page(asked, found, form.with_error("safe", error.text.rstrip(".")), 409)
    return see(asked.request.url.path)


PAGES: Final = (
    Page("GET", "/idva-referrals/{referral}/plan", _show),
    Page("POST", "/idva-referrals/{referral}/plan", _say),
)
