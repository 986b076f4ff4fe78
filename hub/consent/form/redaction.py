"""The form as another area may read it: that questions were answered and on what grounds, not what was said.

The holder's engine decides on this. Free words stay in the enquirer's area, with a mark that they were given; kept
are the grounds with their sections, courts and yes or no, who decided by office, names of signatories, and dates.
Pure. Not here: sealing and sending (`hub.checks.disclose`).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from hub.consent.areas import Area
from hub.consent.context import same
from hub.consent.form.contradictions import interest_described
from hub.consent.form.fled import NOT_KNOWN, fled_areas
from hub.consent.form.form import Conflicts, Consultation, Ground, SharingForm
from hub.consent.form.vocabulary import ANYWHERE, EVIDENCE, SignatureRole
from hub.consent.verdicts import GUARDIANS, OFFICERS, limit, verdict

KEPT_HERE: Final = "recorded; kept by the enquiring area"
_LEGAL: Final = frozenset(
    {"section", "body", "duty_or_power", "ordered", "court", "case_no", "date", "scope", "sealed_copy"}
)
_SHORT: Final = frozenset({"yes", "no", "true", "false"})


def excerpt(form: SharingForm, recipient: Area, on: dt.date) -> SharingForm:
    """The form for the area that is told: it learns only whether it is itself one of the areas fled."""
    manager = form.signature(SignatureRole.manager)
    return form.model_copy(
        update={
            "subjects": tuple(
                one.model_copy(update={"ref": f"s{number}", "p18_2_reason": _mark(one.p18_2_reason)})
                for number, one in enumerate(form.subjects, 1)
            ),
            "risk": tuple(
                one.model_copy(update={name: _mark(getattr(one, name)) for name in type(one).model_fields})
                for one in form.risk
            ),
            "incident": _mark(form.incident),
            "comments": _mark(form.comments),
            "necessity": _mark(form.necessity),
            "grounds": tuple(_ground(one) for one in form.grounds),
            "consultations": tuple(
                _advice(one, form, manager.name if manager else "", on) for one in form.consultations
            ),
            "client_notified": form.client_notified.model_copy(
                update={"why_not": _mark(form.client_notified.why_not)}
            ),
            "fled_from": _fled(form, recipient),
            "emergency": form.emergency
            and form.emergency.model_copy(update={"imminent_threat": _mark(form.emergency.imminent_threat)}),
            "conflicts": _conflicts(form),
        }
    )


def _fled(form: SharingForm, recipient: Area) -> tuple[str, ...] | None:
    """The answer about the recipient alone. One that is not settled is none."""
    if any(recipient.has_in_name(entry) for entry in fled_areas(form.fled_from)):
        return (recipient.node_id,)
    return None if form.fled_from is None or NOT_KNOWN in form.fled_from else ()


def _mark(text: str) -> str:
    return KEPT_HERE if text else ""


def _ground(ground: Ground) -> Ground:
    kept = {
        name: text if name in _LEGAL or text.strip().casefold() in _SHORT else _mark(text)
        for name, text in ground.evidence.items()
        if name in (*EVIDENCE[ground.key], *ANYWHERE)
    }
    return ground.model_copy(update={"evidence": kept})


def _conflicts(form: SharingForm) -> Conflicts:
    """The declaration in its two oldest fields, which every node reads."""
    given, described = form.conflicts, interest_described(form)
    declared = described if given.declared is None and given.conflict else given.declared
    return Conflicts(declared=declared, details=KEPT_HERE if described else "")


def _advice(advice: Consultation, form: SharingForm, manager: str, on: dt.date) -> Consultation:
    """The adviser's office, and the verdict with its limit alone, in words that every node reads."""
    who = advice.who.casefold()
    office = "manager" if "manager" in who or same(advice.who, manager) else ""
    if any(title in who for title in GUARDIANS):
        office = "Caldicott Guardian"
    elif any(title in who for title in OFFICERS):
        office = "data-protection officer"
    settled, most = verdict(advice, on, form.level), limit(advice)
    share = f"share: {most} only" if most else "share"
    decision = _mark(advice.decision) if settled is None else share if settled else "do not share"
    return Consultation(
        kind=advice.kind,
        who=office or _mark(advice.who),
        date=advice.date,
        advice=_mark(advice.advice),
        decision=decision,
    )
