"""Edition 0: the paper form as printed in the SafeLives toolkit, keyed in box by box.

Turns its boxes into the current form's fields. It knows fewer things than today's form asks, so what it never
asked stays open and the decision says so. Not here: the current edition (`form`).
"""

from __future__ import annotations

from typing import Any

from hub.consent.form.form import SharingForm
from hub.errors import InputError
from hub.parsing import plain_name

BOXES = (
    "risk_table",
    "dash_ticks",
    "incident_details",
    "protocol_relevant",
    "protocol_detail",
    "legal_grounds",
    "internal_consultations",
    "external_consultations",
    "client_notified",
    "date_notified",
    "why_not",
    "review_date",
    "review_owner",
    "caseworker_signature",
    "caseworker_date",
    "manager_signature",
    "manager_date",
)
RISK = {
    "who_at_risk": "who",
    "at_risk_from": "from_whom",
    "concerns": "concerns",
    "immediate_risks": "immediate",
    "risk_identified": "identified_by",
}
YES = {True: True, False: False, "y": True, "n": False, "yes": True, "no": False}


def from_paper(paper: dict[str, Any]) -> dict[str, Any]:
    """The current form's document for a paper form.

    What is already written in the current form's fields is taken as it stands. Raises `InputError` naming the box
    that is unknown or that cannot be read.
    """
    for key in paper:
        if key not in BOXES and key not in SharingForm.model_fields:
            raise InputError(
                f"{plain_name(key)}: not a box of the paper form.",
                kept="Nothing.",
                do=f"Leave {plain_name(key)} out, or use edition 1.",
            )
    now = {key: value for key, value in paper.items() if key in SharingForm.model_fields}
    if paper.get("legal_grounds") is not None and not _yes(paper, "legal_grounds") and now.get("grounds"):
        raise InputError(
            "legal_grounds: answered N, but grounds are ticked.",
            kept="Nothing.",
            do="Correct one of the two.",
        )
    told = paper.get("client_notified")
    if not isinstance(told, dict):
        now["client_notified"] = {
            "notified": _yes(paper, "client_notified"),
            "date": paper.get("date_notified"),
            "why_not": paper.get("why_not"),
        }
    return now | {key: value for key, value in _boxes(paper).items() if value} | {"form_version": 0}


def _boxes(paper: dict[str, Any]) -> dict[str, Any]:
    """The boxes that have another name or shape today."""
    ticks = paper.get("dash_ticks")
    reviewed = {"date": paper.get("review_date"), "owner": paper.get("review_owner")}
    return {
        "risk": [_row(row) for row in _list(paper, "risk_table")],
        "dash": None if ticks is None else {"tool": "SafeLives Dash", "yes": ticks},
        "incident": paper.get("incident_details"),
        "consultations": [
            {"kind": kind, **_consultation(item)}
            for kind in ("internal", "external")
            for item in _list(paper, f"{kind}_consultations")
        ],
        "review": reviewed if any(reviewed.values()) else None,
        "signatures": [
            {"role": role, "name": paper[f"{role}_signature"], "date": paper.get(f"{role}_date")}
            for role in ("caseworker", "manager")
            if paper.get(f"{role}_signature")
        ],
        # The paper form asks for no date and no list of purposes: both stay open.
        "protocol": {"ref": paper.get("protocol_detail")} if _yes(paper, "protocol_relevant") else None,
    }


def _list(paper: dict[str, Any], key: str) -> list[Any]:
    value = paper.get(key) or []
    if not isinstance(value, list):
        raise InputError(f"{key}: not a list of rows.", kept="Nothing.", do=f"Give {key} as a list.")
    return value


def _row(row: Any) -> Any:
    return {RISK.get(key, key): value for key, value in row.items()} if isinstance(row, dict) else row


def _consultation(item: Any) -> dict[str, Any]:
    """A row, or the printed box's single line of names."""
    return item if isinstance(item, dict) else {"who": str(item)[:200]}


def _yes(paper: dict[str, Any], key: str) -> bool:
    value = paper.get(key)
    if value is None:
        return False
    plain = value.strip().lower() if isinstance(value, str) else value
    if not isinstance(plain, bool | str) or plain not in YES:
        raise InputError(f"{key}: neither Y nor N.", kept="Nothing.", do=f"Answer {key} with Y or N.")
    return YES[plain]
