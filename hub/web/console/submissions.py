"""Asking one's manager, before anything moves: putting it before them, and what has become of it.

It is said in the asker's own words. What a signature alone would not be enough for is not put, and it is said what
else is missing. Who signs has pages of their own (`before`).
"""

from __future__ import annotations

from typing import Final, Literal

from fastapi import Response
from pydantic import BaseModel, Field

from hub.cases.shown import check_shown
from hub.checks.sign import ask_signed
from hub.checks.submissions import (
    NOTHING_AGAINST,
    Shown,
    levels_to_put,
    own_submissions,
    put_telling,
    submission_shown,
    withdraw,
)
from hub.records.submissions import SubmissionState
from hub.values import Level, LongText
from hub.web.console.asked import Asked, Page, see
from hub.web.console.case_form import put_again
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import mark
from hub.web.console.submission_words import about_in_words, asked_in_words, level_in_words, state_in_words
from hub.web.console.tell import Named, NamedArea, area_named_at, lines_about, named_at

AGAIN: Final = (SubmissionState.sent_back, SubmissionState.refused, SubmissionState.lapsed)
"""What is put again, or set aside."""


class AskManagerForm(BaseModel):
    """What somebody asks their manager, and why."""

    level: Literal[Level.involvement, Level.summary] = Field(title=mark("what you want to ask them for"))
    reason: LongText = Field(min_length=1, title=mark("why, in your own words"))


def _ask(asked: Asked) -> Response:
    return _asked(asked, named_at(asked))


def _ask_of_area(asked: Asked) -> Response:
    return _asked(asked, area_named_at(asked))


def _asked(asked: Asked, named: Named | NamedArea | None) -> Response:
    if named is None:
        return asked.not_found()
    return _page(asked, named, typed_before(asked, AskManagerForm) or unsent())


def _page(
    asked: Asked,
    named: Named | NamedArea,
    form: Form[AskManagerForm],
    status: int = 200,
    lacks: tuple[str, ...] = (),
) -> Response:
    levels = levels_to_put(asked.node, asked.acting, named.target)
    return asked.page(
        "ask_manager.html",
        status,
        form=form,
        named=named,
        person=named.kept.request.subject,
        levels=[
            {"value": one.value, "text": level_in_words(one, alone=not named.target.handle)} for one in levels
        ],
        alone=not named.target.handle,
        nothing="" if levels else NOTHING_AGAINST,
        lacks=lacks if levels else (),
        earlier=lines_about(asked, named.target),
    )


def _put(asked: Asked) -> Response:
    return _put_about(asked, named_at(asked))


def _put_of_area(asked: Asked) -> Response:
    return _put_about(asked, area_named_at(asked))


def _put_about(asked: Asked, named: Named | NamedArea | None) -> Response:
    if named is None:
        return asked.not_found()
    form = asked.form(AskManagerForm)
    if form.value is None:
        return _page(asked, named, form, 422)
    put = put_telling(asked.node, asked.acting, named.target, form.value.level, form.value.reason)
    if not put.number:
        return _page(asked, named, form, 422, put.lacks)
    forget(asked)
    return see(f"/submissions/{put.number}")


def _show(asked: Asked) -> Response:
    shown = _own(asked)
    return _shown(asked, shown) if shown is not None else asked.not_found()


def _own(asked: Asked) -> Shown | None:
    shown = submission_shown(asked.node, asked.acting, asked.place("submission"))
    own = shown is not None and shown.submission.account == asked.acting.account.id
    return shown if own else None


def _shown(asked: Asked, shown: Shown) -> Response:
    submission = shown.submission
    known = check_shown(asked.node, asked.acting, submission.check_id) is not None
    place = "/".join(filter(None, (submission.area, submission.handle)))
    return asked.page(
        "submission.html",
        numbers=False,
        shown=shown,
        one=submission,
        state=state_in_words(shown.state),
        level=asked_in_words(submission),
        about=about_in_words([submission]).get(submission.id, ""),
        steps=[(step, state_in_words(step.state)) for step in submission.steps],
        result=f"/checks/{submission.check_id}" if known else "/work",
        again="" if submission.question else f"/checks/{submission.check_id}/{place}/ask-manager",
        put_again=submission.question is not None and shown.state in AGAIN,
        to_ask=submission.question is not None and not known and shown.state is SubmissionState.signed,
        may_withdraw=shown.state in (SubmissionState.waiting, *AGAIN),
    )


def _withdraw(asked: Asked) -> Response:
    if _own(asked) is None:
        return asked.not_found()
    asked.pressed()
    withdraw(asked.node, asked.acting, asked.place("submission"))
    return see(f"/submissions/{asked.place('submission')}")


def _again(asked: Asked) -> Response:
    """Put a question again, on its form, with what was typed."""
    shown = _own(asked)
    if shown is None:
        return asked.not_found()
    asked.pressed()
    here = f"/submissions/{shown.number}"
    return see((shown.state in AGAIN and put_again(asked, shown.submission)) or here)


def _ask_signed(asked: Asked) -> Response:
    """Ask what was signed, where whatever was to ask it at once died."""
    shown = _own(asked)
    if shown is None:
        return asked.not_found()
    asked.pressed()
    asked.peers(lambda client: ask_signed(asked.node, client, shown.submission))
    return see(f"/submissions/{asked.place('submission')}")


def own_lines(asked: Asked) -> list[tuple[Shown, str, str]]:
    """What somebody put before a manager and that is not over: about whom, and what has become of it."""
    found = own_submissions(asked.node, asked.acting)
    about = about_in_words([one.submission for one in found])
    return [(one, about.get(one.number, ""), state_in_words(one.state)) for one in found]


PAGES: Final = (
    Page("GET", "/checks/{check}/{area}/{candidate}/ask-manager", _ask),
    Page("POST", "/checks/{check}/{area}/{candidate}/ask-manager", _put),
    Page("GET", "/checks/{check}/{area}/ask-manager", _ask_of_area),
    Page("POST", "/checks/{check}/{area}/ask-manager", _put_of_area),
    Page("GET", "/submissions/{submission}", _show),
    Page("POST", "/submissions/{submission}/withdraw", _withdraw),
    Page("POST", "/submissions/{submission}/again", _again),
    Page("POST", "/submissions/{submission}/ask", _ask_signed),
)
