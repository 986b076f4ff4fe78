"""The sharing form, a question a page: real nodes, a browser with scripts and without."""

from __future__ import annotations

import os
import re

from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.accounts.sessions import IDLE_S
from hub.cases.staff import STAFF_FILE
from hub.consent import VictimAgreement
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.records.gists import every_gist
from hub.values import Role
from tests.accounts.people import User
from tests.federation.nodes import Areas
from tests.web.console.asking import HER, SAID, answer, arrive, checks_of, entered, go_on, press
from tests.web.console.browser import complaints, reach, width
from tests.web.console.browser import violations_with_scripts as violations
from tests.web.console.signed_in import normal, sign_in_on_page


def test_where_no_agreement_covers_it_the_engine_is_answered_page_by_page_and_then_it_is_asked(
    node: Node, areas: Areas, council: User, url: str, person: BrowserContext
) -> None:
    handle = entered(node, council)
    page = person.new_page()
    said = complaints(page)
    arrive(page, url, council, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    page.get_by_role("button", name="Complete a sharing form").click()
    seen: list[str] = []
    while "/form/" in page.url:
        assert violations(page) == [], page.url
        assert HER.surname not in page.title() + page.url
        if not seen:
            page.get_by_text("Why is this asked?").click()
            assert "Source: five questions Q5; ECHR Art 8" in page.get_by_role("main").inner_text()
        before = page.url
        go_on(page)
        assert page.url == before, "left open, it goes nowhere"
        assert page.get_by_role("alert").count() == 1
        assert violations(page) == [], page.url
        seen.append(answer(page))
        assert len(seen) < 20, (seen, page.get_by_role("main").inner_text())
    assert seen == [
        "necessity",
        "said",
        "happened",
        "balancing",
        "interest",
        "grounds",
        "ground-crime",
    ]
    main = page.get_by_role("main")
    text = main.inner_text()
    assert "You may ask" in text
    for known in (
        HER.surname,
        "Bo Elsewhere, Northmoor Council",
        "No agreement covers this",
        "Eastvale",
        SAID,
    ):
        assert known in text
    assert "Nobody will be told anyone's name by this step." in text
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert width(page) <= 320
    assert checks_of(node, handle) == []

    page.get_by_role("link", name="Change What did the victim say").click()
    assert page.get_by_label("Was not asked").is_checked()
    page.get_by_label("Agreed").check()
    go_on(page)
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.get_by_role("button", name="Sign and ask").click()
    expect(page.get_by_role("heading", name="Result by area")).to_be_visible()
    found = checks_of(node, handle)
    assert {one.request.subject.role for one in found} == {Role.victim, Role.perpetrator}
    form = next(one.request.sharing_form for one in found if one.request.subject.role is Role.victim)
    assert all(one.result.decision.permitted for one in found)
    assert (form.signatures[0].name, form.necessity) == ("Bo Elsewhere", SAID)
    assert form.subjects[0].agreement is VictimAgreement.given
    assert form.fled_from is None, "the case answers it, and it is not asked again"
    page.goto(f"{url}/cases/{handle}/form")
    expect(page.get_by_role("textbox").first).to_have_value("")
    assert [one for one in said if "422" not in one] == []


def begun(page: Page, url: str, who: User, areas: Areas, handle: str, until: str) -> None:
    """A form answered up to a page."""
    arrive(page, url, who, areas)
    page.goto(f"{url}/cases/{handle}/form")
    while not page.url.endswith(until):
        answer(page)


def test_a_form_that_was_left_goes_on_where_it_was_after_a_lock_and_on_another_machine(
    node: Node, areas: Areas, council: User, url: str, page: Page, browser: Browser
) -> None:
    handle = entered(node, council)
    begun(page, url, council, areas, handle, "/said")
    page.get_by_label("Cannot be asked safely").check()
    areas.clock.advance(IDLE_S + 1)
    go_on(page)
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, council)
    page.goto(f"{url}/cases/{handle}/form/said")
    assert page.get_by_label("Cannot be asked safely").is_checked()
    go_on(page)
    expect(page.get_by_label("What happened?")).to_be_visible()
    areas.clock.advance(2 * STEP_S)
    other = browser.new_context(locale="en-GB").new_page()
    sign_in_on_page(other, url, council)
    other.goto(f"{url}/cases/{handle}/form")
    text = other.get_by_role("main").inner_text()
    assert SAID in text
    assert "Cannot be asked safely" in text
    assert "Not sent yet" in text
    assert violations(other) == []
    other.get_by_role("button", name="Go on").click()
    expect(other.get_by_label("What happened?")).to_be_visible()
    sealed = (node.home / "hub.sqlite3").read_bytes()
    assert SAID.encode() not in sealed
    other.context.close()


