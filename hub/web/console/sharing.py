"""The sharing form in the browser: a question a page, then all answers to be checked, then what the form is for.

Each page keeps what was typed with the session, sealed, and goes on to the next that the engine wants; a form left
and opened again goes on where it was. What was typed is sent once. Which questions there are is for `questions`
to say, and what they come to for `filling`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from fastapi import Response

from hub.errors import InputError
from hub.web.console.answers import answers_in_words, ground_fields
from hub.web.console.asked import Asked, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.filling import (
    Comes,
    Filling,
    lacks_of,
    missing,
    next_question,
    still_misses,
    verdict_of,
    why_asked,
    wrong_with,
)
from hub.web.console.form_draft import Draft, FormTyped, Typed, change_draft, kept_draft
from hub.web.console.forms import BUTTON, ONCE, Form, form_of, unsent
from hub.web.console.language import gettext
from hub.web.console.questions import EVIDENCE_WORDS, ROWS, Question, question_called
from hub.web.typed.fled import FledTyped, wrong_with_fled

_NOT_OURS: Final = "Open the page again and send the form from there."


class Purposed(Filling, Protocol):
    """A form with what it is for."""

    @property
    def asked(self) -> Asked:
        """The request."""

    @property
    def address(self) -> str:
        """Where its pages are."""

    @property
    def left_out(self) -> frozenset[str]:
        """The pages that do not belong to it."""

    def shown(self) -> dict[str, Any]:
        """What its pages show besides the answers; `back`, the words and the address of where one comes from."""

    def usual(self, typed: FormTyped) -> Mapping[str, list[str]]:
        """What stands where nobody said otherwise, by page, in words."""

    def filled_in(self, page: Question) -> dict[str, Any]:
        """What a page has in its fields before anything was typed."""

    def sent_before(self, once: str) -> str | None:
        """Where what came of a form stands that was sent already."""

    def record_stop(self, typed: FormTyped) -> None:
        """Keep on record that the engine stopped it."""

    def send(self, draft: Draft) -> Response:
        """Do what the form is for."""

    def put_before_manager(self, draft: Draft) -> Response:
        """Put it before a manager, whose signature is all that it lacks."""


def show_answers(of: Purposed) -> Response:
    """All answers, and what they come to; where none was given yet, the first question."""
    draft = kept_draft(of.asked, of.address)
    begun = draft or Draft()
    following = next_question(of, begun)
    if draft is None and following is not None:
        return see(f"{of.address}/{following.slug}")
    return _answers(of, begun, following)


def _answers(of: Purposed, draft: Draft, following: Question | None, status: int = 200) -> Response:
    typed = draft.value
    answers = answers_in_words(draft, of.rules, of.usual(typed))
    return of.asked.page(
        "form_check.html",
        status,
        answers=[one for one in answers if one.slug not in of.left_out],
        verdict=verdict_of(of, typed),
        comes=Comes,
        following=following,
        left_open=len(missing(of, typed)),
        token=draft.once,
        address=of.address,
        **of.shown(),
    )


def show_question(of: Purposed) -> Response:
    """A question, with what was typed there before."""
    page = _page(of)
    if page is None:
        return of.asked.not_found()
    draft = kept_draft(of.asked, of.address) or Draft()
    typed = {name: texts for name, texts in draft.typed.items() if page.owns(name)}
    form = typed_before(of.asked, FormTyped) or unsent(typed or of.filled_in(page))
    return _question(of, page, draft, form)


def _page(of: Purposed) -> Question | None:
    page = question_called(of.asked.place("question"), of.rules)
    return None if page is None or page.slug in of.left_out else page


def _question(of: Purposed, page: Question, draft: Draft, form: Form[Any], status: int = 200) -> Response:
    before = draft.trail[: draft.trail.index(page.slug)] if page.slug in draft.trail else draft.trail
    return of.asked.page(
        "form_question.html",
        status,
        form=form,
        question=page,
        why=why_asked(of, draft, page),
        misses=still_misses(of, draft, page),
        token=draft.once,
        address=of.address,
        before=f"{of.address}/{before[-1]}" if before else "",
        **_of_grounds(of, page, draft),
        **of.shown(),
    )


def _of_grounds(of: Purposed, page: Question, draft: Draft) -> dict[str, Any]:
    """What the pages on grounds ask, by the rules: their fields, and their words."""
    law = of.rules.law.grounds
    ticks = [(f"grounds.{at}.key", key.value, law[key].label) for key, at in ROWS.items()]
    if page.ground is None:
        return {"grounds": ticks, "cited": ""}
    asked, more = ground_fields(page.ground, draft, of.rules, missing(of, draft.value))
    own = f"grounds.{ROWS[page.ground]}.evidence"
    return {
        "cited": law[page.ground].cited,
        "evidence": [(f"{own}.{one}", _label(one)) for one in asked],
        "more": [(f"{own}.{one}", _label(one)) for one in more],
    }


def _label(name: str) -> str:
    return gettext(EVIDENCE_WORDS.get(name, name.replace("_", " ")))


def answer_question(of: Purposed) -> Response:
    """Keep a page's answers and go on to the next; what they lack is said there, and then nothing new is kept."""
    page = _page(of)
    if page is None:
        return of.asked.not_found()
    typed, once = _typed(of, page)
    if once and (there := of.sent_before(once)):
        return see(there)
    before = kept_draft(of.asked, of.address)
    draft = (before or Draft(once or Draft().once)).answered(page, typed)
    form = _read(of, page, draft, typed)
    if form.errors:
        return _question(of, page, before or draft, form, 422)
    kept = change_draft(of.asked, of.address, lambda now: (now or draft).answered(page, typed)) or draft
    forget(of.asked)
    if verdict_of(of, kept.value).comes in (Comes.refused, Comes.referred) and kept != before:
        of.record_stop(kept.value)
    following = next_question(of, kept)
    return see(f"{of.address}/{following.slug}" if following else of.address)


