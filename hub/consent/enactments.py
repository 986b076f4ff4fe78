"""What a named section of an Act is: a gateway, closed or open; of an Act that is known, or of none.

Free text is looked up in the Acts and gateways of `config/grounds.toml`. Nothing is believed for being written: an
Act that is not known there is a person's to judge. Not here: what else a ground needs (`grounds`), who decides
(`refusals`).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Final

from hub.consent.decision import Reason
from hub.consent.form.form import Ground, SharingForm
from hub.consent.form.vocabulary import ADULT_AT_RISK
from hub.consent.rules.rules import Act, Gateway, Rules
from hub.values import AgencyKind

FIELD: Final = "grounds[statutory_function].evidence.section"
UNKNOWN, OF_ANOTHER_BODY, NOT_LISTED = "act_unknown", "act_of_another_body", "section_not_listed"
_ANY_ACT: Final = re.compile(
    r"\b(?:acts?|measures?|regulations|rules|order|directions)\s*,?\s*(?:\([^)]*\)\s*,?\s*)?\d{4}\b"
)
_SOURCE: Final = "five questions Q1; DPA 2018 s.8"


@dataclass(slots=True)
class Looked:
    """What was found of a section. `closed`: why it carries nothing. `doubts`: what a person must decide first.

    `marked`: what is said of it, and holds nothing up. `adult`: it needs an adult at risk to be shown.
    """

    closed: list[Reason] = field(default_factory=list)
    doubts: list[Reason] = field(default_factory=list)
    marked: list[Reason] = field(default_factory=list)
    adult: bool = False


def look_up(ground: Ground, form: SharingForm, rules: Rules, on: dt.date) -> Looked:
    """Look up the section that a ground names, between the agencies of the form, on that day."""
    section, found = ground.evidence.get("section", ""), Looked()
    acts, rest = _acts_named(section, rules)
    gateways = gateways_named(section, rules)
    for gateway in gateways:
        if why := _why_closed(gateway, form, rules, on):
            found.closed.append(_reason("gateway_closed", why, gateway.source))
        found.adult = found.adult or gateway.needs_adult_at_risk
    giver = form.requester.agency_kind
    if not acts or _ANY_ACT.search(rest):
        text = (
            "The Act named is none that this hub's rules know. It is not believed for being written: the"
            " data-protection officer decides whether it carries this."
        )
        found.doubts.append(_reason(UNKNOWN, text, _SOURCE))
    for key, act in acts.items():
        listed = [one for one in gateways if one.act == key]
        if giver and not listed and not _confers(act, giver, form.recipient.agency_kind, rules):
            text = (
                f"The {act.name} confers no function on {rules.law.agencies[giver].a}, as far as this hub's"
                " rules know: the data-protection officer decides whether it carries this."
            )
            found.doubts.append(_reason(OF_ANOTHER_BODY, text, act.name))
        elif not listed:
            text = f"{act.name}: the section is not on this hub's list. It counts as written: look it up."
            found.marked.append(_reason(NOT_LISTED, text, act.name))
    return found


def _confers(act: Act, giver: AgencyKind, receiver: AgencyKind | None, rules: Rules) -> bool:
    """Whether it is the giver's own Act or, for a private body that answers a request, the receiver's."""
    asked = not rules.law.agencies[giver].public and receiver is not None
    return rules.belongs(giver, act.bodies) or (asked and rules.belongs(receiver, act.bodies))


def _why_closed(gateway: Gateway, form: SharingForm, rules: Rules, on: dt.date) -> str:
    giver, receiver = form.requester.agency_kind, form.recipient.agency_kind
    if not gateway.live(on):
        return f"{gateway.source}: not in force on {on}, so it carries nothing."
    if gateway.blocked or giver in gateway.blocked_for:
        return f"{gateway.source}: {gateway.text}."
    ends = rules.belongs(giver, gateway.who) and (not receiver or rules.belongs(receiver, gateway.to))
    one_of = not receiver or any(rules.belongs(kind, gateway.either) for kind in (giver, receiver))
    if not (ends and one_of):
        return f"{gateway.source} does not run between these two agencies: {gateway.text}."
    return ""


def _reason(code: str, text: str, source: str) -> Reason:
    return Reason(code=code, text=text, source=source, field=FIELD)


def gateways_named(section: str, rules: Rules) -> list[Gateway]:
    """The gateways that a free-text section names, by the Act's name and the section's number."""
    acts, rest = _acts_named(section, rules)
    return [
        one for one in rules.law.gateways if one.act in acts and any(_has(rest, it) for it in one.sections)
    ]


def _acts_named(section: str, rules: Rules) -> tuple[dict[str, Act], str]:
    """The known Acts that a free text names, and the text without their names, its numbers standing alone."""
    rest, found = " ".join(section.casefold().replace("\u2019", "'").split()), {}
    called = ((name, key, act) for key, act in rules.law.acts.items() for name in act.called)
    for name, key, act in sorted(called, key=lambda one: -len(one[0])):
        without = re.sub(rf"(?<![0-9a-z]){re.escape(name)}(?![0-9a-z])", " ", rest)
        if without != rest:
            found[key], rest = act, without
    return found, _spaced(rest)


def _has(text: str, number: str) -> bool:
    """Whether a section's number stands in the text: "7" is not the 7 of "part 7"."""
    return re.search(rf"(?<![0-9a-z])(?<!part ){re.escape(number)}(?![0-9a-z])", text) is not None


def _spaced(text: str) -> str:
    """The text with the section sign of "s.47" or "ss47" taken off, so that the number stands alone."""
    text = re.sub(r"\b(?:parts?|pts?)\b\.?\s*(?=[0-9ivx]+\b)", "part ", text)
    return re.sub(r"\b(?:ss?|sections?)\.?\s*(?=\d)", " ", text)


def adult_at_risk_fields() -> tuple[str, ...]:
    """The fields that show an adult at risk, where a section needs one."""
    return tuple(f"grounds[statutory_function].evidence.{name}" for name in ADULT_AT_RISK)
