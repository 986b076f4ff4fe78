"""A question for which a person fills in the form "Information sharing without consent", and what is decided on it.

What the case, the account and the agreement say is filled in; what was typed stands over it. Which answers are
missing is the engine's to say (`hub.consent`). Each person asked about is a question of their own, as in `routine`.
Asks nobody, and records nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from hub.cases.access import context_of
from hub.checks.asked_case import asked_case
from hub.checks.check import form_of
from hub.checks.routine import agreement_for, askable, neighbours, purpose_of, review_on
from hub.consent import Context, Decision, SharingForm, VictimAgreement, decide
from hub.consent.form.form import Subject
from hub.consent.form.vocabulary import DataClass
from hub.consent.verdicts import verdict
from hub.node.node import Node
from hub.records.cases import HeldCase, HeldPerson
from hub.records.check import CheckRequest
from hub.values import Level, NodeId, Requester, Role

LEAST: Final = (DataClass.identity, DataClass.involvement)
_TYPED: Final = ("necessity", "incident", "risk", "balancing", "grounds", "consultations", "fled_from")
"""Parts of the form that are as they were typed."""


@dataclass(frozen=True, slots=True)
class SharingAnswers:
    """What a person answers. `form`: as far as typed. `people`: record handles of those asked about, in hex."""

    form: SharingForm
    people: tuple[str, ...]
    areas: tuple[NodeId, ...]


@dataclass(frozen=True)
class Sharing:
    """A case on this node, and who asks other areas about the people on it."""

    node: Node
    case: HeldCase
    by: Requester

    def questions(self, answers: SharingAnswers) -> dict[str, CheckRequest]:
        """The question about each person who is asked about, by the handle of the record."""
        asked = [one for one in askable(self.case) if one.handle.hex() in answers.people]
        return {one.handle.hex(): self._question(one, answers) for one in asked}

    def usual(self) -> SharingAnswers:
        """Whom and where one asks unless somebody says otherwise."""
        fled = self.case.details.fled_from or ()
        people = tuple(one.handle.hex() for one in askable(self.case))
        return SharingAnswers(
            SharingForm(), people, tuple(one for one in neighbours(self.node) if one not in fled)
        )

    def _question(self, about: HeldPerson, answers: SharingAnswers) -> CheckRequest:
        related = [one.details.person for one in self.case.people if one.handle != about.handle]
        return CheckRequest.model_validate(
            {
                "purpose": purpose_of(self.by),
                "case_ref": self.case.details.case_ref,
                "requester": self.by,
                "subject": about.details.person,
                "related": related,
                "areas": list(answers.areas) or "neighbours",
                "disclose": "ask_first",
                "level": _level(answers.form),
                "sharing_form": self._form(about.details.person.role, answers.form),
            }
        )

    def _form(self, role: Role, typed: SharingForm) -> SharingForm:
        node, today = self.node, self.node.today()
        agreement = agreement_for(node, self.by)
        protocol = {"ref": agreement.ref, "date": agreement.date} if agreement else None
        review = typed.review.date or review_on(self.case.details.meeting_date, today)
        known: dict[str, Any] = {
            "jurisdiction": node.settings.jurisdiction,
            "requester": self.by.model_dump(),
            "recipient": typed.recipient,
            "subjects": [_subject(role, typed)],
            "protocol": protocol,
            "review": {"date": review, "owner": self.by.name},
            "signatures": [{"role": "caseworker", "name": self.by.name, "date": today}],
            "conflicts": typed.conflicts,
        }
        return SharingForm.model_validate({**known, **{name: getattr(typed, name) for name in _TYPED}})


def _level(typed: SharingForm) -> Level:
    return typed.level or Level.involvement


def _subject(role: Role, typed: SharingForm) -> Subject:
    """The person asked about. What a victim said stands with them alone: nobody asks an alleged perpetrator."""
    said = typed.subjects[0] if typed.subjects else Subject()
    data = LEAST if _level(typed) is Level.involvement else said.data
    own = said.model_copy(update={"ref": "subject", "role": role, "data": data})
    if role is not Role.victim:
        nothing = {
            "agreement": VictimAgreement.not_asked,
            "only_self_at_risk": None,
            "aware": False,
            "agreed_on": None,
        }
        return own.model_copy(update={**nothing, "capacity": Subject().capacity})
    told = said.agreement in (VictimAgreement.given, VictimAgreement.refused)
    return own.model_copy(update={"aware": told})


@dataclass(frozen=True)
class Considered:
    """What the engine says of questions, with what the node knows of who asks and of the case looked up once."""

    node: Node
    known: Mapping[str, tuple[CheckRequest, Context]]

    @classmethod
    def of(cls, node: Node, questions: Mapping[str, CheckRequest]) -> Considered:
        """Look up what is known. Raises InputError, UsageError, StorageError."""
        known = {}
        for handle, question in questions.items():
            request = asked_case(node, question, "").request
            known[handle] = request, context_of(node, request, tells=False)
        return cls(node, known)

    def decisions(self, questions: Mapping[str, CheckRequest]) -> list[Decision]:
        """What would be decided on each question now."""
        return [self._decide(question, self.known[one][1]) for one, question in self._asked(questions)]

    def wanting(self, questions: Mapping[str, CheckRequest]) -> list[Decision]:
        """The same as telling an area would need it too: nobody is asked twice for what is wanted then."""
        return [
            self._decide(question, replace(self.known[one][1], at_once=True))
            for one, question in self._asked(questions)
        ]

    def _asked(self, questions: Mapping[str, CheckRequest]) -> list[tuple[str, CheckRequest]]:
        return [(one, question) for one, question in questions.items() if one in self.known]

    def _decide(self, question: CheckRequest, context: Context) -> Decision:
        return decide(form_of(question, context), self.node.rules, self.node.today(), context)


def refusal_stands(form: SharingForm, node: Node) -> bool:
    """Whether somebody refused, nobody else is at risk, and nobody is recorded who decided to share all the same.

    What was said stands then, on whatever ground or agreement the question rests.
    """
    alone = any(one.agreement is VictimAgreement.refused and one.only_self_at_risk for one in form.subjects)
    return alone and not any(verdict(one, node.today(), form.level) for one in form.consultations)
