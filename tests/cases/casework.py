"""Questions, answers and evidence of casework, for the tests of what they leave to be done."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

from hub.cases.close import close
from hub.cases.disclosure_log import read_log
from hub.cases.obligations import ListedObligation, list_obligations
from hub.checks.disclose import disclose
from hub.consent import SharingForm
from hub.consent.evidence import Closing
from hub.node.node import Node
from hub.records.check import CandidateRef, CheckRequest, CheckResult
from hub.records.disclosures import DisclosureLogRow
from hub.values import AgencyKind, Level, Person, Requester, RequesterRole
from tests.checks.pending import grounded
from tests.federation.nodes import (
    START,
    Areas,
    cases_of,
    check,
    question,
)

DAY = 86_400
FIRST = dt.datetime.fromtimestamp(START, dt.UTC).date()
KNOWN = cases_of("eastvale")[0][0]
CASE = "NM-1"


def who(name: str = "A. Coordinator", role: str = "coordinator", agency: str = "Police") -> Requester:
    return Requester(name=name, role=RequesterRole(role), agency=agency, agency_kind=AgencyKind.police)


def done(text: str = "", by: Requester | None = None, days: int = 0, **more: Any) -> Closing:
    """Evidence of so many days after the first."""
    return Closing(by=by or who(), on=FIRST + dt.timedelta(days=days), text=text, **more)


def ask(areas: Areas, request: CheckRequest) -> CheckResult:
    async def once() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, request)

    return asyncio.run(once())


def asked(areas: Areas, subject: Person = KNOWN, *where: str, **changes: Any) -> CheckResult:
    """A permitted question by Northmoor, of Eastvale alone unless told otherwise."""
    result = ask(areas, question(subject, *(where or ("eastvale",)), **changes))
    assert result.decision.permitted, result.decision
    return result


def tell_area(areas: Areas, result: CheckResult, level: Level = Level.involvement) -> CheckResult:
    async def once() -> CheckResult:
        async with areas.client("northmoor") as client:
            target = CandidateRef(result.check_id, "eastvale")
            after, decision = await disclose(areas["northmoor"], client, target, level)
            assert decision.permitted, decision
            return after

    return asyncio.run(once())


def of_checks(node: Node, **how: Any) -> dict[str, ListedObligation]:
    """What questions left open or closed, by code: each once."""
    every = how or {"every": True}
    found = [one for one in list_obligations(node, who(), FIRST, **every) if one.purpose != "publish"]
    assert len({one.code for one in found}) == len(found), found
    return {one.code: one for one in found}


def record(node: Node, case_ref: str = CASE) -> list[DisclosureLogRow]:
    return read_log(node, who(), case_ref)


def in_words(rows: list[DisclosureLogRow]) -> list[tuple[str, bool, str]]:
    return [(row.shared.sharing.agency, row.shared.sharing.told, row.shared.sharing.response) for row in rows]


def emergency() -> SharingForm:
    """What can be typed in two minutes."""
    full = grounded()
    keys = ("form_version", "jurisdiction", "requester", "recipient", "subjects")
    short = {key: full[key] for key in keys} | {
        "emergency": {"imminent_threat": "he has texted that he is ten minutes away with a knife"},
        "signatures": full["signatures"][:1],
    }
    return SharingForm.model_validate(short)


def reviews(node: Node, asker: Requester, code: str) -> list[ListedObligation]:
    """What has to be looked into by that code, as somebody sees it."""
    return [one for one in list_obligations(node, asker, node.today()) if one.code == code]


def closed_by_another_alone(node: Node, number: str, by: Requester, lacks: str) -> None:
    """Whoever did it cannot close its review, nor somebody who is no manager; another manager can."""
    closing = Closing(by=by, on=node.today(), text="It was me.")
    assert close(node, [number], closing).lacking == {number: (lacks,)}
    nobody = by.model_copy(update={"name": "Dee Worker", "role": RequesterRole.coordinator})
    assert close(node, [number], closing.model_copy(update={"by": nobody})).lacking == {
        number: ("by.role: a manager",)
    }
    another = by.model_copy(update={"name": "Cai Manager"})
    assert close(node, [number], closing.model_copy(update={"by": another})).closed == [number]
