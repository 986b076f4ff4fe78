"""What goes to another area of one of ours, at a level that was decided: no more than the level allows.

Decides nothing (`hub.consent`) and seals nothing (`hub.checks.receive`).
"""

from __future__ import annotations

from typing import Final

from hub.matching import Confirmation
from hub.records.cases import CaseDetails, PersonDetails
from hub.values import Kind, Level, day_in_words
from hub.wire.messages import Disclosure

CRITERIA: Final = {
    "professional_judgement": "Professional judgement",
    "visible_high_risk": "Visible high risk (14 or more on the Dash)",
    "potential_escalation": "Potential escalation",
    "marac_repeat": "Marac repeat",
}
"""The Marac's criteria as referrals code them, in words; others are given as they were imported."""


def released(level: Level, case: CaseDetails, person: PersonDetails, agreed: Confirmation) -> Disclosure:
    """Exactly what the level allows: involvement, role and month of last activity."""
    kinds = [case.kind]
    if case.kind is Kind.marac and case.idva_service:
        kinds.append(Kind.idva)
    dates = [date for date in (case.referral_date, case.meeting_date) if date]
    summary = None
    if level is Level.summary:
        summary = _summary(case)
    return Disclosure(
        status="answered",
        level=level,
        involvement=tuple(kinds),
        role=person.person.role,
        last_activity=max(dates).strftime("%Y-%m") if dates else None,
        agreement=tuple(f"{one.field.replace('_', ' ')}: {_words(one.similarity)}" for one in agreed.fields),
        summary=summary,
    )


def _summary(case: CaseDetails) -> str:
    day = day_in_words(case.referral_date) if case.referral_date else "a date not recorded"
    criteria = "; ".join(CRITERIA.get(one, one) for one in case.criteria) or "not recorded"
    return f"Referred on {day}. Criteria: {criteria}."


def _words(similarity: float | None) -> str:
    if similarity is None:
        return "absent on one side"
    if similarity >= 99:
        return "agrees"
    return "close" if similarity >= 80 else "differs"
