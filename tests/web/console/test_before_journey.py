"""What a manager signs before anything moves: three browsers, of who asks, of the manager and of the other area."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from hub.checks.sign import record_call
from hub.crypto.one_time import STEP_S
from hub.records.accounts import AccountRole
from hub.records.submissions import Call
from hub.values import Level
from hub.web.console.app import create_console
from tests.accounts.people import User, user
from tests.checks.signing import WHY, YES, Office, asked_without_it, office, she_fled
from tests.federation.nodes import copied
from tests.web.console.browser import apart, served, width
from tests.web.console.browser import violations_with_scripts as violations
from tests.web.console.signed_in import sign_in_on_page


@dataclass
class Desks:
    """Two areas' consoles: Northmoor's people, and Eastvale's coordinator."""

    here: Office
    theirs: User
    urls: dict[str, str]

    def open(self, page: Page, who: User, path: str, area: str = "northmoor") -> Page:
        """Somebody signs in, and opens an address."""
        self.here.areas.clock.advance(2 * STEP_S)
        sign_in_on_page(page, self.urls[area], who)
        page.goto(self.urls[area] + path)
        return page

    @property
    def tell(self) -> str:
        return f"/checks/{self.here.check_id}/eastvale/{self.here.candidate}/tell"


@pytest.fixture
def desks(tmp_path: Path, sqlite_template: Path, areas: object) -> Iterator[Desks]:
    """`areas` makes passwords cheap."""
    made = copied(sqlite_template, tmp_path, lambda _: "sqlite:///hub.sqlite3")
    here = apart(lambda: office(made))
    eastvale = made["eastvale"]
    head = user(eastvale, "Eve Head", AccountRole.manager, organisation="Police")
    theirs = user(eastvale, "Tess Cole", by=head.account, organisation="Police")
    with ExitStack() as stack:
        urls = {
            area: stack.enter_context(
                served(create_console(made[area], lambda node: made.client(node.node_id)))
            )
            for area in ("northmoor", "eastvale")
        }
        yield Desks(here, theirs, urls)
    made.close()


def main(page: Page) -> str:
    return page.get_by_role("main").inner_text()


def test_a_plan_is_asked_for_once_a_manager_has_signed(
    desks: Desks, person: BrowserContext, browser: Browser
) -> None:
    here = desks.here
    asker = desks.open(person.new_page(), here.ash, desks.tell)
    asker.get_by_role("link", name="Ask your manager, who signs before").click()
    assert violations(asker) == []
    asker.get_by_role("button", name="Ask your manager").click()
    assert "There is a problem" in asker.get_by_role("alert").inner_text()
    assert asker.get_by_role("radio", checked=True).count() == 0
    asker.get_by_label("Tell them and also ask for the plan and minutes").check()
    asker.get_by_label("Why?", exact=True).fill(WHY)
    asker.get_by_role("button", name="Ask your manager").click()
    expect(asker.get_by_text("Waits for a manager.").first).to_be_visible()
    assert violations(asker) == []
    assert here.told() == 0

    manager = desks.open(browser.new_context(locale="en-GB").new_page(), here.mo, "/countersign")
    manager.get_by_role("link", name=re.compile("telling .*astvale")).click()
    text = main(manager)
    for said in (WHY, "Ash Underhill, Police", "Agreed", "No address, telephone", "also ask for the plan"):
        assert said in text
    assert "signs before anything beyond involvement moves" in text
    assert violations(manager) == []
    manager.get_by_role("button", name="Sign", exact=True).click()
    assert "no connection" in manager.get_by_role("alert").inner_text()
    assert here.told() == 0
    manager.get_by_label("I have no connection with anyone in this case").check()
    manager.get_by_role("button", name="Sign", exact=True).click()
    expect(manager.get_by_text("Signed.").first).to_be_visible()
    assert violations(manager) == []
    assert here.told() == 1
    manager.goto(f"{desks.urls['northmoor']}/countersign")
    assert "Nothing waits for your signature before it moves." in main(manager)

    holder = desks.open(browser.new_context(locale="en-GB").new_page(), desks.theirs, "/requests", "eastvale")
    holder.get_by_role("main").get_by_role("link").first.click()
    assert "Northmoor asks about case ev-pending" in main(holder)
    asker.reload()
    assert "Mo Ashdown" in main(asker)
    assert asker.get_by_role("button", name="Withdraw it").count() == 0


