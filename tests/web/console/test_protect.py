"""What people say of a case by pages: seals, areas fled, who is safe to talk to, who was told; and who may not."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from hub.accounts.accounts import acting_as
from hub.cases.obligations import list_obligations
from hub.cases.shown import case_shown, lines
from hub.cases.staff import STAFF_FILE
from hub.cases.stub import Referrer, Stub, enter_case
from hub.cases.whole_log import log_lines
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.cases import HeldCase
from hub.values import Kind, Person
from hub.web.guards import ROUTES
from tests.accounts.people import cheap_passwords
from tests.federation.nodes import IMPORTER, Areas, copied, events, stranger
from tests.web.console.signed_in import NAMES, Console, normal

R = AccountRole
NOBODY: Final = "ab" * 16


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield made
    made.close()


@pytest.fixture(scope="module")
def node(areas: Areas) -> Node:
    return areas["eastvale"]


@pytest.fixture(scope="module")
def console(node: Node) -> Console:
    return Console.of(node)


@pytest.fixture
def tokens(areas: Areas, console: Console) -> dict[AccountRole, str]:
    """Everybody, who has just signed in."""
    areas.clock.advance(2 * STEP_S)
    return {role: person.signed_in() for role, person in console.users.items()}


def entered(node: Node, victim: Person | None = None, **more: Any) -> str:
    """The number of a new case."""
    ref = f"EV-{secrets.token_hex(4)}"
    stub: dict[str, Any] = {"kind": Kind.marac, "sealed": False, "fled_from": (), **more}
    people = (victim or stranger(secrets.randbelow(10_000) + 100),)
    referrer = Referrer(agency="Eastvale Police", contact="The duty desk")
    enter_case(node, Stub(case_ref=ref, referrer=referrer, by=IMPORTER, people=people, **stub))
    return ref


def handle_of(console: Console, ref: str, role: AccountRole = R.manager) -> str:
    with console.node.read() as tx:
        acting = acting_as(tx, console.users[role].account)
    return lines(console.node, acting, 1, ref)[0].handle


def held(console: Console, handle: str) -> HeldCase:
    with console.node.read() as tx:
        acting = acting_as(tx, console.users[R.manager].account)
    found = case_shown(console.node, acting, handle)
    assert found
    return found


def reviews(node: Node) -> int:
    owed = list_obligations(node, IMPORTER, node.today(), every=True)
    return sum(one.code == "review_unsealing" for one in owed)


def test_anybody_seals_and_a_manager_alone_takes_it_back(
    node: Node, console: Console, tokens: dict[AccountRole, str]
) -> None:
    handle = handle_of(console, entered(node))
    place, back = f"/cases/{handle}/seal", f"/cases/{handle}/unseal"
    because = {"because": "He works for an agency here."}
    assert console.send("POST", place, tokens[R.coordinator], {}).status_code == 422
    assert not held(console, handle).kept.sealed
    done = console.send("POST", place, tokens[R.coordinator], because)
    assert (done.status_code, done.headers["location"]) == (303, place)
    assert "works for an agency" in console.send("GET", place, tokens[R.coordinator]).text
    assert [one.by for one in held(console, handle).kept.words] == [NAMES[R.coordinator]]
    for role in (R.coordinator, R.idva, R.representative, R.data_protection_officer, R.operator):
        assert console.send("POST", back, tokens[role], because).status_code == 404
    assert held(console, handle).kept.sealed
    before = reviews(node)
    assert console.send("POST", back, tokens[R.manager], {}).status_code == 422
    assert console.send("POST", back, tokens[R.manager], because).status_code == 303
    assert not held(console, handle).kept.sealed
    assert reviews(node) == before + 1
    assert held(console, handle).kept.words[-1].by == NAMES[R.manager]


def test_a_seal_is_taken_back_by_whoever_has_just_shown_who_they_are(
    areas: Areas, node: Node, console: Console, tokens: dict[AccountRole, str]
) -> None:
    handle = handle_of(console, entered(node, sealed=True))
    areas.clock.advance(600)
    typed = {"because": "She is to be found again."}
    asked = console.send("POST", f"/cases/{handle}/unseal", tokens[R.manager], typed)
    assert (asked.status_code, asked.headers["location"]) == (303, "/confirm")
    assert held(console, handle).kept.sealed
    assert "to be found again" in console.send("GET", f"/cases/{handle}/unseal", tokens[R.manager]).text


def test_a_more_careful_answer_counts_at_once_and_a_manager_alone_takes_one_back(
    areas: Areas, node: Node, console: Console, tokens: dict[AccountRole, str]
) -> None:
    handle = handle_of(console, entered(node))
    place = f"/cases/{handle}/fled"
    fled = {"fled": "areas", "fled_areas": "southmere", "because": "She told us."}
    assert console.send("POST", place, tokens[R.coordinator], fled).status_code == 303
    assert held(console, handle).details.fled_from == ("southmere",)
    page = console.send("GET", place, tokens[R.coordinator]).text
    ticked = re.findall(r'<input[^>]+value="([^"]+)"[^>]* checked', page)
    assert ticked == ["areas", "southmere"]
    none = {"fled": "none", "because": "A slip."}
    refused = console.send("POST", place, tokens[R.coordinator], none)
    assert refused.status_code == 422
    assert "a manager decides that" in refused.text
    both = {**none, "fled_areas": "southmere"}
    assert console.send("POST", place, tokens[R.manager], both).status_code == 422
    assert held(console, handle).details.fled_from == ("southmere",)
    before = reviews(node)
    assert console.send("POST", place, tokens[R.manager], none).headers["location"] == place
    assert held(console, handle).details.fled_from == ()
    assert reviews(node) == before + 1
    areas.clock.advance(600)
    assert console.send("POST", place, tokens[R.manager], fled).headers["location"] == place
    asked = console.send("POST", place, tokens[R.manager], none)
    assert asked.headers["location"] == "/confirm"
    assert held(console, handle).details.fled_from == ("southmere",)


def test_who_is_safe_to_talk_to_after_all_a_manager_says(
    node: Node, console: Console, tokens: dict[AccountRole, str]
) -> None:
    handle = handle_of(console, entered(node, not_safe_to_talk_to=("Jo Lowther", "Bo Penrose")))
    place = f"/cases/{handle}/safe"
    typed = {"entry": "Jo Lowther", "because": "She asked us to."}
    assert console.send("GET", place, tokens[R.coordinator]).status_code == 404
    assert console.send("POST", place, tokens[R.coordinator], typed).status_code == 404
    assert console.send("POST", place, tokens[R.manager], {**typed, "entry": "Nobody"}).status_code == 422
    before = reviews(node)
    assert console.send("POST", place, tokens[R.manager], typed).status_code == 303
    assert held(console, handle).details.not_safe_to_talk_to == ("Bo Penrose",)
    assert reviews(node) == before + 1


def test_who_may_be_hidden_is_listed_and_decided(
    node: Node, console: Console, tokens: dict[AccountRole, str]
) -> None:
    her = stranger(4_321)
    entered(node, her, sealed=True)
    other = entered(node, her.model_copy(update={"date_of_birth": ""}))
    listed = console.send("GET", "/seals", tokens[R.coordinator]).text
    (number,) = set(re.findall(r'href="/seals/([0-9a-f]+)"', listed))
    assert other in listed
    assert other not in console.send("GET", "/seals", tokens[R.idva]).text
    place = f"/seals/{number}"
    nowhere = console.send("GET", f"/seals/{NOBODY}", tokens[R.idva]).text
    assert normal(console.send("GET", place, tokens[R.idva]).text) == normal(nowhere)
    no = {"same": "not_same", "because": "Born another year."}
    assert console.send("POST", place, tokens[R.coordinator], no).status_code == 422
    assert held(console, handle_of(console, other)).kept.sealed
    assert console.send("POST", place, tokens[R.coordinator], {**no, "same": "same"}).status_code == 303
    assert "/seals/" not in console.send("GET", "/seals", tokens[R.coordinator]).text
    assert console.send("POST", place, tokens[R.manager], no).status_code == 303
    assert not held(console, handle_of(console, other)).kept.sealed
    assert NAMES[R.manager] in console.send("GET", place, tokens[R.manager]).text


def test_what_was_told_by_telephone_is_recorded_once_and_whom_nobody_was_to_tell_is_said(
    node: Node, console: Console, tokens: dict[AccountRole, str]
) -> None:
    ref = entered(node, fled_from=("southmere",), not_safe_to_talk_to=("Jo Lowther",))
    place = f"/cases/{handle_of(console, ref)}/told"
    typed = {
        "date": "1 November 2026",
        "agency": "Southmere",
        "person": "Jo Lowther",
        "method": "by telephone",
        "authority": "Her agreement.",
    }
    assert console.send("POST", place, tokens[R.coordinator], {**typed, "authority": ""}).status_code == 422
    assert (
        console.send("POST", place, tokens[R.coordinator], {**typed, "date": "1/11/2030"}).status_code == 422
    )
    for _ in range(2):
        done = console.send("POST", place, tokens[R.coordinator], typed)
        assert done.status_code == 200
        assert done.text.count("Tell your manager now") == 2
    with node.read() as tx:
        acting = acting_as(tx, console.users[R.manager].account)
    (row,) = log_lines(node, acting, 10, ref)
    assert (row.agency, row.person, row.decided_by) == ("Southmere", "Jo Lowther", NAMES[R.coordinator])
    assert len(events(node, "sharing_recorded")) == 1


OF_A_CASE: Final = [
    (method, path)
    for method, path in ROUTES
    if path.startswith("/cases/{case}") and method in ("GET", "POST")
]


def test_a_case_that_a_manager_is_kept_from_is_none_at_each_of_its_addresses(
    node: Node, console: Console, tokens: dict[AccountRole, str]
) -> None:
    """Of their own organisation, of a service's, and of nobody."""
    theirs = entered(node, kind=Kind.idva, idva_service="Haven")
    ref = entered(node)
    ours, clients = handle_of(console, ref), handle_of(console, theirs, R.idva)
    staff = node.home / STAFF_FILE
    name = NAMES[R.manager]
    staff.write_text(f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{name}"\n', encoding="utf-8")
    form = {"because": "x", "fled": "none", "entry": "x"}
    try:
        for method, path in OF_A_CASE:
            got = [
                console.send(method, path.replace("{case}", one), tokens[R.manager], form)
                for one in (ours, clients, NOBODY)
            ]
            assert {one.status_code for one in got} == {404}, path
            assert len({normal(one.text) for one in got}) == 1, path
    finally:
        staff.unlink()
