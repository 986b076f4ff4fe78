"""What programs of tests send: a case by its stub, and a question about it."""

from __future__ import annotations

import secrets
from typing import Any

from tests.federation.nodes import cases_of
from tests.web.api.conftest import Programs

HER = cases_of("northmoor")[0][0]


def stub(**changes: Any) -> dict[str, Any]:
    return {
        "case_ref": f"EV-{secrets.token_hex(4)}",
        "agency": "Eastvale Police",
        "contact": "The duty desk",
        "victim": {
            "given_names": HER.given_names,
            "surname": HER.surname,
            "date_of_birth": HER.date_of_birth,
            "postcode": HER.postcode,
        },
        "sealed": False,
        "fled": "none",
        **changes,
    }


def entered(programs: Programs, token: str, **changes: Any) -> dict[str, Any]:
    answer = programs.send("POST", "/cases", token, stub(**changes))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def question(case: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "once": secrets.token_hex(8),
        "why": "risk_grew",
        "said": "given",
        "fled": "none",
        "knows": False,
        "people": [one["record"] for one in case["people"]],
        "areas": ["northmoor"],
        **changes,
    }
