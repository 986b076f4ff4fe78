"""The consent and legal-grounds engine: from a form to a decision.

Pure: the day comes in, no clock is read, nothing is kept. Default deny: a permit needs every answer. Not
here: the holder's own decision before it answers (`holder`), publication of a case (`publication`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hub.consent import obligations, refusals, required_answers
from hub.consent.assessment import Assessment, name_of
from hub.consent.client_answers import ask_for_the_rest, client_answers, why_client
from hub.consent.context import NO_CONTEXT, Context
from hub.consent.decision import Answer, Decision, Outcome, Reason, Release
from hub.consent.five_questions import LABELS, NOT_SENSITIVE, Findings, ask_all
from hub.consent.form.form import SharingForm
from hub.consent.rules.in_words import PURPOSES
from hub.consent.rules.rules import Rules
from hub.consent.sharing_agreement import covered_answers, say_why_not
from hub.values import Level, Purpose

EMERGENCY: Final = "emergency"
"""The code of the reason that an imminent threat to life carries a permit."""


def decide(form: SharingForm, rules: Rules, on: dt.date, context: Context = NO_CONTEXT) -> Decision:
    """Decide what may move under this form on that day.

    Returns permit with the level, the answers and the obligations; refuse; refer, with who decides; or
    incomplete, with exactly what is missing. Nothing is raised: what cannot be read, `parse_form` rejects.
    """
    return decided(Assessment(form, rules, on, context))


def decided(assessment: Assessment) -> Decision:
    """`decide`, for who goes on to ask the assessment something else."""
    form, rules = assessment.form, assessment.rules

    # 1. What may never be done.
    refused = refusals.refusals(assessment)
    if refused:
        return Decision(outcome=Outcome.refuse, reasons=refused, rules=rules.name)

    # 2. What every form must say, and the five questions for what no protocol answers.
    found = _asked(assessment)

    # 3. What a person must decide.
    referred = () if assessment.context.asserted else refusals.referrals(assessment)
    if referred:
        return Decision(
            outcome=Outcome.refer,
            reasons=(*(matter.reason for matter in referred), *found.reasons),
            missing=tuple(found.missing),
            refer_to=tuple(dict.fromkeys(matter.to for matter in referred)),
            rules=rules.name,
        )

    # 4. Complete, or an imminent threat to life; otherwise say what is missing. Where none of the grounds
    # ticked is open to this agency it may not share on them, and is told what would be missing besides.
    if not found.missing:
        return _permit(assessment, found)
    if form.emergency is not None:
        if _emergency(assessment):
            return _emergency_permit(assessment, found)
        required_answers.emergency(form, found)
    ticked = assessment.ticked
    closed = bool(assessment.uncovered and ticked) and all(ground.closed for ground in ticked)
    return Decision(
        outcome=Outcome.refuse if closed else Outcome.incomplete,
        reasons=tuple(found.reasons),
        missing=tuple(found.missing),
        rules=rules.name,
    )


def _asked(assessment: Assessment) -> Findings:
    """All that is asked of the form: what it answers, and what it lacks."""
    found = Findings()
    required_answers.essentials(assessment, found)
    required_answers.whole_form(assessment, found)
    refusals.ask_who_else(assessment, found)
    refusals.ask_who_receives(assessment, found)
    refusals.ask_who_vouches(assessment, found)
    if assessment.uncovered or not assessment.form.subjects:
        required_answers.own_case(assessment.form, found)
        required_answers.signatures(assessment, found)
        say_why_not(assessment, found)
        _grounds(assessment, found)
    else:
        required_answers.signed_to_move(assessment, found)
        required_answers.two_people(assessment, found)
    if not _waiting(assessment):
        ask_all(assessment, found)
    return found


def _grounds(assessment: Assessment, found: Findings) -> None:
    """A tick without its evidence is no answer; a ground that is not open is said, and does not count."""
    if not assessment.ticked:
        if ask_for_the_rest(assessment, found):
            return
        agreed = any(person.agreement == "given" for person in assessment.form.subjects)
        text = (
            "Name an agreed protocol that covers this, or tick at least one legal ground with its evidence."
        )
        if agreed:
            text += " Agreement is recorded beside a basis, never instead of one."
        found.lack("protocol or grounds", text, required_answers.FORM)
    for ground in assessment.ticked:
        found.reasons += (*ground.against, *ground.marked)
        for name in () if ground.against else ground.missing:
            text = f"“{ground.rule.label}” needs {name.removeprefix(ground.field + '.')}."
            if name.endswith(".request"):
                text += (
                    " A private body has no such function of its own: it may answer a public body's request."
                )
            found.lack(name, text, ground.rule.cited, "evidence_missing")


def _waiting(assessment: Assessment) -> bool:
    """Whether the five questions must wait: no ground is ticked, or the only bases still lack evidence."""
    ticked = assessment.ticked
    bases = [ground for ground in ticked if not ground.rule.must_be_paired and not ground.against]
    return not ticked or (bool(bases) and not any(ground.stands for ground in bases))


def _releases(assessment: Assessment, level: Level) -> tuple[tuple[Release, ...], list[Reason]]:
    """The classes that the level needs, and a reason for each class held back."""
    allowed = assessment.rules.policy.items[level]
    releases, reasons = [], []
    for index, person in enumerate(assessment.form.subjects):
        ref, items = name_of(person, index), sorted(set(person.data))
        releases.append(Release(ref=ref, data=tuple(item for item in items if item in allowed)))
        held = [item for item in items if item not in allowed]
        if held:
            text = f"{', '.join(held)} of {ref} does not move at {level}: the least that the level needs."
            reasons.append(
                Reason(
                    code="held_back", text=text, source="UK GDPR Art 5(1)(c)", field=f"subjects[{ref}].data"
                )
            )
    return tuple(releases), reasons


@dataclass(frozen=True, slots=True)
class Authority:
    """What carries a sharing: the five questions answered, and why in words. `lacks` says what does not."""

    answers: tuple[Answer, ...]
    reasons: tuple[Reason, ...]
    lacks: tuple[Reason, ...] = ()


def authority(assessment: Assessment) -> Authority:
    """What carries the sharing that a form describes, whatever else the form should say."""
    found = Findings()
    ask_all(assessment, found)
    return _authority(assessment, found)


def _authority(assessment: Assessment, found: Findings) -> Authority:
    answers = (
        *covered_answers(assessment),
        *client_answers(assessment),
        *found.answers,
        _proportionate(assessment.form),
    )
    why = (*_why(assessment), *why_client(assessment), *_carried_by(answers))
    return Authority(answers, why, tuple(found.reasons))


def _permit(assessment: Assessment, found: Findings) -> Decision:
    form = assessment.form
    level = assessment.level or Level.involvement
    releases, held = _releases(assessment, level)
    carried = _authority(assessment, found)
    return Decision(
        outcome=Outcome.permit,
        level=level,
        reasons=(*carried.reasons, *found.reasons, *held),
        obligations=obligations.arising(
            assessment,
            emergency=required_answers.threat_in_words(form),
            covered=not assessment.uncovered,
        ),
        answers=carried.answers,
        releases=releases,
        rules=assessment.rules.name,
    )


def _why(assessment: Assessment) -> Iterator[Reason]:
    """The reasons that carry the permit: the protocol, and each ground that stands."""
    protocol = assessment.form.protocol
    purpose = assessment.form.purpose
    if protocol is not None and purpose is not None and assessment.covered:
        dated = assessment.agreement.date if assessment.agreement else protocol.date
        text = f"The agreed protocol {protocol.ref} of {dated} covers {PURPOSES[purpose]}."
        yield Reason(code="protocol", text=text, source=f"protocol {protocol.ref}", field="protocol")
    for ground in assessment.grounds:
        code, text = f"ground_{ground.ground.key}", f"Ground: {ground.rule.label}."
        yield Reason(code=code, text=text, source=ground.rule.cited, field=ground.field)


def _carried_by(answers: tuple[Answer, ...]) -> Iterator[Reason]:
    """Each of the five questions with its answer and source, once, and for whom."""
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for item in answers:
        if item.answer != NOT_SENSITIVE:
            about = f"{item.subject} ({item.data})" if item.data else item.subject
            grouped.setdefault((item.question, item.answer, item.source), []).append(about)
    for (question, answer, source), people in grouped.items():
        named = ", ".join(filter(None, people)) or "form"
        yield Reason(code=question, text=f"{LABELS[question]}: {answer}.", source=source, field=named)


def _proportionate(form: SharingForm) -> Answer:
    ticks = ", ".join(sorted(set(form.balancing))).replace("_", " ") or "as the protocol weighs them"
    return Answer(
        question="proportionality", answer=f"necessity is stated; weighed: {ticks}", source="ECHR Art 8"
    )


def _emergency(assessment: Assessment) -> bool:
    """An imminent threat to life, and somebody who takes it upon them by name.

    The statement is its ground.
    """
    form = assessment.form
    if not required_answers.threat_in_words(form) or form.purpose is Purpose.publish:
        return False
    needed = Findings()
    required_answers.essentials(assessment, needed)
    required_answers.emergency(form, needed)
    refusals.ask_who_vouches(assessment, needed)
    return not needed.missing


def _emergency_permit(assessment: Assessment, found: Findings) -> Decision:
    """The least packet now; what is open is listed and must be completed within the day."""
    level = assessment.rules.policy.emergency.level
    releases, held = _releases(assessment, level)
    text = "An imminent threat to life: the least packet moves now, on a named person's word."
    reason = Reason(
        code=EMERGENCY,
        text=text,
        source="UK GDPR Art 6(1)(d); ECHR Art 2",
        field="emergency.imminent_threat",
    )
    return Decision(
        outcome=Outcome.permit,
        level=level,
        reasons=(reason, *found.reasons, *held),
        obligations=obligations.arising(
            assessment, emergency=True, covered=False, left_open=tuple(found.missing)
        ),
        releases=releases,
        rules=assessment.rules.name,
    )
