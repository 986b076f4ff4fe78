"""The consent and legal-grounds engine: from a form to a decision.

Pure: the day comes in, no clock is read, nothing is kept. Default deny: a permit needs every answer. Not
here: the holder's own decision before it answers (`holder`), publication of a case (`publication`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from hub.consent import grounds as standing
from hub.consent import obligations, refusals, required_answers
from hub.consent.context import NO_CONTEXT, Context
from hub.consent.decision import Answer, Decision, Outcome, Reason, Release
from hub.consent.five_questions import LABELS, NOT_SENSITIVE, Bench, Findings, ask_all, name_of
from hub.consent.form.form import SharingForm
from hub.consent.rules.rules import Rules
from hub.consent.sharing_agreement import (
    beyond_protocol,
    covered_answers,
    granted,
    protocol_covers,
    say_why_not,
)
from hub.values import Level, Purpose


def decide(form: SharingForm, rules: Rules, on: dt.date, context: Context = NO_CONTEXT) -> Decision:
    """Decide what may move under this form on that day.

    Returns permit with the level, the answers and the obligations; refuse; refer, with who decides; or
    incomplete, with exactly what is missing. Nothing is raised: what cannot be read, `parse_form` rejects.
    """
    # 1. What may never be done.
    refused = refusals.refusals(form, rules, on, context)
    if refused:
        return Decision(outcome=Outcome.refuse, reasons=refused, rules=rules.name)

    # 2. Which grounds stand, and what the protocol answers.
    grounds = standing.assess(form, rules, on)
    asked = beyond_protocol(form, rules, on)

    # 3. What every form must say, and the five questions for what no protocol answers.
    found = Findings()
    required_answers.essentials(form, context, found)
    required_answers.whole_form(form, rules, on, found)
    refusals.ask_who_else(form, rules, found)
    if asked or not form.subjects:
        required_answers.own_case(form, found)
        required_answers.signatures(form, rules, on, found)
        say_why_not(form, rules, on, asked, found)
        _grounds(form, grounds, found)
    else:
        required_answers.two_people(form, on, found)
    if not _waiting(grounds):
        ask_all(Bench(form, rules, on, tuple(ground for ground in grounds if ground.stands)), asked, found)

    # 4. What a person must decide.
    referred = () if context.asserted else refusals.referrals(form, rules, on, context, grounds)
    if referred:
        return Decision(
            outcome=Outcome.refer,
            reasons=(*(matter.reason for matter in referred), *found.reasons),
            missing=tuple(found.missing),
            refer_to=tuple(dict.fromkeys(matter.to for matter in referred)),
            rules=rules.name,
        )

    # 5. Complete, or an imminent threat to life; otherwise say what is missing. Where none of the grounds
    # ticked is open to this agency it may not share on them, and is told what would be missing besides.
    if not found.missing:
        return _permit(form, rules, on, grounds, found)
    if form.emergency is not None:
        if _emergency(form, context):
            return _emergency_permit(form, rules, on, found)
        required_answers.emergency(form, found)
    closed = bool(asked and grounds) and all(ground.closed for ground in grounds)
    return Decision(
        outcome=Outcome.refuse if closed else Outcome.incomplete,
        reasons=tuple(found.reasons),
        missing=tuple(found.missing),
        rules=rules.name,
    )


def _grounds(form: SharingForm, grounds: tuple[standing.Standing, ...], found: Findings) -> None:
    """A tick without its evidence is no answer; a ground that is not open is said, and does not count."""
    if not grounds:
        agreed = any(person.agreement == "given" for person in form.subjects)
        text = (
            "Name an agreed protocol that covers this, or tick at least one legal ground with its evidence."
        )
        if agreed:
            text += " Agreement is recorded beside a basis, never instead of one."
        found.lack("protocol or grounds", text, required_answers.FORM)
    for ground in grounds:
        found.reasons += ground.against
        for name in () if ground.against else ground.missing:
            text = f"“{ground.rule.label}” needs {name.removeprefix(ground.field + '.')}."
            if name.endswith(".request"):
                text += (
                    " A private body has no such function of its own: it may answer a public body's request."
                )
            found.lack(name, text, ground.rule.cited, "evidence_missing")


def _waiting(grounds: tuple[standing.Standing, ...]) -> bool:
    """Whether the five questions must wait: no ground is ticked, or the only bases still lack evidence."""
    bases = [ground for ground in grounds if not ground.rule.must_be_paired and not ground.against]
    return not grounds or (bool(bases) and not any(ground.stands for ground in bases))


def _releases(form: SharingForm, rules: Rules, level: Level) -> tuple[tuple[Release, ...], list[Reason]]:
    """The classes that the level needs, and a reason for each class held back."""
    allowed = rules.policy.items[level]
    releases, reasons = [], []
    for index, person in enumerate(form.subjects):
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


def _permit(
    form: SharingForm, rules: Rules, on: dt.date, grounds: tuple[standing.Standing, ...], found: Findings
) -> Decision:
    level = granted(form) or Level.involvement
    releases, held = _releases(form, rules, level)
    answers = (*covered_answers(form, rules, on), *found.answers, _proportionate(form))
    return Decision(
        outcome=Outcome.permit,
        level=level,
        reasons=(*_why(form, rules, on, grounds), *_carried_by(answers), *found.reasons, *held),
        obligations=obligations.arising(
            form, rules, on, emergency=_threat(form), covered=not beyond_protocol(form, rules, on)
        ),
        answers=answers,
        releases=releases,
        rules=rules.name,
    )


def _why(
    form: SharingForm, rules: Rules, on: dt.date, grounds: tuple[standing.Standing, ...]
) -> Iterator[Reason]:
    """The reasons that carry the permit: the protocol, and each ground that stands."""
    if form.protocol is not None and protocol_covers(form, rules, on)[0]:
        text = f"The agreed protocol {form.protocol.ref} of {form.protocol.date} covers {form.purpose}."
        yield Reason(code="protocol", text=text, source=f"protocol {form.protocol.ref}", field="protocol")
    for ground in grounds:
        if ground.stands:
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


def _threat(form: SharingForm) -> bool:
    return required_answers.threat_in_words(form)


def _emergency(form: SharingForm, context: Context) -> bool:
    """An imminent threat to life, and somebody who takes it upon them by name.

    The statement is its ground.
    """
    if not _threat(form) or form.purpose is Purpose.publish:
        return False
    needed = Findings()
    required_answers.essentials(form, context, needed)
    required_answers.emergency(form, needed)
    return not needed.missing


def _emergency_permit(form: SharingForm, rules: Rules, on: dt.date, found: Findings) -> Decision:
    """The least packet now; what is open is listed and must be completed within the day."""
    level = rules.policy.emergency.level
    releases, held = _releases(form, rules, level)
    text = "An imminent threat to life: the least packet moves now, on a named person's word."
    reason = Reason(
        code="emergency",
        text=text,
        source="UK GDPR Art 6(1)(d); ECHR Art 2",
        field="emergency.imminent_threat",
    )
    return Decision(
        outcome=Outcome.permit,
        level=level,
        reasons=(reason, *found.reasons, *held),
        obligations=obligations.arising(
            form, rules, on, emergency=True, covered=False, left_open=tuple(found.missing)
        ),
        releases=releases,
        rules=rules.name,
    )
