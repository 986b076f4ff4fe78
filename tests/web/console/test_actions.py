"""What came of an action, said by the agency whose it is, on the pages served."""

from __future__ import annotations

import html
import re
from typing import Final

import pytest

from hub.accounts.accounts import Acting, acting_as
from hub.cases.shown import case_shown, lines
from hub.records.accounts import AccountRole
from tests.cases.planning import accepted, action
from tests.federation.nodes import Areas, case, hold, stranger
from tests.web.console.offered import filled, said
from tests.web.console.signed_in import Console

R = AccountRole
REF: Final = "EV-actions"
LATE, SOON = "Brief the patrols", "Visit the address"


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    """Of an area whose police have undertaken two actions, one of them due in the past."""
    node = areas["eastvale"]
    made = Console.of(node)
    hold(node, case(REF, (stranger(261),)))
    ash = acting_of(made)
    held = case_shown(node, ash, case_of(made))
    assert held is not None
    due = node.today().replace(day=1)
    accepted(node, held, ash.requester, action(1, LATE, due=due), action(2, SOON))
    areas.clock.advance(40 * 86_400)
    return made


def acting_of(console: Console) -> Acting:
    with console.node.read() as tx:
        return acting_as(tx, console.users[R.coordinator].account)


def case_of(console: Console) -> str:
    return lines(console.node, acting_of(console), 1, REF)[0].handle


def opened(console: Console, token: str, what: str) -> tuple[str, str]:
    """The address of an action as the list leads there, and its page."""
    page = console.send("GET", "/actions", token).text
    (there,) = re.findall(rf'href="(/actions/[0-9a-f]+)">{what}<', page)
    return there, console.send("GET", there, token).text


def test_s003_r175_to_r177_an_agency_says_what_was_done_and_what_was_impossible_and_why(
    console: Console,
) -> None:
    rey = console.users[R.representative].signed_in()
    page = console.send("GET", "/actions", rey).text
    assert [
        what for what in (LATE, SOON) for line in page.split("<li>") if what in line and "Overdue" in line
    ]
    there, form = opened(console, rey, LATE)
    assert dict(said(form))["Reported so far"] == "nothing"
    assert console.send("POST", there, rey, filled(form, {"outcome": "impossible"})).status_code == 422
    impossible = filled(form, {"outcome": "impossible", "because": "No staff on that day."})
    assert console.send("POST", there, rey, impossible).status_code == 303
    ash = console.users[R.coordinator].signed_in()
    assert LATE not in console.send("GET", "/actions", ash).text
    there, form = opened(console, ash, SOON)
    assert (
        console.send("POST", there, rey, filled(form, {"outcome": "done", "worked": "yes"})).status_code
        == 303
    )
    assert "Nothing is open." in console.send("GET", "/actions", ash).text
    plan = html.unescape(console.send("GET", f"/cases/{case_of(console)}/plan", ash).text)
    for words in ("Impossible: No staff on that day.", "Done; It worked"):
        assert words in plan
