"""What another area asks of us, decided in a browser: two real nodes, and what the asking one then reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.cases.flight import correct_answer
from hub.cases.seals import Said
from hub.cases.staff import STAFF_FILE
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.check import CheckResult, DisclosureResult, DisclosureStatus
from hub.values import Kind, Level, Role
from tests.accounts.people import PASSWORD, User, user
from tests.checks import disclosing
from tests.checks.pending import asked, told
from tests.federation.nodes import IMPORTER, Areas, events, stranger
from tests.web.console.browser import apart, served, violations, width
from tests.web.console.signed_in import NAMES, Console, normal

R = AccountRole
WITHHOLD: Final = {"answer": "withhold", "because": "She asked us not to."}


@pytest.fixture(scope="module")
def node(areas: Areas) -> Node:
    return areas["eastvale"]


@pytest.fixture(scope="module")
def console(node: Node) -> Console:
    return Console.of(node)


@pytest.fixture(scope="module")
def url(console: Console) -> Iterator[str]:
    with served(console.app) as address:
        yield address


_numbers: Final = iter(range(100, 1_000, 10))


class Request:
    """A disclosure that waits at Eastvale, and its page."""

    def __init__(self, areas: Areas, console: Console, fled: tuple[str, ...] = (), **changes: Any) -> None:
        self.areas, self.console, self.number = areas, console, next(_numbers)
        self.ref = f"ev-{self.number}"
        self.result: CheckResult = apart(lambda: asked(areas, ref=self.ref, number=self.number, **changes))
        if fled:
            said = Said(IMPORTER, "She told us so.")
            correct_answer(console.node, self.ref, fled, said)
        self.told()

    def told(self, level: Level = Level.involvement) -> DisclosureResult:
        """What Northmoor reads."""
        return apart(lambda: told(self.areas, self.result, level))

    def path(self, token: str) -> str:
        """Its address, as the list has it for somebody; empty where it is not there."""
        page = apart(lambda: self.console.send("GET", "/requests", token)).text
        before, found, _ = page.partition(f"asks about case {self.ref}<")
        return before.rpartition('href="')[2].partition('"')[0] if found else ""

    def send(self, path: str, token: str, form: Mapping[str, str | Sequence[str]]) -> tuple[int, str]:
        answer = apart(lambda: self.console.send("POST", path, token, form))
        return answer.status_code, answer.text

    def get(self, path: str, token: str) -> tuple[int, str]:
        answer = apart(lambda: self.console.send("GET", path, token))
        return answer.status_code, answer.text


def signed_in(areas: Areas, who: User) -> str:
    """The cookie of somebody who has just signed in, with the code that their app shows next."""
    areas.clock.advance(2 * STEP_S)
    return apart(who.signed_in)


def open_as(context: BrowserContext, areas: Areas, url: str, who: User) -> Page:
    """A page of somebody who has just signed in."""
    token = signed_in(areas, who)
    there = url.replace("http:", "https:")  # A browser takes what is sent here for as safe as that.
    context.add_cookies([{"name": "__Host-eastvale", "value": token, "url": there, "secure": True}])
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    return page


def sound(page: Page, scripts: bool = True) -> None:
    """Nothing that axe finds, where it can run, and nothing wider than a small screen."""
    if scripts:
        assert violations(page) == []
    assert width(page) <= 320


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_coordinator_decides_and_the_other_area_reads_it(
    areas: Areas, node: Node, console: Console, url: str, browser: Browser, scripts: bool
) -> None:
    request = Request(areas, console)
    context = browser.new_context(locale="en-GB", java_script_enabled=scripts)
    page = open_as(context, areas, url, console.users[R.coordinator])
    page.goto(url + "/requests")
    sound(page, scripts)
    page.get_by_role("link", name=f"asks about case {request.ref}").click()
    sound(page, scripts)
    her = stranger(request.number)
    assert her.surname in page.content()
    assert her.surname not in page.title() + page.url
    assert request.ref not in page.url
    assert page.locator("input[type=radio]:checked").count() == 0
    page.get_by_role("button", name="Record my decision").click()
    assert "Choose what you decide" in page.get_by_role("alert").inner_text()
    sound(page, scripts)
    page.get_by_label("Release what is shown above").check()
    page.get_by_label("Your reason").fill("Priya rang me: it is she.")
    page.get_by_role("button", name="Record my decision").click()
    assert "our own basis" in page.get_by_role("alert").inner_text()
    page.get_by_label("Another basis", exact=True).check()
    page.get_by_label("The other basis").fill("Police and Criminal Evidence, by our own record.")
    areas.clock.advance(6 * 60)
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Code").fill(apart(console.users[R.coordinator].code))
    page.get_by_role("button").last.click()
    assert page.get_by_label("Your reason").input_value() == "Priya rang me: it is she."
    assert request.told().status is DisclosureStatus.pending
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_text("reads the answer when it asks again")).to_be_visible()
    sound(page, scripts)
    assert NAMES[R.coordinator] in page.get_by_role("main").inner_text()
    assert request.told().involvement == (Kind.marac,)
    (*_, last) = events(node, "disclosure_decided")
    assert (last["detail"]["kind"], last["detail"]["status"]) == ("coordinator", "answered")
    assert last["actor"] == node.actor(NAMES[R.coordinator])
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_part_goes_item_by_item_and_the_asker_reads_that_there_is_more(
    areas: Areas, node: Node, console: Console, url: str, browser: Browser, scripts: bool
) -> None:
    request = Request(areas, console, idva_service="Haven")
    context = browser.new_context(locale="en-GB", java_script_enabled=scripts)
    page = open_as(context, areas, url, console.users[R.coordinator])
    page.goto(url + "/requests")
    page.get_by_role("link", name=f"asks about case {request.ref}").click()
    row = page.get_by_role("row", name="Idva involvement")
    assert "Haven" in row.inner_text()
    assert "With the Idva service" in row.inner_text()
    assert page.locator("input[type=checkbox]:checked").count() == 0
    assert page.get_by_label("Idva involvement").is_disabled()
    page.get_by_label("Release part").check()
    page.get_by_label("Your reason").fill("The rest by telephone.")
    page.get_by_label("Another basis", exact=True).check()
    page.get_by_label("The other basis").fill("Ours, by our own record.")
    page.get_by_role("button", name="Record my decision").click()
    assert "Tick what goes" in page.get_by_role("alert").inner_text()
    sound(page, scripts)
    page.get_by_label("Marac involvement").check()
    page.get_by_label("Role here").check()
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_text("reads what went, and that the rest was withheld")).to_be_visible()
    sound(page, scripts)
    said = page.get_by_role("main").inner_text()
    assert "Marac involvement; Role here" in said
    assert (
        "Idva involvement; The Idva service, its worker on duty and number; Month of last activity;"
        " How the first names compare"
    ) in said
    after = request.told()
    assert (after.involvement, after.role, after.last_activity) == ((Kind.marac,), Role.victim, None)
    assert after.in_part
    context.close()


def test_a_part_that_is_none_all_or_not_theirs_to_give_is_not_recorded(
    areas: Areas, node: Node, console: Console
) -> None:
    request = Request(areas, console, idva_service="Haven")
    token = signed_in(areas, console.users[R.coordinator])
    path, before = request.path(token), len(events(node, "disclosure_decided"))
    part: dict[str, str | Sequence[str]] = {
        "answer": "release_part",
        "because": "It is she.",
        "basis": "other",
        "basis_words": "Ours.",
    }
    goes = [
        *("marac_involvement", "role", "last_activity"),
        *("forename_compared", "surname_compared", "date_of_birth_compared"),
    ]
    for ticked, why in (
        ((), "Tick what goes"),
        (goes, "choose Release"),
        (("role", "idva_involvement"), "Tick only what goes by your word"),
        (("role", "criteria"), "Tick only what goes by your word"),
    ):
        status, text = request.send(path, token, part | {"items": ticked})
        assert status == 422
        assert why in text
    for answer in ("release", "withhold", "not_same", "ring_first"):
        form = part | {"answer": answer, "items": "role"}
        assert "take the ticks away" in request.send(path, token, form)[1]
    lacking = {"answer": "release_part", "because": "It is she.", "items": "role"}
    assert "our own basis" in request.send(path, token, lacking)[1]
    assert request.told().status is DisclosureStatus.pending
    assert len(events(node, "disclosure_decided")) == before


def test_what_was_decided_meanwhile_is_said_and_stays(
    areas: Areas, node: Node, console: Console, url: str, context: BrowserContext
) -> None:
    request = Request(areas, console)
    page = open_as(context, areas, url, console.users[R.coordinator])
    page.goto(url + "/requests")
    page.get_by_role("link", name=f"asks about case {request.ref}").click()
    manager = signed_in(areas, console.users[R.manager])
    path = page.url.removeprefix(url)
    assert request.send(path, manager, WITHHOLD)[0] == 303
    before = len(events(node, "disclosure_decided"))
    page.get_by_label("Release what is shown above").check()
    page.get_by_label("Your reason").fill("It is she.")
    page.get_by_label("Another basis", exact=True).check()
    page.get_by_label("The other basis").fill("Ours.")
    page.get_by_role("button", name="Record my decision").click()
    assert "What you sent changed nothing" in page.get_by_role("alert").inner_text()
    assert NAMES[R.manager] in page.get_by_role("main").inner_text()
    sound(page)
    assert len(events(node, "disclosure_decided")) == before
    assert request.told() == DisclosureResult(status=DisclosureStatus.not_answered)


def test_ringing_first_decides_nothing_and_sending_it_twice_says_it_once(
    areas: Areas, node: Node, console: Console
) -> None:
    request = Request(areas, console)
    token = signed_in(areas, console.users[R.coordinator])
    path, before = request.path(token), len(events(node, "disclosure_decided"))
    areas.clock.advance(60)
    ring = {"answer": "ring_first", "because": "I ring Northmoor today."}
    for _ in range(2):
        assert request.send(path, token, ring)[0] == 303
    assert request.get(path, token)[1].count("I ring Northmoor today.") == 1
    assert request.told().status is DisclosureStatus.pending
    for _ in range(2):
        assert request.send(path, token, {**WITHHOLD, "answer": "not_same"})[0] == 303
    assert len(events(node, "disclosure_decided")) == before + 2
    assert request.told() == DisclosureResult(status=DisclosureStatus.not_answered)
    assert request.path(token) == ""
    text = request.get(path, token)[1]
    assert "She asked us not to." in text
    assert "Not the same person" in text
    assert "I ring Northmoor today." in text


def test_who_may_not_know_of_the_case_finds_no_request(areas: Areas, node: Node, console: Console) -> None:
    """An Idva of another service, a representative, and a coordinator who is restricted from the case."""
    request = Request(areas, console)
    tokens = {role: signed_in(areas, person) for role, person in console.users.items()}
    path = request.path(tokens[R.coordinator])
    assert path
    assert request.path(tokens[R.idva]) == ""
    entry = f'[[exclusion]]\ncase_ref = "{request.ref}"\nperson = "{NAMES[R.coordinator]}"\n'
    (node.home / STAFF_FILE).write_text(entry, encoding="utf-8")
    try:
        assert request.path(tokens[R.coordinator]) == ""
        for role in (R.idva, R.representative, R.coordinator):
            nowhere = request.get("/requests/" + "ab" * 16, tokens[role])
            assert nowhere[0] == 404
            assert [normal(one) for one in map(str, request.get(path, tokens[role]))] == [
                normal(one) for one in map(str, nowhere)
            ]
            assert request.send(path, tokens[role], WITHHOLD)[0] == 404
    finally:
        (node.home / STAFF_FILE).unlink()
    assert request.told().status is DisclosureStatus.pending


def test_an_area_that_she_fled_is_a_managers_to_close(
    areas: Areas, node: Node, console: Console, url: str, context: BrowserContext
) -> None:
    request = Request(areas, console, fled=("northmoor",))
    tokens = {role: signed_in(areas, console.users[role]) for role in (R.manager, R.coordinator)}
    path = request.path(tokens[R.coordinator])
    text = request.get(path, tokens[R.coordinator])[1]
    assert "A manager decides." in text
    assert "Record my decision" not in text
    assert request.send(path, tokens[R.coordinator], WITHHOLD)[0] == 303
    assert request.path(tokens[R.coordinator]) == path
    page = open_as(context, areas, url, console.users[R.manager])
    page.goto(url + path)
    assert page.get_by_label("Release what is shown above").count() == 0
    sound(page)
    release = {"answer": "release", "because": "x y", "basis": "other", "basis_words": "x"}
    assert request.send(path, tokens[R.manager], release)[0] == 422
    page.get_by_label("Withhold").check()
    page.get_by_label("Your reason").fill("Their manager knows nothing of it: reported.")
    page.get_by_role("button", name="Record my decision").click()
    expect(page.get_by_text("nothing is answered").first).to_be_visible()
    assert request.path(tokens[R.manager]) == ""
    assert request.told() == DisclosureResult(status=DisclosureStatus.not_answered)


def test_an_idva_service_decides_about_its_own_records(areas: Areas, node: Node, console: Console) -> None:
    manager = console.users[R.manager].account
    service = "Eastvale Idva Service"
    theirs = apart(
        lambda: user(node, "Iva Bell", R.idva, by=manager, organisation=service, idva_service=True)
    )
    request = Request(areas, console, kind=Kind.idva, idva_service=service, meeting_date=None)
    idva, coordinator = (signed_in(areas, one) for one in (theirs, console.users[R.coordinator]))
    path = request.path(idva)
    assert path
    assert request.path(coordinator) == ""
    assert request.send(path, coordinator, WITHHOLD)[0] == 404
    assert request.send(path, idva, WITHHOLD)[0] == 303
    assert request.told() == DisclosureResult(status=DisclosureStatus.not_answered)


def test_more_than_involvement_takes_the_word_of_whoever_allowed_it(areas: Areas, console: Console) -> None:
    request = Request(areas, console)
    assert request.told(Level.summary).status is DisclosureStatus.pending
    token = signed_in(areas, console.users[R.coordinator])
    page = apart(lambda: console.send("GET", "/requests", token)).text
    paths = re.findall(rf'href="(/requests/[0-9a-f]+)">Northmoor asks about case {request.ref}<', page)
    (path,) = (one for one in paths if "Who allowed it to leave" in request.get(one, token)[1])
    assert "Criteria: " in request.get(path, token)[1]
    release = {"answer": "release", "because": "It is she.", "basis": "other", "basis_words": "Ours."}
    status, text = request.send(path, token, release)
    assert status == 422
    assert "Write who allowed it" in text
    part = release | {"answer": "release_part", "items": "criteria"}
    assert "Write who allowed it" in request.send(path, token, part)[1]
    assert request.told(Level.summary).status is DisclosureStatus.pending
    assert request.send(path, token, release | {"permission": "The meeting, today."})[0] == 303
    assert "Criteria: " in (request.told(Level.summary).summary or "")
    assert "The meeting, today." in request.get(path, token)[1]


def test_what_an_agreement_answered_is_a_line_for_who_holds_the_case(areas: Areas, console: Console) -> None:
    check_id = apart(lambda: disclosing.asked(areas)).check_id
    result, _ = apart(lambda: disclosing.disclosed(areas, check_id))
    assert result.areas[0].candidates[0].disclosure.status is DisclosureStatus.answered
    tokens = {role: signed_in(areas, console.users[role]) for role in (R.coordinator, R.idva)}
    line = "Northmoor asked about case eastvale-0"
    pages = {role: apart(partial(console.send, "GET", "/requests", tokens[role])).text for role in tokens}
    assert line in pages[R.coordinator]
    assert line in apart(lambda: console.send("GET", "/work", tokens[R.coordinator])).text
    assert line not in pages[R.idva]
    assert "Is the victim still in your area?" in pages[R.coordinator]
    staff = console.node.home / STAFF_FILE
    staff.write_text(f'[[exclusion]]\ncase_ref = "eastvale-0"\nperson = "{NAMES[R.coordinator]}"\n')
    try:
        for address in ("/work", "/requests"):
            assert line not in apart(partial(console.send, "GET", address, tokens[R.coordinator])).text
    finally:
        staff.unlink()
    path = pages[R.coordinator].partition(f'">{line}')[0].rpartition('href="')[2]
    say = partial(console.send, "POST", f"{path}/still-here")
    moved = "<strong>Has moved. No other area is told by this: that is said on the case</strong>"
    assert moved not in pages[R.coordinator]
    for role, answer, status in (
        (R.idva, "moved", 404),
        (R.coordinator, "Leeds", 422),
        (R.coordinator, "moved", 200),
    ):
        answered = apart(partial(say, tokens[role], {"answer": answer}))
        assert answered.status_code == (303 if status == 200 else status)
        assert "Leeds" not in apart(partial(console.send, "GET", "/requests", tokens[R.coordinator])).text
        shown = apart(partial(console.send, "GET", "/work", tokens[R.coordinator])).text
        assert (moved in shown) is (status == 200)
    again, _ = apart(lambda: disclosing.disclosed(areas, check_id))
    assert again.areas[0].candidates[0].disclosure == result.areas[0].candidates[0].disclosure
    text = apart(lambda: console.send("GET", path, tokens[R.coordinator])).text
    assert "It is decided: Northmoor reads the answer" in text
    assert apart(lambda: console.send("GET", path, tokens[R.idva])).status_code == 404
