"""An emergency on one page: real nodes, a browser with scripts and without."""

from __future__ import annotations

import re
from typing import Final

from playwright.sync_api import BrowserContext, Page, expect

from hub.accounts.accounts import acting_as
from hub.accounts.sessions import FRESH_S
from hub.cases.obligations import list_obligations
from hub.cases.shown import lines
from hub.cases.staff import STAFF_FILE
from hub.checks.earlier import EarlierCheck, earlier_checks
from hub.consent import NotTold
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.check import AreaStatus, DisclosureStatus
from hub.values import Kind
from tests.accounts.people import PASSWORD, User, user
from tests.federation.nodes import IMPORTER, Areas, cases_of
from tests.web.console.browser import complaints, width
from tests.web.console.browser import violations_with_scripts as violations
from tests.web.console.emergencies import KNOWN, THREAT, begin, fill, manager_of, newest
from tests.web.console.signed_in import normal, sign_in_on_page

OTHER: Final = cases_of("eastvale")[1][0]


def told(found: EarlierCheck) -> set[DisclosureStatus]:
    return {one.disclosure.status for area in found.result.areas for one in area.candidates}


def test_the_least_facts_ask_and_tell_at_once_and_the_rest_is_owed_in_the_managers_work(
    node: Node, areas: Areas, coordinator: User, manager: User, url: str, person: BrowserContext
) -> None:
    page = person.new_page()
    said = complaints(page)
    begin(page, url, coordinator, areas)
    text = page.locator("body").inner_text()
    assert text.index("999") < text.index("01632 960102") < text.index("Who is in danger?")
    assert page.get_by_role("radio", checked=True).count() == 0
    assert "UK GDPR Art 6(1)(d)" in text
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert width(page) <= 320

    before = len(list(earlier_checks(node, IMPORTER)))
    page.get_by_role("button", name="Ask now").click()
    problems = page.get_by_role("alert").inner_text()
    for missing in ("whether anyone here fled an area", "what threatens"):
        assert missing in problems
    assert violations(page) == []
    fill(page, KNOWN, "No, nobody has")
    page.get_by_label("What threatens?").fill("Yes")
    page.get_by_role("button", name="Ask now").click()
    assert "Say in words what threatens" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Surname").input_value() == KNOWN.surname
    assert len(list(earlier_checks(node, IMPORTER))) == before

    page.get_by_label("Who is coming?").fill("Corin Hartswell")
    page.get_by_label("What threatens?").fill(THREAT)
    page.get_by_role("button", name="Ask now").click()
    expect(page.get_by_role("heading", name="Result by area")).to_be_visible()
    expect(page.get_by_text("Answer of Eastvale:")).to_be_visible()
    assert KNOWN.surname not in page.title() + page.url
    found = newest(node)
    assert DisclosureStatus.answered in told(found)
    assert found.request.case_ref.startswith("EMERGENCY-")
    assert found.request.sharing_form.signatures[0].name == "Ash Underhill"
    owed = {
        one.code: one.due
        for one in list_obligations(node, manager_of(node, manager), node.today(), every=True)
        if one.case_ref == found.request.case_ref
    }
    assert {"complete_emergency", "complete_case", "countersign"} <= set(owed)

    page.context.clear_cookies()
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, manager)
    expect(page.get_by_role("heading", name="Emergencies to be completed")).to_be_visible()
    assert re.search(r"To be completed by \d+:\d\d[ap]m on \w+day", page.get_by_role("main").inner_text())
    page.get_by_role("link", name=f"Case {found.request.case_ref}").first.click()
    assert "Complete and confirm the form" in page.get_by_role("main").inner_text()

    page.get_by_role("link", name="To countersign").click()
    listed = page.get_by_role("listitem").filter(has_text=found.request.case_ref).inner_text()
    assert "Emergency." in listed
    assert "hours left" in listed
    assert "Overdue" not in listed
    assert violations(page) == []
    page.get_by_role("link", name=f"Case {found.request.case_ref}").click()
    text = page.get_by_role("main").inner_text()
    for words in (THREAT, "Ash Underhill", KNOWN.surname, "Eastvale: name, other names", "No, nobody has"):
        assert words in text
    assert KNOWN.surname not in page.title() + page.url
    assert violations(page) == []
    assert width(page) <= 320
    page.get_by_role("button", name="Sign", exact=True).click()
    assert "Tick that you have no connection" in page.get_by_role("alert").inner_text()
    assert countersigned(node, manager, found) == []
    page.get_by_label("I have no connection").check()
    areas.clock.advance(FRESH_S + 1)
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Code").fill(manager.code())
    page.get_by_role("main").get_by_role("button").last.click()
    assert page.get_by_label("I have no connection").is_checked()
    assert countersigned(node, manager, found) == []
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="It is signed")).to_be_visible()
    assert countersigned(node, manager, found) == ["Mo Ashdown"]
    assert violations(page) == []
    assert [one for one in said if "422" not in one] == []


def countersigned(node: Node, who: User, found: EarlierCheck) -> list[str]:
    """Who countersigned it."""
    closed = list_obligations(node, manager_of(node, who), node.today(), closed=True)
    mine = [one for one in closed if (one.case_ref, one.code) == (found.request.case_ref, "countersign")]
    return [one.closing.by.name for one in mine if one.closing]


