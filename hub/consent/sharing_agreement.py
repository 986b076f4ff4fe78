"""What an agreed protocol answers, and for whom it does not.

An agreement that the node holds names its basis and condition for each kind of agency and class of data: these
are copied. The protocol of a form on its own is taken as stated, and its bases are not there to copy. Not here:
whether it covers anything (`coverage`), the law for what it does not answer (`five_questions`).
"""

from __future__ import annotations

from collections.abc import Iterator

from hub.consent import required_answers
from hub.consent.agreements import AgreedBasis, SharingAgreement
from hub.consent.assessment import Assessment, Moving
from hub.consent.conditions import engaged
from hub.consent.coverage import conditions_of, power_of
from hub.consent.decision import Answer, Reason
from hub.consent.five_questions import NOT_SENSITIVE, Findings
from hub.consent.form.vocabulary import Capacity, DataClass, VictimAgreement, answered
from hub.values import Level

STATED = "stated on the form: a node copies it from the agreement that it holds"
"""The answer where only the protocol's name is there."""


def say_why_not(assessment: Assessment, found: Findings) -> None:
    """Why the protocol named, if one is, does not answer for all that is asked."""
    protocol = assessment.form.protocol
    if protocol is None:
        return
    why = assessment.why_not_covered
    if assessment.covered:
        beyond = "; ".join(_beyond(assessment, one) for one in assessment.uncovered)
        why = f"it does not cover {beyond or 'anybody'}"
    text = f"The protocol does not answer for everything: {why}. What it does not cover is asked."
    found.reasons.append(
        Reason(
            code="protocol_does_not_cover", text=text, source="protocol named on the form", field="protocol"
        )
    )
    if not assessment.form.grounds:
        if not answered(protocol.ref):
            found.lack("protocol.ref", "Name the protocol.", required_answers.FORM)
        if protocol.date is None:
            found.lack("protocol.date", "Date the protocol.", required_answers.FORM)


def _beyond(assessment: Assessment, left: Moving) -> str:
    """What is left open of somebody and, by an agreement that is held, why."""
    words = f"{', '.join(left.classes) or 'the naming'} of {left.ref}"
    if assessment.agreement is None:
        return words
    items = left.classes or assessment.rules.policy.items[Level.involvement]
    why = dict.fromkeys(assessment.why_not_carried(left.person, item) for item in sorted(items))
    return f"{words} ({'; '.join(filter(None, why))})"


def covered_answers(assessment: Assessment) -> tuple[Answer, ...]:
    """The five questions as the protocol answers them."""
    protocol = assessment.form.protocol
    if protocol is None or not assessment.covered:
        return ()
    moving = [
        (one, item)
        for one in assessment.people
        for item in one.classes
        if not assessment.why_not_carried(one.person, item)
    ]
    if assessment.agreement is None:
        return tuple(_as_stated(assessment, moving, f"protocol {protocol.ref} of {protocol.date}"))
    return tuple(dict.fromkeys(_as_held(assessment, assessment.agreement, moving)))


def _as_stated(
    assessment: Assessment, moving: list[tuple[Moving, DataClass]], source: str
) -> Iterator[Answer]:
    yield Answer(question="power", answer=STATED, source=source)
    for one, item in moving:
        for question in ("art6", "art9", "art10"):
            yield Answer(question=question, subject=one.ref, data=item, answer=STATED, source=source)
    for one in assessment.people:
        yield Answer(question="confidentiality", subject=one.ref, answer=STATED, source=source)


def _as_held(
    assessment: Assessment, agreement: SharingAgreement, moving: list[tuple[Moving, DataClass]]
) -> Iterator[Answer]:
    """Each answer copied from the agreement, with what it cites; of whom nothing moves, for naming them."""
    kind, by = assessment.giver, f"{agreement.ref} of {agreement.date}"
    named = [(one, None) for one in assessment.people if not one.classes]
    for one, item in (*moving, *named):
        row = agreement.basis_of(kind, item or DataClass.identity)
        if row is None:  # Nothing is carried without one.
            continue
        yield Answer(question="power", answer=power_of(row, kind, assessment.rules), source=by)
        basis = assessment.rules.law.bases[row.art6]
        cited = f"{basis.cited}; {by}"
        yield Answer(question="art6", subject=one.ref, data=item or "", answer=basis.text, source=cited)
        if item:
            yield from _sensitive(assessment, one, item, row, by)
        yield _confidence(one, row, by)


def _sensitive(
    assessment: Assessment, one: Moving, item: DataClass, row: AgreedBasis, by: str
) -> Iterator[Answer]:
    for question, key in conditions_of(row):
        text, source = NOT_SENSITIVE, by
        if engaged(question, one.person, item, assessment.rules):
            condition = assessment.rules.law.conditions[key]
            why = f"; there is no consent because {row.without_consent}" if condition.without_consent else ""
            text, source = condition.text + why, f"{condition.cited}; {by}"
        yield Answer(question=question, subject=one.ref, data=item, answer=text, source=source)


def _confidence(one: Moving, row: AgreedBasis, by: str) -> Answer:
    agrees = one.person.agreement is VictimAgreement.given and one.person.capacity is not Capacity.lacks
    text, source = ("the person agrees", "common law confidence") if agrees else (row.confidence, by)
    return Answer(question="confidentiality", subject=one.ref, answer=text, source=source)