def _typed(of: Purposed, page: Question) -> tuple[Typed, str]:
    """What was typed on a page, and the form's token. Raises InputError for a field that is another page's."""
    typed: dict[str, tuple[str, ...]] = {}
    for name, text in of.asked.typed:
        if name in (ONCE, BUTTON):
            continue
        if not page.owns(name):
            raise InputError("The form has a field that this page does not have.", do=_NOT_OURS)
        typed[name] = (*typed.get(name, ()), text)
    return typed, of.asked.one(ONCE)


def _read(of: Purposed, page: Question, draft: Draft, typed: Typed) -> Form[Any]:
    """The page's answers, with what the model, the fields against each other, and the engine say of them."""
    ground = [(f"grounds.{ROWS[page.ground]}.key", page.ground.value)] if page.ground else []
    form: Form[Any] = form_of([*of.asked.typed, *ground], FormTyped)
    if form.errors:
        return form
    if page.slug == "fled" and typed.get("fled"):
        for name, text in wrong_with_fled(of.asked.form(FledTyped).value or FledTyped(fled="none")):
            form = form.with_error(name, gettext(text))
    for name, text in (*wrong_with(page, draft.value), *lacks_of(of, draft, page, typed)):
        if not form.error(name):
            form = form.with_error(name, text)
    return form


def send_form(of: Purposed) -> Response:
    """Send the form, where the engine permits it; a form sent twice shows what came of it."""
    once = of.asked.one(ONCE)
    if once and (there := of.sent_before(once)):
        return see(there)
    draft = kept_draft(of.asked, of.address)
    if draft is None or draft.once != once:
        return see(of.address)
    following, comes = next_question(of, draft), verdict_of(of, draft.value).comes
    if following is None and comes is Comes.manager_signs:
        return of.put_before_manager(draft)
    if following is not None or comes is not Comes.permitted:
        return _answers(of, draft, following, 422)
    return of.send(draft)


def forget_form(of: Purposed) -> None:
    """Forget what was typed: it was sent."""
    change_draft(of.asked, of.address, lambda _: None)
