"""Whether an Article 9 or Article 10 condition is needed for some data, and whether it carries them.

One answer for a ground that is ticked and for what an agreement names. Not here: where the condition comes from
(`five_questions`, `coverage`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from hub.consent.form.form import SharingForm, Subject
from hub.consent.form.vocabulary import Capacity, DataClass, GroundKey, VictimAgreement, answered
from hub.consent.grounds import Standing, has_adult_at_risk
from hub.consent.rules.rules import Condition, DocumentUse, Rules
from hub.values import Role

NO_REASON: Final = "needs, of this person, why there is no consent (DPA 2018 Sch 1 para 18(2))"


def engaged(question: str, person: Subject, data: DataClass, rules: Rules) -> bool:
    """Whether Article 9 or Article 10 is engaged by this class of data about a person in this role."""
    sensitive = rules.policy.sensitive
    if question == "art9":
        return data in sensitive.art9
    return data in sensitive.art10 or data in sensitive.art10_by_role.get(person.role, frozenset())


def cannot_consent(person: Subject) -> bool:
    """Physically or legally incapable. A child who has given or refused agreement was able to answer."""
    if person.capacity is Capacity.child:
        return person.agreement in (None, VictimAgreement.not_asked, VictimAgreement.cannot_ask)
    return person.capacity is Capacity.lacks


@dataclass(frozen=True, slots=True)
class Conditions:
    """What conditions are tried on: the form, the rules, the day, and the grounds that stand."""

    form: SharingForm
    rules: Rules
    on: dt.date
    grounds: tuple[Standing, ...]

    def why_not(self, person: Subject, condition: Condition) -> str:
        """Why a condition does not carry this person's data, or nothing."""
        if not condition.live(self.on):
            return "not in force"
        if not self.rules.belongs(self.form.requester.agency_kind, condition.who):
            return "not open to this kind of agency"
        if condition.only_if == "incapable" and not cannot_consent(person):
            return "only for someone who cannot consent, which is not shown"
        if condition.only_if == "person_at_risk":
            shown, why = self._child_named() or has_adult_at_risk(self.form), self._why_no_consent(person)
            if shown and not why and self._said_person_by_person():
                return NO_REASON
            if not (shown and why):
                return "needs a child to be protected, or an adult at risk and why there is no consent"
        return self._without_document(condition)

    def _child_named(self) -> bool:
        """Paragraph 18 protects a child: the data that protect it may be about anyone."""
        return any(ground.ground.key is GroundKey.child_protection for ground in self.grounds)

    def _said_person_by_person(self) -> bool:
        subjects = self.form.subjects
        return any(one.p18_2_reason or one.agreement is VictimAgreement.refused for one in subjects)

    def _why_no_consent(self, person: Subject) -> bool:
        """A reason under 18(2) for this person: their own, the one under a ground, or nobody can be asked.

        The one text speaks for all while nobody else refused: consent is each person's own, and so is why none.
        """
        if answered(person.p18_2_reason):
            return True
        subjects = self.form.subjects
        refused = [one for one in subjects if one.agreement is VictimAgreement.refused]
        if any(one is not person or one.role is not Role.child for one in refused):
            return False
        shared = any(answered(ground.evidence.get("p18_2_reason", "")) for ground in self.form.grounds)
        return shared or any(
            one.role is Role.victim and one.agreement is VictimAgreement.cannot_ask for one in subjects
        )

    def _without_document(self, condition: Condition) -> str:
        use, receiver = condition.policy_document, self.form.recipient.agency_kind
        if use is DocumentUse.never:
            return ""
        if (
            use is DocumentUse.unless_recipient_competent
            and receiver
            and self.rules.law.agencies[receiver].competent
        ):
            return ""
        document = self.rules.policy.policy_documents.get("law_enforcement" if condition.part3 else "general")
        if document is None or not document.in_date(self.on):
            return "needs an appropriate policy document in date"
        return ""
