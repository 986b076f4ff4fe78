"""What an agreed protocol between areas answers, and for whom it does not.

A protocol is dated and signed, and lists purposes, agencies, data and its review. Not here: the law for what
it does not answer (`five_questions`).
"""

from __future__ import annotations

import datetime as dt

from hub.consent import required_answers
from hub.consent.decision import Answer, Reason
from hub.consent.five_questions import Findings, name_of
from hub.consent.form.form import SharingForm, Subject
from hub.consent.form.vocabulary import DataClass, answered
from hub.consent.rules.rules import Rules
from hub.values import Level, Purpose

People = tuple[tuple[str, Subject, tuple[DataClass, ...]], ...]
"""Everyone on a form with the classes of data about them: (reference, person, classes)."""


def granted(form: SharingForm) -> Level | None:
    """The level that a permit would open; None where the form does not say."""
    return Level.involvement if form.purpose is Purpose.publish else form.level


def people_of(form: SharingForm, rules: Rules) -> People:
    """Everyone with what would move at the level asked for. The rest is held back, so nothing is asked about it.

    Nothing is left out where the level is not said. Somebody of whom nothing would move stays on the list.
    """
    moving = rules.policy.items.get(granted(form) or Level.not_answered, frozenset(DataClass))
    return tuple(
        (name_of(person, index), person, tuple(sorted(moving.intersection(person.data))))
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


def beyond_protocol(form: SharingForm, rules: Rules, on: dt.date) -> People:
    """The people and classes of data that no protocol pre-answers.

    To be named in a question tells the least of somebody, whatever is listed: only a protocol for that covers a
    person of whom nothing listed would move.
    """
    covers, _ = protocol_covers(form, rules, on)
    if not covers or form.protocol is None:
        return people_of(form, rules)
    data = rules.policy.protocol.data
    if form.protocol.data:
        data = data & frozenset(form.protocol.data)
    least = rules.policy.items[Level.involvement] <= data
    rest = (
        (ref, person, tuple(item for item in items if item not in data), not items and not least)
        for ref, person, items in people_of(form, rules)
    )
    return tuple((ref, person, items) for ref, person, items, named in rest if items or named)


def say_why_not(form: SharingForm, rules: Rules, on: dt.date, asked: People, found: Findings) -> None:
    """Why the protocol named, if one is, does not answer for all that is asked."""
    protocol = form.protocol
    if protocol is None:
        return
    covers, why = protocol_covers(form, rules, on)
    if covers:
        beyond = "; ".join(f"{', '.join(items) or 'the naming'} of {ref}" for ref, _, items in asked)
        why = f"it does not cover {beyond or 'anybody'}"
    text = f"The protocol does not answer for everything: {why}. What it does not cover is asked."
    found.reasons.append(
        Reason(
            code="protocol_does_not_cover", text=text, source="protocol named on the form", field="protocol"
        )
    )
    if not form.grounds:
        if not answered(protocol.ref):
            found.lack("protocol.ref", "Name the protocol.", required_answers.FORM)
        if protocol.date is None:
            found.lack("protocol.date", "Date the protocol.", required_answers.FORM)


def covered_answers(form: SharingForm, rules: Rules, on: dt.date) -> tuple[Answer, ...]:
    """The five questions as the protocol answers them."""
    if form.protocol is None or not protocol_covers(form, rules, on)[0]:
        return ()
    source = f"protocol {form.protocol.ref} of {form.protocol.date}"
    beyond = {(ref, item) for ref, _, items in beyond_protocol(form, rules, on) for item in items}
    answers = [Answer(question="power", answer="as agreed", source=source)]
    for ref, _, items in people_of(form, rules):
        for item in items:
            if (ref, item) not in beyond:
                answers += [
                    Answer(question=question, subject=ref, data=item, answer="as agreed", source=source)
                    for question in ("art6", "art9", "art10")
                ]
        answers.append(Answer(question="confidentiality", subject=ref, answer="as agreed", source=source))
    return tuple(answers)
