"""Completing the form of an emergency, from the page of what is owed: only what the emergency left open is asked.

What was asked, about whom, in whose name and what threatened stay as they were. It closes what is owed, by the same
evidence as the command (`hub.consent.evidence`); what the engine does not permit stays owed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response

from hub.cases.close import ToClose, close, completing
from hub.checks import routine
from hub.checks.emergency import completed_form
from hub.consent import Decision, Rules, SharingForm
from hub.consent.evidence import Closing
from hub.errors import NotFoundError
from hub.web.console.asked import Asked, Page, see
from hub.web.console.form_draft import Draft, FormTyped
from hub.web.console.language import day, gettext, mark
from hub.web.console.obligations import found_by
from hub.web.console.questions import Question
from hub.web.console.sharing import (
    Purposed,
    answer_question,
    forget_form,
    send_form,
    show_answers,
    show_question,
)

CODE: Final = "complete_emergency"


@dataclass(frozen=True)
class Completion:
    """The form of an emergency that is owed."""

    asked: Asked
    owed: ToClose
    left_out: frozenset[str] = frozenset({"asked", "fled", "level", "data"})

    @property
    def address(self) -> str:
        """Where its pages are."""
        return f"/obligations/{self.owed.number}/form"

    @property
    def rules(self) -> Rules:
        """The rules of the day."""
        return self.asked.node.rules

    def _form(self, typed: FormTyped) -> SharingForm:
        node, by = self.asked.node, self.asked.acting.requester
        return completed_form(self.owed.open.form, typed.form, node.today(), by)

    def decisions(self, typed: FormTyped) -> list[Decision]:
        """What is decided on it without the emergency."""
        return [completing(self.asked.node, self.owed, self._form(typed))]

    wanting = decisions

    def stands(self, typed: FormTyped) -> bool:  # noqa: ARG002 - what was shared in the emergency was shared
        """Nothing stops what has been done: whether it was right is the engine's to say."""
        return False

    def shown(self) -> dict[str, Any]:
        """What its pages show besides the answers."""
        open_, form = self.owed.open, self.owed.open.form
        threat = form.emergency.imminent_threat if form.emergency else ""
        stays = mark("What was shared in the emergency is on record, and completing the form stays owed.")
        return {
            "back": (gettext(mark("Back to the obligation")), f"/obligations/{self.owed.number}"),
            "what": gettext(mark("Complete an emergency's form")),
            "permitted": gettext(mark("It is complete")),
            "send": gettext(mark("Complete it")),
            "signing": gettext(mark("You complete this form in your own name and with today's date.")),
            "promise": gettext(mark("Nobody is asked or told by this step.")),
            "stopped": gettext(stays),
            "children": [],
            "known": [
                (gettext(mark("Case")), open_.case_ref),
                (gettext(mark("Asked by")), f"{form.requester.name}, {form.requester.agency}"),
                (gettext(mark("Asked on")), day(open_.made)),
                (gettext(mark("What threatened")), threat),
            ],
        }

    def usual(self, typed: FormTyped) -> Mapping[str, list[str]]:  # noqa: ARG002 - the day does not depend on it
        """When it is looked at again, unless somebody says otherwise."""
        return {"review": [day(routine.review_on(None, self.asked.node.today()))]}

    def filled_in(self, page: Question) -> dict[str, Any]:
        """What a page has in its fields before anything was typed."""
        review = {"date": routine.review_on(None, self.asked.node.today())}
        return {"review": review} if page.slug == "review" else {}

    def sent_before(self, once: str) -> str | None:  # noqa: ARG002 - there is one form of an emergency
        """The obligation, once it is closed."""
        return f"/obligations/{self.owed.number}" if self.owed.done else None

    def record_stop(self, typed: FormTyped) -> None:
        """Nothing: that it is not complete is on record while it is owed."""

    def send(self, draft: Draft) -> Response:
        """Close what is owed."""
        node, by = self.asked.node, self.asked.acting.requester
        closing = Closing(by=by, on=node.today(), form=self._form(draft.value))
        try:
            if close(node, [self.owed.number], closing).lacking:
                return see(self.address)
        except NotFoundError:  # Somebody completed it meanwhile: its page shows who.
            return see(f"/obligations/{self.owed.number}")
        forget_form(self)
        return see(f"/obligations/{self.owed.number}")

    def put_before_manager(self, draft: Draft) -> Response:  # noqa: ARG002 - see below
        """Nothing: the least that moves in an emergency is countersigned afterwards, and that is owed by itself."""
        return see(self.address)


def _page(handle: Callable[[Purposed], Response]) -> Callable[[Asked], Response]:
    """A page of the form: what is owed is found first, and is an emergency's."""

    def answer(asked: Asked) -> Response:
        found = found_by(asked)
        if found is None or found.open.obligation.code != CODE:
            return asked.not_found()
        return see(f"/obligations/{found.number}") if found.done else handle(Completion(asked, found))

    return answer


PAGES: Final = (
    Page("GET", "/obligations/{number}/form", _page(show_answers)),
    Page("POST", "/obligations/{number}/form", _page(send_form)),
    Page("GET", "/obligations/{number}/form/{question}", _page(show_question)),
    Page("POST", "/obligations/{number}/form/{question}", _page(answer_question)),
)
