"""Somebody in the area that she fled, with a true link to her case, reads the console before and after it."""

from __future__ import annotations

import re
from functools import partial

from hub.crypto.one_time import STEP_S
from hub.federation.client import PeerClient
from hub.records.accounts import AccountRole
from hub.web.guards import ROUTES
from tests.accounts.people import user
from tests.federation.nodes import Areas
from tests.transfers.moving import OLD
from tests.transfers.ringing import Pair, carried, ready, with_plan
from tests.web.console.signed_in import NAMES, Console, normal

R = AccountRole
ON_HER_CASE = (R.coordinator, R.representative)
OTHERS = (R.data_protection_officer, R.operator)


def test_whoever_works_on_her_case_there_reads_what_they_read_before(areas: Areas) -> None:
    """On every page that they may open: not who asked, nor that anybody did."""
    pair = ready(areas)
    client = partial(PeerClient, transport=areas.network)
    old = Console.with_people(areas[OLD], {R.manager: pair.old}, client)
    people = {
        role: user(areas[OLD], NAMES[role], role, by=pair.old.account, organisation="Police")
        for role in (*ON_HER_CASE, *OTHERS)
    }
    areas.clock.advance(2 * STEP_S)
    cookies = {role: who.signed_in() for role, who in people.items()}
    before = {role: walked(old, cookie, pair) for role, cookie in cookies.items()}
    assert all(f"/cases/{pair.here}" in before[role] for role in ON_HER_CASE)
    carried(pair)
    for role, cookie in cookies.items():
        assert walked(old, cookie, pair) == before[role], role
    with_plan(areas[OLD], by="C. Second")
    assert all(walked(old, cookies[role], pair) != before[role] for role in ON_HER_CASE)
    officer_reads = partial(old.send, "GET", "/reads", cookies[R.data_protection_officer])
    areas.clock.advance(2 * STEP_S)
    manager = pair.old.signed_in()
    assert old.send("GET", "/channels", manager).status_code == 200
    assert pair.old.account.name not in officer_reads().text
    assert old.send("GET", f"/cases/{pair.here}", manager).status_code == 200
    assert pair.old.account.name in officer_reads().text


def walked(console: Console, cookie: str, pair: Pair) -> dict[str, str]:
    """Every address that they may open, as it reads but for its nonce and the tokens of its forms.

    But for what was opened: this opens pages.
    """
    pages = {}
    for method, path in ROUTES:
        if path == "/reads":
            continue
        place = path.replace("{case}", pair.here).replace("{paper}", pair.paper)
        if method == "GET" and "{" not in place and not place.startswith("/sign-in"):
            got = console.send("GET", place, cookie)
            if got.status_code == 200:
                pages[place] = re.sub(r'name="once" value="[0-9a-f]+"', "once", normal(got.text))
    return pages
