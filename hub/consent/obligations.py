"""What must be done because of a permit, and by when.

Created by the decision; listed when due and closed by evidence elsewhere. An overdue obligation escalates and
never blocks a check, an emergency or a transfer.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from hub.consent.assessment import Assessment, name_of
from hub.consent.decision import Obligation
from hub.consent.form.form import SharingForm
from hub.consent.form.vocabulary import VictimAgreement, answered
from hub.values import Purpose, Role

_LEFT_OPEN: Final = {
    "necessity": "why it is necessary",
    "review.date": "when it is looked at again",
    "review.owner": "who looks at it again",
    "balancing": "what was weighed",
    "conflicts.declared": "whether anyone in the case is known to you",
    "protocol or grounds": "the grounds",
    "client_notified.why_not": "why the victim is not told",
    "signatures[caseworker]": "the caseworker's signature",
    "signatures[manager]": "a manager's signature",
}
"""What a form leaves open, in words; the rest by the name that the form has for it."""


def arising(
    assessment: Assessment, *, emergency: bool, covered: bool, left_open: tuple[str, ...] = ()
) -> tuple[Obligation, ...]:
    """Every obligation that a permit on that day leaves. `covered`: a protocol answers for all of it."""
    form, on = assessment.form, assessment.on
    days = assessment.rules.policy.days
    to_complete = assessment.rules.policy.emergency.days_to_complete
    found: list[Obligation] = []
    if emergency:
        open_answers = ", ".join(_LEFT_OPEN.get(one, one) for one in left_open) or "nothing was left open"
        text = f"Complete and confirm the form within {24 * to_complete} hours: {open_answers}."
        found.append(
            Obligation(code="complete_emergency", text=text, due=on + dt.timedelta(days=to_complete))
        )
    if assessment.context.case_made:
        text = (
            "Complete the case that was made in an emergency: import its referral under the same reference."
        )
        found.append(Obligation(code="complete_case", text=text, due=on + dt.timedelta(days=to_complete)))
    if not covered and not assessment.manager_signed:
        text = "A manager, another person than the caseworker, countersigns."
        due = on + dt.timedelta(days=to_complete if emergency else days.countersign)
        found.append(Obligation(code="countersign", text=text, due=due))
    if not _notified(form):
        text = (
            "Tell the victim, if it is safe, that information was shared (never the alleged perpetrator), or record"
            " why not."
        )
        found.append(
            Obligation(code="notify_client", text=text, due=on + dt.timedelta(days=days.notify_client))
        )
    if any(person.agreement is VictimAgreement.refused for person in form.subjects):
        text = _REFUSED_IN_CASE if form.purpose is Purpose.publish else _REFUSED_WHEN_ASKED
        found.append(
            Obligation(code="answer_refusal", text=text, due=on + dt.timedelta(days=days.notify_client))
        )
    for index, person in enumerate(form.subjects):
        if person.role is Role.victim and not person.aware:
            ref = name_of(person, index)
            text = f"{ref} does not know of the referral: send nothing there until the victim has been told safely."
            found.append(Obligation(code="no_outbound_contact", text=text))
    if form.purpose is not Purpose.publish:
        text = (
            "For each recipient record the date, the agency and person told, the method, the legal authority."
        )
        due = on + dt.timedelta(days=days.record_recipients)
        found.append(Obligation(code="record_recipients", text=text, due=due))
    review = form.review.date if form.review.date and form.review.date >= on else None
    text = "Review, and close only with each recipient's response or its recorded absence."
    found.append(Obligation(code="review", text=text, due=review or on + dt.timedelta(days=1)))
    return tuple(found)


_REFUSED_IN_CASE: Final = (
    "The case's referral says that consent was not given: record why other areas may find its people all the same,"
    " who decided, and whether the victim was told. What was answered to a question since stands with that"
    " question."
)
"""A form to publish is made of the case. What is answered by whoever asks another area is on a form of its own."""
_REFUSED_WHEN_ASKED: Final = (
    "Asked about this sharing somebody refused: record why that was overridden, who decided, and whether they were"
    " told."
)


def _notified(form: SharingForm) -> bool:
    """Told on a named day, or a reason why not."""
    told = form.client_notified
    return (told.notified and told.date is not None) or answered(told.why_not)