def test_a_form_sent_twice_or_from_a_stale_tab_asks_once_and_shows_what_came(
    node: Node, areas: Areas, council: User, url: str, page: Page
) -> None:
    handle = entered(node, council, (HER,))
    begun(page, url, council, areas, handle, "/form")
    stale = page.context.new_page()
    stale.goto(f"{url}/cases/{handle}/form/necessity")
    again = page.context.new_page()
    again.goto(f"{url}/cases/{handle}/form")
    page.get_by_role("button", name="Sign and ask").click()
    again.get_by_role("button", name="Sign and ask").click()
    assert again.url == page.url
    go_on(stale)
    assert stale.url == page.url
    assert len(checks_of(node, handle)) == 1
    page.goto(f"{url}/cases/{handle}/form/necessity")
    expect(page.get_by_label("Why is it necessary")).to_have_value("")


def test_a_refusal_is_asked_who_else_is_at_risk_and_stands_where_nobody_is(
    node: Node, areas: Areas, coordinator: User, url: str, page: Page
) -> None:
    """Under an agreement that covers everything besides."""
    handle = entered(node, coordinator, (HER,))
    arrive(page, url, coordinator, areas)
    page.goto(f"{url}/cases/{handle}/ask")
    page.get_by_label("The risk has grown").check()
    page.get_by_role("group", name="What did the victim say").get_by_label("Refused").check()
    page.get_by_role("button", name="Complete a sharing form instead").click()
    assert page.url.endswith("/form")
    page.get_by_role("button", name="Go on").click()
    assert page.url.endswith("/form/others")
    page.get_by_label("Yes, somebody else is").check()
    go_on(page)
    assert "Say who else is at risk" in page.get_by_role("alert").inner_text()
    page.get_by_label("No, only the victim is").check()
    go_on(page)
    text = page.get_by_role("main").inner_text()
    assert "The refusal stands" in text
    assert "Caldicott Guardian" in text
    assert page.get_by_role("button", name="Sign and ask").count() == 0
    assert violations(page) == []
    sent = page.request.post(
        page.url, form={"once": "ab" * 16}, headers={"Origin": url, "Sec-Fetch-Site": "same-origin"}
    )
    assert sent.ok
    assert checks_of(node, handle) == []
    page.get_by_role("link", name="Record who was consulted").click()
    go_on(page)
    assert violations(page) == []
    page.get_by_label("Who was consulted").fill("Pat Example, Caldicott Guardian")
    page.get_by_label("When?").fill("1/11/2026")
    page.get_by_label("To share", exact=True).check()
    go_on(page)
    # That the Guardian said so is somebody's word: a manager signs the form that says it.
    assert page.get_by_role("button", name="Sign and ask").count() == 0
    assert page.get_by_role("button", name="Put it before a manager").count() == 1
    assert "Sunday 1 November 2026" in page.get_by_role("main").inner_text()


def test_who_has_an_interest_in_it_is_sent_to_a_manager_and_that_is_on_record(
    node: Node, areas: Areas, council: User, url: str, page: Page
) -> None:
    handle = entered(node, council, (HER,))
    begun(page, url, council, areas, handle, "/interest")
    page.get_by_label("Yes", exact=True).check()
    go_on(page)
    assert "Say how you know them" in page.get_by_role("alert").inner_text()
    page.get_by_label("How do you know them?").fill("He is my cousin")
    go_on(page)
    text = page.get_by_role("main").inner_text()
    assert "Somebody else decides this" in text
    assert "manager" in text
    assert violations(page) == []
    assert page.get_by_role("button").filter(has_text="ask").count() == 0
    found = checks_of(node, handle)
    assert [one.result.decision.outcome.value for one in found] == ["refer"]
    page.goto(f"{url}/work")
    assert "Nobody was asked at" in page.get_by_role("main").inner_text()


def test_words_about_somebody_known_that_were_hidden_again_are_asked_about(
    node: Node, areas: Areas, council: User, url: str, page: Page
) -> None:
    handle = entered(node, council, (HER,))
    begun(page, url, council, areas, handle, "/interest")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("How do you know them?").fill("He is my cousin")
    page.get_by_label("No", exact=True).check()
    go_on(page)
    assert "You wrote how you know somebody" in page.get_by_role("alert").inner_text()
    expect(page.get_by_label("How do you know them?")).to_be_visible()
    assert checks_of(node, handle) == []


