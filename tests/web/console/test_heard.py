"""Later hearings elsewhere are on the page of a case and in my work, at both areas; for nobody who is kept out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from hub.accounts.accounts import acting_as
from hub.accounts.tokens import TokenWanted, make
from hub.cases.staff import STAFF_FILE
from hub.checks.dismissals import dismiss_with_reason
from hub.checks.later_hearings import links
from hub.crypto.one_time import STEP_S
from hub.records.accounts import AccountRole
from hub.records.check import CandidateRef
from hub.records.tokens import TokenScope
from tests.accounts.people import cheap_passwords
from tests.cases.hidden import held
from tests.checks.hearings import HERS, THEIRS, exchanged, linked
from tests.cli.running import inside
from tests.federation.nodes import IMPORTER, Areas, copied
from tests.web.console.browser import apart
from tests.web.console.signed_in import NAMES, Console, normal

R = AccountRole
DAYS = {"northmoor": "Friday 20 November 2026", "eastvale": "Thursday 3 December 2026"}
REFS = {"northmoor": "NM-1", "eastvale": "eastvale-0"}
OTHER = {"northmoor": "Eastvale", "eastvale": "Northmoor"}
DAY_S = 86_400


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        apart(lambda: linked(made))
        apart(lambda: exchanged(made))
        yield made
    made.close()


@pytest.fixture(scope="module")
def consoles(areas: Areas) -> dict[str, Console]:
    return {area: Console.of(areas[area], "Police") for area in REFS}


def token_of(areas: Areas, console: Console, role: AccountRole) -> str:
    areas.clock.advance(2 * STEP_S)
    return apart(console.users[role].signed_in)


def pages(areas: Areas, console: Console, ref: str, role: AccountRole = R.coordinator) -> list[str]:
    """The page of the case, and my work."""
    token = token_of(areas, console, role)
    case = f"/cases/{held(console.node, ref).row.handle.hex()}"
    return [apart(partial(console.send, "GET", to, token)).text for to in (case, "/work")]


@pytest.mark.parametrize("area", REFS)
def test_s000_r8_each_side_sees_the_others_later_hearing_on_the_case_and_in_my_work(
    areas: Areas, consoles: dict[str, Console], area: str
) -> None:
    for page in pages(areas, consoles[area], REFS[area]):
        assert f"To be heard at {OTHER[area]} on {DAYS[area]}" in page


@pytest.mark.parametrize("area", REFS)
def test_whoever_is_kept_out_of_the_case_or_is_no_coordinator_finds_no_hearing(
    areas: Areas, consoles: dict[str, Console], area: str
) -> None:
    console, ref = consoles[area], REFS[area]
    _, work = pages(areas, console, ref, R.idva)
    assert DAYS[area] not in work
    staff = console.node.home / STAFF_FILE
    staff.write_text(f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{NAMES[R.coordinator]}"\n')
    try:
        case, work = pages(areas, console, ref)
        token = token_of(areas, console, R.coordinator)
        nowhere = apart(lambda: console.send("GET", "/nowhere", token)).text
        assert normal(case) == normal(nowhere)
        for text in (DAYS[area], "Later hearings in other areas"):
            assert text not in work
        assert listed(console) == []
    finally:
        staff.unlink()
    assert [one["area"] for one in listed(console)] == [OTHER[area].lower()]


def listed(console: Console) -> list[dict[str, str]]:
    """What a coordinator's program reads; the command says the same days."""
    with console.node.write() as tx:
        who = acting_as(tx, console.users[R.coordinator].account)
        shown = make(tx, who, TokenWanted(program="a program", scopes=(TokenScope.read,)))
    bearer = {"Authorization": f"Bearer {shown}"}
    given = apart(lambda: console.send("GET", "/api/v1/hearings", headers=bearer)).json()
    found: list[dict[str, str]] = given["hearings"]
    token = console.node.home / "token"
    token.write_text(shown)
    token.chmod(0o600)
    command = partial(inside, "hearings", "list", console.node.home, "--token-file", token)
    assert [(one["case_ref"], one["area"], one["day"]) for one in command("--json").json["hearings"]] == [
        (one["case_ref"], one["area"], one["day"]) for one in found
    ]
    assert ("That never means that none did" in command().out) is (found == [])
    return found


def test_a_day_that_passed_is_heard_only_once_the_other_area_says_so(
    areas: Areas, consoles: dict[str, Console]
) -> None:
    begun = areas.clock.at
    try:
        areas.clock.at = dt.datetime.combine(THEIRS, dt.time(12), dt.UTC).timestamp() + DAY_S
        (before,) = listed(consoles["northmoor"])
        assert before["state"] == "not_known"
        apart(lambda: exchanged(areas))
        (after,) = listed(consoles["northmoor"])
        assert (after["state"], after["day"]) == ("heard", THEIRS.isoformat())
        case, _ = pages(areas, consoles["northmoor"], "NM-1")
        assert f"Heard at Eastvale on {DAYS['northmoor']}" in case
        (listed_there,) = listed(consoles["eastvale"])
        assert (listed_there["state"], listed_there["day"]) == ("listed", HERS.isoformat())
    finally:
        areas.clock.at = begun + 20 * DAY_S


def test_of_a_candidate_that_somebody_says_is_not_the_same_no_hearing_is_shown(
    areas: Areas, consoles: dict[str, Console]
) -> None:
    node = areas["northmoor"]
    (link,) = links(node, "eastvale")
    target = CandidateRef(link.target.check_id, "eastvale", link.target.handle)
    dismiss_with_reason(node, target, IMPORTER, "Another year of birth.")
    assert listed(consoles["northmoor"]) == []
