"""Which of the ticked grounds stand: in force, open to this giver and receiver, and shown by evidence.

Not here: whether the grounds that stand answer the five questions (`five_questions`).
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace

from hub.consent.context import same
from hub.consent.decision import Reason
from hub.consent.enactments import Looked, adult_at_risk_fields, look_up
from hub.consent.form.form import Ground, SharingForm
from hub.consent.form.vocabulary import ADULT_AT_RISK, GroundKey, answered
from hub.consent.rules.rules import GroundRule, Rules

NOT_OPEN, NOT_COVERED = "ground_not_open", "recipient_not_covered"

NOT_SHOWN = re.compile(
    r"no|none|nil|false"
    r"|(?:not yet|not (?:done|checked|assessed|considered)|pending|awaiting|awaited|to follow"
    r"|to be (?:obtained|confirmed|done|checked|considered|completed))\b.*"
)
"""Evidence that says that there is none, or none yet."""

DENIED = {
    "sealed_copy": re.compile(r"(?:no|not|never|unsealed|draft)\b"),
    "senior_signoff": re.compile(r"(?:no|not|nobody|never|refused|declined|requested|unsigned)\b"),
    "imminent_threat_to_life": re.compile(
        r"(?:there is )?(?:no|not)\b.{0,20}\b(?:threat|risk|danger|imminent)"
    ),
}
"""Openings by which the evidence says the opposite of what it must show."""

ASKED = re.compile(r"\b(?:requests?|requested|asks|asked|public task)\b", re.IGNORECASE)
NOT_ASKED = re.compile(
    r"\b(?:no|not|nobody|without|nor|never)\b.{0,20}\b(?:requests?|requested|asks|asked)\b", re.IGNORECASE
)
"""How a public body's request is stated in other words, or that there is none."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One ticked ground: it stands when nothing is `missing`, no reason is `against` it, and no doubt is open.

    `doubts`: what the data-protection officer decides before it counts; `accepted`: that it was. `marked`: what is
    said of it besides.
    """

    ground: Ground
    rule: GroundRule
    missing: tuple[str, ...]
    against: tuple[Reason, ...]
    doubts: tuple[Reason, ...] = ()
    accepted: bool = False
    marked: tuple[Reason, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether the ground may be relied on."""
        return not (self.missing or self.against) and (self.accepted or not self.doubts)

    @property
    def closed(self) -> bool:
        """Whether the ground is not this agency's to rely on, or not towards this recipient, whatever it shows."""
        against = any(reason.code in (NOT_OPEN, NOT_COVERED) for reason in self.against)
        return against or f"{self.field}.evidence.request" in self.missing

    @property
    def field(self) -> str:
        """The form's field that the ground was ticked in."""
        return f"grounds[{self.ground.key}]"


def assess(form: SharingForm, rules: Rules, on: dt.date, accepted: bool) -> tuple[Standing, ...]:
    """Every ticked ground, in the order of the printed form. `accepted`: what is in doubt, by the right person."""
    order = list(GroundKey)
    ticked = sorted(form.grounds, key=lambda ground: order.index(ground.key))
    return tuple(replace(_standing(ground, form, rules, on), accepted=accepted) for ground in ticked)


def _standing(ground: Ground, form: SharingForm, rules: Rules, on: dt.date) -> Standing:
    rule = rules.law.grounds[ground.key]
    giver, receiver = form.requester.agency_kind, form.recipient.agency_kind
    field = f"grounds[{ground.key}]"
    against: list[Reason] = []
    missing: list[str] = []
    if not rule.live(on):
        against.append(
            _against("ground_not_in_force", f"“{rule.label}” is not in force on {on}.", rule, field)
        )
    if giver and not rules.belongs(giver, rule.who):
        text = f"“{rule.label}” may not be relied on by {rules.law.agencies[giver].a}."
        against.append(_against(NOT_OPEN, text, rule, field + ".key"))
    private = giver is not None and not rules.law.agencies[giver].public
    for group in filter(None, (rule.to, rule.private_to if private else ())):
        if receiver is None:
            missing.append("recipient.agency_kind")
        elif not rules.belongs(receiver, group):
            text = f"“{rule.label}” carries nothing to {rules.law.agencies[receiver].a}."
            against.append(_against(NOT_COVERED, text, rule, field + ".key"))
    if giver and rule.basis and not any(rules.belongs(giver, choice.who) for choice in rule.basis):
        text = f"“{rule.label}” gives {rules.law.agencies[giver].a} no Article 6 basis."
        against.append(_against(NOT_OPEN, text, rule, field + ".key"))
    missing += [
        f"{field}.evidence.{name}"
        for name in rule.needs
        if not (_shown(ground, name, on) or _by_person(form, name))
    ]
    if private and rule.on_request and not _requested(ground):
        missing.append(f"{field}.evidence.request")
    ordered = ground.evidence.get("ordered", "")
    if answered(ordered) and not same(ordered, form.requester.agency):
        text = "The order binds another body than the one that shares."
        against.append(_against(NOT_OPEN, text, rule, field + ".evidence.ordered"))
    looked = look_up(ground, form, rules, on) if ground.key is GroundKey.statutory_function else Looked()
    against += looked.closed
    if looked.adult and not has_adult_at_risk(form):
        missing += adult_at_risk_fields()
    named = answered(ground.evidence.get("section", ""))
    return Standing(
        ground,
        rule,
        tuple(missing),
        tuple(against),
        doubts=tuple(looked.doubts) if named else (),
        marked=tuple(looked.marked),
    )


def _against(code: str, text: str, rule: GroundRule, field: str) -> Reason:
    return Reason(code=code, text=text, source=rule.cited, field=field)


def _shown(ground: Ground, name: str, on: dt.date) -> bool:
    """Whether the named evidence is given and can be evidence on that day."""
    text = ground.evidence.get(name, "")
    if not answered(text):
        return False
    plain = " ".join(text.split()).casefold()
    if name == "duty_or_power":
        return "duty" in plain or "power" in plain
    if name == "date":
        day = parse_day(plain)
        return day is None or day <= on
    if name == "third_party_material_check" and plain in {"no", "none"}:
        return True
    return NOT_SHOWN.fullmatch(plain) is None and not (name in DENIED and DENIED[name].match(plain))


def _by_person(form: SharingForm, name: str) -> bool:
    """Whether it is said person by person instead: why there is no consent."""
    return name == "p18_2_reason" and any(answered(one.p18_2_reason) for one in form.subjects)


def _requested(ground: Ground) -> bool:
    """Whether a public body's request is stated: under its own name, or in the words beside it."""
    if answered(ground.evidence.get("request", "")):
        return NOT_SHOWN.fullmatch(ground.evidence["request"].strip().casefold()) is None
    words = " ".join(ground.evidence.get(name, "") for name in ("section", "body", "duty_or_power"))
    return bool(ASKED.search(words)) and not NOT_ASKED.search(words)


def parse_day(text: str) -> dt.date | None:
    """An ISO date, or None where the day is written in words."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def has_adult_at_risk(form: SharingForm) -> bool:
    """Whether some ground's evidence shows all three limbs of DPA 2018 Sch 1 para 18(3)."""
    return any(
        all(
            answered(ground.evidence.get(name, "")) and ground.evidence[name].casefold() != "no"
            for name in ADULT_AT_RISK
        )
        for ground in form.grounds
    )
