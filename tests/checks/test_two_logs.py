"""Two holders lay their whole homes side by side: what both keep of one check does not tell that it is one check.

Northmoor asks both of everybody; each is told of some of them, by three people, with papers asked for, answers
acknowledged, later hearings and reconciliations. What links is looked for in every column, file and sealed leaf.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.disclose import disclose
from hub.checks.later_hearings import exchange_hearings
from hub.checks.papers.answer import answer_papers
from hub.checks.papers.ask import ask_papers
from hub.checks.reconcile import reconcile
from hub.consent import Decider
from hub.crypto.vault import Vault
from hub.federation.heads import show_head
from hub.federation.publish import publish
from hub.records.check import CandidateRef, CheckResult
from hub.records.papers import PaperKind
from hub.values import Level
from tests.checks import papers
from tests.checks.fled import urgent
from tests.checks.pending import grounded
from tests.checks.two_logs import Holder, Opened, links, places
from tests.federation.nodes import Areas, case, check, hold, question, stranger

OTHERS = ("eastvale", "southmere")
PEOPLE = ("A. Coordinator", "B. Coordinator", "C. Coordinator")
HEARD = dt.date(2026, 12, 3)


def ask(
    areas: Areas, number: int, by: str, form: dict[str, Any] | None = None, **changes: Any
) -> CheckResult:
    """Northmoor asks both others about one of those whom both know."""
    her = stranger(100 + number)
    asked = question(her, *OTHERS).model_dump(mode="json")
    form = form or asked["sharing_form"]
    form["requester"] = asked["requester"] | {"name": by}

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            request = question(
                her,
                *OTHERS,
                case_ref=f"NM-{number}",
                requester=form["requester"],
                sharing_form=form,
                **changes,
            )
            return await check(areas["northmoor"], client, request)

    result = asyncio.run(go())
    assert [one.status for one in result.areas] == ["answered"] * 2, result
    return result


def tell(areas: Areas, result: CheckResult, area: str) -> str:
    """Tell one of them about whom; what it answers."""

    async def go() -> str:
        async with areas.client("northmoor") as client:
            target = CandidateRef(result.check_id, area)
            after, decision = await disclose(areas["northmoor"], client, target, Level.involvement)
            assert decision.permitted, (result.case_ref, decision)
            (found,) = [one for one in after.areas if one.node_id == area]
            return found.candidates[0].disclosure.status

    return asyncio.run(go())


def decide(areas: Areas, area: str) -> None:
    """A person there releases what waits."""
    (one,) = waiting_requests(areas[area])
    record_holder_decision(
        areas[area], one.key, HolderDecision(Decider.coordinator, release=True, name="P. Shah")
    )


def ask_for_papers(areas: Areas, result: CheckResult, area: str, ref: str) -> None:
    """Ask for the plan there, which a person there lets go."""
    plan = papers.paper(areas[area], PaperKind.plan, body=papers.PLAN)
    handles = papers.put(areas, plan, area=area, ref=ref)
    made = ask_papers(
        areas["northmoor"], papers.wants(areas, result, area=area, wanted=("plan",)), papers.ASKER
    )
    assert made.request is not None, made.decision
    assert papers.delivered(areas, "northmoor", made.delivery) == ""
    decision = papers.decides(areas, items=handles)
    delivery = answer_papers(areas[area], made.request.id, decision, papers.PRIYA)
    assert papers.delivered(areas, area, delivery) == ""


def days_of_three_nodes(areas: Areas, checks: int) -> Iterator[None]:
    """One check after the other, with all that comes of it."""
    for area in OTHERS:
        for number in range(11):
            hold(areas[area], case(f"{area}-{number}", [stranger(100 + number)], meeting_date=HEARD))
        publish(areas[area])
    ask(areas, 10, PEOPLE[0])  # By it both feeds are pulled.
    yield
    told = {0: "eastvale", 1: "southmere", 2: "eastvale", 3: "", 4: "southmere", 5: "", 6: "eastvale", 7: ""}
    told |= {8: "southmere", 9: ""}
    for number, area in list(told.items())[:checks]:
        by = PEOPLE[number % 3]
        purpose = "marac_transfer" if number % 2 else "referred_elsewhere"
        form: dict[str, Any] | None = None
        if number in (2, 3, 4, 6):
            form = grounded()
        elif number in (1, 7):
            form = urgent() | {"fled_from": []}
        changes = {"purpose": purpose} if form else {}
        result = ask(areas, number, by, form, **changes)
        if area and tell(areas, result, area) == "pending":
            decide(areas, area)
            assert tell(areas, result, area) == "answered"
        if number in (2, 4):
            ask_for_papers(areas, result, area, f"{area}-{number}")
        papers.worker(areas, "northmoor")
        hearings(areas)
        yield
        areas.clock.advance(random.Random(number).randrange(4_000, 90_000))


def hearings(areas: Areas) -> None:
    """Northmoor says and reads later hearings of what is in common."""

    async def go() -> None:
        async with areas.client("northmoor") as client:
            for area in OTHERS:
                await exchange_hearings(areas["northmoor"], client, area, lambda: None)

    asyncio.run(go())


def by_the_clock(areas: Areas) -> None:
    """What each does at its hour whatever was asked: heads are shown, and both sides agree on what passed."""

    async def go() -> None:
        async with areas.client("northmoor") as client:
            for area in OTHERS:
                await show_head(areas["northmoor"], client, area)
                found = await reconcile(areas["northmoor"], client, area, days=30)
                assert not found.findings, found.findings
        for area in OTHERS:
            async with areas.client(area) as client:
                assert not (await reconcile(areas[area], client, "northmoor", days=30)).findings

    asyncio.run(go())


def two_holders(areas: Areas, monkeypatch: pytest.MonkeyPatch, checks: int) -> tuple[Holder, Holder]:
    opened = Opened()
    opened.watch(monkeypatch)
    one, other = (Holder(areas[area].home, opened) for area in OTHERS)
    days = days_of_three_nodes(areas, checks)
    next(days)
    for holder in (one, other):
        holder.start()
    for _ in days:
        for holder in (one, other):
            holder.after_a_check()
    by_the_clock(areas)
    return one, other


def test_nothing_that_two_holders_keep_links_a_check_but_time_and_size(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = links(*two_holders(areas, monkeypatch, 10))
    assert not found, sorted(places(found))


@pytest.mark.parametrize("kind", ["check", pytest.param("user", marks=pytest.mark.slow)])
def test_an_identifier_that_both_were_given_would_be_found_wherever_it_stands(
    kind: str, areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with one of them made without the peer, the same search finds it in each place."""
    told: Callable[[Vault, str, str, str], str] = Vault.told

    def shared(vault: Vault, of: str, peer: str, local: str) -> str:
        return told(vault, of, "" if of == kind else peer, local)

    monkeypatch.setattr(Vault, "told", shared)
    found = places(links(*two_holders(areas, monkeypatch, 5)))
    where = {
        "check": {
            "received_check.check_id",
            "received_check.asked/body/check_id",
            "received_disclosure.check_id",
            "acknowledgement.check_id",
            "idempotent_answer.key",
            "papers_request.sealed/check_id",
            "audit_entry.body/refs/check_id",
        },
        "user": {"quota_use.owner", "received_check.asked/body/user"},
    }[kind]
    assert where <= found, where - found
