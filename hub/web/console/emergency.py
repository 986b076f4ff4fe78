"""An emergency, on one page: whom to ring first, the least facts, then the question, asked at once.

No signature of a manager comes before it; what is left open is in the work of whoever may open the case
(`hub.web.console.work`). Where it is refused nobody was asked, and the page says why and whom to ring.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from fastapi import Response
from pydantic import Field

from hub.cases.shown import check_shown
from hub.checks import routine
from hub.checks.check import check
from hub.checks.disclose import disclose_at_once
from hub.checks.emergency import GROUND, EmergencyFacts, emergency_question
from hub.checks.telephones import telephones
from hub.consent.form.vocabulary import answered
from hub.errors import ConflictError, InputError
from hub.federation.client import PeerClient
from hub.matching.written_dates import DateWritten
from hub.records.check import CheckRequest, CheckResult
from hub.values import NodeId, Person, Role, ShortText
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.typed.fled import FledTyped, wrong_with_fled

_ONCE_BYTES: Final = 16
_MOST_WORDS: Final = 2_000
_TICKS: Final = frozenset({"yes", "y", "true"})


class EmergencyTyped(FledTyped):
    """What is typed at night. `fled` has no default."""

    given_names: ShortText = ""
    surname: ShortText = Field(default="", title=mark("the surname"))
    date_of_birth: DateWritten = ""
    coming: ShortText = ""
    threat: str = Field(max_length=_MOST_WORDS, title=mark("what threatens"))
    areas: tuple[NodeId, ...] = Field(max_length=400, title=mark("the areas to ask"))

    @property
    def facts(self) -> EmergencyFacts:
        """The same as the question has it."""
        victim = Person(
            role=Role.victim,
            given_names=self.given_names,
            surname=self.surname,
            date_of_birth=self.date_of_birth,
        )
        return EmergencyFacts(victim, self.coming, self.threat, self.fled_from, self.areas)


def _show(asked: Asked) -> Response:
    form = typed_before(asked, EmergencyTyped) or unsent({"areas": routine.neighbours(asked.node)})
    return _page(asked, form)


def _page(asked: Asked, form: Form[EmergencyTyped], status: int = 200, why: Sequence[str] = ()) -> Response:
    near = routine.neighbours(asked.node)
    names = {one: area.area if (area := asked.node.areas.get(one)) else one for one in near}
    return asked.page(
        "emergency.html",
        status,
        form=form,
        areas=names,
        everywhere=sorted((one.area, one.node_id) for one in asked.node.areas.area),
        telephones=telephones(asked.node.home, near),
        requester=asked.acting.requester,
        ground=GROUND,
        why=why,
        token=secrets.token_hex(_ONCE_BYTES),
    )


def _read(asked: Asked) -> Form[EmergencyTyped]:
    """What was typed, with what its fields say of each other."""
    form = asked.form(EmergencyTyped)
    typed = form.value
    if typed is None:
        return form
    if not (typed.given_names or typed.surname):
        form = form.with_error("surname", gettext(mark("Enter a name: nobody can be found without one")))
    if not answered(typed.threat) or typed.threat.strip().casefold() in _TICKS:
        form = form.with_error("threat", gettext(mark("Say in words what threatens")))
    for name, text in wrong_with_fled(typed):
        form = form.with_error(name, gettext(text))
    return form


def _ask(asked: Asked) -> Response:
    form = _read(asked)
    if form.value is None:
        return _page(asked, form, 422)
    node, by = asked.node, asked.acting.requester
    account = f"{asked.acting.account.id}\x00{form.once or secrets.token_hex(_ONCE_BYTES)}"
    check_id = routine.question_ids(node, account, ["emergency"])["emergency"]
    if check_shown(node, asked.acting, check_id) is None:
        question = emergency_question(node, form.value.facts, by)
        try:
            result = asked.peers(lambda client: _put(asked, client, question, check_id))
        except InputError as error:
            return _page(asked, form.with_error("", error.text), 422)
        if result is not None and not result.decision.permitted:
            return _page(asked, form, 422, [one.text for one in result.decision.reasons])
    forget(asked)
    return see(f"/checks/{check_id}")


async def _put(asked: Asked, client: PeerClient, question: CheckRequest, check_id: str) -> CheckResult | None:
    """Ask, and tell at once whom the engine lets be told; None where the same form asked already."""
    with suppress(ConflictError):
        result = await check(asked.node, client, question, check_id=check_id)
        if result.decision.permitted:
            made = question.model_copy(update={"case_ref": result.case_ref})
            await disclose_at_once(asked.node, client, made, result)
        return result
    return None


PAGES: Final = (Page("GET", "/emergency", _show), Page("POST", "/emergency", _ask))
