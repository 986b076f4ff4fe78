"""Which cases still have to be asked about, for whoever may open them."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Iterator

import pytest

from hub.accounts.accounts import Acting, acting_as
from hub.cases import kept_out
from hub.cases.staff import STAFF_FILE
from hub.checks.check import check
from hub.checks.not_yet_asked import not_yet_asked
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.accounts import AccountRole
from hub.records.check import RecordedCheck, recorded_check
from tests.accounts.people import cheap_passwords, user
from tests.cases.casework import FIRST
from tests.federation.nodes import Areas, case, hold, question, stranger

HER, OTHER = stranger(71), stranger(72)
SOON, BEFORE = FIRST + dt.timedelta(days=10), FIRST - dt.timedelta(days=1)


@pytest.fixture
def ash(areas: Areas) -> Iterator[Acting]:
    """Northmoor's coordinator, with a case that is to be heard, one of no day and one that was heard."""
    node = areas["northmoor"]
    hold(
        node,
        case("soon", [HER], meeting_date=SOON, publish=False),
        case("no day", [OTHER], meeting_date=None, publish=False),
        case("heard", [stranger(73)], meeting_date=BEFORE, publish=False),
    )
    with cheap_passwords():
        manager = user(node, "Mo Ashdown", AccountRole.manager, organisation="Police")
        coordinator = user(node, "Ash Underhill", by=manager.account, organisation="Police")
    with node.read() as tx:
        yield acting_as(tx, coordinator.account)


def left(node: Node, acting: Acting) -> set[str]:
    ours = {"soon", "no day", "heard"}
    return {one.number for one in not_yet_asked(node, acting, 50)} & ours


def ask(areas: Areas, ref: str) -> None:
    async def once() -> None:
        async with areas.client("northmoor") as client:
            asked = question(HER, "eastvale", case_ref=ref)
            assert (await check(areas["northmoor"], client, asked)).decision.permitted

    asyncio.run(once())


def test_it_stands_there_until_another_area_is_asked(areas: Areas, ash: Acting) -> None:
    node = areas["northmoor"]
    assert left(node, ash) == {"soon", "no day"}
    ask(areas, "soon")
    assert left(node, ash) == {"no day"}


def test_on_the_day_of_its_meeting_it_still_stands_there_and_not_after(areas: Areas, ash: Acting) -> None:
    areas.clock.advance(10 * 86_400)
    assert "soon" in left(areas["northmoor"], ash)
    areas.clock.advance(86_400)
    assert left(areas["northmoor"], ash) == {"no day"}


def test_whoever_is_kept_from_a_case_finds_neither_it_nor_that_it_was_asked_about(
    areas: Areas, ash: Acting
) -> None:
    node = areas["northmoor"]
    excluded = '[[exclusion]]\ncase_ref = "soon"\nperson = "Ash Underhill"\n'
    (node.home / STAFF_FILE).write_text(excluded, encoding="utf-8")
    before = not_yet_asked(node, ash, 50)
    assert "soon" not in {one.number for one in before}
    ask(areas, "soon")
    assert not_yet_asked(node, ash, 50) == before


def test_of_more_the_newest_are_given(areas: Areas, ash: Acting) -> None:
    node = areas["northmoor"]
    every = [one.number for one in not_yet_asked(node, ash, 50)]
    assert [one.number for one in not_yet_asked(node, ash, 1)] == every[:1] == ["no day"]


def test_a_check_is_opened_once_for_whoever_is_kept_from_a_case(
    areas: Areas, ash: Acting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it took them longer each time than others, who would tell by it that something is kept from them."""
    node, opened = areas["northmoor"], list[str]()

    def recorded(tx: Reading, check_id: str) -> RecordedCheck:
        opened.append(check_id)
        return recorded_check(tx, check_id)

    monkeypatch.setattr(kept_out, "recorded_check", recorded)
    excluded = '[[exclusion]]\ncase_ref = "soon"\nperson = "Ash Underhill"\n'
    (node.home / STAFF_FILE).write_text(excluded, encoding="utf-8")
    for times in (1, 2):
        ask(areas, "soon")
        for _ in range(3):
            not_yet_asked(node, ash, 50)
        assert len(opened) == len(set(opened)) == times
