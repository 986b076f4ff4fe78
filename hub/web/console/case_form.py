"""The sharing form of a question about a case: where no agreement covers it, or somebody refused.

What the case, the account and the agreement say is not asked again. What came of it is the result of the question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from fastapi import Response

from hub.cases.access import restrictions_on
from hub.cases.shown import asker_of, case_shown, check_shown
from hub.checks import routine
from hub.checks.check import not_permitted
from hub.checks.sharing import Considered, Sharing, SharingAnswers, refusal_stands
from hub.checks.submissions import put_question
from hub.consent import Decision, Rules
from hub.consent.form.fled import fled_areas
from hub.records.cases import HeldCase
from hub.records.check import CheckRequest
from hub.records.submissions import Submission
from hub.values import Person
from hub.web.console.asked import Asked, Page, see
from hub.web.console.form_draft import Draft, FormTyped, change_draft, drafted, form_address
from hub.web.console.language import day, gettext, mark
from hub.web.console.questions import Question
from hub.web.console.result import beside
from hub.web.console.sharing import (
    Purposed,
    answer_question,
    forget_form,
    send_form,
    show_answers,
    show_question,
)
from hub.web.console.submission_words import ROLES
from hub.web.typed.questions import put_questions


@dataclass(frozen=True)
class CaseForm:
    """The form of a question about a case."""

    asked: Asked
    case: HeldCase

    @property
    def address(self) -> str:
        """Where its pages are."""
        return form_address(self.case.row.handle)

    @property
    def rules(self) -> Rules:
        """The rules of the day."""
        return self.asked.node.rules

    @cached_property
    def sharing(self) -> Sharing:
        """Who asks about which case."""
        return Sharing(self.asked.node, self.case, self.asked.acting.requester)

    @cached_property
    def _considered(self) -> Considered:
        usual = self.sharing.usual()
        return Considered.of(self.asked.node, self.sharing.questions(usual))

    def _answers(self, typed: FormTyped) -> SharingAnswers:
        usual = self.sharing.usual()
        return SharingAnswers(typed.form, typed.people or usual.people, typed.areas or usual.areas)

    def questions(self, typed: FormTyped) -> dict[str, CheckRequest]:
        """The question about each person."""
        return self.sharing.questions(self._answers(typed))

    def wanting(self, typed: FormTyped) -> list[Decision]:
        """What the engine says of it, and of what telling an area needs."""
        return self._considered.wanting(self.questions(typed))

    def decisions(self, typed: FormTyped) -> list[Decision]:
        """What it would decide."""
        return self._considered.decisions(self.questions(typed))

    def stands(self, typed: FormTyped) -> bool:
        """Whether a refusal stands."""
        return refusal_stands(typed.form, self.asked.node)

    @property
    def left_out(self) -> frozenset[str]:
        """Every page belongs to it."""
        return frozenset()

    def shown(self) -> dict[str, Any]:
        """What its pages show besides the answers."""
        node, details = self.asked.node, self.case.details
        return {
            "back": (gettext(mark("Back to the case")), f"/cases/{self.case.row.handle.hex()}"),
            "what": gettext(mark("Ask other areas")),
            "permitted": gettext(mark("You may ask")),
            "send": gettext(mark("Sign and ask")),
            "signing": gettext(
                mark("You sign this form as its caseworker, in your own name and with today's date.")
            ),
            "stopped": gettext(mark("Nobody was asked. That is on record.")),
            "promise": gettext(mark("Nobody will be told anyone's name by this step.")),
            "known": [
                (gettext(mark("Case")), details.case_ref),
                (gettext(mark("You ask as")), f"{self.sharing.by.name}, {self.sharing.by.agency}"),
                *self._under(),
                *self._fled(),
            ],
            "everybody": [(one.handle.hex(), _who(one.details.person)) for one in routine.askable(self.case)],
            "areas": {one: _name(node, one) for one in routine.neighbours(node)},
            "children": [
                one.details.person for one in self.case.people if one.details.person.role.value == "child"
            ],
        }

    def _under(self) -> list[tuple[str, str]]:
        agreement = routine.agreement_for(self.asked.node, self.sharing.by)
        under = (
            f"{agreement.title} ({agreement.ref})" if agreement else gettext(mark("No agreement covers this"))
        )
        return [(gettext(mark("Under")), under)]

    def _fled(self) -> list[tuple[str, str]]:
        said = self.case.details.fled_from
        if said is None:
            return []
        areas = [_name(self.asked.node, one) for one in fled_areas(said)]
        words = ", ".join(areas) or gettext(mark("No, nobody has" if not said else "Not known"))
        return [(gettext(mark("Fled an area, as the case says")), words)]

    def usual(self, typed: FormTyped) -> Mapping[str, list[str]]:
        """Whom and where one asks, how much, and when it is looked at again."""
        answers = self._answers(typed)
        people = [
            _who(one.details.person)
            for one in routine.askable(self.case)
            if one.handle.hex() in answers.people
        ]
        review = routine.review_on(self.case.details.meeting_date, self.asked.node.today())
        return {
            "asked": [*people, ", ".join(_name(self.asked.node, one) for one in answers.areas)],
            "level": [gettext(mark("Whether the person is known there, and whom to speak to"))],
            "review": [day(review)],
        }

    def filled_in(self, page: Question) -> dict[str, Any]:
        """What a page has in its fields before anything was typed."""
        usual = self.sharing.usual()
        review = routine.review_on(self.case.details.meeting_date, self.asked.node.today())
        values: dict[str, dict[str, Any]] = {
            "asked": {"people": usual.people, "areas": usual.areas},
            "level": {"level": "involvement"},
            "review": {"review": {"date": review}},
        }
        return values.get(page.slug, {})

    def _ids(self, once: str) -> dict[str, str]:
        """The checks of a form, by the people who may be asked about."""
        own = "\x00".join((self.asked.acting.account.id, self.case.row.handle.hex(), once))
        people = [one.handle.hex() for one in routine.askable(self.case)]
        return routine.question_ids(self.asked.node, own, people)

    def sent_before(self, once: str) -> str | None:
        """The result of a form that was sent already."""
        node, acting = self.asked.node, self.asked.acting
        return _result([one for one in self._ids(once).values() if check_shown(node, acting, one)])

    def record_stop(self, typed: FormTyped) -> None:
        """Keep on record what was decided of each question that may not be asked."""
        for question in self.questions(typed).values():
            not_permitted(self.asked.node, question)

    def send(self, draft: Draft) -> Response:
        """Ask the other areas."""
        questions = self.questions(draft.value)
        ids = {one: self._ids(draft.once)[one] for one in questions}
        self.asked.peers(lambda client: put_questions(self.asked.node, client, questions, ids))
        forget_form(self)
        return see(_result(list(ids.values())) or self.address)

    def put_before_manager(self, draft: Draft) -> Response:
        """Put each question before a manager; sent twice, it is the same one."""
        node, acting, ids = self.asked.node, self.asked.acting, self._ids(draft.once)
        for one, question in self.questions(draft.value).items():
            put_question(node, acting, question, ids[one], question.sharing_form.necessity)
        forget_form(self)
        return see("/work")


def put_again(asked: Asked, submission: Submission) -> str | None:
    """Where a question that was put before a manager is put again, with what was typed; None without its case.

    What was typed on that form since stays.
    """
    node, question = asked.node, submission.question
    with node.read() as tx:
        held = restrictions_on(node, asker_of(asked.acting)).find(tx, submission.case_ref)
    case = case_shown(node, asked.acting, held.row.handle.hex()) if held else None
    if case is None or question is None:
        return None
    whom = question.subject.model_dump(exclude={"ref"})
    people = [
        one.handle.hex()
        for one in routine.askable(case)
        if one.details.person.model_dump(exclude={"ref"}) == whom
    ]
    areas = () if isinstance(question.areas, str) else question.areas
    form = question.sharing_form.model_copy(update={"level": question.level})
    draft, address = drafted(node, form, people, areas), form_address(case.row.handle)
    change_draft(asked, address, lambda before: before or draft)
    return address


def _result(ids: list[str]) -> str | None:
    return f"/checks/{ids[0]}{beside(ids[1:])}" if ids else None


def _who(person: Person) -> str:
    name = " ".join(filter(None, (person.given_names, person.surname))) or gettext(mark("name not known"))
    return f"{name} ({gettext(ROLES[person.role])})"


def _name(node: Any, node_id: str) -> str:
    area = node.areas.get(node_id)
    return area.area if area else node_id


def _page(handle: Callable[[Purposed], Response]) -> Callable[[Asked], Response]:
    """A page of the form: the case is found first."""

    def answer(asked: Asked) -> Response:
        case = case_shown(asked.node, asked.acting, asked.place("case"))
        return handle(CaseForm(asked, case)) if case is not None else asked.not_found()

    return answer


PAGES: Final = (
    Page("GET", "/cases/{case}/form", _page(show_answers)),
    Page("POST", "/cases/{case}/form", _page(send_form)),
    Page("GET", "/cases/{case}/form/{question}", _page(show_question)),
    Page("POST", "/cases/{case}/form/{question}", _page(answer_question)),
)