def test_an_area_she_fled_is_rung_by_the_manager_and_told_nothing_over_the_hub(
    desks: Desks, person: BrowserContext, browser: Browser
) -> None:
    here = desks.here
    she_fled(here.areas)
    asker = desks.open(browser.new_context(locale="en-GB").new_page(), here.ash, f"/checks/{here.check_id}")
    assert asker.get_by_role("button", name="Tell Eastvale?").count() == 0
    assert asker.get_by_role("button", name="Ask your manager").count() >= 1
    asker.goto(desks.urls["northmoor"] + desks.tell)
    assert asker.get_by_role("radio").count() == 0
    asker.get_by_role("button", name="Ask your manager").click()
    asker.get_by_label("Tell them and ask for involvement").check()
    asker.get_by_label("Why?", exact=True).fill("Her Idva there is to be warned.")
    asker.get_by_role("button", name="Ask your manager").click()
    expect(asker.get_by_text("Waits for a manager.").first).to_be_visible()

    manager = desks.open(person.new_page(), here.mo, "/countersign")
    manager.get_by_role("link", name=re.compile("telling .*astvale")).click()
    assert "Somebody in this case fled this area." in main(manager)
    assert "Yes: eastvale" in main(manager)
    assert manager.get_by_role("banner").get_by_text("Northmoor").count() == 1
    assert "01632" not in main(manager)
    assert manager.get_by_role("radio", checked=True).count() == 0
    assert violations(manager) == []
    manager.get_by_label("I have no connection with anyone in this case").check()
    manager.get_by_role("button", name="Sign", exact=True).click()
    assert "whether they may be told" in manager.get_by_role("alert").inner_text()
    manager.get_by_label("Not decided").check()
    manager.get_by_role("button", name="Sign", exact=True).click()
    assert "nobody is told" in manager.get_by_role("alert").inner_text()
    manager.get_by_label("Yes, by telephone first").check()
    manager.get_by_label("Who there is to receive it?").fill("Jo Lowther")
    manager.get_by_label("As far as I know they have no connection").check()
    manager.get_by_label("Your reasons").fill("Do not share more than that she moved.")
    manager.get_by_role("button", name="Sign", exact=True).click()
    expect(manager.get_by_text("Nothing goes over the hub.")).to_be_visible()
    assert "Ask for Jo Lowther" in main(manager)
    assert violations(manager) == []
    manager.get_by_role("button", name="Record the call").click()
    assert "Name whom you spoke to" in manager.get_by_role("alert").inner_text()
    manager.get_by_label("Whom did you speak to?").fill("Jo Lowther")
    today = here.areas["northmoor"].today()
    manager.get_by_label("On which day?").fill(f"{today:%d/%m/%y}")
    manager.get_by_label("At what time?").fill("23.59")
    manager.get_by_label("What was said?").fill("She knows, and tells nobody.")
    manager.get_by_role("button", name="Record the call").click()
    assert "it cannot be later than now" in manager.get_by_role("alert").inner_text()
    manager.get_by_label("On which day?").fill("2 November 2026")
    manager.get_by_label("At what time?").fill("9.20")
    manager.get_by_label("What was said?").fill("She knows, and tells nobody.")
    manager.get_by_role("button", name="Record the call").click()
    expect(
        manager.get_by_text("They were told by telephone; nothing went over the hub.").first
    ).to_be_visible()
    assert violations(manager) == []
    manager.set_viewport_size({"width": 320, "height": 640})
    assert width(manager) <= 320

    assert here.told() == 0
    holder = desks.open(browser.new_context(locale="en-GB").new_page(), desks.theirs, "/requests", "eastvale")
    assert "No requests are waiting" in main(holder)
    asker.reload()
    assert "spoke to Jo Lowther" in main(asker)
    asker.goto(desks.urls["northmoor"] + desks.tell)
    assert "They were told by telephone" in main(asker)


