"""What journeys of emergencies share: the page filled in, and what came of it."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

from hub.accounts.accounts import acting_as
from hub.checks.earlier import EarlierCheck, earlier_checks
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.values import Person, Requester
from tests.accounts.people import User
from tests.federation.nodes import IMPORTER, Areas, cases_of
from tests.web.console.signed_in import sign_in_on_page

KNOWN: Final = cases_of("eastvale")[0][0]
THREAT: Final = "texted to be ten minutes away with a knife"


def begin(page: Page, url: str, who: User, areas: Areas) -> None:
    """Sign in, some time after whoever did before, and open the page from the menu."""
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, who)
    page.get_by_role("link", name="Emergency", exact=True).click()


def fill(page: Page, whom: Person, fled: str) -> None:
    page.get_by_label("Given names").fill(whom.given_names)
    page.get_by_label("Surname").fill(whom.surname)
    page.get_by_label("Date of birth").fill(whom.date_of_birth)
    page.get_by_label("What threatens?").fill(THREAT)
    page.get_by_role("group", name="Has anyone here fled an area?").get_by_label(fled, exact=True).check()


def newest(node: Node) -> EarlierCheck:
    return next(earlier_checks(node, IMPORTER))


def manager_of(node: Node, who: User) -> Requester:
    with node.read() as tx:
        return acting_as(tx, who.account).requester
