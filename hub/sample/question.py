"""The sharing form of a made-up question, and the question of the near-miss story. Pure."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hub.sample.agreement import SAMPLE_REF
from hub.sample.story import story


def sharing_form(
    question: dict[str, Any], today: dt.date, *, grounded: bool, ref: str = SAMPLE_REF
) -> dict[str, Any]:
    """The sharing form of a routine question; without `grounded`, nobody named an agreement or a ground."""
    return {
        "form_version": 1,
        "jurisdiction": "england_wales",
        "purpose": question["purpose"],
        "level": question.get("level", "involvement"),
        "requester": question["requester"],
        "subjects": [
            {
                "ref": question["subject"].get("ref") or "subject",
                "role": question["subject"].get("role", "victim"),
                "data": ["identity", "involvement"],
                "agreement": "given",
                "capacity": "has",
                "aware": True,
                "only_self_at_risk": False,
            }
        ],
        "protocol": {"ref": ref} if grounded else None,
        "necessity": "A referral is listed for the next meeting; earlier help elsewhere changes the safety plan.",
        "fled_from": [],
        "review": {"date": (today + dt.timedelta(days=30)).isoformat(), "owner": "Marac coordinator"},
        "conflicts": {"declared": False, "details": ""},
    }


def near_miss(seed: int, cases: int, today: dt.date, ref: str) -> dict[str, Any]:
    """Northmoor's question about the woman whom Eastvale knows by another name, of the referrals of that seed."""
    asked = story(seed, cases).questions["known_elsewhere"]
    form = sharing_form(asked, today, grounded=True, ref=ref)
    return {**asked, "areas": "neighbours", "disclose": "ask_first", "sharing_form": form}


def earlier_referral(question: dict[str, Any]) -> dict[str, Any]:
    """The same question about her earlier referral in that area."""
    return {**question, "case_ref": question["case_ref"].replace("-9002", "-9001")}


def form_on_a_ground(question: dict[str, Any], today: dt.date) -> dict[str, Any]:
    """A sharing form that names no agreement, and rests on a legal ground: a person in the other area decides."""
    asker = question["requester"]["name"]
    shown = {
        "offence_type": "threats to kill",
        "why_without_consent": "asking first would alert him",
        "substantial_public_interest": "preventing a homicide",
    }
    return sharing_form(question, today, grounded=False) | {
        "recipient": {"agency": "Marac of the other area", "agency_kind": "council"},
        "incident": "He has threatened to kill her, and knows where she lives.",
        "grounds": [{"key": "crime", "evidence": shown}],
        "balancing": ["pressing_need", "risk_of_not_disclosing"],
        "signatures": [{"role": "caseworker", "name": asker, "date": today.isoformat()}],
    }