def test_nobody_countersigns_what_they_asked_themselves_or_may_not_know_of(
    node: Node, areas: Areas, manager: User, url: str, page: Page
) -> None:
    begin(page, url, manager, areas)
    fill(page, OTHER, "No, nobody has")
    page.get_by_role("button", name="Ask now").click()
    ref = newest(node).request.case_ref
    page.get_by_role("link", name="To countersign").click()
    page.get_by_role("link", name=f"Case {ref}").click()
    assert "another manager signs it" in page.get_by_role("main").inner_text()
    assert page.get_by_role("button", name="Sign", exact=True).count() == 0
    staff = node.home / STAFF_FILE
    staff.write_text(f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "Mo Ashdown"\n', encoding="utf-8")
    try:
        there, absent = page.request.get(page.url), page.request.get(f"{url}/countersign/{'ab' * 16}")
        assert (there.status, absent.status) == (404, 404)
        assert normal(there.text()) == normal(absent.text())
        assert ref not in page.request.get(f"{url}/countersign").text()
    finally:
        staff.unlink()
    sent = page.request.post(
        page.url, form={"no_connection": "yes"}, headers={"Origin": url, "Sec-Fetch-Site": "same-origin"}
    )
    assert sent.status == 422
    assert countersigned(node, manager, newest(node)) == []


def test_a_manager_of_an_idva_service_signs_nothing_of_the_maracs(
    node: Node, areas: Areas, coordinator: User, manager: User, url: str, page: Page
) -> None:
    begin(page, url, coordinator, areas)
    fill(page, OTHER, "No, nobody has")
    page.get_by_role("button", name="Ask now").click()
    expect(page.get_by_role("heading", name="Result by area")).to_be_visible()
    ref = newest(node).request.case_ref
    found = next(
        one
        for one in list_obligations(node, manager_of(node, manager), node.today(), every=True)
        if (one.code, one.case_ref) == ("countersign", ref)
    )
    page.context.clear_cookies()
    head = user(node, "Hal Fairweather", AccountRole.manager, organisation="Haven", idva_service=True)
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, head)
    there, absent = (page.request.get(f"{url}/countersign/{one}") for one in (found.number, "ab" * 16))
    assert (there.status, absent.status) == (404, 404)
    assert normal(there.text()) == normal(absent.text())
    assert found.case_ref not in page.request.get(f"{url}/countersign").text()


def test_where_nobody_knows_who_fled_areas_are_asked_and_nobody_is_told(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    begin(page, url, coordinator, areas)
    fill(page, OTHER, "Not known")
    page.get_by_role("button", name="Ask now").click()
    text = page.get_by_role("main").inner_text()
    assert "nobody is told: find out, and ring no area that may have been fled" in text
    assert "01632 960102" in text
    assert page.get_by_role("button", name="Tell Eastvale?").count() == 0
    found = newest(node)
    assert told(found) == {DisclosureStatus.not_asked}
    assert {one.not_told for one in found.result.areas} == {NotTold.not_known}
    assert violations(page) == []


def test_an_area_that_was_fled_is_neither_asked_nor_shown_with_its_telephone(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    begin(page, url, coordinator, areas)
    fill(page, OTHER, "Yes")
    page.get_by_role("group", name="Which areas?").get_by_label("Eastvale").check()
    before = len(areas.network.asked)
    page.get_by_role("button", name="Ask now").click()
    assert "eastvale" not in {host for host, _ in areas.network.asked[before:]}
    assert "01632 960102" not in page.get_by_role("main").inner_text()
    eastvale = next(one for one in newest(node).result.areas if one.node_id == "eastvale")
    assert (eastvale.status, eastvale.not_told) == (AreaStatus.not_asked, NotTold.fled)


def test_the_button_pressed_twice_makes_one_case(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    begin(page, url, coordinator, areas)
    fill(page, OTHER, "No, nobody has")
    before = len(list(earlier_checks(node, IMPORTER)))
    send = """async () => {
        const body = new URLSearchParams(new FormData(document.querySelector("main form")))
        const sent = [1, 2].map(() => fetch("/emergency", {method: "POST", body}))
        return (await Promise.all(sent)).map((one) => one.url)
    }"""
    there = page.evaluate(send)
    assert there[0] == there[1]
    assert "/checks/" in there[0]
    assert len(list(earlier_checks(node, IMPORTER))) == before + 1


def test_an_idva_services_emergency_is_its_own_client(
    node: Node, areas: Areas, manager: User, coordinator: User, url: str, page: Page
) -> None:
    idva = user(
        node, "Ida Fairweather", AccountRole.idva, by=manager.account, organisation="Haven", idva_service=True
    )
    begin(page, url, idva, areas)
    fill(page, OTHER, "No, nobody has")
    page.get_by_role("button", name="Ask now").click()
    expect(page.get_by_role("heading", name="Result by area")).to_be_visible()
    ref = newest(node).request.case_ref
    with node.read() as tx:
        theirs, others = (acting_as(tx, one.account) for one in (idva, coordinator))
    assert [one.kind for one in lines(node, theirs, 5, ref)] == [Kind.idva]
    assert lines(node, others, 5, ref) == []