def test_an_area_she_fled_that_was_not_asked_at_all_is_rung_by_the_manager(
    desks: Desks, person: BrowserContext, browser: Browser
) -> None:
    here = desks.here
    check_id = apart(lambda: asked_without_it(here.areas)).check_id
    result, asked_before = f"/checks/{check_id}", len(here.areas.network.asked)
    number = str(here.node.areas.get("eastvale").contact)  # type: ignore[union-attr]
    asker = desks.open(person.new_page(), here.ash, result)
    assert "Not asked" in main(asker)
    assert asker.get_by_text("I rang: Eastvale").count() == 0
    asker.get_by_role("button", name="Ask your manager Eastvale").click()
    assert violations(asker) == []
    asker.get_by_role("button", name="Ask your manager").click()
    assert "There is a problem" in asker.get_by_role("alert").inner_text()
    assert asker.get_by_role("radio").count() == 1
    asker.get_by_label("Ring them, tell them about whom you ask, and ask for involvement").check()
    asker.get_by_label("Why?", exact=True).fill("Her Idva there is to be warned.")
    asker.get_by_role("button", name="Ask your manager").click()
    expect(asker.get_by_text("Waits for a manager.").first).to_be_visible()

    manager = desks.open(browser.new_context(locale="en-GB").new_page(), here.mo, "/countersign")
    manager.get_by_role("link", name=re.compile("telling .*astvale")).click()
    assert "Nothing over the hub. You say on the telephone about whom is asked" in main(manager)
    assert manager.get_by_label("is also told over the hub").count() == 0
    assert number not in main(manager)
    manager.get_by_label("I have no connection with anyone in this case").check()
    manager.get_by_label("Yes, by telephone first").check()
    manager.get_by_label("Who there is to receive it?").fill("Jo Lowther")
    manager.get_by_label("As far as I know they have no connection").check()
    manager.get_by_label("Your reasons").fill("She asked us to.")
    manager.get_by_role("button", name="Sign", exact=True).click()
    expect(manager.get_by_text("Nothing goes over the hub.")).to_be_visible()
    assert number in main(manager)
    assert violations(manager) == []
    asker.goto(desks.urls["northmoor"] + result)
    assert "the call is not recorded yet" in main(asker)
    manager.get_by_label("Whom did you speak to?").fill("Jo Lowther")
    manager.get_by_label("On which day?").fill("2 November 2026")
    manager.get_by_label("At what time?").fill("9.20")
    manager.get_by_label("What was said?").fill("She knows, and tells nobody.")
    manager.get_by_role("button", name="Record the call").click()
    expect(
        manager.get_by_text("They were told by telephone; nothing went over the hub.").first
    ).to_be_visible()
    assert number in main(manager)

    asker.reload()
    assert "They were told by telephone; nothing went over the hub." in main(asker)
    assert "Rung on Monday 2 November 2026 at 9.20." in main(asker)
    assert violations(asker) == []
    with asker.expect_download() as download:
        asker.get_by_role("link", name="Certificate of this check (PDF)").click()
    paper = " ".join(" ".join(page.extract_text() for page in PdfReader(download.value.path()).pages).split())
    assert "They were told by telephone; nothing went over the hub" in paper
    assert "Told by a manager alone" in paper
    asker.goto(desks.urls["northmoor"] + "/disclosures")
    for page in (main(asker), paper, asker.content()):
        assert number not in page
        assert "01632 960102" not in page
    assert len(here.areas.network.asked) == asked_before


def test_whoever_put_it_never_reads_the_number_of_an_area_that_was_fled(
    desks: Desks, browser: Browser
) -> None:
    here = desks.here
    she_fled(here.areas)
    number = here.put(level=Level.involvement)
    here.sign(number, answer=YES)
    rung = Call(
        spoken_to="Jo Lowther", on=here.node.today(), clock="9.20", said="She knows.", number="01632 960102"
    )
    record_call(here.node, here.acting(here.mo), here.shown(number), rung)
    asker = desks.open(browser.new_context(locale="en-GB").new_page(), here.ash, f"/submissions/{number}")
    assert "spoke to Jo Lowther" in main(asker)
    assert "960102" not in asker.content()
    manager = desks.open(
        browser.new_context(locale="en-GB").new_page(), here.mo, f"/countersign/before/{number}"
    )
    assert "960102" in main(manager)


def test_what_is_sent_back_comes_to_its_askers_work_with_the_reason_and_is_no_stale_tabs(
    desks: Desks, browser: Browser
) -> None:
    here = desks.here
    number = here.put()
    manager = desks.open(
        browser.new_context(locale="en-GB").new_page(), here.mo, f"/countersign/before/{number}"
    )
    stale = manager.context.new_page()
    stale.goto(manager.url)
    stale.get_by_label("I have no connection with anyone in this case").check()
    manager.get_by_role("button", name="Send back").click()
    assert "Say what is missing" in manager.get_by_role("alert").inner_text()
    manager.get_by_label("Or send it back").fill("<b>Which</b> minutes?")
    manager.get_by_role("button", name="Send back").click()
    assert "Nothing waits for your signature before it moves." in main(manager)
    stale.get_by_role("button", name="Sign", exact=True).click()
    assert "Sent back" in main(stale)
    assert stale.get_by_role("button", name="Sign", exact=True).count() == 0
    assert here.told() == 0
    asker = desks.open(browser.new_context(locale="en-GB").new_page(), here.ash, "/work")
    assert "<b>Which</b> minutes?" in main(asker)
    asker.get_by_role("main").get_by_role("link", name="Case NM-1").first.click()
    asker.get_by_role("link", name="Ask your manager again").click()
    asker.get_by_label("Tell them and also ask for the plan and minutes").check()
    asker.get_by_label("Why?", exact=True).fill("Those of May.")
    asker.get_by_role("button", name="Ask your manager").click()
    asker.get_by_role("button", name="Withdraw it").click()
    expect(asker.get_by_text("Withdrawn.").first).to_be_visible()
    assert asker.get_by_role("button").filter(has_text="Withdraw").count() == 0
