"""Asking other areas, reading the result and telling one: real nodes, a browser with scripts and without."""

from __future__ import annotations

import re
from typing import Final
from unittest.mock import Mock

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.cases.access import restrictions_on
from hub.cases.flight import keep_answer
from hub.cases.staff import STAFF_FILE
from hub.errors import ConflictError
from hub.node.node import Node
from hub.records.check import DisclosureResult, DisclosureStatus
from hub.values import Role
from hub.web.console import tell
from hub.web.console.language import day
from tests.accounts.people import User, user
from tests.federation.nodes import IMPORTER, Areas, cases_of, stranger
from tests.web.console.asking import HER, arrive, checks_of, entered, press
from tests.web.console.browser import complaints, reach, width
from tests.web.console.browser import violations_with_scripts as violations
from tests.web.console.hand import Hand
from tests.web.console.signed_in import normal

FLED_SINCE: Final = cases_of("eastvale")[1][0]
DISMISSED: Final = cases_of("eastvale")[1][1].model_copy(update={"role": Role.victim})
FLED: Final = stranger(33)
ROUTINE_ANSWERS, ROUTINE_CLICKS = 4, 25


def answer_all(hand: Hand, fled: str = "No, nobody has") -> None:
    hand.choose("Why do you ask now?", "The risk has grown")
    hand.choose("What did the victim say about asking other areas?", "Agreed")
    hand.choose("Has anyone in this case fled an area?", fled)
    hand.choose("Do you know anyone in this case?", "No")


def answers_of(node: Node, handle: str) -> list[DisclosureResult]:
    """What was disclosed of each candidate of a case."""
    areas = (area for kept in checks_of(node, handle) for area in kept.result.areas)
    return [one.disclosure for area in areas for one in area.candidates]


def test_a_routine_question_is_four_answers_and_then_the_area_is_told(
    node: Node, areas: Areas, coordinator: User, url: str, person: BrowserContext
) -> None:
    handle = entered(node, coordinator)
    page = person.new_page()
    said = complaints(page)
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}")
    hand = Hand(page)
    hand.press("Ask other areas")
    assert (
        page.get_by_role("group", name="People to ask about").get_by_role("checkbox", checked=True).count()
        == 2
    )
    assert violations(page) == []
    answer_all(hand)
    hand.press("Continue")
    expect(page.get_by_text("Nobody will be told anyone's name by this step.")).to_be_visible()
    assert "Westhaven: not connected" in page.get_by_role("main").inner_text()
    assert violations(page) == []
    assert checks_of(node, handle) == []
    hand.press("Ask")
    expect(page.get_by_role("heading", name="Result by area")).to_be_visible()
    assert hand.answers <= ROUTINE_ANSWERS
    assert hand.acts <= ROUTINE_CLICKS
    assert len(checks_of(node, handle)) == 2
    assert violations(page) == []
    text = page.get_by_role("main").inner_text()
    assert "Asked about the victim" in text
    assert "Asked about the alleged perpetrator" in text
    assert text.index("AGREES" if "AGREES" in text else "Agrees") < text.index("likely the same person")
    assert "Westhaven" in text
    assert "01632 960104" in text
    assert 'None of this means "not known"' in text
    assert HER.surname not in page.title() + page.url

    both = page.url
    page.get_by_role("link", name="Back to the case").click()
    page.get_by_role("link", name="About the victim", exact=True).click()
    assert page.url == both.partition("?")[0], "a case leads to what was asked about it"
    page.goto(both)
    page.get_by_role("button", name="Tell Eastvale?").first.click()
    warning = page.get_by_text("This tells Eastvale that you are asking about")
    assert HER.surname in warning.inner_text()
    assert page.get_by_role("radio", checked=True).count() == 0
    assert violations(page) == []
    page.get_by_role("button", name="Confirm").click()
    assert "There is a problem" in page.get_by_role("alert").inner_text()
    assert {one.status for one in answers_of(node, handle)} == {DisclosureStatus.not_asked}
    page.get_by_label("Tell them and ask for involvement").check()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text(f"They were told about whom you ask on {day(node.today())}, by")).to_be_visible()
    expect(page.get_by_text("Answer of Eastvale:")).to_be_visible()
    expect(page.get_by_text("involvement, as victim; last activity September 2026")).to_be_visible()
    expect(page.get_by_role("heading", name="Asked about the alleged perpetrator")).to_be_visible()
    assert DisclosureStatus.answered in {one.status for one in answers_of(node, handle)}
    page.set_viewport_size({"width": 320, "height": 640})
    assert width(page) <= 320
    assert [one for one in said if "422" not in one] == []


