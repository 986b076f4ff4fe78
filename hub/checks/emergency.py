"""A question asked in an emergency: the least facts, in the name of whoever is signed in.

A threat to life in words carries it (`hub.consent.decide`): nobody countersigns before, and what is left open is
owed afterwards. It makes its own case. Who fled which area is answered all the same: an area that somebody fled is
not asked, and where it is not known nobody is told. What is owed afterwards completes the same form. Asks nobody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from hub.checks.routine import agreement_for, review_on
from hub.consent import SharingForm, VictimAgreement
from hub.consent.form.form import Review, Subject
from hub.node.node import Node
from hub.records.check import CheckRequest
from hub.values import Level, NodeId, Person, Purpose, Requester, Role

_AFTERWARDS: Final = (
    "necessity",
    "incident",
    "risk",
    "balancing",
    "grounds",
    "consultations",
    "conflicts",
    "recipient",
)
GROUND: Final = "UK GDPR Art 6(1)(d); ECHR Art 2"
"""What an imminent threat to life rests on, as the decision cites it."""


@dataclass(frozen=True, slots=True)
class EmergencyFacts:
    """What is typed at night. `coming`: who threatens, by name, or empty. `threat`: in words."""

    victim: Person
    coming: str
    threat: str
    fled_from: tuple[str, ...]
    areas: tuple[NodeId, ...]


def emergency_question(node: Node, facts: EmergencyFacts, by: Requester) -> CheckRequest:
    """The question, under no reference: its case is made by asking it. `by` takes it upon them by name.

    An agreement is named where there is one: what it covers other areas answer at once, without a person there.
    """
    requester = by.model_dump(mode="json")
    agreement = agreement_for(node, by)
    form: dict[str, Any] = {
        "jurisdiction": node.settings.jurisdiction.value,
        "requester": requester,
        "subjects": [{"ref": "subject", "role": Role.victim.value, "data": ["identity", "involvement"]}],
        "protocol": {"ref": agreement.ref} if agreement else None,
        "fled_from": list(facts.fled_from),
        "signatures": [{"role": "caseworker", "name": by.name, "date": node.today().isoformat()}],
        "emergency": {"imminent_threat": facts.threat},
    }
    return CheckRequest.model_validate(
        {
            "purpose": Purpose.referred_elsewhere.value,
            "requester": requester,
            "subject": facts.victim.model_dump(mode="json"),
            "related": [one.model_dump(mode="json") for one in _named(facts.coming)],
            "areas": list(facts.areas),
            "disclose": "at_once",
            "level": Level.involvement.value,
            "sharing_form": form,
        }
    )


def _named(name: str) -> tuple[Person, ...]:
    """Whoever threatens, of whom a name is all that is known; the last word of several is the surname."""
    given, _, surname = " ".join(name.split()).rpartition(" ")
    return (Person(role=Role.perpetrator, given_names=given, surname=surname),) if surname else ()


def completed_form(asked: SharingForm, typed: SharingForm, today: dt.date, by: Requester) -> SharingForm:
    """The form of an emergency with what is answered afterwards: who, what for and about whom stay as they were.

    `by` completes it, and sees to the review.
    """
    review = Review(date=typed.review.date or review_on(None, today), owner=by.name)
    said = (*typed.subjects, Subject())[0]
    people = [_with_said(one, said) if one.role is Role.victim else one for one in asked.subjects]
    answers = {name: found for name in _AFTERWARDS if (found := getattr(typed, name))}
    return asked.model_copy(update={**answers, "subjects": tuple(people), "review": review})


def _with_said(person: Subject, said: Subject) -> Subject:
    """The victim with what they said, as far as it was answered."""
    told = said.agreement in (VictimAgreement.given, VictimAgreement.refused)
    answers = {
        "agreement": said.agreement or person.agreement,
        "only_self_at_risk": said.only_self_at_risk,
        "capacity": said.capacity,
        "aware": told or person.aware,
    }
    return person.model_copy(update=answers)
