"""What an agreed protocol answers of a form: by an agreement that this node holds or, for a form alone, as stated.

Why it does not, in words that follow "does not answer for everything:". Pure. Not here: what is asked instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from hub.consent.agreements import AgreedBasis, SharingAgreement, digest_said
from hub.consent.conditions import Conditions, engaged
from hub.consent.context import same
from hub.consent.form.form import Protocol, SharingForm, Subject
from hub.consent.form.vocabulary import DataClass, answered
from hub.consent.rules.rules import Rules
from hub.values import AgencyKind, Purpose


@dataclass(frozen=True, slots=True)
class Between:
    """The areas that information would move between, by node id; `receiver` is empty where nobody is told."""

    giver: str
    receiver: str = ""


def named(protocol: Protocol | None, held: Iterable[SharingAgreement]) -> SharingAgreement | None:
    """The agreement that a form names by its reference, of those that are held."""
    ref = protocol.ref if protocol else ""
    return next((one for one in held if same(one.ref, ref)), None)


def why_not_as_stated(protocol: Protocol, form: SharingForm, rules: Rules, on: dt.date) -> str:
    """Why a protocol, taken as the form states it, does not speak for its purpose and level on that day."""
    giver = form.requester.agency_kind
    return _said(
        (
            (answered(protocol.ref), "it has no reference"),
            (protocol.date is not None, "it has no date"),
            (protocol.date is None or protocol.date <= on, f"it is dated after {on}"),
            (protocol.review is None or protocol.review >= on, "its review date has passed"),
            (form.purpose in protocol.covers, f"it does not list {form.purpose or 'this purpose'}"),
            _level(form, rules),
            (
                not protocol.agencies or giver in protocol.agencies,
                f"it does not list {giver or 'this kind of agency'}",
            ),
        )
    )


def why_not_held(
    protocol: Protocol, agreement: SharingAgreement | None, assessed: Conditions, between: Between
) -> str:
    """Why the agreement of that reference, if this node holds one, does not speak for the form."""
    form, rules, on = assessed.form, assessed.rules, assessed.on
    if agreement is None:
        return f"this node holds no agreement {protocol.ref}" if answered(protocol.ref) else "it is not named"
    asker, kind = form.requester.agency or "an agency that is not named", form.requester.agency_kind
    of_kind = f" as {rules.law.agencies[kind].name}" if kind else ""
    lapsed, other = agreement.why_not_on(on), protocol.digest not in ("", agreement.digest)
    signed = agreement.signed_by(between.giver, form.requester.agency, kind)
    dated = protocol.date in (None, agreement.date)
    law = form.jurisdiction is agreement.jurisdiction
    to = between.receiver
    return _said(
        (
            (dated, f"it is dated {agreement.date} here, not {protocol.date}"),
            (not other, f"another version of it is held here, {digest_said(agreement.digest)}"),
            (not lapsed, lapsed),
            (law, f"it is of the law of {rules.law.jurisdictions[agreement.jurisdiction].name}"),
            (form.purpose in agreement.purposes, f"it does not list {form.purpose or 'this purpose'}"),
            _level(form, rules),
            (signed, f"{asker} of {between.giver} has not signed it{of_kind}"),
            (not to or to in agreement.areas, f"nobody of {to} has signed it"),
        )
    )


def _level(form: SharingForm, rules: Rules) -> tuple[bool, str]:
    publishing = form.purpose is Purpose.publish
    return publishing or form.level in rules.policy.protocol.levels, f"it does not pre-answer {form.level}"


def _said(checks: Iterable[tuple[bool, str]]) -> str:
    return "; ".join(why for fine, why in checks if not fine)


def why_not_of(agreement: SharingAgreement, person: Subject, data: DataClass, assessed: Conditions) -> str:
    """Why the agreement carries that class of data of that person not at all, or nothing."""
    law, kind = assessed.rules.law, assessed.form.requester.agency_kind
    row = agreement.basis_of(kind, data)
    if row is None or kind is None:
        return f"no basis is agreed for {law.agencies[kind].a if kind else 'an agency of no kind'}"
    basis = law.bases.get(row.art6)
    if basis is None or not basis.live(assessed.on) or not law.belongs(kind, basis.who):
        return f"its basis {basis.cited if basis else row.art6} is not in force for {law.agencies[kind].a}"
    for question, key in conditions_of(row):
        if not engaged(question, person, data, assessed.rules):
            continue
        condition = law.conditions.get(key)
        if condition is None:
            article = question.removeprefix("art")
            return f"no Article {article} condition is agreed for {law.agencies[kind].a}"
        if why := assessed.why_not(person, condition):
            return f"{condition.cited}: {why}"
    return ""


def conditions_of(row: AgreedBasis) -> tuple[tuple[str, str], ...]:
    """The two questions that a condition answers, each with the condition that is agreed, if any."""
    return ("art9", row.art9), ("art10", row.art10)


def stated(protocol: Protocol, data: DataClass) -> str:
    """Why a protocol, as stated, does not carry a class of data, or nothing. One that lists none leaves it open."""
    return "it is not listed" if protocol.data and data not in protocol.data else ""


def power_of(row: AgreedBasis, kind: AgencyKind | None, rules: Rules) -> str:
    """The power that is agreed for an agency to share; a private body needs none."""
    if kind is not None and not rules.law.agencies[kind].public and not row.power:
        return "a private body needs no statutory power to give"
    return row.power
