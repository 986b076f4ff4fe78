"""The routine question about the people of a case, under an agreement: what is filled in, what a person answers.

Why now, what the victim said about asking, whether anyone fled an area, and whether who asks knows anyone in the
case: nothing of that is answered for anybody. Each person asked about is a question of their own. Asks nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hub.checks.example import areas_to_ask
from hub.consent import SharingForm, VictimAgreement
from hub.consent.agreements import SharingAgreement
from hub.node.node import Node
from hub.records.cases import HeldCase, HeldPerson
from hub.records.check import CheckRequest
from hub.sample.question import sharing_form
from hub.values import Level, NodeId, Purpose, Requester, RequesterRole, Role

REVIEW_DAYS: Final = 14
"""How long after the meeting what was shared is looked at again."""
ASKED_ABOUT: Final = (Role.victim, Role.perpetrator)


class WhyNow(StrEnum):
    """Why other areas are asked now."""

    listed = "listed"
    moved = "moved"
    risk_grew = "risk_grew"
    harmed_others = "harmed_others"


NECESSITY: Final = {
    WhyNow.listed: "The case is to be heard, and earlier help elsewhere changes the safety plan.",
    WhyNow.moved: "The victim has moved, or was helped by another area before.",
    WhyNow.risk_grew: "The risk has grown, and what is known elsewhere bears on it.",
    WhyNow.harmed_others: "The alleged perpetrator is said to have harmed somebody elsewhere.",
}


@dataclass(frozen=True, slots=True)
class RoutineAnswers:
    """What a person answers. `others_at_risk`: only of a victim who refused. `people`: record handles, in hex."""

    why: WhyNow
    line: str
    said: VictimAgreement
    fled_from: tuple[str, ...]
    knows_anyone: bool
    known_how: str
    people: tuple[str, ...]
    areas: tuple[NodeId, ...]
    others_at_risk: bool | None = None

    @property
    def necessity(self) -> str:
        """Why now, as the form has it."""
        return f"{NECESSITY[self.why]} {self.line}".strip()


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, under which agreement, and on which day."""

    requester: Requester
    agreement: SharingAgreement
    today: dt.date

    @property
    def purpose(self) -> Purpose:
        """What is asked: an Idva asks about earlier contact with a service."""
        return purpose_of(self.requester)


def purpose_of(requester: Requester) -> Purpose:
    """What somebody asks other areas, by their role."""
    idva = requester.role is RequesterRole.idva
    return Purpose.idva_prior_contact if idva else Purpose.referred_elsewhere


def agreement_for(node: Node, requester: Requester) -> SharingAgreement | None:
    """The agreement in force under which somebody asks: their agency signed it for this area."""
    found = agreements_in_force(node, purpose_of(requester))
    return next((one for one in found if _signed(node, one, requester)), None)


def agreements_in_force(
    node: Node, purpose: Purpose = Purpose.referred_elsewhere
) -> tuple[SharingAgreement, ...]:
    """Those of the node by which other areas may be asked that today, whoever signed them."""
    today = node.today()
    return tuple(one for one in node.agreements.held if purpose in one.purposes and not one.why_not_on(today))


def _signed(node: Node, agreement: SharingAgreement, requester: Requester) -> bool:
    return agreement.signed_by(node.node_id, requester.agency, requester.agency_kind)


def neighbours(node: Node) -> tuple[NodeId, ...]:
    """The areas that are asked unless somebody says otherwise."""
    found = areas_to_ask(node)
    return () if isinstance(found, str) else tuple(found)


def askable(case: HeldCase) -> tuple[HeldPerson, ...]:
    """The people of a case whom a question can be about; children and others support the match alone."""
    return tuple(one for one in case.people if one.details.person.role in ASKED_ABOUT)


def review_on(meeting: dt.date | None, today: dt.date) -> dt.date:
    """When it is looked at again: so many days after the meeting, or after today where none is to come."""
    return max(meeting or today, today) + dt.timedelta(days=REVIEW_DAYS)


def routine_questions(case: HeldCase, answers: RoutineAnswers, asking: Asking) -> tuple[CheckRequest, ...]:
    """A question for each person who is asked about, in the order of the case. Pure."""
    asked = [one for one in askable(case) if one.handle.hex() in answers.people]
    return tuple(_question(case, one, answers, asking) for one in asked)


def _question(case: HeldCase, about: HeldPerson, answers: RoutineAnswers, asking: Asking) -> CheckRequest:
    subject = about.details.person
    question: dict[str, Any] = {
        "purpose": asking.purpose.value,
        "case_ref": case.details.case_ref,
        "requester": asking.requester.model_dump(mode="json"),
        "subject": subject.model_dump(mode="json"),
        "related": [
            one.details.person.model_dump(mode="json") for one in case.people if one.handle != about.handle
        ],
        "areas": list(answers.areas),
        "disclose": "ask_first",
        "level": Level.involvement.value,
    }
    return CheckRequest.model_validate({**question, "sharing_form": _form(case, question, answers, asking)})


def _form(case: HeldCase, question: dict[str, Any], answers: RoutineAnswers, asking: Asking) -> SharingForm:
    form = sharing_form(question, asking.today, grounded=True, ref=asking.agreement.ref)
    form["subjects"][0] |= {"capacity": "not_assessed", **_said(question["subject"]["role"], answers)}
    review = review_on(case.details.meeting_date, asking.today)
    form |= {
        "jurisdiction": asking.agreement.jurisdiction.value,
        "necessity": answers.necessity,
        "fled_from": list(answers.fled_from),
        "review": {"date": review.isoformat(), "owner": asking.requester.name},
        "conflicts": {"declared": answers.knows_anyone, "details": answers.known_how},
    }
    return SharingForm.model_validate(form)


def _said(role: str, answers: RoutineAnswers) -> dict[str, Any]:
    """What she said stands with her alone: nobody asks an alleged perpetrator."""
    if role != Role.victim:
        return {"agreement": VictimAgreement.not_asked, "aware": False, "only_self_at_risk": None}
    alone = None if answers.others_at_risk is None else not answers.others_at_risk
    told = answers.said in (VictimAgreement.given, VictimAgreement.refused)
    return {"agreement": answers.said, "aware": told, "only_self_at_risk": alone}


def question_ids(node: Node, once: str, people: Iterable[str]) -> dict[str, str]:
    """The check of each person asked about, by the token of the form that asks: sent twice, it is the same one."""
    vault = node.keys.vault
    return {one: vault.lookup("asked_once", f"{once}\x00{one}")[:16].hex() for one in people}
