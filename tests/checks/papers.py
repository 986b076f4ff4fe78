"""Northmoor knows that Eastvale has her case, and asks for its papers. Real nodes, real requests."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any, Final

from hub.cases.changes import find_case
from hub.checks.papers.answer import PapersDecision, answer_papers
from hub.checks.papers.ask import PapersMade, ask_papers
from hub.checks.papers.deliver import deliver_first
from hub.checks.papers.wanted import Wanted
from hub.jobs import deliveries
from hub.node.node import Node
from hub.records import papers
from hub.records.check import CheckResult
from hub.records.papers import Paper, PaperKind, WithFile
from hub.records.papers_requests import PapersRequest, papers_request_of
from hub.values import AgencyKind, Level, Requester, RequesterRole
from hub.wire.transfers import Permitted
from tests.checks import pending
from tests.checks.pending import waiting
from tests.federation.nodes import Areas

ASKS, HOLDS = "northmoor", "eastvale"
REF: Final = "ev-pending"
"""The case at Eastvale; Northmoor's is NM-1."""
OURS: Final = "NM-1"
ASKER: Final = Requester(
    name="A. Coordinator", role=RequesterRole.coordinator, agency="Police", agency_kind=AgencyKind.police
)
PRIYA: Final = ASKER.model_copy(update={"name": "P. Shah"})
ACTION: Final = {
    "id": "a" * 16,
    "what": "Fit a panic alarm at the house",
    "agency": "Eastvale Housing",
    "volunteered_by": "H. Officer",
    "due": "2026-10-01",
    "risk": "He comes to the house",
    "achieves": "Police are there in minutes",
    "addresses": "victim",
}
PLAN: Final = {"actions": [ACTION], "accepted_by": "C. Chair", "accepted_on": "2026-09-18"}


def known_there(areas: Areas, **changes: Any) -> CheckResult:
    """Eastvale has her case and has answered that it knows her."""
    from hub.checks.answer import HolderDecision, record_holder_decision
    from hub.consent import Decider

    result = pending.asked(areas, **changes)
    pending.told(areas, result)
    key = waiting(areas)
    record_holder_decision(
        areas[HOLDS], key, HolderDecision(Decider.coordinator, release=True, name="P. Shah")
    )
    assert pending.told(areas, result).status == "answered"
    return result


def paper(node: Node, kind: PaperKind, may_follow: Any = "yes", **more: Any) -> Paper:
    """A paper of the case at Eastvale."""
    told: dict[str, Any] = {"body": {"text": "Heard."}, "supplier": "Police", "by": "P. Shah"}
    return Paper(kind=kind, at=node.now(), may_follow=may_follow, **told | more)


def put(areas: Areas, *new: Paper | WithFile, area: str = HOLDS, ref: str = REF) -> tuple[str, ...]:
    """Put papers on a case."""
    with areas[area].write() as tx:
        found = find_case(tx, ref)
        assert found
        return papers.put(tx, found.row, *new)


def the_plan(areas: Areas) -> str:
    """Eastvale's plan, which may follow."""
    return put(areas, paper(areas[HOLDS], PaperKind.plan, body=PLAN))[0]


def wants(areas: Areas, result: CheckResult, **changes: Any) -> Wanted:
    """What Northmoor asks for."""
    told: dict[str, Any] = {
        "check_id": result.check_id,
        "area": HOLDS,
        "wanted": ("plan", "minutes"),
        "why": "on_agenda",
        "needed_by": areas[ASKS].today() + dt.timedelta(days=3),
    }
    return Wanted.model_validate(told | changes)


def ask(areas: Areas, result: CheckResult, **changes: Any) -> PapersMade:
    """Ask, and try to deliver it."""
    made = ask_papers(areas[ASKS], wants(areas, result, **changes), ASKER)
    assert made.request is not None, made.decision
    assert delivered(areas, ASKS, made.delivery) == ""
    return made


def decides(areas: Areas, **changes: Any) -> PapersDecision:
    """What Priya decides."""
    told: dict[str, Any] = {
        "answer": "release",
        "because": "It is the same woman, and the plan bears on her safety.",
        "basis": "Crime and Disorder Act 1998 s.115",
        "permission": Permitted(by="Marac Chair", date=areas[HOLDS].today()),
    }
    return PapersDecision.model_validate(told | changes)


def answered(areas: Areas, number: str, **changes: Any) -> str:
    """Priya decides, and it is tried to deliver that; why it waits."""
    delivery = answer_papers(areas[HOLDS], number, decides(areas, **changes), PRIYA)
    return delivered(areas, HOLDS, delivery)


def delivered(areas: Areas, area: str, number: str) -> str:
    """The first try; why it waits."""

    async def go() -> str:
        async with areas.client(area) as client:
            return await deliver_first(areas[area], client, number)

    return asyncio.run(go())


def worker(areas: Areas, area: str) -> None:
    """All that waits at an area and whose time has come is tried once."""

    async def go() -> None:
        async with areas.client(area) as client:
            for task in deliveries.due(areas[area]):
                await deliveries.attempt(areas[area], client, task.name)

    asyncio.run(go())


def at(areas: Areas, area: str, number: str) -> PapersRequest:
    """The request as an area has it."""
    with areas[area].read() as tx:
        found = papers_request_of(tx, number)
    assert found is not None
    return found


LEVEL: Final = Level.summary
