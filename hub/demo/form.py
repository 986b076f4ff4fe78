"""The demonstration's agreement and the sharing form of its questions. All of it is fiction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from hub.node.agreements import AGREEMENTS
from hub.sample import AREAS
from hub.sample.agreement import SAMPLE_REF, Signed, agencies_of, agreement_text

AGREEMENT_FILE: Final = "inter-area.toml"


def write_agreement(home: Path, today: dt.date, signed: Iterable[Signed] | None = None) -> None:
    """Put the fictional areas' agreement, or one between these agencies, into a home."""
    folder = home / AGREEMENTS
    folder.mkdir(exist_ok=True)
    text = agreement_text(agencies_of(AREAS) if signed is None else signed, today)
    (folder / AGREEMENT_FILE).write_text(text, encoding="utf-8")


def sharing_form(question: dict[str, Any], today: dt.date, *, grounded: bool) -> dict[str, Any]:
    """The sharing form of a routine question; without `grounded`, nobody named an agreement or a ground."""
    purpose = question["purpose"]
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
        "protocol": {"ref": SAMPLE_REF} if grounded else None,
        "necessity": "A referral is listed for the next meeting; earlier help elsewhere changes the safety plan.",
        "fled_from": [],
        "review": {"date": (today + dt.timedelta(days=30)).isoformat(), "owner": "Marac coordinator"},
        "conflicts": {"declared": False, "details": ""},
    }
