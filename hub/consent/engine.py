"""The consent and legal-grounds engine: from a form to a decision.

Pure: the day comes in, no clock is read, nothing is kept. Default deny: a permit needs every answer. Not
here: the holder's own decision before it answers (`answer`), publication of whole nodes (`publication`).
"""

from __future__ import annotations

import datetime as dt

from hub.consent import gaps, obligations, standing, stops
from hub.consent.context import NO_CONTEXT, Context
from hub.consent.decision import Answer, Decision, Outcome, Reason, Release
from hub.consent.form import SharingForm, Subject
from hub.consent.questions import Bench, Findings, ask_all, name_of
from hub.consent.rules import Rules
from hub.consent.terms import DataClass, answered
from hub.values import Level, Purpose

People = tuple[tuple[str, Subject, tuple[DataClass, ...]], ...]


def decide(form: SharingForm, rules: Rules, on: dt.date, context: Context = NO_CONTEXT) -> Decision:
    """Decide what may move under this form on that day.

    Returns permit with the level, the answers and the obligations; refuse; refer, with who decides; or
    incomplete, with exactly what is missing. Nothing is raised: what cannot be read, `parse_form` rejects.
    """
    # 1. What may never be done.
    refused = stops.refusals(form, rules, context)
    if refused:
        return Decision(outcome=Outcome.refuse, reasons=refused, rules=rules.name)

    # 2. Which grounds stand, and what the protocol answers.
    grounds = standing.assess(form, rules, on)
    asked = _beyond_protocol(form, rules, on)

    # 3. What every form must say, and the five questions for what no protocol answers.
    found = Findings()
    gaps.essentials(form, context, found)
    gaps.whole_form(form, rules, on, found)
    if asked or not form.subjects:
        gaps.own_case(form, found)
        gaps.signatures(form, rules, on, found)
        _protocol(form, rules, on, asked, found)
        _grounds(form, grounds, found)
    else:
        gaps.two_people(form, on, found)
    if not _waiting(grounds):
        ask_all(Bench(form, rules, on, tuple(ground for ground in grounds if ground.stands)), asked, found)

    # 4. What a person must decide.
    referred = stops.referrals(form, rules, on, context, grounds)
    if referred:
        return Decision(
            outcome=Outcome.refer,
            reasons=(*(matter.reason for matter in referred), *found.reasons),
            missing=tuple(found.missing),
            refer_to=tuple(dict.fromkeys(matter.to for matter in referred)),
            rules=rules.name,
        )

    if _threat(form) and not _approver_named(form):
        found.lack("signatures", "An emergency release needs a named approver.", "emergency rule")

    # 5. Complete, or an imminent threat to life; otherwise say what is missing.
    if not found.missing:
        return _permit(form, rules, on, grounds, found)
    if _emergency(form, context):
        return _emergency_permit(form, rules, on, found)
    return Decision(
        outcome=Outcome.incomplete,
        reasons=tuple(found.reasons),
        missing=tuple(found.missing),
        rules=rules.name,
    )


def _people(form: SharingForm) -> People:
    return tuple(
        (name_of(person, index), person, tuple(sorted(set(person.data))))
        for index, person in enumerate(form.subjects)
    )


def protocol_covers(form: SharingForm, rules: Rules, on: dt.date) -> tuple[bool, str]:
    """Whether an agreed protocol speaks for this purpose and level on that day, and if not, why not."""
    protocol = form.protocol
    if protocol is None:
        return False, ""
    publishing = form.purpose is Purpose.publish
    kind = form.requester.agency_kind
    checks = (
        (answered(protocol.ref), "it has no reference"),
        (protocol.date is not None, "it has no date"),
        (protocol.date is None or protocol.date <= on, f"it is dated after {on}"),
        (protocol.review is None or protocol.review >= on, "its review date has passed"),
        (form.purpose in protocol.covers, f"it does not list {form.purpose or 'this purpose'}"),
        (publishing or form.level in rules.policy.protocol.levels, f"it does not pre-answer {form.level}"),
        (
            not protocol.agencies or kind in protocol.agencies,
            f"it does not list {kind or 'this kind of agency'}",
        ),
    )
    failed = [why for fine, why in checks if not fine]
    return not failed, "; ".join(failed)


def _beyond_protocol(form: SharingForm, rules: Rules, on: dt.date) -> People:
    """The people and classes of data that no protocol pre-answers."""
    covers, _ = protocol_covers(form, rules, on)
    if not covers or form.protocol is None:
        return _people(form)
    data = rules.policy.protocol.data
    if form.protocol.data:
        data = data & frozenset(form.protocol.data)
    rest = (
        (ref, person, tuple(item for item in items if item not in data))
        for ref, person, items in _people(form)
    )
    return tuple((ref, person, items) for ref, person, items in rest if items)


