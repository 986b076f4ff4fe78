"""What people say of a case: that it is sealed, or not any longer, who fled an area, and who is safe to talk to.

Each on a page of its own, which shows what was said before, by whom and why. Whoever works with the case protects;
to take anything back is a manager's, who shows again who they are, and another person reviews it (`hub.cases`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final, Literal

from fastapi import Response
from pydantic import Field

from hub.cases.flight import correct_answer, takes_back
from hub.cases.not_safe import take_off
from hub.cases.seals import Said, seal_case
from hub.cases.shown import case_shown
from hub.consent.form.fled import NOT_KNOWN, fled_areas
from hub.errors import InputError, NotFoundError, UsageError
from hub.records.cases import HeldCase
from hub.values import ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.cases import areas_of
from hub.web.console.drafts import ask_anew, forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import ZONE, gettext, mark
from hub.web.typed.cases import fled_answer, fled_wrong

_WHY: Final = mark("why")


class Because(Value):
    """Why somebody says it."""

    because: ShortText = Field(min_length=1, title=_WHY)


class FledSaid(Value):
    """Whether anyone on the case fled an area, and why that is said now."""

    fled: Literal["none", "areas", "not_known"] = Field(title=mark("whether anyone here fled an area"))
    fled_areas: tuple[ShortText, ...] = Field(default=(), max_length=20)
    fled_other: ShortText = ""
    because: ShortText = Field(min_length=1, title=_WHY)


class SafeSaid(Value):
    """Who is safe to talk to after all, as they stand there, and why."""

    entry: ShortText = Field(min_length=1, title=mark("who is safe to talk to"))
    because: ShortText = Field(min_length=1, title=_WHY)


def _case(asked: Asked) -> HeldCase | None:
    return case_shown(asked.node, asked.acting, asked.place("case"))


def _said(asked: Asked, because: str) -> Said:
    return Said(asked.acting.requester, because)


def _show_seal(asked: Asked) -> Response:
    return _shown(asked, Because, _seal_page)


def _show_unseal(asked: Asked) -> Response:
    return _shown(asked, Because, _unseal_page)


def _show_fled(asked: Asked) -> Response:
    return _shown(asked, FledSaid, _fled_page, _as_it_stands)


def _show_safe(asked: Asked) -> Response:
    return _shown(asked, SafeSaid, _safe_page)


def _as_it_stands(asked: Asked, held: HeldCase) -> dict[str, Any]:
    """The areas that were fled as fields have them: to name another, nobody writes the first again."""
    fled = fled_areas(held.details.fled_from)
    known = dict(areas_of(asked.node))
    others = [one for one in fled if one not in known]
    ticked = [one for one in fled if one in known]
    return {"fled": "areas", "fled_areas": ticked, "fled_other": "; ".join(others)} if fled else {}


def _shown(
    asked: Asked,
    model: type[Value],
    page: Any,
    filled_in: Callable[[Asked, HeldCase], dict[str, Any]] = lambda *_: {},
) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    given: Response = page(asked, held, typed_before(asked, model) or unsent(filled_in(asked, held)))
    return given


def _page(
    asked: Asked, template: str, held: HeldCase, form: Form[Any], status: int, **more: object
) -> Response:
    context = {"case": held.details, "kept": held.kept, "handle": held.row.handle.hex(), "form": form, **more}
    return asked.page(template, status, **context)


def _seal_page(asked: Asked, held: HeldCase, form: Form[Any], status: int = 200) -> Response:
    words = [(one, _day(one.at)) for one in held.kept.words]
    return _page(asked, "case_seal.html", held, form, status, words=words)


def _unseal_page(asked: Asked, held: HeldCase, form: Form[Any], status: int = 200) -> Response:
    words = [(one, _day(one.at)) for one in held.kept.words]
    return _page(asked, "case_unseal.html", held, form, status, words=words)


def _fled_page(asked: Asked, held: HeldCase, form: Form[Any], status: int = 200) -> Response:
    names = dict(areas_of(asked.node))
    words = [(one, _answer_in_words(one.before, names), _day(one.at)) for one in held.kept.fled_words]
    now = _answer_in_words(held.details.fled_from, names)
    areas = [{"value": node_id, "text": name} for node_id, name in names.items()]
    return _page(asked, "case_fled.html", held, form, status, now=now, words=words, areas=areas)


def _safe_page(asked: Asked, held: HeldCase, form: Form[Any], status: int = 200) -> Response:
    named = held.details.not_safe_to_talk_to
    words = [(one, _day(one.at)) for one in held.kept.not_safe_words]
    return _page(asked, "case_safe.html", held, form, status, named=named, words=words)


def _answer_in_words(answer: tuple[str, ...] | None, names: dict[str, str]) -> str:
    if answer is None:
        return gettext(mark("nobody has answered it"))
    parts = [names.get(one, one) for one in fled_areas(answer)]
    if NOT_KNOWN in answer:
        parts.append(gettext(mark("not known")))
    return "; ".join(parts) or gettext(mark("nobody fled an area"))


def _day(at: int) -> dt.date:
    return dt.datetime.fromtimestamp(at, ZONE).date()


def _seal(asked: Asked) -> Response:
    return _reseal(asked, _seal_page, sealed=True)


def _unseal(asked: Asked) -> Response:
    return _reseal(asked, _unseal_page, sealed=False)


def _reseal(asked: Asked, page: Any, *, sealed: bool) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    form = asked.form(Because)
    if form.value is None:
        again: Response = page(asked, held, form, 422)
        return again
    seal_case(asked.node, held.details.case_ref, _said(asked, form.value.because), sealed=sealed)
    return _done(asked)


def _correct(asked: Asked) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    form = asked.form(FledSaid)
    said = form.value
    if said is not None and (wrong := fled_wrong(said)):
        form = form.with_error("fled", gettext(wrong))
    if said is None or form.value is None:
        return _fled_page(asked, held, form, 422)
    answer = tuple(dict.fromkeys(fled_answer(said)))
    less = takes_back(held.details.fled_from, answer) and asked.may("/cases/{case}/unseal")
    if less and (anew := ask_anew(asked)) is not None:  # Whoever may not is told so at once.
        return anew
    try:
        correct_answer(asked.node, held.details.case_ref, answer, _said(asked, said.because))
    except (InputError, UsageError) as error:
        return _fled_page(asked, held, form.with_error("fled", error.text.rstrip(".")), 422)
    return _done(asked)


def _take_off(asked: Asked) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    form = asked.form(SafeSaid)
    if form.value is None:
        return _safe_page(asked, held, form, 422)
    try:
        take_off(asked.node, held.details.case_ref, form.value.entry, _said(asked, form.value.because))
    except NotFoundError as error:
        return _safe_page(asked, held, form.with_error("entry", error.text.rstrip(".")), 422)
    return _done(asked)


def _done(asked: Asked) -> Response:
    forget(asked)
    return see(asked.request.url.path)


PAGES: Final = (
    Page("GET", "/cases/{case}/seal", _show_seal),
    Page("POST", "/cases/{case}/seal", _seal),
    Page("GET", "/cases/{case}/unseal", _show_unseal),
    Page("POST", "/cases/{case}/unseal", _unseal),
    Page("GET", "/cases/{case}/fled", _show_fled),
    Page("POST", "/cases/{case}/fled", _correct),
    Page("GET", "/cases/{case}/safe", _show_safe),
    Page("POST", "/cases/{case}/safe", _take_off),
)
