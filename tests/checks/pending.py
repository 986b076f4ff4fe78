"""What another area asks on a legal ground alone, so that a person at the holder decides."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from hub.checks.answer import waiting_requests
from hub.checks.disclose import disclose
from hub.federation.publish import publish
from hub.records.check import CandidateRef, CheckResult, DisclosureResult
from hub.records.received import DisclosureKey
from hub.values import Level, Role
from tests.federation.nodes import Areas, case, check, hold, question, stranger


def grounded(**changes: Any) -> dict[str, Any]:
    """A form on a legal ground and no agreement: a person at the holder decides."""
    return {
        "form_version": 1,
        "jurisdiction": "england_wales",
        "requester": {
            "name": "A. Coordinator",
            "role": "coordinator",
            "agency": "Police",
            "agency_kind": "police",
        },
        "recipient": {"agency": "Eastvale Police", "agency_kind": "police"},
        "subjects": [
            {
                "ref": "s1",
                "role": "victim",
                "data": ["identity", "involvement"],
                "agreement": "given",
                "capacity": "has",
                "aware": True,
                "only_self_at_risk": False,
            }
        ],
        "risk": [
            {
                "who": "client",
                "from_whom": "ex-partner",
                "concerns": "threats to kill",
                "immediate": "he knows the address",
                "identified_by": "police",
            }
        ],
        "incident": "Threats reported by the client herself.",
        "grounds": [
            {
                "key": "crime",
                "evidence": {
                    "offence_type": "threats to kill",
                    "why_without_consent": "asking would alert him and prejudice the investigation",
                    "substantial_public_interest": "preventing a homicide",
                },
            }
        ],
        "balancing": ["pressing_need", "risk_of_not_disclosing", "human_rights", "duty_of_confidentiality"],
        "necessity": "Earlier help elsewhere changes the safety plan; nothing less would show it.",
        "client_notified": {"notified": True, "date": "2026-11-01"},
        "fled_from": [],
        "review": {"date": "2026-12-01", "owner": "Marac coordinator"},
        "signatures": [
            {"role": "caseworker", "name": "C. Worker", "date": "2026-11-01"},
            {"role": "manager", "name": "M. Manager", "date": "2026-11-01"},
        ],
        "conflicts": {"declared": False, "details": ""},
        **changes,
    }


def asked(
    areas: Areas,
    role: Role = Role.victim,
    *,
    ref: str = "ev-pending",
    number: int = 1,
    asks: Mapping[str, Any] = MappingProxyType({}),
    also: tuple[str, ...] = (),
    ours: str = "NM-1",
    **case_changes: Any,
) -> CheckResult:
    """Northmoor asks about a woman whom Eastvale holds in that role, on a ground alone.

    `ref`: the case's here, `number`: which woman; `asks`: what is otherwise in the form; `also`: which
    areas besides; `ours`: Northmoor's own case.
    """
    her = stranger(number)
    others = [] if role is Role.victim else [stranger(number + 1)]
    hold(areas["eastvale"], case(ref, [*others, her.model_copy(update={"role": role})], **case_changes))
    publish(areas["eastvale"])

    async def once() -> CheckResult:
        async with areas.client("northmoor") as client:
            request = question(her, "eastvale", *also, case_ref=ours, sharing_form=grounded(**asks))
            return await check(areas["northmoor"], client, request)

    result = asyncio.run(once())
    assert result.decision.outcome == "permit", result.decision
    return result


def told(areas: Areas, result: CheckResult, level: Level = Level.involvement) -> DisclosureResult:
    """What Eastvale's answer is now."""

    async def once() -> CheckResult:
        async with areas.client("northmoor") as client:
            target = CandidateRef(result.check_id, "eastvale")
            after, decision = await disclose(areas["northmoor"], client, target, level)
            assert decision.permitted, decision
            return after

    return asyncio.run(once()).areas[0].candidates[0].disclosure


def waiting(areas: Areas) -> DisclosureKey:
    """The one disclosure that waits at Eastvale."""
    (one,) = waiting_requests(areas["eastvale"])
    return one.key
