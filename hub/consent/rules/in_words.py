"""The rules in words: what each purpose, ground and role may get, for a data-protection officer to check.

Built from the rules themselves, so that it cannot say other than what is decided. Not here: printing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from hub.consent.form.vocabulary import GroundKey
from hub.consent.rules.rules import Act, GroundRule, Rules
from hub.values import AgencyKind, Level, Purpose

PURPOSES = {
    Purpose.publish: "letting peers' checks meet the people of a case",
    Purpose.referred_elsewhere: "asking whether a person is known to another area",
    Purpose.marac_transfer: "moving a case when a victim moves",
    Purpose.idva_prior_contact: "asking an Idva service about earlier contact",
}


def explain(rules: Rules, on: dt.date) -> str:
    """The complete rule set in plain text, as it stands on that day."""
    return "\n".join(
        [
            *_heading(rules, on),
            *_purposes(rules),
            *_levels(rules),
            *_by_the_client(rules, on),
            *_grounds(rules, on),
            *_acts(rules),
            *_rest(rules, on),
        ]
    )


def _heading(rules: Rules, on: dt.date) -> Iterator[str]:
    yield f"Rules on {on}: {rules.name}. Not legal advice."
    if any(document.example for document in rules.policy.policy_documents.values()):
        yield "  All of it is in force as printed. Entries marked EXAMPLE must be replaced before real use."
    for jurisdiction in rules.law.jurisdictions.values():
        state = "filled in" if jurisdiction.filled_in else "not filled in: everything is refused"
        yield f"  {jurisdiction.name}: {state}."
    yield ""


def _purposes(rules: Rules) -> Iterator[str]:
    yield "Purposes, and the most that each role may ask for"
    for purpose, roles in rules.policy.levels.items():
        most = ", ".join(f"{role} {level}" for role, level in roles.items())
        yield f"  {purpose}: {PURPOSES[purpose]}. {most}."
    yield ""


def _levels(rules: Rules) -> Iterator[str]:
    policy = rules.policy
    yield "Levels, and the only classes of data that move at each"
    for level, items in policy.items.items():
        signs = (
            "a manager signs before" if level in policy.signatures.manager_before else "a manager signs after"
        )
        automatic = level in policy.answer.automatic_levels
        answers = "may be answered without a person under a protocol" if automatic else "a person answers"
        yield f"  {level}: {', '.join(sorted(items))}; {signs}; {answers}."
    yield f"  A candidate below {policy.answer.least_band} is not answered."
    yield ""
    yield "An agreed protocol pre-answers"
    levels, data = sorted(policy.protocol.levels), sorted(policy.protocol.data)
    yield f"  the purposes it lists, at {', '.join(levels)}, for {', '.join(data)}. Anything else is asked."
    yield f"  Special category (Art 9): {', '.join(sorted(policy.sensitive.art9))}."
    yield f"  Offence data (Art 10): {', '.join(sorted(policy.sensitive.art10))}."
    for role, items in policy.sensitive.art10_by_role.items():
        yield f"  Offence data for a {role}, too: {', '.join(sorted(items))}."
    yield ""


def _grounds(rules: Rules, on: dt.date) -> Iterator[str]:
    yield "Grounds"
    for key in GroundKey:
        yield from _ground(key, rules.law.grounds[key], rules, on)
    yield ""


def _ground(key: GroundKey, rule: GroundRule, rules: Rules, on: dt.date) -> Iterator[str]:
    yield f"  {key}: {rule.label}{'' if rule.live(on) else ' (NOT IN FORCE)'}"
    yield f"    Today: {rule.cited}. On the paper form: {rule.printed}. Confidence: {rule.confidence}."
    until = f" until {rule.to_date}" if rule.to_date else ""
    yield f"    Rule dated {rule.from_}{until}. Needs: {', '.join(rule.needs)}."
    for label, group in (("Only for", rule.who), ("Only to", rule.to)):
        if group:
            yield f"    {label}: {', '.join(group)}."
    if rule.must_be_paired:
        yield "    Supplies no Article 6 basis: must be paired with a ground that does."
    bases: dict[str, list[str]] = {}
    for kind in AgencyKind:
        basis = basis_for(kind, rule, rules, on)
        bases.setdefault(basis or "may not rely on it", []).append(rules.law.agencies[kind].name)
    if not rule.must_be_paired:
        for basis, kinds in bases.items():
            yield f"    {', '.join(kinds)}: {basis}."
    for label, names in (("Art 9", rule.art9), ("Art 10", rule.art10)):
        cited = "; ".join(rules.law.conditions[name].cited for name in names)
        if cited:
            yield f"    {label}: {cited}."
    if rule.confidentiality:
        yield f"    Confidence is lifted by: {rule.confidentiality}."


def basis_for(kind: AgencyKind, rule: GroundRule, rules: Rules, on: dt.date) -> str:
    """The basis open to that kind of agency under a ground on that day, in words; or nothing."""
    if not rules.belongs(kind, rule.who):
        return ""
    where_duty = ""
    for choice in rule.basis:
        basis = rules.law.bases[choice.key]
        if rules.belongs(kind, choice.who) and basis.live(on):
            words = f"{basis.text} ({basis.cited})"
            if not choice.duty:
                return where_duty + words
            where_duty = f"{words} where the section is a duty, otherwise "
    return ""


def _by_the_client(rules: Rules, on: dt.date) -> Iterator[str]:
    rule, law = rules.law.client_agreement, rules.law
    yield f"With {rule.text} alone, dated{'' if rule.live(on) else ' (NOT IN FORCE)'}"
    yield f"  {', '.join(rule.who)} may ask {', '.join(rule.to)}, a service that is named:"
    yield f"  {', '.join(sorted(PURPOSES[one] for one in rule.purposes))}, at {', '.join(sorted(rule.levels))}."
    yield f"  Data: {', '.join(sorted(rule.data))}. Basis: {law.bases[rule.basis].cited}. Source: {rule.cited}."
    yield ""


def _acts(rules: Rules) -> Iterator[str]:
    yield "Acts that are known; any other, and one of another body, is for the data-protection officer"
    for act in rules.law.acts.values():
        yield f"  {act.name}{_of(act)}"
    yield "  A section that is not on the list is marked, and counts as written."
    yield ""


def _of(act: Act) -> str:
    return f" (of {', '.join(act.bodies)})" if act.bodies else ""


def _rest(rules: Rules, on: dt.date) -> Iterator[str]:
    yield "Sections that carry nothing here"
    for gateway in rules.law.gateways:
        if not gateway.live(on):
            yield f"  {gateway.source}: {gateway.text} (not in force, off)."
        elif gateway.blocked or gateway.blocked_for:
            whom = f" when given by {', '.join(gateway.blocked_for)}" if gateway.blocked_for else ""
            yield f"  {gateway.source}: {gateway.text}{whom}."
    yield ""
    yield "Appropriate policy documents"
    for name, document in rules.policy.policy_documents.items():
        state = "in date" if document.in_date(on) else "NOT in date"
        yield f"  {name}: {document.ref}, {state} (review by {document.review_by})."
        if document.example:
            yield "    EXAMPLE: it names no real document, and counts only for trying things out. Put in your own."
    days = rules.policy.days
    yield ""
    yield "Obligations"
    yield f"  Tell the victim or record why not: {days.notify_client} days."
    yield f"  Countersign, where a manager signs after: {days.countersign} days."
    yield f"  Record each recipient: {days.record_recipients} days. Review within {days.longest_review} days."
    emergency = rules.policy.emergency
    yield f"  Imminent threat to life: {emergency.level} at once on a named person's word,"
    yield f"    and the form complete within {emergency.days_to_complete} day."
    yield f"  Always refused: publishing a sealed case; {Level.transfer} as the level of a question."
    needed = rules.policy.necessity
    yield ""
    yield "Necessity"
    if needed is None:
        yield "  Any words are enough: policy.toml has no part [necessity]."
    else:
        yield f"  Says something about the case: {needed.least_words} words that could not stand on every form."
        yield f"  Such as: {needed.example}"
