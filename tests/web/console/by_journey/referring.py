"""Cases: a list, a referral, its papers, and entering one."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from hub.web.console.referrals import BLOCKS
from tests.web.console.by_journey.example import Example, Fields, R

E = Example
REFERRAL: Final[Fields] = MappingProxyType(
    {
        "referring_agency": "Northmoor Police",
        "contact_names": "The duty desk",
        "victim_name.given_names": "Dorothea",
        "victim_name.surname": "Longacre",
        "crit_professional_judgement": "yes",
        "crit_visible_high_risk": "yes",
        "pj_rationale": "Frightened to go home.",
        "sealed": "no",
        "fled": "none",
    }
)
REFERRED: Final = MappingProxyType({"case": "{referred}"})
CHECKLIST: Final[Fields] = MappingProxyType(
    {
        "questions.injury.answer": "yes",
        "questions.weapons.answer": "dont_know",
        "total_yes": "4",
        "other_risk_info": "Far from the road.",
    }
)
NEW_CASE: Final[Fields] = MappingProxyType(
    {
        "case_ref": "NM-new",
        "agency": "Northmoor Police",
        "contact": "The duty desk",
        "victim.given_names": "Dorothea",
        "victim.surname": "Quillfeather",
        "victim.date_of_birth": "4 July 1991",
        "sealed": "no",
        "fled": "areas",
        "fled_other": "Vale of Elsewhere",
    }
)
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /cases", R.representative),
    E("GET /cases"),
    E("POST /cases", form={"number": "{ref}"}),
    E("POST /cases", form={"number": "no such reference"}),
    E("POST /cases", form={"number": "x" * 3_000}, status=422),
    E("GET /referrals/new"),
    E("POST /referrals/new", form={"button": "next.referrer"}, status=422),
    *(E("POST /referrals/new", form={**REFERRAL, "button": f"next.{one}"}) for one in list(BLOCKS)[:-1]),
    E("POST /referrals/new", form={**REFERRAL, "button": "more.afraid"}),
    E("POST /referrals/new", form={**REFERRAL, "sealed": "", "button": "send.send"}, status=422),
    E("POST /referrals/new", form={**REFERRAL, "button": "send.send"}),
    E("GET /cases/{case}/papers/{paper}", places=REFERRED),
    E("GET /cases/{case}/papers/{paper}", places={"case": "{referred}", "paper": "ab" * 16}, status=404),
    E("GET /cases/{case}/file", places=REFERRED),
    E("POST /cases/{case}/file", places=REFERRED, status=422),
    E("POST /cases/{case}/file", form={"what": "minutes"}, places=REFERRED, status=422),
    E("GET /cases/{case}/dash", places=REFERRED),
    E("POST /cases/{case}/dash", form={"date_1": "31/2/2026"}, places=REFERRED, status=422),
    E("POST /cases/{case}/dash", form=CHECKLIST, places=REFERRED),
    E("GET /cases/{case}/papers/{paper}", places=REFERRED),
    E(
        "POST /cases/{case}/papers/{paper}/correct",
        places={"case": "{referred}", "paper": "ab" * 16},
        status=404,
    ),
    E(
        "GET /cases/{case}/papers/{paper}/correct",
        places={"case": "{referred}", "paper": "ab" * 16},
        status=404,
    ),
    E("GET /cases/{case}", places=REFERRED),
    E(
        "GET /cases/{case}/papers/{paper}/correct",
        places={"case": "{referred}", "paper": "{checklist}"},
    ),
    E("GET /cases/{case}/disclosure-scheme", places=REFERRED),
    E("POST /cases/{case}/disclosure-scheme", places=REFERRED, status=422),
    E(
        "POST /cases/{case}/disclosure-scheme",
        form={"considered": "yes", "because": "The police decide."},
        places=REFERRED,
    ),
    E("GET /cases/{case}/disclosure-scheme", places=REFERRED),
    E("GET /cases/{case}/meeting", places=REFERRED),
    E("POST /cases/{case}/meeting", places=REFERRED, status=422),
    E("POST /cases/{case}/meeting", form={"button": "off"}, places=REFERRED, status=422),
    E("POST /cases/{case}/meeting", form={"day": "1 January 2020"}, places=REFERRED, status=422),
    E("POST /cases/{case}/meeting", form={"day": "3 December 2026", "button": "list"}, places=REFERRED),
    E("GET /cases/{case}/meeting", places=REFERRED),
    E("GET /cases/{case}/child-referral", places=REFERRED),
    E("POST /cases/{case}/child-referral", places=REFERRED, status=422),
    E("POST /cases/{case}/child-referral", form={"made": "no", "why_not": "No child."}, places=REFERRED),
    E("GET /cases/{case}/research", places=REFERRED),
    E("POST /cases/{case}/research", places=REFERRED, status=422),
    E("POST /cases/{case}/research", form={"name_agency": "Police", "button": "more"}, places=REFERRED),
    E("POST /cases/{case}/research", form={"name_agency": "Police"}, places=REFERRED),
    E("GET /cases/new"),
    E("POST /cases/new", status=422),
    E("POST /cases/new", form=NEW_CASE),
    E("GET /cases/{case}"),
    E("GET /cases/{case}", places={"case": "ab" * 16}, status=404),
)
