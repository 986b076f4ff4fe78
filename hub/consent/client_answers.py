"""The answers that a client's explicit agreement gives to the five questions, and what it lacks to give them.

Not here: when a question may rest on it, and what it carries (`client_agreement`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hub.consent import client_agreement
from hub.consent.assessment import Assessment, Moving
from hub.consent.decision import Answer, Reason
from hub.consent.five_questions import NOT_SENSITIVE, Findings
from hub.consent.form.vocabulary import DataClass

CLIENT_AGREES: Final = "client_agrees"
_SOURCE: Final = "UK GDPR Art 7(1): agreement is shown by a record of it"


def client_answers(assessment: Assessment) -> Iterator[Answer]:
    """The five questions for whatever no protocol carries and the client's agreement does."""
    rule, by = assessment.rules.law.client_agreement, _carried(assessment)
    if not by:
        return
    basis = assessment.rules.law.bases[rule.basis]
    private = "a private body needs no statutory power to give"
    yield Answer(question="power", answer=private, source="common law")
    for one, item in by:
        text = f"{basis.text}, with {rule.text} of {one.person.agreed_on}"
        yield Answer(
            question="art6", subject=one.ref, data=item, answer=text, source=f"{basis.cited}; {rule.cited}"
        )
        for question in ("art9", "art10"):
            yield Answer(
                question=question, subject=one.ref, data=item, answer=NOT_SENSITIVE, source=rule.cited
            )
    for ref in dict.fromkeys(one.ref for one, _ in by):
        yield Answer(
            question="confidentiality",
            subject=ref,
            answer="the person agrees",
            source="common law confidence",
        )


def why_client(assessment: Assessment) -> Iterator[Reason]:
    """The reason that carries a permit, where the client's agreement does."""
    rule = assessment.rules.law.client_agreement
    for one in dict.fromkeys(one for one, _ in _carried(assessment)):
        text = f"{one.ref} agreed explicitly on {one.person.agreed_on}: it carries {', '.join(sorted(rule.data))}."
        yield Reason(code=CLIENT_AGREES, text=text, source=rule.cited, field=f"subjects[{one.ref}].agreed_on")


def ask_for_the_rest(assessment: Assessment, found: Findings) -> bool:
    """Whether all that is missing is what makes the client's agreement enough; asked for by name, then.

    That is its day and, where a service is told, which one.
    """
    rule = assessment.rules.law.client_agreement
    left = assessment.uncovered
    if not left or not client_agreement.may_rest_on_it(assessment.conditions, assessment.level):
        return False
    if not all(client_agreement.agreed(one.person) and rule.data.issuperset(one.classes) for one in left):
        return False
    for one in left:
        if one.person.agreed_on is None or one.person.agreed_on > assessment.on:
            text = f"Give the day on which {one.ref} agreed to this being asked: it is what the question rests on."
            found.lack(f"subjects[{one.ref}].agreed_on", text, _SOURCE)
    if unnamed := client_agreement.why_not_to(assessment.conditions, tells=assessment.context.tells):
        text = "Name the Idva service that is asked, and its kind: the client agreed to that one, not to a Marac."
        found.lack(unnamed, text, _SOURCE)
    return True


def _carried(assessment: Assessment) -> list[tuple[Moving, DataClass]]:
    return [
        (one, item)
        for one in assessment.people
        for item in one.classes
        if assessment.why_not_carried(one.person, item) and assessment.client_carries(one.person, item)
    ]
