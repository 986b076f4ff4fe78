"""Questions about one's own life, and by those kept out: stopped before anyone is asked (hazard H1)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.cases.disclosure_log import AddedEntries, warned_of
from hub.cases.staff import STAFF_FILE
from hub.checks.disclose import disclose
from hub.consent import Decision
from hub.errors import UsageError
from hub.records.check import CandidateRef, CheckRequest, CheckResult
from hub.values import Level
from tests.federation.nodes import Areas, case, cases_of, check, events, hold, question, stranger

STAFF = """
[[staff]]
given_names = "Ash"
surname = "Coordinator"
team = "Marac"
agency = "Police"

[[staff]]
given_names = "Robin"
surname = "Colleague"
postcode = "NM1 1AA"
agency = "Police"
"""


def asked(areas: Areas, staff: str = STAFF, **changes: Any) -> CheckResult:
    (areas["northmoor"].home / STAFF_FILE).write_text(staff, encoding="utf-8")
    requester = {
        "name": "Ash Coordinator",
        "role": "coordinator",
        "agency": "Police",
        "agency_kind": "police",
    }
    made = question(changes.pop("subject", stranger(3)), "eastvale", **changes).model_dump(mode="json")
    made["requester"] = requester
    made["sharing_form"]["requester"] = requester
    request = CheckRequest.model_validate(made)

    async def once() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, request)

    return asyncio.run(once())


def reasons(result: CheckResult) -> set[str]:
    return {reason.code for reason in result.decision.reasons}


@pytest.mark.parametrize(
    "changed",
    [
        {"given_names": "Ash", "surname": "Coordinator"},
        {"given_names": "robin", "surname": "COLLEAGUE"},
        {"postcode": "nm11aa"},
    ],
    ids=["the asker", "a colleague", "a colleague's household"],
)
def test_a_check_on_ones_own_life_is_stopped_and_raised(areas: Areas, changed: dict[str, str]) -> None:
    result = asked(areas, subject=stranger(3).model_copy(update=changed))
    assert (result.decision.outcome, result.areas) == ("refer", ())
    assert "insider_check" in reasons(result)
    assert not events(areas["eastvale"], "request_received")


def test_a_routine_question_is_not_stopped(areas: Areas) -> None:
    assert asked(areas, subject=cases_of("eastvale")[0][0]).decision.permitted


@pytest.mark.parametrize("entry", ['person = "Ash Coordinator"', 'team = "Marac"', 'agency = "Police"'])
def test_someone_kept_out_is_told_that_there_is_no_such_case(areas: Areas, entry: str) -> None:
    result = asked(areas, STAFF + f'\n[[exclusion]]\ncase_ref = "NM-1"\n{entry}\n')
    assert (result.decision.outcome, reasons(result)) == ("refuse", {"no_such_case"})
    assert not events(areas["eastvale"], "request_received")


def test_an_exclusion_from_another_case_keeps_nobody_out_of_this_one(areas: Areas) -> None:
    assert asked(areas, STAFF + '\n[[exclusion]]\ncase_ref = "NM-2"\nteam = "Marac"\n').decision.permitted


def test_a_broken_list_stops_everything(areas: Areas) -> None:
    with pytest.raises(UsageError, match="staff"):
        asked(areas, "[[staff]]\nname = 3\n")


def test_nobody_tells_an_area_that_the_victim_named_as_not_safe_to_talk_to(areas: Areas) -> None:
    """Asked blindly it may be; told about her it is not, whatever the form says."""
    her = cases_of("eastvale")[0][0]
    hold(areas["northmoor"], case("NM-1", [her], not_safe_to_talk_to=("Eastvale",)))
    result = asked(areas, subject=her)
    assert result.areas[0].candidates

    async def tell() -> Decision:
        async with areas.client("northmoor") as client:
            target = CandidateRef(result.check_id, "eastvale")
            return (await disclose(areas["northmoor"], client, target, Level.involvement))[1]

    decision = asyncio.run(tell())
    assert [reason.code for reason in decision.reasons] == ["not_safe_to_talk_to"]
    assert not events(areas["eastvale"], "disclosure_received")


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"agency": "Castlebridge Homes"}, ("Castlebridge Homes",)),
        ({"agency": "CASTLEBRIDGE homes", "person": "the duty officer"}, ("CASTLEBRIDGE homes",)),
        ({"agency": "Northmoor Police", "person": "Kyle's sister"}, ("Kyle's sister",)),
        ({"agency": "Eastvale Homes"}, ()),
    ],
)
def test_who_tells_somebody_not_safe_to_talk_to_is_warned(
    areas: Areas, row: dict[str, str], named: tuple[str, ...]
) -> None:
    northmoor = areas["northmoor"]
    hold(
        northmoor,
        case(
            "NM-1", [stranger(3)], not_safe_to_talk_to=("Kyle's sister at Castlebridge Homes",), publish=False
        ),
    )
    entry = {"date": "2026-11-01", "person": "P", "method": "telephone", "authority": "vital interests"} | row
    by = {"name": "A. Coordinator", "role": "coordinator", "agency": "Police", "agency_kind": "police"}
    added = AddedEntries.model_validate({"case_ref": "NM-1", "by": by, "sharings": [entry]})
    assert warned_of(northmoor, added) == (named, ())


@pytest.mark.parametrize(
    "agency", ["Eastvale Council", "Vale of Elsewhere Idva Service", "Blackmoor Council", "Southmere Council"]
)
def test_who_tells_an_area_that_she_fled_by_any_case_is_warned(areas: Areas, agency: str) -> None:
    northmoor = areas["northmoor"]
    (northmoor.home / "config").mkdir(exist_ok=True)
    text = 'version = "t"\nas_of = 2026-11-01\n[[area]]\nnode_id = "eastvale"\narea = "Vale of Elsewhere"\n'
    (northmoor.home / "config" / "areas.toml").write_text(text + "contact = {}\n", encoding="utf-8")
    hold(northmoor, case("NM-1", [stranger(3)], fled_asked=True, fled_from=()))
    hold(northmoor, case("NM-2", [stranger(3)], fled_asked=True, fled_from=("eastvale", "Blackmoor")))
    entry = {"date": "2026-11-01", "person": "P", "method": "telephone", "authority": "vital interests"}
    by = {"name": "A. Coordinator", "role": "coordinator", "agency": "Police", "agency_kind": "police"}
    added = {"case_ref": "NM-1", "by": by, "sharings": [entry | {"agency": agency}]}
    warned = warned_of(northmoor, AddedEntries.model_validate(added))
    assert warned.fled == (() if agency == "Southmere Council" else (agency,))
