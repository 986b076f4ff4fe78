"""The demonstration's agreement and the sharing form of its questions. All of it is fiction."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from hub.node.settings import SharingAgreement
from hub.values import Purpose

AGREEMENT: Final = "Inter-area agreement 2026/1 (fiction)"


def agreement(today: dt.date) -> SharingAgreement:
    """The fictional areas' agreement."""
    return SharingAgreement(
        ref=AGREEMENT,
        date=today - dt.timedelta(days=200),
        covers=tuple(Purpose),
        review_date=today + dt.timedelta(days=165),
        review_owner="Data protection officer",
    )


def sharing_form(question: dict[str, Any], today: dt.date, *, grounded: bool) -> dict[str, Any]:
    """The sharing form of a routine question; without `grounded`, nobody named an agreement or a ground."""
    purpose = question["purpose"]
    protocol = {
        "ref": AGREEMENT,
        "date": agreement(today).date.isoformat(),
        "covers": [purpose.value for purpose in Purpose],
    }
    return {
        "form_version": 1,
        "jurisdiction": "england_wales",
        "purpose": purpose,
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
        "protocol": protocol if grounded else None,
        "necessity": "A referral is listed for the next meeting; earlier help elsewhere changes the safety plan.",
        "fled_from": [],
        "review": {"date": (today + dt.timedelta(days=30)).isoformat(), "owner": "Marac coordinator"},
        "conflicts": {"declared": False, "details": ""},
    }
