"""A sample of a case as it is entered by its stub: made-up people, as `hub case add --example` prints it. Pure."""

from __future__ import annotations

from typing import Any, Final

from hub.sample.people import World

SEED: Final = 20_261_128


def sample_stub() -> dict[str, Any]:
    """A stub with every field that has to be answered, and some that need not be."""
    drawn = World(SEED)
    case = drawn.case()
    while {one.role for one in case.members} != {"victim", "perpetrator", "child"}:
        case = drawn.case()
    return {
        "case_ref": "NM-2026-0501",
        "kind": "marac",
        "referral_date": "2026-11-27",
        "referrer": {"agency": "Northmoor Housing", "contact": "Housing officer on duty, 01632 960120"},
        "by": {
            "name": "Sample Coordinator",
            "role": "coordinator",
            "agency": "Northmoor Council",
            "agency_kind": "council",
        },
        "sealed": False,
        "fled_from": [],
        "people": [
            {
                "role": one.role,
                "given_names": " ".join(one.identity.given),
                "surname": one.identity.surname,
                "aliases": [f"{one.identity.given[0]} Sample"] if one.role == "victim" else [],
                "date_of_birth": _known(one.identity.born.isoformat(), one.role),
            }
            for one in case.members
        ],
    }


def _known(born: str, role: str) -> str:
    """As much of a date as a stub may have: all, or the year alone."""
    return born[:4] if role == "perpetrator" else born