def test_who_receives_it_cannot_be_left_open_where_it_is_asked(
    node: Node, areas: Areas, council: User, url: str, page: Page
) -> None:
    handle = entered(node, council, (HER,))
    arrive(page, url, council, areas)
    page.goto(f"{url}/cases/{handle}/form/receiver")
    go_on(page)
    assert "Choose what kind of agency receives it" in page.get_by_role("alert").inner_text()
    assert page.url.endswith("/receiver")


def test_more_than_whether_they_are_known_waits_for_a_managers_signature_and_is_asked_then(
    node: Node, areas: Areas, council: User, manager: User, url: str, page: Page, browser: Browser
) -> None:
    handle = entered(node, council, (HER,))
    begun(page, url, council, areas, handle, "/form")
    page.get_by_role("link", name="Change How much do you ask for?").click()
    page.get_by_label("What is known of the risk as well").check()
    go_on(page)
    assert page.url.endswith("/form/data")
    for box in ("Who they are", "That they are known", "The risk"):
        page.get_by_label(box).check()
    go_on(page)
    assert "A manager signs before" in page.get_by_role("main").inner_text()
    assert page.get_by_role("button", name="Sign and ask").count() == 0
    assert violations(page) == []
    page.get_by_role("button", name="Put it before a manager").click()
    page.get_by_role("main").get_by_role("link", name=re.compile("^Case NM-")).first.click()
    expect(page.get_by_text("Waits for a manager.").first).to_be_visible()
    assert violations(page) == []
    assert checks_of(node, handle) == []
    signs = browser.new_context(locale="en-GB").new_page()
    arrive(signs, url, manager, areas)
    signs.goto(f"{url}/countersign")
    signs.get_by_role("link", name=re.compile("asking ")).click()
    signs.get_by_label("Or send it back").fill("Why is it necessary now?")
    signs.get_by_role("button", name="Send back").click()
    sent_back = page.url
    page.reload()
    assert "Why is it necessary now?" in page.get_by_role("main").inner_text()
    assert violations(page) == []
    page.get_by_role("button", name="Ask again").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    for known in (SAID, "What is known of the risk as well", "That they are known"):
        assert known in page.get_by_role("main").inner_text()
    page.get_by_role("link", name="Change Why is it necessary").click()
    assert page.get_by_role("textbox").input_value() == SAID
    page.get_by_role("textbox").fill("He was released on Friday.")
    go_on(page)
    page.get_by_role("button", name="Put it before a manager").click()
    assert page.get_by_role("main").get_by_role("link", name=re.compile("^Case NM-.*asking")).count() <= 1
    page.get_by_role("main").get_by_role("link", name=re.compile("^Case NM-")).first.click()
    expect(page.get_by_text("Waits for a manager.").first).to_be_visible()
    assert "He was released on Friday." in page.get_by_role("main").inner_text()
    assert page.url != sent_back
    before = page.url
    page.goto(sent_back)
    expect(page.get_by_text("Withdrawn.").first).to_be_visible()
    assert page.get_by_role("button", name="Ask again").count() == 0
    page.goto(before)
    assert checks_of(node, handle) == []
    signs.goto(f"{url}/countersign")
    signs.get_by_role("link", name=re.compile("asking ")).click()
    assert "they are asked without the name" in signs.get_by_role("main").inner_text()
    assert violations(signs) == []
    signs.get_by_label("I have no connection with anyone in this case").check()
    signs.get_by_role("button", name="Sign", exact=True).click()
    expect(signs.get_by_text("Signed.").first).to_be_visible()
    (asked,) = checks_of(node, handle)
    assert asked.result.decision.permitted
    page.reload()
    page.get_by_role("link", name="Back to the result").click()
    expect(page.get_by_role("heading", name="Result by area")).to_be_visible()


