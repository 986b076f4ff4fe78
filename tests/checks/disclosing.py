"""Northmoor asks Eastvale about somebody it knows, and discloses to it about whom."""

from __future__ import annotations

import asyncio
from typing import Any

from hub.checks.disclose import disclose, disclose_at_once
from hub.consent import Decision
from hub.jobs import deliveries
from hub.records.check import CandidateRef, CheckResult
from hub.values import Level, Person
from tests.federation.nodes import Areas, cases_of, check, question

SUBJECT = cases_of("eastvale")[0][0]


def asked(areas: Areas, subject: Person = SUBJECT, **changes: Any) -> CheckResult:
    """A check by Northmoor of Eastvale."""

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            request = question(subject, "eastvale", **changes)
            result = await check(areas["northmoor"], client, request)
            return await disclose_at_once(areas["northmoor"], client, request, result)

    return asyncio.run(go())


def asked_later(areas: Areas) -> None:
    """The working day passes by whose end an area that she fled was asked."""
    areas.clock.advance(4 * 86_400)

    async def go() -> None:
        async with areas.client("northmoor") as client:
            for task in deliveries.due(areas["northmoor"]):
                await deliveries.attempt(areas["northmoor"], client, task.name)

    asyncio.run(go())


def disclosed(
    areas: Areas, check_id: str, level: Level = Level.involvement, area: str = "eastvale"
) -> tuple[CheckResult, Decision]:
    async def go() -> tuple[CheckResult, Decision]:
        async with areas.client("northmoor") as client:
            return await disclose(areas["northmoor"], client, CandidateRef(check_id, area), level)

    return asyncio.run(go())