def test_a_routine_question_is_asked_by_the_keyboard_alone(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    handle = entered(node, coordinator)
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}")
    press(page, "Ask other areas")
    for group, answer in (
        ("Why do you ask now?", "The risk has grown"),
        ("What did the victim say about asking other areas?", "Agreed"),
        ("Has anyone in this case fled an area?", "No, nobody has"),
        ("Do you know anyone in this case?", "No"),
    ):
        radios = page.get_by_role("group", name=group).get_by_role("radio")
        reach(page, radios.first)
        page.keyboard.press("Space")
        wanted = page.get_by_role("group", name=group).get_by_label(answer, exact=True)
        for _ in range(radios.count()):
            if not wanted.is_checked():
                page.keyboard.press("ArrowDown")
        assert wanted.is_checked()
    press(page, "Continue")
    press(page, "Ask")
    expect(page.get_by_role("heading", name="Result by area")).to_be_visible()
    assert len(checks_of(node, handle)) == 2
    reach(page, page.locator("summary").first)
    press(page, "Tell Eastvale?")
    expect(page.get_by_text("This tells Eastvale that you are asking about")).to_be_visible()


def test_what_is_left_open_asks_nobody_and_keeps_what_was_typed(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    handle = entered(node, coordinator)
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    hand = Hand(page)
    hand.choose("Why do you ask now?", "The risk has grown")
    page.get_by_label("Anything to add").fill("He rang again")
    hand.press("Continue")
    problems = page.get_by_role("alert").inner_text()
    assert "what the victim said about asking" in problems
    assert "whether anyone here fled an area" in problems
    assert page.get_by_label("Anything to add").input_value() == "He rang again"
    assert violations(page) == []
    answer_all(hand)
    page.get_by_role("group", name="What did the victim say").get_by_label("Refused").check()
    page.get_by_role("group", name="Is anyone else at risk").get_by_label("No").check()
    hand.press("Continue")
    assert "what was said stands" in page.get_by_role("alert").inner_text()
    assert checks_of(node, handle) == []
    page.goto(f"{url}/cases/{handle}")
    assert "Nothing was asked yet." in page.get_by_role("main").inner_text()


def test_words_about_somebody_known_that_were_hidden_again_stop_nobody_unseen(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    handle = entered(node, coordinator)
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    hand = Hand(page)
    answer_all(hand)
    page.get_by_role("group", name="Do you know anyone").get_by_label("Yes").check()
    page.get_by_label("How do you know them?").fill("We were at school")
    page.get_by_role("group", name="Do you know anyone").get_by_label("No").check()
    hand.press("Continue")
    assert "You wrote how you know somebody" in page.get_by_role("alert").inner_text()
    expect(page.get_by_label("How do you know them?")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("How do you know them?").fill("")
    hand.press("Continue")
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    assert checks_of(node, handle) == []


def test_an_area_that_was_fled_is_not_asked_and_has_no_button(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    handle = entered(node, coordinator, (FLED,))
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    hand = Hand(page)
    answer_all(hand, "Yes")
    page.get_by_role("group", name="Which areas?").get_by_label("Eastvale").check()
    hand.press("Continue")
    assert "somebody fled from there" in page.get_by_role("main").inner_text()
    before = len(areas.network.asked)
    hand.press("Ask")
    assert "eastvale" not in {host for host, _ in areas.network.asked[before:]}
    text = page.get_by_role("main").inner_text()
    assert "Somebody fled this area, as this case or another here says: ask your manager." in text
    assert "01632 960102" not in text
    assert page.get_by_role("button", name="Tell Eastvale?").count() == 0


def test_an_area_that_the_case_says_was_fled_is_not_typed_again(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    handle = entered(node, coordinator, (stranger(77),), fled_from=("eastvale",))
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}")
    assert "Somebody here fled Eastvale, which is told nothing" in page.get_by_role("main").inner_text()
    page.goto(f"{url}/cases/{handle}/ask")
    hand = Hand(page)
    answer_all(hand, "Yes")
    hand.press("Continue")
    assert "Yes: Eastvale" in page.get_by_role("main").inner_text()
    assert "Eastvale: somebody fled from there" in page.get_by_role("main").inner_text()


def test_an_area_fled_since_is_told_nothing_by_an_old_result(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:

    handle = entered(node, coordinator, (FLED_SINCE,))
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    hand = Hand(page)
    answer_all(hand)
    hand.press("Continue")
    hand.press("Ask")
    page.get_by_role("button", name="Tell Eastvale?").first.click()
    page.get_by_label("Tell them and ask for involvement").check()
    kept = checks_of(node, handle)[0]
    keep_answer(node, restrictions_on(node, IMPORTER), kept.request.case_ref, ("eastvale",), "operator")
    page.get_by_role("button", name="Confirm").click()
    assert "as this case or another here says: ask your manager" in page.get_by_role("main").inner_text()
    assert page.get_by_role("radio").count() == 0
    assert {one.status for one in answers_of(node, handle)} == {DisclosureStatus.not_asked}


def test_a_form_sent_twice_asks_once(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    handle = entered(node, coordinator, (HER,))
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    hand = Hand(page)
    answer_all(hand)
    hand.press("Continue")
    fields = page.locator("main form input[type=hidden]").evaluate_all(
        "all => all.map(one => [one.name, one.value])"
    )
    form = {name: value for name, value in fields if name != "areas"}
    hand.press("Ask")
    result = page.url
    again = page.request.post(
        f"{url}/cases/{handle}/ask",
        form={**form, "areas": "eastvale", "button": "ask"},
        headers={"Origin": url, "Sec-Fetch-Site": "same-origin"},
    )
    assert again.url == result
    assert len(checks_of(node, handle)) == 1


def test_a_very_likely_match_is_dismissed_by_two_people_with_a_reason(
    node: Node, areas: Areas, coordinator: User, manager: User, url: str, page: Page, browser: Browser
) -> None:
    handle = entered(node, coordinator, (DISMISSED,))
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    hand = Hand(page)
    answer_all(hand)
    hand.press("Continue")
    hand.press("Ask")
    page.locator("summary", has_text="Not the same person").first.click()
    page.get_by_role("button", name="Not the same person").first.click()
    assert "There is a problem" in page.get_by_role("alert").inner_text()
    assert violations(page) == []
    page.get_by_label("Why not?").fill("<b>=Another</b> year of birth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            tell, "dismiss_with_reason", Mock(side_effect=ConflictError("It agrees in just the same."))
        )
        page.get_by_role("button", name="Not the same person").click()
    assert "which of them it is not" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Why not?").input_value() == "<b>=Another</b> year of birth"
    assert page.get_by_role("link", name="Back to the result").count() == 1
    page.get_by_role("button", name="Not the same person").click()
    expect(page.get_by_text("A second person has to agree")).to_be_visible()
    assert "Ash Underhill: <b>=Another</b> year of birth" in page.get_by_role("main").inner_text()
    assert page.get_by_text("dismissed as not the same person").count() == 0
    second = browser.new_context(locale="en-GB").new_page()
    arrive(second, url, manager, areas)
    second.goto(page.url)
    second.locator("summary", has_text="Not the same person").first.click()
    second.get_by_label("Why not?").first.fill("I have spoken with both")
    second.get_by_role("button", name="Not the same person").first.click()
    second.locator("summary", has_text="dismissed as not the same person").first.click()
    assert "Mo Ashdown agreed." in second.get_by_role("main").inner_text()
    assert violations(second) == []
    second.context.close()


def test_without_an_agreement_the_page_says_what_to_do(
    node: Node, areas: Areas, url: str, manager: User, page: Page
) -> None:
    other = user(node, "Bo Elsewhere", by=manager.account, organisation="Northmoor Council")
    handle = entered(node, other)
    arrive(page, url, other, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    expect(page.get_by_role("heading", name="There is no agreement to ask under")).to_be_visible()
    assert "has not signed" in page.get_by_role("main").inner_text()
    assert violations(page) == []


def test_somebody_restricted_finds_no_case_to_ask_about_and_no_result(
    node: Node, areas: Areas, coordinator: User, manager: User, url: str, page: Page
) -> None:
    handle = entered(node, coordinator)
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    hand = Hand(page)
    answer_all(hand)
    hand.press("Continue")
    hand.press("Ask")
    offer = page.get_by_role("button", name="Tell Eastvale?").first.get_attribute("href") or ""
    result = page.url.removeprefix(url)
    ref = checks_of(node, handle)[0].request.case_ref
    staff = node.home / STAFF_FILE
    staff.write_text(f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "Ash Underhill"\n', encoding="utf-8")
    try:
        nothing = re.sub(r"[0-9a-f]{32}", "ab" * 16, offer)
        for there, absent in (
            (f"/cases/{handle}/ask", f"/cases/{'ab' * 16}/ask"),
            (result, f"/checks/{'ab' * 16}"),
            (offer, nothing),
        ):
            got, none = page.request.get(url + there), page.request.get(url + absent)
            assert (got.status, none.status) == (404, 404)
            assert normal(got.text()) == normal(none.text())
    finally:
        staff.unlink()


def test_two_forms_at_the_same_moment_ask_once(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    """The other way round a double click: neither has an answer yet when the other comes."""
    handle = entered(node, coordinator, (HER,))
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    hand = Hand(page)
    answer_all(hand)
    hand.press("Continue")
    send = """async () => {
        const form = document.querySelector("main form")
        const body = new URLSearchParams(new FormData(form))
        body.append("button", "ask")
        const sent = [1, 2].map(() => fetch(location.href, {method: "POST", body}))
        return (await Promise.all(sent)).map((one) => one.url)
    }"""
    there = page.evaluate(send)
    assert there[0] == there[1]
    assert "/checks/" in there[0]
    assert len(checks_of(node, handle)) == 1
