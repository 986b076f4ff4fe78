"""What is owed after asking, listed by case and closed with evidence, in a browser; and who finds none of it."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.accounts.accounts import acting_as
from hub.cases.obligations import list_obligations
from hub.cases.shown import case_shown
from hub.cases.staff import STAFF_FILE
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.gists import every_gist
from hub.values import Role
from hub.web.console import obligations
from hub.web.typed import owed as typed
from tests.accounts.people import PASSWORD, User, cheap_passwords
from tests.checks import disclosing
from tests.checks.pending import asked, told
from tests.federation.nodes import Areas, cases_of, copied, events
from tests.web.console.browser import apart, served, violations, width
from tests.web.console.signed_in import NAMES, Console, normal

R = AccountRole
DAY: Final = 86_400
CASE: Final = "northmoor-0"
UNSIGNED: Final = {"signatures": [{"role": "caseworker", "name": "C. Worker", "date": "2026-11-01"}]}


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    """Northmoor asked Eastvale three times of one case, told it once, and has not told the victim."""
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        for one in cases_of("eastvale"):
            disclosing.asked(made, one[0])
        told(made, asked(made, number=100, asks=UNSIGNED))
        yield made
    made.close()


@pytest.fixture(scope="module")
def node(areas: Areas) -> Node:
    return areas["northmoor"]


@pytest.fixture(scope="module")
def console(node: Node) -> Console:
    return Console.of(node)


@pytest.fixture(scope="module")
def url(console: Console) -> Iterator[str]:
    with served(console.app) as address:
        yield address


def signed_in(areas: Areas, who: User) -> str:
    areas.clock.advance(2 * STEP_S)
    return apart(who.signed_in)


def owed(node: Node, code: str, case_ref: str = "NM-1") -> list[str]:
    """The numbers of what is open by that code in a case."""
    every = list_obligations(node, None, node.today(), every=True)
    return [one.number for one in every if (one.code, one.case_ref) == (code, case_ref)]


def get(console: Console, path: str, token: str) -> tuple[int, str]:
    answer = apart(lambda: console.send("GET", path, token))
    return answer.status_code, normal(answer.text)


def send(console: Console, number: str, token: str, form: dict[str, str]) -> tuple[int, str]:
    answer = apart(lambda: console.send("POST", f"/obligations/{number}", token, form))
    return answer.status_code, answer.headers.get("location", answer.text)


def open_as(context: BrowserContext, areas: Areas, url: str, who: User) -> Page:
    token = signed_in(areas, who)
    there = url.replace("http:", "https:")  # A browser takes what is sent here for as safe as that.
    cookie = {"name": "__Host-northmoor", "value": token, "url": there, "secure": True}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    return page


def sound(page: Page, scripts: bool = True) -> None:
    """Nothing that axe finds, where it can run, and nothing wider than a small screen."""
    if scripts:
        assert violations(page) == []
    assert width(page) <= 320


def test_whom_to_tell_is_named_with_what_is_safe_and_nobody_else_of_the_case(
    areas: Areas, node: Node, console: Console
) -> None:
    """Never the alleged perpetrator; and a number that is not known to be safe to call is not shown."""
    token = signed_in(areas, console.users[R.coordinator])
    with node.read() as tx:
        (of,) = [one.row.handle for one in every_gist(tx) if one.case_ref == CASE]
        acting = acting_as(tx, console.users[R.coordinator].account)
    held = case_shown(node, acting, of.hex())
    assert held is not None
    victims = [one.details.person for one in held.people if one.details.person.role is Role.victim]
    others = [one.details.person for one in held.people if one.details.person.role is not Role.victim]
    _, page = get(console, f"/obligations/{owed(node, 'notify_client', CASE)[0]}", token)
    assert victims
    assert all(f"{one.given_names} {one.surname}" in page for one in victims)
    assert "not known to be safe to call" in page
    assert others
    assert not any(f"{one.given_names} {one.surname}" in page for one in others)
    every = [one for one in list_obligations(node, None, node.today(), every=True) if one.case_ref == CASE]
    rest = [one.number for one in every if one.code != "notify_client"]
    assert rest
    for number in rest:
        _, page = get(console, f"/obligations/{number}", token)
        assert not any(one.given_names in page for one in victims)


@pytest.mark.parametrize(
    ("scripts", "case_ref"), [(True, "NM-1"), (False, "northmoor-0")], ids=["scripts", "no scripts"]
)
def test_what_is_done_once_for_a_case_is_closed_once(
    areas: Areas, node: Node, console: Console, url: str, browser: Browser, scripts: bool, case_ref: str
) -> None:
    """Under the agreement Northmoor asked twice of NM-1, and the victim is told once."""
    context = browser.new_context(locale="en-GB", java_script_enabled=scripts)
    page = open_as(context, areas, url, console.users[R.coordinator])
    page.goto(url + "/obligations")
    sound(page, scripts)
    tell = page.locator(f"h3:has-text('{case_ref}') + ul").get_by_role("link", name="Tell the victim")
    assert tell.count() == 1
    tell.click()
    sound(page, scripts)
    assert "Nobody tells the alleged perpetrator" in page.get_by_role("main").inner_text()
    assert case_ref not in page.title() + page.url
    page.get_by_role("button", name="Close it").click()
    assert "Write what was done" in page.get_by_role("alert").inner_text()
    sound(page, scripts)
    assert owed(node, "notify_client", case_ref)
    page.get_by_label("When was it done?").fill("2/11/2026")
    page.get_by_label("What was done, or why not").fill("Told by telephone, alone.")
    page.get_by_role("button", name="Close it").click()
    expect(page.get_by_role("heading", name="It is closed")).to_be_visible()
    assert NAMES[R.coordinator] in page.get_by_role("main").inner_text()
    sound(page, scripts)
    assert owed(node, "notify_client", case_ref) == []
    context.close()


def test_a_review_takes_what_each_area_answered(areas: Areas, node: Node, console: Console) -> None:
    token = signed_in(areas, console.users[R.coordinator])
    before = len(events(node, "obligation_closed"))
    for number in owed(node, "review"):
        status, text = get(console, f"/obligations/{number}", token)
        assert status == 200
        form = {"on": "2 November 2026", "text": "Read and discussed."}
        hidden = re.findall(r'name="(sharings\.\d+\.(?:agency|date))" value="([^"]*)"', text)
        form |= {name: html.unescape(value) for name, value in hidden}
        asks = re.findall(r'name="(sharings\.\d+\.response)"', text)
        if asks:
            assert send(console, number, token, form)[0] == 422
        assert send(console, number, token, form | dict.fromkeys(asks, "Nothing came."))[0] == 303
    assert len(events(node, "obligation_closed")) == before + 3


def test_a_manager_who_shows_again_who_they_are_countersigns(
    areas: Areas, node: Node, console: Console, url: str, context: BrowserContext
) -> None:
    (number,) = owed(node, "countersign")
    coordinator = signed_in(areas, console.users[R.coordinator])
    said = send(console, number, coordinator, {"on": "2/11/2026"})
    assert said[0] == 422
    assert "A manager does this" in said[1]
    page = open_as(context, areas, url, console.users[R.manager])
    page.goto(f"{url}/obligations/{number}")
    sound(page)
    areas.clock.advance(6 * 60)
    page.get_by_label("What was done").fill("Read and agreed.")
    page.get_by_role("button", name="Sign and close it").click()
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    assert owed(node, "countersign") == [number]
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Code").fill(apart(console.users[R.manager].code))
    page.get_by_role("button").last.click()
    assert page.get_by_label("What was done").input_value() == "Read and agreed."
    page.get_by_role("button", name="Sign and close it").click()
    expect(page.get_by_role("heading", name="It is closed")).to_be_visible()
    assert owed(node, "countersign") == []
    assert events(node, "obligation_closed")[-1]["actor"] == node.actor(NAMES[R.manager])


def test_what_was_closed_meanwhile_is_said_and_sent_twice_closes_once(
    areas: Areas, node: Node, console: Console
) -> None:
    (number,) = owed(node, "notify_client", "northmoor-1")
    coordinator, manager = (signed_in(areas, console.users[one]) for one in (R.coordinator, R.manager))
    told_her, before = {"on": "2/11/2026", "text": "Told."}, len(events(node, "obligation_closed"))
    for _ in range(2):
        assert send(console, number, coordinator, told_her)[0] == 303
    status, text = send(console, number, manager, told_her)
    assert status == 409
    assert "What you sent changed nothing" in text
    assert len(events(node, "obligation_closed")) == before + 1


def test_who_may_not_know_of_the_case_finds_nothing_owed(areas: Areas, node: Node, console: Console) -> None:
    """An Idva of another service, a representative, and a coordinator who is restricted from the case."""
    (number,) = owed(node, "notify_client", "northmoor-2")
    tokens = {role: signed_in(areas, person) for role, person in console.users.items()}
    path = f"/obligations/{number}"
    assert get(console, path, tokens[R.coordinator])[0] == 200
    entry = f'[[exclusion]]\ncase_ref = "northmoor-2"\nperson = "{NAMES[R.coordinator]}"\n'
    (node.home / STAFF_FILE).write_text(entry, encoding="utf-8")
    try:
        for role in (R.idva, R.representative, R.coordinator):
            assert get(console, path, tokens[role]) == get(console, "/nowhere/at/all", tokens[role])
            assert send(console, number, tokens[role], {"on": "2/11/2026", "text": "Told."})[0] == 404
        for there in ("/obligations", "/work"):
            for role in (R.idva, R.coordinator):
                assert "northmoor-2" not in get(console, there, tokens[role])[1]
    finally:
        (node.home / STAFF_FILE).unlink()
    assert owed(node, "notify_client", "northmoor-2") == [number]


def test_my_work_counts_what_waits_and_leads_there(
    areas: Areas, node: Node, console: Console, url: str, context: BrowserContext
) -> None:
    (number,) = owed(node, "notify_client", "northmoor-2")
    areas.clock.advance(9 * DAY)
    page = open_as(context, areas, url, console.users[R.coordinator])
    page.goto(url + "/work")
    sound(page)
    main = page.get_by_role("main")
    late = {
        (one.case_ref, one.code) for one in list_obligations(node, None, node.today()) if one.overdue_days
    }
    expect(main.get_by_role("link", name=f"{len(late)} overdue")).to_be_visible()
    expect(main.get_by_role("link", name="3 asked lately")).to_be_visible()
    assert "2 days overdue" in main.inner_text()
    main.locator("h3:has-text('northmoor-2') + ul").get_by_role("link", name="Tell the victim").click()
    assert page.url.endswith(number)


def test_a_long_list_is_read_a_page_at_a_time(
    areas: Areas, node: Node, console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (200, 201, 202):
        apart(partial(_told, areas, number))
    monkeypatch.setattr(obligations, "A_PAGE", 2)
    token, found, path, last = signed_in(areas, console.users[R.coordinator]), list[str](), "/obligations", ""
    while path:
        _, text = get(console, path, token)
        some = re.findall(r'href="/obligations/([0-9a-f]+)"', text)
        assert 0 < len(some) <= 2
        found += some
        last, path = path, next(iter(re.findall(r'href="(/obligations\?page=\d+)" rel="next"', text)), "")
    with node.read() as tx:
        acting = acting_as(tx, console.users[R.coordinator].account)
    assert found == [one.id for one in typed.owed(node, acting, node.today() + typed.AHEAD)]
    assert len(found) > 3
    ends = get(console, "/obligations", token), get(console, last, token)
    for text in ("0", "99999999999999999999", "-1", "x", "", "999"):
        assert get(console, f"/obligations?page={text}", token) in ends


def _told(areas: Areas, number: int) -> None:
    told(areas, asked(areas, number=number, asks=UNSIGNED))