def test_s003_r106_the_manager_reads_all_that_is_signed_for_and_about_whom_each_of_two_questions_is(
    node: Node, areas: Areas, council: User, manager: User, url: str, page: Page, browser: Browser
) -> None:
    handle = entered(node, council)
    begun(page, url, council, areas, handle, "/form")
    page.get_by_role("link", name="Change What did the victim say").click()
    page.get_by_label("Refused").check()
    go_on(page)
    assert page.url.endswith("/others")
    assert "the concerns around that risk" in page.get_by_role("main").inner_text()
    page.get_by_label("Yes, somebody else is").check()
    page.get_by_label("Who else?").fill("Wren, aged 6")
    page.get_by_label("From whom?").fill("the stepfather")
    page.get_by_label("Concerns around this risk").fill("Saw the knife and does not sleep.")
    go_on(page)
    page.get_by_role("link", name="Change How much do you ask for?").click()
    page.get_by_label("What is known of the risk as well").check()
    go_on(page)
    page.get_by_label("The risk", exact=True).check()
    go_on(page)
    while page.url.rsplit("/", 1)[1] != "form":
        answer(page)
    page.get_by_role("button", name="Put it before a manager").click()
    own = page.get_by_role("main").get_by_role("link", name=re.compile("^Case NM-.*: "))
    said = {text.rsplit(": ", 1)[1] for text in own.all_inner_texts()[:2]}
    assert said == {"victim", "alleged perpetrator"}
    assert HER.surname not in page.title() + page.url
    signs = browser.new_context(locale="en-GB").new_page()
    arrive(signs, url, manager, areas)
    signs.goto(f"{url}/countersign")
    lines = signs.get_by_role("listitem").filter(has=signs.get_by_role("link", name=re.compile("asking ")))
    expect(lines.filter(has_text="About the alleged perpetrator.")).to_have_count(1)
    lines.filter(has_text="About the victim.").get_by_role("link").click()
    text = signs.get_by_role("main").inner_text()
    for told in (
        "the form, as Bo Elsewhere filled it in",
        "Wren, aged 6, from the stepfather: Saw the knife and does not sleep",
        "Prevention or detection of crime",
        f"Which offence, or what is to be prevented? {SAID}",
        "The risk of not sharing",
        "What happened?",
    ):
        assert told in text, told
    assert violations(signs) == []
    if folder := os.environ.get("HUB_PICTURES"):
        signs.screenshot(path=f"{folder}/before.png", full_page=True)
        page.screenshot(path=f"{folder}/put.png", full_page=True)


def test_a_page_sets_its_own_fields_and_no_other(
    node: Node, areas: Areas, council: User, url: str, page: Page
) -> None:
    handle = entered(node, council, (HER,))
    arrive(page, url, council, areas)
    page.goto(f"{url}/cases/{handle}/form")
    ours = {"Origin": url, "Sec-Fetch-Site": "same-origin"}
    for name, value in (
        ("signatures.0.name", "Mo Ashdown"),
        ("signatures.0.role", "manager"),
        ("requester.agency_kind", "police"),
        ("protocol.ref", "Agreement of the tests"),
        ("emergency.imminent_threat", "now"),
        ("jurisdiction", "england_wales"),
        ("balancing", "pressing_need"),
        ("people", "ab" * 16),
    ):
        sent = page.request.post(
            f"{url}/cases/{handle}/form/necessity", form={"necessity": SAID, name: value}, headers=ours
        )
        assert (sent.status, "this page does not have" in sent.text()) == (422, True), name
    page.goto(f"{url}/cases/{handle}/form/necessity")
    expect(page.get_by_label("Why is it necessary")).to_have_value("")
    assert page.request.get(f"{url}/cases/{handle}/form/nothing").status == 404


def test_somebody_restricted_finds_no_form(
    node: Node, areas: Areas, council: User, url: str, page: Page
) -> None:
    handle = entered(node, council, (HER,))
    arrive(page, url, council, areas)
    page.goto(f"{url}/cases/{handle}")
    with node.read() as tx:
        ref = next(one.case_ref for one in every_gist(tx) if one.row.handle.hex() == handle)
    staff = node.home / STAFF_FILE
    staff.write_text(f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "Bo Elsewhere"\n', encoding="utf-8")
    try:
        for end in ("form", "form/necessity", "form/nothing"):
            got = page.request.get(f"{url}/cases/{handle}/{end}")
            none = page.request.get(f"{url}/cases/{'ab' * 16}/{end}")
            assert (got.status, none.status) == (404, 404)
            assert normal(got.text()) == normal(none.text())
    finally:
        staff.unlink()


def test_the_form_is_filled_in_by_the_keyboard_alone(
    node: Node, areas: Areas, council: User, url: str, page: Page
) -> None:
    handle = entered(node, council, (HER,))
    arrive(page, url, council, areas)
    page.goto(f"{url}/cases/{handle}/form")
    reach(page, page.get_by_role("textbox"))
    page.keyboard.type(SAID)
    press(page, "Continue")
    reach(page, page.get_by_role("radio").first)
    page.keyboard.press("Space")
    press(page, "Continue")
    expect(page.get_by_label("What happened?")).to_be_visible()