def _protocol(form: SharingForm, rules: Rules, on: dt.date, asked: People, found: Findings) -> None:
    """Why the protocol named, if one is, does not answer for all that is asked."""
    protocol = form.protocol
    if protocol is None:
        return
    covers, why = protocol_covers(form, rules, on)
    if covers:
        beyond = "; ".join(f"{', '.join(items)} of {ref}" for ref, _, items in asked)
        why = f"it does not cover {beyond or 'anybody'}"
    text = f"The protocol does not answer for everything: {why}. What it does not cover is asked."
    found.reasons.append(
        Reason(
            code="protocol_does_not_cover", text=text, source="protocol named on the form", field="protocol"
        )
    )
    if not form.grounds:
        if not answered(protocol.ref):
            found.lack("protocol.ref", "Name the protocol.", gaps.FORM)
        if protocol.date is None:
            found.lack("protocol.date", "Date the protocol.", gaps.FORM)


def _grounds(form: SharingForm, grounds: tuple[standing.Standing, ...], found: Findings) -> None:
    """A tick without its evidence is no answer; a ground that is not open is said, and does not count."""
    if not grounds:
        agreed = any(person.agreement == "given" for person in form.subjects)
        text = (
            "Name an agreed protocol that covers this, or tick at least one legal ground with its evidence."
        )
        if agreed:
            text += " Agreement is recorded beside a basis, never instead of one."
        found.lack("protocol or grounds", text, gaps.FORM)
    for ground in grounds:
        found.reasons += ground.against
        for name in () if ground.against else ground.missing:
            text = f"“{ground.rule.label}” needs {name.removeprefix(ground.field + '.')}."
            found.lack(name, text, ground.rule.cited, "evidence_missing")


def _waiting(grounds: tuple[standing.Standing, ...]) -> bool:
    """Whether the five questions must wait: no ground is ticked, or the only bases still lack their
    evidence.
    """
    bases = [ground for ground in grounds if not ground.rule.must_be_paired and not ground.against]
    return not grounds or (bool(bases) and not any(ground.stands for ground in bases))


def _releases(form: SharingForm, rules: Rules, level: Level) -> tuple[tuple[Release, ...], list[Reason]]:
    """The classes that the level needs, and a reason for each class held back."""
    allowed = rules.policy.items[level]
    releases, reasons = [], []
    for ref, _, items in _people(form):
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


def _granted(form: SharingForm) -> Level:
    return Level.involvement if form.purpose is Purpose.publish or form.level is None else form.level


def _permit(
    form: SharingForm, rules: Rules, on: dt.date, grounds: tuple[standing.Standing, ...], found: Findings
) -> Decision:
    level = _granted(form)
    releases, held = _releases(form, rules, level)
    covered = _covered_answers(form, rules, on)
    reasons = [*_why(form, grounds, bool(covered)), *found.reasons, *held]
    return Decision(
        outcome=Outcome.permit,
        level=level,
        reasons=tuple(reasons),
        obligations=obligations.arising(form, rules, on, emergency=_threat(form)),
        answers=(*covered, *found.answers, _proportionate(form)),
        releases=releases,
        rules=rules.name,
    )


def _why(form: SharingForm, grounds: tuple[standing.Standing, ...], covered: bool) -> list[Reason]:
    reasons = []
    if covered and form.protocol is not None:
        text = f"The agreed protocol {form.protocol.ref} of {form.protocol.date} covers {form.purpose}."
        reasons.append(
            Reason(code="protocol", text=text, source=f"protocol {form.protocol.ref}", field="protocol")
        )
    for ground in grounds:
        if ground.stands:
            text = f"Ground: {ground.rule.label}."
            reasons.append(
                Reason(
                    code=f"ground_{ground.ground.key}",
                    text=text,
                    source=ground.rule.cited,
                    field=ground.field,
                )
            )
    return reasons


def _covered_answers(form: SharingForm, rules: Rules, on: dt.date) -> tuple[Answer, ...]:
    """The five questions as the protocol answers them."""
    if form.protocol is None or not protocol_covers(form, rules, on)[0]:
        return ()
    source = f"protocol {form.protocol.ref} of {form.protocol.date}"
    beyond = {(ref, item) for ref, _, items in _beyond_protocol(form, rules, on) for item in items}
    answers = [Answer(question="power", answer="as agreed", source=source)]
    for ref, _, items in _people(form):
        for item in items:
            if (ref, item) not in beyond:
                answers += [
                    Answer(question=question, subject=ref, data=item, answer="as agreed", source=source)
                    for question in ("art6", "art9", "art10")
                ]
        answers.append(Answer(question="confidentiality", subject=ref, answer="as agreed", source=source))
    return tuple(answers)


def _proportionate(form: SharingForm) -> Answer:
    ticks = ", ".join(sorted(set(form.balancing))) or "as the protocol weighs them"
    return Answer(
        question="proportionality", answer=f"necessity stated; weighed: {ticks}", source="ECHR Art 8"
    )


def _threat(form: SharingForm) -> bool:
    return form.emergency is not None and answered(form.emergency.imminent_threat)


def _emergency(form: SharingForm, context: Context) -> bool:
    """An imminent threat to life, and somebody who takes it upon them by name. The statement is its
    ground.
    """
    if not _threat(form) or form.purpose is Purpose.publish:
        return False
    needed = Findings()
    gaps.essentials(form, context, needed)
    return not needed.missing and _approver_named(form)


def _approver_named(form: SharingForm) -> bool:
    return any(answered(signature.name) for signature in form.signatures)


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
        obligations=obligations.arising(form, rules, on, emergency=True, left_open=tuple(found.missing)),
        releases=releases,
        rules=rules.name,
    )
