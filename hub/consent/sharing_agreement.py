"""What an agreed protocol between areas answers, and for whom it does not.

A protocol is dated and signed, and lists purposes, agencies, data and its review. Not here: the law for what
it does not answer (`five_questions`).
"""

from __future__ import annotations

from hub.consent import required_answers
from hub.consent.assessment import Assessment
from hub.consent.decision import Answer, Reason
from hub.consent.five_questions import Findings
from hub.consent.form.vocabulary import answered


def say_why_not(assessment: Assessment, found: Findings) -> None:
    """Why the protocol named, if one is, does not answer for all that is asked."""
    protocol = assessment.form.protocol
    if protocol is None:
        return
    why = assessment.why_not_covered
    if assessment.covered:
        beyond = "; ".join(
            f"{', '.join(items) or 'the naming'} of {ref}" for ref, _, items in assessment.uncovered
        )
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


def covered_answers(assessment: Assessment) -> tuple[Answer, ...]:
    """The five questions as the protocol answers them."""
    protocol = assessment.form.protocol
    if protocol is None or not assessment.covered:
        return ()
    source = f"protocol {protocol.ref} of {protocol.date}"
    beyond = {(ref, item) for ref, _, items in assessment.uncovered for item in items}
    answers = [Answer(question="power", answer="as agreed", source=source)]
    for ref, _, items in assessment.people:
        for item in items:
            if (ref, item) not in beyond:
                answers += [
                    Answer(question=question, subject=ref, data=item, answer="as agreed", source=source)
                    for question in ("art6", "art9", "art10")
                ]
        answers.append(Answer(question="confidentiality", subject=ref, answer="as agreed", source=source))
    return tuple(answers)
