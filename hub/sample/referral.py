"""A sample of a referral with its risk checklist, as `hub referral add --example` prints it: invented. Pure."""

from __future__ import annotations

from typing import Any, Final

from hub.sample.people import World

SEED: Final = 20_261_129
_YES: Final = ("injury", "frightened", "isolated", "separated", "more_often", "worse", "control_jealousy")
_DASH: Final[dict[str, Any]] = {
    "tool": "safelives_dash",
    **dict.fromkeys(_YES, "yes"),
    "depressed_suicidal": "don't know",
    "weapons": {"answer": "yes", "comment": "A belt.", "source": "police officer"},
    "threats_to_kill": {"answer": "yes", "you": True, "children": True},
    "pregnant": "no",
    "victim_priorities": "A door that locks.",
    "risk_to_children": "yes",
}


def sample_referral() -> dict[str, Any]:
    """A referral with most of the printed fields, and a checklist some questions of which nobody completed."""
    people = _people()
    victim = people["victim"][0]
    return {
        "referring_agency": "Northmoor Housing",
        "contact_names": "Housing officer on duty",
        "contact_tel_email": "01632 960120",
        "victim_name": victim["name"],
        "victim_dob": victim["dob"],
        "victim_address": "4 Sample Court, Northmoor, NM14 8YN",
        "victim_tel": "01632 960499",
        "tel_safe_to_call": "no",
        "contact_info": "Ring the school between 9 and 3, never the house.",
        "diversity": ["disabled"],
        "gender": "not known",
        "perpetrators": [one | {"relationship_to_victim": "ex-partner"} for one in people["perpetrator"]],
        "children": [
            one
            | {
                "relationship_to_victim": "child",
                "relationship_to_perpetrator": "stepchild",
                "school": "Sample Primary",
            }
            for one in people["child"]
        ],
        "reason": "Neighbours rang about a door that was broken in.",
        "crit_professional_judgement": "yes",
        "crit_visible_high_risk": "no",
        "crit_potential_escalation": "yes",
        "pj_rationale": "Grew worse since they separated; frightened to come home.",
        "incidents_12_months": 3,
        "victim_aware": "yes",
        "consent_given": "yes",
        "afraid_of": [{"person": "the ex-partner and his brother"}],
        "safe_to_talk_to": [{"person": "the head teacher", "agency": "Sample Primary"}],
        "not_safe_to_talk_to": [{"person": "his sister", "agency": "Castlebridge Homes"}],
        "other_marac_before": "no",
        "sealed": False,
        "fled_from": [],
        "dash": dict(_DASH),
    }


def _people() -> dict[str, list[dict[str, str]]]:
    """A victim with a perpetrator and a child, by their parts."""
    drawn = World(SEED)
    case = drawn.case()
    while {one.role for one in case.members} != {"victim", "perpetrator", "child"}:
        case = drawn.case()
    return {
        role: [
            {
                "name": f"{' '.join(one.identity.given)} {one.identity.surname}",
                "dob": one.identity.born.isoformat(),
            }
            for one in case.members
            if one.role == role
        ]
        for role in ("victim", "perpetrator", "child")
    }
