"""Telling one area about whom a question is, on a page of its own; and dismissing a candidate, with a reason.

Nothing is chosen beforehand. Where anything stands against telling an area the page has no button, and what is sent
all the same is refused by the engine (`hub.checks.disclose`).
"""

from __future__ import annotations

from typing import Final, Literal

from fastapi import Response
from pydantic import BaseModel, Field

from hub.cases.shown import check_shown
from hub.checks.disclose import disclose
from hub.checks.dismissals import dismiss_with_reason
from hub.checks.earlier import earlier_result
from hub.checks.named import named_candidate
from hub.checks.submissions import A_MANAGERS, Shown, about_candidate
from hub.consent.telling import IN_WORDS
from hub.errors import ConflictError, NotFoundError
from hub.records.check import AreaResult, Candidate, CandidateRef, DisclosureStatus, RecordedCheck
from hub.values import Level, ShortText
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.console.result import beside, shown_check
from hub.web.console.submission_words import state_in_words

_ALIKE: Final = mark(
    "Nothing was dismissed: another possible match there agrees in just the same, so which was meant could not be"
    " known again. Write down with your case which of them it is not"
)


class TellForm(BaseModel):
    """Whether the area is told."""

    choice: Literal["tell", "do_not_tell"] = Field(title=mark("whether to tell them"))


class DismissForm(BaseModel):
    """Why it is not the same person."""

    because: ShortText = Field(title=mark("why it is not the same person"))


class Named:
    """The candidate that an address names, for somebody who may see its check."""

    def __init__(self, asked: Asked, kept: RecordedCheck) -> None:
        self.check_id, self.kept = asked.place("check"), kept
        result = earlier_result(asked.node, asked.acting.requester, self.check_id)
        handle = asked.place("candidate")
        self.candidate: Candidate = named_candidate(result, asked.place("area"), handle, dismissed=True)
        if self.candidate.handle != handle:
            raise NotFoundError("This check has no such candidate.")
        self.result = f"/checks/{self.check_id}{beside(asked.request.query_params.getlist('also'))}"
        self.address = f"/checks/{self.check_id}/{asked.place('area')}/{handle}"
        self.area: AreaResult = next(one for one in result.areas if one.node_id == asked.place("area"))

    @property
    def target(self) -> CandidateRef:
        """Its check, area and handle."""
        return CandidateRef(self.check_id, self.area.node_id, self.candidate.handle)

    @property
    def told(self) -> bool:
        """Whether the area was told of it over the hub."""
        return self.candidate.disclosure.status is not DisclosureStatus.not_asked


class NamedArea:
    """An area of a check that an address names, of no candidate there: told by telephone, or not at all."""

    def __init__(self, asked: Asked, kept: RecordedCheck, area: AreaResult) -> None:
        self.kept, self.area = kept, area
        self.target = CandidateRef(asked.place("check"), area.node_id, "")
        self.result = f"/checks/{self.target.check_id}{beside(asked.request.query_params.getlist('also'))}"


def area_named_at(asked: Asked) -> NamedArea | None:
    """The area that an address names; None where its check is none for them, or is not one of that area."""
    found = check_shown(asked.node, asked.acting, asked.place("check"))
    if found is None:
        return None
    shown = shown_check(asked, asked.place("check"), found.kept)
    there = (one.area for one in (*shown.areas, *shown.waiting) if one.area.node_id == asked.place("area"))
    return next((NamedArea(asked, found.kept, area) for area in there), None)


def named_at(asked: Asked) -> Named | None:
    """The candidate that an address names; None where its check is none for them. Raises NotFoundError."""
    found = check_shown(asked.node, asked.acting, asked.place("check"))
    return Named(asked, found.kept) if found is not None else None


def lines_about(asked: Asked, target: CandidateRef) -> list[tuple[Shown, str]]:
    """What was put before a manager about a candidate, with what has become of it."""
    found = about_candidate(asked.node, asked.acting, target)
    return [(one, state_in_words(one.state)) for one in found]


def _show(asked: Asked) -> Response:
    named = named_at(asked)
    if named is None:
        return asked.not_found()
    return _result(named) if named.told else _page(asked, named, unsent())


def _page(
    asked: Asked, named: Named, form: Form[TellForm], status: int = 200, reasons: tuple[str, ...] = ()
) -> Response:
    against = named.area.not_told
    return asked.page(
        "tell.html",
        status,
        form=form,
        named=named,
        person=named.kept.request.subject,
        against=IN_WORDS[against] if against else "",
        ask_manager=f"{named.address}/ask-manager" if against is None or against in A_MANAGERS else "",
        put=lines_about(asked, named.target),
        reasons=reasons,
    )


def _tell(asked: Asked) -> Response:
    named = named_at(asked)
    if named is None:
        return asked.not_found()
    if named.candidate.disclosure.status is DisclosureStatus.answered:
        return _result(named)
    form = asked.form(TellForm)
    if form.value is None or named.area.not_told is not None:
        return _page(asked, named, form, 422)
    if form.value.choice == "tell":
        asker = asked.acting.requester
        _, decision = asked.peers(
            lambda client: disclose(asked.node, client, named.target, Level.involvement, asker)
        )
        if not decision.permitted:
            return _page(asked, named, form, 422, tuple(one.text for one in decision.reasons))
    return _result(named)


def _dismiss(asked: Asked) -> Response:
    named = named_at(asked)
    if named is None:
        return asked.not_found()
    form = asked.form(DismissForm)
    if form.value is None:
        return asked.page("dismiss.html", 422, form=form, named=named)
    try:
        dismiss_with_reason(asked.node, named.target, asked.acting.requester, form.value.because)
    except ConflictError:
        return asked.page("dismiss.html", 409, form=form.with_error("because", gettext(_ALIKE)), named=named)
    return _result(named)


def _result(named: Named) -> Response:
    return see(named.result)


PAGES: Final = (
    Page("GET", "/checks/{check}/{area}/{candidate}/tell", _show),
    Page("POST", "/checks/{check}/{area}/{candidate}/tell", _tell),
    Page("POST", "/checks/{check}/{area}/{candidate}/dismiss", _dismiss),
)
