"""What journeys of asking share: a case that somebody entered, somebody at their page, and what was asked of it."""

from __future__ import annotations

import secrets
from typing import Any, Final

from playwright.sync_api import Page

from hub.accounts.accounts import acting_as
from hub.cases.shown import lines
from hub.cases.stub import Referrer, Stub, enter_case
from hub.checks.earlier import earlier_checks
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.records.gists import every_gist
from hub.values import Kind, Person, Role
from tests.accounts.people import User
from tests.federation.nodes import IMPORTER, Areas, cases_of, stranger
from tests.web.console.browser import reach
from tests.web.console.signed_in import sign_in_on_page

HER: Final = cases_of("eastvale")[0][0]
SAID: Final = "He broke the door and threatens to come back."
HIM: Final = stranger(31).model_copy(update={"role": Role.perpetrator})


def entered(node: Node, who: User, people: tuple[Person, ...] = (HER, HIM), **changes: Any) -> str:
    """A case that somebody entered; its handle."""
    ref = f"NM-{secrets.token_hex(4)}"
    said: dict[str, Any] = {"sealed": False, "fled_from": (), **changes}
    referrer = Referrer(agency="Police", contact="The duty desk")
    enter_case(
        node, Stub(case_ref=ref, kind=Kind.marac, referrer=referrer, by=IMPORTER, people=people, **said)
    )

    with node.read() as tx:
        acting = acting_as(tx, who.account)
    return lines(node, acting, 1, ref)[0].handle


def arrive(page: Page, url: str, who: User, areas: Areas) -> None:
    """Sign in, some time after whoever did before: a code is used once."""
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, who)


def press(page: Page, name: str) -> None:
    """Press a button, or what looks like one, by the keyboard."""
    reach(page, page.get_by_role("main").get_by_role("button", name=name).first)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def checks_of(node: Node, handle: str) -> list[Any]:

    with node.read() as tx:
        ref = next(one.case_ref for one in every_gist(tx) if one.row.handle.hex() == handle)
    return list(earlier_checks(node, IMPORTER, ref))


def go_on(page: Page) -> None:
    page.get_by_role("button", name="Continue", exact=True).click()


def answer(page: Page) -> str:
    """Answer the question that is open, as anybody might; its page."""
    slug = page.url.rsplit("/", 1)[1]
    main = page.get_by_role("main")
    if slug == "said":
        page.get_by_label("Was not asked").check()
    elif slug == "balancing":
        page.get_by_label("The risk of not sharing").check()
    elif slug == "interest":
        page.get_by_label("No", exact=True).check()
    elif slug == "receiver":
        page.get_by_label("Police", exact=True).check()
    elif slug == "grounds":
        page.get_by_label("Prevention or detection of crime").check()
    else:
        boxes = main.get_by_role("textbox")
        for at in range(boxes.count()):
            if boxes.nth(at).is_visible():
                boxes.nth(at).fill(SAID)
    go_on(page)
    return slug
