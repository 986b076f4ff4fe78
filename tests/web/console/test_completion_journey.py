"""Completing the form of an emergency on pages: real nodes, a browser with scripts and without."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import BrowserContext, Page, expect

from hub.cases.obligations import ListedObligation, list_obligations
from hub.cases.staff import STAFF_FILE
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.values import Role
from tests.accounts.people import User
from tests.federation.nodes import Areas, stranger
from tests.web.console.asking import answer, go_on
from tests.web.console.browser import complaints, width
from tests.web.console.browser import violations_with_scripts as violations
from tests.web.console.emergencies import KNOWN, THREAT, begin, fill, manager_of, newest
from tests.web.console.signed_in import normal, sign_in_on_page

CODE: Final = "complete_emergency"


def owed(node: Node, who: User, ref: str, *, closed: bool = False) -> ListedObligation:
    every = list_obligations(node, manager_of(node, who), node.today(), every=not closed, closed=closed)
    return next(one for one in every if (one.case_ref, one.code) == (ref, CODE))


def test_what_an_emergency_left_open_is_completed_from_the_obligation(
    node: Node, areas: Areas, council: User, manager: User, url: str, person: BrowserContext
) -> None:
    page = person.new_page()
    said = complaints(page)
    begin(page, url, council, areas)
    fill(page, KNOWN, "No, nobody has")
    page.get_by_role("button", name="Ask now").click()
    expect(page.get_by_role("heading", name="Result by area")).to_be_visible()
    ref = newest(node).request.case_ref
    before = len(areas.network.asked)

    # Somebody else completes it, later that night.
    page.context.clear_cookies()
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, manager)
    number = owed(node, manager, ref).number
    page.goto(f"{url}/obligations/{number}")
    assert violations(page) == []
    page.get_by_role("button", name="Complete the form").click()
    seen = []
    while "/form/" in page.url:
        assert violations(page) == [], page.url
        assert KNOWN.surname not in page.title() + page.url
        seen.append(answer(page))
        assert len(seen) < 20, (seen, page.get_by_role("main").inner_text())
    # Who fled was answered that night.
    assert seen == ["necessity", "said", "happened", "balancing", "interest", "grounds", "ground-crime"]
    text = page.get_by_role("main").inner_text()
    for known in (
        "It is complete",
        THREAT,
        "Bo Elsewhere, Northmoor Council",
        "Nobody is asked or told by this step.",
    ):
        assert known in text
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert width(page) <= 320
    assert owed(node, manager, ref), "it is still open"
    stale = page.context.new_page()
    stale.goto(page.url)
    page.get_by_role("button", name="Complete it").click()
    expect(page.get_by_role("heading", name="It is closed")).to_be_visible()
    assert violations(page) == []
    closing = owed(node, manager, ref, closed=True).closing
    assert closing is not None
    assert closing.form is not None
    assert closing.by.name == "Mo Ashdown"
    assert closing.form.emergency is not None
    assert closing.form.emergency.imminent_threat == THREAT
    assert [one.role for one in closing.form.subjects] == [Role.victim]
    stale.get_by_role("button", name="Complete it").click()
    assert stale.url == page.url
    assert len(areas.network.asked) == before, "nobody is asked by completing a form"
    assert [one for one in said if "422" not in one] == []


def test_what_the_engine_does_not_permit_stays_owed_and_says_why(
    node: Node, areas: Areas, council: User, manager: User, url: str, page: Page
) -> None:
    begin(page, url, council, areas)
    fill(page, stranger(41), "No, nobody has")
    page.get_by_role("button", name="Ask now").click()
    ref = newest(node).request.case_ref
    number = owed(node, manager, ref).number
    page.goto(f"{url}/obligations/{number}/form")
    while not page.url.endswith("/interest"):
        answer(page)
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("How do you know them?").fill("She is my sister")
    go_on(page)
    text = page.get_by_role("main").inner_text()
    assert "Somebody else decides this" in text
    assert "completing the form stays owed" in text
    assert "Nobody was asked" not in text
    assert violations(page) == []
    ours = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
    page.request.post(page.url, form={"once": "ab" * 16}, headers=ours)
    assert owed(node, manager, ref), "it is still open"
    taken = page.request.post(f"{page.url}/necessity", form={"fled": "none"}, headers=ours)
    assert taken.status == 422
    for end in ("asked", "fled", "level"):
        assert page.request.get(f"{page.url}/{end}").status == 404, (
            "what was asked that night stays as it was"
        )


def test_somebody_restricted_and_what_is_no_emergencys_have_no_such_form(
    node: Node, areas: Areas, coordinator: User, manager: User, url: str, page: Page
) -> None:
    begin(page, url, coordinator, areas)
    fill(page, stranger(42), "No, nobody has")
    page.get_by_role("button", name="Ask now").click()
    ref = newest(node).request.case_ref
    number = owed(node, manager, ref).number
    every = list_obligations(node, manager_of(node, manager), node.today(), every=True)
    other = next(one.number for one in every if one.case_ref == ref and one.code == "review")
    absent = page.request.get(f"{url}/obligations/{'ab' * 16}/form")
    assert absent.status == 404
    assert normal(page.request.get(f"{url}/obligations/{other}/form").text()) == normal(absent.text())
    staff = node.home / STAFF_FILE
    staff.write_text(f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "Ash Underhill"\n', encoding="utf-8")
    try:
        for end in ("form", "form/necessity"):
            hidden = page.request.get(f"{url}/obligations/{number}/{end}")
            assert (hidden.status, normal(hidden.text())) == (404, normal(absent.text()))
    finally:
        staff.unlink()
