"""What the programs' interface takes and gives, by example, where several addresses share it. Nobody here exists.

Tested against the models where an address uses them. Not here: the addresses (`addresses`).
"""

from __future__ import annotations

from typing import Final

CASE: Final = "5f0c" * 8
RECORD: Final = "a1b2" * 8
CHECK: Final = "9e7d" * 8
LISTED: Final = {
    "cases": [{"case": CASE, "case_ref": "NM-2026-0412", "kind": "marac", "stub": True}],
    "more": False,
}
ON_AGENDA: Final = {
    "case": CASE,
    "case_ref": "NM-2026-0412",
    "last_asked": "2026-11-24T09:12:00Z",
    "changed": ["new_name"],
    "people": 2,
    "alone": None,
}
PERSON: Final = {
    "role": "victim",
    "given_names": "Toya",
    "surname": "Grant",
    "date_of_birth": "1997-02-18",
    "postcode": "NM14 8YN",
}
MEETING: Final = {"day": "2026-12-03"}
SHOWN: Final = {
    "case": CASE,
    "case_ref": "NM-2026-0412",
    "kind": "marac",
    "stub": True,
    "sealed": False,
    "referring_agency": "Northmoor Police",
    "referring_contact": "The duty desk",
    "meeting_date": "2026-12-03",
    "heard": [],
    "fled_from": [],
    "people": [{"record": RECORD, "person": PERSON}],
}
STUB: Final = {
    "case_ref": "NM-2026-0412",
    "agency": "Northmoor Police",
    "contact": "The duty desk",
    "victim": {
        "given_names": "Toya",
        "surname": "Grant",
        "date_of_birth": "18 February 1997",
        "postcode": "NM14 8YN",
    },
    "sealed": False,
    "fled": "none",
}
REFERRAL: Final = {
    "referring_agency": "Northmoor Police",
    "contact_names": "The duty desk",
    "victim_name": {"given_names": "Toya", "surname": "Grant"},
    "victim_dob": "18 February 1997",
    "crit_professional_judgement": "yes",
    "pj_rationale": "Frightened to come home since they separated.",
    "sealed": False,
    "fled_from": [],
}
REFERRED: Final = {
    "case": CASE,
    "case_ref": "R-2026-7F3A2C90B1",
    "added": 1,
    "criteria": [
        {
            "criterion": "professional_judgement",
            "ticked": "yes",
            "found": "met",
            "why": "A professional judges so. That is enough.",
            "differs": False,
        }
    ],
    "here_already": [],
    "repeat": None,
    "child_referral": False,
}
QUESTION: Final = {
    "once": "listing-2026-11-29",
    "why": "risk_grew",
    "said": "given",
    "fled": "none",
    "knows": False,
    "people": [RECORD],
    "areas": ["eastvale"],
}
RESULT: Final = {
    "check_id": CHECK,
    "case_ref": "NM-2026-0412",
    "decision": {"outcome": "permit", "level": "involvement"},
    "areas": [
        {
            "node_id": "eastvale",
            "area": "Eastvale",
            "status": "answered",
            "contact": "01632 960002",
            "candidates": [
                {
                    "band": "strong",
                    "whole": True,
                    "reasons": ["surname agrees"],
                    "handle": RECORD,
                    "disclosure": {"status": "not_asked"},
                }
            ],
        }
    ],
    "took_ms": 412.5,
}

ACTION: Final = {
    "what": "Brief the patrols on the address.",
    "agency": "Northmoor Police",
    "volunteered_by": "Sergeant Lowe",
    "due": "2026-12-03",
    "risk": "Followed home.",
    "achieves": "Patrols know whom to look for.",
    "addresses": "perpetrator",
    "approach": "disrupt",
}
KEPT_ACTION: Final = {**ACTION, "id": "5f0c" * 4}
PLAN: Final = {
    "plan": {"actions": [KEPT_ACTION], "tells_victim": "The Idva"},
    "lacks": [{"code": "safety_not_said", "text": "Nobody has said whether the plan is safe."}],
    "set_before": {},
    "earlier": None,
}
OPEN_ACTION: Final = {"case_ref": "NM-2026-0412", "overdue": False, "action": KEPT_ACTION}
FOUND: Final = {
    "case": RECORD,
    "case_ref": "NM-2025-0311",
    "kind": "marac",
    "standing": "repeat",
    "band": "strong",
    "reasons": ["same date of birth", "same forename", "same surname"],
    "victim": "Toya Grant",
    "part": "victim",
    "same_perpetrators": [{"referred": "Dev Marlowe", "there": "Dev Marlowe"}],
    "other_perpetrators": [],
    "referred": ["2026-02-01"],
    "last": "2026-02-01",
    "repeat_until": "2027-02-01",
    "met": "2026-02-19",
}

FLAG: Final = {
    "case": CASE,
    "case_ref": "NM-2026-0412",
    "meeting": "2026-02-19",
    "until": "2027-02-19",
    "to_tell": ["Northmoor Police"],
    "seen": [],
}

DUTY: Final = {"worker": "Ida Fairweather", "phone": "01632 960123"}
ON_DUTY: Final = {"organisation": "Haven", "duty": DUTY}

NOT_REACHED: Final = {
    "contacted": False,
    "hours": 51,
    "late": True,
    "since": "2026-11-28T00:00:00Z",
    "referred_on": "2026-11-27",
}
IDVA_REFERRAL: Final = {"referral": "", "case": CASE, "case_ref": "NM-2026-0412", **NOT_REACHED}
HANDOVERS: Final = {
    "arriving": {
        "area": "eastvale",
        "came_at": "2026-11-29T09:30:00Z",
        "hours": 7,
        "late": False,
        "handover": {
            "service": "Haven",
            "by": "Ida Fairweather",
            "phone": "01632 960123",
            "agreed": "yes",
            "because": "",
            "words": "She is reached safely at work, before noon.",
        },
    },
    "leaving": None,
}
HEARING: Final = {
    "page": f"/cases/{CASE}",
    "case_ref": "NM-2026-0412",
    "area": "eastvale",
    "day": "2026-12-03",
    "state": "heard",
    "said_at": "2026-12-04T02:10:00Z",
}
SCHEME_SAID: Final = {"considered": "yes", "because": "The police decide under the right to know."}
SCHEME: Final = {
    "due": False,
    "recorded": [{**SCHEME_SAID, "by": "Ash Underhill", "at": "2026-11-29T09:30:00Z"}],
}

READS_WANTED: Final = {"number": "NM-2026-0412", "since": "2026-11-01"}
READS: Final = {
    "reads": [
        {
            "at": "2026-11-29T09:30:00Z",
            "who": "Ash Underhill",
            "organisation": "Northmoor Council",
            "role": "coordinator",
            "thing": "paper",
            "place": "GET /cases/{case}/papers/{paper}",
            "cases": ["NM-2026-0412"],
            "came": "shown",
        }
    ],
    "unusual": [{"day": "2026-11-28", "who": "Ash Underhill", "what": "many", "counted": 61, "usual": 12}],
    "unread": 0,
}
TRANSFER: Final = {
    "page": f"/transfers/{RECORD}",
    "direction": "out",
    "peer": "eastvale",
    "case_ref": "NM-2026-0412",
    "state": "offered",
    "since": "2026-11-29T09:30:00Z",
    "code": None,
    "responsible": ["northmoor"],
    "unsettled": False,
    "move": "",
    "items": [{"kind": "plan", "title": "Action plan", "supplier": "Police", "held_by": ""}],
}
