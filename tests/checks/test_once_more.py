"""An area that gave no answer is asked once more by who asked, as it was asked, however often that is pressed."""

from __future__ import annotations

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.cases.access import restrictions_on
from hub.cases.flight import keep_answer
from hub.cases.seals import Said, seal_case
from hub.cases.staff import STAFF_FILE
from hub.checks.once_more import ask_once_more, once_more_id
from hub.errors import NotFoundError
from hub.records.check import AreaStatus, CheckResult, recorded_check
from hub.values import Requester
from tests.federation.nodes import IMPORTER, Areas, cases_of, check, events, question

HER = cases_of("eastvale")[0][0]
ASKED = question(HER, "eastvale")
ASKER = ASKED.requester


@pytest.fixture
def silent(areas: Areas) -> CheckResult:
    """Eastvale was down when Northmoor asked, and is back."""
    host = areas.network.hosts.pop("eastvale")

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, ASKED)

    try:
        result = asyncio.run(go())
    finally:
        areas.network.hosts["eastvale"] = host
    assert [one.status for one in result.areas] == [AreaStatus.unreachable]
    return result


def again(areas: Areas, check_id: str, asker: Requester = ASKER, area: str = "eastvale") -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await ask_once_more(areas["northmoor"], client, asker, check_id, area)

    return asyncio.run(go())


def charged(areas: Areas) -> int:
    """How many questions Eastvale has counted."""
    return len(events(areas["eastvale"], "request_received"))


def test_it_is_asked_once_however_often_it_is_pressed_and_charged_once(
    areas: Areas, silent: CheckResult
) -> None:
    before = charged(areas)
    result = again(areas, silent.check_id)
    assert [one.status for one in result.areas] == [AreaStatus.answered]
    assert result.areas[0].candidates
    assert result.check_id == once_more_id(areas["northmoor"], silent.check_id, "eastvale") != silent.check_id
    assert again(areas, silent.check_id).check_id == result.check_id
    assert charged(areas) == before + 1
    with areas["northmoor"].read() as tx:
        first, second = recorded_check(tx, silent.check_id), recorded_check(tx, result.check_id)
    assert first.result.areas == silent.areas
    assert second.request.sharing_form == first.request.sharing_form
    assert second.request.areas == ("eastvale",)
    with pytest.raises(NotFoundError):
        again(areas, result.check_id)


def test_two_presses_at_once_ask_once(areas: Areas, silent: CheckResult) -> None:
    before = charged(areas)
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: again(areas, silent.check_id).check_id, range(2)))
    assert made[0] == made[1]
    assert charged(areas) == before + 1


@pytest.mark.parametrize("why", ["fled", "sealed", "somebody else", "another area", "restricted"])
def test_it_is_not_asked_again(areas: Areas, silent: CheckResult, why: str) -> None:
    node, asker, area = areas["northmoor"], ASKER, "eastvale"
    if why == "fled":
        keep_answer(node, restrictions_on(node, IMPORTER), "NM-1", ("eastvale",), "operator")
    elif why == "sealed":
        seal_case(node, "NM-1", Said(IMPORTER, "He works for an agency here."))
    elif why == "somebody else":
        asker = ASKER.model_copy(update={"name": "B. Colleague"})
    elif why == "another area":
        area = "southmere"
    else:
        staff = f'[[exclusion]]\ncase_ref = "NM-1"\nperson = "{ASKER.name}"\n'
        node.home.joinpath(STAFF_FILE).write_text(staff, encoding="utf-8")
    before, asked = charged(areas), len(areas.network.asked)
    with pytest.raises(NotFoundError):
        again(areas, silent.check_id, asker, area)
    assert (charged(areas), len(areas.network.asked)) == (before, asked)


def test_it_is_decided_on_the_rules_of_the_day(areas: Areas, silent: CheckResult) -> None:
    areas.clock.advance(dt.timedelta(days=40).total_seconds())
    before = charged(areas)
    result = again(areas, silent.check_id)
    assert not result.decision.permitted
    assert result.areas == ()
    assert charged(areas) == before
