"""Asking other areas about the people of a case: four answers on a page, what they come to, then the question.

All else is filled in from the case, the account and the agreement (`hub.checks.routine`). The engine decides; what
it says is shown with what was typed, and then nobody was asked. A form sent twice asks once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response

from hub.cases.clients_answer import last_answer
from hub.cases.shown import case_shown, check_shown
from hub.checks import routine
from hub.checks.check import not_permitted
from hub.checks.routine import Asking, WhyNow
from hub.consent import VictimAgreement
from hub.consent.agreements import SharingAgreement
from hub.consent.form.fled import NOT_KNOWN, fled_areas
from hub.federation.peers import every_known
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.records.check import CheckRequest
from hub.values import Kind
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.form_draft import Draft, change_draft, form_address
from hub.web.console.forms import BUTTON, Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.console.questions import SAID_WORDS
from hub.web.console.result import beside
from hub.web.typed.questions import AskForm, put_questions, questions_of, wrong_with

WHY_WORDS: Final = {
    WhyNow.listed: mark("The case is to be heard, and earlier help elsewhere changes the safety plan"),
    WhyNow.moved: mark("The victim has moved, or was helped by another area before"),
    WhyNow.risk_grew: mark("The risk has grown"),
    WhyNow.harmed_others: mark("The alleged perpetrator is said to have harmed somebody elsewhere"),
}
_ONCE_BYTES: Final = 16


@dataclass(frozen=True)
class _Begun:
    """The case that the page is about, and the agreement that it rests on."""

    asked: Asked
    case: HeldCase
    agreement: SharingAgreement

    @property
    def node(self) -> Node:
        return self.asked.node

    @property
    def asking(self) -> Asking:
        return Asking(self.asked.acting.requester, self.agreement, self.node.today())

    def questions(self, answers: AskForm) -> dict[str, CheckRequest]:
        """The question about each person, by the handle of the record."""
        return questions_of(self.case, answers, self.asking)

    def shown(self) -> dict[str, Any]:
        """What both pages show of the case, the account and the agreement."""
        details, asking = self.case.details, self.asking
        return {
            "case": details,
            "handle": self.case.row.handle.hex(),
            "agreement": self.agreement,
            "bases": _bases(asking),
            "requester": asking.requester,
            "review": routine.review_on(details.meeting_date, asking.today),
            "everybody": [(one.handle.hex(), one.details.person) for one in routine.askable(self.case)],
            "areas": {one: _name(self.node, one) for one in routine.neighbours(self.node)},
            "case_fled": [_name(self.node, one) for one in fled_areas(details.fled_from)],
        }


def _bases(asking: Asking) -> list[str]:
    kind = asking.requester.agency_kind
    rows = [row for row in asking.agreement.basis if kind in row.kinds]
    return list(dict.fromkeys(row.power for row in rows if row.power))


def _name(node: Node, node_id: str) -> str:
    area = node.areas.get(node_id)
    return area.area if area else node_id


def _begin(asked: Asked) -> _Begun | Response:
    """The case and the agreement; where there is none, the page that says so instead."""
    case = case_shown(asked.node, asked.acting, asked.place("case"))
    if case is None:
        return asked.not_found()
    agreement = routine.agreement_for(asked.node, asked.acting.requester)
    if agreement is None:
        unsigned = routine.agreements_in_force(asked.node)
        return asked.page("ask_no_agreement.html", handle=case.row.handle.hex(), unsigned=unsigned)
    return _Begun(asked, case, agreement)


def _page(begun: _Begun, form: Form[Any], status: int = 200, refusals: tuple[str, ...] = ()) -> Response:
    words = {"why": _choices(WHY_WORDS), "said": _choices(SAID_WORDS)}
    context = {**begun.shown(), "form": form, "words": words, "refusals": refusals}
    return begun.asked.page("ask.html", status, **context)


def _choices(words: Mapping[Any, str]) -> list[dict[str, Any]]:
    return [{"value": key.value, "text": gettext(text)} for key, text in words.items()]


def _show(asked: Asked) -> Response:
    begun = _begin(asked)
    if isinstance(begun, Response):
        return begun
    return _page(begun, typed_before(asked, AskForm) or unsent(_filled_in(begun)))


def _filled_in(begun: _Begun) -> dict[str, Any]:
    people = [one.handle.hex() for one in routine.askable(begun.case)]
    fled = begun.case.details.fled_from or ()
    areas = [one for one in routine.neighbours(begun.node) if one not in fled]
    known = [one for one in routine.neighbours(begun.node) if one in fled]
    filled: dict[str, Any] = {"people": people, "areas": areas, "fled_areas": known}
    own = begun.case.details.kind is Kind.idva
    answer = last_answer(begun.node, begun.asked.acting, begun.case) if own else None
    if answer is not None and answer.agreement is not VictimAgreement.not_asked:
        filled["said"] = answer.agreement.value
    return filled


def _read(begun: _Begun) -> Form[AskForm]:
    """What was typed, with what its fields say of each other."""
    form = begun.asked.form(AskForm)
    answers = form.value
    if answers is None:
        return form
    for name, text in wrong_with(answers, begun.case):
        form = form.with_error(name, gettext(text))
    return form


def _ask(asked: Asked) -> Response:
    begun = _begin(asked)
    if isinstance(begun, Response):
        return begun
    if asked.one(BUTTON) == "form":
        return _to_the_form(begun)
    form = _read(begun)
    answers = form.value
    if answers is None or form.button == "change":
        return _page(begun, form, 422 if form.errors else 200)
    questions = begun.questions(answers)
    ids = routine.question_ids(asked.node, _once(begun, form), questions)
    if form.once and any(check_shown(asked.node, asked.acting, one) for one in ids.values()):
        return _result(ids)
    for question in questions.values():
        refused = not_permitted(asked.node, question)
        if refused is not None:
            reasons = refused.decision.reasons
            return _page(begun, form, 422, tuple(one.text for one in reasons))
    if form.button != "ask" or not form.once:
        return _check_answers(begun, form, answers)
    asked.peers(lambda client: put_questions(asked.node, client, questions, ids))
    forget(asked)
    return _result(ids)


_THE_SAME: Final = {
    "said": "subjects.0.agreement",
    "others": "subjects.0.only_self_at_risk",
    "fled": "fled",
    "fled_areas": "fled_areas",
    "fled_else": "fled_else",
    "knows": "conflicts.declared",
    "how": "conflicts.details",
    "people": "people",
    "areas": "areas",
}
"""Fields of this page by those of the sharing form that ask the same; who else is at risk it asks the other way."""
_OTHERS: Final = {"yes": "no", "no": "yes"}


def _to_the_form(begun: _Begun) -> Response:
    """Go on with the sharing form: what was typed here is not asked again there."""
    form = begun.asked.form(AskForm)
    typed: dict[str, tuple[str, ...]] = {}
    unclear = ("knows", "how") if form.text("how") and form.text("knows") == "no" else ()
    for name, same in _THE_SAME.items():
        texts = tuple(filter(None, form.texts(name)))
        if texts and not form.error(name) and name not in unclear:
            typed[same] = tuple(_OTHERS.get(one, one) for one in texts) if name == "others" else texts
    why = form.text("why")
    if why in {one.value for one in WhyNow}:
        typed["necessity"] = (f"{routine.NECESSITY[WhyNow(why)]} {form.text('line')}".strip(),)
    address = form_address(begun.case.row.handle)
    change_draft(begun.asked, address, lambda before: (before or Draft()).filled(typed))
    forget(begun.asked)
    return see(address)


def _once(begun: _Begun, form: Form[AskForm]) -> str:
    """The form's token, of this person and this case alone."""
    return "\x00".join((begun.asked.acting.account.id, begun.case.row.handle.hex(), form.once))


def _result(ids: Mapping[str, str]) -> Response:
    first, *also = ids.values()
    return see(f"/checks/{first}{beside(also)}")


def _check_answers(begun: _Begun, form: Form[AskForm], answers: AskForm) -> Response:
    fled = {_name(begun.node, one) for one in answers.fled_from if one != NOT_KNOWN}
    areas = [_name(begun.node, one) for one in answers.areas]
    peers = every_known(begun.node)
    apart = [_name(begun.node, one) for one in answers.areas if one not in peers]
    context = {
        **begun.shown(),
        "typed": [(name, text) for name, texts in form.typed.items() for text in texts],
        "answers": answers,
        "why": gettext(WHY_WORDS[answers.why]),
        "said": gettext(SAID_WORDS[answers.said]),
        "fled": sorted(fled),
        "asked_areas": [one for one in areas if one not in fled and one not in apart],
        "apart": [one for one in apart if one not in fled],
        "left_out": sorted(fled),
        "token": secrets.token_hex(_ONCE_BYTES),
    }
    return begun.asked.page("ask_check.html", **context)


PAGES: Final = (Page("GET", "/cases/{case}/ask", _show), Page("POST", "/cases/{case}/ask", _ask))
