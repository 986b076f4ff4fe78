"""What every refusal of a holder keeps to."""

from __future__ import annotations

from typing import Any

import httpx2

# pragma: allowlist nextline secret
SECRET = "Quennell"


def assert_problem(
    response: httpx2.Response, status: int, code: str, fault: str = "remote"
) -> dict[str, Any]:
    """An RFC 9457 problem document of that kind, unsigned, without anything that was sent."""
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = response.json()
    expected = {"type": f"urn:marac-hub:problem:{code}", "status": status, "fault": fault}
    assert {name: problem.get(name) for name in expected} == expected
    assert problem["title"]
    assert problem["detail"]
    assert SECRET.lower() not in response.text.lower()
    return problem
